"""What holds of every answer, whatever is asked, on the shipped knowledge."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from rapidfuzz import fuzz

from bot.core.models import (
    Answer,
    DialogueState,
    Entity,
    Items,
    Outcome,
    Paragraph,
    Question,
    Quote,
    Turn,
    UnknownChoiceError,
)
from bot.core.provenance import fold
from bot.core.responder import Responder
from bot.core.text import normalise, romanise

ROOT = Path(__file__).parents[2]
START = datetime(2022, 7, 1, 12, tzinfo=UTC)
ALIKE = 70
"""Percent in which a name in a question is like the name that is shown for it."""
THOUSANDS = re.compile(r"(?<=\d)[,.\u00a0\u202f ](?=\d{3}(?!\d))")
"""What parts the thousands of a number."""
Conversation = tuple[str, ...]

# --- what people write ---------------------------------------------------------------------------

_WORDS = """
    who when where what why how many is are was did the of in group members member meeting report met title published
    and also what about he she it they them there yes no hello thanks help passage languages bye measures
    кто когда где сколько членов в группе и она он отчёт встреча спасибо привет
    ովքեր երբ որտեղ քանի անդամ խումբ հանդիպում զեկույց և նա շնորհակալություն
    kimdir nə vaxt harada neçə üzv qrup görüş hesabat və o sağ ol
    ვინ როდის სად რამდენი წევრი ჯგუფი შეხვედრა ანგარიში და ის გმადლობთ
"""
WORDS = _WORDS.split()
_NAMES = """
    JOLIG|Ahmad Alili|alili|Melikyan|Gevorg|Анар Велиев|Բենիամին Պողոսյան|შაჰლა ისმაილი|Samir Məmmədov|Putin|Aliyev
    Anar Mammadov|Heydar Aliyev|John Smith|Пашинян|Kachreti|Baku|Երևան|Тбилиси|Paris|Moscow|LINKS Europe|EU|Turan
    ArmInfo|Mehmn Aliyv|Nagorno-Karabakh|Toivo Klaar
"""
NAMES = [name.strip() for line in _NAMES.strip().splitlines() for name in line.split("|")]
NUMBERS = ["11", "12", "1", "0", "30", "2030", "2025", "27 June 2022", "April 2", "3rd", "1.1.2024", "2022-06-28"]
NUMBERS += ["11,000", "12 000", "1.234.567", "27th", "11-ը", "of April 2022", "в июле 2031", "2023ին"]
NUMBERS += ["99999999999999999999", "eleven", "twelve", "двенадцать", "-5", "3.5", "31 December 2025", "45%", "٣", "①"]
MARKS = ["<b>", "</b>", "<script>alert(1)</script>", "**", "_", "`", "[a](http://b.c/9)", "&lt;", "{ $bot }", "%s", "@"]
MARKS += ["?", "!", ".", ",", ";", "\n", "…", "«", "»", "'", "’s", "\x00", "\x1b[31m", "\u202e", "\u200b", "\ud800"]
EMOJI = ["😀", "👍🏽", "👩\u200d👩\u200d👧", "❤️", "🇬🇪", "e\u0301"]
COMMANDS = ["/start", "/help", "/members", "/member", "/member@jolig_bot", "/language", "/passage", "/why", "/no", "/1"]
KEYS = ["members", "member__anar-veliyev", "member__nobody", "languages__ka", "languages__xx", "__", "report__"]
KEYS += ["members__baku", "a__b__c", ""]
USUAL = ["who are the members?", "Кто входит в группу?", "Is Anar Veliyev a member?", "2", "/language ru"]

pieces = st.one_of(*map(st.sampled_from, (WORDS, WORDS, NAMES, NUMBERS, MARKS, EMOJI)))
mixtures = st.lists(pieces, max_size=12).map(" ".join)
arguments = st.one_of(mixtures, st.sampled_from([*KEYS, "ru", "հայերեն"]))
commands = st.builds("{} {}".format, st.sampled_from(COMMANDS), arguments)
scripts = st.text(st.characters(categories=["L", "M", "N", "P"], max_codepoint=0x10FF), max_size=40)
long_texts = st.builds(lambda text, times: text * times, mixtures, st.integers(50, 300))
picks = st.sampled_from(["1", "#2", "3.", "99"])
texts = st.one_of(mixtures, mixtures, st.text(max_size=60), commands, scripts, picks, long_texts)
histories = st.lists(st.one_of(mixtures, commands, st.sampled_from(USUAL)), max_size=2).map(tuple)
pauses = st.sampled_from([timedelta(minutes=-5), timedelta(0), timedelta(hours=3), timedelta(days=2000)])
EVERY = settings(deadline=None, max_examples=250, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture(scope="session")
def accepted() -> set[str]:
    """Return the keys of choices that were tried before."""
    return set()


# --- what is read of an answer -------------------------------------------------------------------


def converse(responder: Responder, earlier: Conversation, now: datetime = START) -> DialogueState | None:
    """Return the dialogue state after some questions."""
    state = None
    for text in earlier:
        state = responder.respond(Question(text), state, now=now).state
    return state


def shown(answer: Answer) -> str:
    """Return all that a person reads."""
    parts: list[str] = []
    for block in answer.blocks:
        match block:
            case Paragraph(text) | Quote(text):
                parts.append(text)
            case Items(items):
                parts.extend(items)
    return "\n".join([*parts, answer.source_line or "", *(choice.text for choice in answer.suggestions)])


def reasons_told(responder: Responder, turn: Turn, state: DialogueState | None) -> str:
    """Return the figures and examples that a reply to "why?" may repeat, nothing for another reply."""
    asked = [reading.intent for reading in turn.answer.readings]
    if state is None or not any(name and responder.knowledge.intents[name].items == "reasons" for name in asked):
        return ""
    return " ".join(f"{reading.confidence:.0%} {reading.example}" for reading in state.readings)


def strange_numbers(text: str, *origins: str) -> set[str]:
    """Return the numbers in a text that none of its origins has, be their thousands parted or not."""
    known = {
        number
        for origin in origins
        for text in (origin, normalise(origin), THOUSANDS.sub("", origin))
        for number in re.findall(r"\d+", text)
    }
    return set(re.findall(r"\d+", text)) - known


def names_of(entity: Entity) -> Iterator[str]:
    """Yield every name of an entity."""
    yield from entity.names.values()
    for names in entity.aliases.values():
        yield from names


def is_named(entity: Entity, text: str) -> bool:
    """Return whether a text has a word of an entity's name, in any script and not quite as it is spelt."""
    words = [word for name in names_of(entity) for word in romanise(name).split() if len(word) > 2]
    return any(fuzz.partial_ratio(word, romanise(text)) >= ALIKE for word in words)


