"""The matcher ranks intents, says how sure it is, and survives whatever is typed."""

import io
import string
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.intents import LONGEST, Matcher, Ranking
from bot.errors import KnowledgeError

EXAMPLES = {
    "members": (
        "Who are the members?",
        "List the members of the group",
        "Which people belong to the group?",
        "Name everyone in the group",
        "Кто входит в группу?",
        "Ովքե՞ր են խմբի անդամները",
        "ვინ არიან ჯგუფის წევრები?",
        "Qrupun üzvləri kimlərdir?",
    ),
    "meeting-place": (
        "Where did the group meet?",
        "In which town was the meeting held?",
        "What was the venue of the meeting?",
        "Location of the last meeting",
        "Где встретилась группа?",
        "Որտե՞ղ է հանդիպել խումբը",
        "სად შეხვდა ჯგუფი?",
        "Qrup harada görüşüb?",
    ),
    "report": (
        "What is the report called?",
        "Tell me the title of the report",
        "Which publication did they present?",
        "Name of the document with the measures",
        "Как называется доклад?",
        "Ինչպե՞ս է կոչվում զեկույցը",
        "რა ჰქვია ანგარიშს?",
        "Hesabat necə adlanır?",
    ),
    "is-member": (
        "Is @person a member?",
        "Does @person belong to the group?",
        "@person",
        "Является ли @person членом группы?",
    ),
}


def fit(examples: dict[str, tuple[str, ...]]) -> Matcher:
    pairs = [(utterance, label) for label, utterances in examples.items() for utterance in utterances]
    return Matcher.fit([utterance for utterance, _ in pairs], [label for _, label in pairs])


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return fit(EXAMPLES)


def first(ranking: Ranking) -> str:
    return ranking.candidates[0].label


@pytest.mark.parametrize(("label", "utterances"), EXAMPLES.items())
def test_examples_get_their_own_label(matcher: Matcher, label: str, utterances: tuple[str, ...]) -> None:
    """An example utterance is recognised, with itself as the nearest, and every word of it is known."""
    for utterance in utterances:
        ranking = matcher.rank(utterance)
        assert (first(ranking), ranking.example) == (label, utterance)
        assert ranking.known == pytest.approx(1)
        assert ranking.similarity == pytest.approx(1)


@pytest.mark.parametrize(
    ("question", "label"),
    [
        ("who is a member of this group", "members"),
        ("where was that meeting", "meeting-place"),
        ("what's the report's title?", "report"),
        ("is it so that @person is a member", "is-member"),
    ],
)
def test_paraphrases_get_the_label(matcher: Matcher, question: str, label: str) -> None:
    """Other words in another order are recognised."""
    assert first(matcher.rank(question)) == label


@pytest.mark.parametrize(
    ("question", "label"),
    [("who aer teh mmebers", "members"), ("reprot tilte", "report"), ("were did hte grop meeet", "meeting-place")],
)
def test_typos_are_forgiven(matcher: Matcher, question: str, label: str) -> None:
    """Misspelt words count as the words they are near to."""
    ranking = matcher.rank(question)
    assert first(ranking) == label
    assert ranking.known > 0.5


@pytest.mark.parametrize(
    ("question", "label"),
    [
        ("kto vkhodit v gruppu", "members"),
        ("gde vstretilas gruppa", "meeting-place"),
        ("vortegh e handipel khumby", "meeting-place"),
        ("vin arian jgupis tsevrebi", "members"),
        ("qrupun uzvleri kimlerdir", "members"),
        ("hesabat nece adlanir", "report"),
    ],
)
def test_any_language_may_be_typed_in_plain_latin(matcher: Matcher, question: str, label: str) -> None:
    """Russian, Armenian, Georgian and Azerbaijani match without their own letters; the example shown has them."""
    ranking = matcher.rank(question)
    assert ranking.candidates[0].label == label
    assert ranking.example in EXAMPLES[label]
    assert not ranking.example.isascii()


def test_scores_are_shares_best_first(matcher: Matcher) -> None:
    """All labels are ranked when they are few, and share one vote."""
    candidates = matcher.rank("Who met where?").candidates
    scores = [candidate.score for candidate in candidates]
    assert sorted(candidate.label for candidate in candidates) == sorted(EXAMPLES)
    assert scores == sorted(scores, reverse=True)
    assert sum(scores) == pytest.approx(1)


def test_five_candidates_are_shown_of_many() -> None:
    """The ranking is as long as anybody would read."""
    many = fit(
        {
            f"number-{letter}": (f"tell me about {letter * 4}", f"{letter * 4} please")
            for letter in string.ascii_lowercase
        }
    )
    assert len(many.rank("tell me about qqqq").candidates) == 5


def test_strange_questions_are_less_certain(matcher: Matcher) -> None:
    """A question off the subject has a lower confidence, fewer known words, and little similarity."""
    asked, strange = matcher.rank("who are the group's members"), matcher.rank("best pizza recipe with mushrooms")
    assert strange.confidence < matcher.threshold < asked.confidence
    assert strange.known < 0.3
    assert asked.known > 0.9
    assert strange.similarity < 0.3
    assert asked.similarity > 0.7


