"""What is kept for a set time, by a clock that is moved."""

from datetime import UTC, date, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from bot.errors import StorageError
from bot.retention import PAUSE, keep_to
from bot.service import Retention


class OverError(Exception):
    """Ends the work, which does not end by itself."""


class Days:
    """A clock that sleeping moves, and a store that remembers what it is told to delete."""

    def __init__(self, *, days: int, broken: int = 0) -> None:
        self.time = datetime(2026, 1, 31, 23, tzinfo=UTC)
        self.expired: list[tuple[date, date]] = []
        self._left = days
        self._broken = broken

    def now(self) -> datetime:
        """Return the time."""
        return self.time

    async def sleep(self, seconds: float) -> None:
        """Let that time pass."""
        self.time += timedelta(seconds=seconds)
        self._left -= 1
        if self._left == 0:
            raise OverError

    async def expire(self, *, conversations: date, questions: date) -> None:
        """Remember it, or fail."""
        self.expired.append((conversations, questions))
        if len(self.expired) <= self._broken:
            raise StorageError("the database is locked")


async def kept(days: Days) -> None:
    """Keep to a retention until the days are over."""
    with pytest.raises(OverError):
        await keep_to(Retention(conversations=30, questions=7), days, now=days.now, sleep=days.sleep)


async def test_things_are_deleted_at_the_start_and_every_day() -> None:
    """What is older than its number of days."""
    days = Days(days=3)
    await kept(days)
    assert days.expired == [
        (date(2026, 1, 1), date(2026, 1, 24)),
        (date(2026, 1, 2), date(2026, 1, 25)),
        (date(2026, 1, 3), date(2026, 1, 26)),
    ]
    assert timedelta(days=1).total_seconds() == PAUSE


async def test_a_store_that_fails_is_tried_again_the_next_day() -> None:
    """And the failure is told."""
    days = Days(days=2, broken=1)
    with capture_logs() as logs:
        await kept(days)
    assert len(days.expired) == 2
    assert [(entry["event"], entry["error"]) for entry in logs] == [("expiry_failed", "the database is locked")]
