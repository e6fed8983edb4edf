"""What goes out: answers as messages with buttons, sent, edited and tried again."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import timedelta
from functools import partial
from itertools import zip_longest
from typing import TypeVar

import structlog
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, ReplyParameters
from telegram.constants import CallbackQueryLimit, InlineKeyboardButtonLimit, MessageLimit, ParseMode
from telegram.error import BadRequest, ChatMigrated, NetworkError, RetryAfter

from bot.channels.formatting import html, parts
from bot.channels.telegram.timing import Timing
from bot.channels.telegram.updates import Place
from bot.core.models import Answer, Choice, Knowledge
from bot.errors import ChannelError

PASSAGE, WHY = "passage:", "why:"
"""What the data of the buttons for the exact passage and for the reasons begin with; the question's id follows."""
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_Result = TypeVar("_Result")
log = structlog.get_logger()


def check_choices(knowledge: Knowledge) -> None:
    """Raise ChannelError if the knowledge has ids that are too long together for a button."""
    choices = [
        Choice("", intent.id, entity)
        for intent in knowledge.intents.values()
        for entity in (None, *_slot_entities(knowledge, intent.slot))
    ]
    for choice in choices:
        if len(choice.key.encode()) > InlineKeyboardButtonLimit.MAX_CALLBACK_DATA:
            limit = InlineKeyboardButtonLimit.MAX_CALLBACK_DATA.value
            raise ChannelError(f"{choice.key!r} is too long for a button: Telegram allows {limit} bytes")


def _slot_entities(knowledge: Knowledge, slot: str | None) -> Iterable[str]:
    return (entity.id for entity in knowledge.entities.values() if entity.kind == slot)


def keyboard(choices: Sequence[Choice], about: Sequence[InlineKeyboardButton]) -> InlineKeyboardMarkup | None:
    """Return the buttons under an answer: those about itself in the first row, then each choice in its own."""
    offered = [[InlineKeyboardButton(choice.text, callback_data=choice.key)] for choice in choices]
    rows = [list(about), *offered] if about else offered
    return InlineKeyboardMarkup(rows) if rows else None


class Sender:
    """Sends, edits and deletes messages; what fails for a time is tried again."""

    def __init__(self, bot: Bot, *, timing: Timing) -> None:
        self._bot = bot
        self._timing = timing

    async def send(self, place: Place, answer: Answer, about: Sequence[InlineKeyboardButton] = ()) -> tuple[str, ...]:
        """Send an answer; return the ids of its messages.

        Raises TelegramError where the platform refuses it or stays out of reach.
        """
        return await self.replace(place, (), answer, about)

    async def replace(
        self,
        place: Place,
        messages: Sequence[str],
        answer: Answer,
        about: Sequence[InlineKeyboardButton] = (),
    ) -> tuple[str, ...]:
        """Make earlier messages say an answer; send what does not fit into them, delete what is not needed."""
        texts = parts(html(answer), MessageLimit.MAX_TEXT_LENGTH)
        buttons = keyboard(answer.suggestions, about)
        for surplus in messages[len(texts) :]:
            await self._delete(place, surplus)
        markups = [*(None for _ in texts[1:]), buttons]
        sent = []
        for text, markup, message in zip_longest(texts, markups, messages[: len(texts)]):
            sent.append(await self._put(place, message, text, markup))
        return tuple(sent)

    async def answer_click(self, query: str, alert: str | None = None) -> None:
        """Tell the platform that a click was handled, and the person what is wrong, if anything is."""
        text = alert and alert[: CallbackQueryLimit.ANSWER_CALLBACK_QUERY_TEXT_LENGTH]
        show = True if alert else None
        try:
            await self.patiently(partial(self._bot.answer_callback_query, query, text, show_alert=show))
        except BadRequest as error:  # after a while the platform no longer waits for it
            log.info("telegram_click_expired", error=error.message)

    async def patiently(self, request: Callable[[], Awaitable[_Result]]) -> _Result:
        """Make a request, and make it again where it fails for a time.

        Raises TelegramError where it fails for good or too often.
        """
        for pause in self._timing.retry:
            try:
                return await request()
            except BadRequest:  # a NetworkError by its class, though nothing that passes
                raise
            except RetryAfter as error:
                wait = _seconds(error)
                if wait > self._timing.patience:
                    raise
            except NetworkError as error:
                log.info("telegram_request_failed", error=error.message)
                wait = pause
            await self._timing.sleep(wait)
        return await request()

    # --- one message -----------------------------------------------------------------------------

    async def _put(self, place: Place, message: str | None, text: str, markup: InlineKeyboardMarkup | None) -> str:
        """Make a message say a text, or send it where there is no such message (any more)."""
        if message is not None and await self._edit(place, message, text, markup):
            return message
        try:
            return await self._send(place, text, markup)
        except ChatMigrated as moved:
            return await self._send(Place(moved.new_chat_id), text, markup)

    async def _send(self, place: Place, text: str, markup: InlineKeyboardMarkup | None) -> str:
        reply = ReplyParameters(place.reply_to, allow_sending_without_reply=True) if place.reply_to else None
        sent = await self.patiently(
            partial(
                self._bot.send_message,
                place.chat,
                text,
                parse_mode=ParseMode.HTML,
                link_preview_options=_NO_PREVIEW,
                reply_parameters=reply,
                message_thread_id=place.thread,
                reply_markup=markup,
            )
        )
        return str(sent.message_id)

    async def _edit(self, place: Place, message: str, text: str, markup: InlineKeyboardMarkup | None) -> bool:
        """Return whether a message says a text now."""
        try:
            await self.patiently(
                partial(
                    self._bot.edit_message_text,
                    text,
                    place.chat,
                    int(message),
                    parse_mode=ParseMode.HTML,
                    link_preview_options=_NO_PREVIEW,
                    reply_markup=markup,
                )
            )
        except BadRequest as error:
            if "not modified" in error.message.casefold():
                return True
            log.info("telegram_edit_refused", error=error.message)
            return False
        return True

    async def _delete(self, place: Place, message: str) -> None:
        try:
            await self.patiently(partial(self._bot.delete_message, place.chat, int(message)))
        except BadRequest as error:  # gone already, or too old to be deleted
            log.info("telegram_delete_refused", error=error.message)


def _seconds(error: RetryAfter) -> float:
    """Return how long the platform asks to wait; the library is in the middle of changing the type."""
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else wait
