"""What goes wrong while the bot runs: it says so, and goes on."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from structlog.testing import capture_logs

from bot.channels.telegram import Rate
from bot.channels.telegram.receiving import received
from tests.channels.telegram_fakes import FakeResponder, MemoryStore, bot_of, world
from tests.peers.bot_api import (
    Button,
    Fault,
    bad_gateway,
    bad_request,
    closing,
    flood,
    hanging,
    telegram_peer,
)
from tests.peers.serving import Dialogue, quick, serving, start

# The library warns of a change to come whenever it makes its own RetryAfter.
pytestmark = pytest.mark.filterwarnings("ignore:.*`retry_after`:telegram.warnings.PTBDeprecationWarning")

PAUSES = [0.5, 2, 5]


def events(logs: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the names of what was logged."""
    return [entry["event"] for entry in logs]


# --- sending -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("faults", "pauses"),
    [
        ([bad_gateway()], PAUSES[:1]),
        ([closing(), bad_gateway(), bad_gateway()], PAUSES),
        ([hanging()], PAUSES[:1]),
        ([flood(7)], [7]),
        ([flood(7), bad_gateway(), flood(60)], [7, 2, 60]),
    ],
    ids=["502", "three times", "no response", "429", "429 and 502"],
)
async def test_what_fails_for_a_time_is_tried_again(faults: list[Fault], pauses: list[float]) -> None:
    """The answer arrives after a pause: as long as the platform asks for, else a growing one."""
    async with world(response=0.3) as running:
        running.peer.fail("sendMessage", *faults)
        reply = await running.dialogue().ask("Who?")
    assert reply.text.startswith("[en] Who?")
    assert running.sleeps.asked == pauses


@pytest.mark.parametrize(
    "fault",
    [bad_gateway(), closing(), Fault(500, "?"), Fault(418, "I'm a teapot"), flood(7)],
    ids=["502", "closed", "500", "418", "429"],
)
async def test_what_fails_for_longer_is_taken_up_again(fault: Fault) -> None:
    """After the last attempt to send, the inbox has the question answered once more."""
    async with world() as running:
        running.peer.fail("sendMessage", *[fault] * 5)
        with capture_logs() as logs:
            assert (await running.dialogue().ask("Who?")).text.startswith("[en] Who?")
    assert "inbox_retry" in events(logs)
    assert running.store.closed == {1: None}


async def test_of_an_answer_that_failed_midway_only_the_rest_is_sent() -> None:
    """What the platform has accepted is there; the question is answered again, and nothing of that comes twice."""
    async with world() as running:
        running.peer.fail("sendMessage", *[bad_gateway()] * 5, after=1)
        anna = running.dialogue()
        parts = [await anna.ask("long"), await anna.next(), await anna.next()]
        assert (await anna.ask("next")).text.startswith("[en] next")
    assert [(message.text[0], message.edits) for message in parts] == [("1", 0), ("2", 0), ("3", 0)]
    assert len(running.peer.sent(anna.chat)) == len([*parts, "next"])
    long, _ = running.store.exchanges.values()
    assert long.replies == tuple(str(message.id) for message in parts)


async def test_what_is_said_seldom_is_said_once_it_can_be() -> None:
    """A hint or a welcome that could not be sent is not taken for one that was, and is not sent twice."""
    async with world() as running:
        peer, anna = running.peer, running.dialogue()
        group = peer.group("Group")
        peer.fail("sendMessage", *[bad_gateway()] * 5)
        await peer.attach(anna.chat, anna.person)
        assert (await anna.next()).text == "<text-only> in en"
        peer.fail("sendMessage", *[bad_gateway()] * 5)
        await peer.add_bot(group, anna.person)
        assert (await peer.next_message(group)).text.startswith("<telegram-welcome>")
        await peer.attach(anna.chat, anna.person)
        assert (await anna.ask("Who?")).text.startswith("[en] Who?")


