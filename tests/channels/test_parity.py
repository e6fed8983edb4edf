"""The conversations of tests/conversations on every channel: the same answers, sources and suggestions come out.

What is read is compared word by word; only markup, numbers before suggestions and what a channel says of itself differ.
"""

import io
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.channels import terminal
from bot.channels.formatting import plain
from bot.core.models import Answer, Conversation, Question
from bot.core.responder import Responder
from bot.inbox import Inbox
from bot.knowledge import cache
from bot.service import Service
from bot.storage import MEMORY, Storage
from tests.channels.matrix_world import world
from tests.knowledge.conftest import ROOT
from tests.peers.bot_api import telegram_peer
from tests.peers.serving import Bot, Dialogue, serving
from tests.peers.synapse import Synapse, people

NOW = datetime(2026, 1, 2, tzinfo=UTC)
CONVERSATIONS = sorted((ROOT / "tests" / "conversations").glob("*.yaml"))
each = pytest.mark.parametrize("file", CONVERSATIONS, ids=lambda file: file.stem)


@dataclass(frozen=True, slots=True)
class Turn:
    """What somebody asks, and the answer that the core gives."""

    ask: str | None
    choose: int | None
    """The number of a suggestion, where that is chosen instead."""
    answer: Answer


@pytest.fixture(scope="module")
def responder(request: pytest.FixtureRequest) -> Responder:
    """Return the core on the shipped knowledge."""
    return Responder(*cache.load(ROOT / "knowledge", ROOT / "seeds", request.config.cache.mkdir("knowledge") / "cache"))


def read(file: Path) -> list[dict[str, Any]]:
    """Return the turns of a conversation as they are written."""
    found: list[dict[str, Any]] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return found


def words(text: str) -> list[str]:
    """Return what is read, without markup, punctuation and where lines break."""
    return re.findall(r"\w+", text)


def listed(answer: Answer) -> list[str]:
    """Return the words of an answer and of its numbered suggestions."""
    choices = (f"{number} {choice.text}" for number, choice in enumerate(answer.suggestions, 1))
    return words("\n".join([plain(answer), *choices]))


@asynccontextmanager
async def talk(responder: Responder) -> AsyncIterator[Service]:
    """Return a service that remembers nothing from elsewhere."""
    async with Storage.open(MEMORY) as store:
        yield Service(responder, store, now=lambda: NOW)


async def answers(responder: Responder, file: Path) -> list[Turn]:
    """Return a conversation with what the core answers."""
    turns, here = list[Turn](), Conversation("core", file.stem)
    async with talk(responder) as service:
        for turn in read(file):
            ask, choose = turn.get("ask"), turn.get("choose")
            choice = turns[-1].answer.suggestions[choose - 1].key if choose else None
            answer = await service.ask(here, Question(text=ask or "", choice=choice))
            turns.append(Turn(ask, choose, answer))
    return turns


@each
async def test_the_core_answers_as_it_is_written(responder: Responder, file: Path) -> None:
    """Outcome, intent, the facts that it stands on, what it says and what it suggests."""
    for turn, expected in zip(await answers(responder, file), read(file), strict=True):
        answer = turn.answer
        assert (answer.outcome, answer.intent) == (expected["outcome"], expected["intent"])
        assert sorted({citation.fact for citation in answer.citations}) == expected["facts"]
        assert [choice.text for choice in answer.suggestions] == expected["suggests"]
        assert [said for said in expected.get("says", []) if said not in plain(answer)] == []


@each
async def test_the_terminal(responder: Responder, file: Path) -> None:
    """A suggestion is chosen by its number."""
    turns, written = await answers(responder, file), io.StringIO()
    lines = "".join(f"{turn.ask or turn.choose}\n" for turn in turns)
    async with talk(responder) as service:
        await terminal.run(service, language="en", stdin=io.StringIO(lines), stdout=written)

    def expected() -> Iterator[str]:
        for turn in turns:
            yield from listed(turn.answer)
            yield from words(responder.say("choose-hint", turn.answer.language)) if turn.answer.suggestions else ()

    assert words(written.getvalue()) == list(expected())


@each
async def test_telegram(responder: Responder, file: Path) -> None:
    """A suggestion is a button."""
    async with Storage.open(MEMORY) as store, telegram_peer() as peer:
        bot = Bot(Service(responder, store, now=lambda: NOW), Inbox(store, now=lambda: NOW))
        async with serving(peer, bot):
            anna, reply, choices = Dialogue(peer, peer.person("Anna")), None, list[str]()
            for turn in await answers(responder, file):
                if turn.choose and reply:
                    reply = await anna.click(reply, choices[turn.choose - 1])
                else:
                    reply = await anna.ask(turn.ask or "")
                choices = [choice.text for choice in turn.answer.suggestions]
                assert words(reply.text) == words(plain(turn.answer))
                assert [button.text for button in reply.buttons if button.text in choices] == choices


@pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "encrypted"])
@each
async def test_matrix(responder: Responder, synapse: Synapse, tmp_path: Path, file: Path, *, encrypted: bool) -> None:
    """A suggestion is chosen by a reaction in the one room, by its number in the other."""
    async with people(synapse) as on_matrix, world(synapse, tmp_path, responder=responder) as bot:
        anna = await on_matrix.person("anna")
        room = await bot.talk(anna, encrypted=encrypted)
        reply = None
        for turn in await answers(responder, file):
            if turn.ask:
                await anna.say(room, turn.ask.replace("/", "!"))
            elif encrypted and reply:
                await anna.react(room, reply.id, f"{turn.choose}\ufe0f\u20e3")
            else:
                await anna.say(room, f"{turn.choose}")
            reply = await anna.next(room, sender=bot.id)
            expected = listed(turn.answer)
            assert words(reply.body)[: len(expected)] == expected
            assert (reply.encrypted, reply.warning) == (encrypted, None)


async def test_the_picture_on_matrix(responder: Responder, synapse: Synapse, tmp_path: Path) -> None:
    """In an encrypted room it is encrypted as well, and only who has the key of the message can see it."""
    async with people(synapse) as on_matrix, world(synapse, tmp_path, responder=responder) as bot:
        anna = await on_matrix.person("anna")
        room = await bot.talk(anna, encrypted=True)
        await anna.say(room, "!timeline")
        told, shown = [await anna.next(room, sender=bot.id) for _ in range(2)]
        picture = await anna.picture(shown)
    assert "27–28 June 2022" in told.body
    assert (shown.content["msgtype"], shown.encrypted) == ("m.image", True)
    assert "url" not in shown.content
    assert picture.startswith(b"\x89PNG")
    assert len(picture) == shown.content["info"]["size"]
