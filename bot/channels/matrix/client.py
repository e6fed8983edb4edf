"""nio's client and its encryption, made to stand what others send: anybody may send anything, and nio trusts some.

What cannot be read is left out and logged; it never ends the sync, and nothing of anybody else is lost with it.
"""

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

import structlog
from nio import AsyncClient, EncryptionError, KeysClaimResponse, KeysQueryResponse, MegolmEvent
from nio.crypto import Olm, OlmDevice, OutgoingKeyRequest
from nio.event_builders import RoomKeyRequestMessage
from nio.events import Event, ForwardedRoomKeyEvent, InviteEvent

from bot.channels.matrix.events import SPOKEN

UNREADABLE = (AssertionError, AttributeError, LookupError, RecursionError, StopIteration, TypeError, ValueError)
"""What reading something raises that is not as it should be; nio's and vodozemac's own errors are of these."""
_Json = dict[str, Any]
_Result = TypeVar("_Result")
log = structlog.get_logger()


def _read(what: str, read: Callable[[], _Result], **details: object) -> _Result | None:
    """Return what is read, None where it cannot be."""
    try:
        return read()
    except UNREADABLE as error:
        log.warning("matrix_unreadable", what=what, error=repr(error), **details)
        return None


class Client(AsyncClient):  # type: ignore[misc]  # nio has no types
    """nio's, without the events that nio cannot read."""

    async def parse_body(self, transport_response: Any) -> _Json:
        """Return what the homeserver says, nothing where it is no object."""
        said = await super().parse_body(transport_response)
        return said if isinstance(said, dict) else {}

    async def create_matrix_response(
        self, response_class: Any, transport_response: Any, data: tuple[Any, ...] | None = None, save_to: Any = None
    ) -> Any:
        """Return what the homeserver says; without the events that cannot be read, where there are some."""
        try:
            return await super().create_matrix_response(response_class, transport_response, data, save_to)
        except UNREADABLE:
            said = _readable(await self.parse_body(transport_response))
            response = response_class.from_dict(said, *(data or ()))
            response.transport_response = transport_response
            return response


def _readable(said: _Json) -> _Json:
    """Return what the homeserver says without the events that nio cannot read."""
    for part, parse in _lists_of_events(said):
        # nio takes apart what it reads.
        part[:] = [event for event in part if _read("event", partial(parse, deepcopy(event)), id=_id(event))]
    return said


def _id(event: object) -> object:
    return event.get("event_id") if isinstance(event, dict) else None


def _lists_of_events(said: _Json) -> Iterator[tuple[list[Any], Callable[[_Json], object]]]:
    """Yield the lists of events in a sync, or in a page of messages, each with what reads them."""
    rooms = said.get("rooms", {})
    for room in [*rooms.get("join", {}).values(), *rooms.get("leave", {}).values()]:
        for part in ("state", "timeline"):
            yield room.get(part, {}).get("events", []), Event.parse_event
    for room in rooms.get("invite", {}).values():
        yield room.get("invite_state", {}).get("events", []), InviteEvent.parse_event
    yield said.get("chunk", []), Event.parse_event


class SafeOlm(Olm):  # type: ignore[misc]  # nio has no types
    """nio's, that also takes a key that was asked for from the device that made it.

    That device may send it as well as it could have in the first place; nio takes keys from the own devices alone.
    """

    # --- devices and what they send -----------------------------------------------------------------

    def handle_to_device_event(self, event: Any) -> Any:
        """Take what was sent to the device."""
        return _read("to device", partial(super().handle_to_device_event, event), kind=type(event).__name__)

    def _handle_key_requests(self, event: Any) -> None:
        """Do nothing: the bot has no other device, and nobody else gets a key by asking for it."""

    def share_keys(self) -> _Json:
        """Return the keys to upload, made and kept: where the process is killed meanwhile, the same are uploaded again.

        The homeserver refuses another key under the name of one that it has.
        """
        keys: _Json = super().share_keys()
        self.save_account()
        return keys

    def _handle_key_query(self, response: KeysQueryResponse) -> None:
        for user, devices in response.device_keys.items():
            one = replace(response, device_keys={user: devices})
            _read("devices", partial(super()._handle_key_query, one), user=user)
            response.changed |= one.changed

    def _handle_key_claiming(self, response: KeysClaimResponse) -> None:
        for user, devices in response.one_time_keys.items():
            one = replace(response, one_time_keys={user: devices})
            _read("one-time keys", partial(super()._handle_key_claiming, one), user=user)

    # --- keys of messages ---------------------------------------------------------------------------

    def check_if_wedged(self, event: MegolmEvent) -> None:
        """Do nothing yet: nio would ask for each key that somebody invents."""

    def asked(self, request: RoomKeyRequestMessage, event: MegolmEvent) -> None:
        """Take the key of an event from now on; ask again where the sender's encryption has to be mended first."""
        asked = OutgoingKeyRequest.from_message(request)
        self.outgoing_key_requests[asked.request_id] = asked
        self.store.add_outgoing_key_request(asked)
        super().check_if_wedged(event)

    def forget_request(self, session: str) -> None:
        """Take a key no more that was asked for."""
        if asked := self.outgoing_key_requests.pop(session, None):
            self.store.remove_outgoing_key_request(asked)

    def _should_accept_forward(self, sender: str, sender_key: str, event: ForwardedRoomKeyEvent) -> bool:
        asked = self.outgoing_key_requests.get(event.session_id)
        made_by = event.source["content"]["sender_key"]
        if asked and asked.room_id == event.room_id and made_by == sender_key:
            return True
        return bool(super()._should_accept_forward(sender, sender_key, event))

    def _decrypt_megolm_no_error(self, event: MegolmEvent, room_id: str | None = None) -> None:
        """Leave what comes in as it is: it is decrypted where it is read, and kept encrypted until then."""

    def decrypt_megolm_event(self, event: MegolmEvent, room_id: str | None = None) -> Any:
        """Decrypt what somebody said; raise EncryptionError for all else, before nio takes it for a change of the room.

        What is inside was made by the sender alone: it may be anything, also what nio cannot read.
        """
        if self._is_repeated(event, room_id or event.room_id):
            raise EncryptionError("somebody repeats what somebody else has encrypted")
        try:
            found = super().decrypt_megolm_event(event, room_id)
            kind = found.source["type"]
        except UNREADABLE as error:
            raise EncryptionError(f"what is encrypted is no event: {error!r}") from error
        if kind not in SPOKEN or "state_key" in found.source:
            raise EncryptionError(f"an encrypted {kind} is nothing that somebody says")
        return found

    def _is_repeated(self, event: MegolmEvent, room_id: str) -> bool:
        """Return whether an event is encrypted in a session of somebody else's device: anybody can send that again."""
        session = self.inbound_group_store.get(room_id, event.sender_key, event.session_id)
        if session is None:
            return False

        def made_it(device: OlmDevice) -> bool:
            # By both keys: a device can claim the key of another one for itself, but not sign that with its.
            return bool(device.curve25519 == session.sender_key and device.ed25519 == session.ed25519)

        own = self.device_store[event.sender].values()
        return not any(map(made_it, own)) and any(map(made_it, self.device_store))
