"""The files of deploy/: what can be told of them without the engines that they are for."""

import fnmatch
import json
import re
import shlex
import shutil
import subprocess
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import generate_latest

from bot import cli
from bot.config import PREFIX, VARIABLES, Settings, load
from bot.operations import PrometheusMetrics

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
RUNBOOK = (DEPLOY / "README.md").read_text(encoding="utf-8")
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
ANALYSE = shutil.which("systemd-analyze")
EXPOSURE = 1.5
"""What `systemd-analyze security` may find at most, of 10."""
PINNED = re.compile(r"[a-z0-9./-]+:\d+\.\d+\.\d+[a-z0-9.-]*")


def instructions() -> list[tuple[str, str]]:
    """Return the instructions of the Dockerfile, each with its arguments on one line."""
    text = re.sub(r"^\s*#.*\n", "", (DEPLOY / "Dockerfile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    lines = re.sub(r"\\\n\s*", " ", text).splitlines()
    return [(word.upper(), rest.strip()) for line in lines if line.strip() for word, _, rest in [line.partition(" ")]]


def arguments(name: str) -> list[str]:
    """Return the arguments of each instruction of a name."""
    return [rest for word, rest in instructions() if word == name]


def compose() -> dict[str, Any]:
    """Return compose.yaml."""
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return found


def bot() -> dict[str, Any]:
    """Return its one service."""
    (service,) = compose()["services"].values()
    found: dict[str, Any] = service
    return found


class TestDockerfile:
    """The image."""

    def test_every_base_is_pinned_and_the_same(self) -> None:
        """A new one is a change that somebody makes; what is built with one Python runs with it."""
        bases = {rest.split()[0] for rest in arguments("FROM")}
        assert len(bases) == 1
        assert all(PINNED.fullmatch(base) for base in bases)
        assert "latest" not in bases

    def test_the_python_is_one_that_the_package_takes(self) -> None:
        """By its version."""
        minor = re.match(r"python:3\.(\d+)\.", arguments("FROM")[0])
        assert minor
        assert int(minor[1]) >= 11

    def test_everything_that_is_installed_is_checked_by_its_hash(self) -> None:
        """But the wheel, which was just built."""
        installs = [part for rest in arguments("RUN") for part in rest.split("&&") if "pip install" in part]
        assert len(installs) == 3
        for install in installs:
            assert "--require-hashes -r requirements/" in install or install.strip().endswith("--no-deps dist/*.whl")
        assert not any(word in " ".join(arguments("RUN")) for word in ("apt-get", "curl", "wget", "sudo"))
        assert arguments("ADD") == []

    def test_it_runs_as_nobody_in_particular(self) -> None:
        """By number, so that the engine can tell that it is not root; nothing after that is done as root."""
        (user,) = arguments("USER")
        assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", user)
        words = [word for word, _ in instructions()]
        assert {"RUN", "COPY"}.isdisjoint(words[words.index("USER") :])

    def test_it_holds_no_secret_and_no_setting_that_is_unknown(self) -> None:
        """What is built in is what the bot reads."""
        names = re.findall(rf"\b({PREFIX}\w+)=", " ".join(arguments("ENV")))
        assert set(names) <= set(VARIABLES)
        assert not any("TOKEN" in name or "SECRET" in name or "PASSWORD" in name for name in names)
        assert arguments("ARG") == []

    def test_its_health_is_asked_for_where_the_bot_tells_it(self) -> None:
        """At the address that it listens at."""
        (check,) = arguments("HEALTHCHECK")
        (listen,) = re.findall(r"JOLIG_OPERATIONS_LISTEN=(\S+)", " ".join(arguments("ENV")))
        assert f"http://{listen}/healthz" in check
        command = json.loads(check[check.index("[") :])
        compile(command[2], "check", "exec")

    def test_what_it_starts_is_a_command_that_exists(self) -> None:
        """In the form that passes signals on."""
        (entry,), (command,) = arguments("ENTRYPOINT"), arguments("CMD")
        assert json.loads(entry) == ["jolig"]
        assert cli._parser().parse_args(json.loads(command)).command is cli._serve

    def test_what_it_copies_is_there_and_not_ignored(self) -> None:
        """And of what is not copied, nothing reaches the engine."""
        rules = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
        allowed = {rule[1:] for rule in rules if rule.startswith("!")}
        sources = [source for rest in arguments("COPY") if "--from" not in rest for source in shlex.split(rest)[:-1]]
        assert [source for source in sources if not (ROOT / source).exists()] == []
        assert set(sources) == allowed
        assert "*" in rules
        assert any(fnmatch.fnmatch("a/.env", rule) for rule in rules)


class TestCompose:
    """The container."""

    def test_it_has_only_what_compose_knows(self) -> None:
        """A key that is misspelt would be refused, or worse, passed over."""
        known = {
            *("build", "image", "env_file", "environment", "volumes", "read_only", "tmpfs", "user", "cap_drop", "init"),
            *("security_opt", "pids_limit", "mem_limit", "restart", "stop_grace_period", "logging"),
        }
        assert compose().keys() == {"name", "services", "volumes"}
        assert bot().keys() <= known

    def test_it_can_do_what_the_bot_needs_and_little_else(self) -> None:
        """It writes to its volume alone, and listens to nobody."""
        service = bot()
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["user"] == arguments("USER")[0]
        assert not {"privileged", "cap_add", "devices", "network_mode", "pid", "ipc", "ports"} & service.keys()
        assert all("noexec" in mount and "size=" in mount for mount in service["tmpfs"])
        assert service["pids_limit"] > 0
        assert service["mem_limit"]

    def test_what_it_is_built_from_is_there(self) -> None:
        """With the version of the package."""
        build = bot()["build"]
        assert (DEPLOY / build["context"]).resolve() == ROOT
        assert (ROOT / build["dockerfile"]).is_file()
        assert bot()["image"] == f"jolig:{VERSION}"

    def test_its_data_outlives_it(self) -> None:
        """In a volume, where the bot looks for it."""
        volumes = dict(mount.split(":") for mount in bot()["volumes"])
        assert set(volumes) == set(compose()["volumes"])
        environment = bot()["environment"]
        assert list(volumes.values()) == [environment["JOLIG_DATA_DIR"]] == arguments("VOLUME")
        assert load(environment, DEPLOY / "none") == Settings.model_validate(
            {VARIABLES[name]: value for name, value in environment.items()}
        )

    def test_the_secret_is_in_a_file_that_is_not_kept_with_it(self) -> None:
        """It is made of the example, and ignored by git."""
        assert bot()["env_file"] == "jolig.env"
        assert not any(re.search("TOKEN|SECRET|PASSWORD", name) for name in bot()["environment"])
        ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
        assert "jolig.env" in ignored

    def test_it_waits_for_the_bot_to_end(self) -> None:
        """Longer than the bot takes at most."""
        assert int(bot()["stop_grace_period"].removesuffix("s")) > 10


class TestProxy:
    """The example of a proxy before the webhook."""

    CADDYFILE = (DEPLOY / "Caddyfile").read_text(encoding="utf-8")

    def test_its_settings_are_valid_and_lead_to_the_bot(self, tmp_path: Path) -> None:
        """Both as the comment has them."""
        settings = dict(re.findall(rf"^#\s+({PREFIX}\w+)=(\S+)$", self.CADDYFILE, re.MULTILINE))
        read = load(settings, tmp_path / "none")
        assert read.telegram_webhook_url == "https://bot.example.org/telegram"
        assert "reverse_proxy @telegram {}:{}".format(*read.telegram_webhook_listen) in self.CADDYFILE
        assert "path /telegram" in self.CADDYFILE

    def test_it_passes_on_nothing_else(self) -> None:
        """What the bot is watched by stays on the machine."""
        rules = re.sub(r"#.*", "", self.CADDYFILE)
        assert rules.count("reverse_proxy") == 1
        assert "respond 404" in rules
        assert "8081" not in rules
        assert rules.count("{") == rules.count("}")


def rules() -> list[dict[str, Any]]:
    """Return the alerts."""
    (group,) = yaml.safe_load((DEPLOY / "alerts.yaml").read_text(encoding="utf-8"))["groups"]
    found: list[dict[str, Any]] = group["rules"]
    return found


class TestAlerts:
    """deploy/alerts.yaml."""

    @pytest.mark.parametrize("rule", rules(), ids=lambda rule: str(rule["alert"]))
    def test_each_is_made_of_metrics_that_there_are(self, rule: Mapping[str, Any]) -> None:
        """A misspelt one would never fire."""
        told = generate_latest(PrometheusMetrics(version=lambda: "1").registry).decode()
        kinds = dict(re.findall(r"^# TYPE (\S+) (\S+)$", told, re.MULTILINE))
        known = {f"{name}_bucket" if kind == "histogram" else name for name, kind in kinds.items()} | {"up"}
        named = set(re.findall(r"\b(?:up|jolig_\w+|process_\w+)\b", rule["expr"]))
        assert named
        assert named <= known

    @pytest.mark.parametrize("rule", rules(), ids=lambda rule: str(rule["alert"]))
    def test_each_says_what_is_wrong_and_who_is_woken(self, rule: Mapping[str, Any]) -> None:
        """In the form that Prometheus reads."""
        assert rule.keys() <= {"alert", "expr", "for", "labels", "annotations"}
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert rule["annotations"]["summary"].endswith(".")
        assert re.fullmatch(r"\d+[smh]", rule.get("for", "1m"))
        assert rule["expr"].count("(") == rule["expr"].count(")")

    def test_the_runbook_says_what_to_do_about_each(self) -> None:
        """A row each, and no other."""
        assert re.findall(r"^\| `(Jolig\w+)` \|", RUNBOOK, re.MULTILINE) == [rule["alert"] for rule in rules()]


if ANALYSE:  # what the tool checks beyond the rules of tests/test_documents.py

    def test_the_unit_leaves_little_exposed() -> None:
        """By the measure of systemd itself."""
        command = [
            ANALYSE,
            "security",
            "--offline=yes",
            f"--threshold={int(EXPOSURE * 10)}",
            str(DEPLOY / "jolig.service"),
        ]
        told = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)  # noqa: S603 - our own command
        assert told.returncode == 0, told.stdout + told.stderr
