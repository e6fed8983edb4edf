"""Another knowledge folder, on another subject and in a language without a lexicon, needs no change of the code."""

import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pytest

from bot.channels.formatting import plain
from bot.core.composer import Composer, Occasion
from bot.core.corpus import Corpus
from bot.core.entities import Mention
from bot.core.fallback import Decision, Kind
from bot.core.models import (
    Answer,
    Block,
    DialogueState,
    Entity,
    Intent,
    Items,
    Outcome,
    Paragraph,
    Question,
    Quote,
    Turn,
)
from bot.core.replies import MESSAGES
from bot.core.responder import Responder
from bot.core.text import normalise
from bot.core.understanding import Request
from bot.knowledge import cache, evaluation
from bot.knowledge.checks import problems_of
from bot.knowledge.loader import read
from tests.knowledge.conftest import Garden

Expected = TypeVar("Expected")
SECOND = Path(__file__).parent / "second"
SEED = " ".join((SECOND / "seeds" / "library.txt").read_text(encoding="utf-8").split())
NOW = datetime(2024, 4, 1, 12, tzinfo=UTC)
LATER = datetime(2027, 4, 1, 12, tzinfo=UTC)

ANSWERS = {
    "en": {
        "When did the library open its doors?": ("opening", "9 March 2024"),
        "Where can I find Bibliomoulin?": ("place", "in the former mill by the river"),
        "Who was there to cut the ribbon?": ("people", "Tomas Lindqvist"),
        "Who is Mr Lindqvist?": ("person", "Tomas Lindqvist"),
        "How many books does it have?": ("books", "850"),
        "Until when is admission free?": ("admission", "31 December 2026"),
        "When is the exhibition of maps?": ("exhibition", "1 July 2024 – 31 August 2024"),
        "What did the mayor say?": ("mayor-quote", "A village that reads together stays together"),
    },
    "fr": {
        "Quand la bibliothèque a-t-elle ouvert ses portes ?": ("opening", "9 mars 2024"),
        "Où peut-on trouver Bibliomoulin ?": ("place", "dans l'ancien moulin au bord de la rivière"),
        "Qui était là pour couper le ruban ?": ("people", "Tomas Lindqvist"),
        "Qui est Thomas Lindqvist ?": ("person", "Tomas Lindqvist"),
        "Combien d'ouvrages compte-t-elle ?": ("books", "850"),
        "l'entree est elle gratuite": ("admission", "31 décembre 2026"),
        "Quand a lieu l'exposition de cartes ?": ("exhibition", "juillet 2024 – 31 août 2024"),
        "Qu'est-ce que la maire a dit ?": ("mayor-quote", "A village that reads together stays together"),
    },
}
REFUSALS = {
    "en": {
        "Who paid for the renovation works?": ("not_documented", "says nothing about money"),
        "What's the phone number?": ("not_documented", "no address, telephone number"),
        "Who won the football match yesterday?": ("out_of_scope", "Bibliomoulin"),
    },
    "fr": {
        "Qui a payé la rénovation ?": ("not_documented", "ne dit rien de l’argent"),
        "Quel est le numéro de téléphone ?": ("not_documented", "ni adresse, ni numéro de téléphone"),
        "Qui a gagné le match de football hier ?": ("out_of_scope", "Bibliomoulin"),
    },
}
PREMISES = {
    "en": {
        "Are there 900 books?": "the number 900",
        "Did it open in Lyon?": "do not mention Lyon",
        "Did it open on 10 March 2024?": "do not give 10 March 2024",
        "Who is Victor Hugo?": "does not name Victor Hugo",
    },
    "fr": {
        "Y a-t-il 900 livres ?": "le nombre 900",
        "A-t-elle ouvert à Lyon ?": "ne mentionne pas Lyon",
        "A-t-elle ouvert le 10 mars 2024 ?": "ne donne pas 10 mars 2024",
        "Qui est Victor Hugo ?": "ne nomme pas Victor Hugo",
    },
}
SMALL_TALK = {
    "en": ["hello!", "/start", "/help", "/passage", "/why", "/language", "thanks a lot!"],
    "fr": ["bonjour !", "merci beaucoup !", "comment ça marche ?", "quelles langues parles-tu ?", "on commence ?"],
}


