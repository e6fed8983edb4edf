"""The judge of requests and updates."""

from typing import Any

import pytest

from tests.peers.judge import METHODS, decoded, update_violations, violations

MESSAGE: dict[str, Any] = {"chat_id": 1, "text": "a"}


def test_the_bot_apis_methods_are_known_by_name() -> None:
    """Methods go by the names that stand in addresses."""
    assert {"sendMessage", "getUpdates", "setMyCommands"} <= METHODS.keys()


def test_a_form_is_decoded_by_the_methods_types() -> None:
    """A text stays a text though it looks like JSON; numbers, booleans and objects are read."""
    form = {"chat_id": "-5", "text": "[1]", "reply_markup": '{"inline_keyboard": []}', "disable_notification": "true"}
    assert decoded("sendMessage", form) == {
        "chat_id": "-5",
        "text": "[1]",
        "reply_markup": {"inline_keyboard": []},
        "disable_notification": True,
    }
    assert decoded("sendMessage", {"unknown": "{"}) == {"unknown": "{"}


def test_a_request_as_it_should_be_has_no_violations() -> None:
    """Fields of nested objects are known too."""
    assert violations("sendMessage", {**MESSAGE, "link_preview_options": {"is_disabled": True}}) == []


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"text": None}, "text"),
        ({"text": 5}, "text"),
        ({"colour": "red"}, "colour: unknown"),
        ({"link_preview_options": {"off": True}}, "link_preview_options.off: unknown"),
        ({"reply_markup": {"inline_keyboard": [[{"text": "a", "dat": "b"}]]}}, "dat"),
        ({"reply_to_message_id": 5}, "reply_to_message_id: deprecated"),
    ],
)
def test_each_violation_is_told_with_its_field(changes: dict[str, Any], told: str) -> None:
    """Missing, mistyped, unknown and deprecated fields are found, wherever they are."""
    (problem, *_) = violations("sendMessage", {**MESSAGE, **changes})
    assert problem.startswith("sendMessage: ")
    assert told in problem


def test_a_missing_field_is_a_violation() -> None:
    """What the Bot API requires has to be there."""
    assert violations("sendMessage", {"chat_id": 1}) == ["sendMessage: text: Field required"]


def test_an_update_is_judged_too() -> None:
    """The peer's own updates are held against the Bot API."""
    assert update_violations({"update_id": 1, "message": {"message_id": 1}}) != []
    assert update_violations({"update_id": 1, "mesage": {}}) == ["update: mesage: unknown field"]
