"""A responder and a store for the tests of the Telegram channel: small, and without any subject."""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast

from bot.channels.telegram import WebhookAddress
from bot.core.composer import Command
from bot.core.models import (
    Action,
    Answer,
    Asked,
    Block,
    Choice,
    Citation,
    DialogueState,
    Entity,
    Event,
    Held,
    Intent,
    Items,
    Knowledge,
    Note,
    Outcome,
    Paragraph,
    Question,
    Quote,
    Reading,
    Received,
    Timeline,
    Turn,
    UnknownChoiceError,
)
from bot.errors import StorageError
from bot.health import Health
from bot.inbox import Inbox, Limits
from bot.service import Conversation, Exchange, Service
from tests.peers.bot_api import BotApiPeer, telegram_peer
from tests.peers.serving import NOWHERE, Bot, Dialogue, Sleeps, quick, serving

if TYPE_CHECKING:
    from bot.core.responder import Responder

NOW = datetime(2026, 1, 2, tzinfo=UTC)
SUGGESTIONS = (Choice("Who?", "who"), Choice("Where is Ann?", "where", "ann"))
KNOWLEDGE = Knowledge(
    name="Test",
    languages=("en", "hy"),
    sources={},
    entities={"ann": Entity("ann", "person", {"en": "Ann"})},
    facts={},
    intents={
        "who": Intent("who", Outcome.ANSWER, {"en": "Who is it?", "hy": "Ո՞վ է"}, {}, "who"),
        "where": Intent(
            "where", Outcome.ANSWER, {"en": "Where is somebody?", "hy": "Որտե՞ղ է"}, {}, "where", slot="person"
        ),
    },
    replies={},
    digest="0" * 12,
)


RETRY = (0.001, 0.001)
"""The pauses between the attempts of the inbox."""
DRAIN = 5.0
"""How long the inbox may take after the stop."""

READINGS = (Reading("who", facts=("fact",)),)
"""How the fake responder understands everything that it answers from a source."""


