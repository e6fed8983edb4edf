"""What the database owes the inbox: all or nothing, once, quickly, and by itself again after a failure."""

import asyncio
import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event as sqlalchemy_event

from bot.core.models import Conversation, DialogueState, Exchange, Note, Received
from bot.errors import StorageError, UnkeptError
from bot.storage import Storage
from bot.storage.database import KNOWN, MEMORY, TRIMMED

AT = datetime(2026, 1, 2, tzinfo=UTC)
BRIEF = 0.01
"""A patience for locks that nobody will release."""
MANY = 200


def received(number: int, payload: str = "{}") -> Received:
    """Return one event of many."""
    return Received("telegram", str(number), "chat", payload)


async def open_ids(storage: Storage, **which: Any) -> list[str]:
    """Return the ids of the open events of a channel."""
    return [event.id for _, event in await storage.opened("telegram", **{"after": 0, "limit": 10_000, **which})]


def rows(path: Path) -> list[Any]:
    """Return what another program sees of the inbox."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT id, chat, payload, closed, reason FROM inbox ORDER BY number").fetchall()


async def test_what_is_received_is_on_the_disk(tmp_path: Path) -> None:
    """Another program sees it as soon as the call returns."""
    path = tmp_path / "bot.sqlite3"
    async with Storage.open(path) as storage:
        await storage.receive([received(1, '{"text": "Բարև"}'), received(2)])
        assert rows(path) == [("1", "chat", '{"text": "Բարև"}', None, None), ("2", "chat", "{}", None, None)]


async def test_open_events_come_in_order_and_can_be_bounded() -> None:
    """By number, by how many, and by chat."""
    async with Storage.open(MEMORY) as storage:
        await storage.receive([received(number) for number in range(5)])
        await storage.receive([Received("telegram", "9", "other", "{}"), Received("matrix", "1", "chat", "{}")])
        numbered = await storage.opened("telegram", after=0, limit=100)
        assert [event.id for _, event in numbered] == ["0", "1", "2", "3", "4", "9"]
        second, fourth = numbered[1][0], numbered[3][0]
        assert await open_ids(storage, limit=2) == ["0", "1"]
        assert await open_ids(storage, after=fourth) == ["4", "9"]
        assert await open_ids(storage, after=second, until=fourth, chat="chat") == ["2", "3"]


async def test_of_what_was_handled_only_the_id_is_left(tmp_path: Path) -> None:
    """A dead letter stays as it is, with its reason."""
    path = tmp_path / "bot.sqlite3"
    async with Storage.open(path) as storage:
        await storage.receive([received(1), received(2)])
        (first, _), (second, _) = await storage.opened("telegram", after=0, limit=2)
        await storage.close(first, AT)
        await storage.close(second, AT, "refused")
        assert await open_ids(storage) == []
        assert await storage.dead_letters("telegram") == 1
    at = AT.isoformat()
    assert rows(path) == [("1", "", "", at, None), ("2", "chat", "{}", at, "refused")]


async def test_the_ids_of_too_many_are_dropped() -> None:
    """The oldest, but neither dead letters nor what is open; and no number is used twice."""
    async with Storage.open(MEMORY) as storage:
        await storage.receive([received(1), received(2), received(3)])
        await storage.close(1, AT)
        await storage.close(2, AT, "refused")
        far = (KNOWN // TRIMMED + 1) * TRIMMED
        skip = "UPDATE sqlite_sequence SET seq = ? WHERE name = 'inbox'"
        await storage._run(lambda connection: connection.exec_driver_sql(skip, (far - 1,)))
        await storage.receive([received(4)])
        await storage.close(far, AT)
        await storage.receive([received(1), received(2), received(3), received(4)])
        numbered = [(number, event.id) for number, event in await storage.opened("telegram", after=0, limit=9)]
    assert numbered == [(3, "3"), (far + 1, "1")]


async def test_many_at_once_share_transactions() -> None:
    """A commit costs more than a row."""
    async with Storage.open(MEMORY) as storage:
        commits: list[object] = []
        sqlalchemy_event.listen(storage._connection, "commit", commits.append)
        await asyncio.gather(*(storage.receive([received(number)]) for number in range(MANY)))
        assert len(commits) <= 2
        states = {
            Conversation("telegram", str(number)): DialogueState(AT, intent=str(number)) for number in range(MANY)
        }
        await asyncio.gather(*(storage.save_dialogue(*item) for item in states.items()))
        found = await asyncio.gather(*map(storage.dialogue, states))
        assert len(commits) <= 4
    assert found == list(states.values())


async def test_who_is_cancelled_takes_none_of_the_others_along() -> None:
    """What the others put at the same time is kept."""
    async with Storage.open(MEMORY) as storage:
        tasks = [asyncio.create_task(storage.receive([received(number)])) for number in range(10)]
        await asyncio.sleep(0)
        tasks[0].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert {str(number) for number in range(1, 10)} <= set(await open_ids(storage))


async def test_what_waits_when_it_is_closed_is_written(tmp_path: Path) -> None:
    """Nobody has to wait for it."""
    path = tmp_path / "bot.sqlite3"
    async with Storage.open(path) as storage:
        task = asyncio.create_task(storage.receive([received(1)]))
        await asyncio.sleep(0)
    await task
    assert len(rows(path)) == 1


async def test_a_locked_database_keeps_nothing_and_says_so(tmp_path: Path) -> None:
    """Everyone who waits is told; once it is free, it works again."""
    path = tmp_path / "bot.sqlite3"
    async with Storage.open(path, patience=BRIEF) as storage:
        with closing(sqlite3.connect(path, isolation_level=None)) as another:
            another.execute("BEGIN IMMEDIATE")
            puts = [storage.receive([received(number)]) for number in range(3)]
            outcomes = await asyncio.gather(*puts, return_exceptions=True)
            assert [str(outcome) for outcome in outcomes] == [f"the database {path} is locked by another program"] * 3
            assert await open_ids(storage) == []
            another.execute("ROLLBACK")
        await storage.receive([received(1)])
        assert await open_ids(storage) == ["1"]


async def test_a_note_is_kept_with_what_it_is_of_or_neither(tmp_path: Path) -> None:
    """Where the database fails, the event is open still, and the conversation as it was."""
    ann, chat = Conversation("telegram", "1:u2"), Conversation("telegram", "1")
    state, exchange = DialogueState(AT, intent="who"), Exchange("3", ("4",), (), "en")
    note = Note(ann, state, chat=chat, exchange=exchange)
    path = tmp_path / "bot.sqlite3"
    async with Storage.open(path, patience=BRIEF) as storage:
        await storage.receive([received(1)])
        with closing(sqlite3.connect(path)) as lock:
            lock.execute("BEGIN IMMEDIATE")
            with pytest.raises(StorageError, match="locked"):
                await storage.close(1, AT, note=note)
        assert (await storage.dialogue(ann), await storage.exchange(chat, "3")) == (None, None)
        assert await open_ids(storage) == ["1"]
        await storage.close(1, AT, note=note)
        assert (await storage.dialogue(ann), await storage.exchange(chat, "3")) == (state, exchange)
        assert await open_ids(storage) == []


async def limit_pages(storage: Storage, pages: int) -> None:
    """Let the file grow no further."""
    await storage._run(lambda connection: connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}"))


async def test_a_full_disk_keeps_nothing_and_says_so(tmp_path: Path) -> None:
    """Of events that come together all or none is kept; once there is room, it works again."""
    path = tmp_path / "bot.sqlite3"
    async with Storage.open(path) as storage:
        used = await storage._run(lambda connection: connection.exec_driver_sql("PRAGMA page_count").scalar_one())
        await limit_pages(storage, used + 2)
        with pytest.raises(StorageError, match="the disk is full"):
            await storage.receive([received(1), received(2, "x" * 100_000)])
        assert await open_ids(storage) == []
        await limit_pages(storage, 1_000_000)
        await storage.receive([received(1), received(2, "x" * 100_000)])
        assert await open_ids(storage) == ["1", "2"]


async def test_what_can_never_be_kept_takes_none_of_the_others_along() -> None:
    """Of what is noted in the same moment, it alone is refused, and for good."""
    async with Storage.open(MEMORY) as storage:
        await storage.receive([received(1), received(2), received(3)])
        broken = Exchange("\ud83d", (), (), "en")
        notes = [
            Note(
                Conversation("telegram", "1"), DialogueState(AT), chat=Conversation("telegram", "1"), exchange=exchange
            )
            for exchange in (Exchange("4", (), (), "en"), broken, Exchange("5", (), (), "en"))
        ]
        closing_all = (storage.close(number, AT, note=note) for number, note in enumerate(notes, 1))
        outcomes = await asyncio.gather(*closing_all, return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [type(None), UnkeptError, type(None)]
        assert await open_ids(storage) == ["2"]
        await storage.close(2, AT, reason=str(outcomes[1]))
        assert await storage.dead_letters("telegram") == 1


async def test_half_a_character_is_no_obstacle() -> None:
    """It is kept as JSON writes it, and so is what comes in the same moment."""
    async with Storage.open(MEMORY) as storage:
        broken = Received("telegram", "\ud83d", "\ude00", json.dumps({"text": "\ud83d"}, ensure_ascii=False))
        await asyncio.gather(*(storage.receive([event]) for event in (received(1), broken, received(2))))
        events = {event.id: event for _, event in await storage.opened("telegram", after=0, limit=9)}
    assert set(events) == {"1", "2", "\\ud83d"}
    assert json.loads(events["\\ud83d"].payload) == {"text": "\ud83d"}
