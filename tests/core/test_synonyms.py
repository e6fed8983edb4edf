"""Words that mean the same are found in a question, misspelt and inflected."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.synonyms import Synonyms
from bot.core.text import plain, tokens

WORDS = {
    "meet": ["meet*", "gather*", "come together"],
    "place": ["where", "town", "place"],
    "people": ["who", "those who came"],
    "report": ["report*", "доклад*", "hesabat"],
    "day": ["gün*", "günlər"],
    "aim": ["e-mail", "long-term aim*", "follow-up*"],
}
VOCABULARY = ("meeting", "where", "gathering", "people", "reception", "gün", "gun", "üzvləri", "uzvleri")


@pytest.fixture
def synonyms() -> Synonyms:
    """Return some synonyms."""
    return Synonyms(WORDS, VOCABULARY)


def find(synonyms: Synonyms, text: str) -> tuple[str, ...]:
    """Return what is found in a text."""
    return synonyms.find(tokens(text))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Where?", ("place",)),
        ("the town where they met", ("place",)),
        ("they were meeting", ("meet",)),
        ("a gathering in what town", ("meet", "place")),
        ("who gathered where", ("people", "meet", "place")),
        ("Доклады", ("report",)),
        ("", ()),
        ("nothing of that", ()),
    ],
)
def test_words_are_found_in_the_order_of_the_text_each_once(
    synonyms: Synonyms, text: str, found: tuple[str, ...]
) -> None:
    """The id of each synonym stands once, where the first of its words does."""
    assert find(synonyms, text) == found


def test_a_star_is_any_end_of_a_word_and_nothing_else_is(synonyms: Synonyms) -> None:
    """Any word that begins with "meet" fits "meet*", while "township" is no "town"."""
    assert find(synonyms, "meetings") == ("meet",)
    assert find(synonyms, "township") == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("did they come together", ("meet",)),
        ("they come", ()),
        ("together they come", ()),
        ("come all together", ()),
        ("those who came", ("people",)),
        ("those who come", ("people",)),
    ],
)
def test_a_phrase_is_found_whole_and_in_order(synonyms: Synonyms, text: str, found: tuple[str, ...]) -> None:
    """A phrase needs all its words side by side; a word within it may be a synonym by itself."""
    assert find(synonyms, text) == found


@pytest.mark.parametrize(("text", "found"), [("günlərdə", ("day",)), ("gunlerde", ("day",)), ("doklad", ("report",))])
def test_what_a_keyboard_lacks_is_no_hindrance(synonyms: Synonyms, text: str, found: tuple[str, ...]) -> None:
    """A word is found too as it is typed without its letters."""
    assert find(synonyms, text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [("meetign", ("meet",)), ("wehre", ("place",)), ("gathernig", ("meet",)), ("whre was it", ())],
)
def test_a_misspelt_word_of_the_vocabulary_is_meant(synonyms: Synonyms, text: str, found: tuple[str, ...]) -> None:
    """Errors in a long word are forgiven; in a short one they are not, as it would be another word."""
    assert find(synonyms, text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("by e-mail", ("aim",)),
        ("by e mail", ("aim",)),
        ("mail", ()),
        ("the long-term aims", ("aim",)),
        ("the long term aims", ("aim",)),
        ("a long aim", ()),
        ("two follow-ups", ("aim",)),
        ("follow that up", ()),
    ],
)
def test_a_hyphenated_synonym_is_found(synonyms: Synonyms, text: str, found: tuple[str, ...]) -> None:
    """It is a phrase of the words between the hyphens; a star is the end of the last of them."""
    assert find(synonyms, text) == found


def test_a_synonym_without_a_word_is_none() -> None:
    """A sign by itself matches nothing, and does no harm."""
    assert Synonyms({"a": ["-", "call"]}, ()).find(("call", "-")) == ("a",)


def test_the_vocabulary_is_taken_as_it_is_typed() -> None:
    """A misspelt word in Latin letters is meant as one that the vocabulary has in Latin letters."""
    words = {"member": ["üzvləri"]}
    assert Synonyms(words, ("üzvləri", "uzvleri")).find(("uzvlri",)) == ("member",)
    assert Synonyms(words, ("üzvləri",)).find(("uzvlri",)) == ()


def test_a_word_that_is_known_is_not_taken_for_a_misspelt_one(synonyms: Synonyms) -> None:
    """What the questions are made of stands for itself, however near another word is."""
    assert find(Synonyms({"meet": ["meeting"]}, ("meeting", "melting")), "melting") == ()
    assert find(Synonyms({"meet": ["meeting"]}, ("meeting",)), "melting") == ("meet",)


def test_one_word_may_have_several_meanings() -> None:
    """A word that stands under two ids is found under both."""
    both = Synonyms({"a": ["call"], "b": ["call", "phone"]}, ())
    assert both.find(("call",)) == ("a", "b")


def test_without_synonyms_nothing_is_found() -> None:
    """A language that has none in the file has no marks."""
    assert Synonyms({"a": ()}, ()).find(("call",)) == ()


@given(text=st.text(max_size=30))
def test_any_text_can_be_searched(text: str) -> None:
    """Whatever is typed, as it stands or without its letters, only ids that there are come out, each once."""
    known = Synonyms(WORDS, VOCABULARY)
    for found in (find(known, text), find(known, plain(text))):
        assert set(found) <= WORDS.keys()
        assert len(found) == len(set(found))
