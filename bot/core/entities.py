"""Entities in a question: names in any script, misspelt, inflected, in part, and names that nobody here has.

All names are compared romanised, word by word. A word that the example utterances use is never taken for a misspelt
name. A given name with a foreign surname ("Anar Mammadov", where Anar and Mammadov are two other people) is a person
that the knowledge does not have, not the nearest one that it does.
"""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import chain

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.core.lexicon import lexicon
from bot.core.models import Entity
from bot.core.text import KEPT, WORD, mark, normalise, plain, romanise

PERSON = "person"
_INITIAL = re.compile(r"[^\W\d_](\.?)\s*")
_APPOSITION = re.compile(r"\s*[,(–—-]")
_NEAR = 3
"""Words after a name in which an office of the same person stands."""
_INITIAL_AFTER = re.compile(r"\s+[^\W\d_]\.")
_CONTRACTED = "DMST"
"""Letters that are words after an apostrophe only ("don't"): before a name they are initials."""
_GAP_IN_A_NAME = re.compile(r"[ \t\u00a0]*")
_SUFFIX_MARK = re.compile(r"['’ʼ`\-]")
_SURNAME_ENDINGS = (
    ("ov", "ev", "yev", "ovi", "evi", "yevi"),
    ("ova", "eva", "yeva"),
    ("skiy", "sky", "ski"),
    ("yan", "ian", "yants", "iani"),
    ("shvili",),
    ("dze",),
    ("ia", "ua"),
    ("zade", "zada"),
    ("oglu", "oghlu"),
    ("li", "lu", "eli"),
)
"""Endings, romanised, by which an unknown word beside another is taken for a surname: never for whose it is.

Those of one group are spellings of each other; a surname of another group is another surname.
"""
_FEMININE = "a"
"""What makes another name of one: "Samira" is no misspelt "Samir"."""
_VOWELS = "aeiouy"
_INFLECTED = 0.1
"""The cost of believing that a word is a name with an ending."""
_SHORT = 3
"""Words up to this length are compared in their own script and without typos: romanised, "ЕС" is "es"."""
_TRANSPOSED = 4
"""Words up to this length are another word with one other letter: "john" is no misspelt "join"."""
_RARE = 7
"""Length from which a misspelt name is believed to be one that no source has: "trip" is no politician's name."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in a text."""

    start: int
    end: int
    text: str
    """The name as it was written."""
    kind: str
    entities: tuple[str, ...]
    """The ids it may mean: several for a surname that two persons share, none for a name that nobody here has."""
    parts: frozenset[str] = frozenset()
    """Which part of a person's name it is ("given", "surname"); empty where it is the whole name."""


@dataclass(frozen=True, slots=True)
class _Word:
    start: int
    end: int
    text: str
    key: str

    @property
    def capitalised(self) -> bool:
        return self.text[:1].isupper()


@dataclass(frozen=True, slots=True)
class _Alias:
    words: tuple[str, ...]
    part: str | None
    entity: Entity = field(compare=False)
    languages: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Match:
    first: int
    last: int
    cost: float
    alias: _Alias


