"""What of a question the examples of an intent do not account for."""

from datetime import UTC, datetime

import pytest

from bot.core.models import Outcome, Paragraph, Question
from bot.core.responder import Responder
from bot.core.synonyms import Synonyms
from bot.core.vocabulary import Vocabulary

NOW = datetime(2022, 7, 1, tzinfo=UTC)
NONE = Synonyms({}, ())
TEXTS = [f"{word} the members of the choir" for word in ("list", "name", "show", "count", "tell")] * 3
OTHERS = [f"{word} of the choir" for word in ("history", "address")] * 8

WORDS = " ".join([*TEXTS, *OTHERS]).split()


def vocabulary(times: int = 1) -> Vocabulary:
    """Return the words of two intents."""
    texts = [*TEXTS, *OTHERS] * times
    return Vocabulary(texts, (["members"] * len(TEXTS) + ["about"] * len(OTHERS)) * times, languages={"en": WORDS})


@pytest.mark.parametrize("words", [["members"], ["member"], ["membres"], ["choirs"], ["eleven"], ["friend"]])
def test_inflected_misspelt_and_empty_words_are_accounted_for(words: list[str]) -> None:
    assert vocabulary().strange(words, "members", "en", NONE) == ()


def test_a_word_that_no_example_has_is_strange() -> None:
    """So is one that belongs to another intent."""
    strange = vocabulary().strange(["members", "traitors", "history"], "members", "en", NONE)
    assert strange == ("traitors", "history")


def test_a_synonym_that_the_examples_have_accounts_for_its_words() -> None:
    synonyms = Synonyms({"list": ["enumerate"], "money": ["pay"]}, ())
    known = Vocabulary([f"{text} @list" for text in TEXTS], ["members"] * len(TEXTS), languages={"en": WORDS})
    assert known.strange(["enumerate", "pay"], "members", "en", synonyms) == ("pay",)


def few(language: str = "en") -> Vocabulary:
    """Return the words of three intents of a few examples, of which one is no question about the subject."""
    texts = [*TEXTS[:5], *OTHERS[:2], "what is the weather"]
    intents = ["members"] * 5 + ["about"] * 2 + ["off-subject"]
    return Vocabulary(texts, intents, {language: " ".join(texts).split()}, asides={"off-subject"})


def test_a_few_examples_say_nothing_of_the_words_that_others_have() -> None:
    """Only what no question about the subject says is strange to them: it may ask for more."""
    words = ["traitors", "history", "weather"]
    assert few().few("members")
    assert not few().tells("members")
    assert few().strange(words, "members", "en", NONE) == ("traitors", "weather")
    assert few().strange(words, "members", "en", NONE, strictly=True) == tuple(words)


@pytest.mark.parametrize(("intent", "language"), [("off-subject", "en"), ("members", "fr")])
def test_a_few_examples_of_small_talk_or_in_an_unknown_language_say_nothing(intent: str, language: str) -> None:
    """People greet in many ways; and a language without a lexicon has little words that nobody knows."""
    assert few(language).strange(["traitors"], intent, language, NONE) == ()


def test_some_examples_tell_that_more_is_asked_and_many_that_something_else_is() -> None:
    some = Vocabulary(TEXTS[:10], ["members"] * 10, languages={"en": WORDS})
    assert some.strange(["traitors"], "members", "en", NONE) == ("traitors",)
    assert not some.tells("members")
    assert vocabulary().tells("members")


@pytest.mark.parametrize(
    "question",
    [
        "who are the traitors in the group",
        "how many members are spies",
        "is benyamin netanyahu in the group",
        "кто из членов группы шпион",
        "сколько в группе предателей",
        "խմբի ո՞ր անդամներն են լրտես",
        "qrupun hansı üzvləri casusdur",
        "How many measures were implemented?",
        "Сколько мер провалено?",
        "Neçə tədbir həyata keçirilib?",
        "Who are the members of ISIS?",
        "Who are the members of MI6?",
        "Ովքե՞ր են ԻՊ անդամները",
        "How many participants were in Baku?",
        "Алиев, президент Азербайджана, член группы?",
        "Is Aliyev (president) a member?",
        "ჯგუფის რომელი წევრებია ჯაშუში",
    ],
)
def test_a_list_or_a_number_never_answers_for_a_word_that_it_passes_over(shipped: Responder, question: str) -> None:
    """A list of the members under a slander would repeat it."""
    answer = shipped.respond(Question(question), None, now=NOW).answer
    assert answer.outcome in {Outcome.CLARIFY, Outcome.NOT_DOCUMENTED, Outcome.OUT_OF_SCOPE}, answer.intent
    assert answer.citations == ()


def test_a_person_whom_the_facts_do_not_name_is_told_of(shipped: Responder) -> None:
    """The answer states the facts, and that the sources do not mention the person in this connection."""
    answer = shipped.respond(Question("Was the report published by Ahmad Alili?"), None, now=NOW).answer
    assert str(answer.blocks[0]).count("Ahmad Alili") == 1, answer.blocks


def test_only_what_the_sources_lack_is_said_to_be_lacking(shipped: Responder) -> None:
    """A country that a source names stands beside a region that none does."""
    answer = shipped.respond(Question("Is Karabakh Armenia?"), None, now=NOW).answer
    assert "Karabakh" in str(answer.blocks)
    assert "Armenia" not in str(answer.blocks)


@pytest.mark.parametrize("question", ["is Stepan Grigoryan a criminal", "Степан Григорян преступник?"])
def test_of_a_person_only_what_the_sources_say_is_told(shipped: Responder, question: str) -> None:
    """That somebody is a member is no answer to the rest, and the reply says so."""
    answer = shipped.respond(Question(question), None, now=NOW).answer
    assert answer.intent == "member"
    assert answer.blocks[-1] == Paragraph(shipped.say("not-all", answer.language))


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("did the European Union dance in Kachreti", True),
        ("who are the members", False),
        ("when did they meet", False),
    ],
)
def test_a_doubtful_answer_tells_that_it_may_not_be_all(shipped: Responder, question: str, *, told: bool) -> None:
    answer = shipped.respond(Question(question), None, now=NOW).answer
    assert answer.outcome is Outcome.ANSWER
    assert (Paragraph(shipped.say("not-all", "en")) in answer.blocks) is told
