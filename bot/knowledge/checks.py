"""What must hold in a knowledge folder beyond the form of its files: every problem, each with file and line."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import chain, takewhile
from typing import Any

from babel.dates import get_month_names

from bot.core.entities import EntityIndex, words_of
from bot.core.lexicon import LEXICONS
from bot.core.models import (
    DateValue,
    EntitiesValue,
    Fact,
    Knowledge,
    NumberValue,
    Outcome,
    PeriodValue,
    Problem,
    TextValue,
    VerbatimValue,
    YearValue,
)
from bot.core.premises import numbers_in
from bot.core.provenance import QuoteError, locate
from bot.core.replies import locale_of
from bot.core.text import normalise, tokens
from bot.core.timeline import TIMELINE
from bot.knowledge.loader import Draft, Loaded, Placed
from bot.knowledge.schema import EntityEntry, FactEntry, IntentEntry
from bot.knowledge.templates import capitalised, template_problems

ITEMS = frozenset({"commands", "languages", "passages", "reasons", "sources", TIMELINE})
"""The lists that the core makes itself; any other is a variable of the intent."""
ASPECTS = frozenset().union(*(closed.aspects.values() for closed in LEXICONS.values()))
"""What a bare question word may ask for."""
LONGEST_CHOICE = 64
"""Bytes of a button's data on Telegram, which a deep link shares."""
_DIGITS = re.compile(r"\d+")
_MONTH = 3
"""Letters at least of the name of a month."""


def problems_of(loaded: Loaded) -> list[Problem]:
    """Return every problem of a knowledge folder, in the order of files and lines.

    Where a part could not be read, what the others lack by that is not told.
    """
    found = [*loaded.draft.unread, *loaded.draft.problems]
    if loaded.knowledge is not None and not loaded.draft.unread:
        found += chain.from_iterable(check(loaded.draft, loaded.knowledge) for check in CHECKS)
    return sorted(set(found))


def _identifiers(draft: Draft, knowledge: Knowledge) -> Iterator[Problem]:
    groups: list[tuple[str, Sequence[Placed[Any]]]] = [
        ("source", draft.sources),
        ("entity", draft.entities),
        ("fact", draft.facts),
        ("intent", draft.intents),
    ]
    for word, placed in groups:
        yield from _repeated(placed, "id", f"the {word} {{!r}} stands twice, also in {{}}")


def _repeated(placed: Iterable[Placed[Any]], key: str, message: str) -> Iterator[Problem]:
    first: dict[str, Placed[Any]] = {}
    for one in placed:
        value = getattr(one.entry, key)
        if value in first:
            yield one.problem(message.format(value, _place(first[value])), key)
        first.setdefault(value, one)


def _place(placed: Placed[Any]) -> str:
    return f"{placed.document.file}:{placed.document.line(placed.location)}"


def _whole(draft: Draft, knowledge: Knowledge) -> Iterator[Problem]:
    """Yield what no knowledge can do without."""
    if not draft.sources:
        yield Problem("sources.yaml", 1, "there is no source yet: every fact needs one")
    if not any(intent.entry.outcome in {Outcome.ANSWER, Outcome.NOT_DOCUMENTED} for intent in draft.intents):
        yield Problem("bot.yaml", 1, "there is no intent yet: nothing can be asked")


def _references(draft: Draft, knowledge: Knowledge) -> Iterator[Problem]:
    for source in draft.sources:
        yield from _known(source, "entity", knowledge.entities, [source.entry.publisher], "publisher")
    for fact in draft.facts:
        yield from _fact_references(fact, knowledge)
    for intent in draft.intents:
        yield from _intent_references(intent, knowledge)
    if draft.bot:
        yield from _known(draft.bot, "intent", knowledge.intents, draft.bot.entry.start, "start")
        yield from _known(draft.bot, "intent", knowledge.intents, draft.bot.entry.menu, "menu")