@lru_cache(maxsize=KEPT)
def key(word: str) -> str:
    """Return the form in which words are compared."""
    native = normalise(word)
    return native if len(native) <= _SHORT else romanise(native).replace(" ", "")


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a name in the form in which they are compared."""
    return tuple(key(match.group()) for match in WORD.finditer(text))


class EntityIndex:
    """Finds mentions of entities in a text.

    `vocabularies` holds the words that questions in each language are made of, as they are typed; none is taken for a
    misspelt name.
    """

    def __init__(
        self, entities: Mapping[str, Entity], vocabularies: Mapping[str, Collection[str]] | None = None
    ) -> None:
        self._entities = entities
        self._near = lru_cache(maxsize=KEPT)(self._names_near)
        self.unfamiliar = lru_cache(maxsize=KEPT)(self._unfamiliar)
        """Return whether a word, as a key, is none that questions in a language are made of, not even misspelt."""
        self.like_any_name = lru_cache(maxsize=KEPT)(self._like_any_name)
        """Return whether a normalised word is a name that is the same in several languages, or looks like a surname."""
        familiar = {language: [*words, *_closed(language)] for language, words in (vocabularies or {}).items()}
        self._familiar_by_letter = {language: _by_letter(words) for language, words in familiar.items()}
        self._words = frozenset(chain.from_iterable(familiar.values()))
        """Words that are never taken for a misspelt name."""
        self._familiar = {language: frozenset(words) for language, words in familiar.items()}
        self._starting: dict[str, list[_Alias]] = defaultdict(list)
        for entity in entities.values():
            for alias in _aliases(entity):
                self._starting[alias.words[0]].append(alias)
        starts = self._starting.values()
        self._names = frozenset(word for aliases in starts for alias in aliases for word in alias.words)
        self._told = frozenset(
            word for aliases in starts for alias in aliases if not alias.entity.absent for word in alias.words
        )
        """The words of names that some source has."""
        self._names_by_letter = _by_letter(sorted(self._names))
        self._languages = _languages_of(entities.values())
        self._shared_by_letter = _by_letter(sorted(word for word, found in self._languages.items() if len(found) > 1))
        self._stems: dict[str, list[str]] = defaultdict(list)
        for name in sorted(self._names):
            for stem in {name, name.rstrip(_VOWELS)}:
                self._stems[stem].append(name)

    def exact(self, text: str, language: str) -> tuple[Mention, ...]:
        """Return the whole names in a text, spelt as the knowledge spells them; they may be inflected."""
        words, endings = _words(text), lexicon(language).endings
        matches = self._matches(words, [self._spelt(word.key, endings) for word in words], language, whole=True)
        return tuple(self._mentions(text, words, matches, endings))

    def find(self, text: str, language: str) -> tuple[Mention, ...]:
        """Return the names in a text, in order; they may be inflected, misspelt, or a part of a person's name."""
        words, endings = _words(text), lexicon(language).endings
        matches = self._matches(words, [self._near(word.key, endings) for word in words], language, whole=False)
        mentions = list(self._mentions(text, words, matches, endings))
        return tuple(_Persons(self, text, words, language).settle(mentions))

    def strangers(self, text: str, mentions: Sequence[Mention], language: str) -> tuple[Mention, ...]:
        """Return each run of words that nothing here knows: they may be a person's name, written carelessly."""
        runs = _Persons(self, text, _words(text), language).runs(mentions)
        return tuple(_person(text, run) for run in runs)

    def _names_near(self, word: str, endings: frozenset[str]) -> dict[str, float]:
        """Return the words of names that a word may be, each with the cost of believing it."""
        if (found := self._spelt(word, endings)) or word in self._words:
            return found
        near: dict[str, float] = {}
        for cost, base in ((0.0, word), *((_INFLECTED, base) for base in _bases(word, endings))):
            names = self._names_by_letter.get(base[0], ())
            for name, distance, _ in process.extract(
                base, names, scorer=OSA.distance, score_cutoff=_typos(base), limit=None
            ):
                if 0 < distance <= self._forgiven(name) and not _another(base, name):
                    near[name] = min(cost + distance, near.get(name, distance + 1.0))
        return near

    def _forgiven(self, name: str) -> int:
        """Return how many typing errors a word of a name may hold."""
        if name in self._told:
            return _typos(name)
        return 1 if len(name) >= _RARE else 0

    def _spelt(self, word: str, endings: frozenset[str]) -> dict[str, float]:
        """Return the words of names that a word is, as it stands or inflected."""
        inflected = {name: _INFLECTED for base in _bases(word, endings) for name in self._stems.get(base, ())}
        return inflected | ({word: 0.0} if word in self._names else {})

    def _matches(
        self, words: Sequence[_Word], near: Sequence[dict[str, float]], language: str, *, whole: bool
    ) -> list[_Match]:
        matches = []
        common = self._familiar.get(language, frozenset())
        for first in range(len(words)):
            for name in near[first]:
                for alias in self._starting.get(name, ()):
                    last = first + len(alias.words)
                    costs = [close.get(word) for close, word in zip(near[first:last], alias.words, strict=False)]
                    if last > len(words) or None in costs or (whole and alias.part):
                        continue
                    # "Azerbaijani" is a word of English, though it is what Georgian calls the country.
                    if language in alias.languages or any(word.key not in common for word in words[first:last]):
                        matches.append(_Match(first, last, sum(filter(None, costs)), alias))
        return matches

    def _mentions(
        self, text: str, words: Sequence[_Word], matches: list[_Match], endings: frozenset[str]
    ) -> Iterator[Mention]:
        """Yield the longest and nearest matches that do not overlap, in the order of the text."""
        taken: set[int] = set()
        chosen: list[list[_Match]] = []
        for match in sorted(matches, key=lambda m: (m.first - m.last, m.cost, m.alias.part is not None, m.first)):
            places = set(range(match.first, match.last))
            if not places & taken:
                taken |= places
                same = [m for m in matches if (m.first, m.last, m.cost) == (match.first, match.last, match.cost)]
                chosen.append([m for m in same if (m.alias.part is None) == (match.alias.part is None)])
        for group in sorted(chosen, key=lambda group: group[0].first):
            yield self._mention(text, words, group, endings)

    def _mention(self, text: str, words: Sequence[_Word], group: list[_Match], endings: frozenset[str]) -> Mention:
        ids = dict.fromkeys(match.alias.entity.id for match in group)
        present = [name for name in ids if not self._entities[name].absent]
        start, end = words[group[0].first].start, words[group[0].last - 1].end
        end = _with_ending(text, words, group[0].last, end, endings)
        return Mention(
            start,
            end,
            text[start : words[group[0].last - 1].end],
            group[0].alias.entity.kind,
            tuple(present or ids),
            frozenset(match.alias.part for match in group if match.alias.part),
        )

    def is_name(self, word: str) -> bool:
        """Return whether a normalised word is one of a name that is the same in several languages, be it misspelt."""
        written = key(word)
        shared = self._shared_by_letter.get(written[:1], ())
        limit = 0 if written in self._words else _typos(written)
        return process.extractOne(written, shared, scorer=OSA.distance, score_cutoff=limit) is not None

    def _like_any_name(self, word: str) -> bool:
        """Return whether a normalised word is such a name, or unknown and ends like a surname."""
        written = key(word)
        return self.is_name(word) or (self.strange(written) and self.surname_like(written))

    def strange(self, word: str) -> bool:
        """Return whether a word, as a key, is none that questions are made of."""
        return len(word) >= _SHORT and word.isalpha() and word not in self._words

    def _unfamiliar(self, word: str, language: str) -> bool:
        """Return whether a word, as a key, is none that questions are made of, not even misspelt."""
        if not self.strange(word):
            return False
        alike = self._familiar_by_letter.get(language, {}).get(word[0], ())
        if len(word) <= _TRANSPOSED:
            return not any(sorted(word) == sorted(other) for other in alike)
        return process.extractOne(word, alike, scorer=OSA.distance, score_cutoff=_typos(word)) is None

    def has_initial(self, entity: str, initial: str) -> bool:
        """Return whether a person's name begins with a letter, in some language."""
        names = _all_names(self._entities[entity])
        return any(name.casefold().startswith(initial.casefold()) for _, name in names)

    def like_a_name(self, text: str) -> bool:
        """Return whether unknown words look like a name: by capitals, or by the ending of the last."""
        words = _words(text)
        return all(word.capitalised for word in words) or (len(words) > 1 and self.surname_like(words[-1].key))

    def surname_like(self, word: str) -> bool:
        """Return whether a word, as a key, ends as surnames of the region often do."""
        return len(word) > _SHORT + 1 and _surname(word) is not None


