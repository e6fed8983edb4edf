"""Groups: when the bot speaks, to whom, and where, over HTTP."""

from pathlib import Path

import pytest

from bot.core.models import Question
from bot.service import Conversation
from tests.channels.telegram_fakes import World, world
from tests.peers.bot_api import Message, bad_request

PASSAGE = "<button-passage> in en"


async def texts(running: World, *written: str) -> list[str]:
    """Write messages in a group; return what the bot took as questions."""
    peer = running.peer
    group, anna = peer.group("Group"), peer.person("Anna")
    for text in (*written, "@peer_bot and that is all"):
        await peer.say(group, anna, text)
    await peer.wait_for_message(group, "and that is all")
    return [question.text for question in running.responder.questions[:-1]]


# --- when it speaks ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "passed"),
    [
        ("/members", "/members"),
        ("/MEMBERS", "/MEMBERS"),
        ("/members@peer_bot Ann", "/members Ann"),
        ("/nonsense@peer_bot", "/nonsense"),
        ("@peer_bot who?", "who?"),
        ("@Peer_Bot, who?", "who?"),
        ("Tell me, @peer_bot, who?", "Tell me, , who?"),
        ("Who, @peer_bot", "Who,"),
        ("👩‍👩‍👧 Who @peer_bot is Ann?", "👩‍👩‍👧 Who is Ann?"),
        ("@peer_bot /members", "/members"),
        ("@peer_bot who @peer_bot is it?", "who is it?"),
        ("@peer_bot", ""),
    ],
)
async def test_it_answers_when_it_is_addressed(written: str, passed: str) -> None:
    """Its commands and mentions of it are for it; its name is no part of the question."""
    async with world() as running:
        assert await texts(running, written) == [passed]


@pytest.mark.parametrize(
    "written",
    [
        "Who is it?",
        "/nonsense",
        "/members@other_bot",
        "/members@peer_bot_2",
        "@peer_bot2 who?",
        "mail peer@peer_bot",
        "members of peer_bot",
        "@other_bot /members@other_bot",
    ],
)
async def test_it_keeps_silent_when_it_is_not(written: str) -> None:
    """What people say to each other or to another bot is not answered."""
    async with world() as running:
        assert await texts(running, written) == []


async def test_a_mention_by_name_counts() -> None:
    """Some apps mention the bot by its name and not by its username."""
    async with world() as running:
        peer, group = running.peer, running.peer.group("Group")
        await peer.say(group, peer.person("Anna"), "Peer, who?", mention="Peer")
        await peer.next_message(group)
    assert running.responder.questions == [Question(text="who?")]


async def test_a_reply_to_its_message_counts() -> None:
    """Who replies to the bot need not name it; who replies to somebody else does not mean it."""
    async with world() as running:
        peer, group = running.peer, running.peer.group("Group")
        anna, boris = peer.person("Anna"), peer.person("Boris")
        question = await peer.say(group, anna, "/members")
        reply = await peer.next_message(group)
        await peer.say(group, boris, "good question", reply_to=question)
        await peer.say(group, boris, "and when?", reply_to=reply)
        assert (await peer.next_message(group)).text.startswith("[en] and when?")
    assert [question.text for question in running.responder.questions] == ["/members", "and when?"]


async def test_a_photo_is_met_with_silence_unless_the_bot_is_addressed() -> None:
    """A photo as a reply to the bot gets the hint, one for the group does not."""
    async with world() as running:
        peer, group = running.peer, running.peer.group("Group")
        anna = peer.person("Anna")
        await peer.attach(group, anna)
        await peer.attach(group, anna, caption="look, @other_bot")
        await peer.say(group, anna, "/members")
        replied = await peer.attach(group, anna, reply_to=await peer.next_message(group))
        hint = await peer.next_message(group)
    assert (hint.text, hint.reply_to) == ("<text-only> in en", replied.id)


@pytest.mark.parametrize(("caption", "answer"), [("@peer_bot who is it?", "[en] who is it?"), ("@peer_bot", "<text-")])
async def test_a_caption_with_a_mention_is_a_question(caption: str, answer: str) -> None:
    """The picture is no part of it; a caption that only names the bot asks nothing."""
    async with world() as running:
        peer, group = running.peer, running.peer.group("Group")
        photo = await peer.attach(group, peer.person("Anna"), caption=caption)
        reply = await peer.next_message(group)
    assert reply.text.startswith(answer)
    assert reply.reply_to == photo.id


