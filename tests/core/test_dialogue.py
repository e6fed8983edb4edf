"""A question leans on the one before it, for a while, and only where it says nothing by itself."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.core.dialogue import LIFETIME, after, alive, aspect, content, follow_up, picked, same_aspect
from bot.core.entities import Mention
from bot.core.models import Answer, Choice, DialogueState, Intent, Outcome, Paragraph, Reading

NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)
CHOICES = (Choice("Who came?", "guests"), Choice("Where was it?", "place", "hall"))
STATE = DialogueState(
    NOW, language="en", chosen="ru", intent="concert", entity="hall", choices=CHOICES, readings=(Reading("concert"),)
)


def intent(name: str, **fields: object) -> Intent:
    """Return an intent without a text."""
    made = Intent(id=name, outcome=Outcome.ANSWER, titles={}, utterances={}, reply=name)
    return replace(made, **fields)  # type: ignore[arg-type]


INTENTS = {
    each.id: each
    for each in (
        intent("concert", reply="event", about=("concert",), aspects={"time": "concert-day", "people": "musicians"}),
        intent("play", reply="event", about=("play",), aspects={"time": "play-day", "people": "actors"}),
        intent("ticket", about=("kiosk",)),
        intent("who", slot="person"),
        *map(intent, ("concert-day", "musicians", "play-day", "actors")),
    )
}
KINDS = {name: frozenset({"event"} if name in {"concert", "play"} else set()) for name in INTENTS}


def mention(kind: str, *entities: str) -> Mention:
    """Return a mention of entities of a kind."""
    return Mention(0, 1, "x", kind, entities)


def answer(outcome: Outcome = Outcome.ANSWER, *readings: Reading, suggestions: tuple[Choice, ...] = ()) -> Answer:
    """Return an answer with some readings."""
    return Answer(outcome, "en", (Paragraph("x"),), suggestions=suggestions, readings=readings or (Reading("play"),))


class TestAlive:
    """How long a state is remembered."""

    @pytest.mark.parametrize("age", [timedelta(0), timedelta(minutes=1), LIFETIME])
    def test_a_young_state_is_whole(self, age: timedelta) -> None:
        """Up to its lifetime a state is what it was."""
        assert alive(STATE, NOW + age) == STATE

    @pytest.mark.parametrize("age", [LIFETIME + timedelta(seconds=1), timedelta(days=400), timedelta(seconds=-1)])
    def test_of_an_expired_state_only_the_languages_are_left(self, age: timedelta) -> None:
        """After its lifetime, or where the clock went back, nothing is left of what was talked about."""
        assert alive(STATE, NOW + age) == DialogueState(NOW, language="en", chosen="ru")

    def test_no_state_stays_none(self) -> None:
        """Who asks for the first time has no state."""
        assert alive(None, NOW) is None


class TestPicked:
    """Choices that are picked in words or by number."""

    @pytest.mark.parametrize("text", ["2", " 2 ", "#2", "2.", "2)", "where was it", "WHERE was it?!"])
    def test_a_number_or_the_words_pick_a_choice(self, text: str) -> None:
        """A bare number, with a mark or without, or the text of the button pick it."""
        assert picked(text, STATE) == CHOICES[1]

    @pytest.mark.parametrize("text", ["0", "3", "22", "2 or 1", "-1", "", "who", "where was it held"])
    def test_what_is_no_choice_picks_none(self, text: str) -> None:
        """A number beyond the choices, a number in a sentence and other words pick nothing."""
        assert picked(text, STATE) is None

    def test_without_a_state_nothing_is_picked(self) -> None:
        """A number by itself means nothing at first."""
        assert picked("1", None) is None


class TestAfter:
    """The state after an answer."""

    def test_an_answer_is_remembered(self) -> None:
        """The language, the last request's intent and entity, the choices and the readings are kept."""
        readings = (Reading("ticket"), Reading("play", ("stage", "hall")))
        given = answer(Outcome.ANSWER, *readings, suggestions=CHOICES[:1])
        later = NOW + timedelta(minutes=3)
        assert after(given, None, later, chosen=None, about_last=False) == DialogueState(
            later, language="en", intent="play", entity="stage", choices=CHOICES[:1], readings=readings
        )

    def test_small_talk_changes_nothing_of_what_was_talked_about(self) -> None:
        """After thanks, a follow-up still leans on the question before; only "why?" is about the thanks."""
        following = after(answer(Outcome.SMALL_TALK, Reading("thanks")), STATE, NOW, chosen=None, about_last=False)
        assert (following.intent, following.entity) == ("concert", "hall")
        assert following.readings == (Reading("thanks"),)

    def test_an_answer_about_the_last_one_leaves_it_the_last_one(self) -> None:
        """After the passages of an answer were shown, "why?" is still about that answer."""
        following = after(answer(Outcome.ANSWER, Reading("passage")), STATE, NOW, chosen=None, about_last=True)
        assert (following.intent, following.readings) == ("concert", STATE.readings)

    def test_a_request_that_was_not_understood_changes_nothing(self) -> None:
        """Who is not understood asks again, and "he" is still whom they mean."""
        following = after(answer(Outcome.OUT_OF_SCOPE, Reading(None)), STATE, NOW, chosen=None, about_last=False)
        assert (following.intent, following.entity) == (STATE.intent, STATE.entity)

    @pytest.mark.parametrize(("chosen", "kept"), [(None, "ru"), ("hy", "hy")])
    def test_a_chosen_language_holds_until_another_is_chosen(self, chosen: str | None, kept: str) -> None:
        """Other answers do not change it, though their language is remembered."""
        following = after(answer(), STATE, NOW, chosen=chosen, about_last=False)
        assert (following.chosen, following.language) == (kept, "en")

    def test_choices_stand_until_there_are_new_ones(self) -> None:
        """An answer that offers nothing leaves the numbers as they were."""
        assert after(answer(), STATE, NOW, chosen=None, about_last=False).choices == CHOICES


