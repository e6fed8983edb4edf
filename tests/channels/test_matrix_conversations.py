"""What people and the bot say to each other on Matrix: a real homeserver, and clients in their strict mode."""

import sqlite3
from contextlib import closing

import pytest

from bot.channels.matrix.events import PASSAGE, WHY
from bot.core.models import Question
from tests.channels.matrix_world import Bot
from tests.peers.synapse import Person

pytestmark = pytest.mark.asyncio(loop_scope="module")
BOTH = pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "encrypted"])


def in_thread(root: str) -> dict[str, object]:
    """Return what puts a message into a thread."""
    relation = {"rel_type": "m.thread", "event_id": root, "is_falling_back": True, "m.in_reply_to": {"event_id": root}}
    return {"m.relates_to": relation}


# --- alone with the bot --------------------------------------------------------------------------


@BOTH
async def test_a_question_is_answered(bot: Bot, anna: Person, *, encrypted: bool) -> None:
    """With its source and the next questions; a strict client reads it without a warning."""
    room = await bot.talk(anna, encrypted=encrypted)
    await anna.say(room, "Where?")
    reply = await anna.next(room, sender=bot.id)
    assert reply.body.split("\n\n")[:3] == ["[en] Where?", "Source: <The Source>", "1. Who?\n2. Where is Ann?"]
    assert (
        "<p>[en] Where?</p><p><i>Source: &lt;The Source&gt;</i></p><ol><li>Who?</li>" in reply.content["formatted_body"]
    )
    assert (reply.encrypted, reply.unreadable, reply.warning) == (encrypted, False, None)
    assert (reply.content["msgtype"], reply.relation) == ("m.notice", None)


@BOTH
async def test_the_bot_greets_in_a_new_room(bot: Bot, anna: Person, *, encrypted: bool) -> None:
    """As the command does, and it says what is special here."""
    room = await anna.create(invite=[bot.id], encrypted=encrypted, direct=True)
    greeting = await anna.next(room, sender=bot.id)
    assert greeting.body.startswith("[en] !start\n\n<matrix-hint> in en")


@BOTH
async def test_reactions_show_the_passage_and_the_reasons_and_choose_a_question(
    bot: Bot, anna: Person, *, encrypted: bool
) -> None:
    """Each sign under an answer does what it says, and a number asks the question that it stands before."""
    room = await bot.talk(anna, encrypted=encrypted)
    await anna.say(room, "Where?")
    reply = await anna.next(room, sender=bot.id)
    said = []
    for sign in (PASSAGE, f"{WHY}\ufe0f", "2\ufe0f\u20e3"):
        await anna.react(room, reply.id, sign)
        said.append((await anna.next(room, sender=bot.id)).body.split("\n\n")[0])
    assert said == ["“The exact words.”", "[en] read as who", "[en] where__ann"]


async def test_reactions_say_whether_an_answer_helped(bot: Bot, anna: Person) -> None:
    """It is counted and not answered, as who reacts sees the reaction."""
    room = await bot.talk(anna, encrypted=True)
    await anna.say(room, "Where?")
    reply = await anna.next(room, sender=bot.id)
    await anna.react(room, reply.id, "👍🏽")
    await anna.react(room, reply.id, PASSAGE)
    assert (await anna.next(room, sender=bot.id)).body.startswith("“The exact words.”")
    with closing(sqlite3.connect(bot.folder / "jolig.sqlite3")) as database:
        assert database.execute("SELECT intent, helpful FROM feedback").fetchall() == [("who", 1)]


async def test_the_greeting_begins_the_persons_conversation(bot: Bot, anna: Person) -> None:
    """What it offers can be chosen by its number."""
    room = await bot.talk(anna, encrypted=False)
    await anna.say(room, "state")
    assert (await anna.next(room, sender=bot.id)).body.startswith("before: !start")


async def test_a_number_chooses_among_the_last_suggestions(bot: Bot, anna: Person) -> None:
    """The core knows what it offered last."""
    room = await bot.talk(anna, encrypted=False)
    await anna.say(room, "2")
    await anna.next(room, sender=bot.id)
    assert bot.responder.questions[-1] == Question(text="2", sender=anna.id)


@BOTH
async def test_an_edited_question_edits_its_answer(bot: Bot, anna: Person, *, encrypted: bool) -> None:
    """The answer that stands in the room is that to the question that stands in it."""
    room = await bot.talk(anna, encrypted=encrypted)
    question = await anna.say(room, "Where?")
    reply = await anna.next(room, sender=bot.id)
    await anna.edit(room, question, "When?")
    edited = await anna.next(room, sender=bot.id)
    assert edited.relation == {"rel_type": "m.replace", "event_id": reply.id}
    assert edited.content["m.new_content"]["body"].startswith("[en] When?")


@BOTH
async def test_a_question_that_is_taken_back_takes_its_answer_along(bot: Bot, anna: Person, *, encrypted: bool) -> None:
    room = await bot.talk(anna, encrypted=encrypted)
    question = await anna.say(room, "Where?")
    reply = await anna.next(room, sender=bot.id)
    await anna.do("redact", room=room, event=question)
    await anna.hears(lambda event: event.redacts == reply.id)