@dataclass(frozen=True, slots=True)
class _Persons:
    """Puts the parts of persons' names together, and finds the names that nobody here has."""

    index: EntityIndex
    text: str
    words: Sequence[_Word]
    language: str

    def settle(self, mentions: list[Mention]) -> list[Mention]:
        joined: list[Mention] = []
        for mention in mentions:
            if joined and (both := self._join(joined[-1], mention)):
                joined[-1] = both
            else:
                joined.append(mention)
        taken = self._starts(joined)
        extended = [self._extend(self._by_initial(mention), taken) for mention in joined]
        return sorted([*extended, *self._unknown(extended)], key=lambda mention: mention.start)

    def _by_initial(self, mention: Mention) -> Mention:
        """Return a surname as the name of the one whose initial stands before it, be it nobody that is known."""
        if mention.parts != {"surname"}:
            return mention
        before, after = self._before(mention), self._after(mention)
        initial = before and self._initial(before, mention)
        if initial is None and after and _INITIAL_AFTER.match(self.text, mention.end):
            initial = after
        if initial is None:
            return mention
        meant = tuple(name for name in mention.entities if self.index.has_initial(name, initial.text))
        start, end = min(initial.start, mention.start), max(initial.end, mention.end)
        return replace(mention, start=start, end=end, text=self.text[start:end], entities=meant, parts=frozenset())

    def _initial(self, word: _Word, mention: Mention) -> _Word | None:
        """Return a word if it is an initial before a mention: "I. Aliyev", but not "и Алиев" or "I know Aliyev"."""
        found = _INITIAL.fullmatch(self.text, word.start, mention.start)
        is_word = normalise(word.text) in lexicon(self.language).stop_words and word.text not in _CONTRACTED
        return word if found and (found[1] or (word.text.isupper() and not is_word)) else None

    def _join(self, left: Mention, right: Mention) -> Mention | None:
        """Return one mention for a given name and a surname that stand side by side."""
        if not (left.parts and right.parts and self._adjacent(left.end, right.start)):
            return None
        shared = tuple(name for name in left.entities if name in right.entities)
        if not shared and left.parts == right.parts:
            return None
        return replace(
            right, start=left.start, text=self.text[left.start : right.end], entities=shared, parts=frozenset()
        )

    def _extend(self, mention: Mention, taken: Collection[int]) -> Mention:
        """Return the name of an unknown person where a strange name stands beside a part of a known one."""
        if not mention.parts:
            return mention
        if office := self._office(mention):
            start, end = min(office.start, mention.start), max(office.end, mention.end)
            return replace(mention, start=start, end=end, text=self.text[start:end], entities=(), parts=frozenset())
        before, after = self._before(mention), self._after(mention)
        beside = (
            before if before and self._adjacent(before.end, mention.start) else None,
            after if after and self._adjacent(mention.end, after.start) else None,
        )
        for word in beside:
            if word is None or word.start in taken:
                continue
            if self._strange(word, mention, follows=word is after):
                start, end = min(word.start, mention.start), max(word.end, mention.end)
                return replace(mention, start=start, end=end, text=self.text[start:end], entities=(), parts=frozenset())
        return mention

    def _office(self, mention: Mention) -> _Word | None:
        """Return the office of whom a surname names: "President Aliyev", "Aliyev, the president"."""
        if mention.parts != {"surname"}:
            return None
        closed = lexicon(self.language)
        before, after = self._before(mention), self._after(mention)
        if before and normalise(before.text) in closed.offices and self._adjacent(before.end, mention.start):
            return before
        place = self.words.index(after) if after and _APPOSITION.match(self.text, mention.end) else len(self.words)
        for word in self.words[place : place + _NEAR]:
            if normalise(word.text) in closed.offices:
                return word
            if normalise(word.text) not in closed.stop_words:
                return None
        return None

    def _strange(self, word: _Word, mention: Mention, *, follows: bool) -> bool:
        if mention.text[:1].isupper() and not self.text.isupper():
            return word.capitalised and self.index.strange(word.key)
        if not self.index.unfamiliar(word.key, self.language):
            return False
        return self.index.surname_like(word.key) if follows else "surname" in mention.parts

    def _unknown(self, mentions: Sequence[Mention]) -> Iterator[Mention]:
        """Yield each run of words that looks like a person's name and is none that the knowledge has."""
        return (_person(self.text, run) for run in self.runs(mentions) if self._like_a_name(run))

    def runs(self, mentions: Sequence[Mention]) -> Iterator[list[_Word]]:
        """Yield each run of unfamiliar words side by side."""
        run: list[_Word] = []
        taken = self._starts(mentions)
        for word in self.words:
            if word.start in taken or not self.index.unfamiliar(word.key, self.language):
                continue
            if run and not self._adjacent(run[-1].end, word.start):
                yield run
                run = []
            run.append(word)
        if run:
            yield run

    def _like_a_name(self, run: Sequence[_Word]) -> bool:
        capitalised = all(word.capitalised for word in run) and not self.text.isupper()
        if self.index.surname_like(run[-1].key):
            return len(run) > 1 or capitalised
        return len(run) > 1 and capitalised

    def _before(self, mention: Mention) -> _Word | None:
        place = bisect_left(self.words, mention.start, key=_start)
        return self.words[place - 1] if place else None

    def _after(self, mention: Mention) -> _Word | None:
        place = bisect_left(self.words, mention.end, key=_start)
        return self.words[place] if place < len(self.words) else None

    def _starts(self, mentions: Iterable[Mention]) -> set[int]:
        """Return where the words of some mentions start."""
        found = set[int]()
        for mention in mentions:
            first, last = (bisect_left(self.words, place, key=_start) for place in (mention.start, mention.end))
            found |= {word.start for word in self.words[first:last]}
        return found

    def _adjacent(self, end: int, start: int) -> bool:
        return end < start and _GAP_IN_A_NAME.fullmatch(self.text, end, start) is not None


