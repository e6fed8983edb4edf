"""The language of a question: by its script, then by its words."""

import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

from bot.core.lexicon import retyped
from bot.core.text import KEPT, tokens

SCRIPTS: Mapping[str, str] = {"hy": "ARMENIAN", "ka": "GEORGIAN", "ru": "CYRILLIC"}
"""The script of each language that is not written in Latin letters."""
_LATIN = "LATIN"
_KNOWN = frozenset({_LATIN, *SCRIPTS.values()})
_LETTERS = frozenset({"Lu", "Ll", "Lt", "Lo"})
_SAMPLE = 500
"""Characters that are enough to tell a language."""
_STEM = 4
"""Letters in which a word agrees with an inflected or misspelt one."""
_WORD, _BEGINNING, _LETTER = 1.0, 0.6, 1.0
"""What speaks for a language: one of its words, a beginning of one, a letter that only it has."""
_FOREIGN: Mapping[str, frozenset[str]] = {
    language: frozenset(words.split())
    for language, words in {
        "tr": "kimlerdir nedir nerede nerde hangi için değil mı bu şu ve ile üyeleri üye nasıl toplantı hakkında oldu",
        "de": "wer was wann wo ist sind der die das und nicht ein eine für mit von wie viele im den dem zu mitglieder",
        "fr": "qui que quand où est sont le la les des et pas un une pour avec dans combien quels quel ont membres du",
        "es": "quién quiénes qué cuándo dónde es son el la los las y no un una para con cuántos quien quienes cuando",
        "it": "chi che quando dove è sono il lo la gli le e non un una per con quanti dei della membri",
        "pl": "kto co kiedy gdzie jest są i nie w na z dla ile kim jakie członkowie",
    }.items()
}
"""Short words of languages that are often met in the region and may not be among those of the knowledge."""


def scripts(text: str) -> Counter[str]:
    """Return how many words of a text are in each script ("LATIN"), each in that of most of its letters.

    Scripts of other languages come first: a name in Latin letters may touch a word of theirs.
    """
    found: Counter[str] = Counter()
    for word in unicodedata.normalize("NFKC", text[:_SAMPLE]).split():
        if script := _script_of(word):
            found[script] += 1
    return found


@lru_cache(maxsize=KEPT)
def _script_of(word: str) -> str:
    """Return the script of a word, nothing for one without letters."""
    names = list(filter(None, map(_script, word)))
    names = [name for name in names if name not in _KNOWN] or names
    return max(dict.fromkeys(names), key=names.count, default="")


@lru_cache(maxsize=KEPT)
def _script(character: str) -> str:
    """Return the script of a letter, nothing for any other character."""
    return unicodedata.name(character, "").partition(" ")[0] if unicodedata.category(character) in _LETTERS else ""


def _capitalised(text: str) -> frozenset[str]:
    """Return the normalised words that have a capital, though they begin no sentence: names, in most languages."""
    words = text.split()
    within = [word for before, word in pairwise(words) if word.istitle() and before[-1] not in ".?!:;"]
    return frozenset(tokens(" ".join(within)))


class LanguageDetector:
    """Tells which of its languages a text is in.

    `vocabularies` holds the words that questions in each language are made of, as they are typed. `is_name` tells of a
    word whether it is a name: those tell nothing, as they are the same everywhere.
    """

    def __init__(self, vocabularies: Mapping[str, Collection[str]], is_name: Callable[[str], bool]) -> None:
        self._languages = tuple(vocabularies)
        self._is_name = is_name
        self._words = {language: frozenset(words) for language, words in vocabularies.items()}
        self._beginnings = {
            language: frozenset(word[:_STEM] for word in words if len(word) >= _STEM)
            for language, words in self._words.items()
        }
        letters = {
            language: frozenset(letter for letter in "".join(words) if not letter.isascii())
            for language, words in vocabularies.items()
            if language not in SCRIPTS
        }
        self._letters = {
            language: mine.difference(*(other for name, other in letters.items() if name != language))
            for language, mine in letters.items()
        }

    def detect(self, text: str, likely: Sequence[str]) -> str | None:
        """Return the language of a text, or None where it is in none of the languages.

        `likely` are the languages to prefer, best first, where the text does not tell.
        """
        ranked = [language for language in dict.fromkeys([*likely, *self._languages]) if language in self._languages]
        found = scripts(text)
        # Names of organisations and titles are Latin in every language: other letters are what somebody writes in.
        written = [language for language in ranked if SCRIPTS.get(language) in found]
        if written:
            return max(written, key=lambda language: found[SCRIPTS[language]])
        words = tokens(text[:_SAMPLE])
        names = _capitalised(text[:_SAMPLE])
        telling = [word for word in words if word.isalpha() and word not in names and not self._is_name(word)]
        if found and (_LATIN not in found or (len(found) > 1 and not any(map(str.isascii, telling)))):
            return None
        scores = {language: self._score(words, telling, language) for language in ranked}
        best = max(ranked, key=lambda language: scores[language])
        if scores[best] < _WORD:  # the beginning of one word may be anybody's
            best = ranked[0]
        foreign = (sum(word in short for word in words) for name, short in _FOREIGN.items() if name not in ranked)
        return None if max(foreign, default=0) > max(1.0, scores[best]) else best

    def _score(self, words: Sequence[str], telling: Sequence[str], language: str) -> float:
        """Return what speaks for a language: its letters in any word, and the words that are no names."""
        letters = self._letters.get(language, frozenset())
        typed = retyped(" ".join(telling), language).split()
        own = sum(not letters.isdisjoint(word) for word in words) if letters else 0
        return sum(self._familiarity(language, word) for word in typed) + _LETTER * own

    def _familiarity(self, language: str, word: str) -> float:
        if word in self._words[language]:
            return _WORD
        return _BEGINNING if word[:_STEM] in self._beginnings[language] else 0.0
