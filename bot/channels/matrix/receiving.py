"""What the homeserver hands over, into the inbox: first what came in is kept, then up to where it was read."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import chain, repeat
from typing import Protocol, TypeVar

import structlog
from nio import SyncResponse, Timeline

from bot.channels.matrix.client import UNREADABLE
from bot.channels.matrix.events import CHANNEL, Reader, Room, person_in
from bot.channels.matrix.homeserver import Event, ForbiddenError, Homeserver, LoggedOutError, Page, RefusedError
from bot.channels.matrix.rooms import INVITED, REMOVED, invitation, is_direct, room_of
from bot.channels.matrix.timing import Timing, stopped_within
from bot.errors import JoligError, NetworkError, StorageError
from bot.health import Health
from bot.inbox import Inbox, Received

PAGES = 1000
"""Pages to read of what one sync left out of one room: the newest 100,000 events."""
_PASSING: tuple[type[JoligError], ...] = (NetworkError, StorageError, RefusedError)
"""What need not be so the next time; something before the homeserver may refuse what that does not."""
_Result = TypeVar("_Result")
_Stretch = tuple[list[Event], int]
"""Events of a room, and how many were in it before them, with those who were invited."""
log = structlog.get_logger()


class Positions(Protocol):
    """Where it is kept up to where a channel has read."""

    async def position(self, channel: str) -> str | None:
        """Return up to where a channel has read, None where it has not begun."""

    async def save_position(self, channel: str, token: str) -> None:
        """Keep up to where a channel has read."""


class Receiver:
    """Takes what happens in the bot's rooms, without a gap, and puts what may be for the bot into the inbox."""

    def __init__(
        self,
        server: Homeserver,
        reader: Reader,
        inbox: Inbox,
        positions: Positions,
        *,
        sign_in_again: Callable[[], Awaitable[None]],
        health: Health,
        timing: Timing,
        now: Callable[[], datetime],
        stop: asyncio.Event,
    ) -> None:
        self._server = server
        self._reader = reader
        self._inbox = inbox
        self._positions = positions
        self._sign_in_again = sign_in_again
        self._health = health
        self._timing = timing
        self._now = now
        self._stop = stop

    async def begin(self) -> None:
        """Learn the state of all rooms and take what came in since the last time; the first time, only invitations."""
        self._since = await self._positions.position(CHANNEL)
        await self._take(whole=True)

    async def run(self) -> None:
        """Take what comes in until the stop; raise TokenError where the session was ended."""
        while not self._stop.is_set():
            await self._take(whole=False)

    async def _take(self, *, whole: bool) -> None:
        since = self._since
        wait = 0 if whole else self._timing.poll
        response = await self._patiently(lambda: self._server.sync(since, whole=whole, wait=wait))
        if response is None:
            return
        await self._patiently(self._server.exchange_keys)
        async for came in self._came(response, since):
            await self._patiently(partial(self._inbox.put, *came))
        if not self._stop.is_set():  # else some of it may not be kept, and comes in again
            await self._patiently(partial(self._positions.save_position, CHANNEL, response.next_batch))
            self._since = response.next_batch

    async def _patiently(self, action: Callable[[], Awaitable[_Result]]) -> _Result | None:
        """Do something, again where it fails for a time; return None where the stop comes first."""
        for pause in chain(self._timing.retry, repeat(self._timing.retry[-1])):
            try:
                result = await self._unless_stopped(action)
            except LoggedOutError:
                await self._sign_in_again()
            except _PASSING as error:
                log.warning("matrix_unreachable", error=str(error))
                self._health.set(CHANNEL, str(error))
            else:
                self._health.set(CHANNEL, None)
                return result
            if await stopped_within(self._stop, pause):
                break
        return None

    async def _unless_stopped(self, action: Callable[[], Awaitable[_Result]]) -> _Result | None:
        """Do something; give it up at the stop, as what was not kept comes in again."""
        doing, stopped = asyncio.ensure_future(action()), asyncio.ensure_future(self._stop.wait())
        try:
            await asyncio.wait({doing, stopped}, return_when=asyncio.FIRST_COMPLETED)
            return doing.result() if doing.done() else None
        finally:
            stopped.cancel()
            if not doing.done():
                doing.cancel()
                await asyncio.wait({doing})

    # --- what came in ----------------------------------------------------------------------------

    async def _came(self, response: SyncResponse, since: str | None) -> AsyncIterator[list[Received]]:
        """Yield what of a sync may be for the bot, in order, some at a time."""
        yield [
            # In a chat of the inviter's: who names rooms that cannot be joined holds up none but the own invitations.
            self._received(
                room,
                f"{INVITED} {room} {since}",
                {"type": INVITED, "sender": inviter},
                chat=f"{INVITED} {inviter}",
                asker=person_in(room, inviter).id,
            )
            for room, info in response.rooms.invite.items()
            if (inviter := invitation(info.invite_state, self._server.user))
        ]
        for room in response.rooms.leave:
            self._server.forget(room)
            yield [self._received(room, f"{REMOVED} {room} {since}", {"type": REMOVED}, chat=room)]
        # What is there is not to wait for what has to be looked for.
        for room, info in sorted(response.rooms.join.items(), key=lambda joined: joined[1].timeline.limited):
            if since is not None:
                async for events, members in self._events(room, info.timeline, since):
                    yield [wanted async for wanted in self._wanted(room, events, members)]

    async def _events(self, room: str, timeline: Timeline, since: str) -> AsyncIterator[_Stretch]:
        """Yield the events of a room since a token, in order: also those that the sync left out."""
        events = [event.source for event in timeline.events]
        # How many are in the room is known of now; what has changed that since is undone.
        members = self._server.members(room) - self._reader.growth(events)
        if timeline.limited and timeline.prev_batch and not any(map(self._reader.joins, events)):
            async for stretch in self._left_out(room, timeline.prev_batch, since, members):
                yield stretch
        yield events, members

    async def _left_out(self, room: str, start: str, since: str, members: int) -> AsyncIterator[_Stretch]:
        """Yield what a sync left out, the oldest first, back to where the bot came into the room.

        It can only be looked for backwards; of what may be very much, no more than a page is in memory. `members` is
        how many are in the room after it.
        """
        starts: list[tuple[str, int]] = []
        before: str | None = start
        while before and len(starts) < PAGES and (page := await self._page(room, before, since)):
            members -= self._reader.growth(page.events)
            starts.append((before, members))
            before = None if any(map(self._reader.joins, page.events)) else page.before
        if before and not self._stop.is_set():
            log.warning("matrix_gap_not_filled", room=room, pages=len(starts))
        for begin, members_then in reversed(starts):
            page = await self._page(room, begin, since)
            if self._stop.is_set():  # all of it comes in again
                return
            if page is None:
                log.warning("matrix_gap_not_filled", room=room, pages=1)
            else:
                yield page.events[::-1], members_then

    async def _page(self, room: str, start: str, since: str) -> Page | None:
        """Return a page of what a sync left out, None where it cannot be had while the homeserver is there.

        A room that is damaged on the homeserver must not hold up all the others.
        """
        for pause in self._timing.retry:
            try:
                return await self._unless_stopped(partial(self._server.earlier, room, start, since))
            except ForbiddenError:  # the bot was removed meanwhile
                break
            except LoggedOutError:
                await self._sign_in_again()
            except _PASSING as error:
                log.warning("matrix_gap_refused", room=room, error=str(error), seconds=pause)
            if await stopped_within(self._stop, pause):
                break
            await self._patiently(self._server.who)  # one that is down is waited for
        return None

    async def _wanted(self, room: str, events: list[Event], members: int) -> AsyncIterator[Received]:
        """Yield what may be for the bot, and came after it was in the room; `members` were there before."""
        joined = [number for number, event in enumerate(events) if self._reader.joins(event)]
        for number, event in enumerate(events):
            members += self._reader.growth([event])
            if joined and number < joined[-1]:
                continue
            where = room_of(self._server, room, direct=is_direct(members))
            try:
                wanted = await self._read(where, event)
            except RefusedError as error:
                log.warning("matrix_unreadable", what="encrypted event", error=str(error), id=event["event_id"])
            except UNREADABLE as error:  # a defect, which must not stop all that comes after
                log.exception("matrix_unreadable", what="event", error=repr(error), id=event.get("event_id"))
            else:
                if wanted:
                    yield wanted

    async def _read(self, room: Room, event: Event) -> Received | None:
        """Return an event as it is kept, None where it is not for the bot."""
        if self._reader.is_sealed(event):
            return await self._sealed(room, event)
        return self._of_room(room, event["event_id"], event) if self._reader.read(room, event) else None

    async def _sealed(self, room: Room, event: Event) -> Received | None:
        """Return an encrypted event as it is kept, None where it is not for the bot.

        All of a room is handled in order. What has no key waits for it elsewhere, and with it what its sender encrypted
        in the same session; from there it comes into the chat of the room.
        """
        kept = self._of_room(room, self._server.message(room.id, event), event)
        session = f"{room.id} {event['sender']} {event['content']['session_id']}"
        if not self._server.has_key(room.id, event) or await self._inbox.has_open(CHANNEL, session):
            return replace(kept, chat=session)
        clear = self._server.decrypted(room.id, event)
        return kept if clear is None or self._reader.read(room, clear) else None

    def _of_room(self, room: Room, name: str, event: Event) -> Received:
        origin = self._reader.origin(room, event)
        asker = origin.person.id if origin else ""
        return self._received(room.id, name, event, chat=room.id, asker=asker, direct=room.direct)

    def _received(self, room: str, name: str, event: Event, *, chat: str, asker: str = "", **more: bool) -> Received:
        payload = {"room": room, "event": event, "at": self._now().isoformat(), **more}
        return Received(CHANNEL, name, chat, json.dumps(payload), asker)
