"""From what comes in to what goes out."""

from dataclasses import replace

import structlog
from telegram import InlineKeyboardButton, Update
from telegram.error import Forbidden, TelegramError

from bot.channels.telegram.sending import PASSAGE, WHY, Sender
from bot.channels.telegram.updates import Asked, Clicked, Edited, Incoming, Origin, Reader, Wordless
from bot.core.models import Answer, Outcome, Paragraph, Question, UnknownChoiceError
from bot.errors import StorageError
from bot.service import Conversation, Exchange, Service

log = structlog.get_logger()


class Answering:
    """Answers what people ask; whatever happens, it is ready for the next question."""

    def __init__(self, service: Service, sender: Sender, reader: Reader) -> None:
        self._service = service
        self._sender = sender
        self._reader = reader

    async def handle(self, update: Update) -> None:
        """Answer an update, if it is for the bot."""
        with structlog.contextvars.bound_contextvars(update=update.update_id):
            try:
                if incoming := self._reader.read(update):
                    await self._answer_or_apologise(incoming)
            except Forbidden as error:  # blocked by the person, or removed from the group
                log.info("telegram_forbidden", error=error.message)
            except TelegramError as error:
                log.warning("telegram_reply_failed", error=error.message)
            except Exception:
                log.exception("update_failed")

    async def _answer_or_apologise(self, incoming: Incoming) -> None:
        try:
            await self._answer(incoming)
        except TelegramError:
            raise
        except StorageError as error:
            log.error("storage_failed", error=str(error))  # noqa: TRY400 -- its message says it all
            await self._notify(incoming, "unavailable")
        except Exception:
            log.exception("answer_failed")
            await self._notify(incoming, "unavailable")

    async def _answer(self, incoming: Incoming) -> None:
        try:
            match incoming:
                case Asked():
                    await self._ask(incoming)
                case Edited():
                    await self._edit(incoming)
                case Clicked():
                    await self._click(incoming)
                case Wordless():
                    await self._notify(incoming, "text-only")
        except UnknownChoiceError as error:
            log.info("stale_choice", error=str(error))
            await self._notify(incoming, "stale-choice")

    async def _ask(self, asked: Asked, messages: tuple[str, ...] = ()) -> None:
        """Answer a text: in messages that it has already, or in new ones."""
        question = Question(text=asked.text, language=asked.origin.language)
        answer = await self._service.ask(asked.origin.person, question)
        await self._reply(asked.origin, asked.message, answer, messages)

    async def _edit(self, edited: Edited) -> None:
        """Answer an edited text in the messages that answered it before."""
        exchange = await self._service.exchange(edited.origin.chat, edited.asked.message)
        # What was not answered before is a question now (somebody adds the bot's name), unless it is an old one.
        if exchange or edited.recent:
            await self._ask(edited.asked, exchange.replies if exchange else ())

    async def _click(self, clicked: Clicked) -> None:
        origin = clicked.origin
        if clicked.data.startswith((PASSAGE, WHY)):
            answer = await self._about(origin.chat, clicked.data)
            await self._sender.answer_click(clicked.query)
            await self._sender.send(replace(origin.place, reply_to=clicked.message), answer)
        else:
            question = Question(choice=clicked.data, language=origin.language)
            answer = await self._service.ask(origin.person, question)
            await self._sender.answer_click(clicked.query)
            await self._reply(origin, f"c{clicked.query}", answer)

    async def _about(self, chat: Conversation, data: str) -> Answer:
        """Return what a button about an answer asks for."""
        if data.startswith(PASSAGE):
            return await self._service.passages(chat, data.removeprefix(PASSAGE))
        return await self._service.reasons(chat, data.removeprefix(WHY))

    async def _reply(self, origin: Origin, question: str, answer: Answer, messages: tuple[str, ...] = ()) -> None:
        """Send an answer and record what carries it."""
        replies = await self._sender.replace(origin.place, messages, answer, self._buttons(question, answer))
        exchange = Exchange(question, replies, answer.readings, answer.language)
        try:
            await self._service.answered(origin.chat, exchange)
        except StorageError as error:  # the answer is there all the same
            log.error("exchange_not_recorded", error=str(error))  # noqa: TRY400

    def _buttons(self, question: str, answer: Answer) -> list[InlineKeyboardButton]:
        """Return the buttons about an answer; small talk needs none."""
        wanted = {"button-passage": PASSAGE} if answer.citations else {}
        if answer.outcome is not Outcome.SMALL_TALK:
            wanted["button-why"] = WHY
        say = self._service.responder.say
        return [
            InlineKeyboardButton(say(message, answer.language), callback_data=f"{prefix}{question}")
            for message, prefix in wanted.items()
        ]

    async def _notify(self, incoming: Incoming, message: str) -> None:
        """Say one of the bot's own messages: over the chat after a click, else as a reply."""
        language = incoming.origin.language or self._service.responder.languages[0]
        text = self._service.responder.say(message, language)
        if isinstance(incoming, Clicked):
            await self._sender.answer_click(incoming.query, text)
        else:
            notice = Answer(Outcome.SMALL_TALK, language, (Paragraph(text),))
            await self._sender.send(incoming.origin.place, notice)
