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
        """Return whether something was not said within a pause before a time, and take it as said then if so."""
        if key in self._said and at - self._said[key] < pause:
            return False
        self._said[key] = at
        self._said.move_to_end(key)
        if len(self._said) > REMEMBERED:
            self._said.popitem(last=False)
        return True
