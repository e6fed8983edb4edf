"""Questions, buttons and edits in a private chat, over HTTP."""

import pytest
from structlog.testing import capture_logs

from bot.core.models import Question
from bot.service import Conversation, Exchange
from tests.channels.telegram_fakes import READINGS, world
from tests.peers.bot_api import Button

PASSAGE, WHY = "<button-passage> in en", "<button-why> in en"


# --- questions -----------------------------------------------------------------------------------


async def test_a_question_is_answered_with_source_and_buttons() -> None:
    """The answer is HTML without a link preview, with a button for the passage and one for each suggestion."""
    async with world() as running:
        reply = await running.dialogue().ask("Who is it?")
        (call,) = running.peer.called("sendMessage")
    assert reply.text == "[en] Who is it?\n\nSource: <The Source>"
    assert reply.entities("italic") == ["Source: <The Source>"]
    assert [button.text for button in reply.buttons] == [PASSAGE, WHY, "Who?", "Where is Ann?"]
    assert call.parameters["parse_mode"] == "HTML"
    assert call.parameters["link_preview_options"] == {"is_disabled": True}


async def test_an_answer_without_citations_has_no_passage_button() -> None:
    """There is no passage to show for a greeting, and a message may have no buttons at all."""
    async with world() as running:
        reply = await running.dialogue().ask("greet me")
    assert reply.buttons == ()


async def test_markup_in_an_answer_is_text() -> None:
    """What looks like HTML is read as it was written; a quote is a block quote."""
    async with world() as running:
        reply = await running.dialogue().ask("markup")
    assert reply.text.startswith("<b> & </i>\n\n• a < b\n\nc > d &amp;")
    assert reply.entities("blockquote") == ["c > d &amp;"]


async def test_a_long_answer_is_several_messages_in_order() -> None:
    """Each message is within the platform's limit, and only the last one has the buttons."""
    async with world() as running:
        anna = running.dialogue()
        parts = [await anna.ask("long"), await anna.next(), await anna.next()]
    assert [part.text[0] for part in parts] == ["1", "2", "3"]
    assert [len(part.buttons) for part in parts] == [0, 0, 4]


@pytest.mark.parametrize(
    ("written", "passed"),
    [
        ("/members", "/members"),
        ("/members@peer_bot", "/members"),
        ("/members@Peer_Bot Ann", "/members Ann"),
        ("/start who", "/start who"),
        ("😀 @peer_bot who?", "😀 who?"),
        ("  two  spaces ", "  two  spaces "),
        ("x" * 4096, "x" * 4096),
    ],
)
async def test_the_text_is_passed_on_without_the_bots_name(written: str, passed: str) -> None:
    """Commands, deep links and texts go to the service as they are, save the bot's own name."""
    async with world() as running:
        await running.dialogue().ask(written)
    assert running.responder.questions == [Question(text=passed)]


@pytest.mark.parametrize(("app", "language"), [("hy", "hy"), ("hy-AM", "hy"), ("fr", None), (None, None)])
async def test_the_apps_language_is_passed_on_where_the_bot_speaks_it(app: str | None, language: str | None) -> None:
    """The base language of the person's app goes with the question."""
    async with world() as running:
        await running.dialogue(language=app).ask("hello")
    assert running.responder.questions == [Question(text="hello", language=language)]


async def test_a_private_chat_is_one_conversation() -> None:
    """What was asked before is known, and only in this chat."""
    async with world() as running:
        anna, boris = running.dialogue("Anna"), running.dialogue("Boris")
        await anna.ask("first")
        assert "before: first" in (await anna.ask("state")).text
        assert "before: None" in (await boris.ask("state")).text
        assert Conversation("telegram", str(anna.chat.id)) in running.store.dialogues


async def test_the_exchange_is_recorded() -> None:
    """The store knows which messages answered which question, and on which facts."""
    async with world() as running:
        anna = running.dialogue()
        reply = await anna.ask("Who?")
        chat = Conversation("telegram", str(anna.chat.id))
    question = str(reply.id - 1)
    assert running.store.exchanges == {
        (chat, question): Exchange(question, (str(reply.id),), READINGS, "en"),
    }


