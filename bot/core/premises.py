"""What a question takes for granted, held against the facts: a place, a number or a day that they do not have."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, lru_cache

from babel.dates import get_month_names

from bot.core.entities import PERSON, Mention
from bot.core.lexicon import lexicon
from bot.core.models import (
    DateValue,
    EntitiesValue,
    Entity,
    Fact,
    NumberValue,
    PeriodValue,
    Source,
    TextValue,
    YearValue,
)
from bot.core.replies import date_in_words, locale_of
from bot.core.text import RECENT, normalise, romanise, tokens

_FIRST_YEAR, _LAST_YEAR = 1900, 2100
_LAST_DAY = 31
_ONES, _TENS = range(1, 10), range(20, 100, 10)
_STEM, _ENDING = 3, 4
"""Letters that an inflected month keeps at least, and that it may have more."""
_LONG = 5
"""Letters of a month's stem that no other word begins with."""
_NUMBER = re.compile(r"(\d{1,15})([^\W\d_]{0,4})")
"""A number in figures, perhaps with an ending: "27th", "2023ին"."""
_THOUSANDS = re.compile(r"\b\d{1,3}(?:[,.\u00a0\u202f ]\d{3})+\b(?![,.]\d)")
_DECIMAL = re.compile(r"\b\d+(?:[ \u00a0\u202f]\d{3})*[.,]\d+\b")
_ENDING_OF_NUMBER = re.compile(r"\b(\d+)[-’']([^\W\d_]{1,4})\b")
"""A number with an ending that a mark ties to it: "28-го", "27-də"."""
_BEGINNING_OF_NUMBER = re.compile(r"\b([^\W\d_]{1,2})-(\d+)\b")
"""The same with a beginning: "მე-5"."""
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
    called: Callable[[Mention], str],
    sources: Mapping[str, Source],
) -> tuple[Contradiction, ...]:
    """Return what a question takes for granted and the facts of its answer do not bear out.

    `connected` are the entities that the facts are about or name, `known` all facts there are: a day that no fact of
    the answer has is held against these. `called` returns what to call something that a question names. A number or a
    day that stands in the evidence in `sources`, or in the words of a fact, is borne out by it.
    """
    given = [
        *_names(mentions, facts, entities, connected, called),
        *_dates(text, facts, language, known, sources),
        *_numbers(text, facts, language, sources),
    ]
    return tuple(dict.fromkeys(given))


def borne_out(text: str, facts: Collection[Fact], *, language: str) -> bool:
    """Return whether facts state a number that a text gives, or a day or month."""
    stated, numbers = _stated_days(facts), _stated_numbers(facts)
    given = (day for day in given_dates(text, language) if day.month)
    return any(day.fits(other, latest) for day in given for other, latest in stated if other.month) or any(
        number in numbers for _, number in given_numbers(text, language)
    )


def only_on(text: str, facts: Collection[Fact], *, language: str) -> bool:
    """Return whether facts that state a day, at least one, all state one that a text gives."""
    dated = [fact for fact in facts if any(day.month for day in _stated(fact))]
    return bool(dated) and all(borne_out(text, [fact], language=language) for fact in dated)


def denied(
    text: str,
    absent: Collection[Mention],
    facts: Collection[Fact],
    *,
    language: str,
    entities: Mapping[str, Entity],
    sources: Mapping[str, Source],
) -> bool:
    """Return whether facts that state a number, a day or a place deny one that a text gives.

    `absent` are the names in the text that no source has.
    """
    kinds = {entities[name].kind for fact in facts for name in stated_entities(fact)}
    dated = any(True for fact in facts for _ in _stated(fact))
    return (
        any(mention.kind in kinds for mention in absent)
        or any(_numbers(text, facts, language, sources))
        or (dated and any(_dates(text, facts, language, (), sources)))
    )


def _names(
    mentions: Iterable[Mention],
    facts: Collection[Fact],
    entities: Mapping[str, Entity],
    connected: Collection[str],
    called: Callable[[Mention], str],
) -> Iterator[Contradiction]:
    kinds = {entities[name].kind for fact in facts for name in stated_entities(fact)}
    for mention in mentions:
        given = called(mention)
        if all(entities[name].absent for name in mention.entities):
            yield Contradiction("not-mentioned", given)
        elif (mention.kind in kinds or mention.kind == PERSON) and not set(mention.entities) & set(connected):
            yield Contradiction("not-connected", given)


