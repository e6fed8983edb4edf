"""Every kind of problem, planted in the shipped knowledge, is found with its file and line; and only that one."""

from pathlib import Path

import pytest

from bot.core.provenance import coverage
from bot.errors import KnowledgeError
from bot.knowledge import load
from bot.knowledge.loader import read
from tests.knowledge.conftest import ROOT, Garden

MEETING, REPORT, GROUP = "facts/meeting.yaml", "facts/report.yaml", "facts/group.yaml"
PEOPLE, MEMBERS, REPLIES = "entities/people.yaml", "intents/members.yaml", "replies/en.ftl"
CHAIR = "    The sources do not say who chairs, leads or moderates the group or its meetings.\n"
"""The one line of a reply."""
TERM = "  value: {date: 2025-12-31}"


def test_the_shipped_knowledge_has_no_problem(garden: Garden) -> None:
    assert list(garden.problems()) == []


def test_every_sentence_of_the_shipped_sources_is_evidence() -> None:
    whole = load(ROOT / "knowledge", ROOT / "seeds")
    evidence = [passage for fact in whole.facts.values() for passage in fact.evidence]
    sentences = [sentence for source in whole.sources.values() for sentence in coverage(source, evidence)]
    assert len(sentences) == 17
    assert [sentence.text for sentence in sentences if not sentence.complete] == []


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        pytest.param(
            MEETING,
            "quote: They called on the leadership",
            "quote: They urged the leadership",
            "the quote is not in the source",
            id="a quote that is not in the source",
        ),
        pytest.param("facts/article.yaml", "quote: ArmInfo.", "quote: The", "stands", id="a quote that stands twice"),
        pytest.param(
            MEETING,
            "value: {entity: georgia}",
            "value: {entity: georgien}",
            "'georgien' is not known",
            id="an unknown id",
        ),
        pytest.param(
            REPORT, "value: {year: 2030}", "value: {year: 2031}", "the year 2031 is not in", id="another year"
        ),
        pytest.param(
            GROUP, "value: {number: 11}", "value: {number: 12}", "the number 12 is not in", id="another number"
        ),
        pytest.param(GROUP, TERM, "  value: {date: 2026-12-31}", "the day 31.12.2026 is not in", id="another day"),
        pytest.param(GROUP, TERM, "  value: {date: 2025-13-31}", "'value.date'", id="a day that is none"),
        pytest.param(GROUP, TERM, "  value: {}", "a value has exactly one", id="a value without a form"),
        pytest.param(
            MEETING,
            "value: {entity: kachreti}",
            "value: {entity: baku}",
            "'baku' is not in",
            id="another place than quoted",
        ),
        pytest.param(
            GROUP,
            "value: {verbatim: has decided to remain in its membership}",
            "value: {verbatim: has decided to extend its membership}",
            "is not in the quoted evidence",
            id="other words than quoted",
        ),
        pytest.param(
            REPLIES,
            "    { $number }, going by",
            "    { $numbr }, going by",
            "$numbr, which no fact fills",
            id="a variable that no fact fills",
        ),
        pytest.param(REPLIES, CHAIR, "    Goodbye, all 11!\n", "a digit in a template", id="a digit in a template"),
        pytest.param(REPLIES, CHAIR, "    Goodbye from Kachreti!\n", "a name in a template", id="a name in a template"),
        pytest.param(
            REPLIES,
            "chair =",
            "chairs =",
            "no intent uses the message 'chairs'",
            id="a message that nothing uses",
        ),
        pytest.param(
            REPLIES, "member-count =", "member count =", "not valid Fluent", id="a message that is not Fluent"
        ),
        pytest.param(
            PEOPLE,
            "[Mehman Aliev]",
            "[Mehman Aliev, Ahmed Alili]",
            "is also one of 'ahmad-alili'",
            id="a duplicate alias",
        ),
        pytest.param(
            PEOPLE, "[Mehman Aliev]", "[Mehman Aliev, mehman aliev]", "stands twice", id="an alias written twice"
        ),
        pytest.param(PEOPLE, "- id: anar-veliyev", "- id: ahmad-alili", "stands twice", id="an id given twice"),
        pytest.param(MEMBERS, "items: members", "item: members", "'item' is not a known key", id="an unknown key"),
        pytest.param(
            GROUP, "value: {number: 11}", "value: 11", "'value': parts with a key each are expected", id="a bare value"
        ),
        pytest.param(GROUP, TERM, "  value: {date: 31.12.2025}", "write the day as in 2031-05-03", id="a day"),
        pytest.param(MEMBERS, "items: members", "items: persons", "the list 'persons'", id="an unknown list"),
        pytest.param(
            "intents/report.yaml",
            "command: report",
            "command: members",
            "the command 'members' stands twice",
            id="a command given twice",
        ),
        pytest.param(
            MEMBERS,
            "  en: Who are the members?",
            "  fr: Qui sont les membres ?",
            "the title in 'en' is missing",
            id="a missing language",
        ),
        pytest.param(
            MEMBERS, "outcome: answer", "outcome: not_documented", "states no facts", id="a gap that states facts"
        ),
        pytest.param(
            "intents/chair.yaml",
            "outcome: not_documented",
            "outcome: answer",
            "an answer needs facts",
            id="an answer without facts",
        ),
        pytest.param(
            "replies/en.ftl",
            "    .title = { $bot }: timeline\n",
            "",
            "'timeline' needs the attribute 'title'",
            id="a timeline without a heading",
        ),
        pytest.param(
            "replies/en.ftl",
            "    .yearless = ",
            "    .undated = ",
            "the attribute 'undated' of 'timeline' is not used",
            id="an attribute of the timeline that shows nothing",
        ),
        pytest.param(
            "entities/places.yaml",
            "- id: baku\n  kind: place",
            "- id: baku\n  absent: true\n  kind: place",
            "marked as absent",
            id="an absent name that is in a source",
        ),
        pytest.param(
            "bot.yaml", "name: JOLIG", "name: JOLIG\nname: JOLIG", "'name' stands here twice", id="a key given twice"
        ),
        pytest.param("bot.yaml", "languages: [en,", "languages: ]en,", "not valid YAML", id="a file that is not YAML"),
        pytest.param("sources.yaml", "sha256: 3", "sha256: 4", "has changed", id="a source that has changed"),
        pytest.param("sources.yaml", "file: 000_", "file: 001_", "cannot be read from seeds", id="a missing seed"),
    ],
)
def test_a_planted_problem_is_found(garden: Garden, file: str, old: str, new: str, message: str) -> None:
    line = garden.plant(file, old, new)
    found = [problem for problem in garden.problems() if message in problem.message]
    assert found, f"not found among {list(garden.problems())}"
    nearby = {problem.line for problem in found if problem.file == file}
    # A problem stands at its own line or at the beginning of its entry or message, which is at most three lines up.
    assert nearby & set(range(line - 3, line + new.count("\n") + 1)), f"planted at {line}, found at {found}"


