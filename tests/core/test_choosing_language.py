"""Languages are chosen by their own names, as a button says them or as somebody types them."""

from datetime import UTC, datetime

import pytest

from bot.core.composer import language_names
from bot.core.models import Question
from bot.core.responder import Responder
from bot.knowledge import cache
from tests.knowledge.conftest import ROOT

NOW = datetime(2026, 1, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def responder(request: pytest.FixtureRequest) -> Responder:
    """Return the core on the shipped knowledge."""
    return Responder(*cache.load(ROOT / "knowledge", ROOT / "seeds", request.config.cache.mkdir("knowledge") / "fit"))


def test_there_is_a_choice_for_each_language_by_its_own_name(responder: Responder) -> None:
    """Written as the name of a button is; Georgian has no capital letters in use."""
    answer = responder.respond(Question("/language"), None, now=NOW).answer
    assert [choice.text for choice in answer.suggestions] == [
        "English",
        "Հայերեն",
        "Azərbaycanca",
        "Русский",
        "ქართული",
    ]


def test_within_a_sentence_a_name_is_written_as_its_language_writes_it() -> None:
    assert language_names(["en", "hy", "az", "ru", "ka"]) == (
        "English",
        "հայերեն",
        "azərbaycanca",
        "русский",
        "ქართული",
    )


@pytest.mark.parametrize(
    ("said", "language"),
    [("hy", "hy"), ("Հայերեն", "hy"), ("azərbaycan", "az"), ("РУС", "ru"), ("ქართ", "ka"), ("eng", "en")],
)
def test_a_language_is_chosen_by_its_code_or_the_beginning_of_its_name(
    responder: Responder, said: str, language: str
) -> None:
    turn = responder.respond(Question(f"/language {said}"), None, now=NOW)
    assert (turn.answer.language, turn.state.chosen) == (language, language)


@pytest.mark.parametrize("said", ["", "r", "ру", "klingon"])
def test_what_names_no_language_gets_the_choice(responder: Responder, said: str) -> None:
    """Two letters that are no code may begin anything."""
    turn = responder.respond(Question(f"/language {said}"), None, now=NOW)
    assert turn.state.chosen is None
    assert len(turn.answer.suggestions) == 5 or said


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("who are the members", True),
        ("ովքե՞ր են անդամները", True),
        ("кто входит в группу", True),
        ("", False),
        ("JOLIG", False),
        ("2022", False),
        ("/members", False),
    ],
)
def test_a_text_shows_its_language_or_does_not(responder: Responder, text: str, *, shown: bool) -> None:
    """Where it does not, the answer is in the language of whoever asks."""
    assert responder.shows_language(text) is shown
