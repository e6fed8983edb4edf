"""What the database keeps, on a disk and in memory, and what is said where it cannot be used."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import closing, contextmanager
from dataclasses import MISSING, fields, replace
from datetime import UTC, datetime, timedelta, timezone
from os import umask
from pathlib import Path
from shutil import copy
from stat import S_IMODE
from typing import Any

import pytest
from sqlalchemy import Connection

from bot.core.models import Choice, Conversation, DialogueState, Exchange, Reading, Received
from bot.errors import StorageError, UnkeptError
from bot.storage import Storage
from bot.storage.database import KEPT, KEY, MEMORY

BRIEF = 0.01
"""A patience for locks that nobody will release."""
ANN = Conversation("telegram", "1")
OTHERS = (Conversation("telegram", "2"), Conversation("terminal", "1"), Conversation("1", "telegram"))
READING = Reading(
    intent="where",
    entities=("ann", "bob"),
    confidence=0.731,
    nearest="where-was",
    example="Where are @person and @person?",
    runner_up="who",
    margin=0.25,
    facts=("ann-place", "ann-name"),
)
CHOICE = Choice("Where is Ann?", "where", "ann")
STATE = DialogueState(
    at=datetime(2026, 1, 2, 12, 30, 15, 123456, tzinfo=UTC),
    language="en",
    chosen="hy",
    intent="where",
    entity="ann",
    choices=(Choice("Who?", "who"), CHOICE),
    readings=(READING, Reading(None)),
)
EXCHANGE = Exchange(
    question="10",
    replies=("11", "12"),
    readings=(READING, Reading(None)),
    language="en",
    choices=("who", "where__ann"),
    asker="5:u7",
)
TEXTS = {
    "Armenian": "Ովքե՞ր են խմբի անդամները",
    "Georgian": "სად შეხვდა ჯგუფი?",
    "Russian": "Кто входит в группу? — «ё»",
    "Azerbaijani": "Qrup harada görüşüb? İı Əə",
    "emoji": "👩‍👩‍👧 🇦🇲",
    "right to left": "\u202eאבג\u202c",
    "not composed": "e\u0301 = é",
    "quotes": """'; DROP TABLE dialogue; -- " \\ %s :name {}""",
    "control characters": "a\x00b\r\n\tc\x7f",
    "empty": "",
    "long": "word " * 20_000,
}
texts = pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())


