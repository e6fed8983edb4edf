"""The homeserver and the people of the Matrix tests do what those tests count on."""

import json
from pathlib import Path

import pytest

from tests.peers.synapse import CLIENT, Synapse, people


async def test_two_people_talk_end_to_end_encrypted(synapse: Synapse) -> None:
    """Both devices are signed by their owners, so neither strict client warns of the other."""
    async with people(synapse) as on_matrix:
        anna, boris = await on_matrix.person("anna"), await on_matrix.person("boris")
        room = await anna.create(invite=[boris.id], encrypted=True)
        await boris.do("join", room=room)
        question = await anna.say(room, "Who?")
        heard = await boris.next(room, sender=anna.id)
        await boris.reply(room, question, "Me.")
        reply = await anna.next(room, sender=boris.id)
    assert (heard.body, heard.encrypted, heard.warning) == ("Who?", True, None)
    assert (reply.body, reply.relation, reply.warning) == ("Me.", {"m.in_reply_to": {"event_id": question}}, None)


async def test_what_a_client_cannot_do_is_told(synapse: Synapse) -> None:
    """An error of the client is an error of the test."""
    async with people(synapse) as on_matrix:
        anna = await on_matrix.person("anna")
        with pytest.raises(RuntimeError, match="403"):
            await anna.say("!nowhere:jolig.test", "Who?")


def test_the_lock_file_names_no_download_address() -> None:
    """Whoever installs takes the packages from their own registry, checked by their hashes."""
    lock = json.loads((CLIENT / "package-lock.json").read_text(encoding="utf-8"))
    packages = [package for path, package in lock["packages"].items() if path]
    assert packages
    assert all("integrity" in package and "resolved" not in package for package in packages)


def test_the_pins_of_the_homeserver_name_no_download_address() -> None:
    pins = (Path(__file__).parents[2] / "requirements" / "synapse.txt").read_text(encoding="utf-8")
    assert "matrix-synapse==" in pins
    assert "http" not in pins