@pytest.mark.parametrize("question", ["", " \n\t", "?!…", "👍🏽🎉", "\u200b", "\ud800"])
def test_questions_without_words_have_no_candidates(matcher: Matcher, question: str) -> None:
    """Nothing is made of nothing."""
    assert matcher.rank(question) == Ranking()


def test_questions_without_anything_known_have_no_candidates(matcher: Matcher) -> None:
    """Letters that no utterance has lead nowhere."""
    assert matcher.rank("你好吗") == Ranking()


def test_long_questions_are_cut(matcher: Matcher) -> None:
    """What stands beyond the limit is not read, however long the text is."""
    question = "who are the members? ".ljust(LONGEST)
    assert matcher.rank(question + "where did the group meet? " * 4_000) == matcher.rank(question)


@pytest.mark.parametrize("question", ["w" * 100_000, "\ufdfa" * 5_000, "a " * 50_000, "grop " * 20_000])
def test_monstrous_questions_are_ranked(matcher: Matcher, question: str) -> None:
    """Endless words, characters that unfold into many, and endless misspelt words do no harm."""
    assert 0 <= matcher.rank(question).confidence < 1


@settings(max_examples=200, deadline=None)
@given(question=st.text())
def test_anything_can_be_asked(matcher: Matcher, question: str) -> None:
    """No text raises an error, and all numbers stay within their limits."""
    ranking = matcher.rank(question)
    assert 0 <= ranking.confidence <= 1
    assert 0 <= ranking.known <= 1 + 1e-6
    assert 0 <= ranking.similarity <= 1 + 1e-6
    assert all(0 <= candidate.score <= 1 for candidate in ranking.candidates)


def test_a_restored_matcher_is_the_same(matcher: Matcher) -> None:
    """All of it is arrays that numpy keeps without pickle."""
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **matcher.arrays())
    file.seek(0)
    with np.load(file, allow_pickle=False) as arrays:
        restored = Matcher.restore(arrays)
    assert restored.threshold == matcher.threshold
    for question in ("who are they", "qrup harada", "Ովքե՞ր", "nonsense", ""):
        assert restored.rank(question) == matcher.rank(question)


def test_fitting_is_deterministic(matcher: Matcher) -> None:
    """The same examples give the same arrays."""
    first_time, again = matcher.arrays(), fit(EXAMPLES).arrays()
    assert first_time.keys() == again.keys()
    assert all(np.array_equal(first_time[name], again[name]) for name in first_time)


def test_ranking_needs_neither_scikit_learn_nor_scipy() -> None:
    """A bot whose matcher is cached starts without them."""
    program = "import sys, bot.core.intents; print({'sklearn', 'scipy'} & {name for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize(
    "examples",
    [
        {"only": ("who are the members",)},
        {"only": ("who are the members", "list the members")},
        {"a": ("who are the members",), "b": ("where did you meet",)},
        {"a": ("who are the members", "list them"), "b": ("where did you meet", "which town")},
        {"a": ("who are the members", "who are the members"), "b": ("where did you meet", "WHERE did you meet?")},
        {"a": ("who are the members", "👍"), "b": ("👎",), "c": ("where", "which town", "what place")},
        {"a": ("who",), "b": ("where",), "c": ("when",), "d": ("why", "what for"), "e": ("how",), "f": ("hi",)},
    ],
)
def test_small_knowledge_works(examples: dict[str, tuple[str, ...]]) -> None:
    """One label, one utterance, duplicates and utterances without words are enough to begin with."""
    small = fit(examples)
    label, utterances = next(iter(examples.items()))
    ranking = small.rank(utterances[0])
    assert first(ranking) == label
    assert 0 < small.threshold < 1
    assert small.rank("completely unrelated").confidence < ranking.confidence


def test_the_same_utterance_may_stand_under_two_labels() -> None:
    """Then the two share the vote, as their other utterances are equally far from it."""
    both = fit({"a": ("tell me more", "who is it"), "b": ("tell me more", "how is it")})
    one, other = both.rank("tell me more").candidates
    assert one.score == pytest.approx(other.score, abs=0.1)


def test_a_label_with_one_utterance_is_not_outvoted() -> None:
    """Many similar utterances under another label do not drown the only one that fits.

    Either witness alone would be less sure of it.
    """
    others = tuple(f"when was the {word} meeting" for word in ("first", "last", "second", "next", "big", "small"))
    lonely = fit({"many": others, "one": ("when was the report",), "else": ("who are you", "hello")})
    assert lonely.rank("when was the report").candidates[0].score > 0.995
    misspelt = lonely.rank("when was the reprot").candidates[0]
    assert misspelt.label == "one"
    assert misspelt.score > 0.95


@pytest.mark.parametrize("utterances", [(), ("👍", "?!")])
def test_knowledge_without_words_is_an_error(utterances: tuple[str, ...]) -> None:
    """There is nothing to match: a person must hear of it."""
    with pytest.raises(KnowledgeError):
        Matcher.fit(utterances, ["label"] * len(utterances))