@pytest.mark.parametrize(
    ("faults", "reason"),
    [
        ([bad_gateway()] * 12, "Telegram cannot be reached: "),
        ([flood(3601)], "Telegram refuses: Flood control exceeded. Retry in 3601 seconds"),
        ([bad_request("chat not found")], "Telegram refuses: Chat not found"),
    ],
    ids=["out of reach", "429 for too long", "refused"],
)
async def test_what_fails_for_good_is_a_dead_letter(faults: list[Fault], reason: str) -> None:
    """It is kept and logged with the reason, and the next question is answered."""
    async with world() as running:
        running.peer.fail("sendMessage", *faults)
        anna = running.dialogue()
        with capture_logs() as logs:
            await running.peer.say(anna.chat, anna.person, "Who?")
            assert (await anna.ask("next")).text.startswith("[en] next")
    assert "inbox_dead_letter" in events(logs)
    given_up, answered = running.store.closed[1], running.store.closed[2]
    assert answered is None
    assert str(given_up).startswith(reason)
    assert len(running.store.exchanges) == 1


async def test_a_group_that_removed_the_bot_does_no_harm() -> None:
    """Nothing is sent to it, and it is no dead letter: there is nobody to answer."""
    async with world() as running:
        running.peer.fail("sendMessage", Fault(403, "Forbidden: bot was kicked from the group chat"))
        anna = running.dialogue()
        with capture_logs() as logs:
            await running.peer.say(anna.chat, anna.person, "Who?")
            await anna.ask("next")
    assert "telegram_forbidden" in events(logs)
    assert running.store.closed == {1: None, 2: None}


async def test_a_chat_that_has_to_wait_holds_up_no_other() -> None:
    """The platform asks one chat to wait: meanwhile the next is answered."""

    async def sleep(seconds: float) -> None:
        await over.wait()

    over = asyncio.Event()
    async with world(sleep=sleep) as running:
        running.peer.fail("sendMessage", flood(7))
        anna, boris = running.dialogue("Anna"), running.dialogue("Boris")
        await running.peer.say(anna.chat, anna.person, "first")
        await running.peer.wait_for(lambda: running.peer.called("sendMessage"))
        assert (await boris.ask("second")).text.startswith("[en] second")
        over.set()
        assert (await anna.next()).text.startswith("[en] first")


async def test_messages_are_sent_no_faster_than_the_platform_allows() -> None:
    """To one person, to one group and overall: whoever is early waits for a place."""
    async with world(private=Rate(1, 600), group=Rate(2, 600)) as running:
        anna, group = running.dialogue(), running.peer.group("Group")
        await anna.ask("one")
        assert running.sleeps.asked == []
        await anna.ask("two")
        for text in ("/start one", "/start two", "/start three"):
            await running.peer.say(group, anna.person, text)
            await running.peer.next_message(group)
    assert [round(seconds, -1) for seconds in running.sleeps.asked] == [600, 600]
    async with world(overall=Rate(2, 600)) as running:
        for name in ("Anna", "Boris", "Clara"):
            await running.dialogue(name).ask("Who?")
    assert [round(seconds, -1) for seconds in running.sleeps.asked] == [600]


async def test_pictures_are_sent_no_faster_either(tmp_path: Path) -> None:
    """To the platform they are messages like others."""
    async with world(pictures=tmp_path, private=Rate(1, 600)) as running:
        anna = running.dialogue()
        await anna.ask("Who?")
        assert (await anna.ask("picture")).picture
    assert [round(seconds, -1) for seconds in running.sleeps.asked] == [600]


async def test_a_person_who_blocked_the_bot_does_no_harm() -> None:
    """Nothing is sent to them, and everyone else is answered."""
    async with world() as running:
        anna = running.dialogue("Anna")
        running.peer.block(anna.person)
        with capture_logs() as logs:
            await running.peer.say(anna.chat, anna.person, "Who?")
            await running.peer.wait_for(lambda: running.peer.called("sendMessage"))
            await running.dialogue("Boris").ask("Who?")
    assert "telegram_forbidden" in events(logs)
    assert running.peer.sent(anna.chat) == []


