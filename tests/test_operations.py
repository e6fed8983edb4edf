"""The addresses that the bot is watched by, asked over loopback."""

import socket
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import ClientSession

from bot.errors import ChannelError
from bot.health import Health
from bot.operations import LATE, PrometheusMetrics, Readiness, Waiting, application, serving

NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)


class Disk:
    """Something that is looked at when somebody asks."""

    problem: str | None = None

    async def check(self) -> str | None:
        """Return what is wrong with it."""
        return self.problem


@pytest.fixture
def health() -> Health:
    """Return one that counts on a channel."""
    health = Health()
    health.expect("telegram")
    return health


@pytest.fixture
def disk() -> Disk:
    """Return one that works."""
    return Disk()


@pytest.fixture
def metrics() -> PrometheusMetrics:
    """Return counters at zero."""
    return PrometheusMetrics(version=lambda: "2022-06-29+abc")


@pytest.fixture
async def url(health: Health, disk: Disk, metrics: PrometheusMetrics) -> AsyncIterator[str]:
    """Return where the addresses are."""
    served = application(health, Readiness(health, {"storage": disk.check}), metrics)
    async with serving(served, "127.0.0.1", 0) as port:
        yield f"http://127.0.0.1:{port}"


async def get(url: str) -> tuple[int, str]:
    """Return the status and the text of an address."""
    async with ClientSession() as client, client.get(url) as response:
        return response.status, await response.text()


async def test_a_bot_that_starts_is_alive_and_not_ready(url: str) -> None:
    """It is not to be restarted, and not to be counted on."""
    assert await get(f"{url}/healthz") == (200, "ok\n")
    assert await get(f"{url}/readyz") == (503, "telegram: not connected yet\n")


async def test_a_bot_whose_channels_are_connected_is_ready(url: str, health: Health) -> None:
    """Nothing else is waited for."""
    health.set("telegram", None)
    assert await get(f"{url}/readyz") == (200, "ok\n")


async def test_a_problem_makes_it_unready_until_it_is_over(url: str, health: Health) -> None:
    """A line each; it is alive, as a new start would not help."""
    health.set("telegram", "the token was revoked")
    health.set("matrix", "unreachable")
    expected = (503, "matrix: unreachable\ntelegram: the token was revoked\n")
    assert await get(f"{url}/readyz") == expected
    assert await get(f"{url}/healthz") == (200, "ok\n")
    assert 'jolig_problem{component="matrix"} 1.0' in (await get(f"{url}/metrics"))[1].splitlines()
    health.set("telegram", None)
    health.set("matrix", None)
    assert await get(f"{url}/readyz") == (200, "ok\n")
    assert "jolig_problem{" not in (await get(f"{url}/metrics"))[1]


async def test_a_channel_that_has_ended_for_good_is_not_alive(url: str, health: Health) -> None:
    """It is told at both."""
    health.end("telegram", "the token was revoked")
    assert await get(f"{url}/healthz") == (503, "telegram: the token was revoked\n")
    assert await get(f"{url}/readyz") == (503, "telegram: the token was revoked\n")


async def test_what_is_looked_at_when_asked_counts_for_readiness(url: str, health: Health, disk: Disk) -> None:
    """A disk that is full is mended by no restart."""
    health.set("telegram", None)
    disk.problem = "the disk is full"
    assert await get(f"{url}/readyz") == (503, "storage: the disk is full\n")
    assert await get(f"{url}/healthz") == (200, "ok\n")


async def test_metrics_count_questions_and_how_long_they_took(url: str, metrics: PrometheusMetrics) -> None:
    """By channel, language and outcome, in the text format of Prometheus."""
    for outcome in ("answer", "answer", "clarify"):
        metrics.answered(channel="telegram", language="hy", outcome=outcome, seconds=0.004)
    metrics.retried(channel="telegram")
    metrics.gave_up(channel="matrix")
    status, text = await get(f"{url}/metrics")
    lines = text.splitlines()
    assert status == 200
    assert 'jolig_questions_total{channel="telegram",language="hy",outcome="answer"} 2.0' in lines
    assert 'jolig_questions_total{channel="telegram",language="hy",outcome="clarify"} 1.0' in lines
    assert 'jolig_answer_seconds_bucket{channel="telegram",le="0.0025"} 0.0' in lines
    assert 'jolig_answer_seconds_bucket{channel="telegram",le="0.005"} 3.0' in lines
    assert 'jolig_retries_total{channel="telegram"} 1.0' in lines
    assert 'jolig_dead_letters_total{channel="matrix"} 1.0' in lines
    assert any(line.startswith("process_resident_memory_bytes ") for line in lines)


async def test_metrics_tell_the_version_of_the_knowledge_that_is_in_use(url: str) -> None:
    """Which a reload changes."""
    _, text = await get(f"{url}/metrics")
    assert 'jolig_knowledge_info{version="2022-06-29+abc"} 1.0' in text.splitlines()


async def test_what_waits_in_the_inbox_is_measured_and_told_where_it_is_late(
    health: Health, metrics: PrometheusMetrics
) -> None:
    """By channel, with the age of the oldest; a channel where nothing waits any more is gone."""
    came_in = {"telegram": (3, NOW - timedelta(seconds=LATE + 1)), "matrix": (1, NOW - timedelta(seconds=1))}

    async def read() -> dict[str, tuple[int, datetime]]:
        return came_in

    waiting = Waiting(read, lambda: NOW)
    served = application(health, Readiness(health, {"inbox": waiting.problem}), metrics, waiting)
    health.set("telegram", None)
    async with serving(served, "127.0.0.1", 0) as port:
        _, text = await get(f"http://127.0.0.1:{port}/metrics")
        assert 'jolig_inbox_events{channel="telegram"} 3.0' in text.splitlines()
        assert f'jolig_inbox_oldest_seconds{{channel="telegram"}} {LATE + 1}.0' in text.splitlines()
        expected = f"inbox: something waits to be answered: telegram for {LATE + 1} s\n"
        assert await get(f"http://127.0.0.1:{port}/readyz") == (503, expected)
        del came_in["telegram"]
        _, text = await get(f"http://127.0.0.1:{port}/metrics")
        assert 'channel="telegram"' not in text
        assert await get(f"http://127.0.0.1:{port}/readyz") == (200, "ok\n")


async def test_there_is_nothing_else(url: str) -> None:
    """No list of what is served, and nothing to write to."""
    assert (await get(url))[0] == 404
    async with ClientSession() as client, client.post(f"{url}/healthz") as response:
        assert response.status == 405


async def test_an_address_that_is_taken_is_told(health: Health, metrics: PrometheusMetrics) -> None:
    """In a line."""
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        with pytest.raises(ChannelError, match=rf"^the address for operations 127\.0\.0\.1:{port} cannot be used: "):
            async with serving(application(health, Readiness(health, {}), metrics), "127.0.0.1", port):
                pass