def _fact_references(fact: Placed[FactEntry], knowledge: Knowledge) -> Iterator[Problem]:
    entry = fact.entry
    value = [entry.value.entity] if entry.value.entity else entry.value.entities or []
    by = [entry.attributed_to] if entry.attributed_to else []
    yield from _known(fact, "entity", knowledge.entities, [entry.subject], "subject")
    yield from _known(fact, "entity", knowledge.entities, value, "value")
    yield from _known(fact, "entity", knowledge.entities, by, "attributed_to")
    sources = set(knowledge.sources)
    yield from _known(fact, "source", sources, [passage.source for passage in entry.evidence], "evidence")


def _intent_references(intent: Placed[IntentEntry], knowledge: Knowledge) -> Iterator[Problem]:
    entry = intent.entry
    yield from _known(intent, "fact", knowledge.facts, entry.facts.values(), "facts")
    yield from _known(intent, "entity", knowledge.entities, entry.about, "about")
    yield from _known(intent, "aspect", ASPECTS, entry.aspects, "aspects")
    yield from _known(intent, "intent", knowledge.intents, entry.aspects.values(), "aspects")
    yield from _known(intent, "intent", knowledge.intents, entry.premises, "premises")
    yield from _known(intent, "intent", knowledge.intents, entry.suggests, "suggests")
    kinds = {entity.kind for entity in knowledge.entities.values()}
    yield from _known(intent, "kind of entity", kinds, [entry.slot] if entry.slot else [], "slot")


def _known(placed: Placed[Any], word: str, known: Iterable[str], names: Iterable[str], *part: str) -> Iterator[Problem]:
    known = set(known)
    for name in names:
        if name not in known:
            yield placed.problem(f"the {word} {name!r} is not known", *part)


def _languages(draft: Draft, knowledge: Knowledge) -> Iterator[Problem]:
    for language in knowledge.languages:
        for entity in draft.entities:
            if language not in entity.entry.names:
                yield entity.problem(f"the name in {language!r} is missing", "names")
        for fact in draft.facts:
            if fact.entry.value.text is not None and language not in fact.entry.value.text:
                yield fact.problem(f"the text in {language!r} is missing", "value", "text")
        for intent in draft.intents:
            if language not in intent.entry.title:
                yield intent.problem(f"the title in {language!r} is missing", "title")
            if not intent.entry.utterances.get(language):
                yield intent.problem(f"the utterances in {language!r} are missing", "utterances")
        if language not in draft.replies:
            yield Problem("bot.yaml", 1, f"replies/{language}.ftl is missing")


def _aliases(draft: Draft, knowledge: Knowledge) -> Iterator[Problem]:
    """Yield each name that two entities share, as these could not be told apart, and each written twice."""
    first: dict[tuple[str, ...], Placed[EntityEntry]] = {}
    for entity in draft.entities:
        for language, names in entity.entry.aliases.items():
            written = [normalise(name) for name in [entity.entry.names.get(language, ""), *names]]
            for name in {name for name in written if name and written.count(name) > 1}:
                yield entity.problem(f"the alias {name!r} stands twice", "aliases", language)
        for name, place in _names(entity.entry):
            other = first.setdefault(words_of(name), entity)
            if other.entry.id != entity.entry.id:
                yield entity.problem(
                    f"the alias {name!r} is also one of {other.entry.id!r}, in {_place(other)}", *place
                )


def _names(entity: EntityEntry) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    """Yield each name of an entity, and where in its entry it stands."""
    for language, name in entity.names.items():
        yield name, ("names", language)
    for language, names in entity.aliases.items():
        for number, name in enumerate(names):
            yield name, ("aliases", language, number)


def _utterances(draft: Draft, knowledge: Knowledge) -> Iterator[Problem]:
    first: dict[str, tuple[str, str, str]] = {}
    for intent in draft.intents:
        for language, texts in intent.entry.utterances.items():
            for number, text in enumerate(texts):
                said, place = normalise(text.replace("{", "@")), (language, number)
                here = (
                    intent.entry.id,
                    language,
                    f"{intent.document.file}:{intent.document.line(('utterances', *place))}",
                )
                owner, spoken, where = first.setdefault(said, here)
                if owner != intent.entry.id:
                    message = f"the utterance {text!r} is also one of {owner!r}, in {where}"
                    yield intent.problem(message, "utterances", *place)
                # A loanword may well be the same in two languages.
                elif spoken == language and where != here[-1]:
                    yield intent.problem(f"the utterance {text!r} is also one, in {where}", "utterances", *place)
                yield from _placeholders(intent, text, place)


