"""What is said around a request and asks for nothing ("could you tell me, in two words"): it is not read at all."""

import re
from functools import cache

from bot.core.lexicon import lexicon, retyped
from bot.core.text import WORD, plain, tokens

_LETTERS = re.compile(r"[^\W\d_a-zA-Z]+")
"""Letters that an expression itself does not use."""


def without_formulas(text: str, language: str) -> str:
    """Return a text without its formulas, as it stands where it holds nothing else."""
    expression = _formulas(language)
    said = retyped(" ".join(tokens(text)), language)
    if expression is None or not expression.search(said):
        return text
    words = list(WORD.finditer(text))
    said = retyped(" ".join("".join(tokens(word.group())) for word in words), language)
    kept, end = "", 0
    for found in expression.finditer(said):
        kept += text[end : words[said.count(" ", 0, found.start())].start()]
        end = words[said.count(" ", 0, found.end())].end()
    rest = kept + text[end:]
    return rest if tokens(rest) else text


@cache
def _formulas(language: str) -> re.Pattern[str] | None:
    """Return what finds the formulas of a language in normalised words, also in Latin letters."""
    written = lexicon(language).formulas
    typed = [_LETTERS.sub(lambda letters: plain(letters[0]), expression) for expression in written]
    return re.compile(rf"(?<!\S)(?:{'|'.join(dict.fromkeys([*written, *typed]))})(?!\S)") if written else None
