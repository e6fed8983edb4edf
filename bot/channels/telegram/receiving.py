"""How updates come in: they are in the inbox before Telegram is told that we have them."""

import asyncio
import hmac
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, cast
from urllib.parse import urlencode

import structlog
from aiohttp import web
from telegram import Bot, Update
from telegram.constants import ChatType
from telegram.error import Conflict, InvalidToken, TelegramError
from telegram.request import BaseRequest
from yarl import URL

from bot.channels.telegram.timing import Timing
from bot.channels.telegram.updates import CHANNEL, conversation
from bot.errors import ChannelError, StorageError, TokenError
from bot.inbox import Inbox, Received

KINDS = [
    Update.MESSAGE,
    Update.EDITED_MESSAGE,
    Update.CALLBACK_QUERY,
    Update.INLINE_QUERY,
    Update.MY_CHAT_MEMBER,
]
CONNECTIONS = 100
"""Connections on which Telegram may send to the webhook at a time: the most that it allows."""
WAITING = 256
"""Updates that may wait for the database; who sends more is asked to come again."""
SHUTDOWN = 1.0
"""Seconds that what is being sent to us may take when we stop."""
SECRET = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header
Turn = Callable[[], Awaitable[None]]
"""Waits until what has been received is understood: what is then received is kept with few transactions."""
Report = Callable[[str | None], None]
"""Takes what is wrong with the channel, or None where nothing is."""
log = structlog.get_logger()


def received(update: object, payload: str) -> Received:
    """Return an update for the inbox, whatever is in it; raise ValueError where it is none."""
    number = _part(update, "update_id")
    if not isinstance(update, dict) or not isinstance(number, int) or isinstance(number, bool):
        raise ValueError("an update has a number")  # noqa: TRY004 - it came from outside
    content = next((value for value in update.values() if isinstance(value, dict)), None)
    message = content if _part(content, "chat") else _part(content, "message")
    person = _part(content, "sender_chat") or _part(content, "from")
    chat = _part(message, "chat") or person
    return Received(CHANNEL, str(number), str(_part(chat, "id") or ""), payload, _asker(message, person))


def _asker(message: object, person: object) -> str:
    """Return the conversation of a person, as the reader names it; of an inline query the private one."""
    chat = _part(message, "chat")
    thread = _part(message, "message_thread_id") if _part(message, "is_topic_message") else None
    whose, kind = _part(person, "id"), _part(chat, "type")
    private = kind is None or kind == ChatType.PRIVATE
    if whose is None:
        return ""
    return conversation(_part(chat, "id") or whose, thread, None if private else whose)


