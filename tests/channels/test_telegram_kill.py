"""A process that is killed, at any moment: every question is answered by it or by the next."""

import asyncio
import os
import random
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from tests.peers.load import TOKEN, LoadPeer, load_peer

SECOND = Path(__file__).parents[1] / "second"
QUESTIONS = 30
"""Questions for each process."""
KILLS = 3
PATIENCE = 60
"""Seconds to wait for the answers; reached only where one is missing."""


@asynccontextmanager
async def process(data: Path, url: str, settings: dict[str, str]) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run the bot as a process of its own; kill it in the end."""
    own = {
        "JOLIG_DATA_DIR": str(data),
        "JOLIG_KNOWLEDGE_DIR": str(SECOND / "knowledge"),
        "JOLIG_SEEDS_DIR": str(SECOND / "seeds"),
        "JOLIG_TELEGRAM_TOKEN": TOKEN,
        "JOLIG_TELEGRAM_API_URL": url,
        "JOLIG_TELEGRAM_MESSAGES_PER_SECOND": "1000",
        "JOLIG_LOG_LEVEL": "error",
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("JOLIG_")}
    run = await asyncio.create_subprocess_exec(sys.executable, "-m", "bot", "serve", env=kept | own | settings)
    try:
        yield run
    finally:
        if run.returncode is None:
            run.kill()
        await run.wait()


def ways() -> dict[str, dict[str, str]]:
    """Return the settings of each way to receive."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{free.getsockname()[1]}"
    return {
        "polling": {},
        "webhook": {"JOLIG_TELEGRAM_WEBHOOK_URL": f"http://{place}", "JOLIG_TELEGRAM_WEBHOOK_LISTEN": place},
    }


async def until_answered(peer: LoadPeer, many: int) -> None:
    """Wait until so many chats have an answer."""
    async with asyncio.timeout(PATIENCE):
        while len(peer.answers) < many:
            await peer.answered()


@pytest.mark.parametrize("way", ways())
async def test_a_killed_process_leaves_no_question_unanswered(tmp_path: Path, way: str) -> None:
    """It is killed while it answers, several times: in the end each chat has its answer, and no other."""
    settings, chance = ways()[way], random.Random(way)  # noqa: S311
    async with load_peer() as peer:
        for asked in range(0, KILLS * QUESTIONS, QUESTIONS):
            for chat in range(asked + 1, asked + QUESTIONS + 1):
                peer.say(chat, f"Who wrote {chat} books?")
            async with process(tmp_path, peer.url, settings) as run:
                await until_answered(peer, asked + chance.randrange(QUESTIONS))
                run.send_signal(signal.SIGKILL)
        async with process(tmp_path, peer.url, settings):
            await until_answered(peer, KILLS * QUESTIONS)
    assert len(peer.answers) == KILLS * QUESTIONS
    assert [chat for chat, texts in peer.answers.items() if len(set(texts)) > 1] == []