def by_language(table: dict[str, dict[str, Expected]]) -> list[tuple[str, str, Expected]]:
    """Return each question of a table with its language and what is expected."""
    return [(language, question, expected) for language in table for question, expected in table[language].items()]


@pytest.fixture(scope="module")
def library(request: pytest.FixtureRequest) -> Responder:
    """Return a responder with the second knowledge, fitted once for the same files and code."""
    kept = request.config.cache.mkdir("second-knowledge") / "fit"
    return Responder(*cache.load(SECOND / "knowledge", SECOND / "seeds", kept))


@pytest.fixture(scope="module")
def small(library: Responder) -> Responder:
    """Return a responder with the second knowledge as it is begun: five examples in each language."""
    intents = {
        intent.id: replace(intent, utterances={name: texts[:5] for name, texts in intent.utterances.items()})
        for intent in library.knowledge.intents.values()
    }
    knowledge = replace(library.knowledge, intents=intents)
    return Responder(knowledge, cache.fit(knowledge))


def ask(responder: Responder, text: str, state: DialogueState | None = None, now: datetime = NOW) -> Turn:
    """Return the turn of a question in free text."""
    return responder.respond(Question(text), state, now=now)


def is_from_the_seed(answer: Answer) -> bool:
    """Return whether an answer has citations, all of them words of the seed, and names their source."""
    quotes = [citation.quote for citation in answer.citations]
    return bool(quotes) and all(quote in SEED for quote in quotes) and names_its_source(answer)


def names_its_source(answer: Answer) -> bool:
    """Return whether an answer has a source line, or passages with their source under them."""
    return answer.source_line is not None or any(isinstance(block, Quote) for block in answer.blocks)


@pytest.fixture
def copied(tmp_path: Path) -> Garden:
    """Return a copy of the second knowledge, to change something in."""
    shutil.copytree(SECOND, tmp_path, dirs_exist_ok=True)
    return Garden(tmp_path / "knowledge", tmp_path / "seeds")


def test_it_has_no_problem() -> None:
    """`jolig check` finds nothing, French replies and a language without a lexicon included."""
    assert problems_of(read(SECOND / "knowledge", SECOND / "seeds")) == []


def test_its_languages_are_its_own(library: Responder) -> None:
    """The bot has the languages of the folder, the first of which is the default, and their menu."""
    assert library.languages == ("en", "fr")
    assert library.knowledge.version.startswith("2024-03-14+")
    names = [command.name for command in library.commands("fr")]
    assert names == ["about", "people", "person", "passage", "why", "language", "help", "start"]
    assert library.commands("fr")[0].description == "Qu'est-ce que cette bibliothèque ?"


def test_it_passes_its_own_evaluation(library: Responder) -> None:
    """Every held-out question of both languages has the answer that it must have."""
    found = evaluation.read(SECOND / "knowledge", library.knowledge)
    results = [result for dialogue in found.dialogues for result in evaluation._ask(dialogue, library, plain)]
    assert found.problems == []
    assert {result.language for result in results} == {"en", "fr"}
    assert [result.failure for result in results if result.failure] == []


@pytest.mark.parametrize(("language", "question", "expected"), by_language(ANSWERS))
def test_a_question_is_answered_in_its_language_from_the_seed(
    library: Responder, language: str, question: str, expected: tuple[str, str]
) -> None:
    """The answer states the fact in the question's language and quotes the seed for it."""
    answer = ask(library, question).answer
    assert (answer.language, answer.outcome, answer.intent) == (language, Outcome.ANSWER, expected[0])
    assert expected[1] in plain(answer)
    assert is_from_the_seed(answer)