async def test_what_is_forwarded_to_a_group_is_not_for_the_bot() -> None:
    """Whoever asked the bot did so elsewhere."""
    async with world() as running:
        peer, group = running.peer, running.peer.group("Group")
        anna = peer.person("Anna")
        await peer.say(group, anna, "@peer_bot who?", of=peer.person("Boris"))
        await peer.say(group, anna, "@peer_bot and who then?")
        assert (await peer.next_message(group)).text.startswith("[en] and who then?")


async def test_an_answer_from_inline_mode_is_not_answered() -> None:
    """Somebody took it to the group; the bot that answers itself never ends."""
    async with world() as running:
        peer, group = running.peer, running.peer.group("Group")
        anna = peer.person("Anna")
        await peer.say(group, anna, "/members", via=peer.me)
        await peer.say(group, anna, "/members of it")
        assert (await peer.next_message(group)).text.startswith("[en] /members of it")


async def test_other_bots_are_not_answered() -> None:
    """Two bots that answer each other would never end."""
    async with world() as running:
        peer, group = running.peer, running.peer.group("Group")
        await peer.say(group, peer.person("Robot", bot=True), "/members")
        await peer.say(group, peer.person("Anna"), "/members")
        await peer.next_message(group)
    assert len(running.responder.questions) == 1


async def test_who_writes_as_the_group_is_answered() -> None:
    """An administrator who stays anonymous comes as a bot with the group for a sender."""
    async with world() as running:
        peer, group = running.peer, running.peer.group("Group")
        anonymous = peer.person("GroupAnonymousBot", bot=True)
        await peer.say(group, anonymous, "/members", sender_chat=group)
        assert (await peer.next_message(group)).text.startswith("[en] /members")
    assert Conversation("telegram", f"{group.id}:u{group.id}") in running.store.dialogues


async def test_an_edit_that_addresses_the_bot_is_a_question() -> None:
    """Who forgot the bot's name can add it."""
    async with world() as running:
        peer, group = running.peer, running.peer.group("Group")
        message = await peer.say(group, peer.person("Anna"), "Who?")
        await peer.edit(message, "@peer_bot Who?")
        reply = await peer.next_message(group)
    assert reply.reply_to == message.id
    assert running.responder.questions == [Question(text="Who?")]


# --- coming and going ----------------------------------------------------------------------------


async def test_who_adds_it_is_told_how_to_speak_to_it() -> None:
    """One message, in the language of the person, without buttons."""
    async with world() as running:
        peer, group = running.peer, running.peer.group("Group")
        await peer.add_bot(group, peer.person("Anna", "hy"))
        welcome = await peer.next_message(group)
    assert (welcome.text, welcome.buttons) == ("<telegram-welcome> in hy @peer_bot", ())


@pytest.mark.parametrize("start", ["/start", "/start@peer_bot", "@peer_bot /start"])
async def test_a_start_in_a_group_gets_the_same_short_reply_once(start: str) -> None:
    """A link that adds the bot says /start too: the group has been greeted then."""
    async with world() as running:
        peer, group = running.peer, running.peer.group("Group")
        anna = peer.person("Anna")
        await peer.say(group, anna, start)
        assert (await peer.next_message(group)).text == "<telegram-welcome> in en @peer_bot"
        await peer.add_bot(group, anna)
        await peer.say(group, anna, start)
        await peer.say(group, anna, "/members")
        assert (await peer.next_message(group)).text.startswith("[en] /members")
    assert running.responder.questions == [Question(text="/members")]


async def test_a_deep_link_into_a_group_is_answered() -> None:
    """It says /start with what it asks for."""
    async with world() as running:
        peer, group = running.peer, running.peer.group("Group")
        await peer.say(group, peer.person("Anna"), "/start@peer_bot who")
        assert (await peer.next_message(group)).text.startswith("[en] /start who")


async def test_a_promotion_is_no_arrival() -> None:
    """Who becomes an administrator was there before."""
    async with world() as running:
        peer, group = running.peer, running.peer.group("Group")
        anna = peer.person("Anna")
        peer._change_membership(group, anna, "member", "member")
        await peer.say(group, anna, "/members")
        assert (await peer.next_message(group)).text.startswith("[en] /members")


async def test_a_group_that_removes_it_is_forgotten() -> None:
    """What was talked about there is gone, and what was talked about elsewhere is not."""
    async with world() as running:
        peer, group, other = running.peer, running.peer.group("Group"), running.peer.group("Other")
        anna = peer.person("Anna")
        for chat in (group, other):
            await peer.say(chat, anna, "/members")
            await peer.next_message(chat)
        await peer.remove_bot(group, anna)
        await peer.wait_for(lambda: len(running.store.closed) == 3)
        assert len(peer.sent(group)) == 1
    assert list(running.store.dialogues) == [Conversation("telegram", f"{other.id}:u{anna.id}")]