def _placeholders(intent: Placed[IntentEntry], text: str, place: tuple[str, int]) -> Iterator[Problem]:
    for name in re.findall(r"\{(.*?)\}", text):
        if name != intent.entry.slot:
            yield intent.problem(f"{{{name}}} is not the slot of this intent", "utterances", *place)


def _outcomes(draft: Draft, knowledge: Knowledge) -> Iterator[Problem]:
    for intent in draft.intents:
        entry = intent.entry
        if entry.outcome is Outcome.CLARIFY:
            yield intent.problem("an intent has no outcome 'clarify': the bot asks back by itself", "outcome")
        elif entry.outcome is Outcome.ANSWER and not entry.facts:
            yield intent.problem("an answer needs facts", "outcome")
        elif entry.outcome is not Outcome.ANSWER and entry.facts:
            yield intent.problem(f"an intent of outcome {entry.outcome.value!r} states no facts", "outcome")
        if entry.items and entry.items not in ITEMS | entry.facts.keys():
            yield intent.problem(
                f"the list {entry.items!r} is none of {', '.join(sorted(ITEMS))} and no variable", "items"
            )


def _commands(draft: Draft, knowledge: Knowledge) -> Iterator[Problem]:
    with_command = [intent for intent in draft.intents if intent.entry.command]
    yield from _repeated(with_command, "command", "the command {!r} stands twice, also in {}")
    for intent in with_command:
        if intent.entry.id not in knowledge.menu:
            yield intent.problem("an intent with a command belongs in the menu of bot.yaml", "command")
    if draft.bot:
        for name in knowledge.menu:
            if name in knowledge.intents and not knowledge.intents[name].command:
                yield draft.bot.problem(f"the intent {name!r} has no command", "menu")


def _choices(draft: Draft, knowledge: Knowledge) -> Iterator[Problem]:
    for intent in draft.intents:
        ids = [entity.id for entity in knowledge.entities.values() if entity.kind == intent.entry.slot]
        longest = max((len(f"{intent.entry.id}__{name}") for name in ids), default=len(intent.entry.id))
        if longest > LONGEST_CHOICE:
            yield intent.problem(f"with an entity's id it is longer than the {LONGEST_CHOICE} bytes of a button", "id")


def _file_names(draft: Draft, knowledge: Knowledge) -> Iterator[Problem]:
    for intent in draft.intents:
        if intent.document.file != f"intents/{intent.entry.id}.yaml":
            yield intent.problem(f"the file of the intent {intent.entry.id!r} is intents/{intent.entry.id}.yaml", "id")


def _values(draft: Draft, knowledge: Knowledge) -> Iterator[Problem]:
    """Yield each name, number, day and literal words that a fact states and its evidence does not hold."""
    index = EntityIndex(knowledge.entities)
    for placed in draft.facts:
        fact = knowledge.facts[placed.entry.id]
        if fact.evidence:
            for missing in _unsupported(fact, knowledge, index):
                yield placed.problem(f"{missing} is not in the quoted evidence", "value")


