"""What the documents say is what the code does."""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
import yaml

from bot import cli, errors
from bot.config import PREFIX, VARIABLES, Address, Settings, load

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
RUNBOOK = (ROOT / "deploy" / "README.md").read_text(encoding="utf-8")
UNIT = ROOT / "deploy" / "jolig.service"
EXAMPLE = ROOT / "deploy" / "jolig.env.example"
ANALYSE = shutil.which("systemd-analyze")
DOCUMENTS = sorted(path for folder in (ROOT, ROOT / "knowledge", ROOT / "deploy") for path in folder.glob("*.md"))
HARDENING = {
    "DynamicUser": ["yes"],
    "NoNewPrivileges": ["yes"],
    "ProtectSystem": ["strict"],
    "ProtectHome": ["yes"],
    "PrivateTmp": ["yes"],
    "PrivateDevices": ["yes"],
    "ProtectKernelTunables": ["yes"],
    "ProtectKernelModules": ["yes"],
    "ProtectControlGroups": ["yes"],
    "RestrictNamespaces": ["yes"],
    "RestrictSUIDSGID": ["yes"],
    "LockPersonality": ["yes"],
    "MemoryDenyWriteExecute": ["yes"],
    "CapabilityBoundingSet": [""],
    "RestrictAddressFamilies": ["AF_UNIX AF_INET AF_INET6"],
    "SystemCallArchitectures": ["native"],
    "SystemCallFilter": ["@system-service", "~@privileged @resources"],
}


KEYS = {
    *("Description", "Wants", "After", "StartLimitIntervalSec", "WantedBy"),
    *("Type", "ExecStart", "ExecReload", "EnvironmentFile", "Environment", "Restart", "RestartSec"),
    *("RestartPreventExitStatus", "TimeoutStopSec", "User", "StateDirectory", "StateDirectoryMode"),
    *("WorkingDirectory", "UMask", "MemoryMax", "PrivateUsers", "RemoveIPC", "AmbientCapabilities", "SocketBindDeny"),
    *("SocketBindAllow", "SystemCallErrorNumber", "RestrictRealtime", "ProtectClock", "ProtectHostname"),
    *("ProtectKernelLogs", "ProtectProc", "ProcSubset"),
}
"""The other keys of the unit, as systemd.exec(5), systemd.service(5) and their like write them."""


def settings_table() -> str:
    """Return the table of the settings as the README has to have it."""
    rows = [f"| `{variable}` | {_default(field)} | {_meaning(field)} |" for variable, field in VARIABLES.items()]
    return "\n".join(["| Variable | Default | Meaning |", "| --- | --- | --- |", *rows])


def _default(field: str) -> str:
    told = Settings.model_fields[field].json_schema_extra
    if isinstance(told, dict):
        return str(told["default"])
    value = Settings.model_fields[field].default
    return "not set" if value is None else f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _meaning(field: str) -> str:
    return Settings.model_fields[field].description or ""


def subcommands() -> dict[str, argparse.ArgumentParser]:
    """Return the parser of each command of `jolig`."""
    (commands,) = (action for action in cli._parser()._actions if isinstance(action, argparse._SubParsersAction))
    return dict(commands.choices)


def exit_codes() -> set[int]:
    """Return every exit code: those that the help tells and those of the errors."""
    told = {int(code) for code in re.findall(r"^ +(\d+) ", cli.EXIT_CODES, re.MULTILINE)}
    return told | {kind.exit_code for kind in kinds_of(errors.JoligError)}


def kinds_of(error: type[errors.JoligError]) -> Iterator[type[errors.JoligError]]:
    """Yield an error and all that are derived from it."""
    yield error
    for kind in error.__subclasses__():
        yield from kinds_of(kind)


def bot_commands() -> dict[str, str]:
    """Return the English title of each command of the bot, by the command."""
    folders = ROOT / "knowledge", ROOT / "bot" / "knowledge" / "common"
    files = [path for folder in folders for path in folder.glob("intents/*.yaml")]
    intents = [yaml.load(path.read_bytes(), yaml.CBaseLoader) for path in files]  # noqa: S506 - every scalar stays text
    return {intent["command"]: intent["title"]["en"] for intent in intents if "command" in intent}


def log_events() -> set[str]:
    """Return the name of every event that the code logs."""
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "bot").rglob("*.py"))
    return set(re.findall(r"\b(?:log|get_logger\(\))\.\w+\(\s*\"(\w+)\"", code))


def unit(text: str) -> Mapping[str, list[str]]:
    """Return the values of each key of a systemd unit, in order."""
    values: dict[str, list[str]] = defaultdict(list)
    for line in text.splitlines():
        key, found, value = line.partition("=")
        if found and not line.startswith("#"):
            values[key].append(value)
    return values