def strange_persons(responder: Responder, text: str, *origins: str) -> list[str]:
    """Return the persons that a text names and neither a fact nor an origin of the text does."""
    seeds = " ".join(fold(source.text) for source in responder.knowledge.sources.values())
    persons = [entity for entity in responder.knowledge.entities.values() if entity.kind == "person"]
    named = [entity for entity in persons if any(name in text for name in entity.names.values())]
    unknown = [entity for entity in named if not any(name in seeds for name in entity.names.values())]
    return [entity.id for entity in unknown if not any(is_named(entity, origin) for origin in origins)]


# --- the properties ------------------------------------------------------------------------------


@EVERY
@given(text=texts, earlier=histories, pause=pauses, language=st.sampled_from([None, "en", "ka", "xx"]))
@example(text="when? who is Putin? 12 members?", earlier=("who are they?",), pause=timedelta(0), language=None)
@example(text="are there 11,000 members?", earlier=(), pause=timedelta(0), language=None)
@example(text="/why", earlier=("are there 12 members in 2031?",), pause=timedelta(0), language=None)
@example(text="/passage", earlier=("are there 12 members?",), pause=timedelta(0), language=None)
@example(text="is he a member", earlier=("tell me about Heydar Aliyev",), pause=timedelta(minutes=5), language=None)
def test_every_text_has_an_answer_that_stands_on_the_sources(
    shipped: Responder, accepted: set[str], text: str, earlier: Conversation, pause: timedelta, language: str | None
) -> None:
    """Any text in any conversation is answered, in a language of the knowledge, with nothing but what it may say."""
    state = converse(shipped, earlier)
    turn = shipped.respond(Question(text, language=language), state, now=START + pause)
    answer = turn.answer
    assert answer.language in shipped.languages
    assert answer.blocks
    assert shown(answer).strip()
    assert answer.readings
    check_citations(shipped, answer)
    check_suggestions(shipped, answer, accepted)
    origins = (text, *earlier, reasons_told(shipped, turn, state))
    seeds = " ".join(source.text for source in shipped.knowledge.sources.values())
    assert strange_numbers(shown(answer), seeds, *origins) == set()
    assert strange_persons(shipped, shown(answer), *origins) == []


