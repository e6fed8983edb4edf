"""Anybody may send anything: what nio cannot read is left out, and everything else is there."""

import json
from collections.abc import AsyncIterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from nio import (
    AsyncClientConfig,
    EncryptionError,
    KeysClaimResponse,
    KeysQueryResponse,
    MegolmEvent,
    RoomMessagesResponse,
    SyncResponse,
)
from nio.crypto import OlmDevice
from nio.store import SqliteStore
from vodozemac import GroupSession

from bot.channels.matrix.client import Client, SafeOlm
from tests.channels.matrix_world import world
from tests.peers.synapse import Synapse, people

USER, DEVICE, ROOM = "@jolig:example.org", "BOT", "!room:example.org"


def client_of(user: str, device: str, folder: Path) -> Client:
    """Return a client with keys of its own."""
    folder.mkdir()
    configuration = AsyncClientConfig(store=SqliteStore, encryption_enabled=True)
    client = Client("http://127.0.0.1:1", user, store_path=str(folder), config=configuration)
    client.restore_login(user, device, "token")
    client.olm = SafeOlm(user, device, client.store)
    return client


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[Client]:
    """Return the bot's client, not connected."""
    client = client_of(USER, DEVICE, tmp_path / "bot")
    yield client
    await client.close()
    client.store.database.close()


@pytest.fixture
def keys(tmp_path: Path) -> dict[str, Any]:
    """Return the keys that somebody's device uploads."""
    other = client_of("@anna:example.org", "ANNA", tmp_path / "anna")
    shared: dict[str, Any] = other.olm.share_keys()
    other.store.database.close()
    return shared


class Said:
    """A response of the homeserver."""

    content_type = "application/json"
    content_disposition = None
    status = 200

    def __init__(self, said: Any) -> None:
        self._said = said

    async def json(self) -> Any:
        """Return its body, anew each time."""
        return deepcopy(self._said)


def event(kind: str, content: Any, **more: Any) -> dict[str, Any]:
    """Return an event of a room."""
    return {"event_id": "$event", "type": kind, "sender": "@anna:example.org", "origin_server_ts": 1} | {
        "content": content,
        **more,
    }


GOOD = event("m.room.message", {"msgtype": "m.text", "body": "Who?"})
BAD = [
    {name: value for name, value in event("m.sticker", {}).items() if name != "content"},
    event("m.room.message", {}) | {"origin_server_ts": None},
]


@pytest.mark.parametrize("bad", BAD)
async def test_an_event_that_cannot_be_read_hides_no_other(client: Client, bad: Any) -> None:
    """Neither in a sync nor in a page of what came before."""
    timeline = {"events": [bad, GOOD], "limited": False, "prev_batch": "before"}
    room = {
        "timeline": timeline,
        "state": {"events": [bad]},
        "ephemeral": {"events": []},
        "account_data": {"events": []},
    }
    invitation = event("m.room.member", {"membership": "invite"}, state_key=USER)
    invited = {"!other:example.org": {"invite_state": {"events": [invitation | {"unsigned": None}, invitation]}}}
    said = {"next_batch": "next", "rooms": {"join": {ROOM: room}, "invite": invited, "leave": {}}}
    response = await client.create_matrix_response(SyncResponse, Said(said))
    await client.receive_response(response)
    page = await client.create_matrix_response(
        RoomMessagesResponse, Said({"chunk": [GOOD, bad], "start": "a"}), (ROOM,)
    )
    assert list(client.invited_rooms["!other:example.org"].users) == [USER]
    assert [event.source for event in response.rooms.join[ROOM].timeline.events] == [GOOD]
    assert [event.source for event in page.chunk] == [GOOD]


@pytest.mark.parametrize("said", [["a list"], "a text", None])
async def test_what_is_no_object_says_nothing(client: Client, said: Any) -> None:
    """Something between the bot and the homeserver may answer in its place."""
    assert await client.parse_body(Said(said)) == {}


async def test_what_is_sent_to_the_device_may_be_anything(client: Client) -> None:
    """The rest of the sync is taken."""
    own = client.olm.account.identity_keys["curve25519"]
    ciphertext = {own: {"type": 0, "body": ""}}
    content = {"algorithm": "m.olm.v1.curve25519-aes-sha2", "ciphertext": ciphertext, "sender_key": "key"}
    sent = {"type": "m.room.encrypted", "sender": "@anna:example.org", "content": content}
    said = {"next_batch": "next", "to_device": {"events": [sent]}, "rooms": {"join": {}, "invite": {}, "leave": {}}}
    await client.receive_response(SyncResponse.from_dict(said))
    assert client.next_batch == "next"


