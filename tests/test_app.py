"""A stream of questions, in process: what `jolig ask --jsonl` reads and writes."""

import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from bot import app, config
from bot.config import Settings
from bot.core.models import DialogueState, Question, Received, Source, Turn
from bot.core.responder import Responder
from bot.knowledge import cache
from bot.operations import Readiness
from tests.channels.telegram_fakes import KNOWLEDGE, NOW, FakeResponder, MemoryStore, bot_of

if TYPE_CHECKING:
    from bot.reloading import Reloading

ROOT = Path(__file__).parents[1]
SEED = " ".join("".join(path.read_text(encoding="utf-8") for path in (ROOT / "seeds").glob("*.txt")).split())
KEYS = {"id", "question", "language", "outcome", "intent", "confidence", "reply", "citations", "suggestions"}
MEETING, TERM = "when did they last meet?", "when does the membership end?"
Stream = Callable[[Sequence[bytes | dict[str, Any]]], list[dict[str, Any]]]

UNREADABLE: Mapping[str, tuple[bytes, Any]] = {
    "no JSON": (b"who are the members?", None),
    "JSON that is cut off": (b'{"id": 1, "question": "who', None),
    "a list": (b'["who?"]', None),
    "a string": (b'"who?"', None),
    "null": (b"null", None),
    "no question": (b'{"id": 1}', 1),
    "a question that is a number": (b'{"id": 1, "question": 5}', 1),
    "a question that is null": (b'{"id": 1, "question": null}', 1),
    "a language that is a number": (b'{"id": "a", "question": "hi", "language": 1}', "a"),
    "a language that is not known": (b'{"id": 1, "question": "hi", "language": "xx"}', 1),
    "a conversation that is a list": (b'{"id": 1, "question": "hi", "conversation": ["a"]}', 1),
    "a day that is a number": (b'{"id": 1, "question": "hi", "today": 20260101}', 1),
    "a day that is a word": (b'{"id": 1, "question": "hi", "today": "yesterday"}', 1),
    "a day that there is not": (b'{"id": 1, "question": "hi", "today": "2026-02-30"}', 1),
    "bytes that are not UTF-8": (b'{"id": 1, "question": "caf\xe9"}', None),
    "bytes that are no text at all": (b"\xff\xfe\x00\x01", None),
    "nesting that is too deep": (
        b'{"id": 1, "question": "hi", "more": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        None,
    ),
    "a number that is too long": (b'{"id": ' + b"9" * 10_000 + b', "question": "hi"}', None),
}
"""Lines that are no question, each with the id that its error carries."""

HARD: Mapping[str, str] = {
    "nothing": "",
    "white space": " \t\n ",
    "100,000 letters": "a" * 100_000,
    "100,000 characters of words": "who met? " * 11_112,
    "emoji only": "😀👍🏽👩‍👩‍👧",
    "punctuation only": "?!…",
    "markup only": "<b></b><script></script>",
    "control characters only": "\x00\x07\x1b\x7f\x9b",
    "a lone surrogate": "\ud800",
    "many combining marks": "e" + "\u0301" * 1_900,
    "marks that turn the direction": "\u202e\u2066\u200f",
    "a template": "{ $bot } %s {0} ${x}",
    "only a slash": "/",
    "a command with a lone surrogate": "/\udfff",
}
"""Texts that hold no question that could be answered."""

