"""What is said only once in a while."""

from collections import OrderedDict
from collections.abc import Hashable
from datetime import datetime, timedelta

REMEMBERED = 4096
"""Of so many it is known when something was said last; the earliest is forgotten first."""


class Seldom:
    """Remembers when something was said to somebody, by the times of the platform's messages."""

    def __init__(self) -> None:
        self._said: OrderedDict[Hashable, datetime] = OrderedDict()

    def is_due(self, key: Hashable, at: datetime, pause: timedelta) -> bool:
        """Return whether something was not said within a pause before a time."""
        return key not in self._said or at - self._said[key] >= pause

    def said(self, key: Hashable, at: datetime) -> None:
        """Remember that something was said at a time."""
        self._said[key] = at
        self._said.move_to_end(key)
        if len(self._said) > REMEMBERED:
            self._said.popitem(last=False)
