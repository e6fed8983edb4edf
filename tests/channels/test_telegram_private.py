"""Questions, buttons and edits in a private chat, over HTTP."""

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.channels.telegram.keyboard import keyboard
from bot.core.models import Answer, Choice, Outcome, Question
from bot.service import Conversation, Exchange
from tests.channels.telegram_fakes import READINGS, world
from tests.peers.bot_api import ATTACHMENTS, Button, bad_request

PASSAGE, WHY = "<button-passage> in en", "<button-why> in en"
HELPED, NOT_HELPED = "<button-helped> in en", "<button-not-helped> in en"
BUTTONS = [PASSAGE, WHY, "Who?", "Where is Ann?", HELPED, NOT_HELPED]


# --- questions -----------------------------------------------------------------------------------


async def test_a_question_is_answered_with_source_and_buttons() -> None:
    """The answer is HTML without a link preview, with a button for the passage and one for each suggestion."""
    async with world() as running:
        reply = await running.dialogue().ask("Who is it?")
        (call,) = running.peer.called("sendMessage")
    assert reply.text == "[en] Who is it?\n\nSource: <The Source>"
    assert reply.entities("italic") == ["Source: <The Source>"]
    assert [button.text for button in reply.buttons] == BUTTONS
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
    assert [len(part.buttons) for part in parts] == [0, 0, 6]


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
    """The store knows which messages answered which question, on which facts, and what they offered."""
    async with world() as running:
        anna = running.dialogue()
        reply = await anna.ask("Who?")
        chat = Conversation("telegram", str(anna.chat.id))
    question = str(reply.id - 1)
    assert running.store.exchanges == {
        (chat, question): Exchange(question, (str(reply.id),), READINGS, "en", ("who", "where__ann"), chat.id),
    }


async def test_a_service_message_gets_no_reply() -> None:
    """That something was pinned is nothing to answer."""
    async with world() as running:
        anna = running.dialogue()
        reply = await anna.ask("hello")
        await running.peer.pin(anna.chat, anna.person, reply)
        assert "[en] next" in (await anna.ask("next")).text


# --- what is not a text ----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", sorted(ATTACHMENTS))
async def test_what_is_not_a_text_gets_a_hint_that_only_texts_are_read(kind: str) -> None:
    """A voice message, a sticker, a place: none is met with silence, and none is taken for a question."""
    async with world() as running:
        anna = running.dialogue(language="hy")
        await running.peer.attach(anna.chat, anna.person, kind)
        assert (await anna.next()).text == "<text-only> in hy"
    assert running.responder.questions == []


async def test_the_hint_is_not_repeated_for_a_while() -> None:
    """Who sends photo after photo hears it once in ten minutes, and somebody else hears it too."""
    async with world() as running:
        peer, anna, boris = running.peer, running.dialogue("Anna"), running.dialogue("Boris")
        for after in (0, 300, 590, 700):
            await peer.attach(anna.chat, anna.person, after=after)
        await peer.attach(boris.chat, boris.person)
        await boris.next()
        await peer.say(anna.chat, anna.person, "Who?")
        await peer.wait_for_message(anna.chat, "Who?")
        hints = [message.text for message in peer.sent(anna.chat)[:-1]]
    assert hints == ["<text-only> in en", "<text-only> in en"]


async def test_an_album_gets_one_hint() -> None:
    """However many pictures it has, also where the last hint becomes old among them."""
    async with world() as running:
        peer, anna = running.peer, running.dialogue()
        for album, after in (("7", 0), ("7", 0), ("8", 595), ("8", 605)):
            await peer.attach(anna.chat, anna.person, album=album, after=after)
        await peer.say(anna.chat, anna.person, "Who?")
        await peer.wait_for_message(anna.chat, "Who?")
        assert len(peer.sent(anna.chat)) == 2


async def test_a_caption_is_a_question() -> None:
    """Whoever asks below a picture gets an answer; the other pictures of its album are no reason for a hint."""
    async with world() as running:
        peer, anna = running.peer, running.dialogue()
        await peer.attach(anna.chat, anna.person, caption="@peer_bot who is it?", album="7")
        await peer.attach(anna.chat, anna.person, album="7")
        assert (await anna.next()).text.startswith("[en] who is it?")
        assert (await anna.ask("next")).text.startswith("[en] next")


async def test_a_caption_that_comes_after_its_album_has_begun_is_a_question() -> None:
    """The hint to the first picture becomes the answer; a second caption is another question."""
    async with world() as running:
        peer, anna = running.peer, running.dialogue()
        await peer.attach(anna.chat, anna.person, album="7")
        hint = await anna.next()
        await peer.attach(anna.chat, anna.person, caption="who is it?", album="7")
        await peer.wait_for(lambda: hint.edits)
        assert hint.text.startswith("[en] who is it?")
        await peer.attach(anna.chat, anna.person, caption="and she?", album="7")
        assert (await anna.next()).text.startswith("[en] and she?")
        assert len(peer.sent(anna.chat)) == 2


