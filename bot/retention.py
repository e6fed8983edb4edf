"""What is kept for a set time, and then deleted."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from typing import Protocol

import structlog

from bot.errors import StorageError
from bot.service import Retention

PAUSE = 24 * 60 * 60
"""Seconds between two looks."""
log = structlog.get_logger()


class ExpiringStore(Protocol):
    """Where things are kept."""

    async def expire(self, *, conversations: date, questions: date) -> None:
        """Delete what is older than a day: of conversations, and of questions that are kept apart from them.

        Raises StorageError where it cannot.
        """


async def keep_to(
    retention: Retention,
    store: ExpiringStore,
    *,
    now: Callable[[], datetime],
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Delete what has been kept for its time, at once and every day from then on; never end."""
    while True:
        today = now().date()
        try:
            await store.expire(
                conversations=today - timedelta(days=retention.conversations),
                questions=today - timedelta(days=retention.questions),
            )
        except StorageError as error:
            log.error("expiry_failed", error=str(error))  # noqa: TRY400 -- its message says it all
        await sleep(PAUSE)
