"""The command `jolig`: what it prints, and how it ends."""

import asyncio
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from bot import cli, errors
from bot.app import CACHE
from bot.cli import main
from bot.errors import NetworkError
from bot.knowledge import cache
from tests.knowledge.conftest import ROOT, Garden
from tests.peers.bot_api import telegram_peer
from tests.peers.serving import Dialogue

MEETING = "when and where did they last meet?"
MEETING_FACTS = ("Kachreti", "27", "28", "2022")
KEYS = {"id", "question", "language", "outcome", "intent", "confidence", "reply", "citations", "suggestions"}
QUESTION = b'{"question": "hi"}\n'
SECOND = ROOT / "tests" / "second"
PATIENCE = 120
"""Seconds after which a process that hangs is given up."""
TOKEN = "123456:a-token-that-nobody-has"


@dataclass(frozen=True, slots=True)
class Told:
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def complaint(self) -> str:
        """The one line of an error, without the name of the command."""
        assert re.fullmatch(r"jolig: [^\n]+\n", self.err), self.err
        return self.err.removeprefix("jolig: ").rstrip("\n")


Call = Callable[..., Told]


def environment(data: Path, settings: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a command: the user's, without settings of the bot and with Python's own buffering."""
    dropped = ("JOLIG_", "PYTHONUNBUFFERED", "PYTHONIOENCODING")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    return kept | {"PYTHONPATH": str(ROOT), "JOLIG_DATA_DIR": str(data), **settings}


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data folder in which the matcher is fitted."""
    folder = tmp_path_factory.mktemp("data")
    cache.load(ROOT / "knowledge", ROOT / "seeds", folder / CACHE)
    return folder


@pytest.fixture
def own_data(data: Path, tmp_path: Path) -> Path:
    """Return a data folder of its own, with the fitted matcher in it."""
    shutil.copytree(data / CACHE, tmp_path / "own" / CACHE)
    return tmp_path / "own"


@pytest.fixture
def call(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """Return what runs a command in this process."""

    def called(*arguments: str, **settings: str) -> Told:
        with monkeypatch.context() as patch:
            for name in [name for name in os.environ if name.startswith("JOLIG_")]:
                patch.delenv(name)
            for name, value in {"JOLIG_DATA_DIR": str(data), **settings}.items():
                patch.setenv(name, value)
            patch.chdir(tmp_path)
            capsys.readouterr()
            code = main(arguments)
        return Told(code, *capsys.readouterr())

    return called


@contextmanager
def interruptible() -> Iterator[None]:
    """Let the processes that are started in here be interrupted, also where a shell runs the tests in the background.

    Such a shell has them ignore SIGINT, which a process takes over from its parent.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def start(
    arguments: Sequence[str],
    data: Path,
    settings: Mapping[str, str],
    *,
    stdin: int = subprocess.PIPE,
    stdout: int = subprocess.PIPE,
) -> Iterator[subprocess.Popen[bytes]]:
    """Start a command as a process of its own, in a folder without settings; kill it when it hangs."""
    data.mkdir(parents=True, exist_ok=True)
    with subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "bot", *arguments],
        cwd=data,
        env=environment(data, settings),
        stdin=stdin,
        stdout=stdout,
        stderr=subprocess.PIPE,
    ) as process:
        watchdog = threading.Timer(PATIENCE, process.kill)
        watchdog.start()
        try:
            yield process
        finally:
            watchdog.cancel()


def run(*arguments: str, data: Path, typed: bytes = b"", **settings: str) -> Told:
    """Run a command as a process of its own."""
    with start(arguments, data, settings) as process:
        out, err = process.communicate(typed)
    return Told(process.returncode, out.decode(), err.decode())


@pytest.fixture
def garden(tmp_path: Path) -> Garden:
    """Return a copy of the shipped knowledge."""
    for name in ("knowledge", "seeds"):
        shutil.copytree(ROOT / name, tmp_path / name)
    return Garden(tmp_path / "knowledge", tmp_path / "seeds")


def settings_of(garden: Garden) -> dict[str, str]:
    """Return the settings that name other knowledge."""
    return {"JOLIG_KNOWLEDGE_DIR": str(garden.folder), "JOLIG_SEEDS_DIR": str(garden.seeds)}


# --- timeline -------------------------------------------------------------------------------------


def test_the_timeline_is_printed_with_its_source(call: Call) -> None:
    told = call("timeline", "--language", "ru")
    assert told.code == 0
    assert [fact for fact in ("2 апреля 2022", "25 апреля (год в", "Качрети", "АрмИнфо") if fact not in told.out] == []


def test_the_timeline_is_written_as_a_picture(call: Call, tmp_path: Path) -> None:
    told = call("timeline", "--language", "ka", "--output", "timeline.png")
    assert (told.code, told.out, told.err) == (0, "", "")
    assert (tmp_path / "timeline.png").read_bytes().startswith(b"\x89PNG")


def test_a_picture_that_cannot_be_written_is_told_in_one_line(data: Path) -> None:
    told = run("timeline", "--output", "missing/timeline.png", data=data)
    assert (told.code, told.complaint) == (1, "No such file or directory: missing/timeline.png")


def test_knowledge_without_a_timeline_has_none_to_show(call: Call) -> None:
    second = ROOT / "tests" / "second"
    folders = {"JOLIG_KNOWLEDGE_DIR": str(second / "knowledge"), "JOLIG_SEEDS_DIR": str(second / "seeds")}
    told = call("timeline", **folders)
    fitting, complaint = told.err.splitlines()  # nobody has asked this knowledge before
    assert fitting.startswith("jolig: fitting the matcher")
    assert (told.code, complaint) == (2, "jolig: the knowledge has no timeline")


# --- ask ------------------------------------------------------------------------------------------


def test_ask_prints_place_days_and_year_and_the_source_in_the_last_line(data: Path) -> None:
    told = run("ask", MEETING, data=data)
    assert (told.code, told.err) == (0, "")
    *text, source = told.out.rstrip("\n").split("\n")
    assert [fact for fact in MEETING_FACTS if fact not in " ".join(text)] == []
    assert "ArmInfo" in source


def test_ask_takes_the_words_of_a_question_without_quotation_marks(call: Call) -> None:
    assert call("ask", *MEETING.split()).out == call("ask", MEETING).out


def test_ask_prints_json_on_one_line(call: Call) -> None:
    told = call("ask", "--json", MEETING)
    assert told.code == 0
    assert told.out.count("\n") == 1
    answer = json.loads(told.out)
    assert answer.keys() == KEYS
    assert answer["id"] is None
    assert answer["question"] == MEETING
    assert [fact for fact in MEETING_FACTS if fact not in answer["reply"]] == []
    assert {key for citation in answer["citations"] for key in citation} == {"source", "quote"}


def test_ask_reads_arguments_that_are_not_utf_8(call: Call) -> None:
    told = call("ask", "--json", os.fsdecode(b"who are the members? \xff"))
    assert json.loads(told.out)["intent"] == "members"
    assert told.out.encode().decode() == told.out


def test_ask_answers_in_a_language_of_the_knowledge_only(call: Call) -> None:
    assert call("ask", MEETING, "--language", "en").code == 0
    assert call("ask", MEETING, JOLIG_LANGUAGE="en").code == 0


@pytest.mark.parametrize("arguments", [["ask", MEETING], ["ask", "--json", MEETING], ["ask", "--jsonl"], ["chat"]])
def test_an_unknown_language_on_the_command_line_is_a_wrong_command_line(data: Path, arguments: list[str]) -> None:
    told = run(*arguments, "--language", "xx", data=data, typed=QUESTION)
    assert (told.code, told.out) == (2, "")
    assert "'xx'" in told.complaint


@pytest.mark.parametrize("arguments", [[], ["--language", "en"]])
def test_an_unknown_language_in_the_settings_is_a_wrong_setting(call: Call, arguments: list[str]) -> None:
    told = call("ask", MEETING, *arguments, JOLIG_LANGUAGE="xx")
    assert (told.code, told.out) == (3, "")
    assert "'xx'" in told.complaint


@pytest.mark.parametrize("options", [["--json"], ["--explain"], ["--json", "--explain"]])
def test_a_stream_takes_no_form_of_a_single_answer(call: Call, options: list[str]) -> None:
    told = call("ask", "--jsonl", *options)
    assert (told.code, told.out) == (2, "")
    assert "--jsonl" in told.complaint


@pytest.mark.parametrize("arguments", [["ask"], ["ask", "--json"], ["ask", "--jsonl", "who?"]])
def test_ask_without_a_question_or_with_two_kinds_is_a_wrong_command_line(call: Call, arguments: list[str]) -> None:
    told = call(*arguments)
    assert told.code == 2
    assert told.complaint


@pytest.mark.parametrize("arguments", [[], ["nonsense"], ["ask", "--nonsense", "who?"]])
def test_an_unknown_command_line_ends_with_its_exit_code(call: Call, arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        call(*arguments)
    assert ended.value.code == 2


def test_help_lists_the_exit_code_of_every_error(call: Call, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        call("--help")
    assert ended.value.code == 0
    listed = set(map(int, re.findall(r"(?m)^  (\d+)  ", capsys.readouterr().out)))
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.JoligError)]
    raised = {kind.exit_code for kind in kinds}
    assert len(raised) >= 8
    assert listed == raised | {0, 130}


# --- a stream -------------------------------------------------------------------------------------


def test_a_stream_answers_each_line_before_the_next_one_is_written(data: Path) -> None:
    """A program can converse; bytes that are not UTF-8 do not end it, the end of the input does."""
    with start(["ask", "--jsonl"], data, {}) as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        for line, key in ((QUESTION, "reply"), (b"\xff\n", "error"), (b'{"question": "\xd4\xb5"}\n', "reply")):
            process.stdin.write(line)
            process.stdin.flush()
            assert key in json.loads(process.stdout.readline().decode())
        process.stdin.close()
        assert process.stdout.read() == b""
        assert process.wait() == 0
        assert process.stderr.read() == b""


def test_a_stream_ends_quietly_when_its_reader_leaves(data: Path, tmp_path: Path) -> None:
    """There are more answers than fit a pipe, so that the command still writes when the reader has left."""
    questions = tmp_path / "questions"
    questions.write_bytes(QUESTION * 2_000)
    with questions.open("rb") as file, start(["ask", "--jsonl"], data, {}, stdin=file.fileno()) as process:
        assert process.stdout
        assert process.stderr
        assert "reply" in json.loads(process.stdout.readline())
        process.stdout.close()
        assert process.wait() == 0
        assert process.stderr.read() == b""


def test_an_interrupted_stream_ends_with_its_exit_code_and_no_traceback(data: Path) -> None:
    with interruptible(), start(["ask", "--jsonl"], data, {}) as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        process.stdin.write(QUESTION)
        process.stdin.flush()
        assert process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait() == 130
        assert process.stderr.read() == b""


@pytest.mark.parametrize("arguments", [["ask", "hello"], ["check", "--quick"], ["chat"]])
def test_a_command_whose_reader_has_left_ends_quietly(own_data: Path, arguments: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with start(arguments, own_data, {}, stdout=writer) as process:
        os.close(writer)
        _, err = process.communicate(b"hello\n")
    assert (process.returncode, err.decode()) == (0, "")


# --- settings -------------------------------------------------------------------------------------


def test_an_unknown_setting_is_named(call: Call) -> None:
    told = call("ask", MEETING, JOLIG_FOO="1")
    assert (told.code, told.out) == (3, "")
    assert "JOLIG_FOO" in told.complaint
    assert "did you mean" not in told.complaint


def test_a_setting_that_is_nearly_known_gets_a_suggestion(call: Call) -> None:
    told = call("ask", MEETING, JOLIG_KNOWLEGE_DIR="x")
    assert told.code == 3
    assert told.complaint.endswith("did you mean JOLIG_KNOWLEDGE_DIR?")


def test_a_setting_that_is_not_valid_is_named_without_its_value(call: Call) -> None:
    told = call("ask", MEETING, JOLIG_TELEGRAM_API_URL="secret.example")
    assert told.code == 3
    assert "JOLIG_TELEGRAM_API_URL" in told.complaint
    assert "secret" not in told.complaint


def test_a_file_of_settings_in_the_folder_counts(call: Call, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("JOLIG_FOO=1\n")
    told = call("ask", MEETING)
    assert told.code == 3
    assert "JOLIG_FOO" in told.complaint


# --- knowledge ------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [["ask", MEETING], ["check", "--quick"]])
def test_a_knowledge_folder_that_is_missing_is_named(call: Call, tmp_path: Path, command: list[str]) -> None:
    told = call(*command, JOLIG_KNOWLEDGE_DIR=str(tmp_path / "none"))
    assert (told.code, told.out) == (4, "")
    assert str(tmp_path / "none") in told.complaint


def test_knowledge_with_a_problem_is_named_by_file_and_line(call: Call, garden: Garden) -> None:
    line = garden.plant("facts/group.yaml", "value: {number: 11}", "value: {number: 12}")
    told = call("ask", MEETING, **settings_of(garden))
    assert (told.code, told.out) == (4, "")
    assert f"facts/group.yaml:{line}: " in told.complaint


def test_yaml_that_is_broken_is_named_by_file_and_line(call: Call, garden: Garden) -> None:
    line = garden.plant("intents/members.yaml", "items: members", "items: [members")
    told = call("ask", MEETING, **settings_of(garden))
    assert (told.code, told.out) == (4, "")
    found = re.search(r"intents/members\.yaml:(\d+): not valid YAML", told.complaint)
    assert found
    assert line <= int(found[1]) <= line + 1


def test_check_lists_yaml_that_is_broken_by_file_and_line(call: Call, garden: Garden) -> None:
    """A parser sees that a bracket is missing one line further on."""
    line = garden.plant("intents/members.yaml", "items: members", "items: [members")
    told = call("check", "--quick", **settings_of(garden))
    assert (told.code, told.err) == (4, "")
    assert f"intents/members.yaml:{line + 1}: not valid YAML" in told.out


def test_a_seed_that_is_missing_is_an_error(call: Call, garden: Garden) -> None:
    for seed in garden.seeds.iterdir():
        seed.unlink()
    told = call("ask", MEETING, **settings_of(garden))
    assert (told.code, told.out) == (4, "")
    assert told.complaint


def test_a_seed_that_is_missing_is_named(call: Call, garden: Garden) -> None:
    (seed,) = garden.seeds.glob("*.txt")
    seed.unlink()
    assert seed.name in call("ask", MEETING, **settings_of(garden)).complaint


def test_check_lists_a_seed_that_is_missing(call: Call, garden: Garden) -> None:
    (seed,) = garden.seeds.glob("*.txt")
    seed.unlink()
    told = call("check", "--quick", **settings_of(garden))
    assert told.code == 4
    assert re.search(rf"(?m)^sources\.yaml:\d+: {re.escape(seed.name)} cannot be read", told.out)


def test_check_finds_no_problem_and_all_of_each_source_in_the_shipped_knowledge(call: Call) -> None:
    told = call("check", "--quick")
    assert (told.code, told.err) == (0, "")
    *sources, problems = told.out.splitlines()
    assert problems == "0 problems"
    assert len(sources) == len(list((ROOT / "seeds").glob("*.txt")))
    assert all(": 100.0 % " in source for source in sources)


def test_check_lists_each_problem_by_file_and_line_and_counts_them(call: Call, garden: Garden) -> None:
    first = garden.plant("facts/group.yaml", "value: {number: 11}", "value: {number: 12}")
    second = garden.plant("facts/meeting.yaml", "value: {entity: kachreti}", "value: {entity: baku}")
    told = call("check", "--quick", **settings_of(garden))
    assert told.code == 4
    assert re.search(rf"(?m)^facts/group\.yaml:{first}: .*12", told.out)
    assert re.search(rf"(?m)^facts/meeting\.yaml:{second}: .*baku", told.out)
    assert told.out.splitlines()[-1] == "2 problems"


def test_check_shows_a_sentence_that_no_fact_stands_on(call: Call, garden: Garden) -> None:
    """A source that grew is refused for its hash, and the new sentence is listed as not covered."""
    (seed,) = garden.seeds.glob("*.txt")
    seed.write_text(seed.read_text(encoding="utf-8") + "\nNobody knows this yet.\n", encoding="utf-8")
    told = call("check", "--quick", **settings_of(garden))
    assert told.code == 4
    assert "100.0 %" not in told.out
    assert re.search(r"(?m)^ +\d+ %  .*Nobody knows this yet\.", told.out)


def test_one_reason_may_be_for_several_sentences(call: Call, garden: Garden) -> None:
    """Each of them has it."""
    (seed,) = garden.seeds.glob("*.txt")
    seed.write_text(seed.read_text(encoding="utf-8") + "\nNobody knows this. And nobody that.\n", encoding="utf-8")
    with (garden.folder / "sources.yaml").open("a", encoding="utf-8") as file:
        file.write("  uncovered:\n    - {quote: Nobody knows this. And nobody that., reason: made up}\n")
    told = call("check", "--quick", **settings_of(garden))
    assert told.out.count("(made up)") == 2
    assert "no reason given" not in told.out


def test_a_sentence_with_a_reason_need_not_be_covered(call: Call, garden: Garden) -> None:
    """It is listed as left out and does not count."""
    (seed,) = garden.seeds.glob("*.txt")
    seed.write_text(seed.read_text(encoding="utf-8") + "\nNobody knows this.\n", encoding="utf-8")
    with (garden.folder / "sources.yaml").open("a", encoding="utf-8") as file:
        file.write("  uncovered:\n    - {quote: Nobody knows this., reason: made up}\n")
    told = call("check", "--quick", **settings_of(garden))
    assert "100.0 % covered by evidence, 17 of 17 sentences in full, 1 left out\n" in told.out
    assert "  left out: Nobody knows this.  (made up)\n" in told.out


def test_check_tells_what_is_taken_from_a_common_intent(call: Call, garden: Garden) -> None:
    line = garden.plant("intents/members.yaml", "  en:\n    - ", "  en:\n    - hiya\n    - ") + 1
    told = call("check", "--quick", **settings_of(garden))
    assert told.code == 0
    assert f"intents/members.yaml:{line}: the utterance 'hiya' is also one of the common" in told.out


def test_check_reminds_of_a_document_that_is_no_source_yet(call: Call, garden: Garden) -> None:
    """It is no problem: the bot goes on with what it knows while somebody prepares the next source."""
    (garden.seeds / "001_gori.txt").write_text("They met in Gori.", encoding="utf-8")
    told = call("check", "--quick", **settings_of(garden))
    assert told.code == 0
    assert "001_gori.txt: not in sources.yaml" in told.out


# --- chat -----------------------------------------------------------------------------------------


def test_chat_answers_what_comes_through_a_pipe_and_ends_with_it(own_data: Path) -> None:
    """It remembers what was talked about, and a number picks a suggestion."""
    told = run("chat", data=own_data, typed=f"{MEETING}\n\nwhere?\nwho are the members?\n1\n\xff".encode("latin-1"))
    assert (told.code, told.err) == (0, "")
    where = told.out.index("Kachreti", told.out.index("Kachreti") + 1)
    members = told.out.index("Ahmad Alili")
    assert where < members
    assert re.search(r"\b11\b", told.out[told.out.index("Anar Veliyev") :])


def test_a_chat_knows_nothing_of_an_earlier_one(own_data: Path) -> None:
    """A script, or the next person at the keyboard, gets the answers that anybody gets."""
    first = run("chat", data=own_data, typed=f"{MEETING}\n".encode())
    second = run("chat", data=own_data, typed=b"where?\n1\n/passage\n")
    assert "Kachreti" in first.out
    assert "Kachreti" not in second.out
    assert (second.code, second.err) == (0, "")


# --- serve ----------------------------------------------------------------------------------------


def test_the_database_is_private(own_data: Path) -> None:
    told = run("serve", data=own_data, JOLIG_TELEGRAM_TOKEN="mistaken")
    assert told.code == 7
    assert (own_data / "jolig.sqlite3").stat().st_mode & 0o777 == 0o600


def test_serve_does_not_start_with_a_broken_database(own_data: Path) -> None:
    (own_data / "jolig.sqlite3").write_bytes(b"certainly no database\n" * 100)
    told = run("serve", data=own_data, JOLIG_TELEGRAM_TOKEN=TOKEN)
    assert (told.code, told.out) == (5, "")
    assert "jolig.sqlite3 is not a database" in told.complaint


def test_serve_does_not_start_with_a_database_of_a_newer_version(own_data: Path) -> None:
    with closing(sqlite3.connect(own_data / "jolig.sqlite3")) as database:
        database.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        database.execute("INSERT INTO alembic_version VALUES ('9999')")
        database.commit()
    told = run("serve", data=own_data, JOLIG_TELEGRAM_TOKEN=TOKEN)
    assert (told.code, told.out) == (5, "")
    assert "newer version" in told.complaint
    assert "9999" in told.complaint


def test_serve_needs_a_token(data: Path) -> None:
    told = run("serve", data=data)
    assert (told.code, told.out) == (3, "")
    assert "JOLIG_TELEGRAM_TOKEN" in told.complaint


@pytest.mark.parametrize("command", ["serve", "run"])
def test_a_token_that_does_not_look_like_one_is_refused_and_not_repeated(own_data: Path, command: str) -> None:
    """With a token, `run` serves Telegram."""
    told = run(command, data=own_data, JOLIG_TELEGRAM_TOKEN="mistaken")
    assert (told.code, told.out) == (7, "")
    logged, complaint = told.err.splitlines()
    assert json.loads(logged)["event"] == "channel_ended"
    assert complaint.startswith("jolig: the Telegram token does not look like one")
    assert "mistaken" not in told.err


def test_serve_tries_on_where_the_platform_is_out_of_reach_until_it_is_stopped(own_data: Path) -> None:
    """A signal ends that at once; neither the token nor a password in the address is shown."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port = server.getsockname()[1]
    settings = {"JOLIG_TELEGRAM_TOKEN": TOKEN, "JOLIG_TELEGRAM_API_URL": f"http://bot:hidden@127.0.0.1:{port}"}
    with start(["serve"], own_data, settings) as process:
        assert process.stderr
        first = process.stderr.readline()
        process.send_signal(signal.SIGTERM)
        out, rest = process.communicate()
    assert (process.returncode, out) == (0, b"")
    assert json.loads(first)["event"] == "telegram_unreachable"
    assert not any(secret in first + rest for secret in (TOKEN.encode(), b"hidden", b"Traceback"))


async def test_serve_is_watched_reloads_and_ends_by_signals(own_data: Path) -> None:
    """One process from start to end, with Telegram and what watches it on loopback."""

    def event(name: str) -> dict[str, Any]:
        """Return the next event of a name from the log."""
        assert process.stderr
        found = (json.loads(line) for line in iter(process.stderr.readline, b""))
        return next(entry for entry in found if entry["event"] == name)

    async with telegram_peer() as peer, ClientSession() as client:
        settings = {
            "JOLIG_TELEGRAM_TOKEN": peer.token,
            "JOLIG_TELEGRAM_API_URL": peer.url,
            "JOLIG_OPERATIONS_LISTEN": "0",
        }
        with start(["serve"], own_data, settings) as process:
            url = f"http://127.0.0.1:{(await asyncio.to_thread(event, 'operations_started'))['port']}"
            await asyncio.to_thread(event, "telegram_started")
            anna = Dialogue(peer, peer.person("Anna", "en"))
            assert "Kachreti" in (await anna.ask(MEETING)).text
            process.send_signal(signal.SIGHUP)
            await asyncio.to_thread(event, "knowledge_reloaded")
            assert "Kachreti" in (await anna.ask(MEETING)).text
            async with client.get(f"{url}/readyz") as response:
                assert (response.status, await response.text()) == (200, "ok\n")
            async with client.get(f"{url}/metrics") as response:
                counted = 'jolig_questions_total{channel="telegram",language="en",outcome="answer"} 2.0'
                assert counted in (await response.text()).splitlines()
            process.send_signal(signal.SIGTERM)
            out, rest = await asyncio.to_thread(process.communicate)
    assert (process.returncode, out) == (0, b"")
    assert json.loads(rest.splitlines()[-1])["event"] == "telegram_stopped"


def test_no_error_shows_a_token_or_a_password_in_an_address() -> None:
    """However it came into the message."""
    error = NetworkError(f"cannot reach https://bot:hidden@bots.example/bot{TOKEN}{TOKEN[7:]}/getMe")
    assert cli._harmless(error) == "cannot reach https://bots.example/bot[redacted]/getMe"


# --- the data folder ------------------------------------------------------------------------------


def test_a_data_folder_that_cannot_be_used_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    told = run("ask", MEETING, data=tmp_path, JOLIG_DATA_DIR=str(tmp_path / "file"))
    assert told.code != 0
    assert str(tmp_path / "file") in told.complaint


def test_a_cache_that_others_can_write_is_told_in_one_line(own_data: Path) -> None:
    (own_data / "cache").chmod(0o777)
    told = run("ask", MEETING, data=own_data)
    assert told.code == 5
    assert f"{own_data / 'cache'} cannot be used: it is not yours, or others can write it" in told.complaint


def test_the_first_start_says_what_it_takes_its_time_for(tmp_path: Path) -> None:
    """It fits the matcher, which takes half a minute; the next start says nothing."""
    second = {"JOLIG_KNOWLEDGE_DIR": str(SECOND / "knowledge"), "JOLIG_SEEDS_DIR": str(SECOND / "seeds")}
    first, again = (run("ask", "hello", data=tmp_path, **second) for _ in range(2))
    assert re.fullmatch(r"jolig: fitting the matcher [^\n]*\n", first.err)
    assert (first.out, first.code, again.err) == (again.out, 0, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no device that is always full")
def test_an_output_that_is_full_is_told_in_one_line(data: Path) -> None:
    with Path("/dev/full").open("wb") as full, start(["ask", "--jsonl"], data, {}, stdout=full.fileno()) as process:
        _, err = process.communicate(QUESTION)
    assert Told(process.returncode, "", err.decode()).complaint
