"""What is held of a person: told, deleted at once, and kept no longer than it is said."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.core.models import Asked, Conversation, DialogueState, Exchange, Held, Note, Outcome, Reading, Received
from bot.errors import StorageError
from bot.storage import Storage
from bot.storage.personal import EXPIRED, IMPERSONAL, PERSONAL
from bot.storage.tables import metadata

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
TODAY = NOW.date()
FAR = date(2999, 1, 1)
ANN, BOB = Conversation("telegram", "111111"), Conversation("telegram", "222222")
GROUP = Conversation("telegram", "-100333")
ANN_THERE, BOB_THERE = (Conversation("telegram", f"{GROUP.id}:u{name.id}") for name in (ANN, BOB))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a path where nothing is."""
    return tmp_path / "bot.sqlite3"


@pytest.fixture
async def store(path: Path) -> AsyncIterator[Storage]:
    """Return an empty store."""
    async with Storage.open(path) as storage:
        yield storage


def asked(text: str = "who met in Kachreti?", **changes: Any) -> Asked:
    """Return a question."""
    values = {"day": TODAY, "channel": "telegram", "text": text, "language": "en", "outcome": Outcome.ANSWER}
    return Asked(**values | {"intent": "meetings", "confidence": 0.5, "version": "1"} | changes)


async def converse(store: Storage, person: Conversation, chat: Conversation, number: int) -> None:
    """Leave something of a person in every table."""
    state = DialogueState(NOW, language="en", intent="meetings")
    await store.save_dialogue(person, state, asked(f"the words of {person.id}"))
    readings = (Reading("meetings"),)
    await store.save_exchange(chat, Exchange(f"{number}", (f"{number}1",), readings, "en", asker=person.id))
    payload = f"payload of {person.id}"
    events = [Received("telegram", f"{number}{kind}", chat.id, payload, person.id) for kind in ("a", "b", "c")]
    await store.receive(events)
    opened = await store.opened("telegram", after=0, limit=100)
    handled, given_up, _ = [place for place, received in opened if received in events]
    await store.close(handled, NOW)
    await store.close(given_up, NOW, "it cannot be answered")


