"""What comes in: an update of the platform, read as something that the bot is asked."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import starmap

from pydantic import ValidationError
from telegram import User as Bot
from telegram.constants import MessageEntityType

from bot.channels.telegram.schema import (
    CallbackQuery,
    Chat,
    Entity,
    MemberUpdated,
    Message,
    Update,
    User,
)
from bot.core.responder import Responder
from bot.errors import ChannelError
from bot.service import RECENT, Conversation

CHANNEL = "telegram"
_LEADING = " \t,.:;-–—"
"""What remains before the text where a mention stood."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a reply goes."""

    chat: int
    thread: int | None = None
    """The topic of a forum."""
    reply_to: int | None = None
    """The message that it is shown as a reply to."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where something comes from."""

    person: Conversation
    """One person's conversation: in a group, people do not share what theirs is about."""
    chat: Conversation
    """The whole chat: whose messages have ids of their own, and whose buttons everyone may click."""
    place: Place
    language: str | None
    """The language of the person's app, where the bot speaks it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A text for the bot."""

    origin: Origin
    message: str
    """The id of the message."""
    text: str
    at: datetime
    album: str | None = None
    """The id of the album that a captioned photo belongs to."""


@dataclass(frozen=True, slots=True)
class Edited:
    """A text for the bot that replaces an earlier one."""

    asked: Asked
    recent: bool
    """Whether it was edited soon after it was written."""

    @property
    def origin(self) -> Origin:
        """Return where it comes from."""
        return self.asked.origin


@dataclass(frozen=True, slots=True)
class Clicked:
    """A click on a button."""

    origin: Origin
    query: str
    """The id that the platform waits to be answered."""
    data: str
    message: int
    """The id of the message with the button."""


@dataclass(frozen=True, slots=True)
class Wordless:
    """A photo, a voice message, a sticker, what another bot made: something that nobody wrote."""

    origin: Origin
    at: datetime
    album: str | None = None
    """The id of the album that it belongs to."""


@dataclass(frozen=True, slots=True)
class Greeted:
    """The bot was added to a group, or somebody says /start there."""

    origin: Origin
    at: datetime


@dataclass(frozen=True, slots=True)
class Left:
    """The bot was removed from a group."""

    chat: Conversation


@dataclass(frozen=True, slots=True)
class Moved:
    """A group became a supergroup, which is another chat to the platform."""

    chat: Conversation
    to: str


@dataclass(frozen=True, slots=True)
class Inline:
    """What somebody types after the bot's name in another chat."""

    id: str
    text: str
    language: str | None
    """The language of the person's app, where the bot speaks it."""


Spoken = Asked | Edited | Clicked | Wordless | Greeted
"""What comes from somebody who may be answered."""
Incoming = Spoken | Left | Moved | Inline