def check_citations(responder: Responder, answer: Answer) -> None:
    """Check that an answer is cited, nothing else is, and that the quotes are words of their sources."""
    assert bool(answer.citations) == (answer.outcome is Outcome.ANSWER)
    quoted = any(isinstance(block, Quote) for block in answer.blocks)  # with the source under it
    assert bool(answer.citations) == bool(answer.source_line) or quoted
    for citation in answer.citations:
        assert citation.fact in responder.knowledge.facts
        assert fold(citation.quote) in fold(responder.knowledge.sources[citation.source].text)


def check_suggestions(responder: Responder, answer: Answer, accepted: set[str]) -> None:
    """Check that each suggestion can be chosen, and that its key fits in a button's data."""
    for choice in answer.suggestions:
        assert choice.text
        assert len(choice.key.encode()) <= 64
        if choice.key not in accepted:
            chosen = responder.respond(Question(choice=choice.key), None, now=START).answer
            assert chosen.blocks
            accepted.add(choice.key)


@EVERY
@given(text=texts, earlier=histories, pause=pauses)
def test_the_same_question_has_the_same_answer(
    shipped: Responder, text: str, earlier: Conversation, pause: timedelta
) -> None:
    """An answer depends on the question, the state and the time alone: not on what others asked in between."""
    state = converse(shipped, earlier)
    first = shipped.respond(Question(text), state, now=START + pause)
    shipped.respond(Question("Кто такой Анар Велиев?"), None, now=START)
    assert shipped.respond(Question(text), state, now=START + pause) == first


@EVERY
@given(text=texts, earlier=histories)
def test_what_has_expired_is_forgotten(shipped: Responder, text: str, earlier: Conversation) -> None:
    """After the lifetime of a state only its languages are left: the answer is that to a new conversation in them."""
    state = converse(shipped, earlier)
    later = START + timedelta(hours=5)
    blank = None if state is None else DialogueState(START, language=state.language, chosen=state.chosen)
    answers = [shipped.respond(Question(text), one, now=later).answer for one in (state, blank)]
    assert answers[0] == answers[1]


@EVERY
@given(key=st.one_of(st.sampled_from(KEYS), st.from_regex(r"[a-z_-]{1,20}", fullmatch=True), st.text(max_size=30)))
def test_any_key_of_a_choice_is_answered_or_unknown(shipped: Responder, key: str) -> None:
    """The key of a button is either answered or told to be unknown, never anything else."""
    try:
        answer = shipped.respond(Question(choice=key), None, now=START).answer
    except UnknownChoiceError:
        return
    assert key.partition("__")[0] in shipped.knowledge.intents
    check_citations(shipped, answer)


def test_every_intent_can_be_chosen_in_every_language(shipped: Responder, accepted: set[str]) -> None:
    """The key of each intent, with and without an entity of its slot, leads to an answer with sound citations."""
    entities = shipped.knowledge.entities.values()
    for intent in shipped.knowledge.intents.values():
        filled = [f"{intent.id}__{entity.id}" for entity in entities if entity.kind == intent.slot]
        for key in [intent.id, *filled]:
            for language in shipped.languages:
                answer = shipped.respond(Question(choice=key, language=language), None, now=START).answer
                assert answer.language == language
                check_citations(shipped, answer)
                check_suggestions(shipped, answer, accepted)


@pytest.mark.parametrize(
    ("text", "strange"),
    [
        ("There are 12.", {"12"}),
        ("There are 11.", set()),
        ("You said 13.", set()),
        ("Not 14000.", set()),
        ("On 27 June 2023", {"2023"}),
    ],
)
def test_a_number_of_nowhere_would_be_found(text: str, strange: set[str]) -> None:
    """The check of numbers itself tells one that a source or the question has from one that nobody gave."""
    assert strange_numbers(text, "11 experts met on 27 June 2022", "are there 13 or 14,000?") == strange


def test_a_person_of_nowhere_would_be_found(shipped: Responder) -> None:
    """The check of persons itself tells those of a source and of the question from all others."""
    shows = "Anar Veliyev, Vladimir Putin and Нико́л Пашинян, Никол Пашинян"
    assert strange_persons(shipped, shows, "who is putin?") == ["nikol-pashinyan"]
