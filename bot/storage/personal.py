"""What is about a person in each table, and how long it is kept: a table that is in neither list fails the tests."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Table, and_, or_

from bot.storage.tables import dialogue, exchange, feedback, inbox, position, question


@dataclass(frozen=True, slots=True)
class Whose:
    """A conversation, in the ways in which the tables name it."""

    channel: str
    conversation: str
    pseudonym: str


@dataclass(frozen=True, slots=True)
class Until:
    """The first day that is kept."""

    conversation: date
    question: date


def _of_asker(whose: Whose) -> ColumnElement[bool]:
    """Return the condition for what was given up of a person; what is open is left: they wait for the answer."""
    return and_(inbox.c.channel == whose.channel, inbox.c.reason.is_not(None), inbox.c.asker == whose.conversation)


PERSONAL: Mapping[Table, Callable[[Whose], ColumnElement[bool]]] = {
    dialogue: lambda whose: and_(dialogue.c.channel == whose.channel, dialogue.c.conversation == whose.conversation),
    exchange: lambda whose: and_(
        exchange.c.channel == whose.channel,
        or_(exchange.c.conversation == whose.conversation, exchange.c.asker == whose.conversation),
    ),
    question: lambda whose: question.c.asker == whose.pseudonym,
    inbox: _of_asker,
}
"""The rows of each table that are of a conversation."""

EXPIRED: Mapping[Table, Callable[[Until], ColumnElement[bool]]] = {
    dialogue: lambda until: dialogue.c.at < until.conversation.isoformat(),
    exchange: lambda until: exchange.c.day < until.conversation.isoformat(),
    question: lambda until: question.c.day < until.question.isoformat(),
    inbox: lambda until: and_(inbox.c.reason.is_not(None), inbox.c.closed < until.conversation.isoformat()),
}
"""The rows of each table that are kept no longer."""

IMPERSONAL: frozenset[Table] = frozenset({feedback, position})
"""The tables that hold nothing of anybody."""