@pytest.fixture(autouse=True)
def open_umask() -> Iterator[None]:
    """Let nothing but the code itself keep others from reading a file."""
    before = umask(0)
    yield
    umask(before)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a path where nothing is, in a folder that is not there."""
    return tmp_path / "data" / "bot.sqlite3"


@pytest.fixture(params=["file", "memory"])
async def storage(request: pytest.FixtureRequest, path: Path) -> AsyncIterator[Storage]:
    """Return an empty database, on a disk and in memory."""
    async with Storage.open(path if request.param == "file" else MEMORY) as opened:
        yield opened


@pytest.fixture
async def filed(path: Path) -> AsyncIterator[Storage]:
    """Return an open database file that holds a state and an exchange, and does not wait long for others."""
    async with Storage.open(path, patience=BRIEF) as opened:
        await fill(opened)
        yield opened


async def fill(storage: Storage) -> None:
    """Keep a state and an exchange."""
    await storage.save_dialogue(ANN, STATE)
    await storage.save_exchange(ANN, EXCHANGE)


async def held(storage: Storage) -> tuple[DialogueState | None, Exchange | None, Exchange | None]:
    """Return what a database holds: the state, the exchange, and the exchange that a test may have added."""
    return (
        await storage.dialogue(ANN),
        await storage.exchange(ANN, EXCHANGE.question),
        await storage.exchange(ANN, "99"),
    )


async def is_filled(storage: Storage) -> bool:
    """Return whether a database holds what `fill` keeps, and no more."""
    return await held(storage) == (STATE, EXCHANGE, None)


async def execute(storage: Storage, statement: str) -> Any:
    """Execute a statement on the connection that a storage has, and return the first value."""

    def executed(connection: Connection) -> Any:
        result = connection.exec_driver_sql(statement)
        return result.scalar() if result.returns_rows else None

    return await storage._run(executed)


def numbered(number: int) -> Exchange:
    """Return one exchange of many."""
    return replace(EXCHANGE, question=str(number))


def mode(path: Path) -> int:
    """Return the permissions of a file or folder."""
    return S_IMODE(path.stat().st_mode)


def allow(path: Path, permissions: int) -> None:
    """Set the permissions of a file."""
    path.chmod(permissions)


def put(path: Path, content: bytes) -> None:
    """Write a file, and its folder where there is none."""
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)


def content_of(path: Path) -> bytes:
    """Return what a file holds."""
    return path.read_bytes()


def listed(folder: Path) -> list[str]:
    """Return the names of the files in a folder."""
    return sorted(path.name for path in folder.iterdir())


def companions(path: Path) -> list[Path]:
    """Return the paths of the files that SQLite keeps beside a database that is open."""
    return [path.with_name(f"{path.name}-{kind}") for kind in ("shm", "wal")]


@contextmanager
def another(path: Path, *statements: str) -> Iterator[sqlite3.Connection]:
    """Open the file as another program does that has executed some statements, and goes on to hold its locks."""
    path.parent.mkdir(exist_ok=True)
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement).fetchall()
        yield connection


@contextmanager
def told(path: Path | str, words: str) -> Iterator[None]:
    """Expect a StorageError of exactly these words, in one line that holds the path."""
    with pytest.raises(StorageError) as caught:
        yield
    assert str(caught.value) == f"the database {path} {words}"


Writing = Callable[[Storage], Coroutine[Any, Any, None]]
writings = pytest.mark.parametrize(
    "write",
    [
        lambda storage: storage.save_dialogue(ANN, replace(STATE, intent="other")),
        lambda storage: storage.save_exchange(ANN, replace(EXCHANGE, language="hy")),
        lambda storage: storage.save_exchange(ANN, numbered(99)),
    ],
    ids=["dialogue", "same question", "new question"],
)


@pytest.mark.parametrize("example", [STATE, EXCHANGE, READING, CHOICE], ids=["state", "exchange", "reading", "choice"])
def test_the_examples_of_these_tests_fill_every_field(example: Any) -> None:
    """A field that comes to the models comes to these tests."""
    for field in fields(example):
        default = None if field.default is MISSING else field.default
        assert getattr(example, field.name) != default, f"{field.name} has its default"


class TestDialogue:
    """What a conversation remembers."""

    async def test_nothing_is_known_of_a_new_conversation(self, storage: Storage) -> None:
        """Not to know a conversation is no failure."""
        assert await storage.dialogue(ANN) is None

    async def test_a_state_comes_back_as_it_was_saved(self, storage: Storage) -> None:
        """Every field of it."""
        await storage.save_dialogue(ANN, STATE)
        assert await storage.dialogue(ANN) == STATE

    async def test_a_state_of_defaults_comes_back(self, storage: Storage) -> None:
        """What is not known stays unknown."""
        state = DialogueState(STATE.at)
        await storage.save_dialogue(ANN, state)
        assert await storage.dialogue(ANN) == state

    async def test_a_later_state_takes_the_place_of_the_earlier(self, storage: Storage) -> None:
        """Nothing of the earlier state shines through."""
        later = DialogueState(STATE.at + timedelta(minutes=1))
        await storage.save_dialogue(ANN, STATE)
        await storage.save_dialogue(ANN, later)
        assert await storage.dialogue(ANN) == later

    @pytest.mark.parametrize("other", OTHERS, ids=["conversation", "channel", "swapped"])
    async def test_conversations_are_kept_apart(self, storage: Storage, other: Conversation) -> None:
        """By channel and by the id within it."""
        await storage.save_dialogue(ANN, STATE)
        assert await storage.dialogue(other) is None
        await storage.save_dialogue(other, replace(STATE, intent="other"))
        assert await storage.dialogue(ANN) == STATE
        assert await storage.dialogue(other) == replace(STATE, intent="other")

    @texts
    async def test_any_text_comes_back(self, storage: Storage, text: str) -> None:
        """In the state as well as in the conversation's id."""
        conversation = Conversation(text, text)
        state = replace(STATE, entity=text, choices=(Choice(text, text, text),), readings=(Reading(text, (text,)),))
        await storage.save_dialogue(conversation, state)
        assert await storage.dialogue(conversation) == state

    async def test_the_time_comes_back_with_its_offset(self, storage: Storage) -> None:
        """To the microsecond."""
        state = replace(STATE, at=STATE.at.astimezone(timezone(timedelta(hours=4))))
        await storage.save_dialogue(ANN, state)
        found = await storage.dialogue(ANN)
        assert found is not None
        assert found.at.isoformat() == state.at.isoformat() == "2026-01-02T16:30:15.123456+04:00"

    async def test_questions_at_the_same_time_wait_for_each_other(self, storage: Storage) -> None:
        """One connection serves them all, and no one's state is lost."""
        many = [Conversation("telegram", str(number)) for number in range(30)]
        await asyncio.gather(*(storage.save_dialogue(one, replace(STATE, entity=one.id)) for one in many))
        found = await asyncio.gather(*map(storage.dialogue, many))
        assert [state and state.entity for state in found] == [one.id for one in many]

    async def test_one_that_cannot_be_named_takes_none_of_the_others_along(self, storage: Storage) -> None:
        """Of those that are read in the same moment."""
        await storage.save_dialogue(ANN, STATE)
        asked = map(storage.dialogue, (ANN, Conversation("matrix", "\ud800")))
        known, broken = await asyncio.gather(*asked, return_exceptions=True)
        assert known == STATE
        assert isinstance(broken, UnkeptError)


