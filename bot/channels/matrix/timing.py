"""How long things take and may take, in seconds."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Durations in seconds; the tests have shorter ones."""

    poll: float = 30
    """How long the homeserver waits for something to happen before it answers a sync."""
    retry: tuple[float, ...] = (1, 2, 5, 10, 30, 60)
    """The pauses after a sync that failed; the last is repeated."""
    typing: float = 0.5
    """How long an answer takes before the bot is shown as typing."""
    key_hint: timedelta = timedelta(seconds=15)
    """How long after a message came in without its key the person is told."""
    key_given_up: timedelta = timedelta(minutes=30)
    """How long the key of a message is waited for."""
