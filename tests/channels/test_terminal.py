"""A conversation in the terminal: typed on prompt_toolkit's own ends of one, or read from a pipe."""

import asyncio
import io
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
from prompt_toolkit.data_structures import Size
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput
from prompt_toolkit.output.vt100 import Vt100_Output

from bot.channels import terminal
from bot.core import dialogue
from bot.core.composer import Command
from bot.core.models import (
    Answer,
    Asked,
    Block,
    Choice,
    Citation,
    Conversation,
    DialogueState,
    Items,
    Outcome,
    Paragraph,
    Question,
    Quote,
    Turn,
    UnknownChoiceError,
)
from bot.errors import StorageError
from bot.service import Service

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.core.responder import Responder
    from bot.service import Store

NOW = datetime(2026, 1, 2, tzinfo=UTC)
CHOICES = (Choice("Who is Ann?", "who", "ann"), Choice("Where is she?", "where"))
LONG = "The quick brown fox jumps over the lazy dog and runs on. " * 3
STEERING = "\x1b[2Jred\x1b[31m \x1b]0;title\x07green\x1b]8;;http://x\x1b\\ blue\x9b\x08\x00\u202e\u2066 end\r"
CTRL_C, CTRL_D, ENTER, TAB, UP = "\x03", "\x04", "\r", "\t", "\x1b[A"


class Parrot:
    """Repeats the question, or the question that a number picks; some texts get another answer.

    "long" has lines to be wrapped, "steer" what would steer the terminal, "bare" no suggestions, "stale" is a choice
    that is gone, "armenian" is answered in that language.
    """

    languages = ("en", "hy")

    def __init__(self) -> None:
        self.questions: list[Question] = []
        self.happens: Callable[[], object] = lambda: None
        """What is done while a question is answered."""

    def respond(self, question: Question, state: DialogueState | None, *, now: datetime) -> Turn:
        """Answer by the text of the question."""
        self.questions.append(question)
        self.happens()
        text = question.text.strip()
        if text == "stale":
            raise UnknownChoiceError.of(text)
        picked = dialogue.picked(text, state)
        answer = self._answer(picked.text if picked else text, question.language or "en")
        return Turn(answer, DialogueState(now, language=answer.language, choices=answer.suggestions))

    def _answer(self, text: str, language: str) -> Answer:
        blocks: tuple[Block, ...] = (Paragraph(f"You said: {text}"),)
        suggestions: tuple[Choice, ...] = CHOICES
        source = "Source: The Gazette"
        match text:
            case "bare":
                suggestions = ()
            case "armenian":
                language = "hy"
            case "long":
                blocks = (Paragraph(LONG), Items((LONG,)), Quote(LONG.strip(), "en"))
                source, suggestions = f"Source: {LONG}", (Choice(LONG, "long"),)
            case "steer":
                blocks = (Paragraph(STEERING), Items((STEERING,)), Quote(STEERING, "en"))
                source, suggestions = STEERING, (Choice(STEERING, "steer"),)
        return Answer(Outcome.ANSWER, language, blocks, (Citation("f", "s", "q"),), source, suggestions)

    def commands(self, language: str) -> tuple[Command, ...]:
        """Return two commands."""
        return Command("members", f"Who? ({language})"), Command("help", "What?")

    def say(self, message: str, language: str, **arguments: object) -> str:
        """Return the message's id and the language."""
        return f"<{message} {language}>"


class Notebook:
    """Keeps dialogue states in memory, and cannot for as long as it is closed."""

    def __init__(self) -> None:
        self.closed = False
        self.states: dict[Conversation, DialogueState] = {}

    async def dialogue(self, conversation: Conversation) -> DialogueState | None:
        """Return the dialogue state."""
        if self.closed:
            raise StorageError("the database is locked")
        return self.states.get(conversation)

    async def save_dialogue(self, conversation: Conversation, state: DialogueState, asked: Asked | None = None) -> None:
        """Keep the dialogue state."""
        self.states[conversation] = state


class Tty(io.StringIO):
    """An output that is a terminal."""

    def isatty(self) -> bool:
        """Return that it is one."""
        return True


class Deserted(io.StringIO):
    """A pipe whose reader has left."""

    def write(self, text: str, /) -> int:
        """Fail as the system does."""
        raise BrokenPipeError


class Silent(io.StringIO):
    """A pipe that stays open though nothing comes through it."""

    def __init__(self) -> None:
        super().__init__()
        self.reading, self.closing, self.ended = threading.Event(), threading.Event(), threading.Event()

    def readline(self, size: int | None = -1, /) -> str:  # type: ignore[override]
        """Wait until somebody closes the pipe, or for long enough that who waits for it is found out."""
        self.reading.set()
        self.closing.wait(1)
        self.ended.set()
        return ""


