"""The database: opened, brought to the newest schema, read and written."""

import asyncio
import json
import os
import secrets
import sqlite3
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache, partial
from itertools import chain
from pathlib import Path
from typing import Any, Final, Self, TypeVar, cast

import aiosqlite
import structlog
from pydantic import TypeAdapter
from sqlalchemy import (
    ColumnElement,
    Connection,
    NullPool,
    Select,
    String,
    Table,
    UpdateBase,
    bindparam,
    create_engine,
    delete,
    event,
    func,
    inspect,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.sqlite import Insert, insert
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from bot.core.models import (
    Asked,
    Conversation,
    DialogueState,
    Exchange,
    Held,
    Note,
    Outcome,
    Reading,
    Received,
)
from bot.errors import StorageError, UnkeptError
from bot.privacy import pseudonyms
from bot.storage.personal import EXPIRED, PERSONAL, Until, Whose
from bot.storage.tables import HEAD, dialogue, exchange, feedback, inbox, position, question
from bot.storage.together import Together

log = structlog.get_logger()
MEMORY: Final = ":memory:"
KEY: Final = "key"
"""The file beside the database with what pseudonyms are made with: without it, nobody can tell whose they are."""
_KEY_BYTES: Final = 32
KEPT = 200
"""Exchanges to keep of a conversation: enough for the buttons and edits of a long day, and the file stays small.

A count rather than an age: it needs no clock, and no clean-up but the one that comes with the next exchange.
"""
KNOWN = 100_000
"""Events that were handled to know the ids of, at least: a platform repeats what it is not sure to have delivered."""
TRIMMED = 1000
"""Events after which the ids of too many are dropped."""
NOTING = 0.005
"""Seconds that what was handled waits for others, to be noted with them in one transaction."""
LOG_PAUSES = 0.1, 1.0
"""Seconds between the attempts to empty the write-ahead log."""
PATIENCE = 5.0
"""Seconds to wait for another program that is writing."""
_CHUNK = 64
"""Rows that the driver would hand over at a time; all are taken at once here."""
_MIGRATIONS = Path(__file__).parent / "migrations"
_STATE = TypeAdapter(DialogueState)
_READINGS = TypeAdapter(tuple[Reading, ...])
_NAMES = TypeAdapter(tuple[str, ...])
_ASKED = TypeAdapter(Asked)
_Writing = Sequence[tuple[UpdateBase, Sequence[Mapping[str, object]]]]
"""Statements, each with the rows that it is executed for."""
_COUNTED = exchange, question, inbox
_Result = TypeVar("_Result")
_DIALECT = sqlite.dialect(paramstyle="named")
_PAUSE = 0.02
"""Seconds between two attempts to switch to the write-ahead log."""

_UNKEPT = UnicodeEncodeError, OverflowError, sqlite3.DataError, sqlite3.IntegrityError
"""What the driver raises for values, and not for the state of the database."""

# What SQLite says, and what it means to whoever runs the bot.
_MEANINGS = {
    "locked": "is locked by another program",
    "readonly": "is read-only",
    "not a database": "is not a database",
    "malformed": "is damaged; restore it from a backup",
    "disk is full": "cannot grow: the disk is full",
    "unable to open": "cannot be opened",
    "disk I/O error": "cannot be read or written (disk I/O error)",
}


class _Driver(aiosqlite.Connection):
    """The driver, in whose thread a whole transaction is one piece of work.

    To ask it for each statement changes threads each time, which takes longer than the statement.
    """

    async def __aenter__(self) -> Self:
        try:
            await super().__aenter__()
        except BaseException:
            # Where there is no connection it does not wait for its thread, which then speaks to a loop that is closed.
            await asyncio.to_thread(self._thread.join)
            raise
        return self

    @property
    def own(self) -> sqlite3.Connection:
        """Return the connection itself, for use in its thread."""
        return self._conn

    async def do(self, work: Callable[[], _Result]) -> _Result:
        """Do some work in the thread of the connection."""
        return cast("_Result", await self._execute(work))  # type: ignore[no-untyped-call]


class Storage:
    """The `Store` of the service and the `InboxStore` of the inbox.

    Each piece of work is a transaction in the driver's thread. What is read or written at the
    same time is so in one go: a transaction costs more than a row. What each question needs is executed by the driver
    itself, as the library takes several times longer than the database.
    """

    def __init__(self, driver: _Driver, connection: Connection, place: str, key: bytes) -> None:
        """Take a driver, its connection for the library, and what the pseudonyms of conversations are made with."""
        self._driver = driver
        self._connection = connection
        self._place = place
        self._pseudonym = pseudonyms(key)
        self._state = Together(self._states, apart=UnkeptError)
        self._write = Together(self._write_all, apart=UnkeptError)
        self._note = Together(self._write_all, apart=UnkeptError, pause=NOTING)

    @classmethod
    @asynccontextmanager
    async def open(cls, path: Path | str, *, patience: float = PATIENCE) -> AsyncIterator["Storage"]:
        """Open a database file, or one in memory for ":memory:", and close it in the end.

        Creates what is missing, private to the user, and migrates an older schema. Raises StorageError where the file
        cannot be used, or stays locked by another program for longer than `patience`, in seconds.
        """
        place = "in memory" if path == MEMORY else str(path)
        async with _Driver(partial(_connect, path, patience, place), iter_chunk_size=_CHUNK) as driver:
            connection, key = await driver.do(partial(_opened, driver, path, patience, place))
            try:
                opened = cls(driver, connection, place, key)
                try:
                    yield opened
                finally:
                    await asyncio.gather(opened._write.finish(), opened._note.finish())
            finally:
                await driver.do(connection.close)

    # --- conversations ---------------------------------------------------------------------------

    async def dialogue(self, conversation: Conversation) -> DialogueState | None:
        """Return the dialogue state of a conversation."""
        found = await self._state(conversation)
        with _failures(self._place):
            return None if found is None else _STATE.validate_json(found)

    async def save_dialogue(self, conversation: Conversation, state: DialogueState, asked: Asked | None = None) -> None:
        """Keep the dialogue state of a conversation, and the question apart from it."""
        await self._write(self._noting(Note(conversation, state, asked)))

    def _noting(self, note: Note) -> _Writing:
        """Return what keeps a note."""
        if note.state is None:
            return self._forgetting(note.conversation)
        values = {"at": note.state.at.isoformat(), "state": _STATE.dump_json(note.state).decode()}
        writing: list[tuple[UpdateBase, Sequence[Mapping[str, object]]]] = [
            (_SAVE_DIALOGUE, [_key(note.conversation) | values])
        ]
        if note.asked:
            asker = self._whose(note.conversation).pseudonym
            writing.append((_ASK, [_ASKED.dump_python(note.asked, mode="json") | {"asker": asker}]))
        return [*writing, *(_exchanging(note.chat, note.exchange) if note.chat and note.exchange else ())]

    async def exchange(self, conversation: Conversation, question: str) -> Exchange | None:
        """Return the exchange of a question."""
        return await self._exchange(conversation, exchange.c.question == question)

    async def exchange_of_reply(self, conversation: Conversation, reply: str) -> Exchange | None:
        """Return the exchange of a message that carries an answer."""
        # The ids are in a list in JSON; the few rows of a conversation are looked through.
        replies = exchange.c.replies.cast(String)
        return await self._exchange(conversation, replies.contains(json.dumps(reply), autoescape=True))

    async def _exchange(self, conversation: Conversation, which: ColumnElement[bool]) -> Exchange | None:
        mine = exchange.c.channel == conversation.channel, exchange.c.conversation == conversation.id
        rows = await self._read(select(exchange).where(*mine, which))
        if not rows:
            return None
        found = rows[0]
        with _failures(self._place):
            replies, choices = map(_NAMES.validate_python, (found.replies, found.choices))
            readings = _READINGS.validate_python(found.readings)
        return Exchange(found.question, replies, readings, found.language, choices, found.asker)

    async def save_exchange(self, conversation: Conversation, exchanged: Exchange) -> None:
        """Keep an exchange, in place of an earlier one of the same question, and drop the oldest of too many."""
        await self._write(_exchanging(conversation, exchanged))

    async def rate(self, conversation: Conversation, question: str, intents: Collection[str], *, helpful: bool) -> None:
        """Count that the answer to a question helped or did not, in place of what was said of it before."""
        this = {**_of(conversation), "of_question": question}
        await self._run(partial(_rate, this, intents, helpful))

    async def forget_chat(self, chat: Conversation) -> None:
        """Drop what is held of a chat: of its own conversation and of those within it."""
        of_people = [{"whose": self._whose(person).pseudonym} for person in await self._people(chat)]
        whose = [_within(chat)]
        await self._write(
            [(_FORGET_QUESTIONS, of_people), *((forget, whose) for forget in (_FORGET_DIALOGUES, *_PASSED))]
        )

    async def move_chat(self, chat: Conversation, to: str) -> None:
        """Give the dialogue states of a chat, and whose its questions are, to the chat that it has become.

        A state that the new chat has of its own stays. Exchanges and dead letters are dropped: the messages of the new
        chat have other ids, and nobody could ask for their deletion there.
        """
        whose, people = _within(chat), await self._people(chat)
        now = [replace(person, id=to + person.id.removeprefix(chat.id)) for person in people]
        moved = [
            {"whose": self._whose(old).pseudonym, "now": self._whose(new).pseudonym}
            for old, new in zip(people, now, strict=True)
        ]
        forgetting = [(forget, [whose]) for forget in _PASSED]
        await self._write([(_MOVE_QUESTIONS, moved), (_MOVE, [whose | {"new": to}]), *forgetting])

    async def _people(self, chat: Conversation) -> list[Conversation]:
        """Return the conversations of a chat: its own and those within it."""
        rows = await self._run(partial(_fetch, _CONVERSATIONS, _within(chat)))
        return [Conversation(chat.channel, name) for (name,) in rows]

    # --- what is about a person ------------------------------------------------------------------

    async def held(self, conversation: Conversation) -> Held:
        """Return what is held of a conversation."""
        whose = self._whose(conversation)
        counted = [select(func.count()).select_from(table).where(PERSONAL[table](whose)) for table in _COUNTED]
        exchanges, questions, given_up = [(await self._read(count))[0][0] for count in counted]
        return Held(await self.dialogue(conversation), exchanges, questions, given_up)

    async def forget(self, conversation: Conversation) -> None:
        """Delete all that is held of a conversation, so that the file does not hold it any more either."""
        await self._write(self._forgetting(conversation))
        await self._empty_log()

    def _forgetting(self, conversation: Conversation) -> _Writing:
        """Return what deletes all that is held of a conversation."""
        whose = self._whose(conversation)
        return _deleting({table: of(whose) for table, of in PERSONAL.items()})

    async def _empty_log(self) -> None:
        """Empty the write-ahead log, which has what was deleted, as soon as no other program reads it."""
        for pause in (*LOG_PAUSES, None):
            if not await self._run(_is_log_held):
                return
            if pause is not None:
                await asyncio.sleep(pause)
        log.warning(
            "storage_log_not_emptied", hint="another program reads the database; its log has deleted text still"
        )

    async def expire(self, *, conversations: date, questions: date) -> None:
        """Delete what is older than a day: of conversations, and of questions that are kept apart from them."""
        until = Until(conversations, questions)
        await self._write(_deleting({table: of(until) for table, of in EXPIRED.items()}))

    async def questions(self, *, outcome: Outcome | None = None, since: date | None = None) -> list[Asked]:
        """Return the questions that are kept, the oldest first."""
        wanted = [question.c.outcome == outcome] if outcome else []
        wanted += [question.c.day >= since.isoformat()] if since else []
        rows = await self._read(select(question).where(*wanted).order_by(question.c.number))
        with _failures(self._place):
            return [_ASKED.validate_python(row._asdict()) for row in rows]

    def _whose(self, conversation: Conversation) -> Whose:
        channel, name = conversation.channel, conversation.id
        return Whose(channel, name, self._pseudonym(channel, name))

    # --- the inbox -------------------------------------------------------------------------------

    async def receive(self, events: Sequence[Received]) -> None:
        """Keep events, all or none, except those whose id is known."""
        if events:
            await self._write([(_RECEIVE, [_row(event) for event in events])])

    async def opened(
        self, channel: str, *, after: int, limit: int, until: int | None = None, chat: str | None = None
    ) -> list[tuple[int, Received]]:
        """Return the first open events of a channel, or of one of its chats, numbered over `after` up to `until`."""
        query = _OPENED if chat is None else _OPENED_OF_CHAT
        values = {"of_channel": channel, "after": after, "until": until, "of_chat": chat, "many": limit}
        rows = await self._run(partial(_fetch, query, values))
        return [(number, Received(channel, *values)) for number, *values in rows]

    async def close(self, number: int, at: datetime, reason: str | None = None, note: Note | None = None) -> None:
        """Note that an event was handled; with a reason, that it was given up and is a dead letter.

        A note is kept with that, or neither of them; one that has a conversation forgotten leaves no trace of the event
        either.
        Of what was handled only the id is left, for a while, so that it is known if it comes in again.
        """
        row = {"this": number, "closed": at.isoformat()}
        how = (_HANDLED, [row]) if reason is None else (_GIVEN_UP, [row | {"reason": _storable(reason)}])
        trim = [(_TRIM, [{"upto": number - KNOWN}])] if number % TRIMMED == 0 else []
        await self._note([how, *trim, *(self._noting(note) if note else ())])
        if note and note.state is None:
            await self._empty_log()

    async def position(self, channel: str) -> str | None:
        """Return up to where a channel has read, None where it has not begun."""
        rows = await self._read(select(position.c.token).where(position.c.channel == channel))
        return rows[0].token if rows else None

    async def save_position(self, channel: str, token: str) -> None:
        """Keep up to where a channel has read."""
        await self._write([(_SAVE_POSITION, [{"channel": channel, "token": token}])])

    async def dead_letters(self, channel: str) -> int:
        """Return how many events were given up."""
        counted = select(func.count()).where(inbox.c.channel == channel, inbox.c.reason.is_not(None))
        return int((await self._read(counted))[0][0])

    async def waiting(self, without: Collection[str] = ()) -> dict[str, tuple[int, datetime]]:
        """Return of each channel how many events are open, except those of some chats, and when the oldest came in."""
        rows = await self._read(_WAITING.where(inbox.c.chat.not_in(without)))
        return {channel: (count, datetime.fromisoformat(f"{oldest}+00:00")) for channel, count, oldest in rows}

    # --- itself ---------------------------------------------------------------------------------

    async def problem(self) -> str | None:
        """Return in a line why nothing can be written, or None."""
        try:
            await self._run(_take_lock)
        except StorageError as error:
            return str(error)
        return None

    # --- statements ------------------------------------------------------------------------------

    async def _run(self, work: Callable[[Connection], _Result]) -> _Result:
        """Do some work in a transaction of its own."""
        return await self._driver.do(partial(self._transact, work))

    def _transact(self, work: Callable[[Connection], _Result]) -> _Result:
        with _failures(self._place), self._connection.begin():
            return work(self._connection)

    async def _read(self, query: Select[Any]) -> Sequence[Any]:
        return await self._run(lambda connection: connection.execute(query).fetchall())

    async def _states(self, conversations: Sequence[Conversation]) -> list[str | None]:
        return await self._run(partial(_states, conversations))

    async def _write_all(self, writings: Sequence[_Writing]) -> list[None]:
        """Execute statements in one transaction, each once for all of its rows."""
        rows: dict[UpdateBase, list[Mapping[str, object]]] = defaultdict(list)
        for statement, its_rows in chain.from_iterable(writings):
            rows[statement] += its_rows
        await self._run(partial(_execute, rows))
        return [None] * len(writings)


def _deleting(rows: Mapping[Table, ColumnElement[bool]]) -> _Writing:
    """Return what deletes rows of tables."""
    return [(delete(table).where(which), [{}]) for table, which in rows.items()]


def _row(received: Received) -> dict[str, object]:
    values = {"id": received.id, "chat": received.chat, "payload": received.payload, "asker": received.asker}
    return {"channel": received.channel, **{name: _storable(value) for name, value in values.items()}}


def _storable(value: str) -> str:
    """Return a text with what JSON writes for half of a character, which no platform should send, in its place."""
    return value.encode(errors="backslashreplace").decode()


def _exchanging(chat: Conversation, exchanged: Exchange) -> _Writing:
    """Return what keeps an exchange, and drops the oldest of too many."""
    values = {
        "question": exchanged.question,
        "replies": _json(exchanged.replies),
        "readings": _READINGS.dump_json(exchanged.readings).decode(),
        "language": exchanged.language,
        "choices": _json(exchanged.choices),
        "helpful": None,
        "asker": exchanged.asker,
    }
    return [(_SAVE_EXCHANGE, [_key(chat) | values]), (_DROP_EXCHANGES, [_of(chat)])]


def _json(value: object) -> str:
    """Return a value as SQLAlchemy keeps it in a column for JSON."""
    return json.dumps(value)


def _key(conversation: Conversation) -> dict[str, object]:
    return {"channel": conversation.channel, "conversation": conversation.id}


def _of(conversation: Conversation) -> dict[str, object]:
    return {"of_channel": conversation.channel, "of_conversation": conversation.id}


def _within(chat: Conversation) -> dict[str, object]:
    return {"of_channel": chat.channel, "of_chat": chat.id}


# --- transactions --------------------------------------------------------------------------------


def _own(connection: Connection) -> sqlite3.Connection:
    """Return the driver's own connection; what it does is part of the transaction."""
    return cast("sqlite3.Connection", connection.connection.driver_connection)


def _fetch(query: Select[Any], values: Mapping[str, object], connection: Connection) -> list[Any]:
    """Return the rows of a query as the driver gives them."""
    statement, fixed = _compiled(query)
    return _own(connection).execute(statement, {**fixed, **values}).fetchall()


def _states(conversations: Sequence[Conversation], connection: Connection) -> list[str | None]:
    found = [_fetch(_DIALOGUE, _of(each), connection) for each in conversations]
    return [rows[0][0] if rows else None for rows in found]


def _execute(statements: Mapping[UpdateBase, Sequence[Mapping[str, object]]], connection: Connection) -> None:
    """Execute statements, each for all of its rows."""
    own = _own(connection)
    for statement, rows in statements.items():
        sql, fixed = _compiled(statement)
        own.executemany(sql, [{**fixed, **row} for row in rows])


@lru_cache(64)
def _compiled(statement: Select[Any] | UpdateBase) -> tuple[str, Mapping[str, object]]:
    """Return the SQL of a statement, and the parameters that it brings itself."""
    compiled = statement.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
    return str(compiled), compiled.params


def _rate(this: Mapping[str, object], intents: Collection[str], helpful: bool, connection: Connection) -> None:  # noqa: FBT001
    before = connection.execute(_RATED, this).scalar()
    if before is helpful:
        return
    connection.execute(_RATE, {**this, "rated": helpful})
    for intent in intents:
        connection.execute(_COUNT, {"intent": intent, "helpful": helpful, "count": 1})
        if before is not None:
            connection.execute(_COUNT, {"intent": intent, "helpful": before, "count": -1})


def _is_log_held(connection: Connection) -> bool:
    """Empty the write-ahead log; return whether that was not possible, as another program reads it.

    It does not wait for that program: everything else would wait meanwhile.
    """
    patience = connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one()
    connection.exec_driver_sql("PRAGMA busy_timeout=0")
    try:
        return bool(connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0])
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout={patience}")