@BOTH
async def test_the_answer_stays_in_the_thread(bot: Bot, anna: Person, *, encrypted: bool) -> None:
    """A thread is a conversation of its own."""
    room = await bot.talk(anna, encrypted=encrypted)
    root = await anna.say(room, "of the room")
    await anna.next(room, sender=bot.id)
    await anna.say(room, "state", **in_thread(root))
    reply = await anna.next(room, sender=bot.id)
    assert reply.relation is not None
    assert (reply.relation["rel_type"], reply.relation["event_id"]) == ("m.thread", root)
    assert reply.body.startswith("before: None")


@BOTH
async def test_what_is_about_an_answer_in_a_thread_stays_there(bot: Bot, anna: Person, *, encrypted: bool) -> None:
    """Reactions and edits name the message alone; what they ask belongs to the conversation of the thread."""
    room = await bot.talk(anna, encrypted=encrypted)
    root = await anna.say(room, "of the room")
    await anna.next(room, sender=bot.id)
    question = await anna.say(room, "Where?", **in_thread(root))
    reply = await anna.next(room, sender=bot.id)
    said = []
    for sign in (PASSAGE, WHY, "2\ufe0f\u20e3"):
        await anna.react(room, reply.id, sign)
        said.append(await anna.next(room, sender=bot.id))
    await anna.say(room, "state", **in_thread(root))
    said.append(await anna.next(room, sender=bot.id))
    assert [(shown.relation or {}).get("event_id") for shown in said] == [root] * 4
    assert said[-1].body.startswith("before: where__ann")
    await anna.edit(room, question, "When?")
    assert (await anna.next(room, sender=bot.id)).relation == {"rel_type": "m.replace", "event_id": reply.id}
    await anna.say(room, "state", **in_thread(root))
    assert (await anna.next(room, sender=bot.id)).body.startswith("before: When?")
    await anna.say(room, "state")
    assert (await anna.next(room, sender=bot.id)).body.startswith("before: of the room")


async def test_commands_begin_with_an_exclamation_mark(bot: Bot, anna: Person) -> None:
    """Apps keep those with a slash for themselves; the core knows only these."""
    room = await bot.talk(anna, encrypted=False)
    await anna.say(room, "!members Ann")
    reply = await anna.next(room, sender=bot.id)
    assert bot.responder.questions[-1] == Question(text="/members Ann", sender=anna.id)
    assert reply.body.startswith("[en] !members Ann")


async def test_what_is_not_a_text_gets_a_hint(bot: Bot, anna: Person) -> None:
    room = await bot.talk(anna, encrypted=True)
    await anna.send(room, "m.room.message", {"msgtype": "m.image", "body": "picture.png", "url": "mxc://jolig.test/1"})
    assert (await anna.next(room, sender=bot.id)).body == "<text-only> in en"


async def test_a_defect_is_met_with_an_apology(bot: Bot, anna: Person) -> None:
    """The next question is answered."""
    room = await bot.talk(anna, encrypted=False)
    await anna.say(room, "crash")
    assert (await anna.next(room, sender=bot.id)).body == "<unavailable> in en"
    await anna.say(room, "Where?")
    assert (await anna.next(room, sender=bot.id)).body.startswith("[en] Where?")


async def test_a_choice_that_is_gone_is_told(bot: Bot, anna: Person) -> None:
    room = await bot.talk(anna, encrypted=False)
    await anna.say(room, "stale")
    assert (await anna.next(room, sender=bot.id)).body == "<stale-choice> in en"


async def test_markup_of_an_answer_is_only_text(bot: Bot, anna: Person) -> None:
    room = await bot.talk(anna, encrypted=True)
    await anna.say(room, "markup")
    shown = (await anna.next(room, sender=bot.id)).content["formatted_body"]
    assert (
        "<p>&lt;b&gt; &amp; &lt;/i&gt;</p><ul><li>a &lt; b</li></ul><blockquote>c &gt; d &amp;amp;</blockquote>"
        in shown
    )


async def test_the_question_is_marked_as_read(bot: Bot, anna: Person) -> None:
    room = await bot.talk(anna, encrypted=False)
    question = await anna.say(room, "Where?")
    await anna.until(lambda: any(question in sign["receipt"]["read"] for sign in anna.signs if "receipt" in sign))


# --- in a group ----------------------------------------------------------------------------------


