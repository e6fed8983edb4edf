"""How long things take and may take, in seconds."""

import asyncio
from contextlib import suppress
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
    key_review: float = 1
    """The pauses between two looks at which keys have come."""
    key_asked: timedelta = timedelta(seconds=2)
    """How long after a message came in without its key the sender's device is asked for it: most come by themselves."""
    key_hint: timedelta = timedelta(seconds=15)
    """How long after a message came in without its key the person is told."""
    key_hint_pause: timedelta = timedelta(minutes=5)
    """How long nobody in the room is told again."""
    key_given_up: timedelta = timedelta(minutes=30)
    """How long the key of a message is waited for; longer than the others."""


async def stopped_within(stop: asyncio.Event, seconds: float) -> bool:
    """Wait some seconds, or until the stop if that comes first; return whether it has come."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
    return stop.is_set()
