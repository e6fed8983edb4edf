"""What waits for its key: how much, how long, and what is done about it meanwhile."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest

from bot.channels.matrix.keys import OF_ALL, OF_SENDER, Keys
from bot.channels.matrix.timing import Timing
from bot.inbox import PostponedError

if TYPE_CHECKING:
    from bot.channels.matrix.homeserver import Homeserver

BEGIN = datetime(2026, 1, 2, tzinfo=UTC)
TIMING = Timing()
SECOND = timedelta(seconds=1)


@dataclass(slots=True)
class Keyless:
    """A homeserver on which keys come when the test says so."""

    there: set[str] = field(default_factory=set)
    """The sessions whose key is there."""
    asked: list[str] = field(default_factory=list)

    def has_key(self, room: str, event: dict[str, Any]) -> bool:
        """Return whether the key is there."""
        return event["content"]["session_id"] in self.there

    async def request_key(self, room: str, event: dict[str, Any]) -> None:
        """Note what is asked for."""
        self.asked.append(event["content"]["session_id"])

    def forget_request(self, event: dict[str, Any]) -> None:
        """Do nothing."""


class World:
    """Events that come in without their keys, at a time that the test sets."""

    def __init__(self) -> None:
        self.server = Keyless()
        self.now = BEGIN
        self.resumed: list[str] = []
        self.told: list[str] = []
        server = cast("Homeserver", self.server)
        self.keys = Keys(server, resume=self.resumed.append, timing=TIMING, now=lambda: self.now)

    async def wait(self, session: str, *, sender: str = "anna", room: str = "room", since: datetime = BEGIN) -> bool:
        """Hand on an event; return whether it is postponed."""

        async def tell() -> None:
            self.told.append(room)

        event = {"sender": sender, "content": {"session_id": session}}
        try:
            await self.keys.wait(session, room, event, since, tell=tell)
        except PostponedError:
            return True
        return False

    def after(self, passed: timedelta) -> list[str]:
        """Let time pass since the begin; return what is resumed by then."""
        self.now = BEGIN + passed
        self.resumed.clear()
        self.keys.review()
        return list(self.resumed)


@pytest.fixture
def world() -> World:
    """Return a world at its begin."""
    return World()


async def test_what_has_its_key_now_is_resumed(world: World) -> None:
    """At once, and nothing else."""
    await world.wait("a")
    await world.wait("b")
    world.server.there.add("b")
    assert world.after(SECOND) == ["b"]
    assert world.after(SECOND) == []


async def test_what_is_due_is_done_once(world: World) -> None:
    """The sender is asked, then the people are told, then it is given up."""
    await world.wait("a")
    seen = []
    for passed in (TIMING.key_asked, TIMING.key_hint, TIMING.key_given_up):
        assert world.after(passed - SECOND) == []
        assert await world.wait("a")
        assert world.after(passed) == ["a"]
        waits = await world.wait("a")
        seen.append((waits, list(world.server.asked), list(world.told)))
    assert seen == [(True, ["a"], []), (True, ["a"], ["room"]), (False, ["a"], ["room"])]


async def test_a_room_is_told_seldom(world: World) -> None:
    """However much cannot be read in it; other rooms are told for themselves."""
    came = {"a": "room", "b": "room", "c": "other"}
    for passed in (timedelta(0), TIMING.key_hint):
        world.after(passed)
        for session, room in came.items():
            await world.wait(session, room=room)
    assert world.told == ["room", "other"]
    for passed in (TIMING.key_hint_pause, TIMING.key_hint_pause + TIMING.key_hint):
        world.after(passed)
        await world.wait("d", since=BEGIN + TIMING.key_hint_pause)
    assert world.told == ["room", "other", "room"]


async def test_what_its_key_does_not_open_is_given_up_at_once(world: World) -> None:
    """It is damaged, repeated, or older than the key; the people are told, as no other key may ever come."""
    world.server.there.add("a")
    assert not await world.wait("a")
    assert world.told == ["room"]
    assert world.after(TIMING.key_hint) == []


async def test_nothing_waits_in_the_chat_of_the_room(world: World) -> None:
    """Where everybody would wait with it; a key that was there may have been lost."""
    assert not await world.wait("room")
    assert world.told == ["room"]


async def test_what_is_given_up_after_a_restart_is_told(world: World) -> None:
    """It may have waited for so long while the bot was not there."""
    world.now = BEGIN + TIMING.key_given_up
    assert not await world.wait("a")
    assert world.told == ["room"]


@pytest.mark.parametrize(("limit", "senders"), [(OF_SENDER, 1), (OF_ALL, OF_ALL * 2)])
async def test_of_too_many_the_oldest_are_dropped(world: World, limit: int, senders: int) -> None:
    """Of one sender, and in all; they are resumed to be given up, it is told, and no key is asked for."""
    count = limit + 3
    for number in range(count):
        assert await world.wait(f"{number}", sender=f"{number % senders}")
    assert world.resumed == ["0", "1", "2"]
    assert [await world.wait(name) for name in ("0", "1", "2")] == [False] * 3
    assert world.told == ["room"]
    assert len(world.after(TIMING.key_asked)) == limit
    assert not world.server.asked


async def test_all_of_a_session_that_is_dropped_is_given_up(world: World) -> None:
    """What came before that; what comes afterwards is waited for."""
    for number in range(OF_SENDER + 1):
        await world.wait(f"{number}")
    assert world.resumed == ["0"]
    waits = [await world.wait("0", since=since) for since in (BEGIN - SECOND, BEGIN, BEGIN + SECOND)]
    assert waits == [False, False, True]
    assert world.resumed == ["0", "1"]


async def test_what_is_dropped_is_of_who_waits_for_most(world: World) -> None:
    """Not of who has waited longest: many who make up sessions in one room push out each other alone."""
    await world.wait("of anna", sender="anna", room="hers")
    await world.wait("of boris", sender="boris")
    for number in range(OF_ALL * 2):
        await world.wait(f"{number}", sender=f"puppet {number % 64}")
    assert world.resumed == [f"{number}" for number in range(OF_ALL + 2)]


async def test_a_sender_drops_nobody_elses(world: World) -> None:
    """Who makes up sessions pushes out the own alone."""
    await world.wait("of boris", sender="boris")
    for number in range(OF_SENDER * 3):
        await world.wait(f"{number}")
    assert "of boris" not in world.resumed