def stated_entities(fact: Fact) -> tuple[str, ...]:
    """Return the entities that a fact states, none where it states something else."""
    return fact.value.entities if isinstance(fact.value, EntitiesValue) else ()


def _dates(
    text: str, facts: Collection[Fact], language: str, known: Collection[Fact], sources: Mapping[str, Source]
) -> Iterator[Contradiction]:
    given = given_dates(text, language)
    if not given:
        return
    stated = _stated_days(facts) or _stated_days(known)
    stated += [(day, fact.as_of.year) for fact in facts for day in _told(fact, language)]
    # A passage may tell the days of several things: it bears a year out, and not that this was then.
    years = {day.year for words, spoken in _words_of(facts, language, sources) for day in given_dates(words, spoken)}
    for day in given:
        borne_out = any(day.fits(other, latest) for other, latest in stated)
        if not borne_out and (day.month or day.year not in years):
            yield Contradiction("not-that-date", day.text)


def _numbers(
    text: str, facts: Collection[Fact], language: str, sources: Mapping[str, Source]
) -> Iterator[Contradiction]:
    given = list(given_numbers(text, language))
    stated = _stated_numbers(facts)
    if not given or not stated or lexicon(language).comparisons & set(normalise(text).split()):
        return
    for said, spoken in _words_of(facts, language, sources):
        stated |= numbers_told(said, spoken)
    for written, number in given:
        if number not in stated:
            yield Contradiction("not-that-number", written)


def _words_of(facts: Iterable[Fact], language: str, sources: Mapping[str, Source]) -> Iterator[tuple[str, str]]:
    """Yield the words that facts say and stand on, each with their language."""
    for fact in facts:
        if isinstance(fact.value, TextValue):
            yield fact.value.texts[language], language
        yield from ((passage.quote, sources[passage.source].language) for passage in fact.evidence)


def numbers_told(text: str, language: str) -> set[int]:
    """Return every number in a text, in figures or in a word, be it part of a date."""
    in_words = {number for _, _, number in numbers_in(tokens(text), language)}
    return {int(digits) for digits in re.findall(r"\d+", text)} | in_words


def numbers_in(words: Sequence[str], language: str) -> Iterator[tuple[int, str, int]]:
    """Yield each number in words with the place of its first one, as written and as a number.

    Tens and the ones after them are one number: "twenty-four".
    """
    known, before = lexicon(language).numbers, 0
    for place, word in enumerate(words):
        number, ones = known.get(word), known.get(words[place + 1], 0) if place + 1 < len(words) else 0
        if number is not None and not (before in _TENS and number in _ONES):
            joined = number in _TENS and ones in _ONES
            yield place, f"{word} {words[place + 1]}" if joined else word, number + ones if joined else number
        before = number or 0


def given_numbers(text: str, language: str) -> Iterator[tuple[str, int]]:
    """Yield each whole number in a question that is not part of a date, as written and as a number."""
    # "1,000" may be a thousand or a decimal fraction: thousands are tried first.
    joined = _THOUSANDS.sub(lambda found: re.sub(r"\D", "", found[0]), text)
    words = _words(_DECIMAL.sub(" ", joined))
    dated = frozenset().union(*(places for _, places in _dates_in(words, language)))
    in_words = {place: (written, number) for place, written, number in numbers_in(words, language)}
    for place, word in enumerate(words):
        if place in dated:
            continue
        if match := _NUMBER.fullmatch(word):
            # "The 3rd meeting" says which one, and not that there are three.
            if match[2] not in lexicon(language).ordinals:
                yield match[1], int(match[1])
        elif place in in_words:
            yield in_words[place]


def given_dates(text: str, language: str) -> tuple[GivenDate, ...]:
    """Return the days, months and years in a question."""
    numeric = [_numeric(match) for match in _NUMERIC_DATE.finditer(text)]
    return (*numeric, *(day for day, _ in _dates_in(_words(text), language)))


def dated_words(text: str, language: str) -> frozenset[str]:
    """Return the normalised words of a question that tell a day, a month or a year."""
    words = _words(text)
    return frozenset(words[place] for _, places in _dates_in(words, language) for place in places)


