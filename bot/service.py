"""One question of one conversation: load its dialogue state, ask the core, save what follows."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from time import perf_counter
from typing import Protocol

from bot.core.models import (
    Action,
    Answer,
    Asked,
    Conversation,
    DialogueState,
    Exchange,
    Held,
    Note,
    Outcome,
    Paragraph,
    Question,
    Turn,
    UnknownChoiceError,
)
from bot.core.responder import LONGEST, Responder
from bot.metrics import Metrics, NoMetrics
from bot.privacy import redacted

__all__ = ["Administration", "Command", "Conversation", "Exchange", "Retention", "Service", "Store", "Told"]

TURNS = 8
"""Turns of the event loop before a question is understood, which takes all of it for a while: what is under way goes
first, so that an answer is sent before many others are made, and few are sent again after a `kill -9`."""


RECENT = timedelta(minutes=15)
"""How long after it was written a message may be edited into a question."""


class Store(Protocol):
    """What outlives a question; each method raises StorageError where it cannot keep or find it."""

    async def dialogue(self, conversation: Conversation) -> DialogueState | None:
        """Return the dialogue state of a conversation."""

    async def save_dialogue(self, conversation: Conversation, state: DialogueState, asked: Asked | None = None) -> None:
        """Keep the dialogue state of a conversation, and the question apart from it."""

    async def exchange(self, conversation: Conversation, question: str) -> Exchange | None:
        """Return the exchange of a question."""

    async def exchange_of_reply(self, conversation: Conversation, reply: str) -> Exchange | None:
        """Return the exchange of a message that carries an answer."""

    async def save_exchange(self, conversation: Conversation, exchange: Exchange) -> None:
        """Keep an exchange, in place of an earlier one of the same question."""

    async def held(self, conversation: Conversation) -> Held:
        """Return what is held of a conversation."""

    async def forget(self, conversation: Conversation) -> None:
        """Delete all that is held of a conversation."""

    async def rate(self, conversation: Conversation, question: str, intents: Collection[str], *, helpful: bool) -> None:
        """Count that the answer to a question helped or did not, in place of what was said of it before."""

    async def forget_chat(self, chat: Conversation) -> None:
        """Drop the dialogue states and exchanges of a chat and of the conversations within it."""

    async def move_chat(self, chat: Conversation, to: str) -> None:
        """Give the dialogue states of a chat to the chat that it has become, by its id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """For how many days what is kept."""

    conversations: int = 90
    """Dialogue states and exchanges, after the last answer."""
    questions: int = 90
    """Questions without who asked; 0: none is kept."""


@dataclass(frozen=True, slots=True)
class Told:
    """An answer, and what is to be kept once it has been given; None where nothing is."""

    answer: Answer
    note: Note | None

    def sent(self, question: str, replies: tuple[str, ...], *, chat: Conversation, asker: Conversation) -> Note | None:
        """Return what is to be kept once messages in a chat carry the answer to a question of one of its people."""
        if self.note is None or self.note.state is None:
            return self.note
        choices = tuple(choice.key for choice in self.answer.suggestions)
        exchange = Exchange(question, replies, self.answer.readings, self.answer.language, choices, asker.id)
        return replace(self.note, chat=chat, exchange=exchange)


Command = Callable[[], Awaitable[Sequence[str]]]
"""Does something and returns what to reply, a line each."""


@dataclass(frozen=True, slots=True)
class Administration:
    """What those who run the bot can tell it in a chat; for everybody else these commands do not exist."""

    admins: Collection[str] = ()
    """Who they are, each as `channel:id of the person`."""
    commands: Mapping[str, Command] = field(default_factory=dict)
    """Each command by its name, without the slash."""

    async def answer(self, conversation: Conversation, question: Question) -> Answer | None:
        """Obey a command and return the reply, None where it is none or not for whoever asks."""
        command = self.commands.get(question.text.strip().removeprefix("/").casefold())
        sender = f"{conversation.channel}:{question.sender or conversation.id}"
        if command is None or not question.text.strip().startswith("/") or sender not in self.admins:
            return None
        return Answer(Outcome.SMALL_TALK, "en", tuple(map(Paragraph, await command())))