async def test_a_group_that_becomes_a_supergroup_goes_on_where_it_was() -> None:
    """The platform gives it another id; what was talked about is still known."""
    async with world() as running:
        peer, group = running.peer, running.peer.group("Group", kind="group")
        anna = peer.person("Anna")
        await peer.say(group, anna, "@peer_bot first")
        await peer.next_message(group)
        new = await peer.upgrade(group, anna)
        await peer.wait_for(lambda: Conversation("telegram", f"{new.id}:u{anna.id}") in running.store.dialogues)
        await peer.say(new, anna, "@peer_bot state")
        assert "before: first" in (await peer.next_message(new)).text


async def test_a_group_that_cannot_be_forgotten_just_now_is_forgotten_later() -> None:
    """What comes after it in the group waits; the next question elsewhere is answered."""
    async with world() as running:
        peer, group, anna = running.peer, running.peer.group("Group"), running.dialogue()
        running.store.unread = 2
        await peer.remove_bot(group, anna.person)
        await peer.add_bot(group, anna.person)
        await peer.next_message(group)
        assert (await anna.ask("Who?")).text.startswith("[en] Who?")
        assert len(peer.sent(group)) == 1
    assert running.store.closed == {1: None, 2: None, 3: None}


# --- where ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["group", "supergroup"])
async def test_the_answer_is_a_reply_to_the_question(kind: str) -> None:
    """In a group one sees what is answered."""
    async with world() as running:
        peer, group = running.peer, running.peer.group("Group", kind=kind)
        question = await peer.say(group, peer.person("Anna"), "/members")
        assert (await peer.next_message(group)).reply_to == question.id


async def test_a_question_that_was_deleted_meanwhile_is_answered() -> None:
    """The answer comes without the reply then."""
    async with world() as running:
        peer, group = running.peer, running.peer.group("Group")
        question = await peer.say(group, peer.person("Anna"), "/members")
        peer.delete(question)
        assert (await peer.next_message(group)).reply_to is None


async def test_the_answer_stays_in_the_topic() -> None:
    """In a forum the answer, its passages and the next answers are in the question's topic."""
    async with world() as running:
        peer, forum = running.peer, running.peer.group("Forum", forum=True)
        anna = peer.person("Anna")
        topic = peer.topic(forum, anna, "Topic")
        await peer.say(forum, anna, "/members", thread=topic)
        reply = await peer.next_message(forum)
        await peer.click(anna, reply, PASSAGE)
        passage = await peer.next_message(forum)
        await peer.click(anna, reply, "Who?")
        answer = await peer.next_message(forum)
        await peer.say(forum, anna, "/start", thread=topic)
        welcome = await peer.next_message(forum)
        await peer.attach(forum, anna, reply_to=answer)
        hint = await peer.next_message(forum)
    assert [message.thread for message in (reply, passage, answer, welcome, hint)] == [topic] * 5


async def test_a_picture_stays_in_the_topic_and_is_a_reply(tmp_path: Path) -> None:
    """Like any answer, and so are the words that follow it."""
    async with world(pictures=tmp_path) as running:
        peer, forum = running.peer, running.peer.group("Forum", forum=True)
        anna = peer.person("Anna")
        topic = peer.topic(forum, anna, "Topic")
        question = await peer.say(forum, anna, "@peer_bot picture long", thread=topic)
        picture, words = await peer.next_message(forum), await peer.next_message(forum)
    assert [bool(message.picture) for message in (picture, words)] == [True, False]
    assert [(message.thread, message.reply_to) for message in (picture, words)] == [(topic, question.id)] * 2


async def test_a_reply_in_a_group_without_topics_is_answered() -> None:
    """There a reply has a thread too, to which nothing can be sent."""
    async with world() as running:
        peer, group = running.peer, running.peer.group("Group")
        anna = peer.person("Anna")
        await peer.say(group, anna, "/members")
        reply = await peer.next_message(group)
        await peer.say(group, anna, "and?", reply_to=reply)
        await peer.next_message(group)
    assert all("message_thread_id" not in call.parameters for call in peer.called("sendMessage"))