class Reader:
    """Reads updates as one bot."""

    def __init__(self, bot: Bot, responder: Callable[[], Responder]) -> None:
        """Take what returns the core, which may change: it tells the commands and the languages."""
        self._bot = bot
        self._name = f"@{bot.username}".casefold()
        self._responder = responder

    @property
    def address(self) -> str:
        """Return what to call the bot by in a group."""
        return f"@{self._bot.username}"

    def read(self, payload: str) -> Incoming | None:
        """Return what an update asks, or None where it is not for the bot; raise ChannelError where it is none."""
        try:
            update = _update(payload)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(map(str, first["loc"]))
            raise ChannelError(f"not an update that can be read: {place}: {first['msg']}") from None
        if update.callback_query:
            return self._click(update.callback_query)
        if update.message:
            return self._message(update.message)
        if update.edited_message:
            return self._edit(update.edited_message)
        if query := update.inline_query:
            return Inline(query.id, query.query, self._language(query.from_user))
        if update.my_chat_member:
            return self._membership(update.my_chat_member)
        return None

    def _message(self, message: Message) -> Asked | Wordless | Greeted | Moved | None:
        if message.migrate_to_chat_id:
            return Moved(_whole(message.chat), f"{message.migrate_to_chat_id}")
        origin = self._origin(message)
        if origin is None or not self._is_for_bot(message):
            return None
        text = self._text(message)
        if not message.chat.is_private and text.strip() == "/start":
            return Greeted(origin, message.date)
        # A caption that only names the bot asks nothing.
        if (message.text is not None or text.strip()) and message.via_bot is None:
            return Asked(origin, str(message.message_id), text, message.date, message.media_group_id)
        # Service messages (somebody joined, something was pinned) have neither a text nor an attachment.
        wordless = message.has_attachment or message.via_bot
        return Wordless(origin, message.date, message.media_group_id) if wordless else None

    def _membership(self, changed: MemberUpdated) -> Greeted | Left | None:
        """Return whether the bot was added to a group or removed from it."""
        was, is_now = changed.old_chat_member.is_there, changed.new_chat_member.is_there
        if not changed.chat.is_group or was == is_now:
            return None
        if is_now:
            return Greeted(self._from(changed.from_user, changed.chat, None, None), changed.date)
        return Left(_whole(changed.chat))

    def _edit(self, message: Message) -> Edited | None:
        asked = self._message(message)
        if not isinstance(asked, Asked):
            return None
        return Edited(asked, message.edit_date is not None and message.edit_date - message.date <= RECENT)

    def _click(self, query: CallbackQuery) -> Clicked | None:
        message = query.message
        if message is None or query.data is None:
            return None
        reply_to = None if message.chat.is_private else message.message_id
        origin = self._from(query.from_user, message.chat, message.topic, reply_to)
        return Clicked(origin, query.id, query.data, message.message_id)

    # --- from whom -----------------------------------------------------------------------------

    def _origin(self, message: Message) -> Origin | None:
        """Return where a message comes from, or None where nobody is to be answered: another bot, a channel."""
        person = message.sender_chat or message.from_user  # who writes as the group itself has its id
        if person is None or (isinstance(person, User) and person.is_bot):
            return None
        reply_to = None if message.chat.is_private else message.message_id
        return self._from(person, message.chat, message.topic, reply_to)

    def _from(self, person: User | Chat, chat: Chat, thread: int | None, reply_to: int | None) -> Origin:
        own = conversation(chat.id, thread, None if chat.is_private else person.id)
        return Origin(
            person=Conversation(CHANNEL, own),
            chat=_whole(chat),
            place=Place(chat.id, thread, reply_to),
            language=self._language(person),
        )

    def _language(self, person: User | Chat) -> str | None:
        code = person.language_code if isinstance(person, User) else None
        language = (code or "").partition("-")[0].casefold()
        return language if language in self._responder().languages else None

    # --- for whom, and what --------------------------------------------------------------------

    def _is_for_bot(self, message: Message) -> bool:
        """Return whether a message is for the bot: in a group it has to say so."""
        if message.via_bot and message.via_bot.id == self._bot.id:
            return False  # an answer of its own, which somebody took here
        if message.chat.is_private:
            return True
        if message.forward_origin:
            return False  # whoever wrote it did not write it here
        if command := _command(message):
            name, at, bot = command.partition("@")
            return f"@{bot}".casefold() == self._name if at else name.casefold() in self._commands()
        return self._is_reply(message) or any(starmap(self._is_mention, message.marked()))

    def _commands(self) -> set[str]:
        """Return the names of the commands, which are the same in every language."""
        responder = self._responder()
        return {command.name for command in responder.commands(responder.languages[0])}

    def _is_reply(self, message: Message) -> bool:
        replied = message.reply_to_message
        # Each message in a topic counts as a reply to the one that opened it.
        return bool(
            replied and not replied.forum_topic_created and replied.from_user and replied.from_user.id == self._bot.id
        )

    def _is_mention(self, entity: Entity, text: str) -> bool:
        if entity.type == MessageEntityType.TEXT_MENTION:
            return bool(entity.user and entity.user.id == self._bot.id)
        return entity.type == MessageEntityType.MENTION and text.casefold() == self._name

    def _text(self, message: Message) -> str:
        """Return a message's text or caption without the bot's name."""
        text = message.words
        spans = [
            (entity.offset + (0 if mention else entity.length - len(self._name)), entity.offset + entity.length)
            for entity, said in message.marked()
            if (mention := self._is_mention(entity, said)) or self._is_named_command(entity, said)
        ]
        return _without(text, spans).strip().lstrip(_LEADING) if spans else text

    def _is_named_command(self, entity: Entity, text: str) -> bool:
        return entity.type == MessageEntityType.BOT_COMMAND and text.casefold().endswith(self._name)


def _update(payload: str) -> Update:
    """Return an update; raise ValidationError where it is none, also without what no platform should send."""
    try:
        return Update.model_validate_json(payload)
    except ValidationError:
        return Update.model_validate(_mended(json.loads(payload)))


def _mended(value: object) -> object:
    """Return JSON without nulls, and with a mark in place of each half of a character."""
    match value:
        case str():
            return value.encode(errors="replace").decode()
        case list():
            return [_mended(each) for each in value]
        case dict():
            return {_mended(name): _mended(each) for name, each in value.items() if each is not None}
    return value


def conversation(chat: int, thread: int | None, person: int | None) -> str:
    """Return the id of a person's conversation; the person is None in a private chat, the thread outside of topics."""
    shared = f"{chat}" if thread is None else f"{chat}:t{thread}"
    return shared if person is None else f"{shared}:u{person}"


def _whole(chat: Chat) -> Conversation:
    return Conversation(CHANNEL, f"{chat.id}")


def _command(message: Message) -> str | None:
    """Return the command that a message begins with, without its slash."""
    for entity, text in message.marked():
        if entity.type == MessageEntityType.BOT_COMMAND and entity.offset == 0:
            return text[1:]
    return None


def _without(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """Return a text without some spans, which are in UTF-16 units as the platform counts."""
    units = text.encode("utf-16-le", "surrogatepass")
    for start, end in reversed(spans):
        units = units[: 2 * start] + units[2 * end :]
    return re.sub(r"(?<=\S) {2,}(?=\S)", " ", units.decode("utf-16-le", "surrogatepass"))
