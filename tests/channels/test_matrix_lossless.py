"""Nothing is lost on Matrix and nothing is answered twice: floods, kills, keys that come late, restarts."""

import asyncio
import json
import random
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from nio import AsyncClient
from vodozemac import GroupSession

from bot.channels.matrix.events import CHANNEL
from bot.channels.matrix.keys import OF_SENDER
from bot.inbox import Received
from bot.storage import Storage
from tests.channels.matrix_world import TIMING, Bot, new_bot
from tests.channels.test_matrix_session import session
from tests.peers.synapse import PATIENCE, Person, Synapse, people

CIPHERTEXT = GroupSession().encrypt(b"what nobody reads").to_base64()
QUESTIONS = 30
KILLS = 2


def answers(person: Person, room: str, bot: Bot) -> list[str]:
    """Return the first line of each answer that a person has seen, in order."""
    said = [event.body for event in person.heard if (event.room, event.sender) == (room, bot.id) and event.body]
    return [line for line in (body.split("\n")[0] for body in said) if "question" in line]


async def answered(person: Person, room: str, bot: Bot, count: int) -> list[str]:
    """Wait for some answers, and for what may come too much; return them."""
    await person.until(lambda: len(answers(person, room, bot)) >= count)
    await person.say(room, "the last")
    await person.hears(lambda event: event.sender == bot.id and event.body.startswith("[en] the last"))
    return answers(person, room, bot)


@pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "encrypted"])
async def test_what_comes_while_it_is_away_is_answered_in_order(
    synapse: Synapse, tmp_path: Path, *, encrypted: bool
) -> None:
    """A sync tells the newest few alone; the bot fetches those before them, back to where it had read."""
    bot = await new_bot(synapse, tmp_path)
    async with people(synapse) as on_matrix:
        anna = await on_matrix.person("anna")
        async with bot.running():
            room = await bot.talk(anna, encrypted=encrypted)
            await anna.say(room, "question before")
            await anna.until(lambda: len(answers(anna, room, bot)) == 1)
        for number in range(QUESTIONS):
            await anna.say(room, f"question {number}")
        async with bot.running():
            found = await answered(anna, room, bot, QUESTIONS + 1)
    assert found == ["[en] question before", *(f"[en] question {number}" for number in range(QUESTIONS))]


async def test_a_burst_is_answered_in_order(synapse: Synapse, tmp_path: Path) -> None:
    """Many at once, in one room."""
    bot = await new_bot(synapse, tmp_path)
    async with people(synapse) as on_matrix, bot.running():
        anna = await on_matrix.person("anna")
        room = await bot.talk(anna, encrypted=True)
        async with asyncio.TaskGroup() as sending:
            for number in range(QUESTIONS):
                sending.create_task(anna.say(room, f"question {number}"))
        found = await answered(anna, room, bot, QUESTIONS)
    asked = [event.body for event in anna.heard if event.sender == anna.id and event.body.startswith("question")]
    assert found == [f"[en] {body}" for body in asked]
    assert len(found) == QUESTIONS


@asynccontextmanager
async def process(bot: Bot) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run a bot in a process of its own; kill it in the end."""
    command = [sys.executable, "-m", "tests.channels.matrix_process", bot.homeserver, bot.id, str(bot.folder)]
    running = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    try:
        yield running
    finally:
        running.kill()
        await running.communicate()


async def test_a_killed_process_loses_nothing_and_repeats_nothing(synapse: Synapse, tmp_path: Path) -> None:
    """At whatever moment it is killed: what was asked is answered by the next one, once."""
    bot = await new_bot(synapse, tmp_path)
    chance = random.Random(1)  # noqa: S311 - moments to kill at
    async with people(synapse) as on_matrix:
        anna = await on_matrix.person("anna")
        async with bot.running():
            room = await bot.talk(anna, encrypted=True)
        asked = 0
        for _ in range(KILLS):
            async with process(bot) as running:
                assert running.stdout
                while b"matrix_started" not in await running.stdout.readline():
                    pass
                seen = len(answers(anna, room, bot))
                for _ in range(5):
                    await anna.say(room, f"question {asked}")
                    asked += 1
                await asyncio.sleep(chance.random() / 2)  # the moment is the point
                running.send_signal(signal.SIGKILL)
                assert len(answers(anna, room, bot)) >= seen
        async with bot.running():
            found = await answered(anna, room, bot, asked)
    assert found == [f"[en] question {number}" for number in range(asked)]


async def lose_keys(bot: Bot) -> None:
    """Take what was sent to the bot's device alone, as if it had been lost on the way."""
    client = AsyncClient(bot.homeserver)
    client.restore_login(bot.id, session(bot)["device"], session(bot)["token"])
    for _ in range(2):
        await client.sync(timeout=0)
    await client.close()


