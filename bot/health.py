"""What is wrong with the running bot, and what it still waits for: channels report, operations read."""

from collections.abc import Mapping


class Health:
    """The state of each component, by its name ("telegram", "inbox")."""

    def __init__(self) -> None:
        self._waiting: set[str] = set()
        self._problems: dict[str, str] = {}
        self._ended: set[str] = set()

    def expect(self, component: str) -> None:
        """Count on a component: the bot is not ready before it has reported."""
        self._waiting.add(component)

    def set(self, component: str, problem: str | None) -> None:
        """Report a problem of a component in one line, or with None that it works."""
        self._waiting.discard(component)
        if problem is None:
            self._problems.pop(component, None)
        else:
            self._problems[component] = problem

    def end(self, component: str, problem: str) -> None:
        """Report that a component has ended for good, and why: nothing mends it while the process runs."""
        self._ended.add(component)
        self.set(component, problem)

    @property
    def ended(self) -> Mapping[str, str]:
        """Return the problem of each component that has ended for good."""
        return {name: problem for name, problem in self.problems.items() if name in self._ended}

    @property
    def problems(self) -> Mapping[str, str]:
        """Return the problem of each component that has one."""
        return dict(sorted(self._problems.items()))

    @property
    def waiting(self) -> tuple[str, ...]:
        """Return the components that are counted on and have not reported."""
        return tuple(sorted(self._waiting))
