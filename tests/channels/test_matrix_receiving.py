"""What comes in, with what a sync leaves out, however much it is and whatever fails meanwhile."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

import pytest
from nio import SyncResponse

from bot.channels.matrix import receiving
from bot.channels.matrix.events import CHANNEL, Reader
from bot.channels.matrix.homeserver import Event, ForbiddenError, Page, RefusedError
from bot.channels.matrix.receiving import Receiver
from bot.channels.matrix.timing import Timing
from bot.errors import ChannelError, NetworkError, StorageError
from bot.health import Health
from bot.inbox import Inbox, Received
from bot.storage import Storage
from bot.storage.database import MEMORY

if TYPE_CHECKING:
    from bot.channels.matrix.homeserver import Homeserver

BOT, ANNA, ROOM = "@jolig:example.org", "@anna:example.org", "!room:example.org"
NOW = datetime(2026, 1, 2, tzinfo=UTC)
OF_PAGE = 3


def said(number: int) -> Event:
    """Return a question."""
    content = {"msgtype": "m.text", "body": f"question {number}"}
    return {
        "event_id": f"${number}",
        "type": "m.room.message",
        "sender": ANNA,
        "origin_server_ts": 1,
        "content": content,
    }


def joined(number: int) -> Event:
    """Return the event by which the bot came into the room."""
    return said(number) | {
        "type": "m.room.member",
        "sender": BOT,
        "state_key": BOT,
        "content": {"membership": "join"},
    }


def became(number: int, membership: str, before: str) -> Event:
    """Return the event by which Boris comes or goes."""
    change = {"content": {"membership": membership}, "unsigned": {"prev_content": {"membership": before}}}
    return said(number) | {"type": "m.room.member", "state_key": "@boris:example.org", **change}


class Busy:
    """A homeserver with a room in which much is said; a sync tells the last event alone."""

    user = BOT

    def __init__(self, events: list[Event]) -> None:
        self.events = events
        self.failures: list[ChannelError] = []
        """How the next attempts at a page fail."""
        self.refusals = [0, 0]
        """How often the sync and the exchange of keys are refused yet."""
        self.pages = 0
        """How many pages were given."""
        self.keys: set[str] = set()
        """The sessions whose key is there."""
        self.present = 2
        """How many are in the room after all of it."""
        self.down: list[int] = []
        """For how many more requests the homeserver is down, each time that it is."""

    async def sync(self, _since: str | None, *, whole: bool, wait: float) -> SyncResponse:
        """Return the last event."""
        self._refuse(0)
        timeline = {"events": self.events[-1:], "limited": True, "prev_batch": str(len(self.events) - 1)}
        empty: dict[str, list[Any]] = {"events": []}
        room = {"timeline": timeline, "state": empty, "ephemeral": empty, "account_data": empty}
        told = {"next_batch": "next", "rooms": {"join": {ROOM: room}, "invite": {}, "leave": {}}}
        return SyncResponse.from_dict(told)

    async def exchange_keys(self) -> None:
        """Do nothing."""
        self._refuse(1)

    def _refuse(self, kind: int) -> None:
        if self.refusals[kind]:
            self.refusals[kind] -= 1
            raise RefusedError("403")

    async def earlier(self, _room: str, start: str, _end: str | None) -> Page:
        """Return a few events."""
        self._reach()
        if self.failures:
            raise self.failures.pop(0)
        self.pages += 1
        upto = int(start)
        begin = max(0, upto - OF_PAGE)
        return Page(self.events[begin:upto][::-1], str(begin) if begin else None)

    async def who(self) -> None:
        """Be there, or not."""
        self._reach()

    def _reach(self) -> None:
        if self.down and self.down[0]:
            self.down[0] -= 1
            raise NetworkError("503")
        self.down = self.down[1:]

    def message(self, _room: str, event: Event) -> str:
        """Return what names a message."""
        return f"{event['event_id']}"

    def has_key(self, _room: str, event: Event) -> bool:
        """Return whether the key is there."""
        return event["content"]["session_id"] in self.keys

    def decrypted(self, _room: str, event: Event) -> Event | None:
        """Return what is in an encrypted event."""
        return event["content"].get("inside")

    def members(self, _room: str) -> int:
        """Return how many are in the room."""
        return self.present

    def name(self, _room: str) -> str:
        """Return what the bot is called."""
        return "JOLIG"


class Watched(Inbox):
    """An inbox that notes how much is put at a time."""

    most = 0

    async def put(self, *events: Received) -> None:
        """Keep events."""
        self.most = max(self.most, len(events))
        await super().put(*events)


@pytest.fixture
async def storage() -> AsyncIterator[Storage]:
    """Return a database of a bot that has been there before."""
    async with Storage.open(MEMORY) as opened:
        await opened.save_position(CHANNEL, "before")
        yield opened


async def receive(server: Busy, storage: Storage) -> Watched:
    """Let the bot begin; return its inbox."""
    inbox = Watched(storage, now=lambda: NOW)
    receiver = Receiver(
        cast("Homeserver", server),
        Reader(BOT, commands=lambda: ()),
        inbox,
        storage,
        sign_in_again=server.exchange_keys,
        health=Health(),
        timing=Timing(retry=(0, 0, 0)),
        now=lambda: NOW,
        stop=asyncio.Event(),
    )
    await receiver.begin()
    return inbox


async def found(storage: Storage) -> list[str]:
    """Return the ids of what came in, in order."""
    return [received.id for _, received in await storage.opened(CHANNEL, after=0, limit=1000)]


def ids(*numbers: int) -> list[str]:
    """Return the ids of events."""
    return [f"${number}" for number in numbers]


async def test_however_much_it_is_it_comes_in_order_and_a_page_at_a_time(storage: Storage) -> None:
    """Nothing of it stays in memory."""
    inbox = await receive(Busy([said(number) for number in range(100)]), storage)
    assert await found(storage) == ids(*range(100))
    assert inbox.most == OF_PAGE
    assert await storage.position(CHANNEL) == "next"


async def test_nothing_from_before_the_bot_came_is_taken(storage: Storage) -> None:
    """Nor looked for."""
    events = [said(number) for number in range(40)]
    events[31] = joined(31)
    server = Busy(events)
    await receive(server, storage)
    assert await found(storage) == ids(*range(31, 40))
    assert server.pages == 6


async def test_where_the_bot_came_a_moment_ago_nothing_is_looked_for(storage: Storage) -> None:
    server = Busy([said(0), said(1), joined(2)])
    await receive(server, storage)
    assert (await found(storage), server.pages) == (ids(2), 0)


@pytest.mark.parametrize("failure", [RefusedError("400"), NetworkError("502")], ids=["refused", "network"])
async def test_a_page_that_fails_is_tried_again(storage: Storage, failure: ChannelError) -> None:
    """Something between the bot and the homeserver may refuse what the homeserver has."""
    server = Busy([said(number) for number in range(8)])
    server.failures = [failure] * 2
    await receive(server, storage)
    assert await found(storage) == ids(*range(8))


@pytest.mark.parametrize("refusals", [[9, 0], [0, 9]], ids=["sync", "keys"])
async def test_a_refusal_does_not_end_the_channel(storage: Storage, refusals: list[int]) -> None:
    """It is tried until it is allowed; what came in is there then."""
    server = Busy([said(0)])
    server.refusals = refusals
    await receive(server, storage)
    assert (await found(storage), server.refusals) == (ids(0), [0, 0])


async def test_a_homeserver_that_is_down_is_waited_for(storage: Storage) -> None:
    """However long and often: nothing of what it has is left out."""
    server = Busy([said(number) for number in range(20)])
    server.down = [9, 0, 9, 0, 9, 0, 9]
    await receive(server, storage)
    assert (await found(storage), server.down) == (ids(*range(20)), [])


@pytest.mark.parametrize(
    "failures",
    [[RefusedError("404")] * 3, [NetworkError("500")] * 3, [ForbiddenError("403")]],
    ids=["again and again", "damaged", "removed"],
)
async def test_what_is_refused_for_good_hides_nothing_else(storage: Storage, failures: list[ChannelError]) -> None:
    """A bot that was removed from the room is told so at once."""
    server = Busy([said(number) for number in range(8)])
    server.failures = failures
    await receive(server, storage)
    assert (await found(storage), server.failures) == (ids(7), [])
    assert await storage.position(CHANNEL) == "next"


async def test_of_what_has_no_end_the_newest_is_read(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the other rooms are served."""
    monkeypatch.setattr(receiving, "PAGES", 2)
    await receive(Busy([said(number) for number in range(100)]), storage)
    assert await found(storage) == ids(*range(93, 100))


