"""A timeline shows the dated facts of an intent, in its order and by its labels, and makes up no year."""

from datetime import date

import pytest

from bot.core.models import DateValue, EntitiesValue, Entity, Event, Fact, PeriodValue, Value
from bot.core.replies import Replies
from bot.core.timeline import labels_of, timeline

MESSAGE = """
story = In order:
    .title = The hall
    .opening = It opens in { $place }
    .feast = A feast
    .yearless = year unknown
    .legend = Nobody knows the year.
"""
ENTITIES = {"park": Entity("park", "place", {"en": "the park"})}
REPLIES = Replies({"en": MESSAGE}, ENTITIES, {"en": {}})


def fact(name: str, value: Value, subject: str = "hall") -> Fact:
    """Return a fact."""
    return Fact(name, subject, "p", value, (), date(2024, 6, 1))


OPENING = fact("opened", PeriodValue(date(2024, 5, 1), date(2024, 5, 2)))
PLACE = fact("where", EntitiesValue(("park",)))
FEAST = fact("feasted", DateValue(3, 4, None), "feast")


def test_events_come_in_the_order_of_the_intent_with_all_the_facts_about_the_same() -> None:
    """Nothing is sorted: of a day without a year only the knowledge can say where it belongs."""
    stated = {"feast": FEAST, "opening": OPENING, "place": PLACE}
    shown = timeline("story", stated, REPLIES, {"place": "the park"}, "en")
    assert shown.title == "The hall"
    assert shown.events == (
        Event("3 April", "A feast", ("feasted",), "year unknown"),
        Event("1–2 May 2024", "It opens in the park", ("opened", "where")),
    )


def test_the_legend_is_there_where_a_year_is_missing() -> None:
    arguments = {"place": "the park"}
    assert timeline("story", {"feast": FEAST}, REPLIES, arguments, "en").legend == "Nobody knows the year."
    assert timeline("story", {"opening": OPENING}, REPLIES, arguments, "en").legend is None


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (Event("3 April", "A feast", (), "year unknown"), "3 April (year unknown) – A feast"),
        (Event("3 April 2024", "A feast", ()), "3 April 2024 – A feast"),
    ],
)
def test_in_words_an_event_says_what_its_date_lacks(event: Event, text: str) -> None:
    assert event.text == text


def test_a_message_needs_a_label_for_each_date() -> None:
    """What the check of the knowledge asks for: no date stays without a label."""
    assert labels_of({"opening": OPENING, "place": PLACE}) == {"title", "opening"}
    assert labels_of({"feast": FEAST}) == {"title", "feast", "yearless", "legend"}
