"""Text as people type it, brought to one form."""

import re
import unicodedata
from functools import lru_cache

from anyascii import anyascii

_FOLDS = {
    # Russian is mostly typed without the dots.
    "ё": "е",
    # Marks that Armenian writes inside the word that is asked about or stressed: "ի՞նչ" is the word "ինչ".
    "՛": "",
    "՜": "",
    "՞": "",
    "@": "@",
}
KEPT = 4096
"""Words of which it is kept what they may be: most words of a question have been met before."""
RECENT = 256
"""Texts that are kept in another form: while one question is answered it is asked for again and again."""
WORD = re.compile(r"[^\W_]+(?:[՛՜՞][^\W_]+)*")
"""A word as it is written; Armenian puts marks inside it."""
_BEYOND_ALPHABETS = 0x3000
_INVISIBLE = "Cf"
_APOSTROPHES = ("Lm", "Sk")
_LOOSE_MARK = re.compile(r"@(?!\w)|(?<=[\w@])@")


class _Folding(dict[int, str]):
    """A table for `str.translate` that is made as characters come; it keeps those of alphabets."""

    def __missing__(self, code: int) -> str:
        folded = _fold(chr(code))
        if code < _BEYOND_ALPHABETS:
            self[code] = folded
        return folded


def _fold(character: str) -> str:
    if character in _FOLDS:
        return _FOLDS[character]
    category = unicodedata.category(character)
    if category == _INVISIBLE or _is_stress(character):
        return ""
    return character if category[0] in "LMN" and category not in _APOSTROPHES else " "


def _is_stress(character: str) -> bool:
    """Tell marks that found no letter to compose with, and the variation selectors of emoji."""
    return "\u0300" <= character <= "\u036f" or "\ufe00" <= character <= "\ufe0f"


_FOLDING = _Folding()


@lru_cache(maxsize=RECENT)
def normalise(text: str) -> str:
    """Return the words of a text in one form, with single spaces between them.

    Case, compatibility forms, punctuation, stress marks and invisible characters are gone. A mark such as
    "@person" stays one word. The dotless "ı" stays distinct from "i"; "I" is read as "i", because a text does
    not say that it is Azerbaijani. What comes out stays as it is when it is normalised again.
    """
    folded = text if text.isascii() else unicodedata.normalize("NFKC", text)
    words = folded.casefold().translate(_FOLDING)
    if "@" in words:
        words = _LOOSE_MARK.sub(" ", words)
    if not words.isascii():
        words = unicodedata.normalize("NFKC", words)
    return " ".join(words.split())


def mark(name: str) -> str:
    """Return the word that stands in a text for what is called by an id: it stays one word when it is normalised."""
    return f"@{name.replace('-', '')}"


def one_line(text: str) -> str:
    """Return a text in one line, without characters that cannot be seen or that turn the direction of writing."""
    spaced = (" " if character.isspace() else character for character in text)
    seen = (character for character in spaced if unicodedata.category(character)[0] != "C")
    return " ".join("".join(seen).split())


def tokens(text: str) -> tuple[str, ...]:
    """Return the words of a text, normalised."""
    return tuple(normalise(text).split())


# anyascii writes Armenian letter by letter and aspiration by apostrophes; people write digraphs and one r.
_ARMENIAN = (("ու", "u"), ("ւ", "v"), ("ռ", "r"), ("ը", "y"))
_SOUNDS = str.maketrans({"ə": "a", "ş": "sh", "ç": "ch", "ğ": "gh"})


def romanise(text: str) -> str:
    """Return a text in Latin letters by sound, normalised: for names, which travel between scripts by sound.

    "ə" becomes "a": "Əhməd Əlili" is "Ahmad Alili" in English, and so in Russian, Armenian and Georgian.
    """
    return plain(normalise(text).translate(_SOUNDS))


def plain(text: str) -> str:
    """Return a text as a keyboard without its letters gives it, normalised: "Nə müzakirə?" as "ne muzakire".

    Azerbaijani is typed so by eye ("ə" as "e", "ş" as "s"); other scripts become Latin letters by sound.
    """
    words = normalise(text)
    if words.isascii():
        return words
    for letters, sound in _ARMENIAN:
        words = words.replace(letters, sound)
    return normalise(anyascii(words).replace("'", ""))
