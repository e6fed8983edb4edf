"""What the platforms hand over: kept before they are told that we have it, and until it has been handled.

    await inbox.put(Received("telegram", id="17", chat="5", payload='{"update_id": 17, …}'))  # now it cannot be lost
    await inbox.run("telegram", handle, stop=stop)

The database is the queue; in memory there is only what is being handled, and a little that waits for it. An event is
handled once, except where the process is killed between the handling and the note of it: then it is handled again.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import structlog

from bot.core.models import Note, Received
from bot.errors import JoligError, NetworkError, StorageError, UnkeptError
from bot.metrics import Metrics, NoMetrics

__all__ = ["Inbox", "InboxStore", "Limits", "PostponedError", "Received"]

log = structlog.get_logger()


Numbered = tuple[int, Received]
"""An event with its place in the order of all events."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much is handled at a time, and how long it is tried; durations in seconds."""

    held: int = 1024
    """Events in memory, and so the most chats that are served at a time; the rest waits in the database."""
    held_of_chat: int = 16
    """Events of one chat in memory, so that a flood in one leaves room for the others."""
    retry: tuple[float, ...] = (1, 5, 15, 30, *(60,) * 60)
    """The pauses between the attempts to handle an event: an hour of them, none so long that it is felt afterwards."""
    recovery: float = 1
    """The pause before the database is used again after it failed."""
    drain: float = 8
    """How long what has been received may take to be handled after the stop."""


class InboxStore(Protocol):
    """Where events are kept; each method raises StorageError where it cannot do all that it is asked.

    UnkeptError, which is one, tells that trying again does not help.
    """

    async def receive(self, events: Sequence[Received]) -> None:
        """Keep events, except those whose id is known."""

    async def opened(
        self, channel: str, *, after: int, limit: int, until: int | None = None, chat: str | None = None
    ) -> list[Numbered]:
        """Return the first open events of a channel, or of one of its chats, numbered over `after` up to `until`."""

    async def close(self, number: int, at: datetime, reason: str | None = None, note: Note | None = None) -> None:
        """Note that an event was handled; with a reason, that it was given up and is a dead letter.

        A note is kept with that, or neither of them.
        """

    async def dead_letters(self, channel: str) -> int:
        """Return how many events were given up."""

    async def waiting(self, without: Collection[str] = ()) -> dict[str, tuple[int, datetime]]:
        """Return of each channel how many events are open, except those of some chats, and when the oldest came in."""


Handle = Callable[[Received], Awaitable[Note | None]]
"""Handles an event, and returns what is to be kept of that."""


class PostponedError(Exception):
    """An event cannot be handled before something else has happened; raised by a handler, caught by the inbox."""


@dataclass(frozen=True, slots=True)
class _Signals:
    """What is told to the handing on of a channel, and by it."""

    arrival: asyncio.Event = field(default_factory=asyncio.Event)
    """Whether there is something new to look at."""
    resumed: set[str] = field(default_factory=set)
    """The chats to hand on again."""
    postponed: set[str] = field(default_factory=set)
    """The chats that wait to be resumed."""


class Inbox:
    """The events of all channels."""

    def __init__(
        self,
        store: InboxStore,
        *,
        now: Callable[[], datetime],
        limits: Limits | None = None,
    ) -> None:
        self._store = store
        self._now = now
        self._limits = limits or Limits()
        self.metrics: Metrics = NoMetrics()
        self._signals: dict[str, _Signals] = defaultdict(_Signals)

    async def put(self, *events: Received) -> None:
        """Keep events; once this returns, the platform may be told that we have them.

        Raises StorageError where they cannot be kept: then none of them is.
        """
        await self._store.receive(events)
        for channel in {event.channel for event in events}:
            self._signals[channel].arrival.set()

    def resume(self, channel: str, chat: str) -> None:
        """Hand on again the open events of a chat, one of which was postponed."""
        self._signals[channel].resumed.add(chat)
        self._signals[channel].arrival.set()

    async def run(self, channel: str, handle: Handle, *, stop: asyncio.Event) -> None:
        """Hand on the events of a channel until `stop` is set, beginning with those that an earlier process left open.

        Events of one chat are handled one after another, in order; those of several chats at the same time. Where
        `handle` raises NetworkError or StorageError, it is tried again later; with any other error, or after the last
        attempt, the event becomes a dead letter. Where it raises PostponedError, the event and those after it in its
        chat stay open, but take no room in memory, until the chat is resumed. After the stop what is in the inbox is
        handled still, for a time; what is then left stays open for the next process.
        """
        signals, limits, metrics = self._signals[channel], self._limits, self.metrics
        await _Handing(self._store, channel, handle, signals, stop, self._now, limits, metrics).run()

    async def has_open(self, channel: str, chat: str) -> bool:
        """Return whether events of a chat are open, also postponed ones; raise StorageError where it cannot be told."""
        return bool(await self._store.opened(channel, after=0, limit=1, chat=chat))

    async def waiting(self) -> dict[str, tuple[int, datetime]]:
        """Return of each channel that has open events how many there are, and when the oldest came in.

        What is postponed is not among them: nothing is late. Raises StorageError where it cannot be told.
        """
        return await self._store.waiting(set().union(*(signals.postponed for signals in self._signals.values())))

    async def dead_letters(self, channel: str) -> int:
        """Return how many events of a channel were given up; raise StorageError where that cannot be told."""
        return await self._store.dead_letters(channel)