def mask(text: str, mentions: Iterable[Mention], marked: Mapping[str, str]) -> str:
    """Return a text with each mention as "@kind", and the mark of its entity where it has one.

    So a question about one person is matched like the same question about another.
    """
    parts, at = [], 0
    for mention in mentions:
        marks = [mark(mention.kind), *(marked[name] for name in mention.entities if name in marked)]
        parts += [text[at : mention.start], " ", " ".join(marks), " "]
        at = mention.end
    return "".join([*parts, text[at:]])


def _person(text: str, run: Sequence[_Word]) -> Mention:
    start, end = run[0].start, run[-1].end
    return Mention(start, end, text[start:end], PERSON, ())


def _words(text: str) -> list[_Word]:
    return [_Word(match.start(), match.end(), match.group(), key(match.group())) for match in WORD.finditer(text)]


def _closed(language: str) -> list[str]:
    """Return the titles and the numbers of a language in the forms that are compared: "nine" is no misspelt "Nino"."""
    closed = lexicon(language)
    told = closed.titles | closed.offices | closed.numbers.keys()
    return sorted({form for word in told for form in (key(word), plain(word))})


def _languages_of(entities: Iterable[Entity]) -> Mapping[str, set[str]]:
    """Return the languages in which each word is one of a name, by the word's key."""
    languages: dict[str, set[str]] = defaultdict(set)
    for entity in entities:
        for language, name in _all_names(entity):
            for word in words_of(name):
                languages[word].add(language)
    return languages


