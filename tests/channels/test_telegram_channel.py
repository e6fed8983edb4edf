"""The life of the channel: start, watch and stop, over HTTP."""

import asyncio
import logging
from dataclasses import replace
from traceback import format_exception
from typing import TYPE_CHECKING, cast

import pytest
from structlog.testing import capture_logs

from bot.channels.telegram import serve
from bot.core.composer import Command
from bot.core.models import Entity, Intent, Outcome
from bot.errors import ChannelError, TokenError
from bot.inbox import Inbox, Limits
from tests.channels.telegram_fakes import KNOWLEDGE, NOW, FakeResponder, MemoryStore, bot_of, world
from tests.peers.bot_api import (
    PATIENCE,
    TOKEN,
    BotApiPeer,
    Fault,
    bad_gateway,
    bad_request,
    closing,
    hanging,
    telegram_peer,
)
from tests.peers.serving import NOWHERE, Dialogue, quick, serving, start

if TYPE_CHECKING:
    from bot.core.responder import Responder


class Renamed(FakeResponder):
    """Has another command."""

    def commands(self, language: str) -> tuple[Command, ...]:
        """Return one command."""
        return (Command("news", f"News ({language})"),)


async def run(  # the bot until it ends by itself
    url: str, *, token: str = TOKEN, responder: FakeResponder | None = None, **durations: object
) -> None:
    """Serve until something ends it."""
    bot = bot_of(responder or FakeResponder(), MemoryStore())
    await serve(
        bot.service,
        bot.inbox,
        token=token,
        api_url=url,
        test_environment=False,
        pictures=NOWHERE,
        stop=asyncio.Event(),
        health=bot.health,
        timing=quick(**durations),
    )


# --- start ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("token", ["123456:wrong", "", "nonsense", "123456:peer/token", "123456:peer\ntoken"])
async def test_a_wrong_token_ends_at_once(token: str) -> None:
    """A token that the platform refuses, or that cannot be one, is a TokenError that does not repeat it."""
    async with telegram_peer() as peer:
        with pytest.raises(TokenError) as raised:
            await run(peer.url, token=token)
    assert "peer" not in str(raised.value)
    assert raised.value.__context__ is None
    assert len(peer.calls) == 0


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "ftp://nowhere", "nonsense", "http://[::1"])
async def test_a_platform_that_cannot_be_reached_is_tried_for_ever(url: str) -> None:
    """Each attempt is logged, without the token; the bot says what is wrong, and a stop ends it at once."""
    stop, bot = asyncio.Event(), bot_of(FakeResponder(), MemoryStore())
    peer = BotApiPeer(token=TOKEN, test_environment=False)
    peer.url = url
    with capture_logs() as logs:
        task = start(peer, bot, stop, quick())
        async with asyncio.timeout(PATIENCE):
            while len(logs) < 20:  # noqa: ASYNC110 - there is nothing to wait for but the log
                await asyncio.sleep(0)
        assert "cannot be reached" in bot.health.problems["telegram"]
        stop.set()
        await task
    *attempts, last = [entry["event"] for entry in logs]
    assert (set(attempts), last) == ({"telegram_unreachable"}, "telegram_stopped")
    assert TOKEN not in str(logs)


@pytest.mark.parametrize("method", ["getMe", "deleteWebhook", "setMyCommands"])
async def test_a_platform_that_comes_back_is_reached(method: str) -> None:
    """Failures at the start do not keep the bot from starting."""
    async with telegram_peer() as peer:
        peer.fail(method, *[bad_gateway(), closing()] * 5)
        bot = bot_of(FakeResponder(), MemoryStore())
        async with serving(peer, bot):
            await Dialogue(peer, peer.person("Anna")).ask("Who?")
            assert (bot.health.problems, bot.health.waiting) == ({}, ())