def test_a_form_that_an_entity_lacks_is_told_with_the_entity(garden: Garden) -> None:
    line = garden.plant(
        "replies/ru.ftl", "прошла { $days } { $place-locative }", "прошла { $days } { $place-ablative }"
    )
    (problem,) = garden.problems()
    assert (problem.file, abs(problem.line - line) <= 1) == ("replies/ru.ftl", True)
    assert "$place-ablative, but the entity 'kachreti' has no form 'ablative' in this language" in problem.message


def test_a_form_of_what_is_no_entity_is_told_as_what_no_fact_fills(garden: Garden) -> None:
    garden.plant("replies/ru.ftl", "прошла { $days } { $place-locative }", "прошла { $days-genitive } { $days }")
    assert any("names $days-genitive, which no fact fills" in problem.message for problem in garden.problems())


def test_a_name_in_a_template_is_told_with_the_entity_and_the_alias_it_is_of(garden: Garden) -> None:
    """A plain word as an alias is found in replies that nobody changed."""
    garden.plant(PEOPLE, "[Mehman Aliev]", "[Mehman Aliev, the chair]")
    garden.plant(REPLIES, CHAIR, "    The sources do not name the chair.\n")
    (problem,) = [problem for problem in garden.problems() if problem.file == REPLIES]
    assert "a name in a template: 'chair' (the name 'the chair' of the entity 'mehman-aliyev')" in problem.message


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("chair =\nNobody { $bot } is\nnamed so.\n", [(1, "the text of 'chair' is missing below it, indented")]),
        ("chair =\n\n", [(1, "the text of 'chair' is missing below it, indented")]),
        ("chair =\n    Nobody\nis named.\n", [(3, "the text has to be indented by four spaces: 'is named.'")]),
        ("chair =\n    Nobody\n\nis\nnamed.\n", [(4, "the text has to be indented by four spaces: 'is'")]),
        ("chair = Nobody.\n.none = None.\nthe chair = He.\n", [(3, "not valid Fluent: Expected token")]),
    ],
)
def test_a_text_that_is_not_indented_is_told_once(garden: Garden, text: str, problems: list[tuple[int, str]]) -> None:
    """Not as a message that is missing, nor each of its lines."""
    line = garden.plant(REPLIES, f"chair =\n{CHAIR}", text)
    found = [problem for problem in garden.problems() if "'none'" not in problem.message]
    assert [(problem.file, problem.line) for problem in found] == [(REPLIES, line + at - 1) for at, _ in problems]
    assert [message for (_, message), problem in zip(problems, found, strict=True) if message in problem.message]


def test_a_number_of_two_words_is_one(garden: Garden) -> None:
    garden.plant(REPLIES, CHAIR, "    Nobody.\n")
    garden.plant(REPLIES, "    { $number }, going by", "    Twenty-four, or thirty: { $number }, going by")
    (problem,) = garden.problems()
    assert "'measures-count' says 'twenty four', which" in problem.message