DISGUISED: Mapping[str, str] = {
    "markup": "<b>who are</b> the <i class='x'>members</i>?",
    "control characters": "who are\x00 the\x07 members?\x1b[31m",
    "a lone surrogate": "who are the members? \udc00",
    "emoji": "😀 who are the members? 😀",
    "capitals": "WHO ARE THE MEMBERS???",
    "white space": "\n\n who \t are\u00a0the \r\n members",
}
"""A question with something in it that should not matter."""


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Return settings with the data folder that all tests of a session fit the matcher in."""
    data = tmp_path_factory.getbasetemp() / "data"
    return config.load({"JOLIG_DATA_DIR": str(data)}, env_file=data / "none")


@pytest.fixture(scope="module")
def stream(settings: Settings) -> Stream:
    """Return what answers a stream of lines, strictly read."""

    def answered(lines: Sequence[bytes | dict[str, Any]]) -> list[dict[str, Any]]:
        typed = b"\n".join(line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines)
        written = io.BytesIO()
        assert app.ask_all(settings, io.BytesIO(typed), written, language=None) == 0
        *whole, rest = written.getvalue().split(b"\n")
        assert rest == b""
        return [json.loads(line.decode(), parse_constant=pytest.fail) for line in whole]

    return answered


@pytest.fixture(scope="module")
def errors(stream: Stream) -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    """Return what each unreadable line got, and what the question after it got."""
    lines: list[bytes | dict[str, Any]] = []
    for name, (line, _) in UNREADABLE.items():
        lines += [line, {"id": name, "question": MEETING}]
    got = stream(lines)
    assert len(got) == len(lines)
    return dict(zip(UNREADABLE, zip(got[::2], got[1::2], strict=True), strict=True))


@pytest.fixture(scope="module")
def hard(stream: Stream) -> dict[str, dict[str, Any]]:
    """Return the answer to each hard text."""
    texts = {**{f"hard {name}": text for name, text in HARD.items()}, **DISGUISED}
    got = stream([{"id": name, "question": text} for name, text in texts.items()])
    return {each["id"]: each for each in got}


def test_each_line_is_answered_in_order_with_its_id(stream: Stream) -> None:
    """An id is a text or a number, and may be missing or stand twice."""
    ids = ["b", "a", 7, 3, "a", None, 2**70, "é\n"]
    got = stream([{"id": name, "question": f"{MEETING} {number}"} for number, name in enumerate(ids)])
    assert [each["id"] for each in got] == ids
    assert [each["question"] for each in got] == [f"{MEETING} {number}" for number in range(len(ids))]
    assert stream([{"question": MEETING}])[0]["id"] is None


def test_an_answer_has_exactly_the_keys_that_are_promised(stream: Stream) -> None:
    for each in stream([{"question": MEETING}, {"question": "hello"}, {"question": "where?"}]):
        assert each.keys() == KEYS
        assert each["language"] == "en"
        assert 0 <= each["confidence"] <= 1


def test_an_answer_holds_the_facts_and_the_exact_words_of_the_source(stream: Stream) -> None:
    questions = [MEETING, "who are the members?", TERM, "what is the report called?", "who paid for it?"]
    answers = stream([{"question": question} for question in questions])
    quotes = [citation["quote"] for each in answers for citation in each["citations"]]
    assert all(fact in answers[0]["reply"] for fact in ("Kachreti", "27", "28", "June", "2022"))
    assert answers[0]["outcome"] == "answer"
    assert len(quotes) >= 5
    assert [quote for quote in quotes if quote not in SEED] == []
    assert all(citation.keys() == {"source", "quote"} for each in answers for citation in each["citations"])


def test_an_answer_names_no_passage_twice(stream: Stream) -> None:
    (answer,) = stream([{"question": f"{MEETING} and where did they meet?"}])
    quotes = [citation["quote"] for citation in answer["citations"]]
    assert len(quotes) == len(set(quotes)) > 0


def test_lines_of_a_conversation_share_what_was_talked_about_and_others_do_not(stream: Stream) -> None:
    """A mere “where?” is a question only after another one in the same conversation."""
    answers = stream(
        [
            {"question": MEETING, "conversation": "a"},
            {"question": "where?", "conversation": "b"},
            {"question": "where?"},
            {"question": "where?", "conversation": "a"},
            {"question": MEETING},
            {"question": "where?"},
            {"question": MEETING, "conversation": 1},
            {"question": "where?", "conversation": 1},
            {"question": "where?", "conversation": "1"},
        ]
    )
    told = ["Kachreti" in each["reply"] for each in answers]
    assert told == [True, False, False, True, True, False, True, True, False]


def test_a_line_that_cannot_be_read_leaves_its_conversation_as_it_was(stream: Stream) -> None:
    wrong = {"question": "where?", "conversation": "a", "language": "xx"}
    *_, last = stream([{"question": MEETING, "conversation": "a"}, wrong, {"question": "where?", "conversation": "a"}])
    assert "Kachreti" in last["reply"]


def test_a_number_picks_a_suggestion_of_the_line_before(stream: Stream) -> None:
    first, second = stream([{"question": MEETING, "conversation": 1}, {"question": "1", "conversation": 1}])
    (asked,) = stream([{"question": first["suggestions"][0]}])
    assert second["reply"] == asked["reply"]
    assert second["intent"] == asked["intent"] is not None


def test_today_decides_whether_the_end_of_the_membership_has_passed(stream: Stream) -> None:
    """31 December 2025 itself belongs to the membership still."""
    days = ["2022-07-01", "2025-12-31", "2026-01-01", "2031-05-05"]
    replies = [each["reply"] for each in stream([{"question": TERM, "today": day} for day in days])]
    assert all("31 December 2025" in reply for reply in replies)
    assert ["passed" in reply for reply in replies] == [False, False, True, True]


def test_a_conversation_is_forgotten_by_the_next_day(stream: Stream) -> None:
    first = {"question": MEETING, "conversation": 1, "today": "2026-01-01"}
    same, next_day = ({"question": "where?", "conversation": 1, "today": f"2026-01-0{day}"} for day in (1, 2))
    assert ["Kachreti" in each["reply"] for each in stream([first, same, next_day])] == [True, True, False]


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_line_that_cannot_be_read_gets_an_error_in_its_place(
    errors: dict[str, tuple[dict[str, Any], dict[str, Any]]], name: str
) -> None:
    error, after = errors[name]
    assert error.keys() == {"id", "error"}
    assert error["id"] == UNREADABLE[name][1]
    assert error["error"].strip()
    assert "\n" not in error["error"]
    assert after["id"] == name
    assert "Kachreti" in after["reply"]


@pytest.mark.parametrize(
    "name",
    [
        b"[1]",
        b"1.5",
        b"true",
        b'{"a": 1}',
        b"NaN",
        b"1e999",
    ],
)
def test_an_id_that_is_neither_text_nor_number_is_an_error_and_still_json(stream: Stream, name: bytes) -> None:
    (error,) = stream([b'{"id": ' + name + b', "question": "hi"}'])
    assert error.keys() == {"id", "error"}


class Broken(Responder):
    """A core with a defect: it fails at one question."""

    def respond(self, question: Question, state: DialogueState | None, *, now: datetime) -> Turn:
        """Answer a question but the one."""
        if question.text == "fail":
            raise KeyError("unknown")
        return super().respond(question, state, now=now)


def test_a_defect_costs_one_answer_and_is_told(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """The line gets an error, the next one its answer; the traceback and the exit code tell of it."""
    core = Broken(*cache.load(settings.knowledge_dir, settings.seeds_dir, settings.data_dir / app.CACHE))
    typed, written = io.BytesIO(b'{"id": 1, "question": "fail"}\n{"id": 2, "question": "hi"}'), io.BytesIO()
    assert app.answer_all(core, typed, written, language=None) == 1
    first, second = (json.loads(line) for line in written.getvalue().splitlines())
    assert first == {"id": 1, "error": "KeyError('unknown')"}
    assert (second["id"], second["outcome"]) == (2, "small_talk")
    assert "KeyError: 'unknown'" in capsys.readouterr().err


def test_blank_lines_are_skipped(stream: Stream) -> None:
    got = stream([b"", b"  ", {"id": 1, "question": MEETING}, b"\t\r", b"", {"id": 2, "question": MEETING}, b"", b""])
    assert [each["id"] for each in got] == [1, 2]


def test_a_byte_order_mark_and_carriage_returns_do_not_matter(stream: Stream) -> None:
    got = stream([b'\xef\xbb\xbf{"id": 1, "question": "hi"}\r', b'{"id": 2, "question": "hi"}\r'])
    assert [(each["id"], "error" in each) for each in got] == [(1, False), (2, False)]


def test_no_lines_are_no_answers(stream: Stream) -> None:
    assert stream([]) == []


@pytest.mark.parametrize("name", HARD)
def test_a_text_that_holds_no_question_gets_a_short_polite_reply(hard: dict[str, dict[str, Any]], name: str) -> None:
    """It states nothing of the subject, is free of what steers a terminal, and offers what can be asked."""
    answer = hard[f"hard {name}"]
    assert answer.keys() == KEYS
    assert answer["outcome"] in {"clarify", "out_of_scope", "small_talk"}
    assert answer["citations"] == []
    assert 0 < len(answer["reply"]) < 1_000
    assert all(character == "\n" or character.isprintable() for character in answer["reply"])


@pytest.mark.parametrize("name", DISGUISED)
def test_what_is_around_a_question_does_not_matter(hard: dict[str, dict[str, Any]], name: str) -> None:
    assert hard[name]["intent"] == "members"
    assert "Ahmad Alili" in hard[name]["reply"]
    assert all(character == "\n" or character.isprintable() for character in hard[name]["reply"])


def test_a_lone_surrogate_is_replaced_in_the_question_that_is_given_back(hard: dict[str, dict[str, Any]]) -> None:
    assert hard["a lone surrogate"]["question"] == "who are the members? ?"


async def test_status_tells_how_much_was_given_up() -> None:
    """Of each channel that has dead letters, beside whether anything is wrong."""
    store = MemoryStore()
    await store.receive([Received("telegram", "1", "5", "{}")])
    source = Source("report", "report.txt", "It met.", "Report", "press", date(2024, 5, 1), "en")
    knowledge = replace(KNOWLEDGE, sources={"report": source})
    bot = bot_of(FakeResponder(knowledge), store)
    readiness, reload = Readiness(bot.health, {}), cast("Reloading", None)
    status = app._commands(bot.service, readiness, bot.inbox, ["telegram"], reload)["status"]
    known = f"Knowledge {knowledge.version}."
    assert await status() == [known, "Nothing is wrong."]
    await store.close(1, NOW, "refused")
    assert await status() == [known, "Nothing is wrong.", "telegram: 1 given up."]