async def test_a_forwarded_text_is_a_question() -> None:
    """Somebody forwards what they were asked, and wants the answer."""
    async with world() as running:
        peer, anna = running.peer, running.dialogue()
        await peer.say(anna.chat, anna.person, "Who is it?", of=peer.person("Boris"))
        assert (await anna.next()).text.startswith("[en] Who is it?")


async def test_what_another_bot_made_gets_the_hint_and_what_the_bot_itself_made_nothing() -> None:
    """Nobody wrote it; an answer that was taken here from inline mode is answered already."""
    async with world() as running:
        peer, anna = running.peer, running.dialogue()
        await peer.say(anna.chat, anna.person, "Who is it? It is Ann.", via=peer.me)
        await peer.say(anna.chat, anna.person, "a poem", via=peer.person("Poet", bot=True))
        assert (await anna.next()).text == "<text-only> in en"
    assert running.responder.questions == []


# --- pictures --------------------------------------------------------------------------------------


async def test_a_picture_has_the_answer_for_its_caption(tmp_path: Path) -> None:
    """One message with picture, words, source and buttons."""
    async with world(pictures=tmp_path) as running:
        anna = running.dialogue()
        reply = await anna.ask("picture")
        assert (await anna.click(reply, PASSAGE)).reply_to == reply.id
    assert (reply.picture or b"").startswith(b"\x89PNG")
    assert reply.text == "An event: word word word\n\nSource: <The Source>"
    assert [button.text for button in reply.buttons] == BUTTONS


async def test_words_that_are_too_long_for_a_caption_follow_the_picture(tmp_path: Path) -> None:
    async with world(pictures=tmp_path) as running:
        anna = running.dialogue()
        picture, words = await anna.ask("picture long"), await anna.next()
    assert picture.picture
    assert (picture.text, picture.buttons) == ("", ())
    assert words.text.endswith("Source: <The Source>")
    assert len(words.buttons) == 6


@pytest.mark.parametrize("refused", [True, False])
async def test_where_there_can_be_no_picture_the_words_say_the_same(tmp_path: Path, *, refused: bool) -> None:
    """The platform refuses photos, or the folder cannot be used."""
    async with world(**({"pictures": tmp_path} if refused else {})) as running:
        anna = running.dialogue()
        if refused:
            running.peer.fail("sendPhoto", bad_request("not enough rights to send photos to the chat"))
        reply = await anna.ask("picture")
    assert reply.picture is None
    assert reply.text.startswith("An event")


async def test_an_edit_from_words_to_a_picture_and_back_leaves_one_answer(tmp_path: Path) -> None:
    """A text cannot become a picture: the messages are replaced."""
    async with world(pictures=tmp_path) as running:
        peer, anna = running.peer, running.dialogue()
        question = await peer.say(anna.chat, anna.person, "Who?")
        words = await anna.next()
        await peer.edit(question, "picture")
        picture = await anna.next()
        assert (words.deleted, bool(picture.picture)) == (True, True)
        await peer.edit(question, "Who then?")
        assert (await anna.next()).text.startswith("[en] Who then?")
    assert picture.deleted


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


async def test_whether_an_answer_helped_is_recorded_and_thanked_for_in_passing() -> None:
    """A short word over the chat, no message; a second click takes the place of the first."""
    async with world() as running:
        anna = running.dialogue()
        reply = await anna.ask("hello")
        click = await running.peer.answered(await running.peer.click(anna.person, reply, HELPED))
        await running.peer.answered(await running.peer.click(anna.person, reply, NOT_HELPED))
        assert len(running.peer.sent(anna.chat)) == 1
    assert (click.text, click.alert) == ("<feedback-thanks> in en", False)
    chat = Conversation("telegram", str(anna.chat.id))
    assert running.store.ratings == {(chat, str(reply.id - 1)): (frozenset({"who"}), False)}


async def test_who_is_asked_back_is_not_asked_whether_it_helped() -> None:
    """That is no answer yet."""
    async with world() as running:
        reply = await running.dialogue().ask("unclear")
    assert [button.text for button in reply.buttons] == [WHY, "Who?", "Where is Ann?"]


async def test_narrow_choices_stand_side_by_side() -> None:
    """Two short names fit in a row of a phone, a whole question needs its own."""
    async with world() as running:
        reply = await running.dialogue().ask("hello")
    rows = reply.json["reply_markup"]["inline_keyboard"]
    assert [len(row) for row in rows] == [2, 2, 2]
    wide = (Choice("Who is it?", "who"), Choice("Where is Ann to be found?", "where"))
    markup = keyboard(Answer(Outcome.ANSWER, "en", (), suggestions=wide), "1", lambda *_: "")
    assert [len(row) for row in markup["inline_keyboard"]] == [1, 1, 1]


@pytest.mark.parametrize(
    "data",
    ["gone", "gone__ann", "passage:999", "passage:", "passage:x", "why:999", "helped:999", "not-helped:", "helped:x"],
)
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
        assert [button.text for button in reply.buttons] == BUTTONS
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
        assert [len(message.buttons) for message in (first, second, third)] == [0, 0, 6]
        await peer.edit(question, "short again")
        await peer.wait_for(lambda: first.edits == 2)
        assert (second.deleted, third.deleted) == (True, True)
        assert first.text.startswith("[en] short again")
        assert len(first.buttons) == 6


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
