"""Several channels in one event loop: each is kept up, and none takes another down."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass

import structlog

from bot.errors import ChannelError, JoligError, NetworkError, StorageError
from bot.health import Health

log = structlog.get_logger()


class _BrokenError(ChannelError):
    """A channel that ended as it should not: a defect, after which a new start may do."""


_MENDABLE = (NetworkError, StorageError, _BrokenError)
"""The errors that a new start may mend."""
_Task = asyncio.Task[JoligError | None]
Channel = Callable[[asyncio.Event], Awaitable[None]]
"""Serves a platform until the event is set; raises JoligError where it cannot.

It reports to `Health` as soon as it is connected, and what is wrong with it afterwards.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Durations in seconds."""

    restart: tuple[float, ...] = (1, 5, 15, 60, 300)
    """The pauses before a channel that failed is started again; the last is repeated."""
    steady: float = 600
    """How long a channel has to run for its next failure to count as the first."""
    drain: float = 9
    """How long the channels may take to end after the stop: the answers to what has been received are sent still."""


async def keep_up(
    channels: Mapping[str, Channel], *, stop: asyncio.Event, health: Health, patience: Patience | None = None
) -> None:
    """Serve every channel, by its name, until `stop` is set.

    One that fails is started again after a pause. One that cannot be mended by that, as its token is refused, ends for
    good, and the others go on. Raises the error of the first one once all have ended for good.
    """
    patience = patience or Patience()
    for name in channels:
        health.expect(name)
    tasks = {
        name: asyncio.create_task(_keep_one_up(name, channel, stop, health, patience))
        for name, channel in channels.items()
    }
    try:
        await _until_all_ended(tasks.values(), stop, patience.drain)
        if late := [name for name, task in tasks.items() if not task.done()]:
            log.warning("channels_not_ended", channels=late, seconds=patience.drain)
    finally:
        for task in tasks.values():
            task.cancel()
        await asyncio.wait(tasks.values())
    failures = [failure for task in tasks.values() if not task.cancelled() and (failure := task.result())]
    if failures and len(failures) == len(tasks):
        raise failures[0]


async def _until_all_ended(tasks: Iterable[_Task], stop: asyncio.Event, drain: float) -> None:
    """Wait until all tasks have ended, after the stop only for a time."""
    ended, stopped = asyncio.create_task(asyncio.wait(tasks)), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait([ended, stopped], return_when=asyncio.FIRST_COMPLETED)
        await asyncio.wait([ended], timeout=drain)
    finally:
        ended.cancel()
        stopped.cancel()


async def _keep_one_up(
    name: str, channel: Channel, stop: asyncio.Event, health: Health, patience: Patience
) -> JoligError | None:
    """Serve a channel until the stop; return the error that ended it for good."""
    clock = asyncio.get_running_loop().time
    failures = 0
    while not stop.is_set():
        began = clock()
        error = await _failure(name, channel, stop)
        if error is None:
            break
        if not isinstance(error, _MENDABLE):
            health.end(name, str(error))
            log.error("channel_ended", channel=name, error=str(error))
            return error
        health.set(name, str(error))
        failures = 0 if clock() - began >= patience.steady else failures
        pause = patience.restart[min(failures, len(patience.restart) - 1)]
        failures += 1
        log.warning("channel_restarts", channel=name, error=str(error), seconds=pause)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pause)
    return None


async def _failure(name: str, channel: Channel, stop: asyncio.Event) -> JoligError | None:
    """Serve a channel; return how it failed, None where it ended because of the stop."""
    try:
        await channel(stop)
    except JoligError as error:
        return error
    except Exception as error:
        log.exception("channel_failed", channel=name)
        return _BrokenError(f"failed: {error!r}")
    return None if stop.is_set() else _BrokenError("ended without a reason")
