"""A ranking becomes an answer, a question back, or an honest no."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.fallback import OFFERED, Decision, Kind, decide
from bot.core.intents import Candidate, Ranking

THRESHOLD = 0.4


def ranking(scores: Mapping[str, float], confidence: float, known: float = 1.0) -> Ranking:
    """Return a ranking of labels by their shares of the votes."""
    candidates = tuple(Candidate(label, score) for label, score in scores.items())
    example = f"example of {candidates[0].label}" if candidates else ""
    return Ranking(candidates, example, confidence, known)


FAR = {"a": 0.8, "b": 0.1, "c": 0.05}
CLOSE = {"a": 0.4, "b": 0.38, "c": 0.1}
rankings = st.builds(
    lambda scores, confidence, known: ranking(
        {label: scores[place] for place, label in enumerate("abcde"[: len(scores)])}, confidence, known
    ),
    st.lists(st.floats(0, 1), max_size=5).map(lambda scores: sorted(scores, reverse=True)),
    st.floats(0, 1),
    st.floats(0, 1),
)


def test_nothing_in_common_with_any_example_is_off_the_subject() -> None:
    """Without a candidate there is nothing to answer or to offer."""
    assert decide(Ranking(), THRESHOLD) == Decision(Kind.OUT_OF_SCOPE)


def test_a_sure_reading_is_answered() -> None:
    """The best intent is answered, and the decision tells what it stands on."""
    decision = decide(ranking(FAR, 0.95), THRESHOLD)
    assert (decision.kind, decision.intents) == (Kind.ANSWER, ("a",))
    assert (decision.confidence, decision.nearest, decision.example) == (0.95, "a", "example of a")
    assert decision.runner_up == "b"
    assert decision.margin == pytest.approx(0.7)


def test_the_only_candidate_is_ahead_of_nothing() -> None:
    """With one intent there is no runner-up, and the margin is its whole share."""
    decision = decide(ranking({"a": 1.0}, 0.9), THRESHOLD)
    assert (decision.kind, decision.runner_up, decision.margin) == (Kind.ANSWER, None, 1.0)


def test_two_close_readings_are_offered() -> None:
    """Above the threshold, but not sure which of two it is: both are offered, best first, and no third."""
    decision = decide(ranking(CLOSE, 0.5), THRESHOLD)
    assert (decision.kind, decision.intents) == (Kind.CLARIFY, ("a", "b"))


def test_a_close_second_does_not_matter_to_who_is_sure() -> None:
    """With a high confidence the best is answered all the same."""
    assert decide(ranking(CLOSE, 0.99), THRESHOLD).intents == ("a",)


def test_below_the_threshold_what_is_far_ahead_is_answered() -> None:
    """One intent that has nearly all votes is believed where the confidence is just too low."""
    assert decide(ranking(FAR, 0.39), THRESHOLD).kind is Kind.ANSWER
    assert decide(ranking(CLOSE, 0.39), THRESHOLD).kind is Kind.CLARIFY


def test_far_below_the_threshold_nothing_is_answered() -> None:
    """However far ahead it is, an intent that is most unlikely is not answered."""
    decision = decide(ranking(FAR, 0.01), THRESHOLD)
    assert (decision.kind, decision.intents) == (Kind.NOT_DOCUMENTED, ("a", "b", "c"))


def test_a_question_in_words_that_nobody_knows_is_off_the_subject() -> None:
    """Whether it is the subject that is silent or another subject is told by the share of known words."""
    assert decide(ranking(CLOSE, 0.01, known=1.0), THRESHOLD).kind is Kind.NOT_DOCUMENTED
    decision = decide(ranking(CLOSE, 0.01, known=0.1), THRESHOLD)
    assert (decision.kind, decision.intents) == (Kind.OUT_OF_SCOPE, ())


class TestAsides:
    """Small talk and what is off the subject."""

    def test_an_aside_is_never_offered(self) -> None:
        """Nobody is helped by "did you mean hello?"."""
        assert decide(ranking(CLOSE, 0.5), THRESHOLD, {"b"}).intents == ("a",)
        assert decide(ranking(CLOSE, 0.3), THRESHOLD, {"b"}).intents == ("a", "c")

    def test_an_aside_that_is_best_is_answered_without_asking_back(self) -> None:
        """Who seems to say hello is greeted."""
        decision = decide(ranking(CLOSE, 0.5), THRESHOLD, {"a"})
        assert (decision.kind, decision.intents) == (Kind.ANSWER, ("a",))

    def test_what_is_nearest_to_an_aside_and_not_sure_is_off_the_subject(self) -> None:
        """Nothing is offered that has nothing to do with the question."""
        decision = decide(ranking(CLOSE, 0.1), THRESHOLD, {"a"})
        assert (decision.kind, decision.intents) == (Kind.OUT_OF_SCOPE, ())


@given(found=rankings, threshold=st.floats(0, 1), asides=st.sets(st.sampled_from("abcde")))
def test_every_decision_fits_its_kind(found: Ranking, threshold: float, asides: set[str]) -> None:
    """An answer has one intent; offers are candidates, best first, a few at most and no asides."""
    decision = decide(found, threshold, asides)
    labels = [candidate.label for candidate in found.candidates]
    assert list(decision.intents) == sorted(decision.intents)
    assert set(decision.intents) <= set(labels)
    if decision.kind is Kind.ANSWER:
        assert decision.intents == (labels[0],)
    else:
        assert not asides & set(decision.intents)
        assert len(decision.intents) <= OFFERED


@given(found=rankings, threshold=st.floats(0, 1), sure=st.floats(0, 1))
def test_more_confidence_never_takes_an_answer_away(found: Ranking, threshold: float, sure: float) -> None:
    """What is answered at some confidence is answered at a higher one."""
    surer = replace(found, confidence=max(sure, found.confidence))
    if decide(found, threshold).kind is Kind.ANSWER:
        assert decide(surer, threshold).kind in {Kind.ANSWER, Kind.CLARIFY}
