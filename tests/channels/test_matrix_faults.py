"""What goes wrong between the bot and the homeserver: sessions that end, limits, requests that fail."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio
from nio import AsyncClient, AsyncClientConfig
from nio.store import SqliteStore

from bot.errors import TokenError
from tests.channels.matrix_world import TIMING, Bot, new_bot
from tests.channels.test_matrix_session import session
from tests.peers.matrix_proxy import SEND, SYNC, WHO, Proxy, proxy
from tests.peers.synapse import PASSWORD, PATIENCE, Person, Synapse

pytestmark = pytest.mark.asyncio(loop_scope="module")
LOGGED_OUT = {"errcode": "M_UNKNOWN_TOKEN", "error": "Access token has expired", "soft_logout": True}
KEYS_QUERY = "POST /_matrix/client/v3/keys/query"
JOIN = r"POST .*/join/"
TOO_MANY = {"errcode": "M_LIMIT_EXCEEDED", "error": "Too Many Requests", "retry_after_ms": 20}


@pytest_asyncio.fixture(loop_scope="module")
async def between(synapse: Synapse) -> AsyncIterator[Proxy]:
    """Run a proxy before the homeserver."""
    async with proxy(synapse) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def bot(synapse: Synapse, between: Proxy, tmp_path: Path) -> Bot:
    """Return a bot behind the proxy, not running yet."""
    return replace(await new_bot(synapse, tmp_path), homeserver=between.url)


def answers(person: Person, room: str, bot: Bot) -> list[str]:
    """Return the first line of each message of the bot."""
    return [
        event.body.split("\n")[0]
        for event in person.heard
        if (event.room, event.sender, event.type) == (room, bot.id, "m.room.message")
    ]


async def another_device(synapse: Synapse, person: Person, folder: Path) -> None:
    """Let somebody sign in elsewhere too."""
    configuration = AsyncClientConfig(store=SqliteStore, encryption_enabled=True)
    client = AsyncClient(synapse.url, person.id, store_path=str(folder), config=configuration)
    await client.login(PASSWORD)
    await client.keys_upload()
    await client.close()
    client.store.database.close()


async def test_a_session_that_expires_is_renewed(
    synapse: Synapse, bot: Bot, between: Proxy, anna: Person, tmp_path: Path
) -> None:
    """With the same device and its keys: encrypted rooms go on, and devices that come later are seen."""
    async with bot.running():
        room = await bot.talk(anna, encrypted=True)
        first = session(bot)
        between.answer(SYNC, status=401, body=LOGGED_OUT)
        await anna.say(room, "Where?")
        reply = await anna.next(room, sender=bot.id)
        between.seen.clear()
        await another_device(synapse, anna, tmp_path)
        await anna.say(room, "Who?")
        await anna.next(room, sender=bot.id)
    assert (reply.body.split("\n")[0], reply.encrypted, reply.warning) == ("[en] Where?", True, None)
    assert session(bot)["device"] == first["device"]
    assert session(bot)["token"] != first["token"]
    assert KEYS_QUERY in between.seen


async def test_a_session_that_expires_ends_the_channel_without_the_password(bot: Bot, between: Proxy) -> None:
    """Nobody else can renew it."""
    async with bot.running():
        await bot.connected()
    bot.password = None
    with pytest.raises(TokenError, match="JOLIG_MATRIX_PASSWORD"):
        await expire(bot, between)


async def test_a_password_that_was_changed_renews_no_session(bot: Bot, between: Proxy) -> None:
    """Who runs the bot is told."""
    async with bot.running():
        await bot.connected()
    bot.password = "wrong"
    with pytest.raises(TokenError, match=f"does not let {bot.id} log in"):
        await expire(bot, between)


async def expire(bot: Bot, between: Proxy) -> None:
    """Let the session expire while the bot runs, and wait for its end."""
    async with bot.running() as task:
        await bot.connected()
        between.answer(SYNC, status=401, body=LOGGED_OUT)
        await asyncio.wait({task}, timeout=PATIENCE)


async def test_a_session_that_expired_is_renewed_at_the_start(bot: Bot, between: Proxy) -> None:
    """A soft logout leaves the device and its keys."""
    async with bot.running():
        await bot.connected()
    first = session(bot)
    between.answer(WHO, status=401, body=LOGGED_OUT)
    async with bot.running():
        await bot.connected()
    assert session(bot)["device"] == first["device"]
    assert session(bot)["token"] != first["token"]


@pytest.mark.parametrize("times", [1, 4], ids=["once", "longer"])
async def test_a_limit_is_kept_to(bot: Bot, between: Proxy, anna: Person, *, times: int) -> None:
    """What the homeserver does not take now is sent when it says, or later; once."""
    async with bot.running():
        room = await bot.talk(anna, encrypted=False)
        between.answer(SEND, status=429, body=TOO_MANY, times=times)
        await anna.say(room, "Where?")
        await anna.next(room, sender=bot.id)
        await anna.say(room, "Who?")
        await anna.next(room, sender=bot.id)
    assert answers(anna, room, bot)[1:] == ["[en] Where?", "[en] Who?"]


async def test_a_limit_of_joins_is_kept_to(bot: Bot, between: Proxy, anna: Person) -> None:
    """Nobody who invites the bot is turned down for it."""
    async with bot.running():
        between.answer(JOIN, status=429, body=TOO_MANY, times=8)
        await bot.talk(anna, encrypted=False)
    assert sum(bool(re.match(JOIN, line)) for line in between.seen) == 9


@pytest.mark.parametrize(
    ("status", "body"),
    [
        *((status, {}) for status in (400, 403, 404, 502)),
        (403, {"errcode": "M_RESOURCE_LIMIT_EXCEEDED", "error": "full"}),
    ],
)
async def test_what_stands_in_for_the_homeserver_refuses_nothing(
    bot: Bot, between: Proxy, anna: Person, status: int, body: dict[str, str]
) -> None:
    """A question is answered once the homeserver is back."""
    async with bot.running():
        room = await bot.talk(anna, encrypted=False)
        for request in (SEND, SYNC):
            between.answer(request, status=status, body=body, times=3)
        await anna.say(room, "Where?")
        await anna.next(room, sender=bot.id)
    assert answers(anna, room, bot)[1:] == ["[en] Where?"]


async def test_an_answer_that_is_not_sent_at_first_is_the_same_afterwards(
    bot: Bot, between: Proxy, anna: Person
) -> None:
    """The conversation goes on from what was answered, not from what was tried."""
    async with bot.running():
        room = await bot.talk(anna, encrypted=False)
        await anna.say(room, "Where?")
        await anna.next(room, sender=bot.id)
        between.answer(SEND, status=503, body={"errcode": "M_UNKNOWN", "error": "busy"}, times=5)
        await anna.say(room, "state")
        reply = await anna.next(room, sender=bot.id)
    assert reply.body.startswith("before: Where?")


async def test_an_answer_that_takes_long_is_shown_as_being_typed(bot: Bot, between: Proxy, anna: Person) -> None:
    """Until it is there."""
    bot.timing = replace(TIMING, typing=0)

    def typing(*, now: bool) -> Callable[[], bool]:
        shown = {"room": room, "user": bot.id, "typing": now}
        return lambda: bool(anna.signs) and shown in [sign.get("typing") for sign in anna.signs]

    async with bot.running():
        room = await bot.talk(anna, encrypted=False)
        with between.held(SEND):
            await anna.say(room, "Where?")
            await anna.until(typing(now=True))
        await anna.next(room, sender=bot.id)
        await anna.until(typing(now=False))
