"""The value objects of the project: sources, facts and intents in, answers out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Self

from bot.errors import JoligError


class Outcome(StrEnum):
    """What kind of reply a question got."""

    ANSWER = "answer"
    CLARIFY = "clarify"
    NOT_DOCUMENTED = "not_documented"
    OUT_OF_SCOPE = "out_of_scope"
    SMALL_TALK = "small_talk"


class Action(StrEnum):
    """What an intent asks of the service beside an answer, all about the conversation itself."""

    PRIVACY = "privacy"
    """To tell for how long things are kept."""
    HELD = "held"
    """To tell what is held."""
    FORGET = "forget"
    """To delete it."""


# --- what curators write -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Source:
    """A document in `seeds/`."""

    id: str
    file: str
    text: str
    """The document as it stands in the file."""
    title: str
    publisher: str
    """The id of an organisation."""
    published: date
    language: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """A passage of a source, by its exact quote (a text quote selector)."""

    source: str
    quote: str
    """The passage as the source has it, white space folded."""
    start: int
    end: int
    """Character offsets in `Source.text`."""


@dataclass(frozen=True, slots=True)
class Entity:
    """A person, organisation, place, event or document that questions and facts name."""

    id: str
    kind: str
    names: Mapping[str, str]
    """The name to show, by language."""
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Other spellings, by language."""
    forms: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Grammatical forms by form name ("locative"), then language."""
    absent: bool = False
    """Known to people who ask, and in none of the sources."""


@dataclass(frozen=True, slots=True)
class EntitiesValue:
    """One entity or more, by id."""

    entities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DateValue:
    """A day, or a day and a month of which the source does not state the year."""

    day: int
    month: int
    year: int | None

    def as_date(self) -> date | None:
        """Return the day as a date, or None where the year is not stated."""
        return None if self.year is None else date(self.year, self.month, self.day)


@dataclass(frozen=True, slots=True)
class PeriodValue:
    """A first and a last day."""

    start: date
    end: date


@dataclass(frozen=True, slots=True)
class NumberValue:
    """A count or a number that a source states."""

    number: int


@dataclass(frozen=True, slots=True)
class YearValue:
    """A year that a source states without a day."""

    year: int


@dataclass(frozen=True, slots=True)
class TextValue:
    """A short statement written in every language."""

    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class VerbatimValue:
    """Words of a source that are shown as they stand, in the source's language."""

    text: str


Value = EntitiesValue | DateValue | PeriodValue | NumberValue | YearValue | TextValue | VerbatimValue


@dataclass(frozen=True, slots=True)
class Fact:
    """A statement with evidence."""

    id: str
    subject: str
    """The id of an entity."""
    property: str
    value: Value
    evidence: tuple[Evidence, ...]
    as_of: date
    """The day of the newest source in the evidence."""
    end: date | None = None
    """The day until which the statement holds, where the source says so."""
    attributed_to: str | None = None
    """The id of the entity that makes the statement, where it is not the publisher's own."""


