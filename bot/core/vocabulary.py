"""The words that each intent's examples account for: what is left of a question, its answer passes over.

"Which members are spies?" is near "which members are there?", and the list of the members would be a slander.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.core.lexicon import lexicon
from bot.core.synonyms import Synonyms, typos
from bot.core.text import plain, romanise

_BEGINNING = 5
"""Letters at least in which an inflected word agrees with another."""
_ENDING = 3
"""Letters in which it may differ at its end."""
_COMMON = 6
"""Intents in whose examples a word occurs that tells nothing of what is asked."""
_MANY = 15
"""Examples of an intent in each language from which a word that none of them has tells something."""
_OFTEN = 3
"""Examples in which a synonym stands that is no accident."""
_TYPED = 4
"""Letters from which a word may hold a typing error."""
_SHORT = 2
"""Letters up to which a word tells nothing by itself."""


class Vocabulary:
    """The words of each intent's examples.

    `texts` are the normalised texts that questions are compared with, `intents` the intent of each; they are in
    `languages` languages.
    """

    def __init__(self, texts: Iterable[str], intents: Iterable[str], languages: int) -> None:
        self._enough = _MANY * languages
        self._texts: dict[str, list[str]] = defaultdict(list)
        for text, intent in zip(texts, intents, strict=True):
            self._texts[intent].append(text)
        counted = Counter(word for said in self._texts.values() for word in set(" ".join(said).split()))
        self._common = frozenset(
            word for word, count in counted.items() if count >= _COMMON and not word.startswith("@")
        )
        self._words: dict[str, _Words] = {}

    def strange(self, words: Sequence[str], intent: str, language: str, synonyms: Synonyms) -> tuple[str, ...]:
        """Return which of some normalised words are nothing that the examples of an intent say, in their order.

        A few examples are not all there is to say: where an intent has no more, no word is strange to it.
        """
        if len(self._texts[intent]) < self._enough:
            return ()
        known, fillers = self._known(intent), _fillers(language)
        covered = {
            place
            for start, end, name in synonyms.spans(words)
            if f"@{name}" in known.words
            for place in range(start, end)
        }
        return tuple(
            word
            for place, word in enumerate(words)
            if len(word) > _SHORT
            and place not in covered
            and not known.holds(word)
            and not fillers.holds(word)
            and romanise(word) not in lexicon(language).endings
        )

    def _known(self, intent: str) -> "_Words":
        """Return the words of an intent, read when they are first needed."""
        if intent not in self._words:
            counted = Counter(" ".join(self._texts[intent]).split())
            own = [word for word, count in counted.items() if count >= _OFTEN or not word.startswith("@")]
            self._words[intent] = _Words({*self._common, *own})
        return self._words[intent]


class _Words:
    """Words that an inflected or misspelt one may be."""

    def __init__(self, words: Iterable[str]) -> None:
        self.words = frozenset(form for word in words for form in (word, plain(word)))
        self._beginnings = {word[:length] for word in self.words for length in range(_BEGINNING, len(word) + 1)}
        self._by_letter: Mapping[str, list[str]] = defaultdict(list)
        for word in self.words:
            self._by_letter[word[:1]].append(word)

    def holds(self, word: str) -> bool:
        """Return whether a word is one of these, inflected or misspelt perhaps."""
        if word in self.words or word[: max(_BEGINNING, len(word) - _ENDING)] in self._beginnings:
            return True
        alike = self._by_letter.get(word[:1], ())
        limit = 1 if len(word) == _TYPED else typos(word)
        return process.extractOne(word, alike, scorer=OSA.distance, score_cutoff=limit) is not None


@cache
def _fillers(language: str) -> _Words:
    """Return the words of a language that every question may hold."""
    closed = lexicon(language)
    return _Words(closed.fillers | closed.titles | closed.offices | closed.numbers.keys() | closed.comparisons)