async def test_plain_messages_in_a_topic_that_the_bot_opened_are_not_replies_to_it() -> None:
    """Each message in a topic refers to the message that opened it, without meaning it."""
    async with world() as running:
        peer, forum = running.peer, running.peer.group("Forum", forum=True)
        anna = peer.person("Anna")
        topic = peer.topic(forum, peer.me, "Topic")
        await peer.say(forum, anna, "hello everyone", thread=topic)
        await peer.say(forum, anna, "/members", thread=topic)
        assert (await peer.next_message(forum)).text.startswith("[en] /members")


# --- to whom -------------------------------------------------------------------------------------


async def test_people_in_a_group_do_not_share_what_their_conversation_is_about() -> None:
    """What Boris asked says nothing about what Anna means."""
    async with world() as running:
        peer, group = running.peer, running.peer.group("Group")
        anna, boris = peer.person("Anna"), peer.person("Boris")

        async def ask(person: object, text: str) -> Message:
            await peer.say(group, anna if person is anna else boris, f"@peer_bot {text}")
            return await peer.next_message(group)

        await ask(anna, "of Anna")
        await ask(boris, "of Boris")
        assert "before: of Anna" in (await ask(anna, "state")).text
        assert "before: of Boris" in (await ask(boris, "state")).text


async def test_topics_are_conversations_of_their_own() -> None:
    """What was asked in one topic is not known in another."""
    async with world() as running:
        peer, forum = running.peer, running.peer.group("Forum", forum=True)
        anna = peer.person("Anna")
        for name in ("One", "Two"):
            await peer.say(forum, anna, "@peer_bot state", thread=peer.topic(forum, anna, name))
            assert "before: None" in (await peer.next_message(forum)).text


async def test_everyone_may_use_the_buttons() -> None:
    """The passages of Anna's answer are shown to Boris; his next question is his own, under the message."""
    async with world() as running:
        peer, group = running.peer, running.peer.group("Group")
        anna, boris = peer.person("Anna"), peer.person("Boris")
        await peer.say(group, anna, "/members")
        reply = await peer.next_message(group)
        click = await peer.click(boris, reply, PASSAGE)
        assert (await peer.next_message(group)).text.startswith("The exact words.")
        await peer.click(boris, reply, "Who?")
        answer = await peer.next_message(group)
    assert click.alert is False
    assert answer.reply_to == reply.id
    assert running.store.dialogues[Conversation("telegram", f"{group.id}:u{boris.id}")].entity == "who"
    assert running.store.dialogues[Conversation("telegram", f"{group.id}:u{anna.id}")].entity == "/members"


# --- what goes wrong -----------------------------------------------------------------------------


async def test_the_answer_follows_a_group_that_became_a_supergroup() -> None:
    """The platform names the new chat, and the answer goes there."""
    async with world() as running:
        peer, group = running.peer, running.peer.group("Group", kind="group")
        new = peer.migrate(group)
        await peer.say(group, peer.person("Anna"), "/members")
        assert (await peer.next_message(new)).text.startswith("[en] /members")


async def test_a_picture_follows_a_group_that_became_a_supergroup(tmp_path: Path) -> None:
    """As does the text that does not fit below it."""
    async with world(pictures=tmp_path) as running:
        peer, group = running.peer, running.peer.group("Group", kind="group")
        new = peer.migrate(group)
        await peer.say(group, peer.person("Anna"), "@peer_bot picture long")
        assert (await peer.next_message(new)).picture
        assert (await peer.next_message(new)).text.startswith("An event")
    assert running.store.closed == {1: None}


@pytest.mark.parametrize("text", ["@peer_bot who then?", "@peer_bot picture"])
async def test_an_edit_in_a_group_that_became_a_supergroup_is_answered_there(tmp_path: Path, text: str) -> None:
    """The messages of the group that was cannot be edited or deleted any more."""
    async with world(pictures=tmp_path) as running:
        peer, group = running.peer, running.peer.group("Group", kind="group")
        question = await peer.say(group, peer.person("Anna"), "/members")
        await peer.next_message(group)
        new = peer.migrate(group)
        await peer.edit(question, text)
        assert await peer.next_message(new)
    assert running.store.closed == {1: None, 2: None}


async def test_a_group_where_the_bot_may_not_write_does_no_harm() -> None:
    """The refusal is logged, and the next question is answered."""
    async with world() as running:
        peer, group = running.peer, running.peer.group("Group")
        anna = peer.person("Anna")
        peer.fail("sendMessage", bad_request("not enough rights to send text messages to the chat"))
        await peer.say(group, anna, "/members")
        await peer.say(group, anna, "/members again")
        assert (await peer.next_message(group)).text.startswith("[en] /members again")