def _unsupported(fact: Fact, knowledge: Knowledge, index: EntityIndex) -> Iterator[str]:  # noqa: C901 - one case a form
    quotes = " ".join(passage.quote for passage in fact.evidence)
    languages = [knowledge.sources[passage.source].language for passage in fact.evidence]
    match fact.value:
        case EntitiesValue(names):
            named = {name for mention in index.find(quotes, languages[0]) for name in mention.entities}
            known = [knowledge.entities[name] for name in names if name in knowledge.entities]
            # By itself, where a longer name ("the meeting in Gori") hides it.
            named |= {one.id for one in known if EntityIndex({one.id: one}).exact(quotes, languages[0])}
            yield from (f"{name!r}" for name in names if name not in named)
        case NumberValue(number):
            if not _states_number(quotes, number, languages):
                yield f"the number {number}"
        case YearValue(year):
            if str(year) not in _DIGITS.findall(quotes):
                yield f"the year {year}"
        case DateValue(day, month, year):
            yield from _missing_day(quotes, day, month, year, languages)
        case PeriodValue(start, end):
            yield from _missing_day(quotes, start.day, start.month, start.year, languages)
            yield from _missing_day(quotes, end.day, end.month, end.year, languages)
        case VerbatimValue(text):
            if text not in quotes:
                yield f"{text!r}"
        case TextValue(texts):
            for text in texts.values():
                yield from (f"the number {digits}" for digits in _DIGITS.findall(text) if digits not in quotes)


def _states_number(quotes: str, number: int, languages: Iterable[str]) -> bool:
    words = tokens(quotes)
    in_words = {found for language in languages for _, _, found in numbers_in(words, language)}
    return str(number) in words or number in in_words


def _missing_day(quotes: str, day: int, month: int, year: int | None, languages: Iterable[str]) -> Iterator[str]:
    words = set(re.findall(r"\d+|[^\W\d_]+", normalise(quotes)))
    numbers = {int(word) for word in words if word.isdecimal()}
    named = any(month in _months_named(word, language) for language in languages for word in words)
    if day not in numbers or not (month in numbers or named) or (year is not None and year not in numbers):
        yield f"the day {day}.{month}." + (str(year) if year else "")


def _months_named(word: str, language: str) -> set[int]:
    """Return the month that a word is the name of, in any of its cases: it begins more as that than as the others."""
    shared = {month: max(_shared(word, name) for name in _month_names(language, month)) for month in range(1, 13)}
    most = max(shared.values())
    named = {month for month, letters in shared.items() if letters == most}
    return named if most >= _MONTH and len(named) == 1 else set()


def _shared(word: str, name: str) -> int:
    """Return how many letters a word and a name have in common at their beginning."""
    return sum(1 for _ in takewhile(lambda letters: letters[0] == letters[1], zip(word, name, strict=False)))


@cache
def _month_names(language: str, month: int) -> list[str]:
    locale = locale_of(language)
    return [
        normalise(get_month_names(width, context, locale)[month])
        for width in ("wide", "abbreviated")
        for context in ("format", "stand-alone")
    ]


def _absent(draft: Draft, knowledge: Knowledge) -> Iterator[Problem]:
    index = EntityIndex(knowledge.entities)
    sources = knowledge.sources.values()
    mentions = [(source, mention) for source in sources for mention in index.exact(source.text, source.language)]
    found = {
        name: source.file
        for source, mention in mentions
        if capitalised(mention, knowledge, source.language)
        for name in mention.entities
    }
    for entity in draft.entities:
        if entity.entry.absent and entity.entry.id in found:
            yield entity.problem(
                f"{entity.entry.id!r} is marked as absent and stands in {found[entity.entry.id]}", "absent"
            )


def _uncovered(draft: Draft, knowledge: Knowledge) -> Iterator[Problem]:
    for source in draft.sources:
        for number, entry in enumerate(source.entry.uncovered):
            try:
                locate(draft.seeds.get(source.entry.id, ""), entry.quote)
            except QuoteError as error:
                yield source.problem(str(error), "uncovered", number)


def _templates(draft: Draft, knowledge: Knowledge) -> Iterator[Problem]:
    yield from template_problems(knowledge, draft.replies, draft.common)


CHECKS: tuple[Callable[[Draft, Knowledge], Iterator[Problem]], ...] = (
    _whole,
    _identifiers,
    _references,
    _languages,
    _aliases,
    _utterances,
    _outcomes,
    _commands,
    _choices,
    _file_names,
    _values,
    _absent,
    _uncovered,
    _templates,
)