@pytest.mark.parametrize(("language", "question", "expected"), by_language(REFUSALS))
def test_what_the_seed_does_not_say_is_refused_in_the_language_of_the_question(
    library: Responder, language: str, question: str, expected: tuple[str, str]
) -> None:
    """The reply says that the source is silent, or what the bot is about; it cites nothing and suggests something."""
    answer = ask(library, question).answer
    assert (answer.language, answer.outcome) == (language, expected[0])
    assert expected[1] in plain(answer)
    assert (answer.citations, answer.source_line) == ((), None)
    assert answer.suggestions


@pytest.mark.parametrize(("language", "question", "correction"), by_language(PREMISES))
def test_what_a_question_takes_for_granted_is_corrected(
    library: Responder, language: str, question: str, correction: str
) -> None:
    """A number, a place, a day or a person that the source does not have is told first."""
    answer = ask(library, question).answer
    assert answer.language == language
    assert correction in plain(answer).partition("\n\n")[0]


@pytest.mark.parametrize("question", ["Until when is admission free?", "Jusqu'à quand l'entrée est-elle gratuite ?"])
def test_a_term_that_has_passed_is_told_to_have_passed(library: Responder, question: str) -> None:
    """The same question gets one paragraph more after the last day of the term."""
    before, after = ask(library, question).answer, ask(library, question, now=LATER).answer
    assert after.blocks[: len(before.blocks)] == before.blocks
    assert len(after.blocks) == len(before.blocks) + 1
    assert any(passed in plain(after) for passed in ("has passed", "est passée"))


@pytest.mark.parametrize(
    ("question", "follow_up", "language"),
    [
        ("How many books are there?", "show me the exact passage", "en"),
        ("Combien de livres y a-t-il ?", "montre-moi le passage exact", "fr"),
    ],
)
def test_the_passage_of_an_answer_is_shown_in_the_words_of_the_seed(
    library: Responder, question: str, follow_up: str, language: str
) -> None:
    """Who asks for the passage gets the sentence that the answer before stands on, whichever language is spoken."""
    first = ask(library, question)
    answer = ask(library, follow_up, first.state).answer
    assert answer.language == language
    assert "Bibliomoulin holds 850 books, all of them gifts from the inhabitants." in plain(answer)
    assert is_from_the_seed(answer)


def test_a_bare_word_leans_on_the_question_before_it(library: Responder) -> None:
    """In a language with a lexicon, "where?" asks for the place of what was told."""
    opened = ask(library, "When did the library open?")
    assert ask(library, "where?", opened.state).answer.intent == "place"


