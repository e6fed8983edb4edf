"""Copies of the database: made while it is written to, and put back."""

import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.core.models import Conversation, DialogueState
from bot.errors import StorageError
from bot.storage import Storage
from bot.storage.copying import back_up, restore

ANN = Conversation("telegram", "1")
STATE = DialogueState(datetime(2026, 1, 2, tzinfo=UTC), language="hy")
LATER = DialogueState(datetime(2026, 1, 3, tzinfo=UTC), language="ka")


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Return a path where nothing is."""
    return tmp_path / "data" / "jolig.sqlite3"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return another."""
    return tmp_path / "copy"


def is_private(path: Path) -> bool:
    """Return whether only the user can read a file."""
    return path.stat().st_mode & 0o777 == 0o600


def write(path: Path, content: bytes) -> None:
    """Write a file that all can read."""
    path.write_bytes(content)
    path.chmod(0o644)


def names(folder: Path) -> list[str]:
    """Return what is in a folder."""
    return sorted(path.name for path in folder.iterdir())


async def keep(database: Path, state: DialogueState) -> None:
    """Keep a state."""
    async with Storage.open(database) as store:
        await store.save_dialogue(ANN, state)


async def kept(database: Path) -> DialogueState | None:
    """Return the state that is kept."""
    async with Storage.open(database) as store:
        return await store.dialogue(ANN)


async def test_a_copy_made_while_the_bot_runs_can_be_put_back(database: Path, file: Path) -> None:
    """It holds what had been written by then, and only the user can read it."""
    async with Storage.open(database) as store:
        await store.save_dialogue(ANN, STATE)
        back_up(database, file)
        await store.save_dialogue(ANN, LATER)
    assert is_private(file)
    assert await kept(database) == LATER
    restore(file, database)
    assert is_private(database)
    assert await kept(database) == STATE
    assert names(file.parent) == ["copy", "data"]


async def test_a_copy_is_whole_while_another_program_writes(database: Path, file: Path) -> None:
    """Whatever it has written half."""
    await keep(database, STATE)
    enough = threading.Event()

    def change() -> None:
        with closing(sqlite3.connect(database, timeout=30)) as connection:
            while not enough.is_set():
                connection.execute("UPDATE dialogue SET at = at || 'x'")
                connection.commit()

    writer = threading.Thread(target=change)
    writer.start()
    try:
        for _ in range(5):
            back_up(database, file)
    finally:
        enough.set()
        writer.join()
    restore(file, database)


async def test_an_earlier_copy_is_replaced(database: Path, file: Path) -> None:
    """In one step, and made private."""
    await keep(database, STATE)
    write(file, b"an earlier copy")
    back_up(database, file)
    restore(file, database)
    assert is_private(file)


async def test_a_database_that_is_in_use_is_left_alone(database: Path, file: Path) -> None:
    """The bot would go on writing to what is no longer there."""
    async with Storage.open(database) as store:
        await store.save_dialogue(ANN, STATE)
        back_up(database, file)
        await store.save_dialogue(ANN, LATER)
        with pytest.raises(StorageError, match=r"is in use: stop the bot first$"):
            restore(file, database)
        await store.save_dialogue(ANN, LATER)
    assert await kept(database) == LATER
    assert names(database.parent) == ["jolig.sqlite3", "key"]


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\0" + b"x" * 4096])
async def test_what_is_no_copy_is_refused(database: Path, file: Path, content: bytes) -> None:
    """And the database stays as it was."""
    await keep(database, STATE)
    write(file, content)
    with pytest.raises(StorageError):
        restore(file, database)
    assert await kept(database) == STATE


async def test_a_damaged_database_is_what_a_copy_is_for(database: Path, file: Path) -> None:
    """It is replaced, with its companions."""
    await keep(database, STATE)
    back_up(database, file)
    write(database, b"no database")
    restore(file, database)
    assert await kept(database) == STATE


async def test_a_copy_can_be_put_where_nothing_is(database: Path, file: Path, tmp_path: Path) -> None:
    """On another host."""
    await keep(database, STATE)
    back_up(database, file)
    restore(file, tmp_path / "elsewhere" / "jolig.sqlite3")
    assert await kept(tmp_path / "elsewhere" / "jolig.sqlite3") == STATE


async def test_what_is_not_there_is_told(database: Path, file: Path, tmp_path: Path) -> None:
    """Before anything is touched."""
    with pytest.raises(StorageError, match="there is no database"):
        back_up(database, file)
    with pytest.raises(StorageError, match="there is no copy"):
        restore(file, database)
    await keep(database, STATE)
    with pytest.raises(StorageError, match="cannot be copied into"):
        back_up(database, tmp_path / "no folder" / "copy")
