"""Whole copies of the database: made while the bot runs, put back while it does not."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from bot.errors import StorageError

COMPANIONS = ("-wal", "-shm")


def back_up(database: Path, file: Path) -> None:
    """Copy a database into a file that only the user can read, in place of what is there.

    It may be written to meanwhile. Raises StorageError where that is not possible; then the file is as it was.
    """
    if not database.is_file():
        raise StorageError(f"there is no database {database}")
    with _failures(f"the database {database} cannot be copied into {file}"), _beside(file) as copy:
        _copy(database, copy)
        _check(copy)
        copy.replace(file)


def restore(file: Path, database: Path) -> None:
    """Put a copy in place of a database; raise StorageError where it is damaged, or the database is in use."""
    if not file.is_file():
        raise StorageError(f"there is no copy {file}")
    with _failures(f"the copy {file} cannot be put in place of {database}"):
        _check(file)
        database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _beside(database) as copy:
            _copy(file, copy)
            folder = database.parent.stat()
            os.chown(copy, folder.st_uid, folder.st_gid)  # as root does it for the service
            _expect_unused(database)
            copy.replace(database)
            for companion in COMPANIONS:  # they belong to what was there
                database.with_name(database.name + companion).unlink(missing_ok=True)


def _copy(source: Path, target: Path) -> None:
    with closing(_opened(source, "ro")) as reading, closing(sqlite3.connect(target)) as writing:
        reading.backup(writing)
        writing.execute("PRAGMA journal_mode=DELETE")  # one file, without companions


def _opened(path: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True)


def _check(file: Path) -> None:
    """Raise StorageError for what is damaged, or is no database of the bot."""
    with closing(_opened(file, "ro")) as connection:
        (told,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
        ours = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
    if told != "ok" or not ours:
        raise StorageError(f"{file} is no whole database of the bot")


def _expect_unused(database: Path) -> None:
    """Raise StorageError for a database that a program has open: it would go on with what is no longer there."""
    if not database.exists():
        return
    with closing(_opened(database, "rw")) as connection:
        # Leaving the write-ahead log takes the only connection that there is.
        try:
            (mode,) = connection.execute("PRAGMA journal_mode=DELETE").fetchone()
        except sqlite3.OperationalError:
            mode = "wal"
        except sqlite3.DatabaseError:  # damaged: what the copy is for
            return
    if mode == "wal":
        raise StorageError(f"the database {database} is in use: stop the bot first")


@contextmanager
def _beside(file: Path) -> Iterator[Path]:
    """Give an empty file beside another, private to the user, and remove what is left of it."""
    copy = file.with_name(f"{file.name}.{os.getpid()}.part")
    copy.touch(0o600)
    try:
        yield copy
    finally:
        for name in ("", *COMPANIONS):
            copy.with_name(copy.name + name).unlink(missing_ok=True)


@contextmanager
def _failures(told: str) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise StorageError(f"{told}: {error}") from error
