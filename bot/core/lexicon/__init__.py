"""What the core knows of each language itself, apart from any subject: small closed classes of words.

Words are written as `text.normalise` leaves them. A language that is not here works too; it only does without
follow-ups by a bare word, without its stop words and without the endings of its names.
"""

import re
from collections.abc import Mapping
from functools import cache

from bot.core.lexicon import az, en, hy, ka, ru
from bot.core.lexicon.model import Lexicon

__all__ = ["LEXICONS", "Lexicon", "lexicon", "retyped"]

LEXICONS: Mapping[str, Lexicon] = {
    "en": en.LEXICON,
    "hy": hy.LEXICON,
    "az": az.LEXICON,
    "ru": ru.LEXICON,
    "ka": ka.LEXICON,
}
_EMPTY = Lexicon()


def lexicon(language: str) -> Lexicon:
    """Return the lexicon of a language, empty where there is none."""
    return LEXICONS.get(language, _EMPTY)


def retyped(words: str, language: str) -> str:
    """Return words in Latin letters as `text.plain` would write them, where people type a language another way.

    Words that hold another letter, and marks such as "@person", stay as they are.
    """
    typed = lexicon(language).typed
    if not typed:
        return words
    return " ".join(
        _typing(language).sub(lambda found: typed[found[0]], word) if word.isascii() and word.isalpha() else word
        for word in words.split()
    )


@cache
def _typing(language: str) -> re.Pattern[str]:
    return re.compile("|".join(sorted(lexicon(language).typed, key=len, reverse=True)))
