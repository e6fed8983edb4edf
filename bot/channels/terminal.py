"""A conversation in the terminal."""

import asyncio
import io
import os
import re
import shutil
import sys
import textwrap
import threading
import unicodedata
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import TextIO

import structlog
from prompt_toolkit import PromptSession
from prompt_toolkit.completion import WordCompleter
from prompt_toolkit.history import FileHistory
from prompt_toolkit.input import Input
from prompt_toolkit.output import Output

from bot.channels.formatting import plain
from bot.core.models import Answer, Conversation, Question, UnknownChoiceError
from bot.core.responder import Responder
from bot.errors import StorageError
from bot.service import Service

HERE = Conversation("terminal", "local")
NARROWEST, WIDEST = 20, 100
"""Columns of a line of text."""
_DIM, _PLAIN = "\x1b[2m", "\x1b[0m"
_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\))")
"""What colours text or moves the cursor, and what sets a title or a link."""
log = structlog.get_logger()


async def run(
    service: Service,
    *,
    language: str,
    history: Path | None = None,
    typed: Input | None = None,
    screen: Output | None = None,
    stdin: TextIO | None = None,
    stdout: TextIO | None = None,
) -> None:
    """Converse until the input ends, or nobody reads the output any more.

    At a terminal, lines are edited and kept in `history`; other input is read line by line. `typed` and `screen` are
    prompt_toolkit's ends of a terminal, `stdin` and `stdout` those of a pipe; the process's own where they are None.
    Raises StorageError where the history cannot be kept.
    """
    stdin, stdout = stdin or sys.stdin, stdout or sys.stdout
    if stdin is None or stdout is None:  # the process was started with them closed
        return
    if isinstance(stdout, io.TextIOWrapper):
        stdout.reconfigure(errors="replace")
    chat = _Chat(service, language, stdout)
    with suppress(BrokenPipeError):
        if typed is not None or stdin.isatty():
            await _at_terminal(chat, _session(service.responder, language, history, typed, screen))
        else:
            await _in_pipe(chat, stdin)


async def _at_terminal(chat: "_Chat", session: PromptSession[str]) -> None:
    chat.say("terminal-welcome")
    async for line in _typed(session):
        await chat.answer(line)
    chat.say("terminal-goodbye")


async def _in_pipe(chat: "_Chat", stdin: TextIO) -> None:
    if isinstance(stdin, io.TextIOWrapper):
        stdin.reconfigure(encoding="utf-8", errors="replace")
    lines: asyncio.Queue[str] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def read() -> None:
        for line in chain(iter(stdin.readline, ""), [""]):
            with suppress(RuntimeError):  # nobody waits for it any more
                loop.call_soon_threadsafe(lines.put_nowait, line)

    # No thread of the loop's own: an interrupted conversation would wait for a pipe that stays open.
    threading.Thread(target=read, daemon=True).start()
    while line := await lines.get():
        await chat.answer(line)


# --- typing --------------------------------------------------------------------------------------


def _session(
    responder: Responder, language: str, history: Path | None, typed: Input | None, screen: Output | None
) -> PromptSession[str]:
    commands = {f"/{command.name}": command.description for command in responder.commands(language)}
    return PromptSession(
        f"{responder.say('terminal-prompt', language)}: ",
        completer=WordCompleter(list(commands), meta_dict=commands, sentence=True),
        complete_while_typing=False,
        history=_History.private(history) if history else None,
        input=typed,
        output=screen,
    )


async def _typed(session: PromptSession[str]) -> AsyncIterator[str]:
    """Yield each line that is typed; Ctrl-C drops a line that was begun, and ends the conversation on an empty one."""
    while True:
        try:
            yield _decoded(await session.prompt_async(handle_sigint=False))
        except EOFError:
            return
        except KeyboardInterrupt:
            if not session.default_buffer.text:
                return


class _History(FileHistory):
    """The lines that were typed, in a file that only the user can read."""

    @classmethod
    def private(cls, path: Path) -> "_History":
        """Open the file; raise StorageError where that is not possible."""
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            path.chmod(0o600)
        except OSError as error:
            raise StorageError(f"the history {path} cannot be kept: {error.strerror}") from error
        return cls(path)

    def store_string(self, string: str) -> None:
        """Append a line; the conversation goes on where that fails."""
        try:
            super().store_string(_decoded(string))
        except OSError as error:
            log.error("history_not_kept", error=error.strerror)  # noqa: TRY400 -- its message says it all


def _decoded(line: str) -> str:
    """Return a line without the lone surrogates that stand for bytes which are not UTF-8."""
    return line.encode(errors="replace").decode()


# --- answering -----------------------------------------------------------------------------------


class _Chat:
    """Answers lines and prints what it has to say."""

    def __init__(self, service: Service, language: str, stdout: TextIO) -> None:
        self._service = service
        self._language = language
        self._stdout = stdout
        # NO_COLOR is a convention of terminals, as COLUMNS is, and no setting of the bot.
        self._coloured = stdout.isatty() and not os.environ.get("NO_COLOR")

    async def answer(self, line: str) -> None:
        """Print the answer to a line, unless it is blank; where there can be none just now, say so and go on."""
        if not line.strip():
            return
        try:
            answer = await self._service.ask(HERE, Question(line, language=self._language))
        except UnknownChoiceError:  # a number picked it from an answer of an earlier version
            self.say("stale-choice")
        except StorageError as error:
            log.error("storage_failed", error=str(error))  # noqa: TRY400 -- its message says it all
            self.say("unavailable")
        else:
            self._language = answer.language
            self._print("\n\n".join(self._shown(answer)))

    def say(self, message: str) -> None:
        """Print one of the bot's own messages."""
        self._print(_wrapped(self._service.responder.say(message, self._language)))

    def _shown(self, answer: Answer) -> Iterator[str]:
        """Yield the text, the source line and what can be chosen next."""
        text = _wrapped(plain(answer))
        if answer.source_line:
            source = _wrapped(answer.source_line)
            text = text.removesuffix(source) + self._dim(source)
        yield text
        if answer.suggestions:
            hint = _wrapped(self._service.responder.say("choose-hint", answer.language))
            choices = [
                _filled(choice.text, first=f"  {number}  ", rest="     ")
                for number, choice in enumerate(answer.suggestions, start=1)
            ]
            yield "\n".join([*choices, self._dim(hint)])

    def _dim(self, text: str) -> str:
        return f"{_DIM}{text}{_PLAIN}" if self._coloured else text

    def _print(self, text: str) -> None:
        print(f"{text}\n", file=self._stdout, flush=True)


# --- fitting text to the terminal ----------------------------------------------------------------


def _wrapped(text: str) -> str:
    """Return a text with its lines cut at word borders; items and whole quotations hang."""
    return "\n".join(map(_hanging, text.split("\n")))


def _hanging(line: str) -> str:
    if line.startswith("• "):
        return _filled(line, rest="  ")
    if line.startswith("“") and line.endswith("”"):
        return _filled(line, first="  ", rest="  ")
    return _filled(line)


def _filled(line: str, *, first: str = "", rest: str = "") -> str:
    """Return a line cut to the width of the terminal, without anything that would steer it."""
    width = min(max(shutil.get_terminal_size().columns, NARROWEST), WIDEST)
    harmless = "".join(map(_printable, _ESCAPE.sub("", line)))
    return textwrap.fill(harmless, width, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False)


def _printable(character: str) -> str:
    if unicodedata.category(character)[0] != "C":
        return character
    return " " if character.isspace() else ""