async def test_a_photo_gets_a_hint_that_only_text_is_understood() -> None:
    """In a private chat something that is not a text is not met with silence, caption or not."""
    async with world() as running:
        anna = running.dialogue(language="hy")
        await running.peer.attach(anna.chat, anna.person)
        assert (await anna.next()).text == "<text-only> in hy"
        await running.peer.attach(anna.chat, anna.person, caption="@peer_bot who?")
        assert (await anna.next()).text == "<text-only> in hy"
    assert running.responder.questions == []


async def test_a_service_message_gets_no_reply() -> None:
    """That something was pinned is nothing to answer."""
    async with world() as running:
        anna = running.dialogue()
        reply = await anna.ask("hello")
        await running.peer.pin(anna.chat, anna.person, reply)
        assert "[en] next" in (await anna.ask("next")).text


# --- buttons -------------------------------------------------------------------------------------


async def test_a_suggestion_is_answered_as_a_new_message() -> None:
    """The choice goes to the service, the click is answered without an alert."""
    async with world() as running:
        anna = running.dialogue(language="hy")
        reply = await anna.ask("hello")
        click = await running.peer.click(anna.person, reply, "Where is Ann?")
        answer = await anna.next()
        assert (await running.peer.answered(click)).text is None
    assert answer.text.startswith("[hy] where__ann")
    assert answer.reply_to is None
    assert running.responder.questions[-1] == Question(choice="where__ann", language="hy")


async def test_the_passage_button_shows_the_exact_words() -> None:
    """The passages come as a reply to the answer, without a passage button of their own."""
    async with world() as running:
        anna = running.dialogue()
        reply = await anna.ask("hello")
        passage = await anna.click(reply, PASSAGE)
    assert passage.text == "The exact words.\n\nSource"
    assert passage.entities("blockquote") == ["The exact words."]
    assert passage.reply_to == reply.id
    assert passage.buttons == ()


async def test_the_why_button_tells_how_the_question_was_understood() -> None:
    """The reasons come as a reply to the answer that they are about."""
    async with world() as running:
        anna = running.dialogue()
        reply = await anna.ask("hello")
        reasons = await anna.click(reply, WHY)
    assert reasons.text == "[en] read as who"
    assert reasons.reply_to == reply.id


async def test_the_answer_to_a_click_has_its_passages_too() -> None:
    """A suggestion's answer can be traced like any other."""
    async with world() as running:
        anna = running.dialogue()
        answer = await anna.click(await anna.ask("hello"), "Who?")
        assert (await anna.click(answer, PASSAGE)).text.startswith("The exact words.")


@pytest.mark.parametrize("data", ["gone", "gone__ann", "passage:999", "passage:", "passage:x", "why:999"])
async def test_a_stale_button_raises_an_alert(data: str) -> None:
    """A button of an earlier version says so over the chat, and sends nothing."""
    async with world() as running:
        anna = running.dialogue()
        reply = await anna.ask("hello")
        click = await running.peer.click(anna.person, reply, Button("?", data))
        await running.peer.answered(click)
        assert len(running.peer.sent(anna.chat)) == 1
    assert (click.text, click.alert) == ("<stale-choice> in en", True)


async def test_an_alert_is_cut_to_what_the_platform_shows() -> None:
    """Two hundred characters fit over the chat; more would leave the click without an answer."""
    async with world() as running:
        anna = running.dialogue()
        reply = await anna.ask("hello")
        running.responder.ending = "." * 300
        click = await running.peer.click(anna.person, reply, Button("?", "gone"))
        await running.peer.answered(click)
    assert len(click.text or "") == 200


async def test_a_button_of_a_deleted_message_works() -> None:
    """The platform shows little of a message that is gone; the click counts all the same."""
    async with world() as running:
        anna = running.dialogue()
        reply = await anna.ask("hello")
        running.peer.delete(reply)
        passage = await anna.click(reply, PASSAGE)
    assert passage.text.startswith("The exact words.")
    assert passage.reply_to is None


async def test_a_click_that_the_platform_has_given_up_is_answered_in_the_chat() -> None:
    """When the query has expired the answer comes nevertheless."""
    async with world() as running:
        anna = running.dialogue()
        reply = await anna.ask("hello")
        click = await running.peer.click(anna.person, reply, "Who?")
        click.answered = True  # so the peer takes it for expired
        with capture_logs() as logs:
            assert (await anna.next()).text.startswith("[en] who")
    assert "telegram_click_expired" in {entry["event"] for entry in logs}