class TestExchanges:
    """Which messages carry which answers."""

    async def test_nothing_is_known_of_a_question_that_was_not_answered(self, storage: Storage) -> None:
        """Not to know a question is no failure."""
        await storage.save_exchange(ANN, EXCHANGE)
        assert await storage.exchange(ANN, "another") is None

    async def test_an_exchange_comes_back_as_it_was_saved(self, storage: Storage) -> None:
        """Every field of it."""
        await storage.save_exchange(ANN, EXCHANGE)
        assert await storage.exchange(ANN, EXCHANGE.question) == EXCHANGE

    async def test_an_exchange_without_replies_and_readings_comes_back(self, storage: Storage) -> None:
        """Empty stays empty."""
        empty = Exchange("10", (), (), "en")
        await storage.save_exchange(ANN, empty)
        assert await storage.exchange(ANN, "10") == empty

    @pytest.mark.parametrize("reply", EXCHANGE.replies)
    async def test_an_exchange_is_found_by_each_of_its_replies(self, storage: Storage, reply: str) -> None:
        """Who reacts to a message of an answer means its question."""
        await storage.save_exchange(ANN, EXCHANGE)
        assert await storage.exchange_of_reply(ANN, reply) == EXCHANGE

    @pytest.mark.parametrize("reply", ["1", "10", "_1", "%", '11", "12', ""])
    async def test_what_is_no_reply_finds_nothing(self, storage: Storage, reply: str) -> None:
        """Neither a part of an id nor what a pattern would match."""
        await storage.save_exchange(ANN, EXCHANGE)
        assert await storage.exchange_of_reply(ANN, reply) is None

    async def test_a_reply_in_another_conversation_finds_nothing(self, storage: Storage) -> None:
        """Some platforms count the messages of each chat from one."""
        await storage.save_exchange(ANN, EXCHANGE)
        assert await storage.exchange_of_reply(Conversation("telegram", "2"), EXCHANGE.replies[0]) is None

    async def test_the_same_question_takes_the_place_of_the_earlier(self, storage: Storage) -> None:
        """An edited question has the answer to its newest text."""
        later = Exchange(EXCHANGE.question, ("13",), (), "hy")
        await storage.save_exchange(ANN, EXCHANGE)
        await storage.save_exchange(ANN, later)
        assert await storage.exchange(ANN, EXCHANGE.question) == later
        assert await execute(storage, "SELECT count(*) FROM exchange") == 1

    @pytest.mark.parametrize("other", OTHERS, ids=["conversation", "channel", "swapped"])
    async def test_conversations_are_kept_apart(self, storage: Storage, other: Conversation) -> None:
        """The same number is another message in another chat."""
        await storage.save_exchange(ANN, EXCHANGE)
        assert await storage.exchange(other, EXCHANGE.question) is None
        await storage.save_exchange(other, replace(EXCHANGE, language="hy"))
        assert await storage.exchange(ANN, EXCHANGE.question) == EXCHANGE
        assert await storage.exchange(other, EXCHANGE.question) == replace(EXCHANGE, language="hy")

    @texts
    async def test_any_text_comes_back(self, storage: Storage, text: str) -> None:
        """In the question's id as well as in what is kept of it."""
        exchange = replace(EXCHANGE, question=text, replies=(text, text), readings=(Reading(text, (text,)),))
        await storage.save_exchange(ANN, exchange)
        assert await storage.exchange(ANN, text) == exchange

    async def test_only_the_newest_of_a_conversation_are_kept(self, storage: Storage) -> None:
        """With each exchange too many the oldest goes, and no other conversation loses any."""
        for other in OTHERS:
            await storage.save_exchange(other, numbered(0))
        for number in range(KEPT):
            await storage.save_exchange(ANN, numbered(number))
        assert await storage.exchange(ANN, "0") == numbered(0)
        await storage.save_exchange(ANN, numbered(KEPT))
        await storage.save_exchange(ANN, numbered(KEPT + 1))
        found = [await storage.exchange(ANN, str(number)) for number in range(KEPT + 2)]
        assert found == [None, None, *map(numbered, range(2, KEPT + 2))]
        assert [await storage.exchange(other, "0") for other in OTHERS] == [numbered(0)] * len(OTHERS)

    async def test_a_repeated_question_drops_none(self, storage: Storage) -> None:
        """A conversation that is full does not lose its oldest exchange to an edit of the newest."""
        for number in range(KEPT):
            await storage.save_exchange(ANN, numbered(number))
        await storage.save_exchange(ANN, replace(numbered(KEPT - 1), language="hy"))
        assert await storage.exchange(ANN, "0") == numbered(0)


