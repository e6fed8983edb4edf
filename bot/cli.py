"""The command `jolig`."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from bot.errors import JoligError, UsageError

EXIT_CODES = """\
exit codes:
  0  done
  1  an error of no other kind
  2  a command line that cannot be understood
  3  a setting that is unknown, unreadable or not valid
  4  knowledge or seeds that are missing or not valid
  5  a database that is locked, read-only, broken or of a newer version
  6  a channel that cannot be served
  7  a token that the platform does not accept
  8  a platform that cannot be reached
  130  interrupted
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    _open_streams()
    try:
        return _run_command(arguments)
    except BrokenPipeError:
        _discard_output()  # whoever read us has left
        return 0
    except JoligError as error:
        print(f"jolig: {_harmless(error)}", file=sys.stderr)
        return error.exit_code
    except OSError as error:
        _discard_output()
        print(f"jolig: {error.strerror}{f': {error.filename}' if error.filename else ''}", file=sys.stderr)
        return JoligError.exit_code
    except KeyboardInterrupt:
        return 130


def _harmless(error: JoligError) -> str:
    """Return the message of an error without a token, or a password in an address, that has come into it."""
    from bot.logs import Redaction  # noqa: PLC0415 - only where something failed

    return Redaction().text(str(error))


def _run_command(arguments: Sequence[str] | None) -> int:
    try:
        options = _parser().parse_args(arguments)
        command: Callable[[argparse.Namespace], int] = options.command
        return command(options)
    finally:
        sys.stdout.flush()  # here, where it can be told if that fails


def _open_streams() -> None:
    """Stand in for the standard streams that the process was started without."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - open to the end


def _discard_output() -> None:
    """Send what is still buffered nowhere: the interpreter would complain of it once more at its end."""
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="jolig",
        description="Answers questions from sources, and shows the passage behind every claim.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    run = commands.add_parser("run", help="start the bot: on the platforms that are set up, else in the terminal")
    run.set_defaults(command=_run)
    serve = commands.add_parser("serve", help="serve Telegram and Matrix, each where it is set up")
    serve.set_defaults(command=_serve)
    for served in (run, serve):
        served.add_argument("--test-environment", action="store_true", help="use Telegram's test environment")
    matrix = commands.add_parser("matrix", help="look after the bot's account on Matrix")
    of_matrix = matrix.add_subparsers(required=True, metavar="COMMAND")
    verify = of_matrix.add_parser("verify", help="show what a person needs to verify the bot's session")
    verify.set_defaults(command=_verify_matrix)
    chat = commands.add_parser("chat", help="converse in the terminal")
    chat.add_argument("--language", help="the language to answer in where a question does not show one")
    chat.set_defaults(command=_chat)
    _add_ask(commands.add_parser("ask", help="answer one question, or a stream of them"))
    check = commands.add_parser(
        "check", help="list every problem of the knowledge, what the facts cover, how the evaluation goes"
    )
    check.add_argument("--quick", action="store_true", help="leave out the evaluation, which takes some minutes")
    check.set_defaults(command=_check)
    timeline = commands.add_parser("timeline", help="tell what happened when, or draw it")
    timeline.add_argument("--language", help="the language of the timeline")
    timeline.add_argument("--output", type=Path, metavar="FILE.png", help="write a picture instead of printing")
    timeline.set_defaults(command=_timeline)
    questions = commands.add_parser("questions", help="print the questions that are kept, as JSON lines")
    questions.add_argument("--outcome", help="only those with this outcome, such as not_documented")
    questions.add_argument("--since", help="only those from this day on, such as 2026-01-15")
    questions.set_defaults(command=_questions)
    backup = commands.add_parser("backup", help="copy the database into a file, also while the bot runs")
    backup.set_defaults(command=_backup)
    restore = commands.add_parser("restore", help="put a copy of the database in its place, while the bot is stopped")
    restore.set_defaults(command=_restore)
    for copying in (backup, restore):
        copying.add_argument("file", type=Path, metavar="FILE", help="the copy")
    schemas = commands.add_parser("schemas", help="write the JSON Schemas of the knowledge files, for editors")
    schemas.set_defaults(command=_schemas)
    return parser


def _backup(options: argparse.Namespace) -> int:
    from bot import app, config  # noqa: PLC0415

    return app.backup(config.load(), options.file)


def _restore(options: argparse.Namespace) -> int:
    from bot import app, config  # noqa: PLC0415

    return app.restore(config.load(), options.file)


def _questions(options: argparse.Namespace) -> int:
    from bot import app, config  # noqa: PLC0415

    return app.questions(config.load(), outcome=options.outcome, since=options.since)


def _schemas(_options: argparse.Namespace) -> int:
    from bot import app, config  # noqa: PLC0415

    return app.schemas(config.load())


def _timeline(options: argparse.Namespace) -> int:
    from bot import app, config  # noqa: PLC0415

    return app.timeline(config.load(), language=options.language, output=options.output)


def _add_ask(ask: argparse.ArgumentParser) -> None:
    ask.add_argument("question", nargs="*", help="the question")
    ask.add_argument("--language", help="the language to answer in where the question does not show one")
    ask.add_argument("--json", action="store_true", help="print the answer as JSON")
    ask.add_argument("--explain", action="store_true", help="tell why the answer is this one")
    ask.add_argument("--jsonl", action="store_true", help="read questions from standard input, a JSON object a line")
    ask.set_defaults(command=_ask)


# Each command imports what it needs, so that `ask` starts without the libraries of the channels.


def _run(options: argparse.Namespace) -> int:
    from bot import app, config  # noqa: PLC0415

    settings = config.load()
    if settings.telegram_token is None and settings.matrix_homeserver is None:
        return app.chat(settings)
    return app.serve(settings, test_environment=options.test_environment)


def _serve(options: argparse.Namespace) -> int:
    from bot import app, config  # noqa: PLC0415

    return app.serve(config.load(), test_environment=options.test_environment)


def _verify_matrix(_options: argparse.Namespace) -> int:
    from bot import app, config  # noqa: PLC0415

    return app.verify_matrix(config.load())


def _chat(options: argparse.Namespace) -> int:
    from bot import app, config  # noqa: PLC0415

    return app.chat(config.load(), language=options.language)


def _ask(options: argparse.Namespace) -> int:
    from bot import app, config  # noqa: PLC0415

    if options.jsonl == bool(options.question):
        raise UsageError("ask takes either a question or --jsonl with questions on standard input")
    if options.jsonl and (options.json or options.explain):
        raise UsageError("--jsonl has a form of its own: leave out --json and --explain")
    settings = config.load()
    if options.jsonl:
        return app.ask_all(settings, sys.stdin.buffer, sys.stdout.buffer, language=options.language)
    question = " ".join(options.question).encode(errors="surrogateescape").decode(errors="replace")
    return app.ask(settings, question, language=options.language, as_json=options.json, explain=options.explain)


def _check(options: argparse.Namespace) -> int:
    from bot import app, config  # noqa: PLC0415

    return app.check(config.load(), quick=options.quick)