def _take_lock(connection: Connection) -> None:
    """Begin to write; raises where that is not possible."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")


# --- statements ----------------------------------------------------------------------------------


def _save(table: Table, *key: str, **computed: ColumnElement[str]) -> Insert:
    """Return a statement that adds a row, or changes the one of the same key."""
    adding = insert(table)
    given = {column.name: column for column in adding.excluded if column.name not in {*key, "number"}}
    values: dict[str, ColumnElement[Any]] = {name: bindparam(name) for name in (*key, *given)}
    return adding.on_conflict_do_update(key, set_=given).values(values | computed)


def _in_chat(channel: ColumnElement[str], name: ColumnElement[str]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Return the conditions for a chat's own conversation and those within it: its topics, the people of a group."""
    chat = bindparam("of_chat", type_=String)
    within = func.substr(name, 1, func.length(chat) + 1) == chat + ":"
    return channel == bindparam("of_channel"), or_(name == chat, within)


_DIALOGUE = select(dialogue.c.state).where(
    dialogue.c.channel == bindparam("of_channel"), dialogue.c.conversation == bindparam("of_conversation")
)
_SAVE_DIALOGUE = _save(dialogue, "channel", "conversation")
_SAVE_EXCHANGE = _save(exchange, "channel", "conversation", "question", day=func.current_date().cast(String))
_ASK = insert(question)
_SAVE_POSITION = _save(position, "channel")
_MINE = (
    exchange.c.channel == bindparam("of_channel"),
    exchange.c.conversation == bindparam("of_conversation"),
)
_OLDEST = select(exchange.c.number).where(*_MINE).order_by(exchange.c.number.desc()).offset(KEPT).limit(1)
_DROP_EXCHANGES = delete(exchange).where(*_MINE, exchange.c.number <= _OLDEST.scalar_subquery())
_RATED = select(exchange.c.helpful).where(*_MINE, exchange.c.question == bindparam("of_question"))
_RATE = (
    update(exchange).where(*_MINE, exchange.c.question == bindparam("of_question")).values(helpful=bindparam("rated"))
)
_COUNTING = insert(feedback)
_COUNT = _COUNTING.on_conflict_do_update(
    ["intent", "helpful"], set_={"count": feedback.c.count + _COUNTING.excluded["count"]}
)
_CONVERSATIONS = select(dialogue.c.conversation).where(*_in_chat(dialogue.c.channel, dialogue.c.conversation))
_FORGET_DIALOGUES = delete(dialogue).where(*_in_chat(dialogue.c.channel, dialogue.c.conversation))
_PASSED = (
    delete(exchange).where(*_in_chat(exchange.c.channel, exchange.c.conversation)),
    delete(inbox).where(*_in_chat(inbox.c.channel, inbox.c.asker), inbox.c.reason.is_not(None)),
)
"""What nobody can use any more, once a chat is left or has become another."""
_OF_ASKER = question.c.asker == bindparam("whose")
_FORGET_QUESTIONS = delete(question).where(_OF_ASKER)
_MOVE_QUESTIONS = update(question).where(_OF_ASKER).values(asker=bindparam("now"))
_MOVE = (
    update(dialogue)
    .prefix_with("OR IGNORE")
    .where(*_in_chat(dialogue.c.channel, dialogue.c.conversation))
    .values(
        conversation=bindparam("new", type_=String)
        + func.substr(dialogue.c.conversation, func.length(bindparam("of_chat")) + 1)
    )
)
_RECEIVE = (
    insert(inbox)
    .values(
        {name: bindparam(name) for name in ("channel", "id", "chat", "payload", "asker")}
        | {"at": func.current_timestamp().cast(String)}
    )
    .on_conflict_do_nothing(["channel", "id"])
)
_WAITING = (
    select(inbox.c.channel, func.count(), func.min(inbox.c.at))
    .where(inbox.c.closed.is_(None))
    .group_by(inbox.c.channel)
)
_OPENED = (
    select(inbox.c.number, inbox.c.id, inbox.c.chat, inbox.c.payload, inbox.c.asker)
    .where(inbox.c.channel == bindparam("of_channel"), inbox.c.closed.is_(None), inbox.c.number > bindparam("after"))
    .order_by(inbox.c.number)
    .limit(bindparam("many"))
)
_OPENED_OF_CHAT = _OPENED.where(
    inbox.c.chat == bindparam("of_chat"), inbox.c.number <= func.coalesce(bindparam("until"), inbox.c.number)
)
_THIS = inbox.c.number == bindparam("this")
_HANDLED = update(inbox).where(_THIS).values(closed=bindparam("closed"), chat="", payload="", asker="")
_GIVEN_UP = update(inbox).where(_THIS).values(closed=bindparam("closed"), reason=bindparam("reason"))
_TRIM = delete(inbox).where(inbox.c.number <= bindparam("upto"), inbox.c.closed.is_not(None), inbox.c.reason.is_(None))


