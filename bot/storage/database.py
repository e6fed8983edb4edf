"""The database: opened, brought to the newest schema, read and written."""

import os
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy import (
    URL,
    AsyncAdaptedQueuePool,
    ColumnElement,
    Connection,
    Select,
    Table,
    delete,
    event,
    inspect,
    select,
    text,
)
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.core.models import Conversation, DialogueState, Exchange, Reading
from bot.errors import StorageError
from bot.storage.tables import HEAD, dialogue, exchange

MEMORY: Final = ":memory:"
KEPT = 200
"""Exchanges to keep of a conversation: enough for the buttons and edits of a long day, and the file stays small.

A count rather than an age: it needs no clock, and no clean-up but the one that comes with the next exchange.
"""
PATIENCE = 5.0
"""Seconds to wait for another program that is writing."""
_MIGRATIONS = Path(__file__).parent / "migrations"
_STATE = TypeAdapter(DialogueState)
_READINGS = TypeAdapter(tuple[Reading, ...])
_REPLIES = TypeAdapter(tuple[str, ...])
_PAUSE = 0.02
"""Seconds between two attempts to switch to the write-ahead log."""

# What SQLite says, and what it means to whoever runs the bot.
_MEANINGS = {
    "locked": "is locked by another program",
    "readonly": "is read-only",
    "not a database": "is not a database",
    "malformed": "is damaged; restore it from a backup",
    "disk is full": "cannot grow: the disk is full",
    "unable to open": "cannot be opened",
    "QueuePool": "is too busy",
    "disk I/O error": "cannot be read or written (disk I/O error)",
}


class Storage:
    """The `Store` of the service."""

    def __init__(self, engine: AsyncEngine, place: str) -> None:
        self._engine = engine
        self._place = place

    @classmethod
    @asynccontextmanager
    async def open(cls, path: Path | str, *, patience: float = PATIENCE) -> AsyncIterator["Storage"]:
        """Open a database file, or one in memory for ":memory:", and close it in the end.

        Creates what is missing, private to the user, and migrates an older schema. Raises StorageError where the file
        cannot be used, or stays locked by another program for longer than `patience`, in seconds.
        """
        engine, place = _engine(path, patience), "in memory" if path == MEMORY else str(path)
        try:
            with _failures(place):
                if path != MEMORY:
                    _create(Path(path))
                async with engine.begin() as connection:
                    await _migrate(connection, place)
            yield cls(engine, place)
        finally:
            await engine.dispose()

    async def dialogue(self, conversation: Conversation) -> DialogueState | None:
        """Return the dialogue state of a conversation."""
        found = await self._first(select(dialogue.c.state).where(*_of(dialogue, conversation)))
        if found is None:
            return None
        with _failures(self._place):
            return _STATE.validate_python(found.state)

    async def save_dialogue(self, conversation: Conversation, state: DialogueState) -> None:
        """Keep the dialogue state of a conversation."""
        values = {"at": state.at.isoformat(), "state": _STATE.dump_python(state, mode="json")}
        row = insert(dialogue).values(channel=conversation.channel, conversation=conversation.id, **values)
        with _failures(self._place):
            async with self._engine.begin() as connection:
                await connection.execute(row.on_conflict_do_update(["channel", "conversation"], set_=values))

    async def exchange(self, conversation: Conversation, question: str) -> Exchange | None:
        """Return the exchange of a question."""
        mine = *_of(exchange, conversation), exchange.c.question == question
        found = await self._first(select(exchange).where(*mine))
        if found is None:
            return None
        with _failures(self._place):
            replies, readings = _REPLIES.validate_python(found.replies), _READINGS.validate_python(found.readings)
        return Exchange(question, replies, readings, found.language)

    async def save_exchange(self, conversation: Conversation, exchanged: Exchange) -> None:
        """Keep an exchange, in place of an earlier one of the same question, and drop the oldest of too many."""
        mine = _of(exchange, conversation)
        oldest = select(exchange.c.number).where(*mine).order_by(exchange.c.number.desc()).offset(KEPT).limit(1)
        key = {"channel": conversation.channel, "conversation": conversation.id, "question": exchanged.question}
        readings = _READINGS.dump_python(exchanged.readings, mode="json")
        values = {"replies": exchanged.replies, "readings": readings, "language": exchanged.language}
        row = insert(exchange).values(**key, **values)
        with _failures(self._place):
            async with self._engine.begin() as connection:
                await connection.execute(row.on_conflict_do_update(list(key), set_=values))
                await connection.execute(delete(exchange).where(*mine, exchange.c.number <= oldest.scalar_subquery()))

    async def _first(self, query: Select[Any]) -> Any:
        with _failures(self._place):
            async with self._engine.connect() as connection:
                return (await connection.execute(query)).first()


def _of(table: Table, conversation: Conversation) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return table.c.channel == conversation.channel, table.c.conversation == conversation.id


# --- opening -------------------------------------------------------------------------------------


def _engine(path: Path | str, patience: float) -> AsyncEngine:
    engine = create_async_engine(
        URL.create("sqlite+aiosqlite", database=str(path)),
        connect_args={"timeout": patience},
        # One connection: SQLite has one writer at a time anyway, and a database in memory lives in its connection.
        poolclass=AsyncAdaptedQueuePool,
        pool_size=1,
        max_overflow=0,
    )
    event.listen(engine.sync_engine, "connect", partial(_prepare, patience))
    return engine


def _prepare(patience: float, connection: Any, _record: object) -> None:
    """Let no reader wait for the writer; a crash of the machine loses at most the last moments."""
    cursor = connection.cursor()
    _write_ahead(cursor, time.monotonic() + patience)
    for pragma in ("synchronous=NORMAL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _write_ahead(cursor: Any, deadline: float) -> None:
    """Switch to the write-ahead log; SQLite does not itself wait for this where another program is writing."""
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            # Runs in the driver's adaptor of a greenlet: it blocks the start alone, where nothing else is to be done.
            time.sleep(_PAUSE)
        else:
            return


def _create(path: Path) -> None:
    """Create the file and its folder, private to the user, and close to others what a crash or a copy left open."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    for file in (path, *(path.with_name(path.name + companion) for companion in ("-wal", "-shm"))):
        if file.exists() and file.stat().st_mode & 0o077:
            file.chmod(0o600)


async def _migrate(connection: AsyncConnection, place: str) -> None:
    """Bring the schema to the newest migration, all or nothing, also where two programs begin at once."""
    if await connection.run_sync(_version) == HEAD:
        return
    await connection.exec_driver_sql("BEGIN IMMEDIATE")
    if await connection.run_sync(_version) != HEAD:
        await connection.run_sync(_upgrade, place)


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _upgrade(connection: Connection, place: str) -> None:
    # Imported here as it takes longer than all the rest of the start, and a schema is seldom old.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    try:
        command.upgrade(config, HEAD)
    except CommandError as error:  # alembic looks for the schema's version among the migrations before it does anything
        version = _version(connection)
        raise StorageError(f"the database {place} was made by a newer version of the bot (schema {version})") from error


@contextmanager
def _failures(place: str) -> Iterator[None]:
    """Turn every failure of the database into one line."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        said = str(error.orig if isinstance(error, DBAPIError) else error).partition("\n")[0]
        meaning = next((words for sign, words in _MEANINGS.items() if sign in said), f"failed: {said}")
        raise StorageError(f"the database {place} {meaning}") from error
    except ValueError as error:
        raise StorageError(f"the database {place} holds data that cannot be read") from error
    except OSError as error:
        raise StorageError(f"the database {place} cannot be opened: {error.strerror}") from error