class Screen(Vt100_Output):
    """What the line editor draws, as plain text that can be waited for."""

    def __init__(self) -> None:
        self.drawn = io.StringIO()
        self.changed = asyncio.Event()
        super().__init__(self.drawn, lambda: Size(rows=40, columns=100), term="dumb")

    def flush(self) -> None:
        """Tell who waits for something."""
        super().flush()
        self.changed.set()

    async def shows(self, text: str) -> None:
        """Wait until a text is drawn."""
        async with asyncio.timeout(20):
            while text not in self.drawn.getvalue():
                self.changed.clear()
                await self.changed.wait()


class Desk:
    """A terminal, and the bot that converses there."""

    def __init__(self, folder: Path) -> None:
        self.responder, self.notebook = Parrot(), Notebook()
        self.service = Service(cast("Responder", self.responder), cast("Store", self.notebook), now=lambda: NOW)
        self.history = folder / "data" / "history"
        self.printed = io.StringIO()

    async def type(self, text: str, *, screen: Vt100_Output | DummyOutput | None = None) -> list[str]:
        """Type something and return the paragraphs that were printed by the end of the conversation."""
        with create_pipe_input() as keyboard:
            keyboard.send_text(text)
            await self.run(keyboard, screen or DummyOutput())
        return self.paragraphs()

    async def run(self, keyboard: PipeInput, screen: Vt100_Output | DummyOutput) -> None:
        """Converse with somebody who types."""
        async with asyncio.timeout(20):
            await terminal.run(
                self.service, language="en", history=self.history, typed=keyboard, screen=screen, stdout=self.printed
            )

    async def pipe(self, *lines: str) -> list[str]:
        """Read lines from a pipe and return the paragraphs that were printed."""
        text = "".join(f"{line}\n" for line in lines)
        await terminal.run(self.service, language="en", stdin=io.StringIO(text), stdout=self.printed)
        return self.paragraphs()

    def paragraphs(self) -> list[str]:
        """Return what was printed, without its line breaks."""
        return [" ".join(part.split()) for part in self.printed.getvalue().split("\n\n") if part.strip()]

    @property
    def asked(self) -> list[str]:
        """The questions that reached the bot, without the ends of their lines."""
        return [question.text.strip() for question in self.responder.questions]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Return a terminal with an empty history."""
    return Desk(tmp_path)


# --- typing ---------------------------------------------------------------------------------------


async def test_a_question_is_answered_between_welcome_and_goodbye(desk: Desk) -> None:
    assert await desk.type(f"Who?{ENTER}{CTRL_D}") == [
        "<terminal-welcome en>",
        "You said: Who?",
        "Source: The Gazette",
        "1 Who is Ann? 2 Where is she? <choose-hint en>",
        "<terminal-goodbye en>",
    ]


async def test_a_number_picks_a_suggestion_of_the_last_answer(desk: Desk) -> None:
    printed = await desk.type(f"Who?{ENTER}2{ENTER}{CTRL_D}")
    assert "You said: Where is she?" in printed


async def test_an_answer_without_suggestions_has_no_hint_to_choose(desk: Desk) -> None:
    printed = await desk.type(f"bare{ENTER}{CTRL_D}")
    assert printed[1:-1] == ["You said: bare", "Source: The Gazette"]


async def test_a_command_reaches_the_bot_as_it_is_typed(desk: Desk) -> None:
    await desk.type(f"/members{ENTER}/member Ann{ENTER}{CTRL_D}")
    assert desk.asked == ["/members", "/member Ann"]


async def test_tab_completes_a_command(desk: Desk) -> None:
    """What can be completed is the bot's commands with what they ask, in the language of the conversation."""
    screen = Screen()
    with create_pipe_input() as keyboard:
        task = asyncio.create_task(desk.run(keyboard, screen))
        keyboard.send_text(f"/m{TAB}")
        await screen.shows("/members")
        keyboard.send_text(ENTER + CTRL_D)
        await task
    assert desk.asked == ["/members"]


async def test_the_prompt_is_shown(desk: Desk) -> None:
    screen = Screen()
    await desk.type(CTRL_D, screen=screen)
    assert "<terminal-prompt en>: " in screen.drawn.getvalue()


async def test_a_line_can_be_edited_before_it_is_sent(desk: Desk) -> None:
    await desk.type(f"Whoo\x7f?{ENTER}{CTRL_D}")
    assert desk.asked == ["Who?"]


async def test_blank_lines_get_no_answer(desk: Desk) -> None:
    assert await desk.type(f"{ENTER}  {ENTER}{CTRL_D}") == ["<terminal-welcome en>", "<terminal-goodbye en>"]