class FakeResponder:
    """Repeats the question; some texts make it do something else.

    "greet" has no citations, "long" fills three messages, "plain" has no buttons, "markup" needs escaping, "crash"
    raises an unexpected error, "stale" is a choice that is gone; "state" tells the question before. "picture" has one.
    "unclear" asks back. "forget" does what "state" does, and has the conversation forgotten.
    """

    languages = KNOWLEDGE.languages

    def __init__(self, knowledge: Knowledge = KNOWLEDGE) -> None:
        self.knowledge = knowledge
        self.questions: list[Question] = []
        self.ending = ""
        """What its own messages end with."""

    def respond(self, question: Question, state: DialogueState | None, *, now: datetime) -> Turn:
        """Answer by a key word of the question."""
        self.questions.append(question)
        if question.choice is not None and question.choice not in {choice.key for choice in SUGGESTIONS}:
            raise UnknownChoiceError.of(question.choice)
        if question.text == "stale":
            raise UnknownChoiceError.of("stale")
        asked = question.choice or question.text
        answer = self._answer(asked, question.language or self.languages[0], state)
        return Turn(answer, DialogueState(now, entity=asked), Action.FORGET if asked == "forget" else None)

    def _answer(self, asked: str, language: str, state: DialogueState | None) -> Answer:
        picture: Timeline | None = None
        citations: tuple[Citation, ...] = (Citation("fact", "source", "The exact words."),)
        suggestions: tuple[Choice, ...] = SUGGESTIONS
        blocks: tuple[Block, ...] = (Paragraph(f"[{language}] {asked}"),)
        match asked.partition(" ")[0]:
            case "crash":
                raise RuntimeError("a defect")
            case "greet":
                citations, suggestions = (), ()
            case "plain":
                suggestions = ()
            case "long":
                blocks = tuple(Paragraph(f"{number} " + "word " * 700) for number in (1, 2, 3))
            case "markup":
                blocks = (Paragraph("<b> & </i>"), Items(("a < b",)), Quote("c > d &amp;", "en"))
            case "state" | "forget":
                blocks = (Paragraph(f"before: {state.entity if state else None}"),)
            case "picture":
                blocks = (Paragraph("An event:" + " word" * (300 if "long" in asked else 3)),)
                picture = Timeline("Events", (Event("1 May 2024", "An event", ("fact",)),))
            case "unclear" | "":
                return Answer(Outcome.CLARIFY, language, blocks, suggestions=suggestions, readings=(Reading(None),))
        line = "Source: <The Source>" if citations else None
        outcome = Outcome.ANSWER if citations else Outcome.SMALL_TALK
        facts = tuple(citation.fact for citation in citations)
        readings = (Reading("where", ("ann",), facts=facts) if "Ann" in asked else Reading("who", facts=facts),)
        return Answer(outcome, language, blocks, citations, line, suggestions, readings, picture=picture)

    def shows_language(self, text: str) -> bool:
        """Return whether there is a word of more than three letters."""
        return any(len(word) > 3 for word in text.split())

    def passages(self, readings: Sequence[Reading], language: str) -> Answer:
        """Return one quote."""
        if readings != READINGS:
            raise UnknownChoiceError.of(str(readings))
        citation = Citation("fact", "source", "The exact words.")
        return Answer(Outcome.ANSWER, language, (Quote("The exact words.", "en"),), (citation,), "Source")

    def reasons(self, readings: Sequence[Reading], language: str) -> Answer:
        """Return the intents."""
        said = Paragraph(f"[{language}] read as {readings[0].intent}")
        return Answer(Outcome.ANSWER, language, (said,))

    def commands(self, language: str) -> tuple[Command, ...]:
        """Return two commands."""
        return Command("start", f"Start ({language})"), Command("members", "m" * 300)

    def say(self, message: str, language: str, **arguments: object) -> str:
        """Return the message's id and what it is filled with."""
        filled = "".join(f" {value}" for value in arguments.values())
        return f"<{message}> in {language}{filled}{self.ending}"


