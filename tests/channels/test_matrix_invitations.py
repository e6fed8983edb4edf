"""Invitations into rooms that cannot be joined, or not yet."""

from typing import TYPE_CHECKING, Any, cast

import pytest
from nio.events import InviteEvent

from bot.channels.matrix.homeserver import LimitError, RefusedError
from bot.channels.matrix.rooms import TRIES, Admission, Rooms, invitation
from bot.errors import NetworkError

if TYPE_CHECKING:
    from bot.channels.matrix.homeserver import Homeserver

BOT, ANNA = "@jolig:example.org", "@anna:example.org"


class Federation:
    """A homeserver that joins rooms of others, as far as those answer."""

    user = BOT

    def __init__(self) -> None:
        self.rooms: list[str] = []
        """The rooms that the last sync told of."""
        self.tried: list[str] = []
        self.left: list[str] = []
        self.hanging: set[str] = set()
        self.limited = 0
        """How many attempts more are too many."""
        self.refused: set[str] = set()

    def is_in(self, room: str) -> bool:
        """Return whether the bot is in a room, by the last sync."""
        return room in self.rooms

    async def join(self, room: str, *, via: str | None = None) -> None:
        """Join a room, which the next sync tells of."""
        self.tried.append(room)
        if self.limited:
            self.limited -= 1
            raise LimitError("too many")
        if room in self.hanging:
            raise NetworkError(f"the homeserver of {room} does not answer ({via})")
        if room in self.refused:
            raise RefusedError("not allowed")

    async def leave(self, room: str) -> None:
        """Leave a room, or turn an invitation down."""
        self.left.append(room)


@pytest.fixture
def federation() -> Federation:
    """Return a homeserver."""
    return Federation()


def rooms_of(federation: Federation, rooms: int) -> Rooms:
    """Return what joins up to a number of rooms."""
    return Rooms(cast("Homeserver", federation), Admission((), rooms))


async def test_invitations_at_once_do_not_exceed_the_limit(federation: Federation) -> None:
    """A room counts from the moment that it is joined, not from when the homeserver tells so."""
    rooms = rooms_of(federation, 2)
    for room in ("a", "b", "c"):
        await rooms.invited(room, ANNA)
    assert (federation.tried, federation.left) == (["a", "b"], ["c"])


async def test_a_room_counts_once(federation: Federation) -> None:
    """While it is tried again, when it is joined, and when it is left before a sync told of it."""
    rooms = rooms_of(federation, 1)
    federation.hanging.add("a")
    with pytest.raises(NetworkError):
        await rooms.invited("a", ANNA)
    federation.hanging.clear()
    await rooms.invited("a", ANNA)
    federation.rooms.append("a")
    await rooms.invited("b", ANNA)
    federation.rooms.clear()
    await rooms.invited("c", ANNA)
    rooms.left("c")
    await rooms.invited("d", ANNA)
    assert (federation.tried, federation.left) == (["a", "a", "c", "d"], ["b"])


@pytest.mark.parametrize("upgraded", [False, True], ids=["invited", "upgraded"])
async def test_a_room_that_does_not_answer_is_given_up(federation: Federation, *, upgraded: bool) -> None:
    """After some attempts, and then it counts no longer."""
    federation.rooms.append("old")
    federation.hanging.add("a")
    rooms = rooms_of(federation, 2)

    async def come(room: str) -> None:
        await (rooms.upgraded("old", room, ANNA) if upgraded else rooms.invited(room, ANNA))

    for _ in range(TRIES - 1):
        with pytest.raises(NetworkError):
            await come("a")
    await come("a")
    await come("b")
    assert federation.tried == ["a"] * TRIES + ["b"]


async def test_an_invitation_that_was_taken_back_takes_no_room(federation: Federation) -> None:
    """Somebody else may invite."""
    federation.refused.add("a")
    rooms = rooms_of(federation, 1)
    await rooms.invited("a", ANNA)
    await rooms.invited("b", ANNA)
    assert federation.tried == ["a", "b"]


def invited_by(sender: str, **content: Any) -> InviteEvent:
    """Return an invitation as nio reads it."""
    content = {"membership": "invite", **content}
    event = {"type": "m.room.member", "sender": sender, "state_key": BOT, "content": content}
    return InviteEvent.parse_event(event)


def test_who_invites_is_told_by_the_invitation() -> None:
    assert invitation([invited_by(ANNA)], BOT) == ANNA


def test_an_invitation_that_looks_odd_hides_behind_no_other() -> None:
    """A stranger's homeserver adds to the stranger's own one, which is real, one that it says is of somebody else."""
    real, forged = invited_by("@eve:b.example", displayname=5), invited_by(ANNA)
    assert invitation([forged, real], BOT) is None
    assert invitation([real], BOT) == "@eve:b.example"


async def test_a_room_is_not_given_up_for_the_limits_of_the_own_homeserver(federation: Federation) -> None:
    """However many attempts they cost: the room itself was not asked."""
    federation.limited = TRIES * 2
    rooms = rooms_of(federation, 1)
    for _ in range(TRIES * 2):
        with pytest.raises(LimitError):
            await rooms.invited("a", ANNA)
    federation.hanging.add("a")
    with pytest.raises(NetworkError):
        await rooms.invited("a", ANNA)
