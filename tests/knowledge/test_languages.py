"""The shipped knowledge speaks five languages, equally."""

import pytest

from bot.core.lexicon import LEXICONS
from bot.core.models import Intent
from bot.core.replies import MESSAGES
from bot.core.text import normalise
from bot.knowledge import load
from tests.knowledge.conftest import ROOT

KNOWLEDGE = load(ROOT / "knowledge", ROOT / "seeds")
LANGUAGES = ("en", "hy", "az", "ru", "ka")
FEWEST = {"en": 25, "hy": 15, "az": 15, "ru": 15, "ka": 15}
NAMED = [entity for entity in KNOWLEDGE.entities.values() if entity.kind == "person" and not entity.absent]


def test_these_are_the_languages() -> None:
    assert KNOWLEDGE.languages == LANGUAGES
    assert set(LEXICONS) == set(LANGUAGES)


@pytest.mark.parametrize("intent", KNOWLEDGE.intents.values(), ids=lambda intent: intent.id)
def test_an_intent_has_examples_enough_in_each_language(intent: Intent) -> None:
    """25 in English and 15 in each other language, no two of one language the same but for case and punctuation."""
    for language, fewest in FEWEST.items():
        said = [normalise(text) for text in intent.utterances[language]]
        assert len(set(said)) >= fewest, language
        assert len(set(said)) == len(said), language


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_there(language: str) -> None:
    """Titles, names, fact texts, messages and synonyms: none is missing or borrowed from an empty string."""
    assert all(intent.titles[language].strip() for intent in KNOWLEDGE.intents.values())
    assert all(entity.names[language].strip() for entity in KNOWLEDGE.entities.values())
    assert all(words.get(language) for words in KNOWLEDGE.synonyms.values())
    assert all(f"\n{message} =" in f"\n{KNOWLEDGE.replies[language]}" for message in MESSAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_title_fits_on_a_button(language: str) -> None:
    assert [title for i in KNOWLEDGE.intents.values() if len(title := i.titles[language]) > 64] == []


def test_every_person_has_a_name_in_every_script() -> None:
    assert all(set(person.names) == set(LANGUAGES) for person in NAMED)