async def test_what_cannot_be_kept_at_once_is_kept_later(storage: Storage) -> None:
    """And only then it is noted up to where it was read."""

    class Locked(Storage):
        failures = 2

        async def receive(self, events: Any) -> None:
            if type(self).failures:
                type(self).failures -= 1
                raise StorageError("locked")
            assert await self.position(CHANNEL) == "before"
            await super().receive(events)

    async with Locked.open(MEMORY) as locked:
        await locked.save_position(CHANNEL, "before")
        await receive(Busy([said(number) for number in range(8)]), locked)
        assert await found(locked) == ids(*range(8))
        assert await locked.position(CHANNEL) == "next"


def sealed(number: int, session: str) -> Event:
    """Return a question that is encrypted."""
    return said(number) | {"type": "m.room.encrypted", "content": {"session_id": session}}


async def chats(storage: Storage) -> dict[str, str]:
    """Return in which chat each event is that came in."""
    return {received.id: received.chat for _, received in await storage.opened(CHANNEL, after=0, limit=1000)}


async def test_what_is_encrypted_is_handled_in_the_order_of_its_room(storage: Storage) -> None:
    """What has no key waits apart, and with it what comes in its session until it has been handled."""
    server = Busy([said(0), sealed(1, "here"), sealed(2, "late"), said(3)])
    server.keys.add("here")
    await receive(server, storage)
    late = f"{ROOM} {ANNA} late"
    assert await chats(storage) == {"$0": ROOM, "$1": ROOM, "$2": late, "$3": ROOM}
    server.keys.add("late")
    server.events.append(sealed(4, "late"))
    await receive(server, storage)
    assert (await chats(storage))["$4"] == late
    for number, received in await storage.opened(CHANNEL, after=0, limit=1000):
        if received.chat == late:
            await storage.close(number, NOW)
    server.events.append(sealed(5, "late"))
    await receive(server, storage)
    assert (await chats(storage))["$5"] == ROOM


