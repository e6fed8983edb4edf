"""What comes in: an event of a room, read as something that the bot is asked."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Annotated, Any
from urllib.parse import unquote

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from bot.service import Conversation

CHANNEL = "matrix"
PASSAGE, WHY = "📖", "❓"
"""The reactions that ask for the exact passage and for the reasons."""
HELPED, NOT_HELPED = "👍", "👎"
"""The reactions that say whether an answer helped."""
ENCRYPTED, MEMBER = "m.room.encrypted", "m.room.member"
SPOKEN = frozenset({"m.room.message", "m.sticker", "m.reaction"})
"""What people say: no other event is taken from an encrypted one, which the homeserver has not looked into."""
_PRESENT = ("join", "invite")
_WORDLESS = ("m.image", "m.file", "m.audio", "m.video", "m.location")
_LAST_MOMENT = 253_402_300_799_999
"""The last millisecond that a date can tell: whoever sends an event, or their homeserver, says when it was."""
LONGEST_HTML = 4096
"""Characters up to which HTML is read; the parser takes time by the square of what is broken."""
_LEADING = " \t,.:;-–—"
"""What remains before the text where a mention stood."""
_COMMAND = re.compile(r"\s*[!/](\w+)")
_FALLBACK = re.compile(r"\A(?:> ?.*\n)+\n?")
"""What older apps put before a reply: the message that it replies to."""
_VARIANT = re.compile("[\ufe0f\U0001f3fb-\U0001f3ff]")
"""What makes a sign a coloured one, or gives a hand its tone."""
_KEYCAP = re.compile(r"(\d)\ufe0f?\u20e3")


# --- as the homeserver has it --------------------------------------------------------------------


# An id goes into addresses and names conversations, so it has nothing in it that means something there. The event ids
# of old rooms (version 3) are base64, which may contain a slash.
EventId = Annotated[str, Field(pattern=r"^\$([^/?#\s]+|[A-Za-z0-9+/]{43})$")]
RoomId = Annotated[str, Field(pattern=r"^![^/?#\s]+$")]
UserId = Annotated[str, Field(pattern=r"^@[^:\s]*:[^/?#@\s]+$")]


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, part: object) -> object:
        """Take what is null for what is not there, as some apps write it."""
        return {name: value for name, value in part.items() if value is not None} if isinstance(part, dict) else part


class _Other(_Part):
    event_id: EventId


class _Relation(_Part):
    rel_type: str | None = None
    event_id: EventId | None = None
    key: str = ""
    falls_back: bool = Field(default=False, alias="is_falling_back")
    in_reply_to: _Other | None = Field(default=None, alias="m.in_reply_to")


class _Mentions(_Part):
    user_ids: list[str] = []


class _Content(_Part):
    msgtype: str = ""
    body: str = ""
    formatted_body: str = ""
    filename: str = ""
    membership: str = ""
    redacts: EventId | None = None
    replacement_room: RoomId | None = None
    relation: _Relation = Field(default=_Relation(), alias="m.relates_to")
    mentions: _Mentions | None = Field(default=None, alias="m.mentions")
    new: "_Content | None" = Field(default=None, alias="m.new_content")

    @property
    def html(self) -> str:
        """Return the text as HTML without the message that it replies to, nothing where there is none or too much."""
        own = self.formatted_body.rpartition("</mx-reply>")[2]
        return own if len(own) <= LONGEST_HTML else ""

    @property
    def is_text(self) -> bool:
        """Return whether somebody writes something, be it beneath a file: then the file's name is apart from it."""
        return self.msgtype == "m.text" or (self.msgtype in _WORDLESS and self.filename not in ("", self.body))

    @property
    def own(self) -> str:
        """Return the text without the message that it replies to."""
        return _FALLBACK.sub("", self.body, count=1) if self.relation.in_reply_to else self.body


class _Before(_Part):
    membership: str = ""


class _Relations(_Part):
    edit: _Other | None = Field(default=None, alias="m.replace")


class _Unsigned(_Part):
    before: _Before = Field(default=_Before(), alias="prev_content")
    redacted_because: object = None
    relations: _Relations = Field(default=_Relations(), alias="m.relations")