async def test_editing_and_clicking_are_tried_again_too() -> None:
    """A flood limit holds for each kind of request."""
    async with world() as running:
        peer, anna = running.peer, running.dialogue()
        question = await peer.say(anna.chat, anna.person, "long")
        first = await anna.next()
        await anna.next()
        third = await anna.next()
        for method in ("editMessageText", "deleteMessage", "answerCallbackQuery"):
            peer.fail(method, flood(3))
        await peer.edit(question, "short")
        await peer.wait_for(lambda: first.edits)
        await anna.click(first, "Who?")
    assert third.deleted
    assert running.sleeps.asked == [3, 3, 3]


async def test_a_surplus_message_that_cannot_be_deleted_is_left() -> None:
    """Messages older than two days cannot be deleted; the answer is edited all the same."""
    async with world() as running:
        peer, anna = running.peer, running.dialogue()
        question = await peer.say(anna.chat, anna.person, "long")
        first = await anna.next()
        second, third = await anna.next(), await anna.next()
        peer.fail("deleteMessage", bad_request("message can't be deleted for everyone"))
        await peer.edit(question, "short")
        await peer.wait_for(lambda: first.edits)
    assert (second.deleted, third.deleted) == (False, True)


# --- answering -----------------------------------------------------------------------------------


async def test_a_broken_database_delays_answers() -> None:
    """What is asked meanwhile is not confirmed to the platform; once the database works, it is answered, once."""
    async with world() as running:
        anna = running.dialogue(language="hy")
        running.store.broken = True
        with capture_logs() as logs:
            await running.peer.say(anna.chat, anna.person, "Who?")
            await running.peer.wait_for(lambda: events(logs).count("telegram_not_received") > 3)
            assert "locked" in running.health.problems["telegram"]
            assert running.peer.unconfirmed == 1
        running.store.broken = False
        assert (await anna.next()).text.startswith("[hy] Who?")
        await running.peer.wait_for(lambda: not running.peer.unconfirmed)
        assert running.health.problems == {}
    assert len(running.peer.sent(anna.chat)) == 1


async def test_a_database_that_breaks_while_a_question_is_answered_delays_the_answer() -> None:
    """The question is in the inbox already, and taken up again; so is a click."""
    async with world() as running:
        anna = running.dialogue()
        running.store.unread = 2
        with capture_logs() as logs:
            reply = await anna.ask("Who?")
            running.store.unread = 2
            await anna.click(reply, "Who?")
    assert events(logs) == ["inbox_retry"] * 4
    assert running.store.closed == {1: None, 2: None}


async def test_an_answer_is_noted_as_soon_as_that_can_be() -> None:
    """It is not given again, and its passages are found."""
    async with world() as running:
        anna = running.dialogue()
        running.store.unclosed = 2
        with capture_logs() as logs:
            reply = await anna.ask("Who?")
            assert "The exact words." in (await anna.click(reply, reply.buttons[0])).text
    assert events(logs) == ["inbox_unavailable"] * 2
    assert running.store.closed == {1: None, 2: None}


async def test_a_question_that_is_answered_again_gets_the_same_answer() -> None:
    """Killed between an answer and the note of it, the bot knows the next time what it knew before."""
    responder, store = FakeResponder(), MemoryStore()
    async with telegram_peer() as peer:
        anna = Dialogue(peer, peer.person("Anna"))
        async with serving(peer, bot_of(responder, store)):
            await anna.ask("Who?")
        store.hung = True
        killed = start(peer, bot_of(responder, store), asyncio.Event(), quick())
        told = await anna.ask("state")
        killed.cancel()
        await asyncio.wait([killed])
        store.hung = False
        async with serving(peer, bot_of(responder, store)):
            assert (await anna.next()).text == told.text
    assert told.text.startswith("before: Who?")


async def test_a_conversation_is_forgotten_once_its_person_was_told() -> None:
    """Told again, as that failed, they are told the same; and nothing is held afterwards."""
    async with world() as running:
        anna = running.dialogue()
        await anna.ask("Who?")
        running.peer.fail("sendMessage", *[bad_gateway()] * 5)
        assert (await anna.ask("forget")).text.startswith("before: Who?")
        assert (await anna.ask("state")).text.startswith("before: None")


