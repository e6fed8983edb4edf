"""Runs the bot against the Bot API peer, and talks to it as one person.

async with telegram_peer() as peer, serving(peer, service):
    anna = Dialogue(peer, peer.person("Anna", "hy"))
    reply = await anna.ask("Who?")
    reply = await anna.click(reply, "And when?")
"""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bot.channels.telegram import serve
from bot.channels.telegram.pace import Rate
from bot.channels.telegram.receiving import WebhookAddress
from bot.channels.telegram.timing import Timing
from bot.health import Health
from bot.inbox import Inbox
from bot.service import Service
from tests.peers.bot_api import BotApiPeer, Message, Person

NOWHERE = Path(os.devnull) / "pictures"
"""A folder in which no picture can be kept."""


@dataclass(frozen=True, slots=True)
class Sleeps:
    """Stands in for sleeping: takes no time, and remembers for how long it was asked."""

    asked: list[float] = field(default_factory=list)

    async def __call__(self, seconds: float) -> None:
        """Give others a turn."""
        self.asked.append(seconds)
        await asyncio.sleep(0)


def quick(**changes: object) -> Timing:
    """Return durations that a test can afford."""
    short: dict[str, object] = {
        "recovery": (0.0,),
        "poll_pause": 0.001,
        "watch": 600.0,
        "private": Rate(1000, 1),
        "sleep": Sleeps(),
    }
    return Timing(**{**short, **changes})  # type: ignore[arg-type]  # the names are checked by the call


@dataclass(frozen=True, slots=True)
class Bot:
    """What a bot is made of."""

    service: Service
    inbox: Inbox
    health: Health = field(default_factory=Health)
    webhook: WebhookAddress | None = None
    pictures: Path = NOWHERE


def start(peer: BotApiPeer, bot: Bot, stop: asyncio.Event, timing: Timing) -> asyncio.Task[None]:
    """Start serving on a peer."""
    task = asyncio.create_task(
        serve(
            bot.service,
            bot.inbox,
            token=peer.token,
            api_url=peer.url,
            test_environment=peer.test_environment,
            pictures=bot.pictures,
            stop=stop,
            health=bot.health,
            webhook=bot.webhook,
            timing=timing,
        )
    )
    task.add_done_callback(lambda _: peer.changed())
    return task


@asynccontextmanager
async def serving(peer: BotApiPeer, bot: Bot, *, timing: Timing | None = None) -> AsyncIterator[asyncio.Task[None]]:
    """Let the bot receive from the peer; stop it at the end, and raise what it ended with."""
    stop = asyncio.Event()
    task = start(peer, bot, stop, timing or quick())
    try:
        await peer.wait_for(lambda: peer.polls or peer.webhook or task.done())
        yield task
    finally:
        stop.set()
        await task


class Dialogue:
    """What one person and the bot say to each other in private."""

    def __init__(self, peer: BotApiPeer, person: Person) -> None:
        self.peer = peer
        self.person = person
        self.chat = person.chat

    async def ask(self, text: str) -> Message:
        """Write a message; return the first message of the answer."""
        await self.peer.say(self.chat, self.person, text)
        return await self.next()

    async def click(self, message: Message, button: str) -> Message:
        """Click a button; return the first message of the answer."""
        await self.peer.answered(await self.peer.click(self.person, message, button))
        return await self.next()

    async def next(self) -> Message:
        """Return the bot's next message."""
        return await self.peer.next_message(self.chat)
