"""New knowledge in a bot that runs: checked first, then taken in one step, or refused."""

import asyncio
import gc
from collections.abc import Callable
from pathlib import Path

import structlog

from bot.core.responder import Responder
from bot.errors import JoligError
from bot.knowledge import cache
from bot.knowledge.preparing import prepare
from bot.service import Service

SETTLING = 10.0
"""Seconds after which nothing holds the old knowledge any more."""
log = structlog.get_logger()


class Reloading:
    """Reloads the knowledge of a service from its folder."""

    def __init__(
        self, service: Service, *, knowledge: Path, seeds: Path, cached: Path, accept: Callable[[Responder], object]
    ) -> None:
        """Take the folders, and what raises JoligError for knowledge that does not fit the settings."""
        self._service = service
        self._folders = knowledge, seeds, cached
        self._accept = accept
        self._lock = asyncio.Lock()

    async def __call__(self) -> list[str]:
        """Take the knowledge as it stands in its folder now, or leave things as they are; return its problems.

        Questions are answered meanwhile, and conversations go on afterwards.
        """
        async with self._lock:
            problems = await prepare(*self._folders)
            if not problems:
                problems = await self._take()
        if problems:
            log.error("knowledge_refused", problems=problems)
        else:
            log.info("knowledge_reloaded", version=self._service.responder.knowledge.version)
        return problems

    async def _take(self) -> list[str]:
        try:
            responder = await asyncio.to_thread(self._load)
        except JoligError as error:  # changed again since it was checked, or not what the settings ask for
            return [str(error)]
        self._service.take(responder)
        # Later: what answers now holds the old knowledge still, which would stay with the new.
        asyncio.get_running_loop().call_later(SETTLING, settle)
        return []

    def _load(self) -> Responder:
        responder = Responder(*cache.load(*self._folders))
        self._accept(responder)
        responder.warm()
        return responder


def settle() -> None:
    """Leave what lives now, knowledge above all, out of garbage collections to come.

    It stays, and to look through it anew held up whatever question came then for a tenth of a second.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
