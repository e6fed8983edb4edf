"""What a message asks, on the shipped knowledge."""

from datetime import UTC, datetime

import pytest

from bot.core.models import Outcome, Question
from bot.core.responder import Responder

NOW = datetime(2022, 7, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("question", "intent", "given"),
    [
        ("so there are nine members?", "member-count", "nine"),
        ("там девять человек, правда?", "member-count", "девять"),
        ("տասնհինգ հոգի են, ճի՞շտ եմ հիշում", "member-count", "տասնհինգ"),
        ("собирались в Батуми?", "meeting-place", "Батуми"),
        ("onlar avqustda kaçretidə görüşüblər də hə?", "meeting-date", "avqust"),
    ],
)
def test_of_close_readings_the_one_that_denies_the_premise_is_meant(
    shipped: Responder, question: str, intent: str, given: str
) -> None:
    """A wrong number, day or place tells what is asked; it is named, and put right from the facts."""
    answer = shipped.respond(Question(question), None, now=NOW).answer
    assert (answer.outcome, answer.intent) == (Outcome.ANSWER, intent)
    assert given in str(answer.blocks[0])


@pytest.mark.parametrize(
    ("question", "intent"),
    [
        ("harda olublar iyunun 27-də", "meeting-date"),
        ("anar veliyev, bu o 11-dən biridir?", "member"),
    ],
)
def test_of_close_readings_the_one_that_states_the_day_or_the_number_is_meant(
    shipped: Responder, question: str, intent: str
) -> None:
    """A day tells what is asked; a number does not, beside a person who is."""
    assert shipped.respond(Question(question), None, now=NOW).answer.intent == intent


@pytest.mark.parametrize(
    ("question", "intent"), [("when did they last meet?", "last-meeting"), ("հոդվածի հեխինակ", "publication")]
)
def test_of_close_readings_the_one_whose_answer_holds_the_others_is_meant(
    shipped: Responder, question: str, intent: str
) -> None:
    """Nobody has to choose between the day of a meeting and its day and place."""
    answer = shipped.respond(Question(question), None, now=NOW).answer
    assert (answer.outcome, answer.intent) == (Outcome.ANSWER, intent)


def test_two_names_are_no_two_requests(shipped: Responder) -> None:
    """Is one of them a member, and is the other somebody's cousin, is not what this asks."""
    answer = shipped.respond(Question("are Samir and Anar cousins?"), None, now=NOW).answer
    assert {reading.intent for reading in answer.readings} == {"biography"}


def test_what_follows_a_colon_is_a_question_of_its_own(shipped: Responder) -> None:
    """Whoever writes a letter says a lot before it, which is no request."""
    letter = (
        "I am a student of regional studies, and for a seminar on diplomacy beside the official one I have been "
        "looking in vain for one small thing that my professor insists on: who was thanked?"
    )
    answer = shipped.respond(Question(letter), None, now=NOW).answer
    assert [reading.intent for reading in answer.readings] == ["thanks"]


@pytest.mark.parametrize(
    ("question", "intents"),
    [
        ("what is jolig and how long does the membership run", {"about-group", "membership-term"}),
        ("privet, chto takoe jolig i skolko tam chlenov", {"about-group", "member-count"}),
        ("title of the report + when was it published", {"report-title", "report-date"}),
        ("who wrote this article and when did it go online", {"publication-author", "publication-date"}),
        ("what is jolig", {"about-group"}),
        ("Armenia and Azerbaijan", set()),
    ],
)
def test_two_requests_of_a_message_are_both_answered(shipped: Responder, question: str, intents: set[str]) -> None:
    """Whatever joins them, in whatever letters it is written."""
    answer = shipped.respond(Question(question), None, now=NOW).answer
    assert {reading.intent for reading in answer.readings if reading.intent} == intents


@pytest.mark.parametrize("question", ["5", "11?", "2022 06"])
def test_a_number_alone_asks_for_nothing(shipped: Responder, question: str) -> None:
    """Where no answer is offered by that number."""
    assert shipped.respond(Question(question), None, now=NOW).answer.outcome is Outcome.CLARIFY


