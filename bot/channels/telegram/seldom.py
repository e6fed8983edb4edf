"""What is remembered of what was sent, for a while."""

from collections import OrderedDict
from collections.abc import Hashable
from datetime import datetime, timedelta
from typing import TypeVar

REMEMBERED = 4096
"""Of so many something is remembered; the earliest is forgotten first."""
_Key = TypeVar("_Key", bound=Hashable)
_Value = TypeVar("_Value")


class Recent(OrderedDict[_Key, _Value]):
    """What was kept of each key last, of as many as are remembered."""

    def __setitem__(self, key: _Key, value: _Value) -> None:
        """Remember a value; forget the earliest of too many."""
        super().__setitem__(key, value)
        self.move_to_end(key)
        if len(self) > REMEMBERED:
            del self[next(iter(self))]


class Seldom:
    """Remembers when something was said to somebody, by the times of the platform's messages."""

    def __init__(self) -> None:
        self._said = Recent[Hashable, datetime]()

    def is_due(self, key: Hashable, at: datetime, pause: timedelta) -> bool:
        """Return whether something was not said within a pause before a time."""
        return key not in self._said or at - self._said[key] >= pause

    def said(self, key: Hashable, at: datetime) -> None:
        """Remember that something was said at a time."""
        self._said[key] = at
