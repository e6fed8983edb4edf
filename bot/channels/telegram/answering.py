"""From what comes in to what goes out."""

from collections.abc import Hashable, Sequence
from dataclasses import replace
from datetime import timedelta

import structlog
from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter, TelegramError

from bot.channels.pictures import Gallery
from bot.channels.telegram.inline import InlineMode
from bot.channels.telegram.keyboard import HELPED, NOT_HELPED, PASSAGE, WHY, keyboard
from bot.channels.telegram.seldom import Recent, Seldom
from bot.channels.telegram.sending import Sender
from bot.channels.telegram.updates import (
    Asked,
    Clicked,
    Edited,
    Greeted,
    Incoming,
    Inline,
    Left,
    Moved,
    Origin,
    Reader,
    Spoken,
    Wordless,
)
from bot.core.models import Answer, Note, Question, Received, UnknownChoiceError
from bot.errors import ChannelError, NetworkError, StorageError
from bot.service import Conversation, Service, Told

HINT_PAUSE = timedelta(minutes=10)
"""How long somebody who sends picture after picture is not told again that only texts are read."""
GREETING_PAUSE = timedelta(minutes=1)
"""How long a group that was greeted is not greeted again."""
log = structlog.get_logger()


class Answering:
    """Answers what people ask."""

    def __init__(self, service: Service, sender: Sender, reader: Reader, gallery: Gallery) -> None:
        self._service = service
        self._sender = sender
        self._reader = reader
        self._gallery = gallery
        self._inline = InlineMode(service, sender)
        self._seldom = Seldom()
        self._begun = Recent[Hashable, list[str]]()
        """The messages that will carry an answer: what was sent of one before that failed, and the hint to an album."""

    async def handle(self, received: Received) -> Note | None:
        """Answer an update, if it is for the bot; return what is to be kept of that.

        Raises NetworkError or StorageError where that may succeed later, ChannelError where the platform refuses it.
        """
        with structlog.contextvars.bound_contextvars(update=received.id):
            if incoming := self._reader.read(received.payload):
                try:
                    return await self._answer_or_apologise(incoming)
                except Forbidden as error:  # blocked by the person, or removed from the group
                    log.info("telegram_forbidden", error=error.message)
                except (BadRequest, ChatMigrated, RetryAfter) as error:
                    raise ChannelError(f"Telegram refuses: {error.message}") from error
                except TelegramError as error:
                    raise NetworkError(f"Telegram cannot be reached: {error.message}") from error
        return None

    async def _answer_or_apologise(self, incoming: Incoming) -> Note | None:
        try:
            return await self._answer(incoming)
        except (TelegramError, StorageError):
            raise
        except Exception:
            await self._apologise(incoming)
            raise

    async def _apologise(self, incoming: Incoming) -> None:
        match incoming:
            case Inline():
                await self._inline.apologise(incoming)
            case Left() | Moved():
                pass  # nobody waits for an answer
            case _:
                await self._notify(incoming, "unavailable")

    async def _answer(self, incoming: Incoming) -> Note | None:
        match incoming:
            case Inline():
                await self._inline.offer(incoming)
            case Left():
                await self._service.left(incoming.chat)
            case Moved():
                await self._service.moved(incoming.chat, incoming.to)
            case _:
                return await self._respond(incoming)
        return None

    async def _respond(self, spoken: Spoken) -> Note | None:
        """Answer somebody."""
        try:
            match spoken:
                case Asked():
                    return await self._ask(spoken)
                case Edited():
                    return await self._edit(spoken)
                case Clicked():
                    return await self._click(spoken)
                case Wordless():
                    await self._hint(spoken)
                case Greeted():
                    await self._greet(spoken)
        except UnknownChoiceError as error:
            log.info("stale_choice", error=str(error))
            await self._notify(spoken, "stale-choice")
        return None

    async def _hint(self, wordless: Wordless) -> None:
        """Say that only texts are read: once for an album, and once in a while to a person."""
        keys = [key for key in (wordless.album, wordless.origin.person) if key is not None]
        if all(self._seldom.is_due(key, wordless.at, HINT_PAUSE) for key in keys):
            hint = await self._notify(wordless, "text-only")
            self._seldom.said(wordless.origin.person, wordless.at)
            if wordless.album:
                self._begun[wordless.album] = hint
        if wordless.album:
            self._seldom.said(wordless.album, wordless.at)

    async def _greet(self, greeted: Greeted) -> None:
        """Say how to speak to the bot in a group; being added by a link comes with a /start as well."""
        key = "greeted", greeted.origin.chat
        if self._seldom.is_due(key, greeted.at, GREETING_PAUSE):
            await self._notify(greeted, "telegram-welcome", address=self._reader.address)
            self._seldom.said(key, greeted.at)

    async def _ask(self, asked: Asked, messages: Sequence[str] = ()) -> Note | None:
        """Answer a text: in messages that it has already, or in new ones."""
        if asked.album:  # its caption is the question, the other pictures need no hint
            self._seldom.said(asked.album, asked.at)
        question = Question(text=asked.text, language=asked.origin.language)
        told = await self._service.answer(asked.origin.person, question)
        if asked.album:  # a picture that came before its caption got one, which becomes the answer
            messages = self._begun.pop(asked.album, messages)
        return await self._reply(asked.origin, asked.message, told, messages)

    async def _edit(self, edited: Edited) -> Note | None:
        """Answer an edited text in the messages that answered it before."""
        exchange = await self._service.exchange(edited.origin.chat, edited.asked.message)
        # What was not answered before is a question now (somebody adds the bot's name), unless it is an old one.
        if exchange or edited.recent:
            return await self._ask(edited.asked, exchange.replies if exchange else ())
        return None

    async def _click(self, clicked: Clicked) -> Note | None:
        origin = clicked.origin
        if clicked.data.startswith((HELPED, NOT_HELPED)):
            await self._rate(clicked)
        elif clicked.data.startswith((PASSAGE, WHY)):
            answer = await self._about(origin.chat, clicked.data)
            await self._sender.answer_click(clicked.query)
            await self._sender.send(replace(origin.place, reply_to=clicked.message), answer)
        else:
            question = Question(choice=clicked.data, language=origin.language)
            told = await self._service.answer(origin.person, question)
            await self._sender.answer_click(clicked.query)
            return await self._reply(origin, f"c{clicked.query}", told)
        return None

    async def _rate(self, clicked: Clicked) -> None:
        """Record whether an answer helped."""
        helpful, question = clicked.data.startswith(HELPED), clicked.data.partition(":")[2]
        rated = await self._service.rate(clicked.origin.chat, question, helpful=helpful)
        thanks = self._service.responder.say("feedback-thanks", rated.language)
        await self._sender.answer_click(clicked.query, thanks)

    async def _about(self, chat: Conversation, data: str) -> Answer:
        """Return what a button about an answer asks for."""
        if data.startswith(PASSAGE):
            return await self._service.passages(chat, data.removeprefix(PASSAGE))
        return await self._service.reasons(chat, data.removeprefix(WHY))

    async def _reply(self, origin: Origin, question: str, told: Told, messages: Sequence[str] = ()) -> Note | None:
        """Send an answer, or the rest of it; return what is to be kept, with the messages that carry it."""
        answer, key = told.answer, (origin.chat, question)
        markup = keyboard(answer, question, self._service.responder.say)
        picture = await self._gallery.png(answer)
        replies = self._begun.setdefault(key, list(messages))
        await self._sender.replace(origin.place, replies, answer, markup, picture)
        self._begun.pop(key, None)
        return told.sent(question, tuple(replies), chat=origin.chat, asker=origin.person)

    async def _notify(self, spoken: Spoken, message: str, **arguments: object) -> list[str]:
        """Say one of the bot's own messages: over the chat after a click, else as a reply; return the ids of that."""
        language = spoken.origin.language or self._service.responder.languages[0]
        if isinstance(spoken, Clicked):
            text = self._service.responder.say(message, language, **arguments)
            await self._sender.answer_click(spoken.query, text, alert=True)
            return []
        return await self._sender.send(spoken.origin.place, self._service.notice(message, language, **arguments))