def test_a_chosen_language_holds_where_the_text_does_not_tell(library: Responder) -> None:
    """After /language fr, a command is answered in French."""
    chosen = ask(library, "/language fr")
    assert (chosen.answer.language, ask(library, "/about", chosen.state).answer.language) == ("fr", "fr")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("tomas-lindqvist", "The ribbon was cut by"),
        ("agathe-renaudin", "The sources do not mention Agathe Renaudin in this connection."),
        ("victor-hugo", "The sources do not mention Victor Hugo."),
        (None, "The sources do not mention Ann Other."),
    ],
)
def test_an_answer_that_names_persons_corrects_another_who_is_asked_about(
    library: Responder, name: str | None, told: str
) -> None:
    """An intent with an optional slot needs no words of its own for who is not among its persons."""
    agathe = Entity("agathe-renaudin", "person", dict.fromkeys(library.languages, "Agathe Renaudin"))
    people = replace(library.knowledge.intents["people"], slot="person")
    entities = {**library.knowledge.entities, agathe.id: agathe}
    knowledge = replace(library.knowledge, entities=entities)
    composer = Composer(knowledge, Corpus.of(knowledge).connected)
    asked = Mention(0, 9, "Ann Other", "person", (name,) if name else ())
    request = Request("Did Ann Other open it?", (asked,), Decision(Kind.ANSWER, ("people",), 0.9))
    (part,) = composer.answer(people, request, Occasion("en", NOW, None))
    answer = composer.join([part], "en")
    assert answer.outcome is Outcome.ANSWER
    assert plain(answer).startswith(told)
    assert "Tomas Lindqvist" in plain(answer)


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("for-all", (Paragraph("They:"), Items(("Colette Marchetti", "Tomas Lindqvist")))),
        ("for-one", (Paragraph("Tomas Lindqvist came."),)),
    ],
)
def test_what_is_told_of_one_alone_is_no_list(library: Responder, message: str, told: tuple[Block, ...]) -> None:
    """The list of an intent is part of the reply about all; one with words for each of them has none then."""
    texts = "\nfor-all = They:\nfor-one = They:\n    .person = { $person } came.\n"
    people = replace(library.knowledge.intents["people"], slot="person", reply=message)
    knowledge = replace(
        library.knowledge,
        replies={name: text + texts for name, text in library.knowledge.replies.items()},
        intents={**library.knowledge.intents, people.id: people},
    )
    composer = Composer(knowledge, Corpus.of(knowledge).connected)
    asked = Mention(0, 5, "Tomas", "person", ("tomas-lindqvist",))
    request = Request("Did Tomas come?", (asked,), Decision(Kind.ANSWER, ("people",), 0.9))
    (part,) = composer.answer(people, request, Occasion("en", NOW, None))
    assert part.blocks == told


def test_a_number_that_is_quoted_and_a_pair_may_be_said_in_words(copied: Garden) -> None:
    """What the evidence says is no guess, and "both" is grammar."""
    copied.plant("replies/en.ftl", "opened on { $day }", "opened on { $day }, nine days and two before all others")
    assert list(copied.problems()) == []


def test_all_that_a_new_folder_lacks_is_told_at_once(tmp_path: Path) -> None:
    """With a name and a language it has no source, no intent, and none of the bot's own messages in that language."""
    (tmp_path / "bot.yaml").write_text("name: New\nlanguages: [fr, en]\n", encoding="utf-8")
    (tmp_path / "sources.yaml").write_text("[]\n", encoding="utf-8")
    found = [str(problem) for problem in problems_of(read(tmp_path, tmp_path / "seeds"))]
    assert "sources.yaml:1: there is no source yet: every fact needs one" in found
    assert "bot.yaml:1: there is no intent yet: nothing can be asked" in found
    assert {f"replies/fr.ftl:1: the message {name!r} is missing" for name in MESSAGES} < set(found)
    assert not any("replies/en.ftl" in problem and "message" in problem for problem in found)


def test_pairs_lie_close_whose_answers_differ_and_mislead() -> None:
    """Small talk that is taken for other small talk, and two questions with one answer, do no harm."""

    def intent(name: str, outcome: Outcome, reply: str) -> Intent:
        return Intent(name, outcome, {}, {}, reply)

    told = (
        intent("opening", Outcome.ANSWER, "opening"),
        intent("opening-day", Outcome.ANSWER, "opening"),
        intent("cost", Outcome.NOT_DOCUMENTED, "cost"),
        intent("hello", Outcome.SMALL_TALK, "hello"),
        intent("weather", Outcome.OUT_OF_SCOPE, "off"),
    )
    names = [each.id for each in told]
    confused = [evaluation.Confusion("x", one, other) for one in names for other in names if one != other] * 5
    report = evaluation.Report(
        (), tuple(confused), 100, (), evaluation.ThresholdsEntry(), {each.id: each for each in told}
    )
    assert report.close_pairs() == [(10, "cost", "opening-day"), (10, "cost", "opening")]