# --- edits ---------------------------------------------------------------------------------------


async def test_an_edited_question_gets_its_answer_edited() -> None:
    """The messages that answered it say the new answer; nothing new is sent."""
    async with world() as running:
        anna = running.dialogue()
        question = await running.peer.say(anna.chat, anna.person, "Who?")
        reply = await anna.next()
        await running.peer.edit(question, "Where?")
        await running.peer.wait_for(lambda: reply.edits)
        assert reply.text.startswith("[en] Where?")
        assert [button.text for button in reply.buttons] == [PASSAGE, WHY, "Who?", "Where is Ann?"]
        assert (await anna.click(reply, PASSAGE)).text.startswith("The exact words.")
    assert len(running.peer.sent(anna.chat)) == 2


async def test_a_longer_answer_adds_messages_and_a_shorter_one_deletes_them() -> None:
    """However an edit changes the number of messages, they are the answer to the question as it stands."""
    async with world() as running:
        peer, anna = running.peer, running.dialogue()
        question = await peer.say(anna.chat, anna.person, "short")
        first = await anna.next()
        await peer.edit(question, "long")
        second, third = await anna.next(), await anna.next()
        assert [message.text[0] for message in (first, second, third)] == ["1", "2", "3"]
        assert [len(message.buttons) for message in (first, second, third)] == [0, 0, 4]
        await peer.edit(question, "short again")
        await peer.wait_for(lambda: first.edits == 2)
        assert (second.deleted, third.deleted) == (True, True)
        assert first.text.startswith("[en] short again")
        assert len(first.buttons) == 4


async def test_an_edit_that_changes_nothing_is_harmless() -> None:
    """The platform refuses an edit to the same text; nobody notices."""
    async with world() as running:
        peer, anna = running.peer, running.dialogue()
        question = await peer.say(anna.chat, anna.person, "Who?")
        reply = await anna.next()
        await peer.edit(question, "Who?")
        assert (await anna.ask("next")).text.startswith("[en] next")
        assert len(peer.called("editMessageText")) == 1
    assert (reply.edits, len(peer.sent(anna.chat))) == (0, 2)


async def test_an_edit_whose_answer_was_deleted_is_answered_anew() -> None:
    """Where there is no message to edit any more, one is sent."""
    async with world() as running:
        peer, anna = running.peer, running.dialogue()
        question = await peer.say(anna.chat, anna.person, "Who?")
        peer.delete(await anna.next())
        await peer.edit(question, "Where?")
        assert (await anna.next()).text.startswith("[en] Where?")


@pytest.mark.parametrize(("after", "answered"), [(60, True), (3600, False)])
async def test_an_edit_of_what_was_never_answered_is_a_question_while_it_is_recent(
    after: int, answered: object
) -> None:
    """A message that the bot did not answer is answered when it is edited within a quarter of an hour."""
    async with world() as running:
        peer, anna = running.peer, running.dialogue()
        photo = await peer.attach(anna.chat, anna.person)
        assert (await anna.next()).text.startswith("<text-only>")
        photo.json.pop("photo")
        await peer.edit(photo, "Who?", after=after)
        await anna.ask("next")
    texts = [question.text for question in running.responder.questions]
    assert texts == (["Who?", "next"] if answered else ["next"])


# --- order ---------------------------------------------------------------------------------------


async def test_the_order_within_a_chat_is_kept_and_chats_do_not_wait_for_each_other() -> None:
    """While one chat's answer is held up, its next questions wait and another chat's are answered."""
    async with world() as running:
        peer, anna, boris = running.peer, running.dialogue("Anna"), running.dialogue("Boris")
        peer.hold(anna.chat)
        for text in ("one", "two", "three"):
            await peer.say(anna.chat, anna.person, text)
        assert (await boris.ask("hello")).text.startswith("[en] hello")
        assert peer.sent(anna.chat) == []
        peer.release(anna.chat)
        answers = [(await anna.next()).text.partition("\n")[0] for _ in range(3)]
    assert answers == ["[en] one", "[en] two", "[en] three"]
