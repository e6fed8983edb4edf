"""The life of the channel: reach the platform, receive, answer, stop in order."""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import structlog
from telegram import Bot, BotCommand
from telegram.constants import BotCommandLimit
from telegram.error import InvalidToken, TelegramError

from bot.channels.pictures import Gallery
from bot.channels.telegram.answering import Answering
from bot.channels.telegram.keyboard import check_choices
from bot.channels.telegram.receiving import Polling, Webhook, WebhookAddress
from bot.channels.telegram.sending import Sender
from bot.channels.telegram.timing import Timing, elapsed
from bot.channels.telegram.transport import Transport
from bot.channels.telegram.updates import CHANNEL, Reader
from bot.core.responder import Responder
from bot.errors import JoligError, TokenError
from bot.health import Health
from bot.inbox import Inbox
from bot.service import Service

CONNECTIONS = 64
"""Connections to the platform."""
_TOKEN = re.compile(r"\d+:[\w-]+", re.ASCII)
log = structlog.get_logger()


async def serve(
    service: Service,
    inbox: Inbox,
    *,
    token: str,
    api_url: str,
    test_environment: bool,
    pictures: Path,
    stop: asyncio.Event,
    health: Health,
    webhook: WebhookAddress | None = None,
    timing: Timing | None = None,
) -> None:
    """Answer on Telegram until `stop` is set; what has been received by then is answered still, for a time.

    Updates come by polling, or to a webhook if one is given. Pictures are kept in the folder `pictures`.

    Raises TokenError for a token that is wrong or gets
    revoked, ChannelError where the knowledge does not fit the platform or the webhook's address cannot be used. A
    platform that cannot be reached is tried until it can.
    """
    timing = timing or Timing()
    logging.getLogger("telegram").setLevel(logging.CRITICAL)  # the channel says itself what goes wrong, without tokens
    check_choices(service.responder.knowledge)
    if not _TOKEN.fullmatch(token):
        raise TokenError("the Telegram token does not look like one (123456:letters-and-digits)")
    report = partial(health.set, CHANNEL)
    polling = Transport(connections=1, response=timing.response)
    environment = "/test" if test_environment else ""
    bot = Bot(
        token,
        base_url=f"{api_url.rstrip('/')}/bot{{token}}{environment}",
        base_file_url=f"{api_url.rstrip('/')}/file/bot{{token}}{environment}",
        request=Transport(connections=CONNECTIONS, response=timing.response),
        get_updates_request=polling,
    )
    health.expect(CHANNEL)
    try:
        if await _reached(bot, api_url, stop, timing, report):
            source = (
                Webhook(bot, webhook, inbox, turn=service.turn, timing=timing, report=report)
                if webhook
                else Polling(bot, polling, inbox, turn=service.turn, timing=timing, report=report)
            )
            await _answer(bot, service, inbox, Gallery(pictures), source, stop, timing)
    finally:
        await bot.shutdown()
        log.info("telegram_stopped")


async def _reached(
    bot: Bot, api_url: str, stop: asyncio.Event, timing: Timing, report: Callable[[str | None], None]
) -> bool:
    """Reach the platform, however often it takes; return whether that came before the stop."""
    for pause in timing.pauses():
        failure = await _failure(bot.initialize)
        if failure is None:
            return True
        if isinstance(failure, InvalidToken):
            raise TokenError("Telegram does not accept the token")
        report(f"Telegram cannot be reached: {failure.message}")
        log.warning("telegram_unreachable", url=api_url, error=failure.message, seconds=pause)
        if await elapsed(stop, pause):
            return False
    raise AssertionError("the pauses have no end")


async def _failure(action: Callable[[], Awaitable[object]]) -> TelegramError | None:
    """Return how an action failed; raising from a handler would keep a message with the token in it alive."""
    try:
        await action()
    except TelegramError as error:
        return error
    return None


async def _answer(
    bot: Bot,
    service: Service,
    inbox: Inbox,
    gallery: Gallery,
    source: Polling | Webhook,
    stop: asyncio.Event,
    timing: Timing,
) -> None:
    """Receive until the stop, and answer what has been received."""
    sender = Sender(bot, timing=timing)
    reader = Reader(bot.bot, lambda: service.responder)
    answering = Answering(service, sender, reader, gallery)

    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(inbox.run(CHANNEL, answering.handle, stop=stop))
            menus = tasks.create_task(_show_menus(bot, service, sender))
            receiving = tasks.create_task(source.run())
            log.info("telegram_started", bot=bot.username)
            await stop.wait()
            receiving.cancel()
            menus.cancel()
    except* JoligError as group:
        raise group.exceptions[0] from None


async def _show_menus(bot: Bot, service: Service, sender: Sender) -> None:
    """Show the commands as the knowledge has them, anew each time it is reloaded."""
    while True:
        responder = service.responder
        await _set_menus(bot, responder, sender)
        if service.responder is responder:
            await service.replaced()


async def _set_menus(bot: Bot, responder: Responder, sender: Sender) -> None:
    """Show the commands in each language, and in the default language to everyone else."""
    for language in (None, *responder.languages):
        commands = [
            BotCommand(command.name, command.description[: BotCommandLimit.MAX_DESCRIPTION])
            for command in responder.commands(language or responder.languages[0])
        ]
        failure = await _failure(
            partial(sender.patiently, partial(bot.set_my_commands, commands, language_code=language))
        )
        if failure:
            log.warning("telegram_menu_not_set", language=language, error=failure.message)