def links(document: Path) -> Iterator[str]:
    """Yield the target of each link of a Markdown document that leads to no other site."""
    text = re.sub(r"^```.*?^```", "", document.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(([^()\s]+)\)", text):
        if not re.match(r"[a-z]+:", target):
            yield target


class TestReadme:
    """README.md."""

    def test_the_table_of_the_settings_is_that_of_the_code(self) -> None:
        """Each variable stands there with the default and the description that the code gives it."""
        assert settings_table() in README

    @pytest.mark.parametrize("command", sorted(subcommands()))
    def test_every_option_is_told(self, command: str) -> None:
        """Each option of a command is named."""
        options = [option for action in subcommands()[command]._actions for option in action.option_strings]
        assert [option for option in options if option not in {"-h", "--help"} and option not in README] == []

    def test_every_command_is_told(self) -> None:
        """The table has each command, and no other."""
        assert set(re.findall(r"^\| `jolig (\w+)", README, re.MULTILINE)) == set(subcommands())

    def test_every_exit_code_is_told(self) -> None:
        """The table has each exit code, and no other."""
        told = {int(code) for code in re.findall(r"^\| `(\d+)` \|", README, re.MULTILINE)}
        assert told == exit_codes()

    def test_every_command_of_the_bot_is_told(self) -> None:
        """The other table has each command of the knowledge, and no other."""
        assert set(re.findall(r"^\| `/(\w+)` \|", README, re.MULTILINE)) == set(bot_commands())

    def test_the_commands_of_make_exist(self) -> None:
        """What it calls `make something` is a target of the Makefile."""
        targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
        assert set(re.findall(r"`make (\w+)[ `]", README)) - targets - {"PYTHON"} == set()


class TestSamples:
    """What README.md shows of the bot is what it says."""

    @pytest.fixture
    def run(self, request: pytest.FixtureRequest) -> Callable[..., str]:
        """Return what runs `jolig` with lines of input, and returns what it prints."""
        variables = {name: value for name, value in os.environ.items() if not name.startswith("JOLIG_")}
        variables |= {"JOLIG_DATA_DIR": str(request.config.cache.mkdir("knowledge")), "COLUMNS": "90"}

        def told(*arguments: str, typed: str = "") -> str:
            command = [sys.executable, "-m", "bot", *arguments]
            done = subprocess.run(  # noqa: S603 - our own command
                command, input=typed, capture_output=True, encoding="utf-8", check=True, cwd=ROOT, env=variables
            )
            return done.stdout

        return told

    def test_the_conversation(self, run: Callable[..., str]) -> None:
        """Each reply of the sample is the one that the chat prints, to the line."""
        (sample,) = re.findall(r"```text\n(You: .*?)```", README, re.DOTALL)
        _, *turns = re.split(r"^You: ", sample, flags=re.MULTILINE)
        questions, replies = zip(*(turn.split("\n\n", 1) for turn in turns), strict=True)
        rest = run("chat", typed="\n".join(questions))
        for reply in replies:
            before, found, rest = rest.partition(reply.strip())
            assert found, reply
            assert not before.strip() or before.rstrip().splitlines()[-1].endswith(("something else.", "вопрос."))

    def test_one_question(self, run: Callable[..., str]) -> None:
        """The answer is the whole of what is printed."""
        ((question, answer),) = re.findall(r'\$ \S+jolig ask "(.*?)"\n(.*?)```', README, re.DOTALL)
        assert run("ask", question) == answer

    def test_a_stream(self, run: Callable[..., str]) -> None:
        """The object is the same, but for how sure the bot was."""
        ((line, answer),) = re.findall(r"\$ echo '(.*?)' \| \S+jolig ask --jsonl\n(.*?)```", README, re.DOTALL)
        told, shown = json.loads(run("ask", "--jsonl", typed=line)), json.loads(answer)
        assert told == shown | {"confidence": told["confidence"]}


class TestDocuments:
    """Every document."""

    @pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
    def test_every_relative_link_leads_to_a_file(self, document: Path) -> None:
        """Nobody is sent to what is not there."""
        paths = [target.partition("#")[0] for target in links(document)]
        assert [path for path in paths if path and not (document.parent / path).exists()] == []

    def test_links_within_code_are_none(self, tmp_path: Path) -> None:
        """What stands in a block of code is an example; a link to another site is not looked up."""
        document = tmp_path / "document.md"
        document.write_text("[a](b.md#part) [c](https://example.org)\n```\n[d](e)\n```\n", encoding="utf-8")
        assert list(links(document)) == ["b.md#part"]

    def test_the_changes_have_the_version(self) -> None:
        """The version of the package is one that CHANGELOG.md tells of."""
        version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
        changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
        assert re.search(rf"^## {re.escape(version)}\b", changes, re.MULTILINE)


class TestRunbook:
    """deploy/README.md."""

    def test_every_exit_code_has_its_row(self) -> None:
        """Whoever runs the bot finds what to do."""
        assert {int(code) for code in re.findall(r"^\| `(\d+)` \|", RUNBOOK, re.MULTILINE)} == exit_codes()

    def test_every_event_of_the_log_has_its_row(self) -> None:
        """The table has each event that the code logs, and no other."""
        events = {
            event
            for row in re.findall(r"^\| (`[a-z_]+`(?:, `[a-z_]+`)*) \|", RUNBOOK, re.MULTILINE)
            for event in re.findall(r"`([a-z_]+)`", row)
        }
        assert events == log_events()


class TestUnit:
    """deploy/jolig.service."""

    @pytest.mark.parametrize(("key", "values"), HARDENING.items())
    def test_it_is_hardened(self, key: str, values: list[str]) -> None:
        """The service can do what the bot needs, and little else."""
        assert unit(UNIT.read_text(encoding="utf-8"))[key] == values

    def test_the_data_folder_is_all_that_it_writes(self) -> None:
        """The folder that systemd makes is the one that the bot uses."""
        found = unit(UNIT.read_text(encoding="utf-8"))
        assert found["StateDirectory"] == ["jolig"]
        assert "JOLIG_DATA_DIR=/var/lib/jolig" in found["Environment"][0].split()
        assert "ReadWritePaths" not in found

    def test_what_a_restart_cannot_mend_is_not_restarted(self) -> None:
        """A wrong command line, setting or knowledge and a refused token stay so."""
        hopeless = [errors.UsageError, errors.SettingsError, errors.KnowledgeError, errors.TokenError]
        found = unit(UNIT.read_text(encoding="utf-8"))
        assert found["Restart"] == ["on-failure"]
        assert found["RestartPreventExitStatus"] == [" ".join(str(kind.exit_code) for kind in hopeless)]

    def test_it_starts_a_command_that_exists(self) -> None:
        """The command line is one that `jolig` understands."""
        (start,) = unit(UNIT.read_text(encoding="utf-8"))["ExecStart"]
        _, *arguments = start.split()
        assert cli._parser().parse_args(arguments).command is cli._serve

    def test_it_has_no_key_that_is_misspelt(self) -> None:
        """Systemd passes over what it does not know: the service would run unhardened."""
        found = unit(UNIT.read_text(encoding="utf-8"))
        assert found.keys() <= {*HARDENING, *KEYS}

    if ANALYSE:  # where systemd is at hand it is asked too

        def test_systemd_understands_it(self, tmp_path: Path) -> None:
            """Systemd has nothing to say of it, with a program that is there."""
            text = UNIT.read_text(encoding="utf-8")
            adapted = re.sub(r"^ExecStart=\S+", f"ExecStart={shutil.which('true')}", text, flags=re.MULTILINE)
            copy = tmp_path / UNIT.name
            copy.write_text(adapted, encoding="utf-8")
            command = [ANALYSE or "", "verify", "--man=no", str(copy)]
            told = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)  # noqa: S603 - our own command
            # It may have something to say of the other units of the machine.
            assert [line for line in told.stderr.splitlines() if UNIT.name in line] == []


