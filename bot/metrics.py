"""What is counted while the bot runs: a small port, so that no part of the bot depends on who counts."""

from typing import Protocol


class Metrics(Protocol):
    """Counts what happens; `bot.operations` has the one that Prometheus reads."""

    def answered(self, *, channel: str, language: str, outcome: str, seconds: float) -> None:
        """Count a question that was answered, and how long that took."""

    def retried(self, *, channel: str) -> None:
        """Count something that failed and is tried again."""

    def gave_up(self, *, channel: str) -> None:
        """Count something that nobody tries again: a dead letter."""


class NoMetrics:
    """Counts nothing."""

    def answered(self, *, channel: str, language: str, outcome: str, seconds: float) -> None:
        """Do nothing."""

    def retried(self, *, channel: str) -> None:
        """Do nothing."""

    def gave_up(self, *, channel: str) -> None:
        """Do nothing."""
