"""The words that each intent's examples account for: what is left of a question, its answer passes over.

"Which members are spies?" is near "which members are there?", and the list of the members would be a slander.
"""

import sys
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.core.lexicon import lexicon
from bot.core.synonyms import Synonyms, typos
from bot.core.text import mark, plain, romanise

_BEGINNING = 5
"""Letters at least in which an inflected word agrees with another."""
_ENDING = 3
"""Letters in which it may differ at its end."""
_COMMON = 6
"""Intents in whose examples a word occurs that tells nothing of what is asked."""
_SOME = 8
"""Examples of an intent in each language from which a word that none of them has may ask for more."""
_MANY = 15
"""Examples from which it may ask for something else."""
_OFTEN = 3
"""Examples in which a synonym stands that is no accident."""
_TYPED = 4
"""Letters from which a word may hold a typing error."""
_SHORT = 2
"""Letters up to which a word tells nothing by itself."""
_ANY = -1
"""The bits of every intent."""
_LAST = chr(sys.maxunicode)
"""What sorts after every letter."""


class Vocabulary:
    """The words of each intent's examples.

    `texts` are the normalised texts that questions are compared with, `intents` the intent of each, `languages` the
    words of each language. `asides` are the intents that are no question about the subject.
    """

    def __init__(
        self,
        texts: Iterable[str],
        intents: Iterable[str],
        languages: Mapping[str, Collection[str]],
        asides: Collection[str] = (),
    ) -> None:
        self._some, self._many = _SOME * len(languages), _MANY * len(languages)
        self._languages = languages
        said: dict[str, list[str]] = defaultdict(list)
        for text, intent in zip(texts, intents, strict=True):
            said[intent].append(text)
        self._examples = {intent: len(mine) for intent, mine in said.items()}
        counted = {intent: Counter(" ".join(mine).split()) for intent, mine in said.items()}
        self._marks = {
            intent: {word for word, count in mine.items() if word.startswith("@") and count >= _OFTEN}
            for intent, mine in counted.items()
        }
        """The synonyms and names that an intent is asked with."""
        self._bits = {intent: 1 << number for number, intent in enumerate(counted)}
        self._asides = asides
        self._subject = sum(bit for intent, bit in self._bits.items() if intent not in asides)
        self._intents: dict[str, int] = defaultdict(int)
        """The intents of each word, a bit for each."""
        for intent, mine in counted.items():
            for word in mine:
                self._intents[word] |= self._bits[intent]
        self.words = cache(self._words_of)
        """Return the words of a language; they are sorted when they are first needed."""

    def strange(
        self,
        words: Sequence[str],
        intent: str,
        language: str,
        synonyms: Synonyms,
        acronyms: Collection[str] = (),
        *,
        strictly: bool = False,
    ) -> tuple[str, ...]:
        """Return which of some normalised words are nothing that the examples of an intent say, in their order.

        `acronyms` are the words that were written in capitals: they are not misspelt, inflected or too short to tell.
        A few examples are not all there is to say: where an intent has no more, only what no question about the subject
        says is strange to it, in a language whose words that every question may hold are known. `strictly` it is held
        to them all the same, and a word that means something elsewhere fills no question.
        """
        few = self.few(intent) and not strictly
        if few and (intent in self._asides or not lexicon(language).fillers):
            return ()
        mine = self._subject if few else self._bits[intent]
        known, fillers = self.words(language), _fillers(language)
        covered, elsewhere = set[int](), set[int]()
        for start, end, name in synonyms.spans(words):
            (covered if mark(name) in self._marks[intent] else elsewhere).update(range(start, end))

        def accounted(place: int, word: str) -> bool:
            if word in acronyms:
                return known.has(word, mine)
            ending = len(word) <= _SHORT or romanise(word) in lexicon(language).endings
            filling = not (strictly and place in elsewhere) and fillers.holds(word, _ANY)
            return ending or known.holds(word, mine) or filling

        return tuple(word for place, word in enumerate(words) if place not in covered and not accounted(place, word))

    def few(self, intent: str) -> bool:
        """Return whether an intent has so few examples that they are not all there is to say."""
        return self._examples[intent] < self._some

    def tells(self, intent: str) -> bool:
        """Return whether an intent has so many examples that a strange word may make another question of one."""
        return self._examples[intent] >= self._many

    def _words_of(self, language: str) -> "_Words":
        """Return the words of a language, each with the intents that it is familiar to."""
        typed: dict[str, int] = defaultdict(int)
        for word in self._languages[language]:
            if intents := self._intents.get(word, 0):
                familiar = _ANY if intents.bit_count() >= _COMMON else intents
                for form in (word, plain(word)):
                    typed[form] |= familiar
        return _Words(typed)


class _Words:
    """Words that an inflected or misspelt one may be, each with bits that tell to whom it is familiar."""

    def __init__(self, familiar: Mapping[str, int]) -> None:
        self._words = sorted(familiar)
        self._familiar = [familiar[word] for word in self._words]

    def has(self, word: str, to: int) -> bool:
        """Return whether a word is one of these, as it stands."""
        place = bisect_left(self._words, word)
        return place < len(self._words) and self._words[place] == word and bool(self._familiar[place] & to)

    def holds(self, word: str, to: int) -> bool:
        """Return whether a word is one of these, inflected or misspelt perhaps."""
        if self.has(word, to) or any(self._familiar[place] & to for place in self._beginning(word)):
            return True
        alike = self._starting(word[:1])
        limit = 1 if len(word) == _TYPED else typos(word)
        near = process.extract_iter(
            word, self._words[alike.start : alike.stop], scorer=OSA.distance, score_cutoff=limit
        )
        return any(self._familiar[alike.start + place] & to for _, _, place in near)

    def _beginning(self, word: str) -> range:
        """Return the places of the words that begin as a word does, but for an ending."""
        return self._starting(word[: max(_BEGINNING, len(word) - _ENDING)]) if len(word) >= _BEGINNING else range(0)

    def _starting(self, beginning: str) -> range:
        """Return the places of the words with a beginning."""
        first = bisect_left(self._words, beginning)
        return range(first, bisect_left(self._words, beginning + _LAST, first))


@cache
def _fillers(language: str) -> _Words:
    """Return the words of a language that every question may hold."""
    closed = lexicon(language)
    words = closed.fillers | closed.titles | closed.offices | closed.numbers.keys() | closed.comparisons
    return _Words({form: _ANY for word in words for form in (word, plain(word))})