def test_a_name_within_a_longer_one_is_in_the_evidence(copied: Garden) -> None:
    """The quote names Corvelle, though "opened in Corvelle" is a name of something else too."""
    opening = "- {id: the-opening, kind: event, names: {en: opened in Corvelle, fr: une journée}}\n"
    copied.plant("entities/names.yaml", "- {id: exhibition,", f"{opening}- {{id: exhibition,")
    assert list(copied.problems()) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("intents/people.yaml", "aspects: {time:", "aspects: {tme:", "the aspect 'tme' is not known"),
        ("replies/fr.ftl", "    .none =", "    .nothing =", "'passage' needs the attribute 'none'"),
        ("replies/en.ftl", "books, { $origin }", "books on nine shelves, { $origin }", "'books' says 'nine'"),
        ("entities/names.yaml", "kind: place", "kind: Place", "'kind': write small letters of the English alphabet"),
        ("intents/books.yaml", "count:", "Count:", "'facts.Count': write one word in small letters"),
    ],
)
def test_what_no_answer_could_use_is_a_problem(copied: Garden, file: str, old: str, new: str, message: str) -> None:
    """A misspelt word of the knowledge is told, and not passed over until somebody asks."""
    path = copied.folder / file
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    assert any(message in problem.message for problem in copied.problems())


@pytest.mark.parametrize(
    ("language", "question"), [(language, text) for language, texts in SMALL_TALK.items() for text in texts]
)
def test_small_talk_is_answered_without_a_citation(library: Responder, language: str, question: str) -> None:
    """Greetings, help and thanks have an answer in the question's language that claims nothing."""
    answer = ask(library, question).answer
    assert (answer.language, answer.outcome, answer.citations) == (language, Outcome.SMALL_TALK, ())


def test_no_reply_speaks_of_the_shipped_subject(library: Responder) -> None:
    """Nothing of the shipped knowledge is in the code: no reply, button or command of the other bot names it."""
    tables = (ANSWERS, REFUSALS, PREMISES)
    questions = [question for table in tables for texts in table.values() for question in texts]
    questions += [question for texts in SMALL_TALK.values() for question in texts]
    questions += ["", "/nothing", "??", "ვინ არიან წევრები?", "x" * 3000, "Kachreti", "Who are the members?"]
    shown = ""
    for question in questions:
        turn = ask(library, question)
        reasons = library.reasons(turn.answer.readings, turn.answer.language) if turn.answer.intent else turn.answer
        shown += plain(turn.answer) + plain(reasons) + " ".join(choice.text for choice in turn.answer.suggestions)
    foreign = ("jolig", "armeni", "azerbaijan", "contact group", "arminfo", "caucasus")
    assert [word for word in foreign if word in normalise(shown)] == []


def test_a_language_that_the_folder_does_not_have_is_told_so(library: Responder) -> None:
    """A question in a script of the shipped knowledge gets the list of the languages of this one."""
    answer = ask(library, "ვინ არიან ჯგუფის წევრები?").answer
    assert (answer.outcome, answer.language) == (Outcome.OUT_OF_SCOPE, "en")
    assert "English" in plain(answer)
    assert "français" in plain(answer)


@pytest.mark.parametrize(("language", "question", "expected"), by_language(ANSWERS))
def test_five_examples_are_enough_for_plain_questions(
    small: Responder, language: str, question: str, expected: tuple[str, str]
) -> None:
    """The answer is told, or offered where it is in doubt; no other is given."""
    answer = ask(small, question).answer
    offered = [choice.intent for choice in answer.suggestions]
    assert expected[1] in plain(answer) or (answer.outcome is Outcome.CLARIFY and expected[0] in offered)


@pytest.mark.parametrize(
    ("question", "known"), [("Who is Putin?", True), ("Was Putin there?", True), ("Did they read in Paris?", False)]
)
def test_a_strange_name_is_a_persons_where_five_examples_say_the_rest(
    small: Responder, question: str, *, known: bool
) -> None:
    """A question that has another word may be about a town."""
    assert (ask(small, question).answer.intent == "person") is known
