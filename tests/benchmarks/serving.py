"""Measure the memory of `jolig serve` when it is idle, with all its languages, and after some questions.

    python -m tests.benchmarks.serving

It serves the Bot API peer of the tests on loopback, as a process of its own; the figures are its resident set (VmRSS).
"""

import asyncio
import os
import re
import sys
import tempfile
from pathlib import Path

from bot.app import DATABASE
from bot.core.responder import Responder
from bot.knowledge import cache, evaluation
from bot.storage import Storage
from tests.peers.bot_api import telegram_peer
from tests.peers.serving import Dialogue

ROOT = Path(__file__).parents[2]
QUESTIONS = 200


def resident(process: int) -> float:
    """Return the megabytes that a process holds now."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    found = re.search(r"VmRSS:\s*(\d+) kB", status)
    return int(found[1]) / 1000 if found else float("nan")


async def create(database: Path) -> None:
    """Create a database of the newest schema."""
    async with Storage.open(database):
        pass


async def measure(data: Path, questions: list[str]) -> None:
    """Start the bot, and print what it holds before and after the questions."""
    async with telegram_peer() as peer:
        settings = {"JOLIG_DATA_DIR": str(data), "JOLIG_TELEGRAM_TOKEN": peer.token, "JOLIG_TELEGRAM_API_URL": peer.url}
        serving = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "serve"), env=os.environ | settings, stderr=asyncio.subprocess.DEVNULL
        )
        try:
            await peer.wait_for(lambda: peer.polls, within=60)
            sys.stdout.write(f"jolig serve, idle: {resident(serving.pid):.0f} MB\n")
            dialogue = Dialogue(peer, peer.person("Anna"))
            for question in questions[:QUESTIONS]:
                await dialogue.ask(question)
            sys.stdout.write(f"after {QUESTIONS} questions in all languages: {resident(serving.pid):.0f} MB\n")
        finally:
            serving.terminate()
            await serving.wait()


def main() -> None:
    """Fit and make the database once, as only a first start does; then measure."""
    with tempfile.TemporaryDirectory() as folder:
        responder = Responder(*cache.load(ROOT / "knowledge", ROOT / "seeds", Path(folder) / "cache"))
        asked = evaluation.read(ROOT / "knowledge", responder.knowledge)
        questions = [dialogue.turns[0].case.question for dialogue in asked.dialogues]
        asyncio.run(create(Path(folder) / DATABASE))
        asyncio.run(measure(Path(folder), questions[:: len(questions) // QUESTIONS]))


if __name__ == "__main__":
    main()