def rows(path: Path, table: str) -> int:
    """Return how many rows a table has."""
    with closing(sqlite3.connect(path)) as connection:
        (found,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608 - a table of ours
        return int(found)


def test_every_table_says_what_is_about_a_person_and_how_long_it_is_kept() -> None:
    """Whoever adds a table decides on it: here, it fails until they have."""
    tables = set(metadata.tables.values())
    assert PERSONAL.keys() | IMPERSONAL == tables
    assert PERSONAL.keys() & IMPERSONAL == set()
    assert EXPIRED.keys() == PERSONAL.keys()


class TestForget:
    """`/forget`."""

    async def test_nothing_of_the_person_is_left_and_all_of_others_is(self, store: Storage) -> None:
        """In every table; a message that still waits for its answer is answered."""
        await converse(store, ANN, ANN, 1)
        await converse(store, BOB, BOB, 2)
        assert await store.held(ANN) == Held(DialogueState(NOW, language="en", intent="meetings"), 1, 1, 1)
        await store.forget(ANN)
        assert await store.held(ANN) == Held(None, 0, 0)
        assert await store.held(BOB) == Held(DialogueState(NOW, language="en", intent="meetings"), 1, 1, 1)
        assert [question.text for question in await store.questions()] == [f"the words of {BOB.id}"]
        assert await store.dead_letters("telegram") == 1
        left = [received.chat for _, received in await store.opened("telegram", after=0, limit=100)]
        assert left == [ANN.id, BOB.id]

    async def test_in_a_group_it_is_one_persons_conversation_alone(self, store: Storage) -> None:
        """And not the one that the person has elsewhere."""
        await converse(store, ANN, ANN, 1)
        await converse(store, ANN_THERE, GROUP, 2)
        await converse(store, BOB_THERE, GROUP, 3)
        await store.forget(ANN_THERE)
        assert (await store.held(ANN_THERE)) == Held(None, 0, 0)
        for other in (ANN, BOB_THERE):
            held = await store.held(other)
            assert (held.state is not None, held.exchanges, held.questions, held.given_up) == (True, 1, 1, 1)
        assert await store.exchange(GROUP, "2") is None
        assert await store.exchange(GROUP, "3")
        assert await store.dead_letters("telegram") == 2

    async def test_the_files_hold_no_trace_of_it(self, store: Storage, path: Path) -> None:
        """Not in pages that are free, nor in the write-ahead log."""
        await converse(store, ANN, ANN, 1)
        for number in range(50):
            await store.save_dialogue(ANN, DialogueState(NOW), asked(f"a secret, {number}"))
        opened = await store.opened("telegram", after=0, limit=1)
        await store.close(opened[0][0], NOW)
        await store.forget(ANN)
        kept = b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))
        assert b"SQLite format" in kept
        assert b"a secret" not in kept
        assert f"payload of {ANN.id}".encode() not in kept

    async def test_the_files_hold_no_trace_of_who_asked_for_it(self, store: Storage, path: Path) -> None:
        """The message that asked is closed with it, and nothing of either is in the write-ahead log."""
        await converse(store, ANN, ANN, 1)
        await converse(store, BOB, BOB, 2)
        (number, _), *_ = await store.opened("telegram", after=0, limit=1)
        await store.close(number, NOW, note=Note(ANN, None))
        assert await store.held(ANN) == Held(None, 0, 0)
        assert (await store.held(BOB)).questions == 1
        kept = b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))
        assert b"SQLite format" in kept
        assert f"payload of {ANN.id}".encode() not in kept

    async def test_what_another_program_keeps_in_the_log_is_told(self, path: Path) -> None:
        """It is deleted, but the log cannot be emptied while somebody reads it; nobody waits for their end."""
        async with Storage.open(path, patience=600) as store:
            await converse(store, ANN, ANN, 1)
            with closing(sqlite3.connect(path, isolation_level=None)) as another:
                another.execute("BEGIN")
                another.execute("SELECT count(*) FROM dialogue").fetchone()
                # Whoever waits for the reader gets the log empty, and the assertion below fails.
                end = asyncio.get_running_loop().call_later(30, another.execute, "ROLLBACK")
                with capture_logs() as logs:
                    await store.forget(ANN)
                end.cancel()
                another.execute("ROLLBACK")
            assert [entry["event"] for entry in logs] == ["storage_log_not_emptied"]
            patience = await store._run(lambda connection: connection.exec_driver_sql("PRAGMA busy_timeout").scalar())
            assert patience == 600_000
            assert await store.held(ANN) == Held(None, 0, 0)

    async def test_who_is_not_known_can_be_forgotten(self, store: Storage) -> None:
        """There is nothing to do."""
        await store.forget(ANN)
        assert await store.held(ANN) == Held(None, 0, 0)


class TestChats:
    """A group that the bot leaves, or that becomes another."""

    async def test_nothing_of_a_chat_that_was_left_is_kept(self, store: Storage) -> None:
        """Of none of its people, and all of what they said elsewhere."""
        await converse(store, ANN, ANN, 1)
        await converse(store, ANN_THERE, GROUP, 2)
        await converse(store, BOB_THERE, GROUP, 3)
        await store.forget_chat(GROUP)
        for person in (ANN_THERE, BOB_THERE):
            assert await store.held(person) == Held(None, 0, 0)
        assert (await store.held(ANN)).given_up == 1
        assert [question.text for question in await store.questions()] == [f"the words of {ANN.id}"]

    async def test_what_is_kept_of_a_chat_that_moved_can_be_forgotten_there(self, store: Storage) -> None:
        """The state and the questions; of what belongs to messages of the old chat nothing is kept."""
        await converse(store, ANN_THERE, GROUP, 1)
        await store.move_chat(GROUP, "-100999")
        moved = replace(ANN_THERE, id=ANN_THERE.id.replace(GROUP.id, "-100999"))
        assert await store.held(ANN_THERE) == Held(None, 0, 0)
        held = await store.held(moved)
        assert (held.state is not None, held.exchanges, held.questions, held.given_up) == (True, 0, 1, 0)
        await store.forget(moved)
        assert await store.questions() == []