@dataclass(frozen=True, slots=True)
class Intent:
    """Something people ask for, and what the reply is made of."""

    id: str
    outcome: Outcome
    titles: Mapping[str, str]
    """The question in its plainest words, by language: what a button says."""
    utterances: Mapping[str, tuple[str, ...]]
    reply: str
    """The id of a Fluent message."""
    facts: Mapping[str, str] = field(default_factory=dict)
    """Fact ids by the name of the reply's variable."""
    items: str | None = None
    """The variable whose entities follow the first paragraph as a list."""
    slot: str | None = None
    """The kind of entity that the reply is about ("person")."""
    slot_required: bool = False
    about: tuple[str, ...] = ()
    """The entities that this intent is about: a bare mention of one leads here, and so does "and in …?"."""
    aspects: Mapping[str, str] = field(default_factory=dict)
    """Intent ids by the aspect that a follow-up asks for ("time": "when?")."""
    premises: tuple[str, ...] = ()
    """The intents whose facts its questions take for granted: they are told first where a question has them wrong."""
    suggests: tuple[str, ...] = ()
    """The intents to suggest next."""
    command: str | None = None
    """The command that asks for it, without its slash."""
    action: Action | None = None
    """What the service has to do for it."""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Everything a bot knows, loaded and resolved."""

    name: str
    """What the bot is called after."""
    languages: tuple[str, ...]
    """The languages it answers in; the first is the default."""
    sources: Mapping[str, Source]
    entities: Mapping[str, Entity]
    facts: Mapping[str, Fact]
    intents: Mapping[str, Intent]
    replies: Mapping[str, str]
    """The Fluent resource of each language, as text."""
    digest: str
    """The hash of all that was read."""
    synonyms: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    """Words that mean the same, by the id of the synonym, then language; "meet*" is every word that begins so."""
    alike: frozenset[str] = frozenset()
    """The synonyms whose words must make no difference: what is asked of one is answered as of any other."""
    start: tuple[str, ...] = ()
    """The intents to suggest where nothing else is nearer."""
    menu: tuple[str, ...] = ()
    """The intents that have a command, in the order of the menu."""

    @property
    def as_of(self) -> date:
        """Return the day of the newest source."""
        return max(source.published for source in self.sources.values())

    def called(self, language: str) -> str:
        """Return what the bot is called after, as the entity of that name is called in a language."""
        same = (entity.names for entity in self.entities.values() if self.name in entity.names.values())
        return next(same, {}).get(language, self.name)

    @property
    def version(self) -> str:
        """Return the version that every answer carries: the newest source's day and the content hash."""
        return f"{self.as_of.isoformat()}+{self.digest[:12]}"


# --- a question and its answer -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Choice:
    """A next question, or one of several readings; a button in most channels."""

    text: str
    """What the button says: a question in plain words."""
    intent: str
    entity: str | None = None

    @property
    def key(self) -> str:
        """Return `intent` or `intent__entity`: short, and allowed in a deep link."""
        return self.intent if self.entity is None else f"{self.intent}__{self.entity}"


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody wrote: a text, or the key of a `Choice`."""

    text: str = ""
    choice: str | None = None
    """The key of a choice that was clicked; the text is ignored then."""
    language: str | None = None
    """The language to answer in where the text does not show one."""
    sender: str | None = None
    """The platform's id of the person, where that is not the id of the conversation."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of plain text."""

    text: str


@dataclass(frozen=True, slots=True)
class Items:
    """A list of short plain texts."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """The exact words of a source, in the source's language."""

    text: str
    language: str


Block = Paragraph | Items | Quote


@dataclass(frozen=True, slots=True)
class Citation:
    """The passage that a claim of the answer stands on."""

    fact: str
    source: str
    quote: str


@dataclass(frozen=True, slots=True)
class Event:
    """A row of a timeline."""

    date: str
    """A day or days in words, without a year where the source states none."""
    label: str
    facts: tuple[str, ...]
    """The ids of the facts that it stands on."""
    note: str | None = None
    """What is missing from the date, in words."""

    @property
    def text(self) -> str:
        """Return the row as it is read where there is no picture."""
        note = f" ({self.note})" if self.note else ""
        return f"{self.date}{note} – {self.label}"