async def test_ctrl_c_on_an_empty_line_ends_the_conversation(desk: Desk) -> None:
    printed = await desk.type(f"one{ENTER}{CTRL_C}two{ENTER}")
    assert desk.asked == ["one"]
    assert printed[-1] == "<terminal-goodbye en>"


async def test_ctrl_c_drops_a_line_that_was_begun(desk: Desk) -> None:
    await desk.type(f"never mi{CTRL_C}two{ENTER}{CTRL_D}")
    assert desk.asked == ["two"]


async def test_the_language_of_an_answer_is_that_of_what_follows(desk: Desk) -> None:
    printed = await desk.type(f"armenian{ENTER}next{ENTER}{CTRL_D}")
    assert [question.language for question in desk.responder.questions] == ["en", "hy"]
    assert printed[-1] == "<terminal-goodbye hy>"


async def test_bytes_that_are_no_text_do_not_reach_the_bot(desk: Desk) -> None:
    """Python reads them as lone surrogates, which nothing could store or print."""
    with create_pipe_input() as keyboard:
        keyboard.send_bytes(b"a\xffb" + (ENTER + CTRL_D).encode())
        await desk.run(keyboard, DummyOutput())
    assert desk.asked == ["a?b"]


async def test_a_typed_conversation_ends_quietly_when_nobody_reads_it_any_more(desk: Desk) -> None:
    desk.printed = Deserted()
    await desk.type(f"one{ENTER}two{ENTER}")
    assert desk.asked == []


# --- the history ----------------------------------------------------------------------------------


async def test_the_history_and_its_new_folder_are_private(desk: Desk) -> None:
    await desk.type(f"one{ENTER}{CTRL_D}")
    assert desk.history.stat().st_mode & 0o777 == 0o600
    assert desk.history.parent.stat().st_mode & 0o777 == 0o700


async def test_lines_are_kept_for_the_next_conversation(desk: Desk) -> None:
    await desk.type(f"one{ENTER}two{ENTER}{CTRL_D}")
    await Desk(desk.history.parents[1]).type(CTRL_D)
    again = Desk(desk.history.parents[1])
    screen = Screen()
    with create_pipe_input() as keyboard:
        task = asyncio.create_task(again.run(keyboard, screen))
        await screen.shows("<terminal-prompt en>")
        keyboard.send_text(UP)
        await screen.shows("two")
        keyboard.send_text(UP)
        await screen.shows("one")
        keyboard.send_text(ENTER + CTRL_D)
        await task
    assert again.asked == ["one"]


async def test_lines_of_any_script_are_kept(desk: Desk) -> None:
    await desk.type(f"Ովքե՞ր են 😀{ENTER}{CTRL_D}")
    assert "+Ովքե՞ր են 😀\n" in desk.history.read_text(encoding="utf-8")


async def test_a_history_that_cannot_be_opened_is_a_storage_error_of_one_line(desk: Desk) -> None:
    desk.history.parent.write_text("a file where the folder should be")
    with pytest.raises(StorageError, match=r"^the history .*history cannot be kept: [^\n]+$"):
        await desk.type(CTRL_D)


async def test_the_conversation_goes_on_when_lines_can_no_longer_be_kept(desk: Desk) -> None:
    def vanish() -> None:
        if desk.history.is_file():
            desk.history.unlink()
            desk.history.mkdir()

    desk.responder.happens = vanish
    printed = await desk.type(f"one{ENTER}two{ENTER}{CTRL_D}")
    assert desk.history.is_dir()
    assert desk.asked == ["one", "two"]
    assert printed[-1] == "<terminal-goodbye en>"


# --- trouble --------------------------------------------------------------------------------------


async def test_a_store_that_fails_is_told_and_the_conversation_goes_on(desk: Desk) -> None:
    desk.notebook.closed = True
    printed = await desk.pipe("one")
    assert printed == ["<unavailable en>"]
    desk.notebook.closed = False
    assert "You said: two" in await desk.pipe("two")


async def test_a_store_that_fails_ends_no_conversation_that_is_typed(desk: Desk) -> None:
    desk.notebook.closed = True
    printed = await desk.type(f"one{ENTER}two{ENTER}{CTRL_D}")
    assert printed[1:] == ["<unavailable en>", "<unavailable en>", "<terminal-goodbye en>"]


async def test_a_choice_that_is_gone_is_told_and_the_conversation_goes_on(desk: Desk) -> None:
    printed = await desk.pipe("stale", "two")
    assert printed[:2] == ["<stale-choice en>", "You said: two"]


# --- a pipe ---------------------------------------------------------------------------------------