class TestPosition:
    """Up to where a channel has read."""

    async def test_the_newest_of_each_channel_is_kept(self, storage: Storage) -> None:
        """Two channels know nothing of each other."""
        for channel, token in (("matrix", "s1"), ("other", "s5"), ("matrix", "s2")):
            await storage.save_position(channel, token)
        assert [await storage.position(channel) for channel in ("matrix", "other", "third")] == ["s2", "s5", None]


class TestOpening:
    """A file from one start to the next."""

    async def test_all_is_there_after_closing_and_opening_again(self, path: Path) -> None:
        """A new start goes on where the last one ended."""
        async with Storage.open(path) as storage:
            await fill(storage)
        async with Storage.open(path) as storage:
            assert await is_filled(storage)

    async def test_a_path_may_be_a_string(self, path: Path) -> None:
        """It names the same file."""
        async with Storage.open(str(path)) as storage:
            await fill(storage)
        async with Storage.open(path) as storage:
            assert await is_filled(storage)

    async def test_what_is_in_memory_is_gone_after_closing(self) -> None:
        """Nothing outlives it."""
        async with Storage.open(MEMORY) as storage:
            await fill(storage)
        async with Storage.open(MEMORY) as storage:
            assert await storage.dialogue(ANN) is None

    async def test_databases_in_memory_are_kept_apart(self) -> None:
        """Each is one of its own."""
        async with Storage.open(MEMORY) as one, Storage.open(MEMORY) as other:
            await fill(one)
            assert await other.dialogue(ANN) is None

    async def test_a_database_in_memory_leaves_no_file(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Not even one of that name."""
        monkeypatch.chdir(tmp_path)
        async with Storage.open(MEMORY) as storage:
            await fill(storage)
            assert listed(tmp_path) == []

    async def test_two_programs_see_what_the_other_saved(self, path: Path) -> None:
        """While both have the file open."""
        async with Storage.open(path) as one, Storage.open(path) as other:
            await fill(one)
            assert await is_filled(other)

    @pytest.mark.parametrize("name", ["a b.db", "ä—Ա.db", "a%20b.db", "a?mode=ro.db", "a#b.db", "file:a.db", "a'b.db"])
    async def test_any_file_name_is_taken_as_it_stands(self, tmp_path: Path, name: str) -> None:
        """No part of a name is read as an option."""
        async with Storage.open(tmp_path / name) as storage:
            await fill(storage)
        assert listed(tmp_path) == sorted([name, KEY])

    async def test_a_failure_inside_passes_unchanged_and_closes_the_file(self, path: Path) -> None:
        """Only failures of the database are the database's."""

        async def fail() -> None:
            async with Storage.open(path) as storage:
                await fill(storage)
                raise OSError("of another file")

        with pytest.raises(OSError, match=r"^of another file$"):
            await fail()
        assert listed(path.parent) == [path.name, KEY]

    async def test_what_waits_to_be_kept_is_kept_also_after_a_failure(self, path: Path) -> None:
        """Whoever asked for it is gone by then."""

        async def fail() -> None:
            async with Storage.open(path) as storage:
                await storage.receive([Received("telegram", "1", "1", "{}", "1")])
                noting = asyncio.create_task(storage.close(1, STATE.at))
                await asyncio.sleep(0)
                noting.cancel()
                raise OSError("of something else")

        with pytest.raises(OSError, match=r"^of something else$"):
            await fail()
        async with Storage.open(path) as storage:
            assert await storage.opened("telegram", after=0, limit=9) == []

    async def test_the_write_ahead_log_is_on(self, path: Path) -> None:
        """For whoever opens the file."""
        async with Storage.open(path):
            pass
        with another(path) as connection:
            assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)

    async def test_closing_leaves_nothing_but_the_file_and_the_key(self, path: Path) -> None:
        """What was in the log is in the file: one file to copy."""
        async with Storage.open(path) as storage:
            await fill(storage)
            assert all(file.is_file() for file in companions(path))
        assert listed(path.parent) == [path.name, KEY]


