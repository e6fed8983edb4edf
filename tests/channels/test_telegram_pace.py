"""How fast messages are sent: never faster than a rate, each key for itself."""

import random

import pytest

from bot.channels.telegram.pace import Pace, Rate


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Return a clock."""
    return Clock()


def test_a_burst_goes_at_once_and_the_rest_waits(clock: Clock) -> None:
    """As many as the rate allows, then so many in each period."""
    pace = Pace(Rate(3, 3), clock=clock)
    assert [pace.wait("a") for _ in range(7)] == [0, 0, 0, 3, 3, 3, 6]


def test_keys_do_not_wait_for_each_other(clock: Clock) -> None:
    """Each has a rate of its own."""
    pace = Pace(Rate(1, 60), clock=clock)
    assert [pace.wait(key) for key in "abab"] == [0, 0, 60, 60]


def test_no_window_has_more_than_the_rate(clock: Clock) -> None:
    """Whenever it is asked: of any that follow each other, one more than the rate takes a whole period."""
    pace, at, chance = Pace(Rate(20, 60), clock=clock), list[float](), random.Random(1)  # noqa: S311
    for _ in range(500):
        clock.now += chance.choice((0, 0, 0.5, 7))
        at.append(clock.now + pace.wait())
    assert at == sorted(at)
    assert min(later - first for first, later in zip(at, at[20:], strict=False)) >= 60 - 1e-6


def test_what_is_long_ago_is_forgotten(clock: Clock) -> None:
    """There are ever more chats, and memory does not grow with them."""
    pace = Pace(Rate(3, 3), clock=clock)
    for number in range(10_000):
        pace.wait(number)
        clock.now += 0.1
    assert len(pace) <= 31
