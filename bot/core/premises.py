"""What a question takes for granted, held against the facts: a place, a number or a day that they do not have."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from babel.dates import get_month_names

from bot.core.entities import Mention
from bot.core.lexicon import lexicon
from bot.core.models import DateValue, EntitiesValue, Entity, Fact, NumberValue, PeriodValue, YearValue
from bot.core.replies import locale_of
from bot.core.text import normalise

_FIRST_YEAR, _LAST_YEAR = 1900, 2100
_LAST_DAY = 31
_NUMBER = re.compile(r"(\d{1,6})(?:st|nd|rd|th)?")
_NUMERIC_DATE = re.compile(r"\b(\d{1,2})[./](\d{1,2})[./](\d{4})\b|\b(\d{4})-(\d{1,2})-(\d{1,2})\b")


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Something that a question takes for granted and the facts do not bear out."""

    message: str
    """The id of the message that says so."""
    given: str
    """The words of the question."""


@dataclass(frozen=True, slots=True)
class GivenDate:
    """A day, a month or a year in a question; what it leaves open is None."""

    text: str
    day: int | None
    month: int | None
    year: int | None

    def fits(self, stated: "GivenDate", latest: int) -> bool:
        """Return whether this may be a day that a source states, which was written in the year `latest`."""
        year = stated.year
        if year is None and self.year is not None:
            # A day without a year is one of the past; a year by itself is not known to be its.
            year = self.year if self.month is not None and self.year <= latest else 0
        pairs = ((self.day, stated.day), (self.month, stated.month), (self.year, year))
        return all(mine is None or its is None or mine == its for mine, its in pairs)


def contradictions(
    text: str,
    mentions: Iterable[Mention],
    facts: Collection[Fact],
    *,
    language: str,
    entities: Mapping[str, Entity],
    connected: Collection[str],
    known: Collection[Fact],
) -> tuple[Contradiction, ...]:
    """Return what a question takes for granted and the facts of its answer do not bear out.

    `connected` are the entities that the facts are about or name, `known` all facts there are: a day that no fact of
    the answer has is held against these.
    """
    given = [
        *_names(mentions, facts, entities, connected),
        *_dates(text, facts, language, known),
        *_numbers(text, facts, language),
    ]
    return tuple(dict.fromkeys(given))


def _names(
    mentions: Iterable[Mention], facts: Collection[Fact], entities: Mapping[str, Entity], connected: Collection[str]
) -> Iterator[Contradiction]:
    values = [fact.value for fact in facts]
    kinds = {entities[name].kind for value in values if isinstance(value, EntitiesValue) for name in value.entities}
    for mention in mentions:
        if all(entities[name].absent for name in mention.entities):
            yield Contradiction("not-mentioned", mention.text)
        elif mention.kind in kinds and not set(mention.entities) & set(connected):
            yield Contradiction("not-connected", mention.text)


def _dates(text: str, facts: Collection[Fact], language: str, known: Collection[Fact]) -> Iterator[Contradiction]:
    given = given_dates(text, language)
    of_answer = [(day, fact.as_of.year) for fact in facts for day in _stated(fact)]
    stated = of_answer or [(day, fact.as_of.year) for fact in known for day in _stated(fact)]
    for day in given:
        if not any(day.fits(other, latest) for other, latest in stated):
            yield Contradiction("not-that-date", day.text)


def _numbers(text: str, facts: Collection[Fact], language: str) -> Iterator[Contradiction]:
    stated = {fact.value.number for fact in facts if isinstance(fact.value, NumberValue)}
    words = lexicon(language)
    if not stated or words.comparisons & set(normalise(text).split()):
        return
    stated |= {
        int(number) for fact in facts for passage in fact.evidence for number in re.findall(r"\d+", passage.quote)
    }
    for written, number in given_numbers(text, language):
        if number not in stated:
            yield Contradiction("not-that-number", written)


def given_numbers(text: str, language: str) -> Iterator[tuple[str, int]]:
    """Yield each number in a question that is not part of a date, as written and as a number."""
    dates = " ".join(day.text for day in given_dates(text, language)).split()
    for word in normalise(text).split():
        if word in dates:
            continue
        if match := _NUMBER.fullmatch(word):
            yield word, int(match[1])
        elif word in lexicon(language).numbers:
            yield word, lexicon(language).numbers[word]


def given_dates(text: str, language: str) -> tuple[GivenDate, ...]:
    """Return the days, months and years in a question."""
    found = [_numeric(match) for match in _NUMERIC_DATE.finditer(text)]
    words = normalise(_NUMERIC_DATE.sub(" ", text)).split()
    months = _months(language)
    used: set[int] = set()
    for place, word in enumerate(words):
        if word in months:
            places = set(range(max(0, place - 1), min(len(words), place + 3)))
            day = _around(words, place, places, months[word])
            # "may" is a month beside a number only.
            if day.day or day.year or word not in lexicon(language).stop_words:
                found.append(day)
                used |= places
    years = [word for place, word in enumerate(words) if place not in used and _year(word)]
    found += [GivenDate(word, None, None, int(word)) for word in years]
    return tuple(found)


def _numeric(match: re.Match[str]) -> GivenDate:
    day, month, year = (match[1], match[2], match[3]) if match[1] else (match[6], match[5], match[4])
    return GivenDate(match.group(), int(day), int(month), int(year))


def _around(words: list[str], place: int, places: set[int], month: int) -> GivenDate:
    """Return the date round a month's name: "27 june 2022", "june 27, 2022", "june 2022"."""
    days = {at: _day(words[at]) for at in places if at != place and abs(at - place) == 1}
    at = next((at for at, day in days.items() if day), None)
    year_at = next((other for other in sorted(places) if other > place and _year(words[other])), None)
    parts = sorted(part for part in {at, place, year_at} if part is not None)
    year = int(words[year_at]) if year_at is not None else None
    return GivenDate(" ".join(words[part] for part in parts), days[at] if at is not None else None, month, year)


def _day(word: str) -> int | None:
    match = _NUMBER.fullmatch(word)
    return int(match[1]) if match and 1 <= int(match[1]) <= _LAST_DAY else None


def _year(word: str) -> bool:
    return len(word) == 4 and word.isdecimal() and _FIRST_YEAR <= int(word) <= _LAST_YEAR  # noqa: PLR2004


@cache
def _months(language: str) -> Mapping[str, int]:
    locale = locale_of(language)
    return {
        normalise(name): number
        for context in ("format", "stand-alone")
        for width in ("wide", "abbreviated")
        for number, name in get_month_names(width, context, locale).items()
    }


def _stated(fact: Fact) -> Iterator[GivenDate]:
    match fact.value:
        case DateValue(day, month, year):
            yield GivenDate("", day, month, year)
        case YearValue(year):
            yield GivenDate("", None, None, year)
        case PeriodValue(start, end):
            for number in range((end - start).days + 1):
                within = start + timedelta(days=number)
                yield GivenDate("", within.day, within.month, within.year)