async def test_whose_something_is_is_kept_with_it(storage: Storage) -> None:
    """In a thread it belongs to the conversation there."""
    thread = {"m.relates_to": {"rel_type": "m.thread", "event_id": "$root"}}
    server = Busy([said(0) | {"content": said(0)["content"] | thread}, said(1)])
    await receive(server, storage)
    askers = [received.asker for _, received in await storage.opened(CHANNEL, after=0, limit=9)]
    assert askers == [f"{ROOM}:t$root:u{ANNA}", f"{ROOM}:u{ANNA}"]


async def test_of_what_is_encrypted_only_what_is_for_the_bot_is_kept(storage: Storage) -> None:
    """As it came in, and what cannot be read all the same; what people tell each other is not."""
    insides = [said(0), said(1) | {"sender": BOT}, None]
    events = [sealed(number, "here") for number in range(3)]
    for inside, outside in zip(insides, events, strict=True):
        outside["content"]["inside"] = inside
    server = Busy(events)
    server.keys.add("here")
    await receive(server, storage)
    kept = [json.loads(received.payload)["event"] for _, received in await storage.opened(CHANNEL, after=0, limit=9)]
    assert kept == [events[0], events[2]]


async def directly(storage: Storage) -> dict[str, bool]:
    """Return of each question whether it was asked alone with the bot."""
    came = [received for _, received in await storage.opened(CHANNEL, after=0, limit=99)]
    return {received.id: json.loads(received.payload)["direct"] for received in came}


@pytest.mark.parametrize("after", [0, 1, 9], ids=["in the sync", "in its page", "pages later"])
async def test_what_a_group_said_is_not_for_the_bot_where_it_is_alone_with_one_of_it_now(
    storage: Storage, after: int
) -> None:
    """Boris left before it was read."""
    server = Busy([said(1), became(2, "leave", "join"), *[said(3 + number) for number in range(after)]])
    await receive(server, storage)
    assert await directly(storage) == {"$2": True} | {f"${3 + number}": True for number in range(after)}


@pytest.mark.parametrize("after", [0, 1, 9], ids=["in the sync", "in its page", "pages later"])
async def test_what_was_asked_alone_is_for_the_bot_though_others_are_invited(storage: Storage, after: int) -> None:
    """What is said once Boris is invited is not; that he accepts makes them no more."""
    server = Busy(
        [said(1), became(2, "invite", ""), became(3, "join", "invite"), *[said(4 + number) for number in range(after)]]
    )
    server.present = 3
    await receive(server, storage)
    assert await directly(storage) == {"$1": True}
