"""The homeserver: what nio returns as an error is raised as one of the project's, and what nio lacks is here."""

import asyncio
import json
from collections.abc import Awaitable, Iterator
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import quote

import structlog
from aiohttp import ClientError
from nio import (
    EncryptionError,
    KeysClaimResponse,
    KeysQueryResponse,
    KeysUploadResponse,
    LocalProtocolError,
    LoginResponse,
    MegolmEvent,
    MessageDirection,
    RoomLeaveResponse,
    RoomMessagesResponse,
    RoomRedactResponse,
    RoomSendResponse,
    RoomTypingResponse,
    SyncResponse,
    ToDeviceResponse,
    UpdateReceiptMarkerResponse,
    UploadResponse,
    WhoamiResponse,
)
from vodozemac import MegolmMessage

from bot.channels.matrix.client import UNREADABLE, Client, SafeOlm
from bot.errors import ChannelError, NetworkError, TokenError

CLIENT = "/_matrix/client/v3"
PAGE = 100
"""Events to fetch at a time where a sync left some out."""
DEVICE_NAME = "JOLIG bot"
_PROXY_SAYS = (HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
"""What something before the homeserver answers while that is away; the homeserver itself says why."""
_PAUSE = 1000
"""Milliseconds to wait where the homeserver is asked too much and does not say how long."""
_NOTHING = {"not_types": ["*"]}
_WANTED = {"presence": _NOTHING, "account_data": _NOTHING, "room": {"ephemeral": _NOTHING, "account_data": _NOTHING}}
"""The filter of a sync: what happens in rooms, not who is online, types or has read."""
Event = dict[str, Any]
"""An event as the homeserver has it, decrypted where that was possible."""
_Response = TypeVar("_Response")
log = structlog.get_logger()


class RefusedError(ChannelError):
    """Something that the homeserver does not allow or does not have, now and later."""


class ForbiddenError(RefusedError):
    """Something that the bot may not do, such as what only those do who are in a room."""


class LimitError(NetworkError):
    """Something that the homeserver does not do now, as it is asked too much."""


class LoggedOutError(TokenError):
    """A session that the homeserver wants to be signed in to again; its device and keys stay (a soft logout)."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the events of a room, the newest first."""

    events: list[Event]
    before: str | None
    """The token of what comes before them, None where nothing does."""


class Homeserver:
    """One account and device on a homeserver.

    Every method raises TokenError where the session has been ended, RefusedError where the homeserver refuses for good,
    and NetworkError where it cannot be reached, is too busy, or fails.
    """

    def __init__(self, client: Client) -> None:
        self.client = client

    @property
    def user(self) -> str:
        """Return the id of the bot's user."""
        return str(self.client.user_id)

    @property
    def device(self) -> str:
        """Return the id of the bot's device."""
        return str(self.client.device_id)

    # --- the session -----------------------------------------------------------------------------

    async def log_in(self, password: str) -> None:
        """Log in: as the device that the client has, else as a new one."""
        await _asked(self.client.login(password, device_name=DEVICE_NAME), LoginResponse)
        self._use_olm()

    def restore(self, user: str, device: str, token: str) -> None:
        """Take up a session, with the keys that are kept of it."""
        self.client.user = user
        self.client.restore_login(user, device, token)
        self._use_olm()

    def _use_olm(self) -> None:
        # A session that is renewed goes on with what it knows.
        if not isinstance(self.client.olm, SafeOlm):
            self.client.olm = SafeOlm(self.user, self.device, self.client.store)

    async def who(self) -> WhoamiResponse:
        """Return whose token it is."""
        return await _asked(self.client.whoami(), WhoamiResponse)

    async def get(self, path: str) -> Event:
        """Make a request that nio does not know."""
        return _said(*await self._request("GET", path))

    async def post(self, path: str, body: Event, *, password: str | None = None) -> Event:
        """Make a request that nio does not know; where the homeserver asks for the password again, give it."""
        status, said = await self._request("POST", path, body)
        if status == HTTPStatus.UNAUTHORIZED and "flows" in said:
            if password is None:
                raise RefusedError("the homeserver wants the password for this: set JOLIG_MATRIX_PASSWORD")
            identifier = {"type": "m.id.user", "user": self.user}
            proof = {"type": "m.login.password", "identifier": identifier, "password": password}
            status, said = await self._request("POST", path, body | {"auth": proof | {"session": said.get("session")}})
        return _said(status, said)

    async def _request(self, method: str, path: str, body: Event | None = None) -> tuple[int, Event]:
        headers = {"Authorization": f"Bearer {self.client.access_token}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body)
        for _ in range(self.client.config.max_limit_exceeded):
            try:
                response = await self.client.send(method, f"{CLIENT}{path}", data, headers)
                said = await self.client.parse_body(response)
            except (ClientError, TimeoutError) as error:
                raise _unreachable(error) from error
            if response.status != HTTPStatus.TOO_MANY_REQUESTS:
                break
            await asyncio.sleep(said.get("retry_after_ms", _PAUSE) / 1000)
        return response.status, said

    async def close(self) -> None:
        """Close the connections and the store of the keys."""
        await self.client.close()
        if self.client.store:
            self.client.store.database.close()

    # --- what comes in ---------------------------------------------------------------------------

    async def sync(self, since: str | None, *, whole: bool, wait: float) -> SyncResponse:
        """Return what has come in since a token, with the state of all rooms if `whole`; wait for it some seconds."""
        syncing = self.client.sync(
            int(wait * 1000), sync_filter=_WANTED, since=since, full_state=whole, set_presence="online"
        )
        return await _asked(syncing, SyncResponse)

    async def earlier(self, room: str, start: str, end: str | None) -> Page:
        """Return the newest events of a room between two tokens, from `start` back to `end`."""
        messages = self.client.room_messages(room, start, end, MessageDirection.back, PAGE)
        found = await _asked(messages, RoomMessagesResponse)
        more = found.chunk and found.end not in (start, end)
        return Page([event.source for event in found.chunk], found.end if more else None)

    async def count_keys(self) -> None:
        """Learn how many one-time keys of the device are there, and so whether some are due, before a sync tells."""
        counts = (await self.post("/keys/upload", {}))["one_time_key_counts"]
        self.client.olm.uploaded_key_count = counts.get("signed_curve25519", 0)

    async def exchange_keys(self) -> None:
        """Give and take the keys that are due after a sync."""
        client = self.client
        if client.should_upload_keys:
            await _asked(client.keys_upload(), KeysUploadResponse)
        if client.should_query_keys:
            await _asked(client.keys_query(), KeysQueryResponse)
        if client.should_claim_keys:
            await _asked(client.keys_claim(client.get_users_for_key_claiming()), KeysClaimResponse)
        await client.send_to_device_messages()

    def decrypted(self, room: str, event: Event) -> Event | None:
        """Return an encrypted event in clear, None where its key is not there."""
        megolm = self._megolm(room, event)
        try:
            found = self.client.decrypt_event(megolm)
        except EncryptionError:
            return None
        source: Event = found.source
        return source

    async def event(self, room: str, event: str) -> Event:
        """Return an event of a room as it is now: with what it was edited to, without what was taken back."""
        return await self.get(f"/rooms/{_quoted(room)}/event/{_quoted(event)}")

    def message(self, room: str, event: Event) -> str:
        """Return what names an encrypted message, also where it is sent again as another event.

        Raises RefusedError where the event is not as it should be.
        """
        megolm = self._megolm(room, event)
        try:
            index = int(MegolmMessage.from_base64(megolm.ciphertext).message_index())
        except UNREADABLE as error:
            raise RefusedError(f"an encrypted event is not as it should be: {error!r}") from error
        return f"{megolm.sender} {megolm.session_id} {index}"

    def has_key(self, room: str, event: Event) -> bool:
        """Return whether the key of an encrypted event is there; raise RefusedError where it is not as it should be."""
        megolm = self._megolm(room, event)
        return bool(self.client.olm.inbound_group_store.get(room, megolm.sender_key, megolm.session_id))

    async def request_key(self, room: str, event: Event) -> None:
        """Ask the device that sent an event for its key."""
        megolm = self._megolm(room, event)
        request = megolm.as_key_request(megolm.sender, self.device, device_id=megolm.device_id)
        await _asked(self.client.to_device(request), ToDeviceResponse)
        self.client.olm.asked(request, megolm)

    def forget_request(self, event: Event) -> None:
        """Take the key of an event no more, if it was asked for."""
        self.client.olm.forget_request(event["content"]["session_id"])

    def _megolm(self, room: str, event: Event) -> MegolmEvent:
        found = MegolmEvent.from_dict(event | {"room_id": room})
        if not isinstance(found, MegolmEvent):
            raise RefusedError("an encrypted event is not as it should be")
        return found

    # --- the rooms -------------------------------------------------------------------------------

    @property
    def rooms(self) -> Iterator[str]:
        """Yield the ids of the rooms that the bot is in."""
        return iter(self.client.rooms)

    def is_in(self, room: str) -> bool:
        """Return whether the bot is in a room."""
        return room in self.client.rooms

    def members(self, room: str) -> int:
        """Return how many are in a room, with those who are invited."""
        found = self.client.rooms.get(room)
        return len(found.users) if found else 0

    def other(self, room: str) -> str:
        """Return who is in a room beside the bot; the bot itself where it is alone."""
        found = self.client.rooms.get(room)
        return next((user for user in (found.users if found else ()) if user != self.user), self.user)

    def name(self, room: str) -> str:
        """Return what the bot is called in a room."""
        found = self.client.rooms.get(room)
        return str(found.users[self.user].name) if found and self.user in found.users else self.user

    def forget(self, room: str) -> None:
        """Take note that the bot is no longer in a room."""
        self.client.rooms.pop(room, None)
        self.client.invited_rooms.pop(room, None)

    def predecessor(self, room: str) -> str | None:
        """Return the room of the bot that goes on in another one."""
        return next((name for name, found in self.client.rooms.items() if found.replacement_room == room), None)

    async def join(self, room: str, *, via: str | None = None) -> None:
        """Join a room; `via` is a homeserver that is in it, needed where one was not invited."""
        hint = f"?server_name={_quoted(via)}" if via else ""
        await self.post(f"/join/{_quoted(room)}{hint}", {})

    async def leave(self, room: str) -> None:
        """Leave a room, or turn down an invitation."""
        await _asked(self.client.room_leave(room), RoomLeaveResponse)
        self.forget(room)

    # --- what goes out ---------------------------------------------------------------------------

    async def send(self, room: str, kind: str, content: Event, *, transaction: str) -> str:
        """Send an event, encrypted where the room is; return its id.

        The same transaction sent again is the same event.
        """
        if not self.is_in(room):
            raise RefusedError("the bot is not in the room any more")
        sent = await _asked(
            self.client.room_send(room, kind, content, tx_id=transaction, ignore_unverified_devices=True),
            RoomSendResponse,
        )
        return str(sent.event_id)

    async def redact(self, room: str, event: str, *, transaction: str) -> None:
        """Take an event back."""
        await _asked(self.client.room_redact(room, event, tx_id=transaction), RoomRedactResponse)

    async def upload(self, room: str, data: bytes, *, kind: str, name: str) -> Event:
        """Upload a file, encrypted where the room is; return the part of a message's content that shows it."""
        encrypted = self.client.rooms[room].encrypted if self.is_in(room) else False
        keys: Event = {}

        async def uploaded() -> Any:
            response, found = await self.client.upload(
                lambda *_: data, kind, name, encrypt=encrypted, filesize=len(data)
            )
            keys.update(found or {})
            return response

        response = await _asked(uploaded(), UploadResponse)
        return {"file": {**keys, "url": response.content_uri}} if keys else {"url": response.content_uri}

    async def mark_read(self, room: str, event: str, thread: str | None) -> None:
        """Show that an event was read."""
        marking = self.client.update_receipt_marker(room, event, thread_id=thread or "main")
        await _asked(marking, UpdateReceiptMarkerResponse)

    async def type(self, room: str, *, typing: bool) -> None:
        """Show that the bot is typing, or no longer."""
        await _asked(self.client.room_typing(room, typing), RoomTypingResponse)


_quoted = partial(quote, safe="")
"""Returns an id as one part of an address, whatever is in it."""


async def _asked(request: Awaitable[Any], expected: type[_Response]) -> _Response:
    """Return the response to a request; raise the error that it is instead."""
    try:
        response = await request
    except (ClientError, TimeoutError, LocalProtocolError) as error:
        raise _unreachable(error) from error
    if isinstance(response, expected):
        return response
    transport = response.transport_response
    raise _error(
        response.status_code, response.message, transport.status if transport else None, soft=response.soft_logout
    )


def _said(status: int, said: Event) -> Event:
    """Return what the homeserver said; raise the error that it is instead."""
    if status >= HTTPStatus.BAD_REQUEST:
        raise _error(said.get("errcode"), said.get("error", ""), status, soft=said.get("soft_logout", False))
    return said


def _unreachable(error: Exception) -> NetworkError:
    return NetworkError(f"the homeserver cannot be reached: {str(error) or type(error).__name__}")


def _error(code: str | None, message: str, status: int | None, *, soft: bool = False) -> ChannelError:
    """Return the error that a response means."""
    if soft:
        return LoggedOutError("the homeserver wants the bot to log in again")
    if code in ("M_UNKNOWN_TOKEN", "M_MISSING_TOKEN", "M_USER_DEACTIVATED"):
        return TokenError("the homeserver does not accept the session of the bot (any more)")
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return LimitError(f"the homeserver is asked too much: {message}")
    if status is None or status >= HTTPStatus.INTERNAL_SERVER_ERROR or _passes(code, status):
        return NetworkError(f"the homeserver failed: {code or status} {message}")
    kind = ForbiddenError if code == "M_FORBIDDEN" else RefusedError
    return kind(f"the homeserver refused: {code or status} {message}")


def _passes(code: str | None, status: int) -> bool:
    """Return whether what was refused may be allowed later."""
    return code == "M_RESOURCE_LIMIT_EXCEEDED" or (code is None and status in _PROXY_SAYS)
