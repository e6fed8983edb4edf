"""What is the same for every subject is there without a word of it in the folder, and yields to the folder's own."""

import hashlib
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fluent.syntax import FluentParser, ast

from bot.channels.formatting import plain
from bot.core.models import Outcome, Paragraph, Question, Turn
from bot.core.replies import MESSAGES, Replies
from bot.core.responder import Responder
from bot.knowledge import cache, evaluation, load
from bot.knowledge.loader import COMMON, read
from tests.knowledge.conftest import ROOT, Garden

LANGUAGES = ("en", "hy", "az", "ru", "ka")
NOW = datetime(2031, 6, 1, tzinfo=UTC)
LETTER = "The reading circle of Dale was founded in 2019.\n"
FILES = {
    "sources.yaml": f"""
- id: letter
  file: letter.txt
  title: A letter
  publisher: circle
  date: 2030-01-01
  language: en
  sha256: {hashlib.sha256(LETTER.encode()).hexdigest()}
""",
    "entities/names.yaml": """
- id: circle
  kind: organisation
  names: {en: Reading circle of Dale, hy: Դեյլի ընթերցողներ, az: Deyl mütaliə dərnəyi, ru: Кружок Дейла, ka: დეილის წრე}
""",
    "facts/circle.yaml": """
- id: year
  subject: circle
  property: founded in
  value: {year: 2019}
  evidence: [{source: letter, quote: The reading circle of Dale was founded in 2019.}]
""",
    "intents/founded.yaml": """
id: founded
outcome: answer
title: {en: When was it founded?, hy: Ե՞րբ է հիմնվել, az: Nə vaxt yaradılıb?, ru: Когда он основан?, ka: როდის დაარსდა?}
facts: {year: year}
utterances:
  {en: [year of founding], hy: [հիմնադրման տարին], az: [yaranma ili], ru: [год основания], ka: [დაარსების წელი]}
""",
}


def messages(text: str) -> set[str]:
    """Return the names of the messages of a Fluent resource."""
    return {entry.id.name for entry in FluentParser().parse(text).body if isinstance(entry, ast.Message)}


def common(language: str) -> str:
    """Return the common replies in a language."""
    return (COMMON / "replies" / f"{language}.ftl").read_text(encoding="utf-8")


