"""Where a statement stands in its source: quotes, offsets and coverage.

A quote is matched with white space folded, because a source's line breaks and no-break spaces carry no meaning.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.core.models import Evidence, Source
from bot.errors import JoligError

# A sentence ends at a blank line, or at its full stop; the stop may touch the next sentence ("ArmInfo.The …").
_SENTENCE_END = re.compile(r"\n\s*\n|(?<=[.!?։])[\"”»)]*(?:\s+|(?<=[a-z]\.)(?=[A-Z]))")
_WORD_CHARACTER = re.compile(r"\w")


class QuoteError(JoligError):
    """A quote that does not stand in its source, or stands there more than once."""


@dataclass(frozen=True, slots=True)
class SentenceCoverage:
    """How much of one sentence of a source is evidence of a fact."""

    start: int
    text: str
    covered: int
    """Word characters within some evidence."""
    total: int

    @property
    def complete(self) -> bool:
        """Return whether no word of the sentence is left out."""
        return self.covered == self.total


def fold(text: str) -> str:
    """Return the text with every run of white space as one space."""
    return " ".join(text.split())


def locate(text: str, quote: str, occurrence: int | None = None) -> tuple[int, int]:
    """Return the first and the last (exclusive) character of a quote in a text.

    `occurrence` counts from 1 and is needed where the quote stands more than once.
    Raises QuoteError where there is no such passage, or more than one and none is named.
    """
    pattern = r"\s+".join(re.escape(word) for word in quote.split())
    spans = [match.span() for match in re.finditer(pattern, text)] if pattern else []
    if not spans:
        raise QuoteError(f"the quote is not in the source: {fold(quote)!r}")
    if occurrence is None and len(spans) > 1:
        raise QuoteError(f"the quote stands {len(spans)} times in the source, name its occurrence: {fold(quote)!r}")
    index = 0 if occurrence is None else occurrence - 1
    if not 0 <= index < len(spans):
        raise QuoteError(f"the quote stands {len(spans)} times in the source, not {occurrence}: {fold(quote)!r}")
    return spans[index]


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Yield the first and last (exclusive) character of each sentence of a text."""
    start = 0
    for end, following in [*(match.span() for match in _SENTENCE_END.finditer(text)), (len(text), len(text))]:
        if text[start:end].strip():
            yield start, end
        start = following


def coverage(source: Source, evidence: Iterable[Evidence]) -> tuple[SentenceCoverage, ...]:
    """Return, sentence by sentence, how many word characters of a source are evidence of some fact."""
    covered = bytearray(len(source.text))
    for passage in evidence:
        if passage.source == source.id:
            covered[passage.start : passage.end] = b"\x01" * (passage.end - passage.start)
    return tuple(_sentence(source.text, covered, start, end) for start, end in sentences(source.text))


def _sentence(text: str, covered: bytearray, start: int, end: int) -> SentenceCoverage:
    places = [match.start() for match in _WORD_CHARACTER.finditer(text, start, end)]
    return SentenceCoverage(start, fold(text[start:end]), sum(covered[place] for place in places), len(places))
