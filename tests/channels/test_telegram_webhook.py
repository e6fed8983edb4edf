"""The webhook: what Telegram sends is confirmed once it is kept, and from nobody else anything is taken."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from typing import TYPE_CHECKING, cast

import aiohttp
import pytest
from structlog.testing import capture_logs

from bot.channels.telegram import WebhookAddress
from bot.channels.telegram.receiving import WAITING
from bot.errors import ChannelError, TokenError
from bot.service import Service
from tests.channels.telegram_fakes import NOW, FakeResponder, MemoryStore, World, bot_of
from tests.peers.bot_api import bad_gateway, telegram_peer
from tests.peers.serving import Sleeps, quick, serving, start

if TYPE_CHECKING:
    from bot.core.responder import Responder


def address() -> WebhookAddress:
    """Return an address where nobody listens yet."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return WebhookAddress(f"http://127.0.0.1:{port}/hook", "127.0.0.1", port, "a-secret")


@asynccontextmanager
async def world(store: MemoryStore | None = None, **durations: object) -> AsyncIterator[World]:
    """Run a bot that is sent to."""
    responder, store = FakeResponder(), store or MemoryStore()
    bot = bot_of(responder, store, address())
    async with telegram_peer() as peer, serving(peer, bot, timing=quick(**durations)) as task:
        yield World(peer, responder, store, bot.health, Sleeps(), task)


async def test_what_is_sent_is_answered() -> None:
    """Each update once, also where Telegram sends it twice."""
    async with world() as running:
        peer, anna = running.peer, running.dialogue()
        await peer.say(anna.chat, anna.person, "Who?")
        body = json.dumps(peer.updates[0]).encode()
        assert await peer.deliver() == [200]
        assert (await anna.next()).text.startswith("[en] Who?")
        assert await peer.deliver(body=body) == [200]
        await peer.say(anna.chat, anna.person, "next")
        await peer.deliver()
        assert (await anna.next()).text.startswith("[en] next")
    assert len(running.responder.questions) == 2


async def test_what_is_sent_together_is_all_answered() -> None:
    """Many chats at the same time."""
    async with world() as running:
        dialogues = [running.dialogue(f"Person {number}") for number in range(100)]
        for dialogue in dialogues:
            await running.peer.say(dialogue.chat, dialogue.person, "Who?")
        await running.peer.deliver()
        for dialogue in dialogues:
            await dialogue.next()
    assert len(running.store.closed) == 100


class Busy(Service):
    """A service that has questions to understand before it is told that it has none."""

    def __init__(self) -> None:
        super().__init__(cast("Responder", FakeResponder()), MemoryStore(), now=lambda: NOW)
        self.waited, self.go = asyncio.Event(), asyncio.Event()

    async def turn(self) -> None:
        """Wait until it is told so."""
        self.waited.set()
        await self.go.wait()


async def test_what_is_sent_waits_until_what_was_sent_before_is_understood() -> None:
    """So that many updates are kept in one transaction where there are many; Telegram is told of none before."""
    store, busy = MemoryStore(), Busy()
    bot = replace(bot_of(FakeResponder(), store, address()), service=busy)
    async with telegram_peer() as peer, serving(peer, bot):
        anna = peer.person("Anna")
        await peer.say(anna.chat, anna, "Who?")
        delivery = asyncio.create_task(peer.deliver())
        await busy.waited.wait()
        assert (store.events, delivery.done()) == ([], False)
        busy.go.set()
        assert await delivery == [200]
        assert (await peer.next_message(anna.chat)).text.startswith("[en] Who?")


async def test_telegram_is_told_where_to_send_and_what_to_show() -> None:
    """And which kinds of updates are wanted."""
    async with world() as running:
        told = running.peer.webhook
    assert told
    assert told["secret_token"] == "a-secret"
    assert "message" in told["allowed_updates"]


@pytest.mark.parametrize("secret", ["", "another", "a-secre", "a-secrets", "\xff"])
async def test_who_does_not_show_the_secret_is_refused(secret: str) -> None:
    """Nothing is taken from them."""
    update = {"update_id": 1, "message": {"chat": {"id": 1}}}
    async with world() as running:
        assert await running.peer.deliver(secret=secret or " ", body=json.dumps(update).encode()) == [403]
        assert running.store.events == []


@pytest.mark.parametrize(
    ("method", "place", "status"),
    [("GET", "", 405), ("PUT", "", 405), ("POST", "/more", 404), ("POST", "/../", 404), ("GET", "/more", 404)],
)
async def test_only_posts_to_the_one_address_are_taken(method: str, place: str, status: int) -> None:
    """Also from who knows the secret."""
    update = {"update_id": 1, "message": {"chat": {"id": 1}}}
    async with world() as running, aiohttp.ClientSession() as session:
        told = running.peer.webhook
        assert told
        headers = {"X-Telegram-Bot-Api-Secret-Token": told["secret_token"]}
        async with session.request(method, told["url"] + place, json=update, headers=headers) as response:
            assert response.status == status
        assert running.store.events == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b"null", 400),
        (b"{}", 400),
        (b'{"update_id": "1"}', 400),
        (b"\xff\xfe", 400),
        (b"[" * 100_000, 400),
        (b" " * (1 << 20) + b"{}", 413),
    ],
    ids=["nothing", "half", "list", "null", "no number", "text", "no UTF-8", "deep", "large"],
)
async def test_what_is_no_update_is_refused(body: bytes, status: int) -> None:
    """The bot goes on."""
    async with world() as running:
        assert await running.peer.deliver(body=body) == [status]
        assert running.store.events == []
        anna = running.dialogue()
        await running.peer.say(anna.chat, anna.person, "Who?")
        await running.peer.deliver()
        await anna.next()