@BOTH
async def test_in_a_group_it_speaks_when_it_is_addressed(
    bot: Bot, anna: Person, boris: Person, *, encrypted: bool
) -> None:
    """A mention, its name before a colon, a command and a reply are for it; what people tell each other is not."""
    room = await bot.group(anna, boris, encrypted=encrypted)
    name = bot.id[1:].partition(":")[0]
    await anna.say(room, "Who are the members of our club?")
    asked = [
        await anna.say(room, "Where?", **{"m.mentions": {"user_ids": [bot.id]}}),
        await boris.say(room, f"{name}: Where?"),
        await anna.say(room, "!members"),
    ]
    replies = [await anna.next(room, sender=bot.id) for _ in asked]
    assert [reply.relation for reply in replies] == [{"m.in_reply_to": {"event_id": event}} for event in asked]
    assert [reply.body.split("\n")[0] for reply in replies] == ["[en] Where?", "[en] Where?", "[en] !members"]
    await boris.reply(room, asked[1], "good question")
    followed = await boris.reply(room, replies[1].id, "and when?")
    assert (await anna.next(room, sender=bot.id)).relation == {"m.in_reply_to": {"event_id": followed}}


async def test_in_a_group_people_do_not_share_what_their_conversation_is_about(
    bot: Bot, anna: Person, boris: Person
) -> None:
    """What Boris asked says nothing about what Anna means."""
    room = await bot.group(anna, boris, encrypted=False)
    said = []
    for person, text in ((anna, "of Anna"), (boris, "of Boris"), (anna, "state"), (boris, "state")):
        await person.say(room, text, **{"m.mentions": {"user_ids": [bot.id]}})
        said.append((await anna.next(room, sender=bot.id)).body.split("\n")[0])
    assert said[2:] == ["before: of Anna", "before: of Boris"]


async def test_nobody_runs_the_bot_where_others_read(bot: Bot, anna: Person, boris: Person) -> None:
    """The commands of those who run it are obeyed by who asks, which a group does not tell."""
    room = await bot.group(anna, boris, encrypted=False)
    await anna.say(room, "!members")
    await anna.next(room, sender=bot.id)
    assert bot.responder.questions[-1] == Question(text="/members")


async def test_an_edit_that_addresses_the_bot_is_a_question(bot: Bot, anna: Person, boris: Person) -> None:
    """Who forgot the bot's name can add it; the edit of a question need not name it again."""
    room = await bot.group(anna, boris, encrypted=False)
    question = await anna.say(room, "Where?")
    await anna.edit(room, question, "Where?", **{"m.mentions": {"user_ids": [bot.id]}})
    reply = await anna.next(room, sender=bot.id)
    assert reply.relation == {"m.in_reply_to": {"event_id": question}}
    await anna.edit(room, question, "When?")
    edited = await anna.next(room, sender=bot.id)
    assert edited.content["m.new_content"]["body"].startswith("[en] When?")


async def test_an_edit_in_a_thread_that_addresses_the_bot_is_answered_there(
    bot: Bot, anna: Person, boris: Person
) -> None:
    """The edit does not tell of the thread, but the message does."""
    room = await bot.group(anna, boris, encrypted=True)
    root = await boris.say(room, "Let us talk about it here")
    question = await anna.say(room, "Where?", **in_thread(root))
    await anna.edit(room, question, "Where?", **{"m.mentions": {"user_ids": [bot.id]}})
    relation = (await anna.next(room, sender=bot.id)).relation
    assert relation is not None
    assert (relation["rel_type"], relation["event_id"]) == ("m.thread", root)


async def test_nobody_edits_what_another_asked(bot: Bot, anna: Person, boris: Person) -> None:
    """Neither the answer changes, nor is it a question where there is none."""
    room = await bot.group(anna, boris, encrypted=False)
    mention = {"m.mentions": {"user_ids": [bot.id]}}
    question = await anna.say(room, "Where?", **mention)
    unasked = await anna.say(room, "Nothing")
    await anna.next(room, sender=bot.id)
    for message in (question, unasked):
        await boris.edit(room, message, "Forged", **mention)
    last = await boris.say(room, "When?", **mention)
    assert (await anna.next(room, sender=bot.id)).relation == {"m.in_reply_to": {"event_id": last}}


async def test_what_is_encrypted_is_obeyed_only_where_it_is_said(bot: Bot, anna: Person, boris: Person) -> None:
    """What would be a state of the room was not seen by the homeserver, and may be forged."""
    room = await bot.group(anna, boris, encrypted=True)
    trap = await boris.create(encrypted=False, preset="public_chat")
    await boris.send(room, "m.room.tombstone", {"body": "", "replacement_room": trap, "state_key": ""})
    await boris.say(room, "!members")
    await boris.next(room, sender=bot.id)
    await boris.say(trap, "!members")
    await boris.say(room, "!members")
    await boris.next(room, sender=bot.id)
    assert not [event for event in boris.heard if (event.room, event.sender) == (trap, bot.id)]


async def test_everyone_may_react(bot: Bot, anna: Person, boris: Person) -> None:
    """The passages of Anna's answer are shown to Boris; a reaction to what Anna says asks nothing."""
    room = await bot.group(anna, boris, encrypted=True)
    question = await anna.say(room, "!members")
    reply = await boris.next(room, sender=bot.id)
    await boris.react(room, question, PASSAGE)
    await boris.react(room, reply.id, PASSAGE)
    passage = await boris.next(room, sender=bot.id)
    assert passage.body.startswith("“The exact words.”")
    assert passage.relation == {"m.in_reply_to": {"event_id": reply.id}}