@lru_cache(maxsize=RECENT)
def _words(text: str) -> tuple[str, ...]:
    """Return the words of a text without its dates in figures; what is tied to a number ends its word."""
    tied = _BEGINNING_OF_NUMBER.sub(r"\2\1", _NUMERIC_DATE.sub(" ", text))
    return tokens(_ENDING_OF_NUMBER.sub(r"\1\2", tied))


def _dates_in(words: Sequence[str], language: str) -> Iterator[tuple[GivenDate, frozenset[int]]]:
    """Yield the dates in words, each with the places of its words."""
    used: set[int] = set()
    for place, word in enumerate(words):
        month = _month(word, language)
        if month is None:
            continue
        day, places = _around(words, place, month[0], language)
        # What may be another word than an inflected month, and one that is an ordinary word too ("may"), is one beside
        # a number only.
        exact = month[1] and word not in lexicon(language).stop_words
        if exact or day.day or day.year:
            used |= places
            yield day, places
    for place, word in enumerate(words):
        if place not in used and _year(word):
            yield GivenDate(word, None, None, _number(word)), frozenset({place})


def _numeric(match: re.Match[str]) -> GivenDate:
    day, month, year = (match[1], match[2], match[3]) if match[1] else (match[6], match[5], match[4])
    return GivenDate(match.group(), int(day), int(month), int(year))


def _around(words: Sequence[str], place: int, month: int, language: str) -> tuple[GivenDate, frozenset[int]]:
    """Return the date round a month's name: "27 june 2022", "3rd of april", "june 27, 2022", "june 2022"."""
    telling = [at for at, word in enumerate(words) if word not in lexicon(language).stop_words or at == place]
    here = telling.index(place)
    beside = [telling[at] for at in (here - 1, here + 1) if 0 <= at < len(telling)]
    near = [at for at in telling[max(0, here - 2) : here + 3] if at != place]
    day_at = next((at for at in beside if _day(words[at])), None)
    year_at = next((at for at in near if _year(words[at])), None)
    places = sorted(at for at in {day_at, place, year_at} if at is not None)
    day = _day(words[day_at]) if day_at is not None else None
    year = _number(words[year_at]) if year_at is not None else None
    try:
        written = date_in_words(year, month, day, language).rstrip(".")
    except ValueError:  # there is no such day
        written = " ".join(words[at] for at in places)
    return GivenDate(written, day, month, year), frozenset(places)


def _day(word: str) -> int | None:
    match = _NUMBER.fullmatch(word)
    return int(match[1]) if match and 1 <= int(match[1]) <= _LAST_DAY else None


def _number(word: str) -> int:
    match = _NUMBER.fullmatch(word)
    return int(match[1]) if match else 0


def _year(word: str) -> bool:
    match = _NUMBER.fullmatch(word)
    return match is not None and _FIRST_YEAR <= int(match[1]) <= _LAST_YEAR


@lru_cache(maxsize=4096)
def _month(word: str, language: str) -> tuple[int, bool] | None:
    """Return the number of the month that a word is, and whether it can hardly be anything else."""
    months, endings = _months(language), lexicon(language).endings
    if word in months:
        return months[word], True
    found: tuple[int, bool] | None = None
    for name, number in months.items():
        stem = name[:-1]
        if len(stem) >= _STEM and word.startswith(stem) and len(word) <= len(name) + _ENDING:
            if len(stem) >= _LONG or romanise(word[len(stem) :]) in endings:
                return number, True
            found = found or (number, False)
    return found


@cache
def _months(language: str) -> Mapping[str, int]:
    locale = locale_of(language)
    return {
        normalise(name): number
        for context in ("format", "stand-alone")
        for width in ("wide", "abbreviated")
        for number, name in get_month_names(width, context, locale).items()
    }


def _stated_days(facts: Iterable[Fact]) -> list[tuple[GivenDate, int]]:
    """Return the days that facts state, each with the year in which that was written."""
    return [(day, fact.as_of.year) for fact in facts for day in _stated(fact)]


def _stated_numbers(facts: Iterable[Fact]) -> set[int]:
    """Return the numbers that facts state."""
    return {fact.value.number for fact in facts if isinstance(fact.value, NumberValue)}


def _told(fact: Fact, language: str) -> Iterator[GivenDate]:
    """Yield the days and months that the words of a fact tell."""
    if isinstance(fact.value, TextValue):
        yield from (day for day in given_dates(fact.value.texts[language], language) if day.month)


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
