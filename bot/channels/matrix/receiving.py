"""What the homeserver hands over, into the inbox: first what came in is kept, then up to where it was read."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import datetime
from itertools import chain, repeat
from typing import Any, Protocol, TypeVar

import structlog
from nio import RoomInfo, SyncResponse

from bot.channels.matrix.client import UNREADABLE
from bot.channels.matrix.events import CHANNEL, Reader, Room, person_in
from bot.channels.matrix.homeserver import Event, Homeserver, LoggedOutError, RefusedError
from bot.channels.matrix.rooms import INVITED, REMOVED, invitation, room_of
from bot.channels.matrix.timing import Timing, stopped_within
from bot.errors import NetworkError, StorageError
from bot.health import Health
from bot.inbox import Inbox, Received

_Result = TypeVar("_Result")
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
        came = await self._patiently(lambda: self._came(response, since))
        kept = came is not None and await self._patiently(lambda: self._keep(came, response.next_batch))
        if kept:
            self._since = response.next_batch

    async def _keep(self, came: list[Received], token: str) -> bool:
        await self._inbox.put(*came)
        await self._positions.save_position(CHANNEL, token)
        return True

    async def _patiently(self, action: Callable[[], Awaitable[_Result]]) -> _Result | None:
        """Do something, again where it fails for a time; return None where the stop comes first."""
        for pause in chain(self._timing.retry, repeat(self._timing.retry[-1])):
            try:
                result = await self._unless_stopped(action)
            except LoggedOutError:
                await self._sign_in_again()
            except (NetworkError, StorageError) as error:
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

    async def _came(self, response: SyncResponse, since: str | None) -> list[Received]:
        """Return what of a sync may be for the bot."""
        came = [
            # In a chat of the inviter's: who names rooms that cannot be joined holds up none but the own invitations.
            self._received(
                room, f"{INVITED} {room} {since}", {"type": INVITED, "sender": inviter}, chat=f"{INVITED} {inviter}"
            )
            for room, info in response.rooms.invite.items()
            if (inviter := invitation(info.invite_state, self._server.user))
        ]
        for room in response.rooms.leave:
            self._server.forget(room)
            came.append(self._received(room, f"{REMOVED} {room} {since}", {"type": REMOVED}))
        for room, info in response.rooms.join.items():
            if since is not None:
                came += self._wanted(room, await self._events(room, info, since))
        return came

    async def _events(self, room: str, info: RoomInfo, since: str) -> list[Event]:
        """Return the events of a room since a token, in order: also those that the sync left out."""
        events = [event.source for event in info.timeline.events]
        if info.timeline.limited and info.timeline.prev_batch:
            try:
                earlier = await self._server.earlier(room, info.timeline.prev_batch, since)
            except RefusedError as error:  # the bot was removed meanwhile
                log.info("matrix_gap_refused", room=room, error=str(error))
            else:
                events = [*reversed(earlier), *events]
        return events

    def _received(self, room: str, name: str, event: Event, *, chat: str | None = None) -> Received:
        payload = {"room": room, "event": event, "at": self._now().isoformat()}
        asker = person_in(room, event["sender"]).id if "sender" in event else ""
        return Received(CHANNEL, name, chat or room, json.dumps(payload), asker)

    def _wanted(self, room: str, events: list[Event]) -> Iterator[Received]:
        """Yield what may be for the bot, and came after it was in the room."""
        joined = [number for number, event in enumerate(events) if self._reader.joins(event)]
        where = room_of(self._server, room)
        for event in events[joined[-1] if joined else 0 :]:
            try:
                chat = self._chat(where, event)
            except UNREADABLE as error:  # a defect, which must not stop all that comes after
                log.exception("matrix_unreadable", what="event", error=repr(error), id=event.get("event_id"))
            else:
                if chat:
                    yield self._received(room, event["event_id"], event, chat=chat)

    def _chat(self, room: Room, event: Event) -> str | None:
        """Return in which chat an event is handled, None where it is not for the bot."""
        if self._reader.is_sealed(event):
            # Its key may still come: meanwhile it holds nothing up but what its sender encrypted with the same key.
            content: Mapping[str, Any] = event["content"]
            return f"{room.id} {event['sender']} {content.get('session_id')}"
        return room.id if self._reader.read(room, event) else None