async def test_a_message_is_answered_when_its_key_comes(synapse: Synapse, tmp_path: Path) -> None:
    """The bot asks the sender's device for it, and answers; meanwhile it answers others."""
    bot = await new_bot(synapse, tmp_path)
    async with people(synapse) as on_matrix:
        anna = await on_matrix.person("anna")
        async with bot.running():
            room = await bot.talk(anna, encrypted=True)
        await anna.say(room, "question without a key")
        await lose_keys(bot)
        async with bot.running():
            await anna.until(lambda: answers(anna, room, bot) == ["[en] question without a key"])


async def open_events(bot: Bot, count: int) -> None:
    """Wait until so many events are in the inbox."""
    async with Storage.open(bot.folder / "jolig.sqlite3") as store, asyncio.timeout(PATIENCE):
        while (await store.waiting()).get(CHANNEL, (0,))[0] != count:  # noqa: ASYNC110 - nobody could be told
            await asyncio.sleep(0.1)


@asynccontextmanager
async def without_key(synapse: Synapse, folder: Path) -> AsyncIterator[tuple[Bot, Person, str, str]]:
    """Run a bot that waits for the key of a question; in the end the key comes, and what waited for it is handled."""
    bot = await new_bot(synapse, folder, timing=replace(TIMING, key_asked=timedelta(hours=1)))
    async with people(synapse) as on_matrix:
        anna = await on_matrix.person("anna")
        async with bot.running():
            room = await bot.talk(anna, encrypted=True)
        question = await anna.say(room, "question without a key")
        await lose_keys(bot)
        async with bot.running():
            await open_events(bot, 1)
            yield bot, anna, room, question
        bot.timing = TIMING
        async with bot.running():
            await open_events(bot, 0)
            await anna.say(room, "the last")
            await anna.hears(lambda event: event.sender == bot.id and event.body.startswith("[en] the last"))


async def test_a_question_that_is_taken_back_while_it_waits_is_not_answered(synapse: Synapse, tmp_path: Path) -> None:
    async with without_key(synapse, tmp_path) as (bot, anna, room, question):
        await anna.do("redact", room=room, event=question)
    assert answers(anna, room, bot) == []


async def test_a_question_that_is_edited_while_it_waits_is_answered_once(synapse: Synapse, tmp_path: Path) -> None:
    """Where the edit can be read before it: as it is now."""
    async with without_key(synapse, tmp_path) as (bot, anna, room, question):
        new = {"msgtype": "m.text", "body": "another question"}
        relation = {"rel_type": "m.replace", "event_id": question}
        edit = {"msgtype": "m.text", "body": "* another question", "m.new_content": new, "m.relates_to": relation}
        await anna.do("sendRaw", room=room, type="m.room.message", content=edit)
        await anna.until(lambda: bool(answers(anna, room, bot)))
    assert answers(anna, room, bot) == ["[en] another question"]


async def test_what_waits_for_one_key_is_answered_in_order(synapse: Synapse, tmp_path: Path) -> None:
    """An edit after what it edits."""
    async with without_key(synapse, tmp_path) as (bot, anna, room, question):
        await anna.edit(room, question, "question that is new")
        await anna.say(room, "question two")
        await open_events(bot, 3)
    said = ["question without a key", "question that is new", "question two"]
    assert [line.removeprefix("* ") for line in answers(anna, room, bot)] == [f"[en] {text}" for text in said]


