"""What is watched from outside: whether the bot is alive and ready, and what it counts."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime

import structlog
from aiohttp import web
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.errors import ChannelError, StorageError
from bot.health import Health

log = structlog.get_logger()

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
"""The borders of the histogram of how long an answer takes."""
LATE = 120
"""Seconds after which what waits in the inbox waits for too long."""
Check = Callable[[], Awaitable[str | None]]
"""Returns what is wrong with something in a line, or None."""


class PrometheusMetrics:
    """The `Metrics` that Prometheus reads."""

    def __init__(self, *, version: Callable[[], str]) -> None:
        """Take what returns the version of the knowledge, which may change while the bot runs."""
        self.registry = CollectorRegistry()
        self._questions = Counter(
            "jolig_questions",
            "Questions that were answered",
            ["channel", "language", "outcome"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            "jolig_answer_seconds",
            "From a question to its answer, without the platform",
            ["channel"],
            buckets=SECONDS,
            registry=self.registry,
        )
        self._retries = Counter("jolig_retries", "What failed and is tried again", ["channel"], registry=self.registry)
        self._dead_letters = Counter("jolig_dead_letters", "What was given up", ["channel"], registry=self.registry)
        self._waiting = Gauge("jolig_inbox_events", "What waits to be answered", ["channel"], registry=self.registry)
        self._oldest = Gauge(
            "jolig_inbox_oldest_seconds", "How long the oldest of it has waited", ["channel"], registry=self.registry
        )
        self._problems = Gauge(
            "jolig_problem", "Whether a component has a problem", ["component"], registry=self.registry
        )
        self.registry.register(_Knowledge(version))
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)

    def answered(self, *, channel: str, language: str, outcome: str, seconds: float) -> None:
        """Count a question that was answered, and how long that took."""
        self._questions.labels(channel, language, outcome).inc()
        self._seconds.labels(channel).observe(seconds)

    def retried(self, *, channel: str) -> None:
        """Count something that failed and is tried again."""
        self._retries.labels(channel).inc()

    def gave_up(self, *, channel: str) -> None:
        """Count something that nobody tries again: a dead letter."""
        self._dead_letters.labels(channel).inc()

    def seen(self, problems: Iterable[str], inbox: Mapping[str, tuple[int, float]]) -> None:
        """Set which components have a problem; by channel, how much waits, and for how many seconds the oldest has."""
        self._problems.clear()
        for component in problems:
            self._problems.labels(component).set(1)
        self._waiting.clear()
        self._oldest.clear()
        for channel, (events, seconds) in inbox.items():
            self._waiting.labels(channel).set(events)
            self._oldest.labels(channel).set(seconds)


class Waiting:
    """What waits in the inbox."""

    def __init__(
        self, read: Callable[[], Awaitable[Mapping[str, tuple[int, datetime]]]], now: Callable[[], datetime]
    ) -> None:
        """Take what tells, by channel, how many events wait and when the oldest came in."""
        self._read = read
        self._now = now

    async def by_channel(self) -> dict[str, tuple[int, float]]:
        """Return, by channel, how many events wait, and for how many seconds the oldest of them has."""
        now = self._now()
        return {
            channel: (count, (now - oldest).total_seconds())
            for channel, (count, oldest) in (await self._read()).items()
        }

    async def problem(self) -> str | None:
        """Return in a line what has waited for too long, or None."""
        try:
            late = [
                f"{channel} for {age:.0f} s" for channel, (_, age) in (await self.by_channel()).items() if age > LATE
            ]
        except StorageError as error:
            return str(error)
        return f"something waits to be answered: {', '.join(late)}" if late else None


class _Knowledge(Collector):
    """Tells the version of the knowledge."""

    def __init__(self, version: Callable[[], str]) -> None:
        self._version = version

    def collect(self) -> Iterator[Metric]:
        """Yield it."""
        yield InfoMetricFamily("jolig_knowledge", "The knowledge in use", value={"version": self._version()})


class Readiness:
    """Whether the bot can do its work: what its components report, and what is looked at when it is asked for."""

    def __init__(self, health: Health, checks: Mapping[str, Check]) -> None:
        """Take the checks by the name of what they look at."""
        self._health = health
        self._checks = checks

    async def problems(self) -> Sequence[str]:
        """Return what keeps the bot from working, a line each."""
        found = {name: await check() for name, check in self._checks.items()}
        return [
            *lines(self._health.problems),
            *(f"{name}: not connected yet" for name in self._health.waiting),
            *lines({name: problem for name, problem in found.items() if problem}),
        ]


def lines(problems: Mapping[str, str]) -> list[str]:
    """Return problems, a line each."""
    return [f"{name}: {problem}" for name, problem in problems.items()]


def application(
    health: Health, readiness: Readiness, metrics: PrometheusMetrics, waiting: Waiting | None = None
) -> web.Application:
    """Return the addresses: each but `/metrics` answers 200, or 503 with the problems, a line each.

    `/healthz` has only what nothing but a new start may mend; a platform that is out of reach is none of that.
    """

    async def healthz(_request: web.Request) -> web.Response:
        return _told(lines(health.ended))

    async def readyz(_request: web.Request) -> web.Response:
        return _told(await readiness.problems())

    async def measured(_request: web.Request) -> web.Response:
        inbox: dict[str, tuple[int, float]] = {}
        with suppress(StorageError):  # `/readyz` tells it
            inbox = await waiting.by_channel() if waiting else {}
        metrics.seen(health.problems, inbox)
        return web.Response(body=generate_latest(metrics.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    served = web.Application()
    served.router.add_get("/healthz", healthz)
    served.router.add_get("/readyz", readyz)
    served.router.add_get("/metrics", measured)
    return served


def _told(problems: Sequence[str]) -> web.Response:
    return web.Response(text="\n".join(problems or ["ok"]) + "\n", status=503 if problems else 200)


@asynccontextmanager
async def serving(served: web.Application, host: str, port: int) -> AsyncIterator[int]:
    """Serve the addresses, and give the port that they are at; raise ChannelError where it is taken."""
    runner = web.AppRunner(served, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        try:
            await site.start()
        except OSError as error:
            raise ChannelError(f"the address for operations {host}:{port} cannot be used: {error.strerror}") from error
        served_at: int = runner.addresses[0][1]
        log.info("operations_started", host=host, port=served_at)
        yield served_at
    finally:
        await runner.cleanup()
