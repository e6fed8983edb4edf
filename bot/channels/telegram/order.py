"""In which order updates are handled."""

import asyncio
from collections.abc import Awaitable
from typing import Any
from weakref import WeakValueDictionary

from telegram import Update
from telegram.ext import BaseUpdateProcessor


class ChatOrder(BaseUpdateProcessor):
    """Handles the updates of one chat one after another, and those of several chats at the same time."""

    def __init__(self, *, waiting: int, handled: int) -> None:
        """Take at most `waiting` updates, of which `handled` are worked on at a time."""
        super().__init__(waiting)
        self._slots = asyncio.Semaphore(handled)
        # A chat's lock lives as long as an update of the chat holds it or waits for it.
        self._locks: WeakValueDictionary[int | None, asyncio.Lock] = WeakValueDictionary()

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Handle an update once those of its chat that came before it are done."""
        # A slot is taken after the chat's turn has come, so that one busy chat does not hold up the others.
        async with self._locks.setdefault(_chat(update), asyncio.Lock()), self._slots:
            await coroutine

    async def initialize(self) -> None:
        """Do nothing: there is nothing to open."""

    async def shutdown(self) -> None:
        """Do nothing: there is nothing to close."""


def _chat(update: object) -> int | None:
    """Return what an update has to be in order with."""
    if not isinstance(update, Update):
        return None
    whose = update.effective_chat or update.effective_user  # an inline query comes from no chat
    return whose.id if whose else None