class TestPrivacy:
    """Nobody else reads what people asked."""

    async def test_the_file_and_its_companions_and_folder_are_the_users_own(self, path: Path) -> None:
        """Also while the file is open, and whatever the umask allows."""
        async with Storage.open(path) as storage:
            await fill(storage)
            assert [mode(file) for file in (path, *companions(path))] == [0o600] * 3
        assert (mode(path.parent), mode(path)) == (0o700, 0o600)

    async def test_folders_are_created_as_deep_as_they_are_named(self, path: Path) -> None:
        """The last one is private."""
        deep = path.parent / "a" / "b" / path.name
        async with Storage.open(deep):
            assert mode(deep.parent) == 0o700

    @pytest.mark.parametrize("found", [0o644, 0o640, 0o606, 0o777])
    async def test_an_existing_file_that_others_can_use_is_tightened(self, path: Path, found: int) -> None:
        """It keeps what it holds."""
        async with Storage.open(path) as storage:
            await fill(storage)
        allow(path, found)
        async with Storage.open(path) as storage:
            assert [mode(file) for file in (path, *companions(path))] == [0o600] * 3
            assert await is_filled(storage)

    async def test_companions_that_a_crash_left_behind_are_tightened(self, path: Path, tmp_path: Path) -> None:
        """The log holds as much of the conversations as the file."""
        left = tmp_path / "left" / path.name
        left.parent.mkdir()
        async with Storage.open(path) as storage:
            await fill(storage)
            for file in (path, *companions(path)):
                allow(Path(copy(file, left.parent)), 0o644)
        async with Storage.open(left) as storage:
            assert await is_filled(storage)
            assert [mode(file) for file in (left, *companions(left))] == [0o600] * 3

    async def test_an_existing_folder_is_left_as_it_is(self, path: Path) -> None:
        """It may be shared on purpose."""
        path.parent.mkdir(mode=0o755)
        async with Storage.open(path):
            assert mode(path.parent) == 0o755