async def test_a_platform_that_does_not_respond_is_not_waited_for_long() -> None:
    """A request that hangs is given up, and made again."""
    async with telegram_peer() as peer:
        peer.fail("getMe", hanging(), hanging(), hanging())
        async with serving(peer, bot_of(FakeResponder(), MemoryStore()), timing=quick(response=0.05)):
            await Dialogue(peer, peer.person("Anna")).ask("Who?")


async def test_a_stop_during_the_start_is_heeded() -> None:
    """Who stops the bot while it waits for the platform does not wait for the next attempt."""
    stop = asyncio.Event()
    async with telegram_peer() as peer:
        peer.fail("getMe", bad_gateway())
        task = start(peer, bot_of(FakeResponder(), MemoryStore()), stop, quick(recovery=(600,)))
        await peer.wait_for(lambda: peer.called("getMe"))
        stop.set()
        async with asyncio.timeout(PATIENCE):
            await task


async def test_the_test_environment_has_its_own_address() -> None:
    """There each method is below `/test`."""
    async with world(test_environment=True) as running:
        assert (await running.dialogue().ask("Who?")).text.startswith("[en] Who?")


async def test_the_menu_is_set_in_each_language() -> None:
    """Everyone sees the commands in their language, or in the default one; descriptions fit."""
    async with world() as running:
        menus = running.peer.commands
    assert {language: menu["start"] for language, menu in menus.items()} == {
        "": "Start (en)",
        "en": "Start (en)",
        "hy": "Start (hy)",
    }
    assert menus["hy"]["members"] == "m" * 256


async def test_the_menu_is_set_anew_when_the_knowledge_is_reloaded() -> None:
    """And the new commands are known in groups."""
    bot = bot_of(FakeResponder(), MemoryStore())
    async with telegram_peer() as peer, serving(peer, bot):
        await peer.wait_for(lambda: "hy" in peer.commands)
        bot.service.take(cast("Responder", Renamed()))
        await peer.wait_for(lambda: "news" in peer.commands["hy"])
        anna = peer.person("Anna")
        group = peer.group("Group")
        await peer.say(group, anna, "/news")
        assert "/news" in (await peer.next_message(group)).text
    assert {tuple(menu) for menu in peer.commands.values()} == {("news",)}


async def test_a_menu_that_cannot_be_set_does_not_keep_the_bot_from_starting() -> None:
    """The refusal is logged; the commands work without a menu."""
    with capture_logs() as logs:
        async with telegram_peer() as peer:
            peer.fail("setMyCommands", bad_request("BOT_COMMAND_INVALID"))
            async with serving(peer, bot_of(FakeResponder(), MemoryStore())):
                await Dialogue(peer, peer.person("Anna")).ask("/start")
    assert "telegram_menu_not_set" in {entry["event"] for entry in logs}


async def test_ids_that_do_not_fit_a_button_are_refused_at_the_start() -> None:
    """Nobody finds out by a click: what is too long for a button's data ends the start."""
    intent = Intent("w" * 40, Outcome.ANSWER, {}, {}, "where", slot="person")
    for entity in (Entity("é" * 11, "person", {}), Entity("é" * 12, "place", {})):
        knowledge = replace(KNOWLEDGE, intents={intent.id: intent}, entities={entity.id: entity})
        async with (
            telegram_peer() as peer,
            serving(peer, bot_of(FakeResponder(knowledge), MemoryStore())),
        ):
            pass
    entity = Entity("é" * 12, "person", {})
    knowledge = replace(KNOWLEDGE, intents={intent.id: intent}, entities={entity.id: entity})
    with pytest.raises(ChannelError, match="too long for a button"):
        await run("http://127.0.0.1:1", responder=FakeResponder(knowledge))


# --- while it runs -------------------------------------------------------------------------------


async def test_a_token_that_is_revoked_ends_it() -> None:
    """The polling alone would not tell; the bot ends in a TokenError that does not name the token."""
    async with telegram_peer() as peer:
        task = start(peer, bot_of(FakeResponder(), MemoryStore()), asyncio.Event(), quick())
        await Dialogue(peer, peer.person("Anna")).ask("Who?")
        peer.revoke()
        with pytest.raises(TokenError, match="any more") as raised:
            await task
    assert peer.token not in "".join(format_exception(raised.value, chain=True))


