"""Matrix, measured on a real homeserver with a strict client: a flood, kills at random moments, and the round trip.

`make benchmark-matrix`, or `python -m tests.benchmarks.matrix [QUESTIONS [KILLS [TURNS]]]`; everything runs on this
machine, so read the ratios.
"""

import asyncio
import random
import signal
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import structlog
from nio import AsyncClient, RoomMessageText

from tests.channels.matrix_world import Bot, new_bot
from tests.channels.test_matrix_lossless import answers, process
from tests.peers.synapse import PASSWORD, People, Person, Synapse, people

PATIENCE = 600.0
"""Seconds to wait for the answers to a flood."""


def tell(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def until(condition: Callable[[], bool]) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - a few looks a second take nothing from what is measured
            await asyncio.sleep(0.2)


def verdict(asked: list[str], found: list[str]) -> str:
    """Return how many questions were answered, and how."""
    counted = Counter(found)
    twice = sum(count - 1 for count in counted.values())
    order = "in order" if [f"[en] {text}" for text in asked] == found else "NOT IN ORDER"
    return f"{len(asked)} asked, {len(counted)} answered, {len(asked) - len(counted)} lost, {twice} twice, {order}"


async def flood(on_matrix: People, bot: Bot, count: int) -> None:
    """Ask many questions at once in one encrypted room."""
    anna = await on_matrix.person("anna")
    async with bot.running():
        room = await bot.talk(anna, encrypted=True)
        began = time.perf_counter()
        async with asyncio.TaskGroup() as sending:
            for number in range(count):
                sending.create_task(anna.say(room, f"question {number}"))
        sent = time.perf_counter() - began
        await until(lambda: len(answers(anna, room, bot)) >= count)
        took = time.perf_counter() - began
    asked = [event.body for event in anna.heard if event.sender == anna.id and event.body.startswith("question")]
    tell(f"flood: {verdict(asked, answers(anna, room, bot))}; sent in {sent:.1f} s, answered after {took:.1f} s")


async def kill(on_matrix: People, bot: Bot, count: int) -> None:
    """Kill the process at random moments while questions come in."""
    anna, chance, asked = await on_matrix.person("anna"), random.Random(7), list[str]()  # noqa: S311
    async with bot.running():
        room = await bot.talk(anna, encrypted=True)
    for _ in range(count):
        async with process(bot) as running:
            assert running.stdout
            while b"matrix_started" not in await running.stdout.readline():
                pass
            for _ in range(5):
                asked.append(f"question {len(asked)}")
                await anna.say(room, asked[-1])
            await asyncio.sleep(chance.random())
            running.send_signal(signal.SIGKILL)
    async with bot.running():
        await until(lambda: len(answers(anna, room, bot)) >= len(asked))
        await anna.say(room, "the last")
        await until(lambda: any(event.body.startswith("[en] the last") for event in anna.heard))
    tell(f"kill -9 at {count} moments: {verdict(asked, answers(anna, room, bot))}")


@asynccontextmanager
async def echo(synapse: Synapse) -> AsyncIterator[str]:
    """Run a bare nio bot that repeats what it reads, and joins where it is invited."""
    user = await synapse.register(synapse.unused("echo"))
    client = AsyncClient(synapse.url, user)
    await client.login(PASSWORD)

    async def repeat(room: Any, event: Any) -> None:
        if event.sender != user:
            await client.room_send(room.room_id, "m.room.message", {"msgtype": "m.notice", "body": event.body})

    async def accept(response: Any) -> None:
        for room in getattr(getattr(response, "rooms", None), "invite", {}):
            await client.join(room)

    client.add_event_callback(repeat, RoomMessageText)
    client.add_response_callback(accept)
    syncing = asyncio.create_task(client.sync_forever(timeout=30_000))
    try:
        yield user
    finally:
        syncing.cancel()
        await asyncio.wait({syncing})
        await client.close()


async def round_trips(anna: Person, rooms: dict[str, tuple[str, str]], turns: int) -> dict[str, list[float]]:
    """Return how long each bot took to answer, in seconds; they take turns."""
    took: dict[str, list[float]] = {name: [] for name in rooms}
    for turn in range(turns):
        for name, (room, bot) in rooms.items():
            began = time.perf_counter()
            await anna.say(room, f"turn {turn}")
            await anna.next(room, sender=bot)
            took[name].append(time.perf_counter() - began)
    return took


async def compare(on_matrix: People, synapse: Synapse, bot: Bot, turns: int) -> None:
    """Measure the round trip beside the bare bot's."""
    anna = await on_matrix.person("anna")
    async with bot.running(), echo(synapse) as repeater:
        bare = await anna.create(invite=[repeater], encrypted=False)
        await anna.hears(lambda event: (event.room, event.sender, event.type) == (bare, repeater, "m.room.member"))
        rooms = {
            "bare nio bot, plain": (bare, repeater),
            "this bot, plain": (await bot.talk(anna, encrypted=False), bot.id),
            "this bot, encrypted": (await bot.talk(anna, encrypted=True), bot.id),
        }
        took = await round_trips(anna, rooms, turns)
    floor = statistics.median(took["bare nio bot, plain"])
    for name, seconds in took.items():
        p50, p95 = statistics.median(seconds), statistics.quantiles(seconds, n=20)[-1]
        share = f"{p50 / floor:.2f} of the bare"
        tell(f"round trip, {name:20}: p50 {p50 * 1000:6.1f} ms, p95 {p95 * 1000:6.1f} ms, {share}")


async def main(questions: int = 200, kills: int = 20, turns: int = 50) -> None:
    """Measure everything."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    with tempfile.TemporaryDirectory() as folder:
        places = [Path(folder, name) for name in ("synapse", "flood", "kill", "compare")]
        for place in places:
            place.mkdir()
        with Synapse(places[0]) as synapse:
            async with people(synapse) as on_matrix:
                on_matrix.patience = PATIENCE
                await compare(on_matrix, synapse, await new_bot(synapse, places[3]), turns)
                await flood(on_matrix, await new_bot(synapse, places[1]), questions)
                await kill(on_matrix, await new_bot(synapse, places[2]), kills)


if __name__ == "__main__":
    asyncio.run(main(*map(int, sys.argv[1:])))