async def test_keys_that_cannot_be_read_hide_no_others(client: Client, keys: dict[str, Any]) -> None:
    """Somebody's device may have any text as its keys; the devices of the others are learned, and written to."""
    broken = {
        "user_id": "@boris:example.org",
        "device_id": "B",
        "signatures": {"@boris:example.org": {"ed25519:B": ""}},
    }
    broken["keys"] = {"ed25519:B": "", "curve25519:B": ""}
    device = {"@boris:example.org": {"B": broken}, "@anna:example.org": {"ANNA": keys["device_keys"]}}
    response = KeysQueryResponse(device, {})
    await client.receive_response(response)
    one_time = dict(list(keys["one_time_keys"].items())[:1])
    claimed = {"@boris:example.org": {"B": {}}, "@anna:example.org": {"ANNA": one_time}}
    client.device_store.add(client.device_store["@anna:example.org"]["ANNA"])
    await client.receive_response(KeysClaimResponse(claimed, {}))
    assert set(response.changed) == {"@anna:example.org"}
    assert client.olm.session_store.get(client.device_store["@anna:example.org"]["ANNA"].curve25519)


async def test_keys_that_are_uploaded_again_are_the_same(client: Client) -> None:
    """Where the process is killed before it knows that the homeserver has them, which refuses others by their names."""
    first = client.olm.share_keys()["one_time_keys"]
    again = SafeOlm(USER, DEVICE, client.store).share_keys()["one_time_keys"]
    assert first
    assert {name: again.get(name) for name in first} == first


def device_of(user: str, curve: str, ed: str) -> OlmDevice:
    """Return somebody's device."""
    return OlmDevice(user, f"device of {user}", {"curve25519": curve, "ed25519": ed})


@pytest.mark.parametrize(
    ("devices", "sender", "read"),
    [
        ([], "@anna:example.org", True),
        ([("@anna:example.org", "curve", "ed")], "@anna:example.org", True),
        ([("@anna:example.org", "curve", "ed")], "@boris:example.org", False),
        ([("@anna:example.org", "curve", "ed"), ("@boris:example.org", "curve", "his")], "@boris:example.org", False),
        ([("@anna:example.org", "curve", "ed"), ("@boris:example.org", "curve", "his")], "@anna:example.org", True),
    ],
    ids=["unknown", "own", "another's", "claimed by another", "own, claimed by another"],
)
async def test_only_who_encrypted_something_says_it(
    client: Client, devices: list[tuple[str, str, str]], sender: str, *, read: bool
) -> None:
    """Anybody in the room can send it once more."""
    for device in devices:
        client.device_store.add(device_of(*device))
    session = GroupSession()
    client.olm.create_group_session("curve", "ed", ROOM, session.session_id, session.session_key.to_base64())
    said = {"type": "m.room.message", "content": {"msgtype": "m.text", "body": "Who?"}, "room_id": ROOM}
    content = {
        "algorithm": "m.megolm.v1.aes-sha2",
        "ciphertext": session.encrypt(json.dumps(said).encode()).to_base64(),
        "device_id": "A",
        "sender_key": "curve",
        "session_id": session.session_id,
    }
    sealed = MegolmEvent.from_dict(event("m.room.encrypted", content, room_id=ROOM, sender=sender))
    try:
        found = client.decrypt_event(sealed).body
    except EncryptionError:
        found = None
    assert found == ("Who?" if read else None)


async def test_the_bot_answers_whatever_was_sent(synapse: Synapse, tmp_path: Path) -> None:
    """To the room and to its device."""
    async with people(synapse) as on_matrix, world(synapse, tmp_path) as bot:
        anna, boris = await on_matrix.person("anna"), await on_matrix.person("boris")
        room = await bot.talk(anna, encrypted=True)
        for kind, content in (
            ("m.sticker", {}),
            ("m.room.message", {"msgtype": "m.text", "body": "Who?", "formatted_body": 1}),
            ("m.room.message", {"msgtype": "m.text", "body": "Who?", "m.relates_to": "all"}),
            ("m.reaction", {"m.relates_to": {"rel_type": "m.annotation", "event_id": 1, "key": {}}}),
            ("m.room.encrypted", {"algorithm": [], "ciphertext": {}, "session_id": 1}),
            (
                "m.room.encrypted",
                {"algorithm": "m.megolm.v1.aes-sha2", "ciphertext": "", "session_id": "a", "sender_key": ""},
            ),
            ("m.room.encrypted", {}),
        ):
            await anna.do("sendRaw", room=room, type=kind, content=content)
        for kind in ("m.room.avatar", "m.room.pinned_events", "m.room.guest_access", "m.space.child"):
            await anna.do("sendState", room=room, type=kind, content={"url": [], "pinned": {}, "via": 1})
        for kind in ("m.room.encrypted", "m.room_key_request", "m.key.verification.start", "m.dummy"):
            await boris.do(
                "toDevice", type=kind, messages={bot.id: {"*": {"algorithm": "m.olm.v1.curve25519-aes-sha2"}}}
            )
        await anna.say(room, "Where?")
        await anna.hears(lambda event: event.body.startswith("[en] Where?"))
