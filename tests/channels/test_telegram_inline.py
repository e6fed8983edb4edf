"""Inline mode: what is offered while somebody types after the bot's name, over HTTP."""

import pytest
from structlog.testing import capture_logs

from bot.core.models import Question
from tests.channels.telegram_fakes import World, world
from tests.peers.bot_api import InlineQuery


async def typed(running: World, text: str, language: str | None = None) -> InlineQuery:
    """Type something after the bot's name; return what it offers."""
    person = running.peer.person("Anna", language)
    return await running.peer.answered(await running.peer.type_inline(person, text))


async def test_the_answer_and_what_is_near_it_are_offered() -> None:
    """Each suggestion is a result of its own, with its answer."""
    async with world() as running:
        query = await typed(running, "who is it")
    assert [result.title for result in query.results] == ["Who is it?", "Who?", "Where is Ann?"]
    assert [result.description for result in query.results] == ["[en] who is it", "[en] who", "[en] where__ann"]


async def test_what_is_sent_says_what_was_asked_and_where_the_answer_is_from() -> None:
    """It stands alone in another chat: the question in bold, the answer, the source; markup in it is text."""
    async with world() as running:
        query = await typed(running, "markup")
    sent = query.results[0]
    assert sent.text == "Who is it?\n\n<b> & </i>\n\n• a < b\n\nc > d &amp;\n\nSource: <The Source>"
    assert [entity["type"] for entity in sent.entities] == ["bold", "blockquote", "italic"]


async def test_the_heading_has_nothing_of_what_was_typed() -> None:
    """It stands in bold above a quotation: it is the title of the question and the name of whom it is about."""
    async with world() as running:
        query = await typed(running, "whereabouts of the thief Ann")
    sent = query.results[0]
    assert sent.title == "Where is somebody? · Ann"
    assert sent.text.startswith("Where is somebody? · Ann\n")


async def test_a_long_answer_is_cut_and_keeps_its_source() -> None:
    """One message is all that can be sent."""
    async with world() as running:
        query = await typed(running, "long")
    text = query.results[0].text
    assert 3000 < len(text) <= 4096
    assert text.endswith("…\n\nSource: <The Source>")
    assert len(query.results[0].description) == 160


@pytest.mark.parametrize("text", ["", "unclear", "greet"])
async def test_what_is_no_answer_is_not_offered(text: str) -> None:
    """Nobody wants to send a question back or a greeting to others: only topics are left, where there are any."""
    async with world() as running:
        query = await typed(running, text)
    assert [result.title for result in query.results] == ([] if text == "greet" else ["Who?", "Where is Ann?"])


async def test_it_is_answered_in_the_language_of_the_app() -> None:
    async with world() as running:
        query = await typed(running, "who", "hy")
    assert query.results[0].title == "Ո՞վ է"
    assert running.responder.questions[0] == Question("who", language="hy")


@pytest.mark.parametrize(("text", "personal"), [("where is it", False), ("who", True), ("", True)])
async def test_results_are_shared_where_the_text_shows_its_language(text: str, *, personal: bool) -> None:
    """Else they differ by the language of the app, and are kept for each person apart."""
    async with world() as running:
        query = await typed(running, text)
    assert (query.personal, query.cache_time) == (personal, 300)


async def test_no_conversation_is_read_or_changed() -> None:
    """What is typed into another chat is none of a conversation's business."""
    async with world() as running:
        running.store.unread = 1
        query = await typed(running, "state of it")
    assert query.results[0].description == "before: None"
    assert running.store.unread == 1
    assert running.store.dialogues == {}


async def test_a_defect_is_told_politely_and_not_kept() -> None:
    """The one result says that there is no answer just now, and the next attempt is a new one."""
    async with world() as running:
        with capture_logs() as logs:
            query = await typed(running, "crash", "hy")
            assert (await typed(running, "who")).results
    (result,) = query.results
    assert (result.title, result.text) == ("<unavailable> in hy",) * 2
    assert (query.personal, query.cache_time) == (True, 0)
    assert "inbox_handler_failed" in {entry["event"] for entry in logs}


async def test_who_has_typed_on_is_no_failure() -> None:
    """The platform gives a query up when the next letter comes."""
    async with world() as running:
        peer, anna = running.peer, running.peer.person("Anna")
        with capture_logs() as logs:
            gone = await peer.type_inline(anna, "wh")
            gone.answered = True  # so the peer takes it for expired
            await peer.answered(await peer.type_inline(anna, "who"))
    assert [entry["event"] for entry in logs if entry["log_level"] in {"warning", "error"}] == []
    assert "telegram_inline_expired" in {entry["event"] for entry in logs}
