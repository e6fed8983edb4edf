"""The example utterances of a knowledge folder, brought to the form in which questions are compared with them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Self

from bot.core.entities import EntityIndex, mask
from bot.core.formulas import without_formulas
from bot.core.language import SCRIPTS
from bot.core.lexicon import lexicon
from bot.core.models import EntitiesValue, Fact, Intent, Knowledge
from bot.core.synonyms import Synonyms
from bot.core.text import mark, normalise, plain, romanise, tokens

NUMBER = "number"
"""The synonym that every number is: "nine members?" is asked as "eleven members?" is."""
_COUNTED = 1000
"""The first number that is none of a few people or things: it may be a year."""
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Corpus:
    """What is learnt from: making it takes seconds, so it is kept with the knowledge."""

    texts: tuple[str, ...]
    """What questions are compared with, normalised: names masked, synonyms marked; each once."""
    intents: tuple[str, ...]
    """The intent of each text."""
    written: tuple[str, ...]
    """Each text as the knowledge has it."""
    vocabularies: Mapping[str, tuple[str, ...]]
    """The words of each language's questions, also as they are typed in Latin letters."""
    connected: Mapping[str, tuple[str, ...]]
    """By fact, the entities that it is about, states, or names in its evidence."""

    @classmethod
    def of(cls, knowledge: Knowledge) -> Self:
        """Return the corpus of a knowledge folder."""
        vocabularies = {language: _vocabulary(knowledge, language) for language in knowledge.languages}
        synonyms = {language: synonyms_of(knowledge, language, vocabularies) for language in knowledge.languages}
        index, marked = EntityIndex(knowledge.entities), marks(knowledge)
        found: dict[str, tuple[str, str]] = {}
        for intent in knowledge.intents.values():
            for language, written in _said(intent):
                text = _PLACEHOLDER.sub(r"@\1", without_formulas(written, language))
                masked = mask(text, index.exact(text, language), marked)
                found.setdefault(synonyms[language].marked(tokens(masked)), (intent.id, written))
        return cls(
            texts=tuple(found),
            intents=tuple(intent for intent, _ in found.values()),
            written=tuple(written for _, written in found.values()),
            vocabularies=vocabularies,
            connected={fact.id: _connected(fact, index, knowledge) for fact in knowledge.facts.values()},
        )


def synonyms_of(knowledge: Knowledge, language: str, vocabularies: Mapping[str, tuple[str, ...]]) -> Synonyms:
    """Return the synonyms of one language."""
    words = {name: written.get(language, ()) for name, written in knowledge.synonyms.items()}
    words["number"] = (
        *(word for word, number in lexicon(language).numbers.items() if number > 1),
        *map(str, range(2, 1000)),
    )
    return Synonyms(words, vocabularies[language], knowledge.alike)


def marks(knowledge: Knowledge) -> Mapping[str, str]:
    """Return the mark of each entity that some intent is about: questions about it differ from those about others.

    Entities that the same intents are about share one, so that the same is answered about each.
    """
    about: dict[str, list[str]] = {}
    for intent in knowledge.intents.values():
        for name in intent.about:
            about.setdefault(name, []).append(intent.id)
    first: dict[tuple[str, ...], str] = {}
    return {name: mark(first.setdefault(tuple(intents), name)) for name, intents in about.items()}


def _connected(fact: Fact, index: EntityIndex, knowledge: Knowledge) -> tuple[str, ...]:
    # What the bot is about stands behind every fact.
    main = [entity.id for entity in knowledge.entities.values() if knowledge.name in entity.names.values()]
    named = [
        name
        for passage in fact.evidence
        for mention in index.exact(passage.quote, knowledge.sources[passage.source].language)
        for name in mention.entities
    ]
    stated = fact.value.entities if isinstance(fact.value, EntitiesValue) else ()
    by = [fact.attributed_to] if fact.attributed_to else []
    return tuple(dict.fromkeys([*main, *named, *stated, fact.subject, *by]))


def _said(intent: Intent) -> Iterator[tuple[str, str]]:
    """Yield the title and the example utterances of an intent, each with its language."""
    yield from intent.titles.items()
    for language, texts in intent.utterances.items():
        for text in texts:
            yield language, text


def _vocabulary(knowledge: Knowledge, language: str) -> tuple[str, ...]:
    closed = lexicon(language)
    texts = [text for intent in knowledge.intents.values() for text in intent.utterances.get(language, ())]
    words = {*closed.stop_words, *closed.aspects, *normalise(" ".join(texts)).split()}
    if language in SCRIPTS:  # names are Latin in the texts of any script, and tell nothing of the language
        words = {word for word in words if not word.isascii()}
    return tuple(sorted({form for word in words for form in (word, plain(word), romanise(word))}))
