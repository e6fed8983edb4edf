"""Keys that have not come: what waits for them and for how long, and who is asked for them."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from bot.channels.matrix.homeserver import Event, Homeserver
from bot.channels.matrix.timing import Timing, stopped_within
from bot.inbox import PostponedError

OF_SENDER, OF_ALL = 16, 256
"""For how many sessions of one sender and in all it waits: anybody can send what nobody can decrypt."""
REMEMBERED = 4096
"""Of so many chats it is known that they were dropped, until the inbox has come to what waits in them."""
Tell = Callable[[], Awaitable[None]]
"""Tells somebody that a message cannot be read."""
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
    told: bool = False
    """Whether the people were told, for this session or another one."""


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
        self._dropped: dict[str, datetime] = {}
        """When chats were dropped: what came into one before that is given up."""
        self._told: dict[str, datetime] = {}
        """When it was last told in a room that something cannot be read."""

    async def wait(self, chat: str, room: str, event: Event, since: datetime, *, tell: Tell) -> None:
        """Raise PostponedError for an event that is not decrypted; return where its key is not waited for (any more).

        After a moment the sender's device is asked for it; then the people are told, and also where it is given up, by
        `tell`, not often in one room. In the room's own chat, where it would hold up everybody, nothing waits.
        """
        dropped = chat in self._dropped and since <= self._dropped[chat]
        if chat == room or self._server.has_key(room, event):
            log.warning("matrix_undecryptable", room=room, sender=event["sender"])
        elif dropped or self._now() - since >= self._timing.key_given_up:
            log.warning("matrix_key_given_up", room=room, sender=event["sender"], dropped=dropped)
        else:
            await self._wait(chat, room, event, since, tell)
            raise PostponedError
        waiting = self._waiting.pop(chat, None)
        self._server.forget_request(event)
        if not (waiting and waiting.told):
            await self._tell_seldom(room, tell)

    async def _wait(self, chat: str, room: str, event: Event, since: datetime, tell: Tell) -> None:
        waiting = self._waiting.get(chat)
        if waiting is None:
            self._waiting[chat] = _Waiting(room, event, self._now() + self._timing.key_asked)
            self._drop_too_many(event["sender"])
        elif waiting.due is None:
            await self._do_what_is_due(waiting, since, tell)

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

    async def _do_what_is_due(self, waiting: _Waiting, since: datetime, tell: Tell) -> None:
        if not waiting.asked:
            await self._server.request_key(waiting.room, waiting.event)
            waiting.asked = True
        to_tell = since + self._timing.key_hint
        if to_tell <= self._now():
            await self._tell_seldom(waiting.room, tell)
            waiting.told = True
            waiting.due = since + self._timing.key_given_up
        else:
            waiting.due = to_tell

    def _drop_too_many(self, sender: str) -> None:
        """Drop one of too many: the sender's oldest; else the oldest of whoever has most, in the room that has most."""
        rooms, senders = Counter[str](), Counter[str]()
        for waiting in self._waiting.values():
            rooms[waiting.room] += 1
            senders[waiting.event["sender"]] += 1
        if senders[sender] > OF_SENDER:
            self._drop(lambda waiting: waiting.event["sender"] == sender)
        elif len(self._waiting) > OF_ALL:
            self._drop(lambda waiting: (rooms[waiting.room], senders[waiting.event["sender"]]))

    def _drop(self, rank: Callable[[_Waiting], Any]) -> None:
        """Drop the oldest of the highest rank."""
        chat = max(self._waiting, key=lambda name: rank(self._waiting[name]))
        del self._waiting[chat]
        self._dropped.pop(chat, None)
        self._dropped[chat] = self._now()
        if len(self._dropped) > REMEMBERED:
            del self._dropped[next(iter(self._dropped))]
        self._resume(chat)

    async def _tell_seldom(self, room: str, tell: Tell) -> None:
        now = self._now()
        self._told = {name: at for name, at in self._told.items() if now - at < self._timing.key_hint_pause}
        if room not in self._told:
            self._told[room] = now
            await tell()
