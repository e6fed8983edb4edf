"""Logs: what a line looks like, and that none holds a secret."""

import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from nio import BadEvent, Event

from bot import logs
from bot.logs import REDACTED, Redaction, without_userinfo

TOKEN = "123456789:AAF-abcdefghijklmnopqrstuvwxyz_012345"
MATRIX = "syt_am9saWc_ABCDEFGHIJKLMNOPQRST_1a2b3c"
PASSWORD = "a pass/word"


class Terminal(io.StringIO):
    """A stream that a person looks at."""

    def isatty(self) -> bool:
        """Return that it is one."""
        return True


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    """Leave the logs of the process as they were."""
    root, hook = logging.getLogger(), sys.excepthook
    handlers, level = root.handlers[:], root.level
    yield
    structlog.reset_defaults()
    sys.excepthook = hook
    root.handlers[:] = handlers
    root.setLevel(level)


def logged(stream: io.StringIO) -> list[dict[str, Any]]:
    """Return the events of a stream of JSON lines."""
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def fail() -> None:
    """Fail as a library does that has an address with the token at hand."""
    address = f"https://api.example/bot{TOKEN}/getMe"
    raise ValueError(f"no answer from {address}")


class TestRedaction:
    """What is taken out of a text."""

    @pytest.mark.parametrize("secret", [TOKEN, MATRIX, MATRIX.replace("syt_", "mat_"), PASSWORD, "a%20pass%2Fword"])
    @pytest.mark.parametrize("around", ["{}", "https://x/{}/y", "'{}'", "token={},"])
    def test_a_secret_is_taken_out_wherever_it_stands(self, secret: str, around: str) -> None:
        """Tokens by their looks, configured secrets by what they are, also as a part of an address."""
        assert Redaction([PASSWORD]).text(around.format(secret)) == around.format(REDACTED)

    @pytest.mark.parametrize(
        "text", ["12:30 to 13:45", "members__ahmad-alili", "2022-06-27T10:00:00+00:00", "mat_plotlib", "a@b.example"]
    )
    def test_what_is_no_secret_stays(self, text: str) -> None:
        """A log that is redacted too much tells nothing."""
        assert Redaction([PASSWORD]).text(text) == text

    def test_of_two_secrets_the_longer_is_taken_out_whole(self) -> None:
        """Also where the shorter is a part of it."""
        assert Redaction(["abc", "abcdef"]).text("abcdef abc") == f"{REDACTED} {REDACTED}"

    def test_every_value_of_an_event_is_looked_at(self) -> None:
        """However deep it stands, and whatever kind it is of."""
        event = {"event": TOKEN, "list": [TOKEN, (TOKEN,)], "map": {TOKEN: {"a": TOKEN}}, "error": ValueError(TOKEN)}
        told = Redaction()(None, "info", {**event, "number": 1, "none": None, "yes": True})
        assert TOKEN not in repr(told)
        assert (told["number"], told["none"], told["yes"]) == (1, None, True)

    def test_an_address_is_shown_without_name_and_password(self) -> None:
        """The rest of it tells where something could not be reached."""
        assert without_userinfo(f"at https://bot:{TOKEN}@bots.example:1/a@b?c@d") == "at https://bots.example:1/a@b?c@d"
        assert without_userinfo("mail to a@b.example, see http://c.example/d") == (
            "mail to a@b.example, see http://c.example/d"
        )


class TestLines:
    """What is written."""

    def test_an_event_is_a_json_line_with_its_request(self) -> None:
        """A request that is worked on is told by every event of it."""
        stream = io.StringIO()
        logs.configure("info", stream=stream)
        log = structlog.get_logger()
        with structlog.contextvars.bound_contextvars(update=7):
            log.info("question_answered", name="Ծովինար")
        log.debug("not_of_interest")
        (event,) = logged(stream)
        assert event.pop("timestamp").endswith("Z")
        assert event == {"event": "question_answered", "level": "info", "update": 7, "name": "Ծովինար"}

    @pytest.mark.parametrize("kind", [io.StringIO, Terminal])
    def test_a_traceback_shows_neither_variables_nor_the_secret_in_its_text(self, kind: type[io.StringIO]) -> None:
        """On one line of JSON, or in plain lines at a terminal."""
        stream = kind()
        logs.configure("info", secrets=[PASSWORD], stream=stream)
        try:
            fail()
        except ValueError:
            structlog.get_logger().exception("answer_failed", password=PASSWORD)
        told = stream.getvalue()
        assert "ValueError: no answer from https://api.example/bot[redacted]/getMe" in told
        assert "in fail" in told
        assert not any(secret in told for secret in (TOKEN, PASSWORD, "address ="))

    def test_what_a_library_logs_is_redacted_too(self) -> None:
        """From warnings on, with its name."""
        stream = io.StringIO()
        logs.configure("debug", stream=stream)
        logging.getLogger("some.library").info("GET %s", TOKEN)
        try:
            fail()
        except ValueError:
            logging.getLogger("some.library").warning("failed at %s", TOKEN, exc_info=True)
        (event,) = logged(stream)
        assert (event["event"], event["level"], event["library"]) == (
            f"failed at {REDACTED}",
            "warning",
            "some.library",
        )
        assert "ValueError" in event["exception"]
        assert TOKEN not in stream.getvalue()

    def test_what_people_wrote_is_not_logged_by_a_library(self) -> None:
        """Matrix's tells the whole of an event that is not as it should be."""
        stream = io.StringIO()
        logs.configure("debug", stream=stream)
        said = {"type": "m.room.message", "sender": "@anna:example.org", "content": "a secret"}
        assert isinstance(Event.parse_event({"event_id": "$1", "origin_server_ts": 1, **said}), BadEvent)
        assert stream.getvalue() == ""

    def test_an_error_that_nobody_caught_is_redacted_too(self) -> None:
        """The interpreter would print it as it is."""
        script = f"from bot import logs; logs.configure('info'); raise ValueError({TOKEN!r})"
        ended = subprocess.run([sys.executable, "-c", script], capture_output=True, encoding="utf-8", check=False)  # noqa: S603 - our own command
        event = json.loads(ended.stderr)
        assert ended.returncode == 1
        assert event["event"] == "crashed"
        assert f"ValueError: {REDACTED}" in event["exception"]
        assert TOKEN not in ended.stderr