async def test_each_line_of_a_pipe_is_answered_without_welcome_and_goodbye(desk: Desk) -> None:
    printed = await desk.pipe("bare", "", "bare")
    assert printed == ["You said: bare", "Source: The Gazette"] * 2


async def test_a_number_from_a_pipe_picks_a_suggestion(desk: Desk) -> None:
    assert "You said: Who is Ann?" in await desk.pipe("Who?", "1")


async def test_a_last_line_of_a_pipe_without_its_end_is_answered(desk: Desk) -> None:
    await terminal.run(desk.service, language="en", stdin=io.StringIO("one\ntwo"), stdout=desk.printed)
    assert desk.asked == ["one", "two"]


async def test_bytes_of_a_pipe_that_are_not_utf_8_are_replaced(desk: Desk) -> None:
    stdin = io.TextIOWrapper(io.BytesIO(b"a\xffb\n"), encoding="ascii")
    await terminal.run(desk.service, language="en", stdin=stdin, stdout=desk.printed)
    assert desk.asked == ["a\ufffdb"]


async def test_an_output_of_few_characters_gets_the_others_replaced(desk: Desk) -> None:
    written = io.BytesIO()
    stdout = io.TextIOWrapper(written, encoding="ascii")
    await terminal.run(desk.service, language="en", stdin=io.StringIO("Ո\n"), stdout=stdout)
    assert b"You said: ?\n" in written.getvalue()


async def test_a_pipe_is_left_quietly_when_nobody_reads_the_answers_any_more(desk: Desk) -> None:
    desk.printed = Deserted()
    await desk.pipe("one", "two", "three")
    assert desk.asked == ["one"]


def test_an_interrupted_conversation_ends_though_its_pipe_stays_open(desk: Desk) -> None:
    """Who presses Ctrl-C, or signals it, need not close the pipe as well."""
    pipe = Silent()

    async def interrupted() -> None:
        task = asyncio.create_task(terminal.run(desk.service, language="en", stdin=pipe, stdout=desk.printed))
        await asyncio.to_thread(pipe.reading.wait, 20)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(interrupted())
    waited = pipe.ended.is_set()
    pipe.closing.set()
    assert not waited


# --- fitting the terminal -------------------------------------------------------------------------


@pytest.mark.parametrize(("terminal_columns", "longest"), [(40, 40), (5, 20), (500, 100)])
async def test_lines_are_wrapped_to_the_width_within_bounds(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, terminal_columns: int, longest: int
) -> None:
    """A line fills the width as far as words go, but is never narrower than 20 nor wider than 100 columns."""
    monkeypatch.setenv("COLUMNS", str(terminal_columns))
    await desk.pipe("long")
    lengths = list(map(len, desk.printed.getvalue().split("\n")))
    assert longest - len("quick ") < max(lengths) <= longest


async def test_wrapping_loses_no_word(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    printed = " ".join(await desk.pipe("long"))
    said = " ".join(LONG.split())
    assert printed == f"{said} • {said} “{said}” Source: {said} 1 {said} <choose-hint en>"


async def test_what_is_wrapped_hangs_under_its_beginning(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Items, quotes and suggestions are told apart by their margin."""
    monkeypatch.setenv("COLUMNS", "40")
    await desk.pipe("long")
    paragraph, items, quote, _source, choices, *_ = desk.printed.getvalue().split("\n\n")
    margins = [
        [len(line) - len(line.lstrip()) for line in part.split("\n") if "<choose" not in line]
        for part in (paragraph, items, quote, choices)
    ]
    assert [(found[0], set(found[1:])) for found in margins] == [(0, {0}), (0, {2}), (2, {2}), (2, {5})]


async def test_control_and_escape_sequences_of_a_reply_are_not_passed_on(desk: Desk) -> None:
    """Neither colours, titles and links nor control characters nor marks that turn the direction of text."""
    await desk.pipe("steer")
    printed = desk.printed.getvalue()
    assert all(character == "\n" or character.isprintable() for character in printed)
    assert printed.count("red green blue end") == 5
    assert "title" not in printed
    assert "http" not in printed


async def test_at_a_terminal_only_the_source_and_the_hint_are_dimmed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    desk.printed = Tty()
    await desk.pipe("Who?")
    dimmed = [part.partition("\x1b[0m")[0] for part in desk.printed.getvalue().split("\x1b[2m")[1:]]
    assert dimmed == ["Source: The Gazette", "<choose-hint en>"]


async def test_no_color_leaves_the_terminal_without_colours(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    desk.printed = Tty()
    await desk.pipe("Who?")
    assert "Source: The Gazette" in desk.printed.getvalue()
    assert "\x1b" not in desk.printed.getvalue()
