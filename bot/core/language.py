"""The language of a question: by its script, then by its words."""

import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from bot.core.text import romanise, tokens

_SCRIPTS: Mapping[str, str] = {"hy": "ARMENIAN", "ka": "GEORGIAN", "ru": "CYRILLIC"}
"""The script of each language that is not written in Latin letters."""
_LATIN = "LATIN"
_SAMPLE = 500
"""Characters that are enough to tell a script."""


def script(text: str) -> str | None:
    """Return the script of most letters of a text ("LATIN"), or None where it holds no letter."""
    letters = [character for character in text[:_SAMPLE] if character.isalpha()]
    names = Counter(unicodedata.name(letter, "").split(" ")[0] for letter in letters)
    return names.most_common(1)[0][0] if names else None


class LanguageDetector:
    """Tells which of its languages a text is in.

    `vocabularies` holds the words that questions in each language are made of, normalised.
    """

    def __init__(self, vocabularies: Mapping[str, Collection[str]]) -> None:
        self._languages = tuple(vocabularies)
        self._native = {language: frozenset(words) for language, words in vocabularies.items()}
        self._typed = {
            language: frozenset(map(romanise, words)) if language in _SCRIPTS else frozenset(words)
            for language, words in vocabularies.items()
        }

    def detect(self, text: str, likely: Sequence[str]) -> str | None:
        """Return the language of a text, or None where it is in a script that none of the languages uses.

        `likely` are the languages to prefer, best first, where the text does not tell.
        """
        found = script(text)
        ranked = [language for language in dict.fromkeys([*likely, *self._languages]) if language in self._languages]
        if found is None:
            return ranked[0]
        if found == _LATIN:
            return max(ranked, key=lambda language: self._share(text, self._typed[language]))
        fitting = [language for language in ranked if _SCRIPTS.get(language) == found]
        return max(fitting, key=lambda language: self._share(text, self._native[language]), default=None)

    @staticmethod
    def _share(text: str, vocabulary: frozenset[str]) -> int:
        return sum(word in vocabulary for word in tokens(text[:_SAMPLE]))
