"""Measure `jolig serve` on Telegram under load, beside bots that only repeat what they are told.

    python -m tests.benchmarks.telegram [--seconds N] [--open N] [--rate N] [--many N] [--kills N] [--each N]

Each bot is a process of its own on one core; who asks, and the server between, are this process on another. Ours has
everything on: the inbox, understanding, the database and the log. The questions are those of the evaluation, from
thousands of chats; a thousand are asked before anything is measured. The bots take turns in one run, so that a busy
machine slows all of them alike: read the ratios.
"""

import argparse
import asyncio
import os
import random
import re
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from itertools import count, cycle
from pathlib import Path
from statistics import quantiles

from bot.core.responder import Responder
from bot.knowledge import cache, evaluation
from tests.peers.load import TOKEN, LoadPeer, load_peer

ROOT = Path(__file__).parents[2]
BOTS = ("aiohttp", "jolig", "aiogram", "ptb")
WAYS = ("polling", "webhook")
OWN_CORE, BOTS_CORE = 0, 1
LOOP = 64
"""Questions under way at a time."""
CHATS = 20_000
"""So many that none asks again before it is answered, also where a bot is asked for more than it can for a minute."""
FEW = 1000
"""Questions before anything is measured."""
FEWEST = 10
"""Answers a second that a bot gives at least, unless it has failed."""
PATIENCE = 120.0
"""Seconds in which a bot is to start, or to answer what is left; reached only where it does not."""
TICKS = os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    """Return a port where nobody listens."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def cpu(process: int) -> float:
    """Return the seconds of processor time that a process has taken."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def resident(process: int) -> float:
    """Return the megabytes that a process holds."""
    found = re.search(r"VmRSS:\s*(\d+) kB", Path(f"/proc/{process}/status").read_text(encoding="ascii"))
    return int(found[1]) / 1000 if found else float("nan")


@asynccontextmanager
async def running(bot: str, way: str, peer: LoadPeer, data: Path) -> AsyncIterator[int]:
    """Run a bot on its core until it receives; give its process id, and kill it in the end."""
    port = free_port()
    arguments = ["-m", "tests.benchmarks.echo", bot, way, peer.url, str(port)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("JOLIG_")}
    if bot == "jolig":
        arguments = ["-m", "bot", "serve"]
        environment |= {
            "JOLIG_DATA_DIR": str(data),
            "JOLIG_TELEGRAM_TOKEN": TOKEN,
            "JOLIG_TELEGRAM_API_URL": peer.url,
            "JOLIG_TELEGRAM_MESSAGES_PER_SECOND": "100000",
        }
        if way == "webhook":
            address = f"127.0.0.1:{port}"
            environment |= {
                "JOLIG_TELEGRAM_WEBHOOK_URL": f"http://{address}",
                "JOLIG_TELEGRAM_WEBHOOK_LISTEN": address,
            }
    peer.ready.clear()
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, cwd=ROOT, env=environment, stderr=asyncio.subprocess.DEVNULL
    )
    os.sched_setaffinity(process.pid, {BOTS_CORE})
    try:
        async with asyncio.timeout(PATIENCE):
            await peer.ready.wait()
        yield process.pid
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGKILL)
        await process.wait()


class Crowd:
    """People who ask."""

    def __init__(self, peer: LoadPeer, questions: Sequence[str]) -> None:
        self._peer = peer
        self._questions = cycle(questions)
        self._numbers = count()
        self.answered = 0

    async def ask(self) -> float:
        """Ask something in the chat that has been silent for longest; return the seconds until the answer."""
        began = time.perf_counter()
        await self._peer.say(1 + next(self._numbers) % CHATS, next(self._questions))
        self.answered += 1
        return time.perf_counter() - began

    @asynccontextmanager
    async def loop(self) -> AsyncIterator[None]:
        """Keep a number of questions under way; in the end wait until they are answered, as what follows would too."""
        ended = False

        async def keep_asking() -> None:
            while not ended:
                await self.ask()

        tasks = [asyncio.create_task(keep_asking()) for _ in range(LOOP)]
        try:
            yield
        finally:
            ended = True
            _, lost = await asyncio.wait(tasks, timeout=PATIENCE)
            for task in lost:
                task.cancel()

    async def until(self, answered: int) -> None:
        """Wait until so many questions have been answered; raise TimeoutError where that takes unreasonably long."""
        async with asyncio.timeout(PATIENCE + answered / FEWEST):
            while self.answered < answered:  # noqa: ASYNC110 - each answer would wake it
                await asyncio.sleep(0.01)


# --- the measures --------------------------------------------------------------------------------


async def closed_loop(crowd: Crowd, process: int, seconds: float) -> tuple[float, float]:
    """Return the answers a second, and the milliseconds of processor time for each."""
    async with crowd.loop():
        await crowd.until(FEW)
        answered, spent, began = crowd.answered, cpu(process), time.perf_counter()
        await asyncio.sleep(seconds)
        answered, taken = crowd.answered - answered, time.perf_counter() - began
        return answered / taken, 1000 * (cpu(process) - spent) / max(answered, 1)


