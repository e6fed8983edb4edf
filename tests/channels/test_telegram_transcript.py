"""A day on Telegram, over HTTP: the real core on the shipped knowledge, a real database, the Bot API peer.

`pytest -s tests/channels/test_telegram_transcript.py` prints what was said.
"""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.core.responder import Responder
from bot.knowledge import cache
from bot.service import Service
from bot.storage import Storage
from tests.knowledge.conftest import ROOT
from tests.peers.bot_api import BotApiPeer, Message, telegram_peer
from tests.peers.serving import Dialogue, serving

NOW = datetime(2026, 1, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def responder(request: pytest.FixtureRequest) -> Responder:
    """Return the core on the shipped knowledge."""
    return Responder(*cache.load(ROOT / "knowledge", ROOT / "seeds", request.config.cache.mkdir("knowledge") / "cache"))


@dataclass(frozen=True, slots=True)
class Talk:
    """One person's private chat, which is printed."""

    dialogue: Dialogue
    peer: BotApiPeer
    printed: list[str] = field(default_factory=list)

    async def ask(self, text: str) -> Message:
        """Write a message; return the answer."""
        return self.shown(f"> {text}", await self.dialogue.ask(text))

    async def click(self, message: Message, button: str) -> Message:
        """Click a button; return the answer."""
        return self.shown(f"> [{button}]", await self.dialogue.click(message, button))

    def shown(self, said: str, reply: Message) -> Message:
        """Print what was said and the answer with its buttons."""
        buttons = "".join(f"\n  [{button.text}]" for button in reply.buttons)
        sys.stdout.write(f"{said}\n\n{reply.text}{buttons}\n\n")
        return reply


@asynccontextmanager
async def talking(responder: Responder, file: Path, language: str | None = None) -> AsyncIterator[Talk]:
    """Run the bot on a database file and the peer."""
    async with (
        Storage.open(file) as store,
        telegram_peer() as peer,
        serving(peer, Service(responder, store, now=lambda: NOW)),
    ):
        yield Talk(Dialogue(peer, peer.person("Anna", language)), peer)


@pytest.mark.parametrize(
    ("command", "facts"),
    [
        ("/start", ["JOLIG"]),
        ("/start members", ["Ahmad Alili", "ArmInfo"]),
        ("/help", ["/members", "/lastmeeting", "/why"]),
        ("/members", ["Ahmad Alili", "Anar Veliyev", "11", "ArmInfo"]),
        ("/member Shahla Ismail", ["Shahla Ismail", "ArmInfo"]),
        ("/member", ["Gevorg Melikyan"]),
        ("/lastmeeting", ["Kachreti", "Georgia", "27–28 June 2022", "ArmInfo"]),
        ("/meetings", ["Baku", "Yerevan", "Kachreti"]),
        ("/report", ["30 Measures to 2030", "2 April 2022"]),
        ("/sources", ["ArmInfo", "Marianna Mkrtchyan"]),
        ("/about", ["Contact Group", "independent experts"]),
    ],
)
async def test_every_command_is_answered(responder: Responder, tmp_path: Path, command: str, facts: list[str]) -> None:
    """Each with its facts, in the text or on a button."""
    async with talking(responder, tmp_path / "jolig.sqlite3") as talk:
        reply = await talk.ask(command)
    said = "\n".join([reply.text, *(button.text for button in reply.buttons)])
    assert [fact for fact in facts if fact not in said] == []


async def test_a_free_question_its_passage_and_its_reasons(responder: Responder, tmp_path: Path) -> None:
    """The buttons under an answer show the exact words of the source, and how the question was read."""
    async with talking(responder, tmp_path / "jolig.sqlite3") as talk:
        reply = await talk.ask("when adn where did they last meet?")
        assert "Kachreti" in reply.text
        passage = await talk.click(reply, "Exact passage")
        reasons = await talk.click(reply, "Why this answer?")
    assert "met in Kachreti, Georgia, June 27 and June 28, 2022" in passage.entities("blockquote")
    assert "When and where did the group last meet?" in reasons.text


async def test_two_of_one_name_are_told_apart_by_a_button(responder: Responder, tmp_path: Path) -> None:
    async with talking(responder, tmp_path / "jolig.sqlite3") as talk:
        which = await talk.ask("is Melikyan a member?")
        reply = await talk.click(which, "Johnny Melikyan")
    assert [button.text for button in which.buttons][-2:] == ["Gevorg Melikyan", "Johnny Melikyan"]
    assert "Johnny Melikyan" in reply.text
    assert "Gevorg" not in reply.text


async def test_an_edited_question_edits_its_answer(responder: Responder, tmp_path: Path) -> None:
    async with talking(responder, tmp_path / "jolig.sqlite3") as talk:
        question = await talk.peer.say(talk.dialogue.chat, talk.dialogue.person, "what happened in baku")
        reply = talk.shown("> what happened in baku", await talk.dialogue.next())
        assert "25 April" in reply.text
        await talk.peer.edit(question, "what happened in yerevan")
        await talk.peer.wait_for(lambda: reply.edits)
        talk.shown("> (edited) what happened in yerevan", reply)
    assert "30 May" in reply.text
    assert "25 April" not in reply.text


async def test_in_a_group_it_speaks_when_it_is_addressed(responder: Responder, tmp_path: Path) -> None:
    """What people say to each other gets no answer; a mention does, as a reply."""
    async with talking(responder, tmp_path / "jolig.sqlite3") as talk:
        group, anna = talk.peer.group("Peace studies"), talk.dialogue.person
        await talk.peer.say(group, anna, "who are the members of our club?")
        asked = await talk.peer.say(group, anna, "@peer_bot ովքե՞ր են անդամները")
        reply = talk.shown("> @peer_bot ովքե՞ր են անդամները", await talk.peer.next_message(group))
        assert len(talk.peer.sent(group)) == 1
    assert reply.reply_to == asked.id
    assert "Անար Վելիև" in reply.text


async def test_a_restart_remembers_what_was_talked_about(responder: Responder, tmp_path: Path) -> None:
    """The dialogue state is in the file."""
    file = tmp_path / "jolig.sqlite3"
    async with talking(responder, file) as talk:
        await talk.ask("what happened in baku?")
    async with talking(responder, file) as talk:
        reply = await talk.ask("and in Yerevan?")
    assert "30 May" in reply.text