# --- opening -------------------------------------------------------------------------------------


def _connect(path: Path | str, patience: float, place: str) -> sqlite3.Connection:
    """Return a connection to a database, which is created where there is none."""
    with _failures(place):
        if path != MEMORY:
            _create(Path(path))
        return sqlite3.connect(path, timeout=patience)


def _opened(driver: _Driver, path: Path | str, patience: float, place: str) -> tuple[Connection, bytes]:
    """Return a driver's connection for the library, its database of the newest schema, and the key beside it."""
    with _failures(place), ExitStack() as opening:
        # One connection: SQLite has one writer at a time anyway, and a database in memory lives in its connection.
        engine = create_engine("sqlite://", creator=lambda: driver.own, poolclass=NullPool)
        event.listen(engine, "connect", partial(_prepare, patience))
        connection = opening.enter_context(engine.connect())
        with connection.begin():
            _migrate(connection, place)
        key = secrets.token_bytes(_KEY_BYTES) if path == MEMORY else _key_beside(Path(path))
        opening.pop_all()
        return connection, key


def _prepare(patience: float, connection: Any, _record: object) -> None:
    """Let no reader wait for the writer; a crash of the machine loses at most the last moments."""
    cursor = connection.cursor()
    _write_ahead(cursor, time.monotonic() + patience)
    for pragma in ("synchronous=NORMAL", "foreign_keys=ON", "secure_delete=ON"):
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