class TestLocked:
    """Another program that holds the file."""

    @writings
    async def test_what_cannot_be_saved_is_told(self, filed: Storage, path: Path, write: Writing) -> None:
        """Nothing of it is kept, and the next one is, once the file is free."""
        with another(path, "BEGIN IMMEDIATE"):
            with told(path, "is locked by another program"):
                await write(filed)
            assert await is_filled(filed)
        await write(filed)
        assert not await is_filled(filed)

    async def test_reading_does_not_wait_for_the_writer(self, filed: Storage, path: Path) -> None:
        """The state before the other's is read."""
        with another(path, "BEGIN IMMEDIATE", "DELETE FROM dialogue", "DELETE FROM exchange"):
            assert await is_filled(filed)

    async def test_opening_does_not_wait_for_the_writer(self, filed: Storage, path: Path) -> None:
        """A schema that is the newest needs no writing."""
        with another(path, "BEGIN IMMEDIATE"):
            async with Storage.open(path, patience=BRIEF) as storage:
                assert await is_filled(storage)

    @pytest.mark.parametrize(
        "statements",
        [
            ("PRAGMA journal_mode=WAL", "BEGIN IMMEDIATE"),
            ("PRAGMA journal_mode=WAL", "PRAGMA locking_mode=EXCLUSIVE", "CREATE TABLE mine (id)"),
            ("BEGIN IMMEDIATE",),
            ("BEGIN EXCLUSIVE",),
        ],
        ids=["writer", "exclusive mode", "writer without a log", "exclusive without a log"],
    )
    async def test_a_new_file_that_another_program_holds_is_told(self, path: Path, statements: tuple[str, ...]) -> None:
        """Once it is free it can be used."""
        with another(path, *statements), told(path, "is locked by another program"):
            async with Storage.open(path, patience=BRIEF):
                pass
        async with Storage.open(path, patience=BRIEF) as storage:
            await fill(storage)
            assert await is_filled(storage)


