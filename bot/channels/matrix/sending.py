"""What goes out: answers as messages, sent, edited and taken back, each exactly once."""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import partial
from struct import unpack

import structlog

from bot.channels.formatting import document, numbered
from bot.channels.matrix.events import Place
from bot.channels.matrix.homeserver import Event, Homeserver, RefusedError
from bot.core.models import Answer, Block, Items, Paragraph

MESSAGE = "m.room.message"
PNG = "image/png"
_SIZE = slice(16, 24)
"""Where a PNG has its width and height."""
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that belongs to an answer."""

    png: bytes
    title: str


class Sender:
    """Sends, edits and takes back messages.

    What is sent because of an event is named by a transaction that comes of its id: sent again after a crash, it is the
    same message.
    """

    def __init__(self, server: Homeserver, *, commands: Callable[[], Collection[str]]) -> None:
        self._server = server
        self._commands = commands

    async def send(self, place: Place, answer: Answer, *, because: str, footer: str = "") -> tuple[str, ...]:
        """Send an answer because of an event; return the ids of its messages."""
        return await self.replace(place, (), answer, because=because, footer=footer)

    async def replace(
        self,
        place: Place,
        messages: Sequence[str],
        answer: Answer,
        *,
        because: str,
        footer: str = "",
        picture: Picture | None = None,
    ) -> tuple[str, ...]:
        """Make earlier messages say an answer because of an event; take back those that are not needed."""
        content = self._content(answer, footer)
        for surplus in messages[1:]:
            await self.take_back(place.room, surplus, because=because)
        if messages:
            edit = content | {"body": f"* {content['body']}", "m.new_content": content} | _replacing(messages[0])
            await self._put(place, edit, because=f"{because} text")
            text = messages[0]
        else:
            text = await self._put(place, content | _relation(place), because=f"{because} text")
        return (text, *await self._shown(place, picture, because)) if picture else (text,)

    async def _shown(self, place: Place, picture: Picture, because: str) -> tuple[str, ...]:
        """Send a picture and return its id; without it, where it is refused, the answer is one all the same."""
        try:
            return (await self._show(place, picture, because),)
        except RefusedError as error:
            log.warning("matrix_picture_refused", error=str(error))
            return ()

    async def _show(self, place: Place, picture: Picture, because: str) -> str:
        """Send a picture."""
        file = await self._server.upload(place.room, picture.png, kind=PNG, name="picture.png")
        width, height = unpack(">II", picture.png[_SIZE])
        info = {"mimetype": PNG, "size": len(picture.png), "w": width, "h": height}
        # Its title is its name: beneath it, apart from a name, it would be a text, which another bot answers.
        content = {"msgtype": "m.image", "body": picture.title, "info": info, **file}
        return await self._put(place, content | _relation(place), because=f"{because} picture")

    async def _put(self, place: Place, content: Event, *, because: str) -> str:
        return await self._server.send(place.room, MESSAGE, content, transaction=_transaction(because))

    async def take_back(self, room: str, message: str, *, because: str) -> None:
        """Redact a message because of an event."""
        await self._server.redact(room, message, transaction=_transaction(f"{because} {message}"))

    def _content(self, answer: Answer, footer: str) -> Event:
        """Return an answer as the content of a message; as a notice, so that no other bot answers it."""
        answer = replace(answer, blocks=tuple(map(self._signed, answer.blocks)))
        return {
            "msgtype": "m.notice",
            "body": numbered(answer, footer),
            "format": "org.matrix.custom.html",
            "formatted_body": document(answer, footer),
            "m.mentions": {},
        }

    def _signed(self, block: Block) -> Block:
        """Return a block with its commands as they are written here: apps keep those with a slash for themselves."""
        names = "|".join(map(re.escape, self._commands()))
        sign = partial(re.sub, rf"(?<![\w/])/(?=(?:{names})\b)", "!")
        match block:
            case Paragraph(text):
                return Paragraph(sign(text))
            case Items(items):
                return Items(tuple(map(sign, items)))
        return block


def _transaction(because: str) -> str:
    """Return the name that what is sent goes by, as it stands in an address."""
    return because.replace("$", "").replace(" ", "-").replace("/", "_")


def _relation(place: Place) -> Event:
    reply = {"m.in_reply_to": {"event_id": place.reply_to}} if place.reply_to else {}
    if place.thread is None:
        return {"m.relates_to": reply} if reply else {}
    # An app without threads shows it as a reply; in one with threads it is one only where it says so.
    within = reply or {"m.in_reply_to": {"event_id": place.thread}}
    return {"m.relates_to": {"rel_type": "m.thread", "event_id": place.thread, "is_falling_back": not reply, **within}}


def _replacing(message: str) -> Event:
    return {"m.relates_to": {"rel_type": "m.replace", "event_id": message}}
