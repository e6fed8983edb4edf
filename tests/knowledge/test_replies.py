"""What the shipped replies say, and what of a question they repeat."""

from datetime import UTC, datetime

import pytest

from bot.channels.formatting import plain
from bot.core.models import Outcome, Question
from bot.core.responder import Responder
from bot.knowledge import cache
from tests.knowledge.conftest import ROOT

NOW = datetime(2026, 1, 15, tzinfo=UTC)
LANGUAGES = ("en", "hy", "az", "ru", "ka")


@pytest.fixture(scope="module")
def shipped(request: pytest.FixtureRequest) -> Responder:
    """Return a responder with the shipped knowledge, fitted once for the same files and code."""
    return Responder(*cache.load(ROOT / "knowledge", ROOT / "seeds", request.config.cache.mkdir("knowledge") / "cache"))


def reply(responder: Responder, *questions: str, language: str = "en") -> str:
    """Return the reply to the last of some questions."""
    state, text = None, ""
    for question in questions:
        turn = responder.respond(Question(question, language=language), state, now=NOW)
        state, text = turn.state, plain(turn.answer)
    return text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "written",
    [
        pytest.param("Elvis " * 300, id="long"),
        pytest.param("Elvis https://evil.example/x", id="address"),
        pytest.param("Elvis evil.example", id="address without a protocol"),
        pytest.param("@elvis_presley_bot", id="name of an account"),
        pytest.param("Elvis <b>Presley</b>", id="markup"),
    ],
)
def test_what_is_no_name_is_not_repeated(shipped: Responder, language: str, written: str) -> None:
    told = reply(shipped, f"/member {written}", language=language)
    assert "lvis" not in told
    assert "evil" not in told
    assert shipped.say("that-name", language) in told


@pytest.mark.parametrize("written", ["Elvis Presley", "Elvis\n\u202ePresley", "Elvis\u200b \u2066Presley\x07"])
def test_a_name_is_repeated_in_one_line_without_marks_that_turn_it(shipped: Responder, written: str) -> None:
    told = reply(shipped, f"/member {written}")
    assert told == "The sources do not list Elvis Presley as a member of the group."


@pytest.mark.parametrize(
    ("language", "written", "shown"),
    [
        ("en", "elvis presley", "“elvis presley”"),
        ("hy", "էլվիս փրեսլի", "«էլվիս փրեսլի»"),
        ("az", "elvis presli", "“elvis presli”"),
        ("ru", "элвис пресли", "«элвис пресли»"),
        ("ka", "elvis presley", "„elvis presley“"),
        ("ka", "ელვის პრესლი", "ელვის პრესლი"),
        ("ru", "Элвис пресли", "Элвис пресли"),
    ],
)
def test_a_name_without_a_capital_is_quoted_as_it_was_written(
    shipped: Responder, language: str, written: str, shown: str
) -> None:
    """It is nobody's spelling but that of who asks; Georgian has no capitals."""
    told = reply(shipped, f"/member {written}", language=language)
    assert f" {shown}" in f" {told}"
    assert (shown == written) is not any(mark in told for mark in "“«„")


@pytest.mark.parametrize("written", ["{ $bot }", "{$person}", "{ greeting }"])
def test_nothing_that_is_written_is_read_as_a_template(shipped: Responder, written: str) -> None:
    assert "the name that you wrote" in reply(shipped, f"/member {written}")


def test_a_command_is_repeated_as_letters_only(shipped: Responder) -> None:
    told = reply(shipped, "/evil.example?" + "x" * 1000)
    assert told.startswith("I do not know the command /evilexample")
    assert len(told.splitlines()[0]) < 120


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("was the meeting in Shushi", "Shushi"),
        ("was the meeting in Shusha", "Shusha"),
        ("что обсуждали в Шуши", "Шуши"),
        ("что обсуждали в Шуше", "Шуша"),
        ("Şuşada görüş olub?", "Şuşa"),
        ("Շուշիում հանդիպում եղե՞լ է", "Շուշի"),
        ("was there a meeting in Artsakh", "Artsakh"),
        ("was there a meeting in Karabakh", "Karabakh"),
        ("was there a meeting in Nagorno-Karabakh", "Nagorno-Karabakh"),
        ("Արցախում հանդիպում եղե՞լ է", "Արցախ"),
        ("что про Арцах", "Арцах"),
    ],
)
def test_a_place_of_two_names_is_called_by_the_one_that_was_asked_about(
    shipped: Responder, question: str, name: str
) -> None:
    others = {"Shushi", "Shusha", "Шуши", "Шуша", "Şuşi", "Շուշա", "Շուշի", "Artsakh", "Արցախ", "Арцах"} - {name}
    told = reply(shipped, question)
    assert f" {name}" in told.replace("՝", "")
    assert [other for other in others if other in told and other not in name] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("country", ["armenia", "azerbaijan"])
def test_a_country_that_the_source_names_is_not_said_to_be_unknown(
    shipped: Responder, language: str, country: str
) -> None:
    """The bot offers what the source says where it names the country."""
    name = shipped.knowledge.entities[country].names[language]
    answer = shipped.respond(Question(name, language=language), None, now=NOW).answer
    assert answer.outcome is Outcome.CLARIFY
    assert {"governments-efforts", "contacts"} <= {choice.intent for choice in answer.suggestions}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_source_of_passages_is_named_once(shipped: Responder, language: str) -> None:
    told = reply(shipped, "/lastmeeting", "/passage", language=language)
    publisher = shipped.knowledge.entities["arminfo"].names[language]
    assert told.count("Armenian, Azerbaijani experts in search of peace") == 1
    assert told.count(publisher) == 1


@pytest.mark.parametrize("language", ["en", "az", "ru"])  # the others have no capitals, or another full stop
def test_no_sentence_begins_with_a_small_letter(shipped: Responder, language: str) -> None:
    """Whatever a fact begins with that a reply is filled with."""
    links = shipped.knowledge.intents["links-europe"].titles[language]
    sentences = reply(shipped, links, language=language).replace("\n", " ").split(". ")
    assert [sentence for sentence in sentences if sentence[:1].islower()] == []


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "both readings"),
        ("hy", "երկու ընթերցումն էլ"),
        ("az", "hər iki cür"),
        ("ru", "оба прочтения"),
        ("ka", "ორივე წაკითხვას"),
    ],
)
@pytest.mark.parametrize("intent", ["meeting-participants", "links-europe", "eu-special-representative"])
def test_each_language_says_that_the_source_leaves_open_who_came(
    shipped: Responder, language: str, words: str, intent: str
) -> None:
    """“Representatives of LINKS Europe and the EU Special Representative” may be his or her representatives."""
    title = shipped.knowledge.intents[intent].titles[language]
    assert words in reply(shipped, title, language=language).replace("\n", " ")