class TestUnusable:
    """Files that are not what they should be."""

    @writings
    async def test_a_database_that_became_read_only_is_told(self, filed: Storage, path: Path, write: Writing) -> None:
        """What it holds can still be read."""
        await execute(filed, "PRAGMA query_only=ON")
        with told(path, "is read-only"):
            await write(filed)
        assert await is_filled(filed)

    async def test_a_folder_in_the_place_of_the_file_is_told(self, tmp_path: Path) -> None:
        """In the words of the system."""
        with told(tmp_path, "cannot be opened: Is a directory"):
            async with Storage.open(tmp_path):
                pass

    @pytest.mark.parametrize("below", ["bot.sqlite3", "folder/bot.sqlite3"])
    async def test_a_file_in_the_place_of_the_folder_is_told(self, tmp_path: Path, below: str) -> None:
        """Right above, or further up."""
        (tmp_path / "file").touch()
        path = tmp_path / "file" / below
        with pytest.raises(StorageError) as caught:
            async with Storage.open(path):
                pass
        assert str(caught.value).startswith(f"the database {path} cannot be opened: ")
        assert len(str(caught.value).splitlines()) == 1

    async def test_a_log_that_cannot_be_opened_is_told(self, path: Path) -> None:
        """A folder is in its place."""
        async with Storage.open(path):
            pass
        companions(path)[1].mkdir()
        with told(path, "cannot be opened"):
            async with Storage.open(path):
                pass

    @pytest.mark.parametrize("content", [b"garbage", b"garbage\n" * 1000, b"SQLite format 4\x00" + bytes(4080)])
    async def test_a_file_that_is_no_database_is_told_and_left_alone(self, path: Path, content: bytes) -> None:
        """It may be something else that matters."""
        put(path, content)
        with told(path, "is not a database"):
            async with Storage.open(path):
                pass
        assert content_of(path) == content
        assert listed(path.parent) == [path.name]

    async def test_an_empty_file_becomes_a_database(self, path: Path) -> None:
        """It is what a start leaves that is cut off at once."""
        put(path, b"")
        async with Storage.open(path) as storage:
            await fill(storage)
            assert await is_filled(storage)

    async def test_a_damaged_database_is_told(self, path: Path) -> None:
        """All pages but the first are overwritten."""
        async with Storage.open(path) as storage:
            await fill(storage)
        content = content_of(path)
        put(path, content[:4096] + b"\xff" * (len(content) - 4096))
        with told(path, "is damaged; restore it from a backup"):
            async with Storage.open(path) as storage:
                await storage.dialogue(ANN)

    async def test_a_newer_schema_is_told_and_left_alone(self, path: Path) -> None:
        """An older bot does not touch what it does not know."""
        async with Storage.open(path) as storage:
            await fill(storage)
        with another(path, "UPDATE alembic_version SET version_num = '9999'"):
            pass
        with told(path, "was made by a newer version of the bot (schema 9999)"):
            async with Storage.open(path):
                pass
        with another(path) as connection:
            assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [("9999",)]
            assert connection.execute("SELECT count(*) FROM dialogue").fetchone() == (1,)

    @pytest.mark.parametrize(
        "state",
        [
            "",
            '{"at": "2026-01-',
            "null",
            "5",
            "[]",
            "{}",
            '{"at": "yesterday"}',
            '{"at": "2026-01-02T00:00:00Z", "intent": 5}',
            '{"at": "2026-01-02T00:00:00Z", "choices": [{"text": "Who?"}]}',
        ],
    )
    async def test_a_damaged_state_is_told_and_the_next_takes_its_place(self, storage: Storage, state: str) -> None:
        """A conversation is not lost for good."""
        await fill(storage)
        await execute(storage, f"UPDATE dialogue SET state = '{state}'")  # noqa: S608
        with told(storage._place, "holds data that cannot be read"):
            await storage.dialogue(ANN)
        await storage.save_dialogue(ANN, STATE)
        assert await is_filled(storage)

    @pytest.mark.parametrize("column", ["replies", "readings"])
    @pytest.mark.parametrize("value", ["", "[", "null", "5"])
    async def test_a_damaged_exchange_is_told_and_the_next_takes_its_place(
        self, storage: Storage, column: str, value: str
    ) -> None:
        """A question that is edited gets its buttons again."""
        await fill(storage)
        await execute(storage, f"UPDATE exchange SET {column} = '{value}'")  # noqa: S608
        with told(storage._place, "holds data that cannot be read"):
            await storage.exchange(ANN, EXCHANGE.question)
        await storage.save_exchange(ANN, EXCHANGE)
        assert await is_filled(storage)

    @pytest.mark.parametrize("value", ['["where"]', '[{"intent": 5}]', "[{}]", '[{"intent": "where", "facts": 5}]'])
    async def test_readings_of_another_shape_are_told(self, storage: Storage, value: str) -> None:
        """They are checked as a whole."""
        await fill(storage)
        await execute(storage, f"UPDATE exchange SET readings = '{value}'")  # noqa: S608
        with told(storage._place, "holds data that cannot be read"):
            await storage.exchange(ANN, EXCHANGE.question)

    @pytest.mark.parametrize(("opened", "place"), [(MEMORY, "in memory"), ("bot.sqlite3", "bot.sqlite3")])
    async def test_the_message_tells_the_place_as_it_was_given(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opened: str, place: str
    ) -> None:
        """As the person who starts the bot knows it."""
        monkeypatch.chdir(tmp_path)
        async with Storage.open(opened) as storage:
            await execute(storage, "DROP TABLE dialogue")
            with told(place, "failed: no such table: dialogue"):
                await storage.dialogue(ANN)

    async def test_of_a_long_message_the_first_line_is_told(self, filed: Storage, path: Path) -> None:
        """Here of a trigger; a message of the bot is one line."""
        raising = "SELECT RAISE(ABORT, 'the first" + chr(10) + "and the second')"
        await execute(filed, f"CREATE TRIGGER mine BEFORE INSERT ON exchange BEGIN {raising}; END")
        with told(path, "failed: the first"):
            await filed.save_exchange(ANN, numbered(99))

    async def test_a_full_disk_is_told_and_nothing_is_half_kept(self, filed: Storage, path: Path) -> None:
        """What was kept before stays, and all goes on once there is room."""
        long = replace(EXCHANGE, replies=("message " * 10_000,))
        await execute(filed, "PRAGMA max_page_count=1")  # SQLite takes as many as there are
        with told(path, "cannot grow: the disk is full"):
            await filed.save_exchange(ANN, long)
        with told(path, "cannot grow: the disk is full"):
            await filed.save_dialogue(ANN, replace(STATE, entity="entity " * 10_000))
        assert await is_filled(filed)
        await execute(filed, "PRAGMA max_page_count=1000000")
        await filed.save_exchange(ANN, long)
        assert await filed.exchange(ANN, EXCHANGE.question) == long


