"""Channels that are kept up, fail, end for good and are stopped."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from structlog.testing import capture_logs

from bot.channels.supervision import Patience, keep_up
from bot.errors import ChannelError, JoligError, NetworkError, StorageError, TokenError
from bot.health import Health

AT_ONCE = Patience(restart=(0, 0, 0), drain=0)
Then = Callable[[asyncio.Event], Awaitable[None]]


async def until_stopped(stop: asyncio.Event) -> None:
    """Serve until the stop."""
    await stop.wait()


async def for_ever(_stop: asyncio.Event) -> None:
    """Serve on after the stop."""
    await asyncio.Event().wait()


class Watched(Health):
    """Remembers the problems that were reported, and can be waited for."""

    def __init__(self) -> None:
        super().__init__()
        self.reported: list[str] = []
        self.something = asyncio.Event()

    def set(self, component: str, problem: str | None) -> None:
        """Report."""
        super().set(component, problem)
        if problem:
            self.reported.append(problem)
            self.something.set()


class Fake:
    """A channel that fails with each of some errors in turn, and then does as it is told."""

    def __init__(self, name: str, health: Health, *errors: Exception, then: Then = until_stopped) -> None:
        self.starts = 0
        self.up = asyncio.Event()
        self.ended = asyncio.Event()
        self._name = name
        self._health = health
        self._errors = list(errors)
        self._then = then

    async def __call__(self, stop: asyncio.Event) -> None:
        """Serve."""
        self.starts += 1
        if self._errors:
            raise self._errors.pop(0)
        self._health.set(self._name, None)
        self.up.set()
        await self._then(stop)
        self.ended.set()


@pytest.fixture
def health() -> Watched:
    """Return one that knows of nothing."""
    return Watched()


@pytest.fixture
def stop() -> asyncio.Event:
    """Return a stop that is not set."""
    return asyncio.Event()


async def test_every_channel_is_served_until_the_stop(health: Watched, stop: asyncio.Event) -> None:
    """At the same time; that it is connected is what each one reports itself."""
    one, other = Fake("one", health), Fake("other", health)
    running = asyncio.create_task(keep_up({"one": one, "other": other}, stop=stop, health=health, patience=AT_ONCE))
    await asyncio.sleep(0)
    assert health.waiting == ("one", "other")
    await asyncio.gather(one.up.wait(), other.up.wait())
    assert (health.waiting, health.problems) == ((), {})
    stop.set()
    await running
    assert one.ended.is_set()
    assert other.ended.is_set()


@pytest.mark.parametrize("error", [NetworkError("away"), StorageError("locked"), ValueError("a defect")])
async def test_a_channel_that_fails_is_started_again_and_disturbs_no_other(
    health: Watched, stop: asyncio.Event, error: Exception
) -> None:
    """As often as it takes; the problem stands in the health until the channel works again."""
    steady, failing = Fake("steady", health), Fake("failing", health, *[error] * 5)
    channels = {"steady": steady, "failing": failing}
    with capture_logs() as logs:
        running = asyncio.create_task(keep_up(channels, stop=stop, health=health, patience=AT_ONCE))
        await failing.up.wait()
        stop.set()
        await running
    assert (steady.starts, failing.starts) == (1, 6)
    assert [entry["channel"] for entry in logs if entry["event"] == "channel_restarts"] == ["failing"] * 5
    assert health.problems == {}


async def test_a_channel_that_ends_without_a_reason_is_started_again(health: Watched, stop: asyncio.Event) -> None:
    """A loop that has ended silently answers nobody."""
    third = asyncio.Event()

    async def twice(until: asyncio.Event) -> None:
        if fake.starts > 2:
            third.set()
            await until.wait()

    fake = Fake("fake", health, then=twice)
    running = asyncio.create_task(keep_up({"fake": fake}, stop=stop, health=health, patience=AT_ONCE))
    await third.wait()
    stop.set()
    await running
    assert health.reported == ["ended without a reason"] * 2


async def test_the_pauses_grow_and_begin_anew_after_a_steady_run(health: Watched, stop: asyncio.Event) -> None:
    """The last one is repeated; a run counts as steady by how long it lasted."""
    for steady, expected in ((600.0, [1, 5, 5, 5]), (0.0, [1, 1, 1, 1])):
        stop.clear()
        fake = Fake("fake", health, *[NetworkError("away")] * 4)
        patience = Patience(restart=(0.001, 0.005), steady=steady)
        with capture_logs() as logs:
            running = asyncio.create_task(keep_up({"fake": fake}, stop=stop, health=health, patience=patience))
            await fake.up.wait()
            stop.set()
            await running
        assert [1000 * entry["seconds"] for entry in logs if entry["event"] == "channel_restarts"] == expected


@pytest.mark.parametrize("error", [TokenError("refused"), ChannelError("does not fit")])
async def test_a_channel_that_a_new_start_would_not_mend_ends_for_good(
    health: Watched, stop: asyncio.Event, error: JoligError
) -> None:
    """The others go on, and the problem stays to be seen."""
    steady, hopeless = Fake("steady", health), Fake("hopeless", health, error)
    channels = {"steady": steady, "hopeless": hopeless}
    running = asyncio.create_task(keep_up(channels, stop=stop, health=health, patience=AT_ONCE))
    await health.something.wait()
    await steady.up.wait()
    assert not running.done()
    assert health.problems == {"hopeless": str(error)}
    stop.set()
    await running
    assert hopeless.starts == 1


async def test_once_all_have_ended_for_good_the_first_error_is_raised(health: Watched, stop: asyncio.Event) -> None:
    """Without a stop: there is nothing left to serve."""
    channels = {
        "one": Fake("one", health, NetworkError("away"), TokenError("refused")),
        "other": Fake("other", health, ChannelError("does not fit")),
    }
    with pytest.raises(TokenError, match=r"^refused$"):
        await keep_up(channels, stop=stop, health=health, patience=AT_ONCE)


async def test_a_stop_ends_the_wait_for_a_new_start(health: Watched, stop: asyncio.Event) -> None:
    """However long it would take."""
    fake = Fake("fake", health, NetworkError("away"))
    patience = Patience(restart=(3600,))
    running = asyncio.create_task(keep_up({"fake": fake}, stop=stop, health=health, patience=patience))
    await health.something.wait()
    stop.set()
    await running
    assert fake.starts == 1


async def test_a_channel_that_does_not_end_in_time_is_cut_off(health: Watched, stop: asyncio.Event) -> None:
    """And named; the others have ended in order."""
    late, punctual = Fake("late", health, then=for_ever), Fake("punctual", health)
    channels = {"late": late, "punctual": punctual}
    with capture_logs() as logs:
        running = asyncio.create_task(keep_up(channels, stop=stop, health=health, patience=Patience(drain=0.05)))
        await asyncio.gather(late.up.wait(), punctual.up.wait())
        stop.set()
        await running
    assert punctual.ended.is_set()
    assert not late.ended.is_set()
    assert [entry["channels"] for entry in logs if entry["event"] == "channels_not_ended"] == [["late"]]


async def test_who_is_cancelled_takes_the_channels_along(health: Watched, stop: asyncio.Event) -> None:
    """Nothing goes on in the background."""
    cut_off = asyncio.Event()

    async def serving(_stop: asyncio.Event) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cut_off.set()

    fake = Fake("fake", health, then=serving)
    running = asyncio.create_task(keep_up({"fake": fake}, stop=stop, health=health))
    await fake.up.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert cut_off.is_set()


def test_the_bot_ends_within_ten_seconds_of_a_signal() -> None:
    """As a container is given before it is killed."""
    assert Patience().drain < 10
