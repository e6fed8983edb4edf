"""What goes out: answers as messages with buttons, sent, edited and tried again."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

import structlog
from telegram import Bot, InlineQueryResult
from telegram.constants import CallbackQueryLimit, MessageLimit, ParseMode
from telegram.error import BadRequest, ChatMigrated, NetworkError, RetryAfter

from bot.channels.formatting import html, parts
from bot.channels.telegram.keyboard import Keyboard
from bot.channels.telegram.pace import Pace
from bot.channels.telegram.timing import Timing
from bot.channels.telegram.transport import call
from bot.channels.telegram.updates import Place
from bot.core.models import Answer

_Result = TypeVar("_Result")
log = structlog.get_logger()


class Sender:
    """Sends, edits and deletes messages; what fails for a time is tried again."""

    def __init__(self, bot: Bot, *, timing: Timing) -> None:
        self._bot = bot
        self._timing = timing
        self._overall, self._group, self._private = map(Pace, (timing.overall, timing.group, timing.private))

    async def send(self, place: Place, answer: Answer, markup: Keyboard | None = None) -> list[str]:
        """Send an answer; return the ids of its messages.

        Raises TelegramError where the platform refuses it or stays out of reach.
        """
        messages = list[str]()
        await self.replace(place, messages, answer, markup)
        return messages

    async def replace(
        self,
        place: Place,
        messages: list[str],
        answer: Answer,
        markup: Keyboard | None = None,
        picture: bytes | None = None,
    ) -> None:
        """Make earlier messages say an answer; send what does not fit into them, delete what is not needed.

        `messages` always holds the ids of those that are there: where this fails, it is tried again with them, and
        nothing is sent twice. A picture comes first, with the text for its caption if that is not too long.
        """
        text, shown = html(answer), 0
        if picture is not None:
            whole = len(parts(text, MessageLimit.CAPTION_LENGTH)) == 1
            await self._delete_after(place, messages, 0)  # a text cannot become a picture
            messages += await self._show(place, picture, text if whole else None, markup if whole else None)
            shown = len(messages)
            if shown and whole:
                return
        await self._say(place, messages, shown, parts(text, MessageLimit.MAX_TEXT_LENGTH), markup)

    async def _say(
        self, place: Place, messages: list[str], shown: int, texts: Sequence[str], markup: Keyboard | None
    ) -> None:
        """Make the messages after those that are shown already say some texts."""
        await self._delete_after(place, messages, shown + len(texts))
        markups = [*(None for _ in texts[1:]), markup]
        for number, (text, its_markup) in enumerate(zip(texts, markups, strict=True), shown):
            earlier = messages[number] if number < len(messages) else None
            messages[number : number + 1] = [await self._put(place, earlier, text, its_markup)]

    async def _delete_after(self, place: Place, messages: list[str], kept: int) -> None:
        while len(messages) > kept:
            await self._delete(place, messages[kept])
            del messages[kept]

    async def answer_inline(
        self, query: str, results: Sequence[InlineQueryResult], *, cache_time: int, personal: bool
    ) -> None:
        """Offer results for an inline query."""
        answer = partial(self._bot.answer_inline_query, query, results, cache_time=cache_time, is_personal=personal)
        try:
            await self.patiently(answer)
        except BadRequest as error:  # the person has typed on, and the platform no longer waits for it
            log.info("telegram_inline_expired", error=error.message)

    async def answer_click(self, query: str, said: str | None = None, *, alert: bool = False) -> None:
        """Tell the platform that a click was handled, and the person something over the chat.

        It passes by itself, unless it is an alert.
        """
        text = said and said[: CallbackQueryLimit.ANSWER_CALLBACK_QUERY_TEXT_LENGTH]
        try:
            await self.patiently(partial(self._bot.answer_callback_query, query, text, show_alert=alert or None))
        except BadRequest as error:  # after a while the platform no longer waits for it
            log.info("telegram_click_expired", error=error.message)

    async def patiently(self, request: Callable[[], Awaitable[_Result]]) -> _Result:
        """Make a request, and make it again where it fails for a time.

        Raises TelegramError where it fails for good or too often; RetryAfter only for a wait that is too long.
        """
        for pause in (*self._timing.retry, None):
            try:
                return await request()
            except BadRequest:  # a NetworkError by its class, though nothing that passes
                raise
            except RetryAfter as error:
                wait = _seconds(error)
                if wait > self._timing.patience:
                    raise
            except NetworkError as error:
                if pause is None:
                    raise
                log.info("telegram_request_failed", error=error.message)
                wait = pause
            await self._timing.sleep(wait)
        raise NetworkError("it asks to wait again and again")

    async def _in_turn(self, chat: int, request: Callable[[], Awaitable[_Result]]) -> _Result:
        """Make a request patiently, each time once the chat and then the bot may send again."""

        async def paced() -> _Result:
            for pace, key in ((self._group if chat < 0 else self._private, chat), (self._overall, None)):
                if wait := pace.wait(key):
                    await self._timing.sleep(wait)
            return await request()

        return await self.patiently(paced)

    # --- one message -----------------------------------------------------------------------------

    async def _put(self, place: Place, message: str | None, text: str, markup: Keyboard | None) -> str:
        """Make a message say a text, or send it in place of one that cannot be edited (any more)."""
        if message is not None:
            if await self._edit(place, message, text, markup):
                return message
            await self._delete(place, message)
        return await self._following(place, partial(self._send, text=text, markup=markup))

    async def _show(
        self, place: Place, picture: bytes, caption: str | None, markup: Keyboard | None
    ) -> tuple[str, ...]:
        """Send a picture; return the id of its message, or none where pictures are not wanted."""
        show = partial(self._send_photo, picture=picture, caption=caption, markup=markup)
        try:
            return (await self._following(place, show),)
        except BadRequest as error:  # a group may allow texts and no photos
            log.info("telegram_picture_refused", error=error.message)
            return ()

    async def _following(self, place: Place, send: Callable[[Place], Awaitable[str]]) -> str:
        """Send a message to a chat, or to the one that it has become; return its id."""
        try:
            return await send(place)
        except ChatMigrated as moved:
            return await send(Place(moved.new_chat_id))

    async def _send_photo(self, place: Place, picture: bytes, caption: str | None, markup: Keyboard | None) -> str:
        photo = partial(
            self._bot.send_photo,
            place.chat,
            picture,
            caption,
            parse_mode=ParseMode.HTML,
            message_thread_id=place.thread,
            api_kwargs={"reply_parameters": _reply(place), "reply_markup": markup},
        )
        return str((await self._in_turn(place.chat, photo)).message_id)

    async def _send(self, place: Place, text: str, markup: Keyboard | None) -> str:
        to: dict[str, object] = {"reply_parameters": _reply(place), "message_thread_id": place.thread}
        sent = await self._write("sendMessage", place, text, markup, to)
        return str(sent["message_id"])

    async def _edit(self, place: Place, message: str, text: str, markup: Keyboard | None) -> bool:
        """Return whether a message says a text now."""
        try:
            await self._write("editMessageText", place, text, markup, {"message_id": int(message)})
        except (BadRequest, ChatMigrated) as error:
            if "not modified" in error.message.casefold():
                return True
            log.info("telegram_edit_refused", error=error.message)
            return False
        return True

    async def _write(
        self, method: str, place: Place, text: str, markup: Keyboard | None, more: dict[str, object]
    ) -> Any:
        message = {
            "chat_id": place.chat,
            "text": text,
            "parse_mode": ParseMode.HTML,
            "link_preview_options": {"is_disabled": True},
            "reply_markup": markup,
        }
        return await self._in_turn(place.chat, partial(call, self._bot, method, message | more))

    async def _delete(self, place: Place, message: str) -> None:
        try:
            await self.patiently(partial(self._bot.delete_message, place.chat, int(message)))
        except (BadRequest, ChatMigrated) as error:  # gone already, too old to be deleted, or in a chat that is gone
            log.info("telegram_delete_refused", error=error.message)


def _reply(place: Place) -> Mapping[str, object] | None:
    return {"message_id": place.reply_to, "allow_sending_without_reply": True} if place.reply_to else None


def _seconds(error: RetryAfter) -> float:
    """Return how long the platform asks to wait; the library is in the middle of changing the type."""
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else wait
