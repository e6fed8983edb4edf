"""The bot on a real homeserver, beside people with strict clients.

async with people(synapse) as on_matrix, world(synapse, tmp_path) as bot:
    anna = await on_matrix.person("anna")
    room = await bot.talk(anna, encrypted=True)
    await anna.say(room, "Who?")
    reply = await anna.next(room, sender=bot.id)
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, cast

from bot.channels.matrix import Account, Admission, serve
from bot.channels.matrix.timing import Timing
from bot.health import Health
from bot.inbox import Inbox, Limits
from bot.service import Service
from bot.storage import Storage
from tests.channels.telegram_fakes import NOW, FakeResponder
from tests.peers.synapse import PASSWORD, PATIENCE, Person, Synapse

if TYPE_CHECKING:
    from bot.core.responder import Responder

TIMING = Timing(poll=1, retry=(0.05,), typing=60, key_review=0.1, key_asked=timedelta(seconds=0.5))
ADMISSION = Admission((), 500)
LIMITS = Limits(retry=(0.1,) * 100)


class WatchedHealth(Health):
    """Health that can be waited on."""

    def __init__(self) -> None:
        super().__init__()
        self._changed = asyncio.Event()

    def set(self, component: str, problem: str | None) -> None:
        """Report, and wake who waits."""
        super().set(component, problem)
        self._changed.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until something is so after a report."""
        async with asyncio.timeout(PATIENCE):
            while not condition():
                self._changed.clear()
                await self._changed.wait()


@dataclass(slots=True)
class Bot:
    """A bot with a data folder of its own, which is started and stopped."""

    homeserver: str
    id: str
    folder: Path
    responder: FakeResponder = field(default_factory=FakeResponder)
    health: WatchedHealth = field(default_factory=WatchedHealth)
    password: str | None = PASSWORD
    token: str | None = None
    admission: Admission = ADMISSION
    timing: Timing = TIMING

    @asynccontextmanager
    async def running(self) -> AsyncIterator[asyncio.Task[None]]:
        """Serve; stop in the end, and raise what it ended with."""
        stop = asyncio.Event()
        self.health.expect("matrix")
        async with Storage.open(self.folder / "jolig.sqlite3") as store:
            task = asyncio.create_task(self._serve(store, stop))
            try:
                yield task
            finally:
                stop.set()
                await task

    async def _serve(self, store: Storage, stop: asyncio.Event) -> None:
        account = Account(
            homeserver=self.homeserver,
            user=self.id,
            password=self.password,
            token=self.token,
            folder=self.folder / "matrix",
        )
        await serve(
            Service(cast("Responder", self.responder), store, now=lambda: NOW),
            inbox=Inbox(store, now=lambda: NOW, limits=LIMITS),
            positions=store,
            account=account,
            admission=self.admission,
            pictures=self.folder / "pictures",
            health=self.health,
            now=lambda: datetime.now(UTC),
            stop=stop,
            timing=self.timing,
        )

    async def connected(self) -> None:
        """Wait until it has begun to receive."""
        await self.health.until(lambda: not self.health.waiting)

    async def talk(self, person: Person, *, encrypted: bool, **options: object) -> str:
        """Let a person open a direct room with the bot; return it once the bot has greeted."""
        room = await person.create(invite=[self.id], encrypted=encrypted, direct=True, **options)
        await person.next(room, sender=self.id)
        return room

    async def group(self, *people: Person, encrypted: bool) -> str:
        """Let people open a room with the bot; return it once all are there and the bot has greeted."""
        first, *others = people
        room = await first.create(invite=[self.id, *(other.id for other in others)], encrypted=encrypted)
        for other in others:
            await other.do("join", room=room)
        for person in people:
            await person.next(room, sender=self.id)
        return room


async def new_bot(synapse: Synapse, folder: Path, **options: object) -> Bot:
    """Return a bot with an account of its own, not running yet."""
    return Bot(synapse.url, await synapse.register(synapse.unused("jolig")), folder, **options)  # type: ignore[arg-type]


@asynccontextmanager
async def world(synapse: Synapse, folder: Path, **options: object) -> AsyncIterator[Bot]:
    """Run a bot with an account of its own."""
    bot = await new_bot(synapse, folder, **options)
    async with bot.running():
        yield bot
