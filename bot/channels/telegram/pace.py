"""How fast messages may be sent."""

import time
from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rate:
    """So many in so many seconds."""

    count: int
    seconds: float


class Pace:
    """Keeps to a rate, for each of many keys apart; whoever is early is told how long to wait."""

    def __init__(self, rate: Rate, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._clock = clock
        # The times of the last `count` of each key; the keys in the order of their last one.
        self._times: dict[Hashable, deque[float]] = {}

    def __len__(self) -> int:
        """Return how many keys are remembered."""
        return len(self._times)

    def wait(self, key: Hashable = None) -> float:
        """Take the next place, and return in how many seconds it is."""
        now = self._clock()
        self._forget(now)
        times = self._times.pop(key, None) or deque(maxlen=self._rate.count)
        full = len(times) == self._rate.count
        at = max(now, times[0] + self._rate.seconds) if full else now
        times.append(at)
        self._times[key] = times
        return at - now

    def _forget(self, now: float) -> None:
        """Drop the keys whose times hold up nobody any more."""
        while self._times:
            key = next(iter(self._times))
            if self._times[key][-1] + self._rate.seconds > now:
                return
            del self._times[key]
