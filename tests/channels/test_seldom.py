"""What is said only once in a while."""

from datetime import UTC, datetime, timedelta

from bot.channels.telegram.seldom import REMEMBERED, Recent, Seldom

NOW = datetime(2026, 1, 2, tzinfo=UTC)
PAUSE = timedelta(minutes=10)


def test_something_is_due_once_within_a_pause() -> None:
    seldom = Seldom()
    assert seldom.is_due("anna", NOW, PAUSE)
    seldom.said("anna", NOW)
    assert [seldom.is_due("anna", NOW + timedelta(minutes=minutes), PAUSE) for minutes in (5, 9, 10)] == [
        False,
        False,
        True,
    ]


def test_it_stays_due_until_it_was_said() -> None:
    """To ask whether it is due says nothing to anybody."""
    seldom = Seldom()
    assert [seldom.is_due("anna", NOW, PAUSE) for _ in range(2)] == [True, True]


def test_each_key_has_its_own_time() -> None:
    seldom = Seldom()
    seldom.said("anna", NOW)
    assert [seldom.is_due(key, NOW, PAUSE) for key in ("anna", "boris", ("anna", 1))] == [False, True, True]


def test_what_is_remembered_is_bounded_and_the_earliest_is_forgotten_first() -> None:
    """However many people send photos, the memory stays small."""
    seldom = Seldom()
    for number in range(REMEMBERED + 1):
        seldom.said(number, NOW)
    assert len(seldom._said) == REMEMBERED
    assert [seldom.is_due(number, NOW, PAUSE) for number in (REMEMBERED, 0)] == [False, True]


def test_the_latest_of_each_key_is_remembered() -> None:
    """What was kept anew is forgotten no sooner than what came after it."""
    recent = Recent[int, str]()
    for number in range(REMEMBERED):
        recent[number] = "first"
    recent[0] = "second"
    recent[REMEMBERED] = "first"
    assert (recent[0], 1 in recent, len(recent)) == ("second", False, REMEMBERED)
