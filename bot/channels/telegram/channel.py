"""The life of the channel: reach the platform, poll it, watch the token, stop in order."""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from telegram import Bot, BotCommand, Update
from telegram.constants import BotCommandLimit
from telegram.error import Conflict, InvalidToken, TelegramError
from telegram.error import NetworkError as TelegramNetworkError
from telegram.ext import Application, ApplicationBuilder, ContextTypes, ExtBot, TypeHandler, Updater
from telegram.request import HTTPXRequest

from bot.channels.pictures import Gallery
from bot.channels.telegram.answering import Answering
from bot.channels.telegram.keyboard import check_choices
from bot.channels.telegram.order import ChatOrder
from bot.channels.telegram.sending import Sender
from bot.channels.telegram.timing import Timing
from bot.channels.telegram.updates import CHANNEL, Reader
from bot.core.responder import Responder
from bot.errors import NetworkError, TokenError
from bot.health import Health
from bot.service import Service

HANDLED = 64
"""Updates that are worked on at a time."""
WAITING = 1024
"""Updates that are worked on or wait for those of their chat before them."""
KINDS = [
    Update.MESSAGE,
    Update.EDITED_MESSAGE,
    Update.CALLBACK_QUERY,
    Update.INLINE_QUERY,
    Update.MY_CHAT_MEMBER,
]
_TOKEN = re.compile(r"\d+:[\w-]+", re.ASCII)
_Application = Application[Any, Any, Any, Any, Any, Any]
log = structlog.get_logger()


async def serve(
    service: Service,
    *,
    token: str,
    api_url: str,
    test_environment: bool,
    pictures: Path,
    stop: asyncio.Event,
    health: Health | None = None,
    timing: Timing | None = None,
) -> None:
    """Answer on Telegram until `stop` is set; what has been received by then is answered still.

    Pictures are kept in the folder `pictures`.

    Raises TokenError for a token that is wrong or gets revoked, NetworkError where the platform cannot be reached at
    the start, ChannelError where the knowledge does not fit the platform.
    """
    timing = timing or Timing()
    _keep_token_out_of_logs()
    check_choices(service.responder.knowledge)
    if not _TOKEN.fullmatch(token):
        raise TokenError("the Telegram token does not look like one (123456:letters-and-digits)")
    application = _application(token, api_url, timing, test_environment=test_environment)
    reach = partial(_reach, api_url=api_url, stop=stop, timing=timing)
    try:
        await reach(application.initialize)
        sender = Sender(application.bot, timing=timing)
        await _set_menus(application.bot, service.responder, sender)
        _add_handler(application, service, sender, Gallery(pictures))
        await application.start()
        await reach(partial(_start_polling, _updater(application), timing))
        (health or Health()).set(CHANNEL, None)
        log.info("telegram_started", bot=application.bot.username)
        await _watch(application.bot, stop, timing)
    finally:
        await _close(application, timing)
        log.info("telegram_stopped")


# --- building ------------------------------------------------------------------------------------


class _PollingBot(ExtBot[None]):
    """A bot whose polling does not end silently when the token is refused, perhaps only for a moment."""

    async def get_updates(self, *args: Any, **options: Any) -> tuple[Update, ...]:
        """Return updates; a refused token is an error that polling goes on after, as `_watch` decides on it."""
        try:
            return await super().get_updates(*args, **options)
        except InvalidToken:
            raise TelegramNetworkError("the token was not accepted") from None


def _application(token: str, api_url: str, timing: Timing, *, test_environment: bool) -> _Application:
    environment = "/test" if test_environment else ""
    bot = _PollingBot(
        token,
        base_url=f"{api_url.rstrip('/')}/bot{{token}}{environment}",
        base_file_url=f"{api_url.rstrip('/')}/file/bot{{token}}{environment}",
        request=HTTPXRequest(HANDLED + 1, read_timeout=timing.response),
        get_updates_request=HTTPXRequest(1, read_timeout=timing.response),
    )
    order = ChatOrder(waiting=WAITING, handled=HANDLED)
    return ApplicationBuilder().bot(bot).concurrent_updates(order).job_queue(None).build()


def _add_handler(application: _Application, service: Service, sender: Sender, gallery: Gallery) -> None:
    responder = service.responder
    commands = {command.name for language in responder.languages for command in responder.commands(language)}
    reader = Reader(application.bot.bot, commands=commands, languages=responder.languages)
    answering = Answering(service, sender, reader, gallery)

    async def handle(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        await answering.handle(update)

    application.add_handler(TypeHandler(Update, handle))


def _keep_token_out_of_logs() -> None:
    """Silence the libraries' loggers, which write addresses, and the token is part of each address.

    What they would say is logged by the channel.
    """
    logging.getLogger("httpx").setLevel(logging.WARNING)
    logging.getLogger("httpcore").setLevel(logging.WARNING)
    logging.getLogger("telegram").setLevel(logging.CRITICAL)


# --- starting ------------------------------------------------------------------------------------


async def _reach(action: Callable[[], Awaitable[object]], *, api_url: str, stop: asyncio.Event, timing: Timing) -> None:
    """Do something that needs the platform, with a few attempts."""
    for pause in (*timing.start, None):
        failure = await _failure(action)
        if failure is None:
            return
        if isinstance(failure, InvalidToken):
            raise TokenError("Telegram does not accept the token")
        if pause is None or await _elapsed(stop, pause):
            raise NetworkError(f"Telegram cannot be reached at {api_url}: {failure.message}")
        log.warning("telegram_unreachable", error=failure.message)


async def _failure(action: Callable[[], Awaitable[object]]) -> TelegramError | None:
    """Return how an action failed; raising from a handler would keep a message with the token in it alive."""
    try:
        await action()
    except TelegramError as error:
        return error
    return None


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


async def _start_polling(updater: Updater, timing: Timing) -> None:
    await updater.start_polling(
        poll_interval=timing.poll_pause,
        timeout=timedelta(seconds=timing.poll),
        allowed_updates=KINDS,
        error_callback=_polling_failed,
    )


def _polling_failed(error: TelegramError) -> None:
    if isinstance(error, Conflict):
        log.error("telegram_conflict", hint="another process polls with the same token", error=error.message)
    else:
        log.warning("telegram_polling_failed", error=error.message)


# --- watching and stopping -----------------------------------------------------------------------


async def _watch(bot: Bot, stop: asyncio.Event, timing: Timing) -> None:
    """Wait for the stop; raise TokenError as soon as the platform refuses the token."""
    while not await _elapsed(stop, timing.watch):
        failure = await _failure(bot.get_me)
        if isinstance(failure, InvalidToken):
            raise TokenError("Telegram does not accept the token any more")
        if failure:
            log.warning("telegram_unreachable", error=failure.message)


async def _elapsed(stop: asyncio.Event, seconds: float) -> bool:
    """Wait for some seconds or for the stop; return whether it is time to stop."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
    return stop.is_set()


async def _close(application: _Application, timing: Timing) -> None:
    """Receive no more, answer what has been received, and close the connections."""
    updater = _updater(application)
    if updater.running:
        await updater.stop()
    if application.running:
        try:
            async with asyncio.timeout(timing.drain):
                await application.stop()
        except TimeoutError:
            log.warning("telegram_drain_timed_out", seconds=timing.drain)
    await application.shutdown()
    await application.bot.shutdown()  # open already where the application did not get as far as to start


def _updater(application: _Application) -> Updater:
    if application.updater is None:
        raise TypeError("the application was built without an updater")
    return application.updater
