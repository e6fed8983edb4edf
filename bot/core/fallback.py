"""What to do with a ranking: answer, ask back, or say honestly that there is nothing."""

from dataclasses import dataclass
from enum import StrEnum

from bot.core.intents import Ranking

CLOSE = 0.75
"""A second reading with this share of the first one's score is close."""
SURE = 0.8
"""Confidence from which a close second reading no longer matters."""
DOUBTFUL = 0.5
"""Share of the refusing threshold down to which it is better to ask back than to refuse."""
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
    example: str | None = None
    runner_up: str | None = None


def decide(ranking: Ranking, threshold: float) -> Decision:
    """Return what to do with a request that was ranked; below `threshold` it is not answered."""
    candidates = ranking.candidates
    if not candidates:
        return Decision(Kind.OUT_OF_SCOPE)
    best = candidates[0]
    close = [candidate.label for candidate in candidates[:OFFERED] if candidate.score >= CLOSE * best.score]
    nearest = tuple(candidate.label for candidate in candidates[:OFFERED])
    if ranking.confidence >= threshold:
        asks = len(close) > 1 and ranking.confidence < SURE
        kind, intents = (Kind.CLARIFY, tuple(close)) if asks else (Kind.ANSWER, (best.label,))
    elif ranking.known < FAMILIAR:
        kind, intents = Kind.OUT_OF_SCOPE, ()
    elif ranking.confidence >= DOUBTFUL * threshold:
        kind, intents = Kind.CLARIFY, nearest
    else:
        kind, intents = Kind.NOT_DOCUMENTED, nearest
    second = candidates[1].label if len(candidates) > 1 else None
    return Decision(kind, intents, ranking.confidence, best.utterance, second)