class TestExpiry:
    """What is kept for a set time."""

    async def test_what_is_older_than_a_day_is_deleted_in_every_table(self, store: Storage, path: Path) -> None:
        """What came in on the day itself is kept; with a clock that is far ahead, nothing is left but what waits."""
        await converse(store, ANN, ANN, 1)
        await store.expire(conversations=TODAY, questions=TODAY)
        assert (await store.held(ANN)).state is not None
        assert (await store.held(ANN)).questions == 1
        assert await store.dead_letters("telegram") == 1
        await store.expire(conversations=FAR, questions=FAR)
        assert await store.held(ANN) == Held(None, 0, 0)
        assert await store.dead_letters("telegram") == 0
        assert {table.name: rows(path, table.name) for table in PERSONAL} == {
            "dialogue": 0,
            "exchange": 0,
            "question": 0,
            "inbox": 2,  # one waits, and of one only the id is left
        }

    async def test_questions_have_a_time_of_their_own(self, store: Storage) -> None:
        """Shorter or longer than that of conversations."""
        await store.save_dialogue(ANN, DialogueState(NOW), asked(day=TODAY - timedelta(days=8)))
        await store.save_dialogue(ANN, DialogueState(NOW), asked(day=TODAY - timedelta(days=7)))
        await store.expire(conversations=TODAY - timedelta(days=90), questions=TODAY - timedelta(days=7))
        assert [question.day for question in await store.questions()] == [TODAY - timedelta(days=7)]
        assert (await store.held(ANN)).state is not None


class TestQuestions:
    """What is kept to improve the knowledge."""

    async def test_they_are_found_as_they_were_kept_by_outcome_and_day(self, store: Storage) -> None:
        """The oldest first."""
        first = asked("one?", day=TODAY - timedelta(days=2))
        second = asked("երկո՞ւ", outcome=Outcome.OUT_OF_SCOPE, intent=None)
        third = asked("three?")
        for question in (first, second, third):
            await store.save_dialogue(ANN, DialogueState(NOW), question)
        assert await store.questions() == [first, second, third]
        assert await store.questions(outcome=Outcome.ANSWER) == [first, third]
        assert await store.questions(since=TODAY) == [second, third]
        assert await store.questions(outcome=Outcome.CLARIFY) == []

    async def test_who_asked_stands_there_as_a_pseudonym(self, store: Storage, path: Path) -> None:
        """It is the same for the same conversation, and holds nothing of its id."""
        for person in (ANN, BOB, ANN):
            await store.save_dialogue(person, DialogueState(NOW), asked())
        with closing(sqlite3.connect(path)) as connection:
            found = [asker for (asker,) in connection.execute("SELECT asker FROM question ORDER BY number")]
        assert found[0] == found[2] != found[1]
        assert not any(person.id in asker for person in (ANN, BOB) for asker in found)

    async def test_the_key_is_made_once_and_private(self, path: Path) -> None:
        """With another one, nobody could be forgotten any more."""
        async with Storage.open(path) as storage:
            await storage.save_dialogue(ANN, DialogueState(NOW), asked())
        key = path.with_name("key")
        made = key.read_bytes()
        assert len(made) >= 32
        assert key.stat().st_mode & 0o777 == 0o600
        key.chmod(0o644)
        async with Storage.open(path) as storage:
            assert (await storage.held(ANN)).questions == 1
        assert key.read_bytes() == made
        assert key.stat().st_mode & 0o777 == 0o600
        assert [file.name for file in path.parent.glob("key*")] == ["key"]

    @pytest.mark.parametrize("left", [b"", b"short"])
    async def test_a_key_that_was_cut_off_is_refused(self, path: Path, left: bytes) -> None:
        """What anybody can guess hides nobody."""
        path.with_name("key").write_bytes(left)
        with pytest.raises(StorageError, match=r"key .*key is damaged: put it back from a copy, or remove it"):
            async with Storage.open(path):
                pass
        assert path.with_name("key").read_bytes() == left


class TestWaiting:
    """What has come in and is not handled yet."""

    async def test_it_is_counted_by_channel_with_the_oldest(self, store: Storage) -> None:
        """What was handled or given up does not wait."""
        assert await store.waiting() == {}
        before = datetime.now(UTC).replace(microsecond=0)
        await store.receive([Received(channel, name, "1", "") for channel, name in ("ta", "tb", "mc")])
        waiting = await store.waiting()
        assert {channel: count for channel, (count, _) in waiting.items()} == {"t": 2, "m": 1}
        assert all(before <= oldest <= datetime.now(UTC) for _, oldest in waiting.values())
        for number, _ in await store.opened("t", after=0, limit=10):
            await store.close(number, NOW)
        assert set(await store.waiting()) == {"m"}