class TestExample:
    """deploy/jolig.env.example."""

    def test_its_variables_are_the_settings(self) -> None:
        """Each setting is there, set or ready to be."""
        lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
        names = [match[1] for line in lines if (match := re.match(rf"#?({PREFIX}\w+)=", line))]
        assert sorted(names) == sorted(VARIABLES)

    def test_the_bot_reads_it(self, tmp_path: Path) -> None:
        """As it comes it is valid and only has the bot watched; filled in, it sets the token."""
        copy = tmp_path / "jolig.env"
        copy.touch(0o600)
        text = EXAMPLE.read_text(encoding="utf-8")
        copy.write_text(text, encoding="utf-8")
        assert load({}, copy) == Settings(operations_listen=Address("127.0.0.1", 8081))
        copy.write_text(text.replace("TOKEN=\n", "TOKEN=123456:letters\n"), encoding="utf-8")
        token = load({}, copy).telegram_token
        assert token is not None
        assert token.get_secret_value() == "123456:letters"

    def test_each_value_that_it_offers_is_valid(self, tmp_path: Path) -> None:
        """A line that is taken in by removing its mark is not refused."""
        copy = tmp_path / "jolig.env"
        copy.write_text(re.sub(rf"^#({PREFIX})", r"\1", EXAMPLE.read_text(encoding="utf-8"), flags=re.MULTILINE))
        assert load({}, copy).language == "en"

    def test_it_says_who_may_read_it(self) -> None:
        """It holds a secret."""
        assert "chmod 600" in EXAMPLE.read_text(encoding="utf-8")


class TestFaults:
    """tests/README.md."""

    def test_every_test_that_it_names_is_there(self) -> None:
        """A table of promises is worth as much as the tests behind it."""
        told = re.findall(r"`([\w/]+\.py)(?:::(\w+))?`", (ROOT / "tests" / "README.md").read_text(encoding="utf-8"))
        code = {file: (ROOT / "tests" / file).read_text(encoding="utf-8") for file, _ in told}
        assert told
        assert [name for file, name in told if name and f"def {name}(" not in code[file]] == []
