"""What to do with a ranking: answer, ask back, or say honestly that there is nothing."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from bot.core.intents import Ranking

CLOSE = 0.75
"""A second reading with this share of the first one's score is close."""
SURE = 0.8
"""Confidence from which a close second reading no longer matters."""
DOUBTFUL = 0.5
"""Share of the refusing threshold down to which it is better to ask back than to refuse."""
AHEAD = 0.35
"""Lead in the share of votes from which an intent is believed below the threshold too."""
FAMILIAR = 0.6
"""Share of known words from which a question is about the subject."""
OFFERED = 3
"""Readings to offer when asking back."""


class Kind(StrEnum):
    """What to do with a request."""

    ANSWER = "answer"
    CLARIFY = "clarify"
    ABOUT_ENTITY = "about_entity"
    """A bare name: offer what there is about it."""
    ABOUT_WHAT = "about_what"
    """Words that ask for nothing by themselves."""
    NOT_MENTIONED = "not_mentioned"
    """A bare name that no source has."""
    NOT_DOCUMENTED = "not_documented"
    OUT_OF_SCOPE = "out_of_scope"


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do with a request, and with which intents."""

    kind: Kind
    intents: tuple[str, ...] = ()
    """Best first: the one to answer, the ones to offer, or the nearest that there is."""
    confidence: float = 0.0
    nearest: str | None = None
    example: str | None = None
    runner_up: str | None = None
    margin: float = 0.0
    """How far the share of the votes of the nearest intent is ahead of the next one's."""


def decide(ranking: Ranking, threshold: float, asides: Collection[str] = ()) -> Decision:
    """Return what to do with a request that was ranked.

    Below `threshold` it is not answered, unless one intent is far ahead of all others. `asides` are the intents that
    are never offered as a reading.
    """
    candidates = ranking.candidates
    if not candidates:
        return Decision(Kind.OUT_OF_SCOPE)
    best, second = candidates[0], candidates[1] if len(candidates) > 1 else None
    margin = best.score - (second.score if second else 0.0)
    kind, intents = _kind(ranking, threshold, margin, asides)
    return Decision(
        kind,
        intents,
        ranking.confidence,
        nearest=best.label,
        example=ranking.example,
        runner_up=second.label if second else None,
        margin=margin,
    )


def _kind(ranking: Ranking, threshold: float, margin: float, asides: Collection[str]) -> tuple[Kind, tuple[str, ...]]:
    best = ranking.candidates[0]
    offered = [candidate for candidate in ranking.candidates[:OFFERED] if candidate.label not in asides]
    labels = tuple(candidate.label for candidate in offered)
    possible = ranking.confidence >= DOUBTFUL * threshold
    if ranking.confidence >= threshold or (possible and margin >= AHEAD):
        close = tuple(candidate.label for candidate in offered if candidate.score >= CLOSE * best.score)
        asks = len(close) > 1 and ranking.confidence < SURE and best.label not in asides
        return (Kind.CLARIFY, close) if asks else (Kind.ANSWER, (best.label,))
    if best.label in asides or ranking.known < FAMILIAR:
        return Kind.OUT_OF_SCOPE, ()
    return (Kind.CLARIFY if possible else Kind.NOT_DOCUMENTED), labels
