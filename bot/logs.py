"""Logs: one event a line, as JSON or for a person at a terminal, and never a secret in it."""

import logging
import re
import sys
from collections.abc import Collection, Iterable, MutableMapping
from types import TracebackType
from typing import Any, Final, TextIO
from urllib.parse import quote

import structlog

REDACTED: Final = "[redacted]"
_SECRETS = re.compile(
    r"""
      \d+:[\w-]{30,}                   # a token of a Telegram bot
    | \b(?:syt|mat|mct|mcr)_[\w=-]{16,}  # an access or refresh token of Matrix
    """,
    re.ASCII | re.VERBOSE,
)
_USER_INFO = re.compile(r"(?<=://)[^/?#\s]*@")
"""A name and a password in an address."""
_TELLTALES = ("nio",)
"""Libraries whose warnings hold what people wrote."""
_Event = MutableMapping[str, Any]


def configure(level: str, *, secrets: Collection[str] = (), stream: TextIO | None = None) -> None:
    """Log from `level` on, to standard error where no stream is given: JSON lines, or text where it is a terminal.

    What the libraries log goes the same way, from warnings on, except what would show what people wrote. Neither it nor
    a traceback shows one of the `secrets`, anything that looks like a token, or the value of a variable.
    """
    stream = stream or sys.stderr
    number = logging.getLevelNamesMapping()[level.upper()]
    processors = _processors(Redaction(secrets), terminal=stream.isatty())
    structlog.configure(
        processors=processors,
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processors=[_unwrapped, *processors]))
    logging.basicConfig(handlers=[handler], level=max(number, logging.WARNING), force=True)
    for library in _TELLTALES:
        logging.getLogger(library).setLevel(logging.CRITICAL)
    sys.excepthook = _crashed


def without_userinfo(text: str) -> str:
    """Return a text with addresses that hold neither names nor passwords: to be shown or logged."""
    return _USER_INFO.sub("", text)


class Redaction:
    """A processor that takes secrets out of every value of an event."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        known = {form for secret in secrets if secret for form in (secret, quote(secret, safe=""), repr(secret)[1:-1])}
        # The longest first: one secret may be part of another.
        self._known = sorted(known, key=len, reverse=True)

    def __call__(self, _logger: object, _method: str, event: _Event) -> _Event:
        """Return the event without secrets."""
        return {key: self._redacted(value) for key, value in event.items()}

    def _redacted(self, value: Any) -> Any:
        match value:
            case None | bool() | int() | float():
                return value
            case str():
                return self.text(value)
            case dict():
                return {self.text(str(key)): self._redacted(each) for key, each in value.items()}
            case list() | tuple() | set() | frozenset():
                return [self._redacted(each) for each in value]
        return self.text(repr(value))

    def text(self, text: str) -> str:
        """Return a text without secrets."""
        for secret in self._known:
            text = text.replace(secret, REDACTED)
        return without_userinfo(_SECRETS.sub(REDACTED, text))


def _processors(redaction: Redaction, *, terminal: bool) -> list[Any]:
    renderer: Any = (
        # The renderer's own tracebacks show the values of variables where the library `rich` is installed.
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if terminal
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    return [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,  # before the redaction: the text of an exception may hold a secret
        redaction,
        renderer,
    ]


def _unwrapped(_logger: object, _method: str, event: _Event) -> _Event:
    """Return what a library logged as an event of the bot."""
    kept = {key: value for key, value in event.items() if not key.startswith("_")}
    return {**kept, "library": event["_record"].name}


def _crashed(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    structlog.get_logger().critical("crashed", exc_info=(kind, error, traceback))