async def test_an_update_that_cannot_be_kept_is_not_confirmed() -> None:
    """Telegram sends it again until it is."""
    async with world() as running:
        anna = running.dialogue()
        running.store.broken = True
        await running.peer.say(anna.chat, anna.person, "Who?")
        with capture_logs() as logs:
            delivery = asyncio.create_task(running.peer.deliver())
            await running.peer.wait_for(lambda: running.peer.refused)
            running.store.broken = False
            statuses = await delivery
        assert (set(statuses[:-1]), statuses[-1]) == ({503}, 200)
        assert (await anna.next()).text.startswith("[en] Who?")
    assert "telegram_not_received" in {entry["event"] for entry in logs}


class SlowStore(MemoryStore):
    """A store that keeps nothing before it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.go = asyncio.Event()

    async def receive(self, events):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
        """Keep events, when it may."""
        await self.go.wait()
        await super().receive(events)


async def test_more_than_can_wait_is_asked_to_come_again() -> None:
    """There is a bound in front of the database; nothing above it is lost, as Telegram sends it again."""
    store = SlowStore()
    async with world(store) as running:
        dialogues = [running.dialogue(f"Person {number}") for number in range(WAITING + 50)]
        for dialogue in dialogues:
            await running.peer.say(dialogue.chat, dialogue.person, "Who?")
        delivery = asyncio.create_task(running.peer.deliver())
        await running.peer.wait_for(lambda: running.peer.refused)
        store.go.set()
        statuses = await delivery
        assert (statuses.count(200), set(statuses)) == (len(dialogues), {200, 503})
        for dialogue in dialogues:
            await dialogue.next()


async def test_a_webhook_that_is_taken_is_set_again() -> None:
    """Another process polls with the same token: the log and the health say so."""
    async with world(watch=0.01) as running, aiohttp.ClientSession() as session:
        peer = running.peer
        with capture_logs() as logs:
            await session.post(f"{peer.url}/bot{peer.token}/deleteWebhook")
            await peer.wait_for(lambda: len(peer.called("setWebhook")) == 2)
        assert peer.webhook
        await peer.wait_for(lambda: not running.health.problems)
    assert "telegram_conflict" in {entry["event"] for entry in logs}


async def test_a_webhook_that_telegram_cannot_reach_is_told() -> None:
    """What Telegram says of it is in the log and in the health."""
    async with world(watch=0.01) as running:
        anna = running.dialogue()
        await running.peer.say(anna.chat, anna.person, "Who?")
        running.peer.refused = "Connection refused"
        with capture_logs() as logs:
            await running.peer.wait_for(lambda: running.health.problems)
            assert "Connection refused" in running.health.problems["telegram"]
            await running.peer.deliver()
            await running.peer.wait_for(lambda: not running.health.problems)
    assert "telegram_webhook_failing" in {entry["event"] for entry in logs}


async def test_a_platform_that_is_out_of_reach_for_a_while_is_looked_at_again() -> None:
    """What it sends meanwhile is answered."""
    async with world(watch=0.01) as running:
        looked = len(running.peer.called("getWebhookInfo"))
        running.peer.fail("getWebhookInfo", bad_gateway(), bad_gateway())
        await running.peer.wait_for(lambda: len(running.peer.called("getWebhookInfo")) > looked + 3)
        assert running.health.problems == {}


async def test_a_token_that_is_revoked_ends_it() -> None:
    """Although nothing is asked for, the bot notices."""
    async with telegram_peer() as peer:
        bot = bot_of(FakeResponder(), MemoryStore(), address())
        task = start(peer, bot, asyncio.Event(), quick(watch=0.01))
        await peer.wait_for(lambda: peer.webhook)
        peer.revoke()
        with pytest.raises(TokenError, match="any more"):
            await task


async def test_an_address_that_is_in_use_ends_it() -> None:
    """In one line that names it."""
    taken = address()
    with closing(socket.create_server((taken.host, taken.port))):
        async with telegram_peer() as peer:
            bot = bot_of(FakeResponder(), MemoryStore(), taken)
            with pytest.raises(ChannelError, match=f"cannot listen at 127.0.0.1:{taken.port}: "):
                await start(peer, bot, asyncio.Event(), quick())


async def test_polling_takes_the_webhook_away() -> None:
    """Telegram allows one way at a time; nothing that waits is dropped."""
    store = MemoryStore()
    async with telegram_peer() as peer:
        async with serving(peer, bot_of(FakeResponder(), store, address())):
            anna = peer.person("Anna")
            await peer.say(anna.chat, anna, "Who?")
        assert peer.webhook
        async with serving(peer, replace(bot_of(FakeResponder(), store), webhook=None)):
            assert (await peer.next_message(anna.chat)).text.startswith("[en] Who?")
        assert peer.webhook is None
