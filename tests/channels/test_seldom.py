"""What is said only once in a while."""

from datetime import UTC, datetime, timedelta

from bot.channels.telegram.seldom import REMEMBERED, Seldom

NOW = datetime(2026, 1, 2, tzinfo=UTC)
PAUSE = timedelta(minutes=10)


def test_something_is_due_once_within_a_pause() -> None:
    seldom = Seldom()
    due = [seldom.is_due("anna", NOW + timedelta(minutes=minutes), PAUSE) for minutes in (0, 5, 9, 10, 12, 20)]
    assert due == [True, False, False, True, False, True]


def test_each_key_has_its_own_time() -> None:
    seldom = Seldom()
    assert [seldom.is_due(key, NOW, PAUSE) for key in ("anna", "boris", ("anna", 1))] == [True] * 3


def test_what_is_remembered_is_bounded_and_the_earliest_is_forgotten_first() -> None:
    """However many people send photos, the memory stays small."""
    seldom = Seldom()
    for number in range(REMEMBERED + 1):
        seldom.is_due(number, NOW, PAUSE)
    assert len(seldom._said) == REMEMBERED
    assert [seldom.is_due(number, NOW, PAUSE) for number in (REMEMBERED, 0)] == [False, True]