@pytest.mark.parametrize(
    ("question", "language"),
    [("Is Ahmad Ali a member?", "en"), ("did they get 2 million euros from EU?", "en"), ("Əhməd Əlili üzvdür?", "az")],
)
def test_names_and_numbers_do_not_tell_the_language(shipped: Responder, question: str, language: str) -> None:
    assert shipped.respond(Question(question), None, now=NOW).answer.language == language


@pytest.mark.parametrize(
    ("question", "intent"),
    [
        ("25 april", "advocacy-baku"),
        ("what happened on 30 May?", "advocacy-yerevan"),
        ("29 июня что было", "publication"),
        ("27-28 ივნისს რა მოხდა", "last-meeting"),
    ],
)
def test_a_day_alone_asks_for_what_was_then(shipped: Responder, question: str, intent: str) -> None:
    """Of the answers that state no other day, the one that tells most."""
    assert shipped.respond(Question(question), None, now=NOW).answer.intent == intent


def test_a_day_that_no_fact_states_is_put_right(shipped: Responder) -> None:
    answer = shipped.respond(Question("5 November 2021"), None, now=NOW).answer
    assert answer.intent == "timeline"
    assert "5 November 2021" in str(answer.blocks[0])


@pytest.mark.parametrize("question", ["who is in it", "кто там"])
def test_stop_words_that_clearly_ask_one_thing_are_answered(shipped: Responder, question: str) -> None:
    """Though by themselves they ask for nothing: others of the kind are asked back."""
    assert shipped.respond(Question(question), None, now=NOW).answer.intent == "members"


@pytest.mark.parametrize("question", ["weather in Kachreti", "погода в Ереване", "hotels in Baku"])
def test_a_town_of_the_subject_makes_no_question_about_it_of_another(shipped: Responder, question: str) -> None:
    answer = shipped.respond(Question(question), None, now=NOW).answer
    assert (answer.outcome, answer.citations) == (Outcome.OUT_OF_SCOPE, ())


@pytest.mark.parametrize("question", ["17*23", "сколько будет 5 + 7", "25×4 ինչքա՞ն է", "12*30 neçə olar"])
def test_a_sum_is_off_the_subject(shipped: Responder, question: str) -> None:
    """Figures that are reckoned with ask for nothing that a source could say, and need no asking back."""
    answer = shipped.respond(Question(question), None, now=NOW).answer
    assert (answer.outcome, answer.citations) == (Outcome.OUT_OF_SCOPE, ())


def test_days_in_figures_are_no_sum(shipped: Responder) -> None:
    """A range of days may be about the meeting."""
    answer = shipped.respond(Question("27-28?"), None, now=NOW).answer
    assert answer.outcome is Outcome.CLARIFY


@pytest.mark.parametrize(
    ("question", "intent", "never"),
    [
        ("are the Melikyans brothers?", "biography", "?"),
        ("откуда родом Меликян", "nationality", "?"),
        ("was Melikyan there", "attendance", "connect"),
    ],
)
def test_what_is_said_of_nobody_needs_no_choice(shipped: Responder, question: str, intent: str, never: str) -> None:
    """Two members share a surname: both are named, and that the sources do not tell holds for either."""
    answer = shipped.respond(Question(question), None, now=NOW).answer
    assert (answer.outcome, answer.intent) == (Outcome.NOT_DOCUMENTED, intent)
    said = " ".join(str(block) for block in answer.blocks)
    assert all(name in said for name in (("Gevorg", "Johnny") if question.isascii() else ("Геворг", "Джонни")))
    assert never not in said


@pytest.mark.parametrize(
    "question",
    ["Велиев состоит в группе?", "ველიევი წევრია?", "Վելիևը անդա՞մ է", "Əliyev soyadlı yox, Vəliyev üzvdür?"],
)
def test_a_name_is_told_as_the_source_writes_it_too(shipped: Responder, question: str) -> None:
    """Whoever asks in other letters may want to look it up."""
    answer = shipped.respond(Question(question), None, now=NOW).answer
    assert "Anar Veliyev" in str(answer.blocks)