def test_a_number_of_two_words_may_be_stated_where_the_source_writes_it_so(garden: Garden) -> None:
    (seed,) = garden.seeds.glob("*.txt")
    seed.write_text(seed.read_text(encoding="utf-8") + "\nTwenty-four came.\n", encoding="utf-8")
    fact = "- {id: came, subject: jolig, property: came, value: {number: 24}, evidence: [{source: %s, quote: %s}]}\n"
    (garden.folder / "facts/came.yaml").write_text(fact % ("arminfo-2022-06-29", "Twenty-four came."), encoding="utf-8")
    assert not any("the number 24" in problem.message for problem in garden.problems())
    garden.plant("facts/came.yaml", "number: 24", "number: 20")
    assert any("the number 20" in problem.message for problem in garden.problems())


def test_a_missing_message_is_found(garden: Garden) -> None:
    garden.plant(REPLIES, "chair =", "chairs =")
    assert f"{REPLIES}:1: the message 'chair' is missing" in map(str, garden.problems())


def test_a_fact_without_evidence_is_found(garden: Garden) -> None:
    line = garden.plant(
        GROUP, "    - source: arminfo-2022-06-29\n      quote: It will continue to work", "    []  # It will"
    )
    assert [(p.file, p.line) for p in garden.problems() if "a fact needs evidence" in p.message] == [(GROUP, line)]


def test_the_same_utterance_in_two_intents_is_found_at_the_second(garden: Garden) -> None:
    chair = garden.folder / "intents/chair.yaml"
    said = chair.read_text(encoding="utf-8").rstrip().splitlines()[-1].removeprefix("    - ")
    with (garden.folder / MEMBERS).open("a", encoding="utf-8") as file:
        file.write(f"    - {said.upper()}!\n")
    last = len((garden.folder / MEMBERS).read_text(encoding="utf-8").splitlines())
    (problem,) = garden.problems()
    assert (problem.file, problem.line) == (MEMBERS, last)
    assert "is also one of 'chair'" in problem.message


def test_all_problems_are_listed_not_only_the_first(garden: Garden) -> None:
    garden.plant(GROUP, "value: {number: 11}", "value: {number: 12}")
    garden.plant(REPLIES, CHAIR, "    Goodbye, all 11!\n")
    garden.plant("intents/chair.yaml", "outcome: not_documented", "outcome: answer")
    assert {problem.file for problem in garden.problems()} == {GROUP, REPLIES, "intents/chair.yaml"}


def test_what_the_rest_lacks_by_a_file_that_cannot_be_read_is_not_told(garden: Garden) -> None:
    """One bracket too many in the names would make every fact and intent wrong; a wrong quote is told all the same."""
    line = garden.plant(PEOPLE, "[Mehman Aliev]", "[Mehman Aliev")
    garden.plant(MEETING, "quote: They called on the leadership", "quote: They urged the leadership")
    broken, quote = sorted(garden.problems())
    assert (broken.file, quote.file) == (PEOPLE, MEETING)
    assert 0 <= broken.line - line <= 2
    assert "not valid YAML" in broken.message


def test_what_the_rest_lacks_by_an_entry_that_is_not_valid_is_not_told(garden: Garden) -> None:
    garden.plant(PEOPLE, "- id: anar-veliyev\n  kind: person", "- id: anar-veliyev\n  sort: person")
    assert {problem.file for problem in garden.problems()} == {PEOPLE}


def test_a_file_that_is_not_utf8_is_a_problem(garden: Garden) -> None:
    (garden.folder / "facts/latin.yaml").write_bytes("- id: caf\u00e9".encode("latin-1"))
    (problem,) = garden.problems()
    assert (problem.file, problem.line) == ("facts/latin.yaml", 1)
    assert "not UTF-8" in problem.message


def test_references_within_a_file_are_refused_so_that_no_file_can_grow_when_read(garden: Garden) -> None:
    (garden.folder / "facts/loop.yaml").write_text("&a\n- *a\n", encoding="utf-8")
    assert "references (&name, *name) are not supported" in "".join(map(str, garden.problems()))


def test_an_answer_is_refused_from_knowledge_with_problems_in_one_line(garden: Garden) -> None:
    garden.plant(GROUP, "value: {number: 11}", "value: {number: 12}")
    garden.plant(REPLIES, CHAIR, "    Goodbye, all 11!\n")
    with pytest.raises(KnowledgeError, match=r"^the knowledge is not valid: facts/group.yaml:.*\(and 1 more") as caught:
        load(garden.folder, garden.seeds)
    assert "\n" not in str(caught.value)


def test_a_folder_without_knowledge_is_named(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match=r"bot\.yaml is missing"):
        read(tmp_path, tmp_path)


def test_any_change_of_any_file_changes_the_version(garden: Garden) -> None:
    before = read(garden.folder, garden.seeds).draft.digest
    garden.plant(REPLIES, CHAIR, "    Farewell!\n")
    assert read(garden.folder, garden.seeds).draft.digest != before