def _key_beside(path: Path) -> bytes:
    """Return the key in the folder of the database, private to the user; make one where there is none.

    Raises StorageError for one that was cut off: with an empty key, anybody could tell who is behind a pseudonym.
    """
    key = path.with_name(KEY)
    made = key.with_name(f"{KEY}.{os.getpid()}")
    if not key.exists():
        try:
            made.touch(0o600)
            made.write_bytes(secrets.token_bytes(_KEY_BYTES))
            with suppress(FileExistsError):  # another process was faster
                os.link(made, key)
        finally:
            made.unlink(missing_ok=True)
    key.chmod(0o600)
    if len(found := key.read_bytes()) < _KEY_BYTES:
        raise StorageError(f"the key {key} is damaged: put it back from a copy, or remove it, and another is made")
    return found


def _migrate(connection: Connection, place: str) -> None:
    """Bring the schema to the newest migration, all or nothing, also where two programs begin at once."""
    if _version(connection) == HEAD:
        return
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    if _version(connection) != HEAD:
        _upgrade(connection, place)


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
    except (SQLAlchemyError, sqlite3.Error, *_UNKEPT) as error:
        said = str(error.orig if isinstance(error, DBAPIError) else error).partition("\n")[0]
        meaning = next((words for sign, words in _MEANINGS.items() if sign in said), f"failed: {said}")
        kind = UnkeptError if isinstance(error, _UNKEPT) else StorageError
        raise kind(f"the database {place} {meaning}") from error
    except ValueError as error:
        raise StorageError(f"the database {place} holds data that cannot be read") from error
    except OSError as error:
        raise StorageError(f"the database {place} cannot be opened: {error.strerror}") from error