class _Event(_Part):
    id: EventId = Field(alias="event_id")
    type: str
    sender: UserId
    content: _Content
    sent: int = Field(alias="origin_server_ts", ge=0, le=_LAST_MOMENT)
    state_key: str | None = None
    redacts: EventId | None = None
    unsigned: _Unsigned = _Unsigned()

    @property
    def joins(self) -> bool:
        """Return whether somebody comes into the room; who changes their name has been a member before."""
        return self.content.membership == "join" and self.unsigned.before.membership != "join"

    @property
    def growth(self) -> int:
        """Return how many more are in the room by it, with those who are invited."""
        if self.type != MEMBER or self.state_key is None:
            return 0
        return (self.content.membership in _PRESENT) - (self.unsigned.before.membership in _PRESENT)

    @property
    def thread(self) -> str | None:
        """Return the event that began the thread; what is about a message in a thread, as an edit, does not tell it."""
        relation = self.content.relation
        return relation.event_id if relation.rel_type == "m.thread" else None

    @property
    def at(self) -> datetime:
        """Return when it was sent, by its sender's homeserver."""
        return datetime.fromtimestamp(self.sent / 1000, UTC)


# --- as the bot reads it -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Room:
    """Where an event came in."""

    id: str
    direct: bool
    """Whether one person was alone in it with the bot."""
    name: str
    """What the bot is called there."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a reply goes."""

    room: str
    thread: str | None = None
    """The event that began the thread."""
    reply_to: str | None = None
    """The event that it is shown as a reply to."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where something comes from."""

    person: Conversation
    """One person's conversation: in a group, people do not share what theirs is about."""
    chat: Conversation
    """The whole room: everyone may react to the bot's messages."""
    place: Place
    event: str
    """The id of the event: what is sent because of it is sent once."""
    sender: str
    """The id of the person."""
    private: bool
    """Whether the person was alone with the bot."""

    def within(self, thread: str | None) -> "Origin":
        """Return the same in a thread of the room."""
        room = self.place.room
        return replace(self, person=person_in(room, self.sender, thread), place=replace(self.place, thread=thread))


@dataclass(frozen=True, slots=True)
class Asked:
    """A text that may be for the bot."""

    origin: Origin
    message: str
    """The id of the message."""
    text: str
    addressed: bool
    """Whether it is for the bot for sure; if not, it is where it replies to the bot or was answered before."""
    reply_to: str | None
    """The message that it replies to."""


@dataclass(frozen=True, slots=True)
class Edited:
    """A text for the bot that replaces an earlier one."""

    asked: Asked
    at: datetime

    @property
    def origin(self) -> Origin:
        """Return where it comes from."""
        return self.asked.origin


@dataclass(frozen=True, slots=True)
class Reacted:
    """A reaction to a message: a sign about an answer, or the number of a suggestion."""

    origin: Origin
    message: str
    """The message that has it."""
    sign: str
    """PASSAGE, WHY, HELPED, NOT_HELPED or a digit."""


@dataclass(frozen=True, slots=True)
class Wordless:
    """A picture, a voice message, a sticker: something that is not a text."""

    origin: Origin


@dataclass(frozen=True, slots=True)
class Redacted:
    """A message that was taken back."""

    origin: Origin
    message: str


@dataclass(frozen=True, slots=True)
class Joined:
    """The bot itself, as it came into the room."""

    origin: Origin


@dataclass(frozen=True, slots=True)
class Left:
    """Somebody who left the room."""

    origin: Origin


@dataclass(frozen=True, slots=True)
class Upgraded:
    """A room that goes on in another one."""

    origin: Origin
    room: str


@dataclass(frozen=True, slots=True)
class Written:
    """A message as it is now."""

    sender: str
    at: datetime
    thread: str | None
    taken_back: bool
    edit: str | None
    """The event by which it was edited last."""


Incoming = Asked | Edited | Reacted | Wordless | Redacted | Joined | Left | Upgraded