class MemoryStore:
    """Remembers in memory, unless it is broken."""

    def __init__(self) -> None:
        self.broken = False
        self.unclosed = 0
        """How many times it fails yet to note that an event is done with."""
        self.hung = False
        """Whether that never ends."""
        self.unread = 0
        """How many times it fails yet to read a dialogue state, or to forget a chat."""
        self.dialogues: dict[Conversation, DialogueState] = {}
        self.exchanges: dict[tuple[Conversation, str], Exchange] = {}
        self.ratings: dict[tuple[Conversation, str], tuple[frozenset[str], bool]] = {}
        self.events: list[Received] = []
        """What was received, in order."""
        self.closed: dict[int, str | None] = {}
        """Why each event that is done with was given up, or None, by its number."""

    def _check(self) -> None:
        if self.broken:
            raise StorageError("the database is locked")

    def _check_unread(self) -> None:
        if self.unread:
            self.unread -= 1
            raise StorageError("the database is locked")

    async def dialogue(self, conversation: Conversation) -> DialogueState | None:
        """Return the dialogue state."""
        self._check()
        self._check_unread()
        return self.dialogues.get(conversation)

    async def save_dialogue(self, conversation: Conversation, state: DialogueState, asked: Asked | None = None) -> None:
        """Keep the dialogue state, and the question."""
        self._check()
        self.dialogues[conversation] = state

    async def held(self, conversation: Conversation) -> Held:
        """Return what is held."""
        self._check()
        return Held(self.dialogues.get(conversation), 0, 0)

    async def forget(self, conversation: Conversation) -> None:
        """Delete it."""
        self._check()
        self.dialogues.pop(conversation, None)

    async def exchange(self, conversation: Conversation, question: str) -> Exchange | None:
        """Return an exchange."""
        self._check()
        return self.exchanges.get((conversation, question))

    async def save_exchange(self, conversation: Conversation, exchange: Exchange) -> None:
        """Keep an exchange."""
        self._check()
        self.exchanges[conversation, exchange.question] = exchange

    async def rate(self, conversation: Conversation, question: str, intents: Collection[str], *, helpful: bool) -> None:
        """Keep the latest rating of an answer."""
        self._check()
        self.ratings[conversation, question] = (frozenset(intents), helpful)

    async def forget_chat(self, chat: Conversation) -> None:
        """Drop what is kept of a chat."""
        self._check()
        self._check_unread()
        for kept in [each for each in self.dialogues if f"{each.id}:".startswith(f"{chat.id}:")]:
            del self.dialogues[kept]

    async def move_chat(self, chat: Conversation, to: str) -> None:
        """Keep the dialogue states under another chat's id."""
        self._check()
        for kept in [each for each in self.dialogues if f"{each.id}:".startswith(f"{chat.id}:")]:
            moved = Conversation(kept.channel, kept.id.replace(chat.id, to))
            self.dialogues[moved] = self.dialogues.pop(kept)

    async def receive(self, events: Sequence[Received]) -> None:
        """Keep events."""
        self._check()
        known = {event.id for event in self.events}
        self.events += [event for event in events if event.id not in known]

    async def opened(
        self, channel: str, *, after: int, limit: int, until: int | None = None, chat: str | None = None
    ) -> list[tuple[int, Received]]:
        """Return open events, which are never so many here that they would have to be asked for by chat."""
        self._check()
        numbered = list(enumerate(self.events, start=1))
        return [(number, event) for number, event in numbered if number > after and number not in self.closed][:limit]

    async def close(self, number: int, at: datetime, reason: str | None = None, note: Note | None = None) -> None:
        """Note that an event is done with, and keep what is to be kept of it."""
        self._check()
        if self.hung:
            await asyncio.Event().wait()
        if self.unclosed:
            self.unclosed -= 1
            raise StorageError("the disk is full")
        if note and note.state is None:
            await self.forget(note.conversation)
        elif note and note.state and note.chat and note.exchange:
            self.dialogues[note.conversation] = note.state
            await self.save_exchange(note.chat, note.exchange)
        self.closed[number] = reason

    async def dead_letters(self, channel: str) -> int:
        """Return how many events were given up."""
        return len([reason for reason in self.closed.values() if reason is not None])


def bot_of(responder: FakeResponder, store: MemoryStore, webhook: WebhookAddress | None = None) -> Bot:
    """Return a bot on the fakes."""
    service = Service(cast("Responder", responder), store, now=lambda: NOW)
    inbox = Inbox(store, now=lambda: NOW, limits=Limits(retry=RETRY, recovery=0.001, drain=DRAIN))
    return Bot(service, inbox, webhook=webhook)


@dataclass(frozen=True, slots=True)
class World:
    """A bot that runs on the fakes, and the peer that it talks to."""

    peer: BotApiPeer
    responder: FakeResponder
    store: MemoryStore
    health: Health
    sleeps: Sleeps
    task: asyncio.Task[None]

    def dialogue(self, name: str = "Anna", language: str | None = None) -> Dialogue:
        """Return a private chat with somebody new."""
        return Dialogue(self.peer, self.peer.person(name, language))


@asynccontextmanager
async def world(
    *, test_environment: bool = False, pictures: Path = NOWHERE, **durations: object
) -> AsyncIterator[World]:
    """Run a bot on the fakes; `durations` are those of `Timing` that are not the quick ones."""
    responder, store, sleeps = FakeResponder(), MemoryStore(), Sleeps()
    timing = quick(**{"sleep": sleeps, **durations})
    bot = replace(bot_of(responder, store), pictures=pictures)
    async with telegram_peer(test_environment=test_environment) as peer, serving(peer, bot, timing=timing) as task:
        yield World(peer, responder, store, bot.health, sleeps, task)
