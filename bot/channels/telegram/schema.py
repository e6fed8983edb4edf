"""An update as the platform has it: of its hundreds of fields those that the bot reads.

The library's own types have all of them, and take longer to make than everything else that a question needs of the
channel.
"""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field
from telegram.constants import ChatMemberStatus, ChatType, MessageAttachmentType

_ATTACHMENTS = frozenset(map(str, MessageAttachmentType))


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class User(_Part):
    """Somebody, or a bot."""

    id: int
    is_bot: bool = False
    language_code: str | None = None


class Chat(_Part):
    """A chat; also who writes as one."""

    id: int
    type: str

    @property
    def is_private(self) -> bool:
        """Return whether it is a chat with one person."""
        return self.type == ChatType.PRIVATE

    @property
    def is_group(self) -> bool:
        """Return whether it is a group of either kind."""
        return self.type in {ChatType.GROUP, ChatType.SUPERGROUP}


class Entity(_Part):
    """A part of a text that means something; in UTF-16 units."""

    type: str
    offset: int
    length: int
    user: User | None = None


class Replied(_Part):
    """A message that is replied to."""

    from_user: User | None = Field(default=None, alias="from")
    forum_topic_created: object = None


class Message(_Part):
    """A message."""

    model_config = ConfigDict(extra="allow")  # an attachment is known by the name of its field

    message_id: int
    date: datetime
    chat: Chat
    from_user: User | None = Field(default=None, alias="from")
    sender_chat: Chat | None = None
    via_bot: User | None = None
    text: str | None = None
    entities: tuple[Entity, ...] = ()
    caption: str | None = None
    caption_entities: tuple[Entity, ...] = ()
    edit_date: datetime | None = None
    message_thread_id: int | None = None
    is_topic_message: bool = False
    reply_to_message: Replied | None = None
    forward_origin: object = None
    media_group_id: str | None = None
    migrate_to_chat_id: int | None = None

    @property
    def words(self) -> str:
        """Return the text, or the caption."""
        return self.text or self.caption or ""

    @property
    def topic(self) -> int | None:
        """Return the topic of a forum; a reply elsewhere has a thread too, which is none to write to."""
        return self.message_thread_id if self.is_topic_message else None

    @property
    def has_attachment(self) -> bool:
        """Return whether there is a photo, a voice message, a sticker, or the like."""
        return not _ATTACHMENTS.isdisjoint(self.model_extra or ())

    def marked(self) -> list[tuple[Entity, str]]:
        """Return the entities of the text or the caption, and what each says."""
        units = self.words.encode("utf-16-le")
        return [
            (entity, units[2 * entity.offset : 2 * (entity.offset + entity.length)].decode("utf-16-le", "replace"))
            for entity in (self.caption_entities if self.text is None else self.entities)
        ]


class Member(_Part):
    """What somebody is in a chat."""

    status: str
    is_member: bool | None = None

    @property
    def is_there(self) -> bool:
        """Return whether they are in the chat; of who is restricted the platform tells it apart."""
        if self.is_member is not None:
            return self.is_member
        return self.status not in {ChatMemberStatus.LEFT, ChatMemberStatus.BANNED}


class MemberUpdated(_Part):
    """What became of somebody in a chat."""

    chat: Chat
    from_user: User = Field(alias="from")
    date: datetime
    old_chat_member: Member
    new_chat_member: Member


class CallbackQuery(_Part):
    """A click on a button."""

    id: str
    from_user: User = Field(alias="from")
    message: Message | None = None
    data: str | None = None


class InlineQuery(_Part):
    """What somebody types after the bot's name in another chat."""

    id: str
    from_user: User = Field(alias="from")
    query: str


class Update(_Part):
    """Something that happened: one of these, or what is not for the bot."""

    message: Message | None = None
    edited_message: Message | None = None
    callback_query: CallbackQuery | None = None
    inline_query: InlineQuery | None = None
    my_chat_member: MemberUpdated | None = None