class Reader:
    """Reads events as one user."""

    def __init__(self, user: str, *, commands: Callable[[], Collection[str]]) -> None:
        self._user = user
        self._local = user[1:].partition(":")[0]
        self._commands = commands
        self._readers: Mapping[str, Callable[[Room, _Event], Incoming | None]] = {
            "m.room.message": self._message,
            "m.sticker": self._message,
            "m.reaction": self._reaction,
            "m.room.redaction": self._redaction,
            MEMBER: self._member,
            "m.room.tombstone": self._upgrade,
        }

    def read(self, room: Room, event: Mapping[str, Any]) -> Incoming | None:
        """Return what an event asks, or None where it is not for the bot; anything may be in it."""
        found = _parsed(event)
        if found is None or (found.sender == self._user and found.type != MEMBER):
            return None
        read = self._readers.get(found.type)
        return read(room, found) if read else None

    def is_sealed(self, event: Mapping[str, Any]) -> bool:
        """Return whether an event of somebody else is encrypted, and as it should be."""
        found = _parsed(event)
        return bool(found and found.type == ENCRYPTED and found.sender != self._user)

    def joins(self, event: Mapping[str, Any]) -> bool:
        """Return whether by an event the bot itself comes into the room."""
        found = _parsed(event)
        return bool(found and (found.type, found.state_key) == (MEMBER, self._user) and found.joins)

    def growth(self, events: Iterable[Mapping[str, Any]]) -> int:
        """Return how many more are in the room by some events, with those who are invited."""
        return sum(found.growth for event in events if (found := _parsed(event)))

    def origin(self, room: Room, event: Mapping[str, Any]) -> Origin | None:
        """Return where an event comes from, also an encrypted one, None where it cannot be read."""
        found = _parsed(event)
        return self._origin(room, found) if found else None

    def written(self, event: Mapping[str, Any]) -> Written | None:
        """Return a message as it is now, None where it cannot be read."""
        found = _parsed(event)
        if found is None:
            return None
        now, edit = found.unsigned, found.unsigned.relations.edit
        return Written(
            found.sender, found.at, found.thread, now.redacted_because is not None, edit.event_id if edit else None
        )

    def _message(self, room: Room, event: _Event) -> Asked | Edited | Wordless | None:
        content, relation = event.content, event.content.relation
        if relation.rel_type == "m.replace":
            return self._edit(room, event, content.new) if content.new and content.new.is_text else None
        addressed = room.direct or self._is_addressed(content, room.name)
        if event.type == "m.sticker" or (content.msgtype in _WORDLESS and not content.is_text):
            return Wordless(self._origin(room, event)) if addressed else None
        # A message in a thread names the one before it for apps without threads; that does not make it a reply.
        reply_to = relation.in_reply_to.event_id if relation.in_reply_to and not relation.falls_back else None
        if not content.is_text or not (addressed or reply_to):
            return None
        return Asked(self._origin(room, event), event.id, self._text(content, room.name), addressed, reply_to)

    def _edit(self, room: Room, event: _Event, new: _Content) -> Edited | None:
        addressed = room.direct or self._is_addressed(new, room.name)
        message = event.content.relation.event_id
        if message is None:
            return None
        asked = Asked(self._origin(room, event, message), message, self._text(new, room.name), addressed, None)
        return Edited(asked, event.at)

    def _reaction(self, room: Room, event: _Event) -> Reacted | None:
        relation = event.content.relation
        keycap = _KEYCAP.fullmatch(relation.key)
        sign = keycap[1] if keycap else _VARIANT.sub("", relation.key)
        if relation.event_id is None or (not keycap and sign not in (PASSAGE, WHY, HELPED, NOT_HELPED)):
            return None
        return Reacted(self._origin(room, event, relation.event_id), relation.event_id, sign)

    def _redaction(self, room: Room, event: _Event) -> Redacted | None:
        redacted = event.redacts or event.content.redacts
        return Redacted(self._origin(room, event), redacted) if redacted else None

    def _upgrade(self, room: Room, event: _Event) -> Upgraded | None:
        following = event.content.replacement_room
        return Upgraded(self._origin(room, event), following) if following and event.state_key == "" else None

    def _member(self, room: Room, event: _Event) -> Joined | Left | None:
        if event.state_key == self._user:
            return Joined(self._origin(room, event)) if event.joins else None
        left = event.state_key is not None and event.content.membership in ("leave", "ban")
        return Left(self._origin(room, event)) if left else None

    def _origin(self, room: Room, event: _Event, message: str | None = None) -> Origin:
        reply_to = None if room.direct else message or event.id
        return Origin(
            # Also where nobody else is: others may come, and what was said before stays this person's.
            person=person_in(room.id, event.sender, event.thread),
            chat=Conversation(CHANNEL, room.id),
            place=Place(room.id, event.thread, reply_to),
            event=event.id,
            sender=event.sender,
            private=room.direct,
        )

    # --- for whom, and what ----------------------------------------------------------------------

    def _is_addressed(self, content: _Content, name: str) -> bool:
        """Return whether a message in a group says that it is for the bot."""
        # Who is meant is listed by newer apps; in older ones it is who is linked.
        meant = content.mentions.user_ids if content.mentions else unquote(content.html)
        if self._user in meant:
            return True
        command = _COMMAND.match(content.own)
        return bool(command and command[1].casefold() in self._commands()) or bool(
            self._named(name).search(content.own)
        )

    def _named(self, name: str) -> re.Pattern[str]:
        """Return what names the bot in plain text: its id or short id anywhere, any of its names before a colon."""
        user, local, shown = map(re.escape, (self._user, self._local, name))
        return re.compile(
            rf"(?<!\w){user}|(?<!\w)@{local}(?![\w:])|^\s*@?(?:{local}|{shown})(?=[:,](?:\s|$))", re.IGNORECASE
        )

    def _text(self, content: _Content, name: str) -> str:
        """Return a message's text without the bot's name, a command with the slash that the core knows it by."""
        linked = self._user in unquote(content.html)
        text = _Words.of(content.html, self._user) if linked else None
        text = content.own if text is None else text
        named = self._named(name)
        if linked or named.search(text):
            text = re.sub(r"(?<=\S) {2,}(?=\S)", " ", named.sub("", text)).strip().lstrip(_LEADING)
        return re.sub(r"^\s*!(?=\w)", "/", text)


