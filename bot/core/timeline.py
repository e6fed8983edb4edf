"""The dated facts of an intent as a timeline: what is on it, in which order and by which labels, the knowledge says."""

from collections.abc import Mapping

from bot.core.models import DateValue, Event, Fact, PeriodValue, Timeline, YearValue
from bot.core.replies import Replies

TIMELINE = "timeline"
"""The name of the list that an intent shows as a timeline."""
TITLE, YEARLESS, LEGEND = "title", "yearless", "legend"
"""The attributes of its message beside one for each date: the heading, what is said of a date without a year, and what
its mark means."""


def timeline(
    message: str, stated: Mapping[str, Fact], replies: Replies, arguments: Mapping[str, object], language: str
) -> Timeline:
    """Return what is dated of the facts that an intent states, by variable, in the order in which it states them.

    The label of each is the attribute of `message` that is called after its variable. It stands on the facts that are
    about the same entity.
    """

    def say(attribute: str) -> str:
        return replies.say(message, language, attribute, **arguments)

    def event(variable: str, fact: Fact) -> Event:
        beside = tuple(other.id for other in stated.values() if other.subject == fact.subject)
        note = say(YEARLESS) if _lacks_year(fact) else None
        return Event(replies.value(fact, language), say(variable), beside, note)

    dated = _dated(stated)
    legend = say(LEGEND) if any(map(_lacks_year, dated.values())) else None
    return Timeline(say(TITLE), tuple(event(*each) for each in dated.items()), legend)


def labels_of(stated: Mapping[str, Fact]) -> frozenset[str]:
    """Return the attributes that a message needs to be the timeline of some facts."""
    dated = _dated(stated)
    undated = {YEARLESS, LEGEND} if any(map(_lacks_year, dated.values())) else set()
    return frozenset({TITLE, *dated, *undated})


def _dated(stated: Mapping[str, Fact]) -> dict[str, Fact]:
    return {name: fact for name, fact in stated.items() if isinstance(fact.value, DateValue | PeriodValue | YearValue)}


def _lacks_year(fact: Fact) -> bool:
    return isinstance(fact.value, DateValue) and fact.value.year is None