@pytest.mark.parametrize("who", ["anna", "boris"])
async def test_nothing_is_said_again(synapse: Synapse, tmp_path: Path, who: str) -> None:
    """What is encrypted can be sent once more by anybody who sees it: by others, and by the homeserver as if by her."""
    bot = await new_bot(synapse, tmp_path)
    async with people(synapse) as on_matrix:
        anna, boris = await on_matrix.person("anna"), await on_matrix.person("boris")
        async with bot.running():
            room = await bot.group(anna, boris, encrypted=True)
            question = await anna.say(room, "!members one")
            await anna.next(room, sender=bot.id)
        wire = await boris.do("wire", room=room, event=question)
        again = anna if who == "anna" else boris
        await again.do("sendRaw", room=room, type="m.room.encrypted", content=wire)
        async with bot.running():
            last = await boris.say(room, "!members two")
            assert (await anna.next(room, sender=bot.id)).relation == {"m.in_reply_to": {"event_id": last}}


def forged(number: int) -> dict[str, str]:
    """Return what looks encrypted, in a session that nobody has."""
    return {
        "algorithm": "m.megolm.v1.aes-sha2",
        "ciphertext": CIPHERTEXT,
        "device_id": "GONE",
        "sender_key": "jJXRX8YVFXSTSCKDKLNBKVnYEDYMVHSRmhWpsWD8zh0",
        "session_id": f"v9E9VEQIL/sGEFWVOCfDJmQSbTO3kyCf1vXN2{number:06}",
    }


def kept(room: str, sender: str, number: int) -> Received:
    """Return a forged event as the bot keeps what comes in."""
    event = {"event_id": f"$forged{number}", "type": "m.room.encrypted", "sender": sender, "origin_server_ts": 1}
    at = datetime.now(UTC).isoformat()
    payload = {"room": room, "event": event | {"content": forged(number)}, "at": at, "direct": True}
    return Received(CHANNEL, f"$forged{number}", f"{room} {sender} {number}", json.dumps(payload))


async def test_a_flood_of_what_nobody_can_decrypt_holds_up_nobody(synapse: Synapse, tmp_path: Path) -> None:
    """Neither as it comes in nor after a restart; of each sender a little is waited for, the rest is given up."""
    bot = await new_bot(synapse, tmp_path)
    async with people(synapse) as on_matrix:
        anna, boris = await on_matrix.person("anna"), await on_matrix.person("boris")
        async with bot.running():
            room, other = await bot.talk(anna, encrypted=True), await bot.talk(boris, encrypted=True)
        async with Storage.open(tmp_path / "jolig.sqlite3") as store:
            await store.receive([kept(other, boris.id, number) for number in range(1000)])
        for start in (1, 2):
            async with bot.running():
                for number in range(30):
                    content = forged(1000 * start + number)
                    await boris.do("sendRaw", room=other, type="m.room.encrypted", content=content)
                for person, where in ((anna, room), (boris, other)):
                    await person.say(where, f"question {start}")
                    await person.hears(lambda event: event.body.startswith(f"[en] question {start}"))  # noqa: B023
                await open_events(bot, OF_SENDER)
        assert [answers(person, where, bot) for person, where in ((anna, room), (boris, other))] == [
            ["[en] question 1", "[en] question 2"]
        ] * 2


async def test_a_message_whose_key_does_not_come_gets_a_hint(synapse: Synapse, tmp_path: Path) -> None:
    """Once, and what is asked afterwards is answered."""
    bot = await new_bot(synapse, tmp_path, timing=replace(TIMING, key_hint=timedelta(0)))
    async with people(synapse) as on_matrix:
        anna = await on_matrix.person("anna")
        async with bot.running():
            room = await bot.talk(anna, encrypted=True)
        await anna.do("sendRaw", room=room, type="m.room.encrypted", content=forged(0))
        async with bot.running():
            assert (await anna.next(room, sender=bot.id)).body == "<key-missing> in en"
            await anna.say(room, "question with a key")
            await anna.until(lambda: answers(anna, room, bot) == ["[en] question with a key"])
    hints = [event for event in anna.heard if event.body == "<key-missing> in en"]
    assert len(hints) == 1
