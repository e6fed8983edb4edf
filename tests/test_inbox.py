"""What comes in is handled once, in order, by chat; what fails is tried again; nothing is lost."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from weakref import WeakValueDictionary

import pytest
from structlog.testing import capture_logs

from bot.core.models import Conversation, DialogueState, Note
from bot.errors import ChannelError, NetworkError, StorageError, UnkeptError
from bot.inbox import Inbox, Limits, PostponedError, Received
from bot.storage import Storage
from bot.storage.database import MEMORY

NOW = datetime(2026, 1, 2, tzinfo=UTC)
PATIENCE = 10
"""Seconds to wait for what has to happen; reached only where it does not."""


def event(number: int, chat: str = "ann", channel: str = "telegram") -> Received:
    """Return one event of many."""
    return Received(channel, str(number), chat, f'{{"text": "question {number}"}}')


@pytest.fixture
async def storage() -> AsyncIterator[Storage]:
    """Return an empty database."""
    async with Storage.open(MEMORY) as opened:
        yield opened


class Handler:
    """Notes what it is given; holds up chats, and fails, as it is told."""

    def __init__(self) -> None:
        self.began: list[str] = []
        self.ended: list[str] = []
        self.held: dict[str, asyncio.Event] = {}
        """The chats whose events wait for something, and for what."""
        self.failures: dict[str, list[Exception]] = {}
        """How the attempts at an event fail, by id."""
        self.at_once = 0
        """The most events that were handled at a time."""
        self._change = asyncio.Event()

    def hold(self, *chats: str) -> asyncio.Event:
        """Let the events of chats wait until what is returned is set."""
        gate = asyncio.Event()
        self.held |= dict.fromkeys(chats, gate)
        return gate

    async def __call__(self, received: Received) -> None:
        """Handle an event."""
        self.began.append(received.id)
        self.at_once = max(self.at_once, len(self.began) - len(self.ended))
        self._changed()
        try:
            if gate := self.held.get(received.chat):
                await gate.wait()
            if failures := self.failures.get(received.id):
                raise failures.pop(0)
        finally:
            self.ended.append(received.id)
            self._changed()

    def _changed(self) -> None:
        self._change.set()
        self._change = asyncio.Event()

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until something holds."""
        async with asyncio.timeout(PATIENCE):
            while not condition():
                await self._change.wait()


def inbox_of(storage: Storage, **limits: object) -> Inbox:
    """Return an inbox that a test has the time for."""
    quick: dict[str, object] = {"retry": (0, 0), "recovery": 0}
    return Inbox(storage, now=lambda: NOW, limits=Limits(**{**quick, **limits}))  # type: ignore[arg-type]


@asynccontextmanager
async def running(inbox: Inbox, handle: Handler, channel: str = "telegram") -> AsyncIterator[asyncio.Event]:
    """Hand on the events of a channel; stop at the end."""
    stop = asyncio.Event()
    task = asyncio.create_task(inbox.run(channel, handle, stop=stop))
    try:
        yield stop
    finally:
        stop.set()
        async with asyncio.timeout(PATIENCE):
            await task


async def open_ids(storage: Storage, channel: str = "telegram") -> list[str]:
    """Return the ids of the events that are open."""
    return [received.id for _, received in await storage.opened(channel, after=0, limit=100_000)]


async def test_what_was_put_is_handled(storage: Storage) -> None:
    """Before the handing on begins as well as after, with all that was received."""
    inbox, seen = inbox_of(storage), list[Received]()
    await inbox.put(event(1))
    stop = asyncio.Event()

    async def handle(received: Received) -> None:
        seen.append(received)
        if received.id == "2":
            stop.set()

    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as tasks:
        tasks.create_task(inbox.run("telegram", handle, stop=stop))
        await inbox.put(event(2))
    assert seen == [event(1), event(2)]
    assert await open_ids(storage) == []


