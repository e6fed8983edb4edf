"""The schema: brought to the newest from any earlier one, by one program or by two, all or nothing."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, create_engine

from bot import storage as package
from bot.core.models import Conversation
from bot.errors import StorageError
from bot.storage import Storage
from bot.storage.tables import HEAD, metadata

BASE = "base"
SCRIPTS = Path(next(iter(package.__path__))) / "migrations"
STARTS = 10
"""How often two programs begin at once: what goes wrong between them does so seldom."""
WAIT = 0.3
"""Seconds in which a program that does not wait for another has given up; one that does has long begun to."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a path where nothing is."""
    return tmp_path / "bot.sqlite3"


def scripts() -> ScriptDirectory:
    """Return the migrations."""
    return ScriptDirectory(str(SCRIPTS))


EARLIER = [BASE, *(script.revision for script in scripts().walk_revisions() if script.revision != HEAD)]


@contextmanager
def connected(path: Path) -> Iterator[Connection]:
    """Connect to a file, without any code of the bot."""
    engine = create_engine(URL.create("sqlite", database=str(path)))
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def config(connection: Connection) -> Config:
    """Return what alembic needs to run the migrations on a connection."""
    made = Config(attributes={"connection": connection})
    made.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    return made


def query(path: Path, statement: str) -> list[Any]:
    """Return the rows of a statement."""
    with closing(sqlite3.connect(path)) as connection, connection:
        return connection.execute(statement).fetchall()


def schema(path: Path) -> list[Any]:
    """Return every table and index of a file, but those that SQLite makes for itself."""
    return query(path, "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name <> 'sqlite_sequence' ORDER BY 2")


def content_of(path: Path) -> bytes:
    """Return what a file holds."""
    return path.read_bytes()


def details(path: Path) -> dict[str, list[Any]]:
    """Return the columns and the indexes of each table, as SQLite sees them."""
    return {
        f"{pragma} {table}": sorted(row[1:] for row in query(path, f"PRAGMA {pragma}({table})"))  # without their places
        for table in metadata.tables
        for pragma in ("table_info", "index_list")
    }


def differences(path: Path) -> list[Any]:
    """Return what alembic would change to come from a file to the tables that the code names."""
    with connected(path) as connection:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))


async def test_an_empty_file_gets_exactly_the_tables_of_the_code(path: Path) -> None:
    """As alembic compares them, and as SQLite sees those that are made of the code at once."""
    async with Storage.open(path):
        pass
    assert differences(path) == []
    made = path.with_name("made.sqlite3")
    with connected(made) as connection:
        metadata.create_all(connection)
    assert details(path) == details(made)
    names = {name for kind, name, _, _ in schema(path) if kind == "table"}
    assert names == {*metadata.tables, "alembic_version"}


def test_the_newest_schema_is_the_last_of_one_line_of_migrations() -> None:
    """The code names the migration up to which it opens a file."""
    assert scripts().get_heads() == [HEAD]
    assert len(scripts().get_bases()) == 1


async def test_the_file_tells_its_schema(path: Path) -> None:
    """That is how an older bot knows that it is too old."""
    async with Storage.open(path):
        pass
    assert query(path, "SELECT version_num FROM alembic_version") == [(HEAD,)]


@pytest.mark.parametrize("earlier", EARLIER)
async def test_each_earlier_schema_is_brought_to_the_newest(path: Path, earlier: str) -> None:
    """Whatever bot made the file."""
    with connected(path) as connection:
        command.upgrade(config(connection), earlier)
    async with Storage.open(path):
        pass
    assert differences(path) == []
    assert query(path, "SELECT version_num FROM alembic_version") == [(HEAD,)]


async def test_opening_again_changes_nothing(path: Path) -> None:
    """Not a byte of the file."""
    async with Storage.open(path):
        pass
    before = content_of(path)
    async with Storage.open(path):
        pass
    assert content_of(path) == before


@pytest.mark.parametrize("earlier", EARLIER)
async def test_the_way_back_is_complete(path: Path, earlier: str) -> None:
    """Every migration can be undone, and done again."""
    async with Storage.open(path):
        pass
    newest = schema(path)
    with connected(path) as connection:
        command.downgrade(config(connection), earlier)
    if earlier == BASE:
        assert {table for _, _, table, _ in schema(path)} == {"alembic_version"}
    async with Storage.open(path):
        pass
    assert schema(path) == newest


async def test_two_programs_that_begin_at_once_both_succeed(tmp_path: Path) -> None:
    """One makes the tables, the other waits for them and uses them."""

    async def begin(path: Path) -> None:
        async with Storage.open(path) as storage:
            assert await storage.exchange(Conversation("telegram", "1"), "1") is None

    for number in range(STARTS):
        path = tmp_path / f"{number}.sqlite3"
        await asyncio.gather(begin(path), begin(path))
        assert query(path, "SELECT version_num FROM alembic_version") == [(HEAD,)]


@pytest.mark.parametrize("held", ["BEGIN IMMEDIATE", "BEGIN EXCLUSIVE", "PRAGMA journal_mode=WAL; BEGIN IMMEDIATE"])
async def test_a_program_waits_for_another_that_begins(path: Path, held: str) -> None:
    """Whatever lock the other one has on the new file, for as long as the patience lasts."""

    async def begin() -> None:
        async with Storage.open(path, patience=60):
            pass

    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.executescript(held)
        task = asyncio.create_task(begin())
        await asyncio.wait({task}, timeout=WAIT)
        other.execute("ROLLBACK")
        await task
    assert differences(path) == []


class TestFailing:
    """A migration that cannot be carried out: another program has a table of the same name in the file."""

    @pytest.fixture(params=list(metadata.tables))
    async def taken(self, request: pytest.FixtureRequest, path: Path) -> str:
        """Return the name of the table that is there already."""
        query(path, f"CREATE TABLE {request.param} (id INTEGER)")
        query(path, f"INSERT INTO {request.param} VALUES (1)")  # noqa: S608
        return str(request.param)

    async def test_it_is_told_and_leaves_nothing_half(self, path: Path, taken: str) -> None:
        """The tables that it made before it failed are gone, and what was there is as it was."""
        before = schema(path)
        with pytest.raises(StorageError) as caught:
            async with Storage.open(path):
                pass
        assert str(caught.value) == f"the database {path} failed: table {taken} already exists"
        assert schema(path) == before
        assert query(path, f"SELECT * FROM {taken}") == [(1,)]  # noqa: S608

    async def test_it_holds_no_lock(self, path: Path, taken: str) -> None:
        """Once the reason is gone the file can be opened."""
        with pytest.raises(StorageError):
            async with Storage.open(path):
                pass
        with closing(sqlite3.connect(path, timeout=0)) as other, other:
            other.execute(f"DROP TABLE {taken}")
        async with Storage.open(path):
            pass
        assert differences(path) == []
