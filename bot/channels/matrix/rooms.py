"""Which rooms the bot is in: invitations, upgrades, and rooms that everyone has left."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from bot.channels.matrix.events import MEMBER, Room
from bot.channels.matrix.homeserver import Homeserver, LimitError, RefusedError
from bot.errors import NetworkError

INVITED, REMOVED = "invited", "removed"
"""What stands in the inbox for an invitation and for a removal, which are no events of a room that the bot is in."""
EVERYONE = "all"
TRIES = 6
"""How often it is tried to join a room, which takes minutes: the room may be on a homeserver that does not answer."""
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Admission:
    """Whose invitations the bot accepts, and into how many rooms."""

    invites: tuple[str, ...]
    """Ids of users, names of homeservers, or `all`; none stands for the bot's own homeserver."""
    rooms: int

    def permits(self, inviter: str, user: str) -> bool:
        """Return whether somebody may invite the bot."""
        server = inviter.partition(":")[2]
        return bool({inviter, server, EVERYONE} & {*(self.invites or (user.partition(":")[2],))})


class Rooms:
    """Joins and leaves."""

    def __init__(self, server: Homeserver, admission: Admission) -> None:
        self._server = server
        self._admission = admission
        self._entering: Counter[str] = Counter()
        """How often it was tried to join each room that the bot is not known to be in yet."""

    async def invited(self, room: str, inviter: str) -> None:
        """Join, or turn the invitation down; raise NetworkError where that is to be tried again."""
        try:
            if self._admits(inviter, room):
                await self._enter(room)
            else:
                await self._server.leave(room)
                log.warning("matrix_invitation_declined", room=room, inviter=inviter)
        except RefusedError as error:  # it was taken back meanwhile
            log.info("matrix_invitation_void", room=room, error=str(error))

    async def upgraded(self, room: str, following: str, sender: str) -> None:
        """Follow to the room that somebody replaced one by, where one may enter; else wait for the invitation."""
        if not self._server.is_in(room) or not self._admits(sender, following):
            log.warning("matrix_upgrade_not_followed", room=room, following=following, sender=sender)
            return
        try:
            await self._enter(following, via=sender.partition(":")[2])
        except RefusedError as error:
            log.info("matrix_upgrade_needs_invitation", room=room, following=following, error=str(error))

    def _admits(self, inviter: str, room: str) -> bool:
        """Return whether somebody may take the bot into a room, and it is not in too many others."""
        for known in filter(self._server.is_in, list(self._entering)):
            del self._entering[known]
        others = {*self._server.rooms, *self._entering} - {room}
        return len(others) < self._admission.rooms and self._admission.permits(inviter, self._server.user)

    async def _enter(self, room: str, *, via: str | None = None) -> None:
        """Join a room; raise NetworkError where that is to be tried again, RefusedError where it was in vain."""
        self._entering[room] += 1
        try:
            await self._server.join(room, via=via)
        except RefusedError:
            self.left(room)
            raise
        except LimitError:
            self._entering[room] -= 1  # it was not tried
            raise
        except NetworkError as error:
            if self._entering[room] < TRIES:
                raise
            self.left(room)
            raise RefusedError(f"{TRIES} times {error}") from error

    def left(self, room: str) -> None:
        """Take note that the bot is not in a room, nor will be."""
        self._entering.pop(room, None)

    async def leave_empty(self) -> None:
        """Leave the rooms that everyone else has left."""
        for room in [room for room in self._server.rooms if self._server.members(room) == 1]:
            await self.leave(room)

    async def leave(self, room: str) -> None:
        """Leave a room."""
        self.left(room)
        try:
            await self._server.leave(room)
            log.info("matrix_room_left", room=room)
        except RefusedError as error:
            log.info("matrix_room_not_left", room=room, error=str(error))


def room_of(server: Homeserver, room: str, *, direct: bool) -> Room:
    """Return what reading needs to know of a room; `direct` is of when what is read was written."""
    return Room(room, direct=direct, name=server.name(room))


def is_direct(members: int) -> bool:
    """Return whether one person is alone with the bot where so many are, with those who are invited."""
    return members <= 2  # noqa: PLR2004 - the bot and a person


def invitation(state: Sequence[Any], user: str) -> str | None:
    """Return who invited a user, by the state that came with the invitation; None where it names several.

    Most of that state comes from the inviter's homeserver unchecked, the invitation itself from the own one. So each
    that names the user counts as it came, also where nio finds something odd in it.
    """
    sources = [event.source for event in state]
    inviters = {
        str(source.get("sender"))
        for source in sources
        if (source.get("type"), source.get("state_key")) == (MEMBER, user)
    }
    return inviters.pop() if len(inviters) == 1 else None
