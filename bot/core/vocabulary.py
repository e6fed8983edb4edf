"""The words that each intent's examples account for: what is left of a question, its answer passes over.

"Which members are spies?" is near "which members are there?", and the list of the members would be a slander.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
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


class Vocabulary:
    """The words of each intent's examples.

    `texts` are the normalised texts that questions are compared with, `intents` the intent of each, `languages` the
    words of each language.
    """

    def __init__(self, texts: Iterable[str], intents: Iterable[str], languages: Mapping[str, Collection[str]]) -> None:
        self._some, self._many = _SOME * len(languages), _MANY * len(languages)
        self._languages = {language: frozenset(words) for language, words in languages.items()}
        self._texts: dict[str, list[str]] = defaultdict(list)
        for text, intent in zip(texts, intents, strict=True):
            self._texts[intent].append(text)
        counted = Counter(word for said in self._texts.values() for word in set(" ".join(said).split()))
        self._common = frozenset(
            word for word, count in counted.items() if count >= _COMMON and not word.startswith("@")
        )
        self._words: dict[tuple[str, str], _Words] = {}

    def strange(
        self,
        words: Sequence[str],
        intent: str,
        language: str,
        synonyms: Synonyms,
        acronyms: Collection[str] = (),
    ) -> tuple[str, ...]:
        """Return which of some normalised words are nothing that the examples of an intent say, in their order.

        `acronyms` are the words that were written in capitals: they are not misspelt, inflected or too short to tell.
        A few examples are not all there is to say: where an intent has no more, no word is strange to it.
        """
        if len(self._texts[intent]) < self._some:
            return ()
        known, fillers = self._known(intent, language), _fillers(language)
        covered = {
            place
            for start, end, name in synonyms.spans(words)
            if f"@{name}" in known.words
            for place in range(start, end)
        }

        def accounted(word: str) -> bool:
            if word in acronyms:
                return word in known.words
            ending = len(word) <= _SHORT or romanise(word) in lexicon(language).endings
            return ending or known.holds(word) or fillers.holds(word)

        return tuple(word for place, word in enumerate(words) if place not in covered and not accounted(word))

    def tells(self, intent: str) -> bool:
        """Return whether an intent has so many examples that a strange word may make another question of one."""
        return len(self._texts[intent]) >= self._many

    def _known(self, intent: str, language: str) -> "_Words":
        """Return the words of an intent in a language, and its synonyms; read when they are first needed."""
        if (intent, language) not in self._words:
            counted = Counter(" ".join(self._texts[intent]).split())
            marks = {word for word, count in counted.items() if word.startswith("@") and count >= _OFTEN}
            own = {form for word in {*counted, *self._common} for form in (word, plain(word))}
            self._words[intent, language] = _Words(marks | (own & self._languages[language]))
        return self._words[intent, language]


class _Words:
    """Words that an inflected or misspelt one may be."""

    def __init__(self, words: Iterable[str]) -> None:
        self.words = frozenset(words)
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
    words = closed.fillers | closed.titles | closed.offices | closed.numbers.keys() | closed.comparisons
    return _Words(form for word in words for form in (word, plain(word)))