class TestFeedback:
    """How many answers helped, of nobody in particular."""

    async def test_each_intent_of_an_answer_is_counted(self, storage: Storage) -> None:
        """By whether it helped; who said so is not known."""
        await storage.save_exchange(ANN, EXCHANGE)
        await storage.rate(ANN, EXCHANGE.question, {"where", "who"}, helpful=True)
        for other in OTHERS:
            await storage.save_exchange(other, EXCHANGE)
            await storage.rate(other, EXCHANGE.question, {"where"}, helpful=False)
        assert await feedback(storage) == {("where", True): 1, ("who", True): 1, ("where", False): 3}

    async def test_a_later_click_takes_the_place_of_an_earlier_one(self, storage: Storage) -> None:
        """However often somebody clicks, an answer counts once."""
        await storage.save_exchange(ANN, EXCHANGE)
        for helpful in (True, True, False, True, False, False):
            await storage.rate(ANN, EXCHANGE.question, {"where"}, helpful=helpful)
        assert await feedback(storage) == {("where", True): 0, ("where", False): 1}

    async def test_the_answer_to_an_edited_question_is_another_answer(self, storage: Storage) -> None:
        """What was said of the one before stays counted."""
        for intent in ("where", "who"):
            await storage.save_exchange(ANN, EXCHANGE)
            await storage.rate(ANN, EXCHANGE.question, {intent}, helpful=True)
        assert await feedback(storage) == {("where", True): 1, ("who", True): 1}

    async def test_it_outlives_a_restart(self, path: Path) -> None:
        """The count and the click."""
        for helpful in (True, False):
            async with Storage.open(path) as storage:
                if helpful:
                    await storage.save_exchange(ANN, EXCHANGE)
                await storage.rate(ANN, EXCHANGE.question, {"where"}, helpful=helpful)
        async with Storage.open(path) as storage:
            assert await feedback(storage) == {("where", True): 0, ("where", False): 1}


async def feedback(storage: Storage) -> dict[tuple[str, bool], int]:
    """Return the counts by intent and whether the answer helped."""
    query = "SELECT intent, helpful, count FROM feedback"
    rows = await storage._run(lambda connection: connection.exec_driver_sql(query).all())
    return {(intent, bool(helpful)): count for intent, helpful, count in rows}


class TestChats:
    """A group is its own conversation and those of its topics and people."""

    WITHIN = ("-1", "-1:u5", "-1:t7", "-1:t7:u5")
    OTHERS = ("-12", "-12:u5", "-10:u5", "1", "-")

    @pytest.fixture
    async def chats(self, storage: Storage) -> Storage:
        """Return a database with conversations in a group and elsewhere."""
        for channel in ("telegram", "matrix"):
            for name in (*self.WITHIN, *self.OTHERS):
                await storage.save_dialogue(Conversation(channel, name), STATE)
                await storage.save_exchange(Conversation(channel, name), EXCHANGE)
        return storage

    async def known(self, storage: Storage, *names: str, channel: str = "telegram") -> list[str]:
        """Return those of some conversations whose dialogue state is known."""
        return [name for name in names if await storage.dialogue(Conversation(channel, name))]

    async def test_a_chat_is_forgotten_with_all_that_is_in_it(self, chats: Storage) -> None:
        """And no other chat, also not one whose id begins like its own."""
        await chats.forget_chat(Conversation("telegram", "-1"))
        assert await self.known(chats, *self.WITHIN, *self.OTHERS) == list(self.OTHERS)
        assert await self.known(chats, *self.WITHIN, channel="matrix") == list(self.WITHIN)
        exchanges = [await chats.exchange(Conversation("telegram", name), "10") for name in (*self.WITHIN, "-12:u5")]
        assert exchanges == [None, None, None, None, EXCHANGE]

    async def test_a_chat_that_moves_takes_its_conversations_along(self, chats: Storage) -> None:
        """Nothing of them is left under the old id."""
        await chats.move_chat(Conversation("telegram", "-1"), "-1007")
        moved = [f"-1007{name.removeprefix('-1')}" for name in self.WITHIN]
        assert await self.known(chats, *self.WITHIN, *moved, *self.OTHERS) == [*moved, *self.OTHERS]

    async def test_what_the_new_chat_has_already_stays(self, chats: Storage) -> None:
        """A question there may have come before the news of the move."""
        newer = replace(STATE, entity="newer")
        await chats.save_dialogue(Conversation("telegram", "-1007:u5"), newer)
        await chats.move_chat(Conversation("telegram", "-1"), "-1007")
        assert await chats.dialogue(Conversation("telegram", "-1007:u5")) == newer
        assert await self.known(chats, "-1007:t7:u5") == ["-1007:t7:u5"]
