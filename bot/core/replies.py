"""Answers in words: Fluent messages filled with facts.

A message holds grammar only; every name, number, date and claim comes in through a variable.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal
from fluent.runtime import FluentBundle, FluentResource
from fluent.runtime.types import FluentNone

from bot.core.models import (
    DateValue,
    EntitiesValue,
    Entity,
    Fact,
    NumberValue,
    Paragraph,
    PeriodValue,
    TextValue,
    VerbatimValue,
    YearValue,
)

MESSAGES: Mapping[str, frozenset[str]] = {
    "about-entity": frozenset({"name"}),
    "about-what": frozenset(),
    "as-written": frozenset({"given"}),
    "button-helped": frozenset(),
    "button-not-helped": frozenset(),
    "button-passage": frozenset(),
    "button-why": frozenset(),
    "choose-hint": frozenset(),
    "clarify": frozenset(),
    "clarify-entity": frozenset({"names"}),
    "several-named": frozenset({"names"}),
    "feedback-thanks": frozenset(),
    "key-missing": frozenset(),
    "held": frozenset(),
    "held-exchanges": frozenset({"count"}),
    "held-language": frozenset({"language"}),
    "held-questions": frozenset({"count"}),
    "held-given-up": frozenset({"count"}),
    "held-topic": frozenset({"title"}),
    "kept-conversation": frozenset({"days"}),
    "kept-no-questions": frozenset(),
    "kept-questions": frozenset({"days"}),
    "language-chosen": frozenset({"language"}),
    "matrix-hint": frozenset(),
    "not-all": frozenset(),
    "not-connected": frozenset({"given"}),
    "not-documented": frozenset(),
    "not-mentioned": frozenset({"given"}),
    "not-that-date": frozenset({"given"}),
    "not-that-number": frozenset({"given"}),
    "other-language": frozenset({"languages"}),
    "out-of-scope": frozenset(),
    "quote-source": frozenset({"publisher", "day", "title", "language"}),
    "source-item": frozenset({"publisher", "day"}),
    "source-line": frozenset({"sources"}),
    "stale-choice": frozenset(),
    "telegram-welcome": frozenset({"address"}),
    "term-passed": frozenset({"end"}),
    "that-name": frozenset(),
    "terminal-goodbye": frozenset(),
    "terminal-prompt": frozenset(),
    "terminal-welcome": frozenset(),
    "text-only": frozenset(),
    "too-long": frozenset(),
    "unavailable": frozenset(),
    "unknown-command": frozenset({"command"}),
    "unreadable": frozenset(),
    "why-certain": frozenset({"title"}),
    "why-facts": frozenset(),
    "why-names": frozenset({"names"}),
    "why-nothing": frozenset(),
    "why-read": frozenset({"title", "example"}),
    "why-second": frozenset({"title"}),
    "why-sure": frozenset({"percent"}),
    "why-unread": frozenset({"title", "example"}),
}
"""The messages that every knowledge folder has beside those of its intents, with the variables of each."""

COMMON_VARIABLES = frozenset({"bot", "as_of"})
"""What every message may name: what the bot is called after, and the day of the newest source."""

# English dates as most of the world writes them: day before month.
_LOCALES = {"en": "en_GB"}
# CLDR's dates of these put the year last, as no native writes it. A month by itself is another word in two of them;
# elsewhere babel 2.18 may give another language's month for it, as it resolves what locales have in common only once.
_PATTERNS: Mapping[str, Mapping[str, str]] = {
    "hy": {"yMMMMd": "y թ. MMMM d", "MMMMd": "MMMM d", "yMMMM": "y թ. LLLL", "MMMM": "LLLL"},
    "ka": {"yMMMMd": "y 'წლის' d MMMM", "yMMMM": "y 'წლის' MMMM"},
    "ru": {"MMMM": "LLLL"},
}
_CAPITALS = {("az", "i"): "İ", ("hy", "և"): "Եվ"}
"""Where a language has another capital than Unicode."""
PARAGRAPH_BREAK = "\n\n"
_EMPTY_LINE = re.compile(r"\n\s*\n")
_TWO_STOPS = re.compile(r"(?<!\.)\.\.(?!\.)")
"""That of an abbreviation ("2024 г.") and that of the sentence, which are one."""


def locale_of(language: str) -> Locale:
    """Return the locale in which dates, numbers and lists of a language are written."""
    return Locale.parse(_LOCALES.get(language, language))


def day(value: date, language: str) -> str:
    """Return a day in words."""
    return date_in_words(value.year, value.month, value.day, language)


@lru_cache(maxsize=1024)
def date_in_words(year: int | None, month: int, day_number: int | None, language: str) -> str:
    """Return a date in words, of which the day or the year may be open; raise ValueError where there is no such day."""
    locale, skeleton = locale_of(language), ("y" if year else "") + "MMMM" + ("d" if day_number else "")
    formats = {"MMMM": "MMMM", **locale.datetime_skeletons, "yMMMMd": locale.date_formats["long"]}
    pattern = _PATTERNS.get(language, {}).get(skeleton) or formats[skeleton]
    # A leap year, so that 29 February is a day.
    return format_date(date(year or 2000, month, day_number or 1), str(pattern), locale=locale)


def listed(names: Sequence[str], language: str) -> str:
    """Return names as a list in a sentence."""
    return format_list(names, locale=locale_of(language))


def period(start: date, end: date, language: str) -> str:
    """Return a first and a last day in words; days of one month have it and the year written once.

    CLDR's own patterns for periods have short month names only, and in some languages another order than its dates.
    """
    if start == end:
        return day(start, language)
    if (start.year, start.month) == (end.year, end.month):
        return re.sub(rf"\b{end.day}\b", f"{start.day}–{end.day}", day(end, language), count=1)
    return f"{day(start, language)} – {day(end, language)}"


class Replies:
    """The messages of each language."""

    def __init__(
        self, resources: Mapping[str, str], entities: Mapping[str, Entity], common: Mapping[str, Mapping[str, str]]
    ) -> None:
        """Take the Fluent resources, each of which is parsed when it is first needed.

        `common` holds, by language, what every message may name.
        """
        self._resources = resources
        self._bundles: dict[str, Any] = {}
        self._constant: dict[tuple[str, str, str | None], str] = {}
        """The texts of messages that nothing was filled into: the buttons under every answer are such."""
        self._entities = entities
        self._common = common

    def _bundle(self, language: str) -> Any:
        if language not in self._bundles:
            self._bundles[language] = _bundle(language, self._resources[language])
        return self._bundles[language]

    def has(self, message: str, attribute: str, language: str) -> bool:
        """Return whether a message has an attribute."""
        bundle = self._bundle(language)
        return bundle.has_message(message) and attribute in bundle.get_message(message).attributes

    def say(self, message: str, language: str, attribute: str | None = None, /, **arguments: object) -> str:
        """Return a message as text: an empty line parts its paragraphs, other line breaks are spaces.

        Raises LookupError where the language has no such message, ValueError where a variable is missing.
        """
        if arguments:
            return self._filled(message, language, attribute, arguments)
        key = message, language, attribute
        if key not in self._constant:
            self._constant[key] = self._filled(*key, {})
        return self._constant[key]

    def _filled(self, message: str, language: str, attribute: str | None, arguments: Mapping[str, object]) -> str:
        bundle = self._bundle(language)
        found = bundle.get_message(message)
        pattern = found.attributes[attribute] if attribute else found.value
        text, errors = bundle.format_pattern(pattern, {**self._common[language], **arguments})
        if errors or isinstance(text, FluentNone):
            raise ValueError(f"the message {message!r} in {language!r} cannot be filled: {errors}")
        text = _TWO_STOPS.sub(".", str(text))
        return PARAGRAPH_BREAK.join(" ".join(part.split()) for part in _EMPTY_LINE.split(text))

    def paragraphs(
        self, message: str, language: str, attribute: str | None = None, /, **arguments: object
    ) -> tuple[Paragraph, ...]:
        """Return a message as paragraphs, each of which begins with a capital, whatever it is filled with."""
        text = self.say(message, language, attribute, **arguments)
        return tuple(Paragraph(_capitalised(part, language)) for part in text.split(PARAGRAPH_BREAK))

    def arguments(self, variable: str, fact: Fact, language: str) -> dict[str, str]:
        """Return what a fact fills in: its value, and the grammatical forms of the entity that it states."""
        filled = {variable: self.value(fact, language)}
        for form, name in self._forms(fact, language).items():
            filled[f"{variable}-{form}"] = name
        return filled

    def _forms(self, fact: Fact, language: str) -> dict[str, str]:
        match fact.value:
            case EntitiesValue((entity,)):
                forms = self._entities[entity].forms
                return {form: names[language] for form, names in forms.items() if language in names}
        return {}

    def value(self, fact: Fact, language: str) -> str:  # noqa: PLR0911 - one return for each form of a value
        """Return the value of a fact in words."""
        match fact.value:
            case EntitiesValue(entities):
                return listed([self.name(entity, language) for entity in entities], language)
            case DateValue(day_number, month, None):
                return date_in_words(None, month, day_number, language)
            case DateValue(day_number, month, int(year)):
                return day(date(year, month, day_number), language)
            case PeriodValue(start, end):
                return period(start, end, language)
            case NumberValue(number):
                return format_decimal(number, locale=locale_of(language))
            case YearValue(year):
                return str(year)
            case TextValue(texts):
                return texts[language]
            case VerbatimValue(text):
                return text
        raise TypeError(f"{fact.value!r} is no value")

    def name(self, entity: str, language: str) -> str:
        """Return what an entity is called in a language."""
        return self._entities[entity].names[language]


def _capitalised(text: str, language: str) -> str:
    """Return a text with a capital first, but for a name that has its capital later ("eTwinning")."""
    first, others = text[:1], text[1:]
    if others[:1].isupper():
        return text
    # The title case of Georgian, which begins no sentence with a capital, is the letter itself.
    return _CAPITALS.get((language, first), first.title()) + others


def _bundle(language: str, text: str) -> Any:
    # Without isolating marks: they would show as odd characters in terminals and spoil searching in a chat.
    bundle = FluentBundle([_LOCALES.get(language, language).replace("_", "-")], use_isolating=False)
    bundle.add_resource(FluentResource(text))
    return bundle