def _by_letter(words: Iterable[str]) -> Mapping[str, Sequence[str]]:
    """Return words by their first letter: nearly nobody mistypes that, and it spares most of a search."""
    found: dict[str, list[str]] = defaultdict(list)
    for word in filter(None, words):
        found[word[0]].append(word)
    return found


def _bases(word: str, endings: frozenset[str]) -> Iterator[str]:
    """Yield what may be left of a word without its ending."""
    for length in range(_SHORT + 1, len(word)):
        if word[length:] in endings:
            yield word[:length]


def _with_ending(text: str, words: Sequence[_Word], following: int, end: int, endings: frozenset[str]) -> int:
    """Return the end of a mention with the grammatical ending that a mark ties to it ("Alili's", "EU-nun")."""
    if following < len(words):
        word = words[following]
        if _SUFFIX_MARK.fullmatch(text[end : word.start]) and romanise(word.text) in endings:
            return word.end
    return end


def _aliases(entity: Entity) -> Iterator[_Alias]:
    languages: dict[tuple[tuple[str, ...], str | None], set[str]] = defaultdict(set)
    for language, name in _all_names(entity):
        words = words_of(name)
        if len(words) > 1 and words[0] in lexicon(language).stop_words:
            words = words[1:]
        if words:
            languages[words, None].add(language)
        if entity.kind == PERSON and len(words) > 1:
            languages[words[:1], "given"].add(language)
            languages[words[-1:], "surname"].add(language)
    return (_Alias(words, part, entity, frozenset(found)) for (words, part), found in languages.items())


def _all_names(entity: Entity) -> Iterator[tuple[str, str]]:
    yield from entity.names.items()
    for language, names in entity.aliases.items():
        for name in names:
            yield language, name


def _start(word: _Word) -> int:
    return word.start


def _another(word: str, name: str) -> bool:
    """Return whether a word is another name rather than a misspelt one, both as keys.

    It is where the name with another ending is nearer to the word than the name is: "Mammadli" is no misspelt
    "Mammadov", nor "Samira" "Samir", but "Gelashvli" is "Gelashvili".
    """
    group = _surname(name)
    own = ("",) if group is None else _SURNAME_ENDINGS[group]
    stem = name.removesuffix(max(filter(name.endswith, own), key=len))
    others = set(chain(*_SURNAME_ENDINGS)) - set(own)
    if group is None and not name.endswith(tuple(_VOWELS)):
        others.add(_FEMININE)
    return _distance(word, stem, others) < _distance(word, stem, own)


def _distance(word: str, stem: str, endings: Iterable[str]) -> int:
    """Return how many typing errors a word is from a stem with the nearest of some endings."""
    return min(OSA.distance(word, stem + ending) for ending in endings)


def _surname(word: str) -> int | None:
    """Return the group of surnames that a word, as a key, ends as."""
    return next((group for group, endings in enumerate(_SURNAME_ENDINGS) if word.endswith(endings)), None)


def _typos(word: str) -> int:
    """Return how many typing errors a word of this length may hold and still be believed."""
    if len(word) <= _SHORT:
        return 0
    return 1 if len(word) < 8 else 2  # noqa: PLR2004 - "Hamidov" is two errors from "Samedov"
