"""What is kept of an update beside itself: its chat, and whose it is."""

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from telegram import User

from bot.channels.telegram.receiving import received
from bot.channels.telegram.updates import Asked, Reader
from bot.errors import ChannelError
from tests.channels.telegram_fakes import FakeResponder

if TYPE_CHECKING:
    from bot.core.responder import Responder

BOT = User(9, "Peer", is_bot=True, username="peer_bot")
ANN = {"id": 1, "is_bot": False, "first_name": "Ann"}
PRIVATE = {"id": 1, "type": "private", "first_name": "Ann"}
GROUP = {"id": -5, "type": "supergroup", "title": "Group"}


def message(chat: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return a command for the bot."""
    command = {"type": "bot_command", "offset": 0, "length": 8}
    return {
        "message_id": 3,
        "date": 0,
        "chat": chat,
        "from": ANN,
        "text": "/members",
        "entities": [command],
    } | more


CLICK = {"id": "4", "from": ANN, "chat_instance": "5", "data": "members"}


@pytest.mark.parametrize(
    "content",
    [
        {"message": message(PRIVATE)},
        {"edited_message": message(PRIVATE, edit_date=1)},
        {"message": message(GROUP)},
        {"message": message(GROUP, message_thread_id=7)},
        {"message": message(GROUP, message_thread_id=7, is_topic_message=True)},
        {"message": message(GROUP, sender_chat=GROUP)},
        {"callback_query": CLICK | {"message": message(PRIVATE)}},
        {"callback_query": CLICK | {"message": message(GROUP, **{"from": {**ANN, "id": 2}})}},
    ],
)
def test_it_is_of_the_conversation_that_the_reader_finds(content: dict[str, Any]) -> None:
    """So that who has theirs forgotten has this forgotten too."""
    update = {"update_id": 1, **content}
    incoming = Reader(BOT, lambda: cast("Responder", FakeResponder())).read(json.dumps(update))
    kept = received(update, json.dumps(update))
    assert incoming
    assert (kept.chat, kept.asker) == (incoming.origin.chat.id, incoming.origin.person.id)


def test_what_is_typed_in_another_chat_is_of_the_private_one() -> None:
    """An inline query has no chat."""
    update = {"update_id": 1, "inline_query": {"id": "2", "from": ANN, "query": "who?", "offset": ""}}
    kept = received(update, json.dumps(update))
    assert (kept.chat, kept.asker) == ("1", "1")


HALF = "\ud83d"
"""Half of a character, which no platform should send."""


@pytest.mark.parametrize(
    "content",
    [
        message(PRIVATE, text=f"/members {HALF}"),
        message({**PRIVATE, "first_name": f"Ann {HALF}"}),
        message(PRIVATE, **{"from": {**ANN, "first_name": HALF}}),
        message(PRIVATE, entities=None),
        message(PRIVATE, is_topic_message=None, message_thread_id=None),
        message(PRIVATE, via_bot=None, sender_chat=None, **{HALF: [HALF, None, 1.5]}),
    ],
)
def test_what_should_not_be_sent_is_no_reason_to_give_no_answer(content: dict[str, Any]) -> None:
    """What is read of the update is as if it had not been sent."""
    incoming = Reader(BOT, lambda: cast("Responder", FakeResponder())).read(json.dumps({"message": content}))
    assert isinstance(incoming, Asked)
    assert incoming.text in {"/members", "/members ?"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just(HALF),
    lambda values: st.lists(values, max_size=3) | st.dictionaries(st.text(max_size=5), values, max_size=3),
    max_leaves=8,
)
CHAT = JSON | st.fixed_dictionaries({}, optional={"id": JSON, "type": JSON})
CONTENT = JSON | st.fixed_dictionaries(
    {},
    optional={
        "chat": CHAT,
        "from": CHAT,
        "sender_chat": CHAT,
        "message": st.fixed_dictionaries({"chat": CHAT}) | JSON,
        "message_thread_id": JSON,
        "is_topic_message": JSON,
    },
)


@given(st.dictionaries(st.sampled_from(["message", "callback_query", "inline_query"]), CONTENT, max_size=2))
@example({"message": {"chat": {"id": 5, "type": ["private"]}, "from": {"id": 5}}})
def test_whatever_comes_with_a_number_is_kept(content: dict[str, Any]) -> None:
    """It fails where it is answered at most, and there it takes nothing else along."""
    update = {"update_id": 7, **content}
    payload = json.dumps(update)
    assert received(update, payload).id == "7"
    with suppress(ChannelError):
        Reader(BOT, lambda: cast("Responder", FakeResponder())).read(payload)


@given(JSON | st.dictionaries(st.just("update_id"), st.booleans() | st.floats() | st.text()))
@example({"update_id": True})
def test_what_comes_without_a_number_is_no_update(update: object) -> None:
    """Whatever it is; the platform is told so, or the log."""
    with pytest.raises(ValueError, match="an update has a number"):
        received(update, "")


@pytest.mark.parametrize(
    "content", [{}, {"message": {"chat": {"id": -5, "type": "channel"}}}, {"message": {"from": []}}]
)
def test_what_is_of_nobody_says_so(content: dict[str, Any]) -> None:
    """Whatever is in it."""
    assert received({"update_id": 1, **content}, "").asker == ""