def made(tmp_path: Path) -> Garden:
    """Write a folder that has the least that a folder needs."""
    found = Garden(tmp_path / "knowledge", tmp_path / "seeds")
    found.seeds.mkdir()
    (found.seeds / "letter.txt").write_text(LETTER, encoding="utf-8")
    files = FILES | {f"replies/{language}.ftl": "founded = { $year }.\n" for language in LANGUAGES}
    files["bot.yaml"] = f"name: Reading circle of Dale\nlanguages: [{', '.join(LANGUAGES)}]\n"
    for name, text in files.items():
        (found.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (found.folder / name).write_text(text.lstrip(), encoding="utf-8")
    return found


@pytest.fixture
def circle(tmp_path: Path) -> Garden:
    return made(tmp_path)


@pytest.fixture(scope="module")
def core(tmp_path_factory: pytest.TempPathFactory) -> Responder:
    """Return a responder with that folder as it is, fitted once."""
    garden = made(tmp_path_factory.mktemp("circle"))
    return Responder(*cache.load(garden.folder, garden.seeds, garden.folder.parent / "fit"))


def ask(core: Responder, text: str, language: str = "en") -> Turn:
    return core.respond(Question(text, language=language), None, now=NOW)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_message_is_there_in_each_language(language: str) -> None:
    """Those of the core and of the channels, and a reply for each common intent."""
    replies = {path.stem for path in COMMON.glob("intents/*.yaml")} - {"start"} | {"welcome"}
    assert messages(common(language)) == MESSAGES.keys() | replies


def test_the_common_replies_hold_grammar_only(circle: Garden) -> None:
    """They pass the checks that a folder's own have to pass: as its own, they are no problem."""
    for language in LANGUAGES:
        with (circle.folder / f"replies/{language}.ftl").open("a", encoding="utf-8") as file:
            file.write(common(language))
    assert list(circle.problems()) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_shipped_replies_repeat_nothing_of_them(language: str) -> None:
    """Only what they say otherwise stands in both."""
    shipped = (ROOT / "knowledge" / "replies" / f"{language}.ftl").read_text(encoding="utf-8")
    assert messages(shipped) & messages(common(language)) == {"help"}


def test_what_the_bot_is_called_after_may_be_said_in_a_reply(circle: Garden) -> None:
    """It is no claim; a name of anything else is."""
    circle.plant("replies/en.ftl", "founded = ", "founded = The Reading circle of Dale: ")
    assert list(circle.problems()) == []


@pytest.mark.parametrize(("said", "problems"), [("в этих местах", 0), ("в Местах", 1)])
def test_a_plain_word_that_is_written_like_a_name_is_none(circle: Garden, said: str, problems: int) -> None:
    """Names have a capital in the languages that have any: "местах" is "places", not the town of Местия."""
    place = "- {id: mestia, kind: place, names: {en: Mestia, hy: Մեստիա, az: Mestiya, ru: Местия, ka: მესტია}}\n"
    with (circle.folder / "entities/names.yaml").open("a", encoding="utf-8") as file:
        file.write(place)
    circle.plant("replies/ru.ftl", "founded = ", f"founded = Он {said}: ")
    assert len(circle.problems()) == problems


def test_a_folder_needs_nothing_of_them(circle: Garden) -> None:
    assert list(circle.problems()) == []


def test_a_folder_has_the_common_intents(core: Responder) -> None:
    """And their commands, and what is offered where nothing else is nearer."""
    assert "2019" in plain(ask(core, "year of founding").answer)
    for text in ("hello", "/start", "/help", "/why", "/passage", "/language", "/privacy", "/mydata"):
        answer = ask(core, text).answer
        assert answer.outcome is Outcome.SMALL_TALK, text
        assert answer.suggestions, text
    assert [choice.intent for choice in ask(core, "hello").answer.suggestions] == ["founded"]
    assert [command.name for command in core.commands("en")][-2:] == ["help", "start"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_bot_is_called_as_the_entity_of_its_name_is(core: Responder, language: str) -> None:
    """So no name in another script stands in a reply."""
    assert core.knowledge.entities["circle"].names[language] in plain(ask(core, "/start", language).answer)


def test_what_a_few_examples_cannot_account_for_is_told(core: Responder) -> None:
    """A word that no example of the whole folder has may ask for more than the answer tells."""
    answer = ask(core, "helicopter founding year").answer
    assert (answer.outcome, answer.intent) == (Outcome.ANSWER, "founded")
    assert Paragraph(core.say("not-all", "en")) in answer.blocks


def test_a_doubtful_answer_that_a_few_examples_cannot_account_for_is_asked_back(core: Responder) -> None:
    answer = ask(core, "who paid for the founding year").answer
    assert answer.outcome is Outcome.CLARIFY
    assert "founded" in [choice.intent for choice in answer.suggestions]


@pytest.mark.parametrize("text", ["can you book me a hotel", "buy a train ticket for my uncle"])
def test_what_has_few_words_of_small_talk_is_none(core: Responder, text: str) -> None:
    """Even where the folder has fewer examples of its own than there are of the common intents."""
    assert ask(core, text).answer.outcome is Outcome.OUT_OF_SCOPE


def test_an_evaluation_needs_no_question_for_the_common_intents(circle: Garden, core: Responder) -> None:
    """Only each of the folder's own has to be expected by one."""
    (circle.folder / "evaluation").mkdir()
    (circle.folder / "evaluation/en.yaml").write_text("- {question: hi there, intent: greeting}\n", encoding="utf-8")
    asked = evaluation.read(circle.folder, core.knowledge)
    (problem,) = evaluation.run(core.knowledge, core, asked, plain).below()
    assert str(problem) == "intents/founded.yaml:1: no question of evaluation/ expects this intent"


def test_without_an_evaluation_it_is_told_how_far_the_examples_carry(circle: Garden, core: Responder) -> None:
    """A new folder needs that most; to have no question yet is no problem."""
    report = evaluation.run(core.knowledge, core, evaluation.read(circle.folder, core.knowledge), plain)
    first, second, *_ = report.lines()
    assert first == "evaluation: there is no question in evaluation/ yet"
    assert second.startswith("examples that the others of their intent would win without them: ")
    assert list(report.below()) == []


def test_the_shipped_evaluation_has_questions_for_the_common_intents() -> None:
    """It is the only one that shows how well they are understood."""
    asked = evaluation.read(ROOT / "knowledge", load(ROOT / "knowledge", ROOT / "seeds"))
    expected = {name for dialogue in asked.dialogues for turn in dialogue.turns for name in turn.case.intents}
    assert {path.stem for path in COMMON.glob("intents/*.yaml")} <= expected


def test_a_name_alone_gets_the_questions_whose_answers_stand_on_it(core: Responder) -> None:
    """No intent says that it is about it, but a fact is."""
    answer = ask(core, "Reading circle of Dale").answer
    assert answer.outcome is Outcome.CLARIFY
    assert [choice.intent for choice in answer.suggestions] == ["founded"]


def test_a_message_of_the_folder_stands_in_place_of_the_common_one(circle: Garden) -> None:
    with (circle.folder / "replies/en.ftl").open("a", encoding="utf-8") as file:
        file.write("greeting = Welcome to the circle.\n")
    assert list(circle.problems()) == []
    replies = Replies(
        load(circle.folder, circle.seeds).replies, {}, {language: {"bot": "It"} for language in LANGUAGES}
    )
    assert replies.say("greeting", "en") == "Welcome to the circle."
    assert replies.say("greeting", "az") == "Salam! It haqqında öz sözlərinizlə soruşun."


@pytest.mark.parametrize(
    ("name", "more", "left_out"),
    [
        pytest.param("greeting", "", {"greeting"}, id="of the same id"),
        pytest.param("manual", "command: help\n", {"help"}, id="of the same command"),
        pytest.param("salute", "", set(), id="of another"),
    ],
)
def test_an_intent_of_the_folder_stands_in_place_of_the_common_one(
    circle: Garden, name: str, more: str, left_out: set[str]
) -> None:
    """What both understand, the folder's own does."""
    text = (
        FILES["intents/founded.yaml"].replace("id: founded", f"id: {name}\nreply: founded").replace("year of", "hello")
    )
    text = text.replace("hello founding", "hello").replace("}\nfacts", f"}}\n{more}facts")
    for number, word in enumerate(["հիմնադրման տարին", "yaranma ili", "год основания", "დაარსების წელი"]):
        text = text.replace(word, f"{word} {number}")
    (circle.folder / f"intents/{name}.yaml").write_text(text.lstrip(), encoding="utf-8")
    circle.plant("bot.yaml", "]\n", f"]\nmenu: {[name] if more else []}\n")
    assert list(circle.problems()) == []
    whole = load(circle.folder, circle.seeds)
    assert left_out - {name} == {path.stem for path in COMMON.glob("intents/*.yaml")} - whole.intents.keys()
    assert [intent.id for intent in whole.intents.values() if "hello" in intent.utterances["en"]] == [name]
    assert len(set(whole.menu)) == len(whole.menu)


def test_what_is_taken_from_a_common_intent_is_told(circle: Garden) -> None:
    """It may be meant, so it is no problem; but "hello" would get this answer from now on."""
    circle.plant("intents/founded.yaml", "en: [year of founding]", "en: [year of founding, Hello!]")
    draft = read(circle.folder, circle.seeds).draft
    (told,) = draft.taken
    assert (told.file, told.line) == ("intents/founded.yaml", 6)
    assert "'hello' is also one of the common 'greeting'" in told.message
    assert list(circle.problems()) == []


def test_what_the_folder_has_on_other_subjects_stands_in_place_of_the_common(circle: Garden) -> None:
    """Whatever it is called, and with the common reply where it has no other."""
    text = FILES["intents/founded.yaml"].replace("id: founded", "id: sports\nreply: off-subject")
    text = text.replace("outcome: answer", "outcome: out_of_scope").replace("facts: {year: year}\n", "")
    for number, word in enumerate(
        ["year of founding", "հիմնադրման տարին", "yaranma ili", "год основания", "დაარსების წელი"]
    ):
        text = text.replace(word, f"{word} {number}")
    (circle.folder / "intents/sports.yaml").write_text(text.lstrip(), encoding="utf-8")
    assert list(circle.problems()) == []
    assert "off-subject" not in load(circle.folder, circle.seeds).intents


def test_a_common_command_of_the_folders_own_keeps_its_place_in_the_menu(circle: Garden) -> None:
    """Who copies the file of a common intent need not add it to the menu."""
    menu = load(circle.folder, circle.seeds).menu
    shutil.copy(COMMON / "intents/why.yaml", circle.folder / "intents/why.yaml")
    assert list(circle.problems()) == []
    assert load(circle.folder, circle.seeds).menu == menu


def test_nothing_of_another_language_comes_with_them(circle: Garden) -> None:
    """Nor with the folder's own intents, where its languages have become fewer: it could not be read."""
    circle.plant("bot.yaml", "[en, hy, az, ru, ka]", "[az, hy]")
    intents = load(circle.folder, circle.seeds).intents.values()
    assert {"greeting", "founded"} < {intent.id for intent in intents}
    assert {language for i in intents for language in (*i.titles, *i.utterances)} == {"az", "hy"}


def test_a_language_that_the_common_intents_do_not_speak_leaves_them_out(circle: Garden) -> None:
    """No one would be understood in one language only; each message that is missing in it is told."""
    circle.plant("bot.yaml", "[en, hy, az, ru, ka]", "[en, fr]")
    shutil.copy(circle.folder / "replies/en.ftl", circle.folder / "replies/fr.ftl")
    found = [str(problem) for problem in circle.problems()]
    assert {f"replies/fr.ftl:1: the message {name!r} is missing" for name in MESSAGES} < set(found)
    assert [problem for problem in found if "intents/" in problem and "founded" not in problem] == []


@pytest.mark.parametrize(
    ("language", "question", "named"),
    [
        ("en", "was it founded in Paris?", "Paris"),
        ("ru", "это было в Одессе?", "Одесса"),
        ("hy", "Վարշավայո՞ւմ է հիմնվել", "Վարշավա"),
        ("az", "Polşada yaradılıb?", "Polşa"),
        ("ka", "პოლონეთში დაარსდა?", "პოლონეთი"),
    ],
)
def test_a_town_or_country_that_no_source_has_is_named(
    core: Responder, language: str, question: str, named: str
) -> None:
    """Without a word of it in the folder, in any language and case."""
    answer = ask(core, question, language).answer
    assert answer.outcome is Outcome.NOT_DOCUMENTED
    assert named in plain(answer)


def test_a_town_that_the_folder_has_or_its_sources_mention_is_left_out(tmp_path: Path) -> None:
    """It would be said to be missing from them."""
    garden = made(tmp_path)
    letter = garden.seeds / "letter.txt"
    letter.write_text(f"{LETTER}It read in Warsaw.\n", encoding="utf-8")
    before, after = (hashlib.sha256(text.encode()).hexdigest() for text in (LETTER, letter.read_text(encoding="utf-8")))
    garden.plant("sources.yaml", before, after)
    garden.plant("entities/names.yaml", "- id: circle", "- {id: athens-of-dale, kind: inn, names: NAMES}\n- id: circle")
    garden.plant("entities/names.yaml", "NAMES", "{en: Athens, hy: Աթենք, az: Afina, ru: Афины, ka: ათენი}")
    places = load(garden.folder, garden.seeds).entities
    assert "minsk" in places
    assert not {"warsaw", "athens"} & places.keys()


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("en", "when was it set up?"),
        ("ru", "когда учредили?"),
        ("az", "nə vaxt təsis edilib?"),
        ("hy", "երբ է ստեղծվել"),
    ],
)
def test_a_question_in_everyday_words_that_no_example_has_is_understood(
    core: Responder, language: str, question: str
) -> None:
    """By the common synonyms."""
    assert ask(core, question, language).answer.intent == "founded"


def test_the_words_of_a_synonym_stand_beside_the_common_ones(circle: Garden) -> None:
    (circle.folder / "synonyms.yaml").write_text("- id: founded\n  words: {en: [knitted]}\n", encoding="utf-8")
    words = load(circle.folder, circle.seeds).synonyms["founded"]
    assert {"knitted", "set up"} <= {*words["en"]}
    assert "основан" in words["ru"]