@dataclass(slots=True)
class _Chat:
    """A chat with open events."""

    newest: int = 0
    """The number of the newest event that is known of."""
    taken: int = 0
    """The number of the last event that has been taken into memory."""
    held: deque[Numbered] = field(default_factory=deque)
    resumed: bool = False
    """Whether to look for what was postponed before."""


class _LeftError(Exception):
    """An event is left to the next process."""


class _Handing:
    """One run over the events of a channel."""

    def __init__(
        self,
        store: InboxStore,
        channel: str,
        handle: Handle,
        signals: _Signals,
        stop: asyncio.Event,
        now: Callable[[], datetime],
        limits: Limits,
        metrics: Metrics,
    ) -> None:
        self._metrics = metrics
        self._store = store
        self._channel = channel
        self._handle = handle
        self._arrival, self._resumed, self._postponed = signals.arrival, signals.resumed, signals.postponed
        self._stop = stop
        self._now = now
        self._limits = limits
        self._tasks = asyncio.TaskGroup()
        self._chats: dict[str, _Chat] = {}
        self._held = 0
        """How many events are in memory, or are being taken into it."""
        self._room = asyncio.Event()
        self._turn = asyncio.Lock()
        """Who waits for room, one after another: who needs much of it is not passed by those who need little."""

    async def run(self) -> None:
        """Take events and hand them on; after the stop finish, for a time."""
        self._postponed.clear()  # by an earlier run: this one begins with all that is open
        try:
            async with asyncio.timeout(None) as limit, self._tasks:
                self._tasks.create_task(self._take_all())
                await self._stop.wait()
                limit.reschedule(asyncio.get_running_loop().time() + self._limits.drain)
                self._arrival.set()
        except TimeoutError:
            log.warning("inbox_drain_timed_out", channel=self._channel, chats=len(self._chats))

    # --- from the database into memory -----------------------------------------------------------

    async def _take_all(self) -> None:
        """Take events in order, and wait where there are none; end after the stop, once there are no more."""
        last = 0
        while True:
            self._arrival.clear()
            while self._resumed:
                self._resume(self._resumed.pop(), last)
            last, is_all = await self._take_next(last)
            if is_all and not self._arrival.is_set():
                if self._stop.is_set():
                    return
                await self._arrival.wait()

    async def _take_next(self, last: int) -> tuple[int, bool]:
        """Take events after a number, as many as there is room for.

        Returns the number of the last that was taken so far, and whether there were no more.
        """
        quarter = self._limits.held - self._limits.held * 3 // 4  # as reading a few at a time takes long
        limit = await self._reserve(quarter, self._limits.held)
        events = await self._opened(after=last, limit=limit)
        self._release(limit)
        for number, received in events:
            self._take(number, received)
        return (events[-1][0] if events else last), len(events) < limit

    async def _reserve(self, least: int, most: int) -> int:
        """Wait until there is room for a number of events at least; take it, for some more if there is; return it."""
        async with self._turn:
            while (free := self._limits.held - self._held) < least:
                self._room.clear()
                await self._room.wait()
            reserved = min(free, most)
            self._held += reserved
            return reserved

    def _release(self, count: int) -> None:
        """Make room in memory."""
        self._held -= count
        self._room.set()

    def _take(self, number: int, received: Received) -> None:
        """Add an event to its chat: in memory, or to what the chat will find in the database."""
        if received.chat in self._postponed:
            return  # the chat finds it when it is resumed
        chat = self._chat(received.chat)
        if chat.taken == chat.newest and len(chat.held) < self._limits.held_of_chat:
            self._hold(chat, number, received)
        chat.newest = number

    def _resume(self, name: str, last: int) -> None:
        """Let a chat find what was postponed among the events up to a number."""
        self._postponed.discard(name)
        chat = self._chat(name)
        chat.resumed, chat.newest = True, max(chat.newest, last)

    def _chat(self, name: str) -> _Chat:
        if (chat := self._chats.get(name)) is None:
            chat = self._chats[name] = _Chat()
            self._tasks.create_task(self._serve(name, chat))
        return chat

    def _hold(self, chat: _Chat, number: int, received: Received) -> None:
        chat.held.append((number, received))
        chat.taken = number
        self._held += 1

    async def _opened(
        self, *, after: int, limit: int, until: int | None = None, chat: str | None = None
    ) -> list[Numbered]:
        """Return open events, as soon as the database can tell them."""
        while True:
            try:
                return await self._store.opened(self._channel, after=after, limit=limit, until=until, chat=chat)
            except StorageError as error:
                await self._recover(error)

    async def _recover(self, error: StorageError) -> None:
        log.error("inbox_unavailable", channel=self._channel, error=str(error))
        await asyncio.sleep(self._limits.recovery)

    # --- one chat --------------------------------------------------------------------------------

    async def _serve(self, name: str, chat: _Chat) -> None:
        """Handle the events of a chat one after another until there are none, or one is postponed."""
        while chat.resumed or chat.held or chat.taken < chat.newest:
            if chat.resumed:
                self._drop(chat, len(chat.held))
                chat.resumed, chat.taken = False, 0
            if not chat.held:
                await self._refill(name, chat)
                continue
            try:
                if not await self._finish(*chat.held[0]):
                    return  # what comes after it in this chat is left too
                self._drop(chat, 1)
            except PostponedError:
                self._drop(chat, len(chat.held))
                chat.taken = chat.newest
                if not chat.resumed:
                    self._postponed.add(name)
        del self._chats[name]

    def _drop(self, chat: _Chat, count: int) -> None:
        """Hold some events of a chat no longer."""
        for _ in range(count):
            chat.held.popleft()
        self._release(count)

    async def _refill(self, name: str, chat: _Chat) -> None:
        """Take the events of a chat that there was no room for."""
        limit, newest = await self._reserve(1, self._limits.held_of_chat), chat.newest
        events = await self._opened(after=chat.taken, until=newest, chat=name, limit=limit)
        self._release(limit)
        for number, received in events:
            self._hold(chat, number, received)
        if len(events) < limit:
            chat.taken = newest

    async def _finish(self, number: int, received: Received) -> bool:
        """Handle an event and note how that went; return False where it is left to the next process.

        Raises PostponedError where it is not handled now.
        """
        reason, note = None, None
        try:
            note = await self._handle_patiently(received)
        except _LeftError:
            return False
        except PostponedError:
            raise
        except JoligError as error:
            reason = str(error)
        except Exception as error:
            log.exception("inbox_handler_failed", channel=self._channel, id=received.id)
            reason = repr(error)
        if reason is not None:
            self._give_up(received, reason)
        await self._close(number, received, reason, note)
        return True

    def _give_up(self, received: Received, reason: str) -> None:
        self._metrics.gave_up(channel=self._channel)
        log.error("inbox_dead_letter", channel=self._channel, id=received.id, reason=reason)

    async def _handle_patiently(self, received: Received) -> Note | None:
        """Handle an event, again where it fails for a time; raise _LeftError where the stop comes before that."""
        for pause in self._limits.retry:
            try:
                return await self._handle(received)
            except UnkeptError:
                raise
            except (NetworkError, StorageError) as error:
                self._metrics.retried(channel=self._channel)
                log.warning("inbox_retry", channel=self._channel, id=received.id, error=str(error), seconds=pause)
            if await self._stopped_within(pause):
                raise _LeftError
        return await self._handle(received)

    async def _close(self, number: int, received: Received, reason: str | None, note: Note | None) -> None:
        """Note that an event is done with, when the database can; give it up where the note can never be kept."""
        while True:
            try:
                return await self._store.close(number, self._now(), reason, note)
            except StorageError as error:
                if note is None or not isinstance(error, UnkeptError):
                    await self._recover(error)
                    continue
                reason, note = str(error), None
                self._give_up(received, reason)

    async def _stopped_within(self, seconds: float) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stop.wait()
        return self._stop.is_set()