def _part(value: object, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None


def _taken(update: object) -> Received | None:
    """Return an update for the inbox, None where it is none: it came in all the same, and would come again."""
    try:
        return received(update, json.dumps(update))
    except (ValueError, RecursionError) as error:
        log.error("telegram_no_update", error=str(error))  # noqa: TRY400
        return None


async def check_token(bot: Bot) -> None:
    """Raise TokenError where the platform says that the token is not good (any more)."""
    refused = False
    try:
        await bot.get_me()
    except InvalidToken:
        refused = True
    except TelegramError as error:
        log.warning("telegram_unreachable", error=error.message)
    if refused:  # not raised above, where a message with the token in it would be kept alive
        raise TokenError("Telegram does not accept the token any more")


class Polling:
    """Asks for updates, one request after another."""

    def __init__(
        self,
        bot: Bot,
        request: BaseRequest,
        inbox: Inbox,
        *,
        turn: Turn,
        timing: Timing,
        report: Report,
    ) -> None:
        self._bot = bot
        self._request = request
        self._inbox = inbox
        self._turn = turn
        self._timing = timing
        self._report = report
        self._webhook = True
        """Whether there may be a webhook, which keeps others from asking."""
        self._offset = 0
        """The first update that is wanted: with it, those before it are confirmed."""

    async def run(self) -> None:
        """Receive until it is cancelled; raise TokenError once the token is refused."""
        pauses = self._timing.pauses()
        while True:
            problem = await self._failure()
            self._report(problem)
            if problem is None:
                pauses = self._timing.pauses()
            await asyncio.sleep(self._timing.poll_pause if problem is None else next(pauses))

    async def _failure(self) -> str | None:
        """Receive once; return what kept it from that."""
        try:
            await self._receive()
        except Conflict as error:
            self._webhook = True
            problem = "another process receives with the same token"
            log.error("telegram_conflict", hint=problem, error=error.message)  # noqa: TRY400
        except TelegramError as error:
            problem = f"polling fails: {error.message}"
            log.warning("telegram_polling_failed", error=error.message)
            if isinstance(error, InvalidToken):
                await check_token(self._bot)
        except StorageError as error:
            problem = str(error)
            log.error("telegram_not_received", error=problem)  # noqa: TRY400
        else:
            return None
        return problem

    async def _receive(self) -> None:
        """Take what there is into the inbox; only the next request confirms it."""
        if self._webhook:
            await self._bot.delete_webhook()
            self._webhook = False
        wanted = {"offset": self._offset, "timeout": int(self._timing.poll), "allowed_updates": json.dumps(KINDS)}
        # The library's own method makes objects of the updates, which here are kept as they came.
        address = f"{self._bot.base_url}/getUpdates?{urlencode(wanted)}"
        await self._turn()
        found = await self._request.post(address, read_timeout=self._timing.poll + self._timing.response)
        updates = [taken for update in cast("list[object]", found) if (taken := _taken(update))]
        if updates:
            await self._inbox.put(*updates)
            self._offset = max(int(update.id) for update in updates) + 1


@dataclass(frozen=True, slots=True)
class WebhookAddress:
    """Where Telegram is to send updates, and where we take them."""

    url: str
    """What Telegram knows; it leads to the host and the port, on which we listen."""
    host: str
    port: int
    secret: str = field(repr=False)
    """What Telegram has to show: 1 to 256 letters, digits, "_" and "-"."""


class Webhook:
    """Takes the updates that Telegram sends, and says so only once they are kept."""

    def __init__(
        self, bot: Bot, address: WebhookAddress, inbox: Inbox, *, turn: Turn, timing: Timing, report: Report
    ) -> None:
        self._bot = bot
        self._address = address
        self._inbox = inbox
        self._turn = turn
        self._timing = timing
        self._report = report
        self._secret = address.secret.encode()
        self._path = URL(address.url).path
        self._waiting = 0
        self._is_set = False

    async def run(self) -> None:
        """Receive until it is cancelled; raise TokenError once the token is refused, ChannelError for a bad address."""
        runner = web.ServerRunner(web.Server(self._respond), shutdown_timeout=SHUTDOWN)
        await runner.setup()
        try:
            await self._listen(runner)
            pauses = self._timing.pauses()
            while True:
                problem = await self._failure()
                self._report(problem)
                if problem is None:
                    pauses = self._timing.pauses()
                await asyncio.sleep(self._timing.watch if problem is None else next(pauses))
        finally:
            await runner.cleanup()

    async def _listen(self, runner: web.ServerRunner) -> None:
        place = self._address
        try:
            await web.TCPSite(runner, place.host, place.port).start()
        except OSError as error:
            raise ChannelError(f"cannot listen at {place.host}:{place.port}: {error.strerror}") from error

    # --- what Telegram knows ---------------------------------------------------------------------

    async def _failure(self) -> str | None:
        """See to it that Telegram sends to us; return what is wrong with that."""
        try:
            if self._is_set:
                return await self._look()
            await self._set()
        except TelegramError as error:
            log.warning("telegram_unreachable", error=error.message)
            if isinstance(error, InvalidToken):
                await check_token(self._bot)
            return f"the webhook cannot be looked at: {error.message}"
        return None

    async def _set(self) -> None:
        await self._bot.set_webhook(
            self._address.url,
            allowed_updates=KINDS,
            max_connections=CONNECTIONS,
            secret_token=self._address.secret,
        )
        self._is_set = True

    async def _look(self) -> str | None:
        info = await self._bot.get_webhook_info()
        if info.url != self._address.url:
            self._is_set = False  # and set again, after a pause that lets the log be read
            log.error("telegram_conflict", hint="another process receives with the same token", url=info.url)
            return "another process receives with the same token"
        if info.last_error_date and info.pending_update_count:
            log.warning("telegram_webhook_failing", error=info.last_error_message, pending=info.pending_update_count)
            return f"Telegram cannot send to the webhook: {info.last_error_message}"
        return None

    # --- what Telegram sends ---------------------------------------------------------------------

    async def _respond(self, request: web.BaseRequest) -> web.Response:
        if request.path != self._path:
            return web.Response(status=HTTPStatus.NOT_FOUND)
        if request.method != "POST":
            return web.Response(status=HTTPStatus.METHOD_NOT_ALLOWED)
        shown = request.headers.get(SECRET, "").encode(errors="surrogateescape")
        if not hmac.compare_digest(shown, self._secret):
            return web.Response(status=HTTPStatus.FORBIDDEN)
        if self._waiting >= WAITING:
            return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE)
        self._waiting += 1
        try:
            return web.Response(status=await self._take(request))
        finally:
            self._waiting -= 1

    async def _take(self, request: web.BaseRequest) -> HTTPStatus:
        """Keep an update; return how that went."""
        try:
            body = await request.text()
            update = received(json.loads(body), body)
            await self._turn()
            await self._inbox.put(update)
        except web.HTTPRequestEntityTooLarge:
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        except (ValueError, LookupError, RecursionError):  # not an update, or no JSON, or no encoding
            return HTTPStatus.BAD_REQUEST
        except StorageError as error:
            log.error("telegram_not_received", error=str(error))  # noqa: TRY400
            return HTTPStatus.SERVICE_UNAVAILABLE
        return HTTPStatus.OK
