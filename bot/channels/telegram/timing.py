"""How long the channel waits for what."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Durations in seconds."""

    start: tuple[float, ...] = (1, 2, 4, 8)
    """The pauses between the attempts to reach the platform at the start."""
    retry: tuple[float, ...] = (0.5, 2, 5)
    """The pauses between the attempts to send something."""
    patience: float = 60
    """The longest pause that the platform may ask for; what it asks to wait for longer is given up."""
    response: float = 10
    """How long the platform may take for a response."""
    poll: float = 30
    """How long the platform holds a request for updates while there are none."""
    poll_pause: float = 0
    """The pause between two requests for updates; after a failure it grows from this, or from a second."""
    watch: float = 30
    """The pause between two looks at whether the token is still accepted."""
    drain: float = 8
    """How long what has been received may take to be answered after the stop."""
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    """Waits before another attempt to send."""