def person_in(room: str, user: str, thread: str | None = None) -> Conversation:
    """Return the conversation of a person in a room, or in a thread of it."""
    shared = room if thread is None else f"{room}:t{thread}"
    return Conversation(CHANNEL, f"{shared}:u{user}")


def thread_of(person: str, room: str) -> str | None:
    """Return the thread of a room that a person's conversation is in, by its id; None where it is in none."""
    shared, _, _ = person.rpartition(":u@")
    thread = shared.removeprefix(f"{room}:t")
    return thread if thread != shared else None


def _parsed(event: Mapping[str, Any]) -> _Event | None:
    """Return an event, None where it is not as it should be: redacted, or made to confuse."""
    try:
        return _Event.model_validate(event)
    except ValidationError:
        return None


class _Words(HTMLParser):
    """The words of an HTML message, without the links to one user."""

    def __init__(self, user: str) -> None:
        super().__init__()
        self._user = user
        self._skips = False
        self._found: list[str] = []

    @classmethod
    def of(cls, html: str, user: str) -> str | None:
        """Return the words of HTML, None where it is so broken that the parser gives up."""
        words = cls(user)
        try:
            words.feed(html)
            words.close()
        except AssertionError:
            return None
        return "".join(words._found)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Skip a link to the user; begin a new line where one begins."""
        links = unquote(dict(attrs).get("href") or "")
        if self._skips:
            return
        if tag == "a" and links.endswith(f"#/{self._user}"):
            self._skips = True
        elif tag in ("br", "p", "div", "li", "blockquote") and self._found:
            self._found.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """Go on after what is skipped."""
        if tag == "a":
            self._skips = False

    def handle_data(self, data: str) -> None:
        """Take words."""
        if not self._skips:
            self._found.append(data)