async def open_loop(crowd: Crowd, rate: int, seconds: float) -> str:
    """Ask at a steady rate, whatever comes back; return the milliseconds until the answers, and how many are lost."""
    tasks: list[asyncio.Task[float]] = []
    began = time.perf_counter()
    for number in range(int(rate * seconds)):
        await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
        tasks.append(asyncio.create_task(crowd.ask()))
    _, lost = await asyncio.wait(tasks, timeout=PATIENCE)
    for task in lost:
        task.cancel()
    cuts = quantiles([1000 * task.result() for task in tasks if task not in lost], n=100)
    return f"p50 {cuts[49]:.1f} ms   p99 {cuts[98]:.1f} ms   lost {len(lost)}"


async def memory(crowd: Crowd, process: int, many: int) -> str:
    """Return the megabytes after a thousand questions and after many."""
    async with crowd.loop():
        await crowd.until(FEW)
        few = resident(process)
        await crowd.until(many)
        return f"{few:.0f} MB after {FEW}, {resident(process):.0f} MB after {many} ({resident(process) / few - 1:+.1%})"


async def kills(questions: Sequence[str], way: str, data: Path, times: int, each: int) -> str:
    """Kill the bot at random moments while it is asked; return how much is unanswered, and answered twice."""
    chance, asked, killed = random.Random(1), 0, 0  # noqa: S311
    async with load_peer() as peer:
        for number in range(1, times + 2):
            wanted = each * min(number, times)
            enough = wanted - chance.randrange(each) if number <= times else wanted
            async with running("jolig", way, peer, data):  # which kills it in the end
                try:
                    async with asyncio.timeout(PATIENCE):
                        while len(peer.answers) < enough:
                            for chat in range(asked + 1, min(wanted, len(peer.answers) + LOOP) + 1):
                                peer.say(asked := chat, questions[chat % len(questions)])
                            await peer.answered()
                except TimeoutError:
                    break
            killed = min(number, times)
        twice = sum(len(texts) - len(set(texts)) for texts in peer.answers.values())
        return f"{killed} kills, {asked} questions: {asked - len(peer.answers)} unanswered, {twice} answered again"


# --- the run -------------------------------------------------------------------------------------


def report(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


async def measure(questions: Sequence[str], data: Path, options: argparse.Namespace) -> None:
    """Measure everything."""
    report(" ".join(f"--{name} {value:g}" for name, value in vars(options).items()))
    report(f"closed loop of {LOOP}, {options.seconds:g} s each")
    report(f"{'':20}{'answers/s':>12}{'CPU ms each':>14}{'/ aiohttp':>12}")
    for way in WAYS:
        floor = float("nan")
        for bot in BOTS:
            async with load_peer() as peer, running(bot, way, peer, data / f"{bot}-{way}") as process:
                rate, spent = await closed_loop(Crowd(peer, questions), process, options.seconds)
            floor = spent if bot == "aiohttp" else floor
            report(f"{bot + ', ' + way:20}{rate:12.0f}{spent:14.2f}{spent / floor:12.1f}")
    for way in WAYS:
        async with load_peer() as peer, running("jolig", way, peer, data / f"open-{way}"):
            crowd = Crowd(peer, questions)
            async with crowd.loop():
                await crowd.until(FEW)
            told = await open_loop(crowd, options.rate, options.open)
            report(f"open loop, {way}, {options.rate}/s for {options.open:.0f} s: {told}")
    async with load_peer() as peer, running("jolig", "polling", peer, data / "memory") as process:
        report(f"memory: {await memory(Crowd(peer, questions), process, options.many)}")
    for way in WAYS:
        report(f"kill -9, {way}: {await kills(questions, way, data / f'kill-{way}', options.kills, options.each)}")


def main() -> None:
    """Fit once, then measure."""
    parser = argparse.ArgumentParser(description="Measure the bot on Telegram under load.")
    parser.add_argument("--seconds", type=float, default=15, help="of each closed loop")
    parser.add_argument("--open", type=float, default=60, help="seconds of the open loop")
    parser.add_argument("--rate", type=int, default=300, help="questions a second of the open loop")
    parser.add_argument("--many", type=int, default=100_000, help="questions after which the memory is looked at again")
    parser.add_argument("--kills", type=int, default=50, help="how often the bot is killed")
    parser.add_argument("--each", type=int, default=200, help="questions between two kills")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="jolig-telegram-") as folder:
        data = Path(folder)
        responder = Responder(*cache.load(ROOT / "knowledge", ROOT / "seeds", data / "cache"))
        asked = evaluation.read(ROOT / "knowledge", responder.knowledge)
        questions = [dialogue.turns[0].case.question for dialogue in asked.dialogues]
        random.Random(1).shuffle(questions)  # noqa: S311
        for name in (
            "jolig-polling",
            "jolig-webhook",
            "open-polling",
            "open-webhook",
            "memory",
            "kill-polling",
            "kill-webhook",
        ):
            shutil.copytree(data / "cache", data / name / "cache")
        os.sched_setaffinity(0, {OWN_CORE})
        asyncio.run(measure(questions, data, options))


if __name__ == "__main__":
    main()