async def test_a_duplicate_is_handled_once(storage: Storage) -> None:
    """Whether it comes at once, while the first is handled, or afterwards."""
    inbox, handle = inbox_of(storage), Handler()
    gate = handle.hold("ann")
    await inbox.put(event(1), event(1))
    async with running(inbox, handle):
        await handle.until(lambda: handle.began)
        await inbox.put(event(1))
        gate.set()
        await handle.until(lambda: handle.ended)
        await inbox.put(event(1), event(2))
        await handle.until(lambda: "2" in handle.ended)
    assert handle.ended == ["1", "2"]


async def test_channels_do_not_mix(storage: Storage) -> None:
    """The same id may come in on two channels, and each has its own events."""
    inbox, telegram, matrix = inbox_of(storage), Handler(), Handler()
    await inbox.put(event(1), event(1, channel="matrix"), event(2, channel="matrix"))
    async with running(inbox, telegram), running(inbox, matrix, "matrix"):
        await matrix.until(lambda: len(matrix.ended) == 2)
        await telegram.until(lambda: telegram.ended)
    assert (telegram.ended, matrix.ended) == (["1"], ["1", "2"])


# --- order and bounds ----------------------------------------------------------------------------


async def test_a_chat_is_handled_in_order(storage: Storage) -> None:
    """One event after another, also where there are more of them than are held in memory."""
    inbox, handle = inbox_of(storage, held=10, held_of_chat=3), Handler()
    await inbox.put(*map(event, range(20)))
    async with running(inbox, handle):
        for number in range(20, 50):
            await inbox.put(event(number))
    assert handle.ended == [str(number) for number in range(50)]
    assert handle.at_once == 1


async def test_chats_do_not_wait_for_each_other(storage: Storage) -> None:
    """While one takes its time, another is served."""
    inbox, handle = inbox_of(storage), Handler()
    gate = handle.hold("ann")
    await inbox.put(event(1, "ann"), event(2, "bob"))
    async with running(inbox, handle):
        await handle.until(lambda: handle.ended)
        assert handle.ended == ["2"]
        gate.set()


async def test_no_more_is_handled_at_a_time_than_the_limit(storage: Storage) -> None:
    """However many chats there are."""
    inbox, handle = inbox_of(storage, held=4), Handler()
    gate = handle.hold(*map(str, range(20)))
    await inbox.put(*(event(number, str(number)) for number in range(20)))
    async with running(inbox, handle):
        await handle.until(lambda: len(handle.began) == 4)
        gate.set()
    assert (handle.at_once, len(handle.ended)) == (4, 20)


async def test_a_flood_in_one_chat_does_not_hold_up_the_others(storage: Storage) -> None:
    """Who comes after a thousand messages of somebody else is served before most of those."""
    inbox, handle = inbox_of(storage, held=50, held_of_chat=5), Handler()
    gate = handle.hold("flood")
    await inbox.put(*(event(number, "flood") for number in range(1000)), event(1000, "ann"))
    async with running(inbox, handle):
        await handle.until(lambda: handle.ended)
        assert handle.ended == ["1000"]
        gate.set()
    assert len(handle.ended) == 1001


class Tracked(Received):
    """An event that can be watched for how long it is in memory."""


