"""Keys that have not come: what waits for them and for how long, and who is asked for them."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from bot.channels.matrix.homeserver import Event, Homeserver
from bot.channels.matrix.timing import Timing, stopped_within
from bot.inbox import PostponedError

OF_SENDER, OF_ROOM, OF_ALL = 16, 32, 256
"""For how many sessions of one sender, of one room and in all it waits: anybody can send what nobody can decrypt."""
log = structlog.get_logger()


@dataclass(slots=True)
class _Waiting:
    """What one sender encrypted in one session."""

    room: str
    event: Event
    """The first that waits."""
    due: datetime | None
    """When there is something to do about it, None while that is done."""
    asked: bool = False
    """Whether the sender's device was asked for the key."""


class Keys:
    """What waits for a key: postponed in the inbox, and resumed when the key is there or something else is due."""

    def __init__(
        self,
        server: Homeserver,
        *,
        resume: Callable[[str], None],
        timing: Timing,
        now: Callable[[], datetime],
    ) -> None:
        self._server = server
        self._resume = resume
        self._timing = timing
        self._now = now
        self._waiting: dict[str, _Waiting] = {}
        """By the chat of the inbox, the oldest first."""
        self._dropped: set[str] = set()
        self._told: dict[str, datetime] = {}
        """When it was last told in a room that something cannot be read."""

    async def wait(
        self, chat: str, room: str, event: Event, since: datetime, *, tell: Callable[[], Awaitable[None]]
    ) -> None:
        """Raise PostponedError for an event that is not decrypted; return where its key is not waited for (any more).

        After a moment the sender's device is asked for it, and then the people by `tell`, not often in one room.
        """
        if self._server.has_key(room, event):
            log.warning("matrix_undecryptable", room=room, sender=event["sender"])
            return
        dropped, given_up = chat in self._dropped, self._now() - since >= self._timing.key_given_up
        if dropped or given_up:
            self._forget(chat, event)
            log.warning("matrix_key_given_up", room=room, sender=event["sender"], dropped=dropped)
            return
        waiting = self._waiting.get(chat)
        if waiting is None:
            waiting = self._waiting[chat] = _Waiting(room, event, self._now() + self._timing.key_asked)
            self._drop_too_many(waiting)
        elif waiting.due is None:
            await self._do_what_is_due(waiting, since, tell)
        raise PostponedError

    async def run(self, stop: asyncio.Event) -> None:
        """Review what waits, until the stop."""
        while not await stopped_within(stop, self._timing.key_review):
            self.review()

    def review(self) -> None:
        """Resume what has its key now, and what waits for something that is due."""
        for chat, waiting in list(self._waiting.items()):
            if self._server.has_key(waiting.room, waiting.event):
                del self._waiting[chat]
                self._resume(chat)
            elif waiting.due and waiting.due <= self._now():
                waiting.due = None
                self._resume(chat)

    async def _do_what_is_due(self, waiting: _Waiting, since: datetime, tell: Callable[[], Awaitable[None]]) -> None:
        if not waiting.asked:
            await self._server.request_key(waiting.room, waiting.event)
            waiting.asked = True
        to_tell = since + self._timing.key_hint
        if to_tell <= self._now():
            await self._tell_seldom(waiting.room, tell)
            waiting.due = since + self._timing.key_given_up
        else:
            waiting.due = to_tell

    def _drop_too_many(self, newest: _Waiting) -> None:
        """Drop the oldest of too many: of the newest's sender, of its room, and of all."""
        sender, room = newest.event["sender"], newest.room
        for limit, of_sender, of_room in ((OF_SENDER, sender, None), (OF_ROOM, None, room), (OF_ALL, None, None)):
            alike = [
                chat
                for chat, waiting in self._waiting.items()
                if of_sender in (None, waiting.event["sender"]) and of_room in (None, waiting.room)
            ]
            for chat in alike[:-limit]:
                del self._waiting[chat]
                self._dropped.add(chat)
                self._resume(chat)

    def _forget(self, chat: str, event: Event) -> None:
        self._dropped.discard(chat)
        self._waiting.pop(chat, None)
        self._server.forget_request(event)

    async def _tell_seldom(self, room: str, tell: Callable[[], Awaitable[None]]) -> None:
        now = self._now()
        self._told = {name: at for name, at in self._told.items() if now - at < self._timing.key_hint_pause}
        if room not in self._told:
            self._told[room] = now
            await tell()
