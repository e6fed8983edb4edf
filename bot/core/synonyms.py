"""Words that mean the same, in each language: what lets a question match examples that use none of its words.

Each word or phrase of a synonym is compared as `text.normalise` leaves it, and as a keyboard without its letters gives
it (`text.plain`). "meet*" stands for every word that begins so.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.core.text import KEPT, mark, normalise, plain

_ANY = "*"
_Phrase = tuple[str, ...]


class Synonyms:
    """Finds the synonyms of one language in a text.

    `words` holds the words and phrases by the id of the synonym, `vocabulary` the words, as they are typed, that a
    misspelt one may be meant as. `alike` are the synonyms whose words must make no difference at all.
    """

    def __init__(
        self, words: Mapping[str, Sequence[str]], vocabulary: Collection[str], alike: Collection[str] = ()
    ) -> None:
        self._alike = frozenset(alike)
        self._phrases: dict[str, list[tuple[_Phrase, str]]] = defaultdict(list)
        for name, written in words.items():
            for phrase in dict.fromkeys(form for each in written for form in _forms(each)):
                self._phrases[phrase[0]].append((phrase, name))
        self._prefixes = sorted({len(head) - 1 for head in self._phrases if head.endswith(_ANY)}, reverse=True)
        self._starting = lru_cache(maxsize=KEPT)(self._phrases_of)
        self._meant = lru_cache(maxsize=KEPT)(self._spelt)
        self._vocabulary = frozenset(vocabulary)
        self._by_letter: dict[str, list[str]] = defaultdict(list)
        for word in vocabulary:
            self._by_letter[word[:1]].append(word)

    def find(self, words: Sequence[str]) -> tuple[str, ...]:
        """Return the ids of the synonyms in normalised words, in their order, each once."""
        return tuple(dict.fromkeys(name for _, _, name in self.spans(words)))

    def marked(self, words: Sequence[str]) -> str:
        """Return normalised words and a mark for each synonym in them; a mark stands in place of words that are alike.

        Marks that are among the words already are kept.
        """
        spans = self.spans(words)
        instead = {start: (end, name) for start, end, name in spans if name in self._alike}
        kept, place = list[str](), 0
        while place < len(words):
            end, name = instead.get(place, (place + 1, None))
            kept.append(words[place] if name is None else mark(name))
            place = end
        beside = dict.fromkeys(mark(name) for _, _, name in spans if name not in self._alike)
        return " ".join([*kept, *beside])

    def spans(self, words: Sequence[str]) -> list[tuple[int, int, str]]:
        """Return the first and last place (exclusive) of each synonym in normalised words, and its id."""
        meant = ["" if word.startswith("@") else self._meant(word) for word in words]
        return [(place, end, name) for place in range(len(meant)) for end, name in self._at(meant, place)]

    def _at(self, words: Sequence[str], place: int) -> Iterator[tuple[int, str]]:
        for phrase, name in self._starting(words[place]):
            rest = words[place + 1 : place + len(phrase)]
            if len(rest) == len(phrase) - 1 and all(map(_fits, rest, phrase[1:])):
                yield place + len(phrase), name

    def _phrases_of(self, word: str) -> tuple[tuple[_Phrase, str], ...]:
        """Return the phrases that begin with a word, each with the id of its synonym."""
        heads = [word, *(word[:length] + _ANY for length in self._prefixes if length <= len(word))]
        return tuple(phrase for head in heads for phrase in self._phrases.get(head, ()))

    def _spelt(self, word: str) -> str:
        """Return the word of the vocabulary that a word is a misspelling of, itself where there is none."""
        limit = typos(word)
        if not limit or word in self._vocabulary or next(self._at([word], 0), None):
            return word
        near = process.extractOne(word, self._by_letter.get(word[0], ()), scorer=OSA.distance, score_cutoff=limit)
        return near[0] if near else word


def typos(word: str) -> int:
    """Return how many typing errors a word may hold and still be believed to be another."""
    return 0 if len(word) < 5 else 1 if len(word) < 9 else 2  # noqa: PLR2004


def _fits(word: str, pattern: str) -> bool:
    return word.startswith(pattern[:-1]) if pattern.endswith(_ANY) else word == pattern


def _forms(written: str) -> Iterator[_Phrase]:
    """Yield a phrase as it is normalised, and without the letters that some keyboards lack."""
    for form in (normalise, plain):
        phrase = tuple(
            word + (_ANY if part.endswith(_ANY) and place == len(words) else "")
            for part in written.split()
            for words in [form(part).split()]
            for place, word in enumerate(words, start=1)
        )
        if phrase:
            yield phrase