async def test_a_token_that_cannot_be_checked_just_now_is_kept() -> None:
    """That it is refused once, and the platform then out of reach for a while, says nothing about the token."""
    with capture_logs() as logs:
        async with world() as running:
            running.peer.fail("getMe", bad_gateway(), Fault(500, "?"))
            running.peer.fail("getUpdates", *[Fault(401, "Unauthorized")] * 3)
            await running.dialogue().ask("Who?")
            await running.dialogue().ask("Who?")
            assert len(running.peer.called("getMe")) == 1 + 3
    assert "telegram_unreachable" in {entry["event"] for entry in logs}


async def test_the_token_is_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    """Neither the channel nor a library writes it, whatever goes wrong and however much is logged."""
    caplog.set_level(logging.DEBUG)
    with capture_logs() as logs:
        async with world() as running:
            for method in ("getUpdates", "sendMessage", "answerCallbackQuery"):
                running.peer.fail(method, Fault(401, "Unauthorized"), closing(), bad_gateway())
            anna = running.dialogue()
            for text in ("refused", "crash", "answered"):
                await running.peer.say(anna.chat, anna.person, text)
            await running.peer.wait_for_message(anna.chat, "answered")
            running.peer.revoke()
    written = caplog.text + str(logs)
    assert "telegram_polling_failed" in written
    assert TOKEN.partition(":")[2] not in written


# --- stop ----------------------------------------------------------------------------------------


async def test_what_has_been_received_is_answered_before_the_end() -> None:
    """A stop while answers are under way waits for them."""
    stop, store = asyncio.Event(), MemoryStore()
    async with telegram_peer() as peer:
        task = start(peer, bot_of(FakeResponder(), store), stop, quick())
        anna = Dialogue(peer, peer.person("Anna"))
        peer.hold(anna.chat)
        for text in ("one", "two"):
            await peer.say(anna.chat, anna.person, text)
        await peer.wait_for(lambda: peer.called("sendMessage") and len(store.events) == 2)
        stop.set()
        peer.release(anna.chat)
        await task
    assert [message.text.partition("\n")[0] for message in peer.sent(anna.chat)] == ["[en] one", "[en] two"]
    assert store.closed == {1: None, 2: None}


async def test_an_answer_that_takes_too_long_does_not_keep_it_from_ending() -> None:
    """After a while the bot ends, and the log says that it did not finish; the next start answers."""
    stop, store = asyncio.Event(), MemoryStore()
    bot = replace(bot_of(FakeResponder(), store), inbox=Inbox(store, now=lambda: NOW, limits=Limits(drain=0.05)))
    async with telegram_peer() as peer:
        anna = Dialogue(peer, peer.person("Anna"))
        with capture_logs() as logs:
            task = start(peer, bot, stop, quick(retry=()))
            peer.hold(anna.chat)
            await peer.say(anna.chat, anna.person, "one")
            await peer.wait_for(lambda: peer.called("sendMessage"))
            stop.set()
            await task
        assert "inbox_drain_timed_out" in {entry["event"] for entry in logs}
        peer.release(anna.chat)
        async with serving(peer, bot_of(FakeResponder(), store)):
            assert (await anna.next()).text.startswith("[en] one")


async def test_what_comes_after_the_stop_is_left_for_the_next_start() -> None:
    """Nothing that was written meanwhile is lost: the next start answers it."""
    responder, store = FakeResponder(), MemoryStore()
    async with telegram_peer() as peer:
        async with serving(peer, bot_of(responder, store)):
            pass
        anna = Dialogue(peer, peer.person("Anna"))
        await peer.say(anna.chat, anna.person, "meanwhile")
        async with serving(peer, bot_of(responder, store)):
            assert (await anna.next()).text.startswith("[en] meanwhile")
    assert len(responder.questions) == 1
