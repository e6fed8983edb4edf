"""From what comes in to what goes out."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial

import structlog

from bot.channels.matrix.events import (
    CHANNEL,
    ENCRYPTED,
    HELPED,
    NOT_HELPED,
    PASSAGE,
    WHY,
    Asked,
    Edited,
    Incoming,
    Joined,
    Left,
    Origin,
    Place,
    Reacted,
    Reader,
    Redacted,
    Room,
    Upgraded,
    Wordless,
    Written,
    person_in,
    thread_of,
)
from bot.channels.matrix.homeserver import Event, Homeserver, RefusedError
from bot.channels.matrix.keys import Keys
from bot.channels.matrix.rooms import INVITED, REMOVED, Rooms, is_direct, room_of
from bot.channels.matrix.sending import Picture, Sender
from bot.channels.matrix.timing import Timing
from bot.channels.pictures import Gallery
from bot.core.models import Answer, Note, Outcome, Question, Received, UnknownChoiceError
from bot.errors import JoligError, NetworkError, TokenError
from bot.service import RECENT, Conversation, Exchange, Service, Told

START = "start"
"""The command that greets."""
log = structlog.get_logger()


class Answering:
    """Answers what people ask; whatever happens, it is ready for the next question."""

    def __init__(
        self,
        service: Service,
        server: Homeserver,
        *,
        reader: Reader,
        sender: Sender,
        rooms: Rooms,
        keys: Keys,
        gallery: Gallery,
        timing: Timing,
        put: Callable[[Received], Awaitable[None]],
    ) -> None:
        self._service = service
        self._server = server
        self._reader = reader
        self._sender = sender
        self._rooms = rooms
        self._keys = keys
        self._gallery = gallery
        self._timing = timing
        self._put = put

    async def handle(self, received: Received) -> Note | None:
        """Answer an event, if it is for the bot; return what is to be kept of that.

        Raises NetworkError or StorageError where it is to be tried again, PostponedError where it waits for its key.
        """
        with structlog.contextvars.bound_contextvars(event=received.id):
            try:
                return await self._handle(received, **json.loads(received.payload))
            except RefusedError as error:
                log.warning("matrix_refused", error=str(error))
                return None
            except (
                TokenError
            ) as error:  # what is watching the session ends the channel; the event is left to the next one
                raise NetworkError(str(error)) from error

    async def _handle(
        self, received: Received, room: str, event: Event, at: str, *, direct: bool = False, late: bool = False
    ) -> Note | None:
        if event["type"] == INVITED:
            await self._rooms.invited(room, event["sender"])
            return None
        if event["type"] == REMOVED:
            self._rooms.left(room)
            await self._service.left(Conversation(CHANNEL, room))
            return None
        if not self._server.is_in(room):
            log.info("matrix_room_gone", room=room)
            return None
        where = room_of(self._server, room, direct=direct)
        clear = await self._opened(received, where, event, at) if event["type"] == ENCRYPTED else event
        incoming = self._reader.read(where, clear) if clear else None
        if incoming is None or (late and await self._is_outdated(incoming)):
            return None
        return await self._answer_or_apologise(incoming)

    async def _opened(self, received: Received, room: Room, event: Event, at: str) -> Event | None:
        """Return an encrypted event in clear, None where it is not to be answered now.

        Raises PostponedError where its key may come; once that came, it is handled in the order of its room.
        """
        clear = self._server.decrypted(room.id, event)
        if clear is None:
            tell = partial(self._tell, room, event)
            await self._keys.wait(received.chat, room.id, event, datetime.fromisoformat(at), tell=tell)
        elif received.chat != room.id:
            await self._put(_came_late(received, room.id))
            return None
        return clear

    async def _is_outdated(self, incoming: Incoming) -> bool:
        """Return whether what waited for its key was taken back or edited meanwhile."""
        room, event = incoming.origin.place.room, incoming.origin.event
        edited = incoming.asked.message if isinstance(incoming, Edited) else event
        now = await self._written(room, edited)
        return now is None or now.taken_back or (edited != event and now.edit not in (None, event))

    async def _written(self, room: str, message: str) -> Written | None:
        """Return a message as it is now."""
        return self._reader.written(await self._server.event(room, message))

    async def _tell(self, room: Room, event: Event) -> None:
        """Tell somebody who is alone with the bot that a message cannot be read."""
        origin = self._reader.origin(room, event)
        if origin and origin.private:
            hint = self._service.notice("key-missing", await self._service.language(origin.person))
            # Under another name than the answer, which is sent if the key comes after all.
            await self._sender.send(origin.place, hint, because=f"{origin.event} key")

    # --- answering -------------------------------------------------------------------------------

    async def _answer_or_apologise(self, incoming: Incoming) -> Note | None:
        try:
            return await self._answer(incoming)
        except UnknownChoiceError as error:
            log.info("stale_choice", error=str(error))
            await self._notify(incoming.origin, "stale-choice")
            return None
        except JoligError:
            raise
        except Exception:
            await self._notify(incoming.origin, "unavailable")
            raise

    async def _answer(self, incoming: Incoming) -> Note | None:
        match incoming:
            case Asked():
                return await self._ask_once(incoming)
            case Edited():
                return await self._edit(incoming)
            case Reacted():
                return await self._react(incoming)
            case Wordless(origin):
                await self._notify(origin, "text-only")
            case Redacted():
                await self._take_back(incoming)
            case Joined(origin):
                return await self._greet(origin)
            case Left(origin):
                await self._leave_if_empty(origin.place.room)
            case Upgraded(origin, following):
                await self._rooms.upgraded(origin.place.room, following, origin.sender)
        return None

    async def _ask_once(self, asked: Asked) -> Note | None:
        """Answer a text, unless it was answered before the process was killed, or is not for the bot."""
        chat = asked.origin.chat
        if not asked.addressed and not await self._is_own(asked):
            return None
        return await self._ask(asked) if await self._service.exchange(chat, asked.message) is None else None

    async def _is_own(self, asked: Asked) -> bool:
        """Return whether a text replies to a message of the bot."""
        reply_to = asked.reply_to
        return reply_to is not None and await self._service.exchange_of_reply(asked.origin.chat, reply_to) is not None

    async def _ask(self, asked: Asked, messages: tuple[str, ...] = ()) -> Note | None:
        """Answer a text: in messages that it has already, or in new ones."""
        origin = asked.origin
        async with self._shown(origin):
            told = await self._service.answer(origin.person, Question(text=asked.text, sender=self._known(origin)))
            return await self._reply(origin, asked.message, told, messages)

    def _known(self, origin: Origin) -> str | None:
        """Return who asks, None where others would read what is only for those who run the bot."""
        still = is_direct(self._server.members(origin.place.room))
        return origin.sender if origin.private and still else None

    async def _edit(self, edited: Edited) -> Note | None:
        """Answer an edited text in the messages that answered it before, if it is edited by whoever wrote it.

        Anybody may send what says that it replaces a message: the homeserver does not look whose that is.
        """
        asked, origin = edited.asked, edited.origin
        if exchange := await self._service.exchange(origin.chat, asked.message):
            if not exchange.asker.endswith(f":u{origin.sender}"):
                return None
            return await self._ask(replace(asked, origin=_where(origin, exchange)), exchange.replies)
        # What was not answered before is a question now (somebody adds the bot's name), unless it is an old one.
        now = await self._written(origin.place.room, asked.message) if asked.addressed else None
        if now is None or now.sender != origin.sender or now.taken_back or edited.at - now.at > RECENT:
            return None
        return await self._ask(replace(asked, origin=origin.within(now.thread)))

    async def _react(self, reacted: Reacted) -> Note | None:
        origin = reacted.origin
        exchange = await self._service.exchange_of_reply(origin.chat, reacted.message)
        if exchange is None:  # a message of somebody else
            return None
        origin = _where(origin, exchange)
        if reacted.sign in (HELPED, NOT_HELPED):  # who reacted sees that; a word of thanks would disturb the others
            await self._service.rate(origin.chat, exchange.question, helpful=reacted.sign == HELPED)
            return None
        async with self._shown(origin):
            if reacted.sign == PASSAGE:
                await self._send(origin, await self._service.passages(origin.chat, exchange.question))
            elif reacted.sign == WHY:
                await self._send(origin, await self._service.reasons(origin.chat, exchange.question))
            elif 1 <= int(reacted.sign) <= len(exchange.choices):
                choice = exchange.choices[int(reacted.sign) - 1]
                told = await self._service.answer(origin.person, Question(choice=choice, sender=self._known(origin)))
                return await self._reply(origin, origin.event, told)
        return None

    async def _reply(self, origin: Origin, question: str, told: Told, messages: tuple[str, ...] = ()) -> Note | None:
        """Send an answer; return what is to be kept, with the messages that carry it."""
        answer = told.answer
        footer, picture = self._footer(answer), await self._picture(answer)
        replies = await self._sender.replace(
            origin.place, messages, answer, because=origin.event, footer=footer, picture=picture
        )
        return told.sent(question, replies, chat=origin.chat, asker=origin.person)

    async def _picture(self, answer: Answer) -> Picture | None:
        png = await self._gallery.png(answer)
        return Picture(png, answer.picture.title) if png and answer.picture else None

    def _footer(self, answer: Answer) -> str:
        """Return what the reactions to an answer are for; small talk needs none."""
        if answer.outcome is Outcome.SMALL_TALK:
            return ""
        say, language = self._service.responder.say, answer.language
        passage = [f"{PASSAGE} {say('button-passage', language)}"] if answer.citations else []
        return " · ".join(
            [
                *passage,
                f"{WHY} {say('button-why', language)}",
                say("button-helped", language),
                say("button-not-helped", language),
            ]
        )

    async def _send(self, origin: Origin, answer: Answer) -> None:
        await self._sender.send(origin.place, answer, because=origin.event)

    async def _notify(self, origin: Origin, message: str) -> None:
        """Say one of the bot's own messages, in the language that the person was answered in."""
        await self._send(origin, self._service.notice(message, await self._service.language(origin.person)))

    # --- rooms -----------------------------------------------------------------------------------

    async def _take_back(self, redacted: Redacted) -> None:
        """Take back the answer to a question that was taken back."""
        origin = redacted.origin
        exchange = await self._service.exchange(origin.chat, redacted.message)
        for reply in exchange.replies if exchange else ():
            await self._sender.take_back(origin.place.room, reply, because=origin.event)

    async def _greet(self, origin: Origin) -> Note | None:
        """Say in a new room what the bot is there for, and how it is asked; leave the room that it replaces."""
        room = origin.place.room
        if predecessor := self._server.predecessor(room):
            await self._service.moved(Conversation(CHANNEL, predecessor), room)
            await self._rooms.leave(predecessor)
            return None
        origin = replace(origin, place=Place(room))
        if is_direct(self._server.members(room)):
            other = self._server.other(room)
            origin = replace(origin, person=person_in(room, other), sender=other)
            told = await self._service.answer(origin.person, Question(text=f"/{START}", sender=other))
            hint = self._service.notice("matrix-hint", told.answer.language)
            greeting = replace(told.answer, blocks=told.answer.blocks + hint.blocks)
            return await self._reply(origin, origin.event, replace(told, answer=greeting))
        await self._notify(origin, "matrix-hint")
        return None

    async def _leave_if_empty(self, room: str) -> None:
        if self._server.members(room) == 1:
            await self._rooms.leave(room)

    # --- courtesies ------------------------------------------------------------------------------

    @asynccontextmanager
    async def _shown(self, origin: Origin) -> AsyncIterator[None]:
        """Show that a message is read, and that the bot is typing where an answer takes long."""
        room = origin.place.room
        typing = asyncio.create_task(self._type(room))
        try:
            yield
        finally:
            typing.cancel()
            await asyncio.wait({typing})
        # Last, so that the answer does not wait for it.
        await self._politely(self._server.mark_read(room, origin.event, origin.place.thread))

    async def _type(self, room: str) -> None:
        await asyncio.sleep(self._timing.typing)
        try:
            await self._politely(self._server.type(room, typing=True))
            await asyncio.Event().wait()
        finally:
            await self._politely(self._server.type(room, typing=False))

    async def _politely(self, courtesy: Awaitable[None]) -> None:
        """Do what no answer depends on."""
        try:
            await courtesy
        except JoligError as error:
            log.info("matrix_courtesy_failed", error=str(error))


def _came_late(received: Received, room: str) -> Received:
    """Return an event whose key came late, to be handled in the order of its room from now on."""
    payload = json.loads(received.payload) | {"late": True}
    return replace(received, id=f"late {received.id}", chat=room, payload=json.dumps(payload))


def _where(origin: Origin, exchange: Exchange) -> Origin:
    """Return the origin of something that is about an exchange, in the thread of that."""
    return origin.within(thread_of(exchange.asker, origin.place.room))