@dataclass(frozen=True, slots=True)
class Timeline:
    """What can be shown as a picture of events in their order; the answer's blocks say the same in words."""

    title: str
    events: tuple[Event, ...]
    legend: str | None = None
    """What a mark without a year means; None where every event has its year."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How one request was understood."""

    intent: str | None
    """None where nothing fits."""
    entities: tuple[str, ...] = ()
    confidence: float = 0.0
    """The probability that the intent is right, 0 to 1."""
    nearest: str | None = None
    """The intent that came nearest; None where no matching was needed, or nothing came near."""
    example: str | None = None
    """The example utterance of it that came nearest."""
    runner_up: str | None = None
    """The intent that came second."""
    margin: float = 0.0
    """How far the nearest intent was ahead of it, in shares of the votes."""
    facts: tuple[str, ...] = ()
    """The ids of the facts that the reply to this request stands on."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply as structured data; a channel turns it into its own markup."""

    outcome: Outcome
    language: str
    blocks: tuple[Block, ...]
    citations: tuple[Citation, ...] = ()
    source_line: str | None = None
    """The sources of the citations in one line, in the answer's language."""
    suggestions: tuple[Choice, ...] = ()
    readings: tuple[Reading, ...] = ()
    """One for each request that the question holds."""
    version: str = ""
    picture: Timeline | None = None
    """What a channel that can show pictures may show beside the blocks, which say it all."""

    @property
    def intent(self) -> str | None:
        """Return the intent of the first request."""
        return self.readings[0].intent if self.readings else None

    @property
    def confidence(self) -> float:
        """Return the confidence of the first request."""
        return self.readings[0].confidence if self.readings else 0.0


@dataclass(frozen=True, slots=True)
class DialogueState:
    """What a conversation remembers from one question to the next."""

    at: datetime
    """When the last question was answered; the state expires some time after."""
    language: str | None = None
    """The language of the last answer."""
    chosen: str | None = None
    """The language that the person asked for, which holds until another is asked for."""
    intent: str | None = None
    entity: str | None = None
    choices: tuple[Choice, ...] = ()
    """What the last answer offered: a bare number picks one."""
    readings: tuple[Reading, ...] = ()
    """How the last question was understood, for who asks why, or for the passages."""


@dataclass(frozen=True, slots=True)
class Turn:
    """An answer and the dialogue state after it."""

    answer: Answer
    state: DialogueState
    action: Action | None = None
    """What has to be done for the answer to be true."""


# --- conversations -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Conversation:
    """One chat on one channel."""

    channel: str
    """The name of the channel ("telegram", "terminal")."""
    id: str
    """The platform's id of the chat, with the person's where a group keeps people apart."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question that was answered: what the answer stands on, and the messages that carry it."""

    question: str
    """The platform's id of the question's message."""
    replies: tuple[str, ...]
    """The platform's ids of the reply's messages."""
    readings: tuple[Reading, ...]
    """How the question was understood, and the facts that the answer stands on."""
    language: str
    choices: tuple[str, ...] = ()
    """The keys of the choices that the answer offered, in order."""
    asker: str = ""
    """The id of the conversation that asked, where that is not the whole chat."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it is kept to improve the knowledge: without who asked."""

    day: date
    channel: str
    text: str
    """Without what may lead to somebody."""
    language: str
    outcome: Outcome
    intent: str | None
    confidence: float
    version: str
    """The version of the knowledge that it was answered from."""


@dataclass(frozen=True, slots=True)
class Note:
    """What is kept of an answer that has been given."""

    conversation: Conversation
    state: DialogueState | None
    """None where the conversation is to be forgotten, with all that is held of it."""
    asked: Asked | None = None
    """The question, apart from who asked."""
    chat: Conversation | None = None
    """The chat of the exchange."""
    exchange: Exchange | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """What is held of a conversation."""

    state: DialogueState | None
    exchanges: int
    questions: int
    given_up: int = 0
    """Messages that could not be answered."""


@dataclass(frozen=True, slots=True)
class Received:
    """An event of a platform, as it came in."""

    channel: str
    id: str
    """The platform's id, unique in the channel: what comes in a second time is ignored."""
    chat: str
    """What has to be handled in order."""
    payload: str
    """What the channel needs to handle it, as JSON."""
    asker: str = ""
    """The conversation of whoever it comes from, where it comes from somebody."""


# --- problems ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Something wrong in the knowledge, and where."""

    file: str
    """The path relative to the knowledge folder."""
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class UnknownChoiceError(JoligError):
    """A choice that the knowledge no longer has: a button of an earlier version."""

    @classmethod
    def of(cls, key: str) -> Self:
        """Return the error for a choice's key."""
        return cls(f"the choice {key!r} is not known (any more)")