class Counting:
    """A store that counts how many of the events that it gave away are in memory."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._alive: WeakValueDictionary[int, Tracked] = WeakValueDictionary()
        self.most = self._given = 0
        self.receive = storage.receive
        self.dead_letters = storage.dead_letters

    async def opened(
        self, channel: str, *, after: int, limit: int, until: int | None = None, chat: str | None = None
    ) -> list[tuple[int, Received]]:
        """Return open events."""
        events = await self._storage.opened(channel, after=after, limit=limit, until=until, chat=chat)
        return [(number, self._tracked(received)) for number, received in events]

    def _tracked(self, received: Received) -> Received:
        tracked = Tracked(*(getattr(received, field.name) for field in fields(received)))
        self._given += 1
        self._alive[self._given] = tracked
        self.most = max(self.most, len(self._alive))
        return tracked

    async def close(self, number: int, at: datetime, reason: str | None = None, note: Note | None = None) -> None:
        """Close an event."""
        await self._storage.close(number, at, reason, note)


@pytest.mark.parametrize("of_chat", [1, 10])
async def test_memory_is_bounded(storage: Storage, of_chat: int) -> None:
    """What there is no room for waits in the database, however many chats there are and however much each has."""
    counting, handle = Counting(storage), Handler()
    inbox = Inbox(counting, now=lambda: NOW, limits=Limits(held=20, held_of_chat=5))
    await inbox.put(*(event(number, str(number // of_chat % 40)) for number in range(500)))
    async with running(inbox, handle):
        await handle.until(lambda: len(handle.ended) == 500)
    assert 15 < counting.most <= 20


# --- failures ------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [NetworkError("out of reach"), StorageError("locked")], ids=["network", "storage"])
async def test_what_fails_for_a_time_is_tried_again(storage: Storage, error: Exception) -> None:
    """Later events of the chat wait for it."""
    inbox, handle = inbox_of(storage), Handler()
    handle.failures["1"] = [error, error]
    await inbox.put(event(1), event(2))
    async with running(inbox, handle):
        await handle.until(lambda: "2" in handle.ended)
    assert handle.ended == ["1", "1", "1", "2"]
    assert await inbox.dead_letters("telegram") == 0


async def test_a_chat_that_is_tried_again_later_holds_up_no_other(storage: Storage) -> None:
    """They are served while it pauses."""
    inbox, handle = inbox_of(storage, retry=(600,)), Handler()
    handle.failures["1"] = [NetworkError("out of reach")]
    await inbox.put(event(1, "ann"), event(2, "bob"))
    async with running(inbox, handle):
        await handle.until(lambda: "2" in handle.ended)
    assert handle.ended == ["1", "2"]


@pytest.mark.parametrize(
    ("failures", "reason"),
    [
        ([NetworkError("out of reach")] * 3, "out of reach"),
        ([ChannelError("refused")], "refused"),
        ([RuntimeError("a defect")], "RuntimeError('a defect')"),
    ],
    ids=["too often", "for good", "defect"],
)
async def test_what_cannot_be_handled_is_a_dead_letter(
    storage: Storage, failures: list[Exception], reason: str
) -> None:
    """It is kept with its reason and its time, counted and logged; the chat goes on."""
    inbox, handle = inbox_of(storage), Handler()
    handle.failures["1"] = list(failures)
    await inbox.put(event(1), event(2))
    with capture_logs() as logs:
        async with running(inbox, handle):
            await handle.until(lambda: "2" in handle.ended)
    assert await inbox.dead_letters("telegram") == 1
    assert await open_ids(storage) == []
    query = "SELECT payload, closed, reason FROM inbox WHERE id = '1'"
    row = await storage._run(lambda connection: connection.exec_driver_sql(query).one())
    assert tuple(row) == (event(1).payload, NOW.isoformat(), reason)
    assert {
        "event": "inbox_dead_letter",
        "log_level": "error",
        "channel": "telegram",
        "id": "1",
        "reason": reason,
    } in logs


async def test_a_duplicate_of_a_dead_letter_is_ignored(storage: Storage) -> None:
    """It was given up; that the platform says it again changes nothing."""
    inbox, handle = inbox_of(storage, retry=()), Handler()
    handle.failures["1"] = [ChannelError("refused")]
    async with running(inbox, handle):
        await inbox.put(event(1))
        await handle.until(lambda: handle.ended)
        await inbox.put(event(1), event(2))
        await handle.until(lambda: "2" in handle.ended)
    assert handle.ended == ["1", "2"]


class Failing(Counting):
    """A store that fails a few times in each method before it works again."""

    def __init__(self, storage: Storage) -> None:
        super().__init__(storage)
        self.failures = {"opened": 2, "close": 2}

    def _fail(self, method: str) -> None:
        if self.failures[method]:
            self.failures[method] -= 1
            raise StorageError("the database is locked")

    async def opened(
        self, channel: str, *, after: int, limit: int, until: int | None = None, chat: str | None = None
    ) -> list[tuple[int, Received]]:
        """Return open events."""
        self._fail("opened")
        return await super().opened(channel, after=after, limit=limit, until=until, chat=chat)

    async def close(self, number: int, at: datetime, reason: str | None = None, note: Note | None = None) -> None:
        """Close an event."""
        self._fail("close")
        await super().close(number, at, reason, note)


async def test_a_database_that_fails_for_a_time_loses_and_repeats_nothing(storage: Storage) -> None:
    """What was handled is noted once that can be done, and not handled again."""
    handle = Handler()
    inbox = Inbox(Failing(storage), now=lambda: NOW, limits=Limits(recovery=0))
    await inbox.put(event(1), event(2))
    with capture_logs() as logs:
        async with running(inbox, handle):
            await handle.until(lambda: "2" in handle.ended)
    assert handle.ended == ["1", "2"]
    assert [entry["event"] for entry in logs] == ["inbox_unavailable"] * 4
    assert await open_ids(storage) == []


class Refusing(Counting):
    """A store that can never keep a note."""

    async def close(self, number: int, at: datetime, reason: str | None = None, note: Note | None = None) -> None:
        """Close an event, if it has no note."""
        if note:
            raise UnkeptError("no database can keep this")
        await super().close(number, at, reason)


async def test_a_note_that_can_never_be_kept_holds_up_nobody(storage: Storage) -> None:
    """The event is a dead letter, and the next one of its chat is handled."""

    async def handle(received: Received) -> Note | None:
        note = Note(Conversation("telegram", "ann"), DialogueState(NOW))
        handled.append(received.id)
        if received.id == "2":
            done.set()
        return note if received.id == "1" else None

    handled, done = list[str](), asyncio.Event()
    inbox, stop = Inbox(Refusing(storage), now=lambda: NOW), asyncio.Event()
    await inbox.put(event(1), event(2))
    with capture_logs() as logs:
        running = asyncio.create_task(inbox.run("telegram", handle, stop=stop))
        await done.wait()
        stop.set()
        await running
    assert handled == ["1", "2"]
    assert [(entry["event"], entry["reason"]) for entry in logs] == [("inbox_dead_letter", "no database can keep this")]
    assert await inbox.dead_letters("telegram") == 1


# --- stop and start ------------------------------------------------------------------------------


async def test_what_is_in_the_inbox_is_handled_after_the_stop(storage: Storage) -> None:
    """All of it, and then the handing on ends."""
    inbox, handle = inbox_of(storage, held=5, held_of_chat=2), Handler()
    gate = handle.hold("ann")
    await inbox.put(*map(event, range(30)))
    async with running(inbox, handle) as stop:
        await handle.until(lambda: handle.began)
        stop.set()
        gate.set()
    assert len(handle.ended) == 30


async def test_what_takes_too_long_after_the_stop_is_left_to_the_next_process(tmp_path: Path) -> None:
    """The end comes in time; the next process handles it first."""
    path = tmp_path / "bot.sqlite3"
    async with Storage.open(path) as storage:
        inbox, handle = inbox_of(storage, drain=0), Handler()
        handle.hold("ann")
        await inbox.put(event(1), event(2))
        with capture_logs() as logs:
            async with running(inbox, handle):
                await handle.until(lambda: handle.began)
        assert [entry["event"] for entry in logs] == ["inbox_drain_timed_out"]
    async with Storage.open(path) as storage:
        inbox, handle = inbox_of(storage), Handler()
        await inbox.put(event(3))
        async with running(inbox, handle):
            pass
    assert handle.ended == ["1", "2", "3"]


async def test_the_stop_does_not_wait_for_another_attempt(storage: Storage) -> None:
    """What failed for a time is left open, and so is what came after it in the chat."""
    inbox, handle = inbox_of(storage, retry=(600,)), Handler()
    handle.failures["1"] = [NetworkError("out of reach")]
    await inbox.put(event(1), event(2), event(3, "bob"))
    async with running(inbox, handle):
        await handle.until(lambda: len(handle.ended) == 2)
    assert handle.ended == ["1", "3"]
    assert await open_ids(storage) == ["1", "2"]


# --- what waits for something --------------------------------------------------------------------


class Postponing(Handler):
    """Handles only what is ready."""

    def __init__(self) -> None:
        super().__init__()
        self.ready: set[str] = set()
        self.done: list[str] = []

    async def __call__(self, received: Received) -> None:
        """Handle an event, or postpone it."""
        await super().__call__(received)
        if received.chat not in self.ready:
            raise PostponedError
        self.done.append(received.id)
        self._changed()


async def test_what_is_postponed_takes_no_room(storage: Storage) -> None:
    """However many chats wait, there is memory for the others; and nobody is told that something is late."""
    inbox, handle = inbox_of(storage, held=4), Postponing()
    handle.ready.add("ann")
    await inbox.put(*(event(number, chat=f"waits {number}") for number in range(20)), event(20))
    async with running(inbox, handle):
        await handle.until(lambda: handle.done)
        assert handle.done == ["20"]
    assert await open_ids(storage) == [str(number) for number in range(20)]
    assert await inbox.waiting() == {}


async def test_a_chat_is_resumed_in_order(storage: Storage) -> None:
    """From what was postponed on; meanwhile what comes after it in the chat is not even looked at."""
    inbox, handle = inbox_of(storage), Postponing()
    await inbox.put(event(1), event(2))
    async with running(inbox, handle):
        await handle.until(lambda: handle.ended)
        handle.ready |= {"ann", "other"}
        await inbox.put(event(3), event(4, chat="other"))
        await handle.until(lambda: "4" in handle.done)
        assert handle.done == ["4"]
        inbox.resume("telegram", "ann")
        await inbox.put(event(5))
        await handle.until(lambda: len(handle.done) == 5)
    assert handle.done == ["4", "1", "2", "3", "5"]


async def test_a_chat_that_is_resumed_while_it_is_handled_is_handled_again(storage: Storage) -> None:
    """What it waits for may come between the handler's look and the postponing; then nothing is postponed any more."""
    inbox, handle = inbox_of(storage), Postponing()
    gate = handle.hold("ann")
    await inbox.put(event(1))
    async with running(inbox, handle):
        await handle.until(lambda: handle.began)
        inbox.resume("telegram", "ann")
        await inbox.put(event(2, chat="other"))
        await handle.until(lambda: "2" in handle.ended)
        gate.set()
        handle.ready.add("ann")
        handle.failures["1"] = [PostponedError()]
        await handle.until(lambda: handle.done)
    assert handle.began == ["1", "2", "1"]
    await inbox.put(event(3))
    assert "telegram" in await inbox.waiting()


