"""What is kept of an update beside itself: its chat, and whose it is."""

import json
from typing import TYPE_CHECKING, Any, cast

import pytest
from telegram import User

from bot.channels.telegram.receiving import received
from bot.channels.telegram.updates import Reader
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


@pytest.mark.parametrize(
    "content", [{}, {"message": {"chat": {"id": -5, "type": "channel"}}}, {"message": {"from": []}}]
)
def test_what_is_of_nobody_says_so(content: dict[str, Any]) -> None:
    """Whatever is in it."""
    assert received({"update_id": 1, **content}, "").asker == ""
