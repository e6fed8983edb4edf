"""How long the channel waits for what, and how fast it sends."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, repeat

from bot.channels.telegram.pace import Rate

OVERALL, GROUP, PRIVATE = Rate(30, 1), Rate(20, 60), Rate(3, 3)
"""What Telegram allows; to one person it is one a second, and here an answer in three parts at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Durations in seconds, and rates."""

    recovery: tuple[float, ...] = (1, 2, 4, 8, 15, 30, 60)
    """The pauses between the attempts to reach the platform, or to keep what it gives; the last one again and again."""
    retry: tuple[float, ...] = (0.5, 2, 5)
    """The pauses between the attempts to send something; what fails then is taken up again later."""
    patience: float = 3600
    """The longest pause that the platform may ask for; what it asks to wait for longer is given up."""
    response: float = 10
    """How long the platform may take for a response."""
    poll: float = 30
    """How long the platform holds a request for updates while there are none."""
    poll_pause: float = 0
    """The pause between two requests for updates."""
    watch: float = 30
    """The pause between two looks at whether the platform still sends to the webhook."""
    overall: Rate = OVERALL
    """How many messages may be sent."""
    group: Rate = GROUP
    """How many messages may be sent to one group."""
    private: Rate = PRIVATE
    """How many messages may be sent to one person."""
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    """Waits before another attempt to send, or for a place in the rates."""

    def pauses(self) -> Iterator[float]:
        """Yield the pauses of `recovery` without an end."""
        return chain(self.recovery, repeat(self.recovery[-1]))


async def elapsed(stop: asyncio.Event, seconds: float) -> bool:
    """Wait for some seconds or for the stop; return whether it is time to stop."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()
    return stop.is_set()
