"""A day on Telegram, over HTTP: the real core on the shipped knowledge, a real database, the Bot API peer.

`pytest -s tests/channels/test_telegram_transcript.py` prints what was said.
"""

import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.core.responder import Responder
from bot.inbox import Inbox
from bot.knowledge import cache
from bot.service import Service
from bot.storage import Storage
from tests.knowledge.conftest import ROOT
from tests.peers.bot_api import BotApiPeer, Message, telegram_peer
from tests.peers.serving import Bot, Dialogue, serving

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
        picture = f"(a picture of {len(reply.picture)} bytes)\n" if reply.picture else ""
        sys.stdout.write(f"{said}\n\n{picture}{reply.text}{buttons}\n\n")
        return reply


@asynccontextmanager
async def talking(responder: Responder, file: Path, language: str | None = None) -> AsyncIterator[Talk]:
    """Run the bot on a database file and the peer."""
    async with (
        Storage.open(file) as store,
        telegram_peer() as peer,
        serving(
            peer,
            Bot(Service(responder, store, now=lambda: NOW), Inbox(store, now=lambda: NOW), pictures=file.parent),
        ),
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
        ("/timeline", ["2 April 2022", "25 April (no year", "30 May", "Kachreti", "31 December 2025", "ArmInfo"]),
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


@pytest.mark.parametrize("language", ["en", "hy", "az", "ru", "ka"])
async def test_the_timeline_is_a_picture_and_the_same_in_words(
    responder: Responder, tmp_path: Path, language: str
) -> None:
    """In the language of the app; the words with their source are the caption, or follow if they are too long."""
    async with talking(responder, tmp_path / "jolig.sqlite3", language) as talk:
        shown = await talk.ask("/timeline")
        words = shown if shown.text else talk.shown("", await talk.dialogue.next())
        passage = await talk.click(words, words.buttons[0].text)
    assert (shown.picture or b"").startswith(b"\x89PNG")
    assert words.text.count("•") == 6
    assert "in Baku on 25 April and in Yerevan on 30 May" in passage.text


async def test_inline_answers_in_the_language_that_is_typed(responder: Responder, tmp_path: Path) -> None:
    """The first result is the answer, the others the topics near it; all of them can be sent as they are."""
    async with talking(responder, tmp_path / "jolig.sqlite3", "hy") as talk:
        query = await talk.peer.answered(await talk.peer.type_inline(talk.dialogue.person, "кто входит в группу"))
        empty = await talk.peer.answered(await talk.peer.type_inline(talk.dialogue.person, ""))
    for result in query.results:
        sys.stdout.write(f"{result.title}\n  {result.description}\n\n")
    answer = query.results[0]
    assert answer.text.startswith("Кто входит в группу?")
    assert [fact for fact in ("Ахмад Алили", "Источник: АрмИнфо") if fact not in answer.text] == []
    assert len(query.results) > 1
    assert (query.personal, empty.personal) == (False, True)
    assert [result.title for result in empty.results] == [
        responder.knowledge.intents[name].titles["hy"] for name in responder.knowledge.start
    ]


async def test_a_language_is_chosen_by_a_button_and_kept(responder: Responder, tmp_path: Path) -> None:
    """What shows no language is answered in it, also after a restart; what does is answered in its own."""
    file = tmp_path / "jolig.sqlite3"
    async with talking(responder, file, "ru") as talk:
        names = [button.text for button in (await talk.ask("/language")).buttons]
        await talk.click(talk.peer.sent(talk.dialogue.chat)[-1], "ქართული")
        assert "წევრ" in (await talk.ask("/members")).text
    async with talking(responder, file, "ru") as talk:
        assert "არმინფო" in (await talk.ask("/report")).text
        assert "ArmInfo" in (await talk.ask("when did they last meet?")).text
        assert "არმინფო" in (await talk.ask("/report")).text
    assert names == ["English", "Հայերեն", "Azərbaycanca", "Русский", "ქართული"]


async def test_feedback_is_counted_and_survives_a_restart(responder: Responder, tmp_path: Path) -> None:
    """The button of a message from before the restart works; the second click counts instead of the first."""
    file = tmp_path / "jolig.sqlite3"
    async with talking(responder, file) as talk:
        reply = await talk.ask("who are the members?")
        click = await talk.peer.answered(await talk.peer.click(talk.dialogue.person, reply, "👍 It helped"))
    async with talking(responder, file) as talk:
        again = await talk.peer.answered(await talk.peer.click(talk.dialogue.person, reply, "👎 It did not"))
    sys.stdout.write(f"> [👍 It helped]\n\n({click.text})\n\n")
    assert (click.text, again.text) == ("Thank you for the feedback.",) * 2
    with closing(sqlite3.connect(file)) as connection:
        counted = connection.execute("SELECT intent, helpful, count FROM feedback ORDER BY helpful").fetchall()
    assert counted == [("members", 0, 1), ("members", 1, 0)]


@pytest.mark.parametrize("language", ["en", "hy", "az", "ru", "ka"])
async def test_a_group_is_greeted_and_forgotten(responder: Responder, tmp_path: Path, language: str) -> None:
    """Who adds the bot reads how to address it; once it is removed, nothing of the talk there is left."""
    async with talking(responder, tmp_path / "jolig.sqlite3", language) as talk:
        group, anna = talk.peer.group("Peace studies"), talk.dialogue.person
        await talk.peer.add_bot(group, anna)
        welcome = talk.shown("(added to a group)", await talk.peer.next_message(group))
        await talk.peer.say(group, anna, "/members")
        await talk.peer.next_message(group)
        await talk.peer.remove_bot(group, anna)
        await talk.ask("/about")
    assert [word for word in ("JOLIG", "/help", "@peer_bot", "Telegram") if word not in welcome.text] == []
    assert len(welcome.text) < 500
    with closing(sqlite3.connect(tmp_path / "jolig.sqlite3")) as connection:
        kept = connection.execute("SELECT conversation FROM dialogue").fetchall()
    assert kept == [(str(anna.id),)]