class Service:
    """Answers questions of conversations; what every channel stands on."""

    def __init__(
        self,
        responder: Responder,
        store: Store,
        *,
        now: Callable[[], datetime],
        retention: Retention | None = None,
    ) -> None:
        self.responder = responder
        """The core; another one takes its place when the knowledge is reloaded."""
        self._replaced = asyncio.Event()
        self.administration = Administration()
        self.metrics: Metrics = NoMetrics()
        self._store = store
        self._now = now
        self._retention = retention or Retention()
        self._understanding = asyncio.Lock()

    def take(self, responder: Responder) -> None:
        """Answer with another core from now on: the knowledge was reloaded."""
        self.responder = responder
        self._replaced.set()
        self._replaced = asyncio.Event()

    async def replaced(self) -> None:
        """Wait until another core is taken."""
        await self._replaced.wait()

    async def turn(self) -> None:
        """Wait until what has been asked is understood: whoever fetches questions then fetches many at a time."""
        async with self._understanding:
            pass

    async def ask(self, conversation: Conversation, question: Question) -> Answer:
        """Answer a question and keep what follows from it; raise UnknownChoiceError for a choice that is not known."""
        told = await self.answer(conversation, question)
        if note := told.note:
            if note.state is None:
                await self._store.forget(note.conversation)
            else:
                await self._store.save_dialogue(note.conversation, note.state, note.asked)
        return told.answer

    async def answer(self, conversation: Conversation, question: Question) -> Told:
        """Answer a question, and leave it to the caller to keep what follows once the answer has been given.

        Then a question that is answered again, as the process was killed before that, gets the same answer. Raises
        UnknownChoiceError for a choice that is not known (any more).
        """
        began = perf_counter()
        if obeyed := await self.administration.answer(conversation, question):
            return Told(obeyed, None)
        state = await self._store.dialogue(conversation)
        async with self._understanding:
            for _ in range(TURNS):
                await asyncio.sleep(0)
            responder, now = self.responder, self._now()
            turn = responder.respond(question, state, now=now)
        asked = None if turn.action else self._asked(conversation, question, turn.answer, now.date())
        note = Note(conversation, None if turn.action is Action.FORGET else turn.state, asked)
        answer = await self._told(conversation, turn, responder)
        self.metrics.answered(
            channel=conversation.channel,
            language=answer.language,
            outcome=answer.outcome,
            seconds=perf_counter() - began,
        )
        return Told(answer, note)

    async def _told(self, conversation: Conversation, turn: Turn, responder: Responder) -> Answer:
        """Return an answer with what only the service can tell."""
        days = self._retention
        match turn.action:
            case Action.HELD:
                return responder.held(turn.answer, await self._store.held(conversation))
            case Action.PRIVACY:
                return responder.kept(turn.answer, conversation_days=days.conversations, question_days=days.questions)
        return turn.answer

    def notice(self, message: str, language: str, **arguments: object) -> Answer:
        """Return one of the bot's own messages as an answer."""
        text = self.responder.say(message, language, **arguments)
        return Answer(Outcome.SMALL_TALK, language, (Paragraph(text),))

    async def language(self, conversation: Conversation) -> str:
        """Return the language of a conversation, as far as it is known; else the knowledge's first."""
        state = await self._store.dialogue(conversation)
        told = (state.chosen, state.language) if state else ()
        spoken = self.responder.languages
        return next((language for language in told if language in spoken), spoken[0])

    def look_up(self, question: Question) -> Answer:
        """Answer a question outside of any conversation: nothing is read and nothing kept.

        Raises UnknownChoiceError for a choice that is not known (any more).
        """
        return self.responder.respond(question, None, now=self._now()).answer

    def _asked(self, conversation: Conversation, question: Question, answer: Answer, day: date) -> Asked | None:
        """Return a question as it may be kept, None where there is nothing to learn from it or none is kept."""
        text = question.text.strip()
        if not self._retention.questions or question.choice or text.startswith("/") or not any(map(str.isalpha, text)):
            return None
        return Asked(
            day=day,
            channel=conversation.channel,
            text=redacted(text[:LONGEST].encode(errors="replace").decode()),
            language=answer.language,
            outcome=answer.outcome,
            intent=answer.intent,
            confidence=round(answer.confidence, 4),
            version=answer.version,
        )

    async def answered(self, conversation: Conversation, exchange: Exchange) -> None:
        """Record which messages carry an answer, for its buttons and for an edited question.

        Of a conversation that was just forgotten nothing is recorded.
        """
        intents = self.responder.knowledge.intents
        named = [intents.get(reading.intent or "") for reading in exchange.readings]
        if any(intent and intent.action is Action.FORGET for intent in named):
            return
        await self._store.save_exchange(conversation, exchange)

    async def exchange(self, conversation: Conversation, question: str) -> Exchange | None:
        """Return the exchange of a question, None where it was not answered or too long ago."""
        return await self._store.exchange(conversation, question)

    async def exchange_of_reply(self, conversation: Conversation, reply: str) -> Exchange | None:
        """Return the exchange of a message that carries an answer, None where it carries none or is too old."""
        return await self._store.exchange_of_reply(conversation, reply)

    async def passages(self, conversation: Conversation, question: str) -> Answer:
        """Return the passages that an answer stands on; raise UnknownChoiceError where its question is not known."""
        exchange = await self._known(conversation, question)
        return self.responder.passages(exchange.readings, exchange.language)

    async def reasons(self, conversation: Conversation, question: str) -> Answer:
        """Return why an answer was given; raise UnknownChoiceError where its question is not known."""
        exchange = await self._known(conversation, question)
        return self.responder.reasons(exchange.readings, exchange.language)

    async def rate(self, conversation: Conversation, question: str, *, helpful: bool) -> Exchange:
        """Record that an answer helped or did not, by its intents; a later call takes the place of an earlier one.

        Returns what was rated; raises UnknownChoiceError where the question is not known.
        """
        exchange = await self._known(conversation, question)
        intents = {reading.intent for reading in exchange.readings if reading.intent}
        await self._store.rate(conversation, question, intents, helpful=helpful)
        return exchange

    async def left(self, chat: Conversation) -> None:
        """Forget a chat that the bot is no longer in."""
        await self._store.forget_chat(chat)

    async def moved(self, chat: Conversation, to: str) -> None:
        """Go on in the chat that a chat has become."""
        await self._store.move_chat(chat, to)

    async def _known(self, conversation: Conversation, question: str) -> Exchange:
        exchange = await self._store.exchange(conversation, question)
        if exchange is None:
            raise UnknownChoiceError.of(question)
        return exchange