async def test_it_is_told_whether_a_chat_has_something_open(storage: Storage) -> None:
    """Also where that is postponed; not once it was handled."""
    inbox, handle = inbox_of(storage), Postponing()
    handle.ready.add("bob")
    await inbox.put(event(1), event(2, chat="bob"))
    async with running(inbox, handle):
        await handle.until(lambda: len(handle.ended) == 2)
    assert [await inbox.has_open("telegram", chat) for chat in ("ann", "bob", "eve")] == [True, False, False]


async def test_what_is_postponed_is_handed_on_when_the_channel_is_started_again(storage: Storage) -> None:
    """What it waited for may have come meanwhile."""
    inbox, handle = inbox_of(storage), Postponing()
    await inbox.put(event(1))
    async with running(inbox, handle):
        await handle.until(lambda: handle.ended)
    async with running(inbox, handle):
        await handle.until(lambda: len(handle.ended) == 2)


async def test_what_was_postponed_is_handed_on_by_the_next_process(storage: Storage) -> None:
    """It stays open."""
    for handle in (Postponing(), Postponing()):
        inbox = inbox_of(storage)
        await inbox.put(event(1))
        async with running(inbox, handle):
            await handle.until(lambda handle=handle: handle.ended)
    assert await open_ids(storage) == ["1"]