class TestWords:
    """What the words of a question carry."""

    def test_closed_words_carry_nothing(self) -> None:
        """Stop words and question words are no content; what remains is, in order."""
        assert content(("when", "was", "the", "concert", "of", "may", "flutes"), "en") == ("concert", "flutes")

    def test_in_a_language_without_a_lexicon_every_word_is_content(self) -> None:
        """Nothing is known of its words."""
        assert content(("quand", "le", "concert"), "fr") == ("quand", "le", "concert")
        assert aspect(("quand", "où"), "fr") == ()

    @pytest.mark.parametrize(
        ("words", "language", "aspects"),
        [("when and where", "en", ("time", "place")), ("who who when", "en", ("people", "time")), ("red", "en", ())],
    )
    def test_question_words_name_aspects(self, words: str, language: str, aspects: tuple[str, ...]) -> None:
        """Each aspect is named once, in the order of the words."""
        assert aspect(tuple(words.split()), language) == aspects


class TestFollowUp:
    """Questions that ask what was asked before, of something else or of another aspect."""

    @pytest.mark.parametrize("words", ["when", "and when", "when was it"])
    def test_a_bare_question_word_asks_for_an_aspect_of_what_was_told(self, words: str) -> None:
        """After the concert, "when?" asks for its day."""
        assert follow_up(tuple(words.split()), (), STATE, INTENTS, "en") == "concert-day"

    @pytest.mark.parametrize("words", ["and", "what about", ""])
    def test_another_name_asks_the_same_of_it(self, words: str) -> None:
        """After a question about the concert, "and the play?" asks the same of the play."""
        assert follow_up(tuple(words.split()), [mention("event", "play")], STATE, INTENTS, "en") == "play"

    def test_another_name_for_the_slot_asks_the_same(self) -> None:
        """After a question about Bob, "and Ann?" stays with its intent."""
        state = replace(STATE, intent="who")
        assert follow_up(("and",), [mention("person", "ann")], state, INTENTS, "en") == "who"

    @pytest.mark.parametrize(
        ("words", "mentions", "state"),
        [
            ("when", (), None),
            ("when", (), DialogueState(NOW)),
            ("when", (), replace(STATE, intent="gone")),
            ("where", (), STATE),
            ("when does rain fall", (), STATE),
            ("when was it that it was", (), STATE),
            ("is", (mention("event", "play"),), STATE),
            ("and", (mention("place", "kiosk"),), STATE),
        ],
        ids=[
            "no state",
            "a state without an intent",
            "an intent of an earlier version",
            "an aspect that is not told",
            "words of its own",
            "too many words",
            "a name without a tie",
            "a name of which something else is told",
        ],
    )
    def test_other_questions_stand_by_themselves(
        self, words: str, mentions: tuple[Mention, ...], state: DialogueState | None
    ) -> None:
        """Without something to lean on, or with words of its own, a question is matched like any other."""
        assert follow_up(tuple(words.split()), mentions, state, INTENTS, "en") is None


class TestSameAspect:
    """Questions whose words would lead to another event than the one that was talked about."""

    def test_the_people_of_another_event_are_those_of_this_one(self) -> None:
        """After the concert, "who came?" means the musicians, though its words lead to the actors of the play."""
        assert same_aspect(("who", "came"), (), ("actors",), STATE, INTENTS, KINDS, "en") == "musicians"

    @pytest.mark.parametrize(
        ("words", "mentions", "found", "state"),
        [
            ("who came", (), ("actors",), None),
            ("who came", (mention("event", "play"),), ("actors",), STATE),
            ("who came", (), (), STATE),
            ("who came", (), ("musicians",), STATE),
            ("who came", (), ("ticket",), STATE),
            ("who sang tenor", (), ("actors",), STATE),
            ("who came", (), ("actors",), replace(STATE, intent="who")),
        ],
        ids=["no state", "a name", "nothing found", "this event", "no event", "words of its own", "nothing alike"],
    )
    def test_what_is_clear_stays_as_it_was_found(
        self, words: str, mentions: tuple[Mention, ...], found: tuple[str, ...], state: DialogueState | None
    ) -> None:
        """Nothing is bent where a name, the right event or words of its own say what is meant."""
        assert same_aspect(tuple(words.split()), mentions, found, state, INTENTS, KINDS, "en") is None