async def test_a_defect_costs_one_answer() -> None:
    """An unexpected error is logged with what led to it, the person is told, and the bot goes on."""
    async with world() as running:
        anna = running.dialogue()
        with capture_logs() as logs:
            assert (await anna.ask("crash")).text == "<unavailable> in en"
            assert (await anna.ask("Who?")).text.startswith("[en] Who?")
    (entry,) = [entry for entry in logs if entry["event"] == "inbox_handler_failed"]
    assert entry["exc_info"]
    assert running.store.closed == {1: "RuntimeError('a defect')", 2: None}


async def test_a_deep_link_of_an_earlier_version_is_told() -> None:
    """A choice that is gone may come as a text too: the person reads why there is no answer."""
    async with world() as running:
        anna = running.dialogue()
        assert (await anna.ask("stale")).text == "<stale-choice> in en"


async def test_a_click_with_strange_data_is_answered() -> None:
    """Data that is anything but a choice is a stale button."""
    async with world() as running:
        anna = running.dialogue()
        reply = await anna.ask("Who?")
        clicks = [await running.peer.click(anna.person, reply, Button("?", data)) for data in ("", "\0", "é" * 32)]
        for click in clicks:
            await running.peer.answered(click)
    assert [click.text for click in clicks] == ["<stale-choice> in en"] * 3


# --- polling -------------------------------------------------------------------------------------


async def test_a_second_poller_is_reported_and_survived() -> None:
    """Somebody else polls with the same token: the log says so, and questions are answered."""
    async with world() as running, aiohttp.ClientSession() as session:
        peer = running.peer
        with capture_logs() as logs:
            await session.post(f"{peer.url}/bot{peer.token}/getUpdates", data={"timeout": 0})
            polls = peer.polls
            await peer.wait_for(lambda: peer.polls > polls)
            assert "same token" in running.health.problems["telegram"]
        await running.dialogue().ask("Who?")
        assert running.health.problems == {}
    assert events(logs) == ["telegram_conflict"]
    assert logs[0]["log_level"] == "error"


@pytest.mark.parametrize(
    "fault",
    [bad_gateway(), closing(), Fault(401, "Unauthorized"), Fault(404, "Not Found"), Fault(500, "?")],
    ids=["502", "closed", "401 once", "404 once", "500"],
)
async def test_polling_goes_on_after_a_failure(fault: Fault) -> None:
    """No single failure makes the bot deaf, not even a refused token while the token is good."""
    async with world() as running:
        peer, anna = running.peer, running.dialogue()
        peer.fail("getUpdates", fault)
        assert (await anna.ask("first")).text.startswith("[en] first")
        assert (await anna.ask("second")).text.startswith("[en] second")
        assert len(peer.called("sendMessage")) == 2


async def test_an_update_that_is_not_understood_is_skipped() -> None:
    """A kind of update that nobody asked for does not stop the next."""
    async with world() as running:
        running.peer.push("message", {"message_id": 1, "date": 1, "chat": {"id": 5, "type": "channel", "title": "C"}})
        await running.dialogue().ask("Who?")
    assert len(running.responder.questions) == 1


STRANGE = [
    {"message": None},
    {"message": []},
    {"message": {"chat": [1]}},
    {"message": {"chat": {"id": [1]}}},
    {"callback_query": {"message": None, "from": "x"}},
]


@pytest.mark.parametrize("update", STRANGE)
def test_an_update_is_kept_whatever_is_in_it(update: dict[str, Any]) -> None:
    """What does not fit is found out where it is answered, and costs nothing else."""
    assert received({"update_id": 7, **update}, "{}").id == "7"


async def test_many_chats_at_once_are_all_answered() -> None:
    """Hundreds of people who ask in the same moment get their answers."""
    async with world() as running:
        dialogues = [running.dialogue(f"Person {number}") for number in range(200)]
        replies = await asyncio.gather(*(dialogue.ask("Who?") for dialogue in dialogues))
    assert {reply.chat.id for reply in replies} == {dialogue.chat.id for dialogue in dialogues}
