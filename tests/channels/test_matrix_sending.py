"""Answers as messages, where the homeserver does not take all of them."""

from typing import TYPE_CHECKING, Any, cast

import pytest

from bot.channels.matrix.events import Place, Reader, Room, Wordless
from bot.channels.matrix.homeserver import Event, RefusedError
from bot.channels.matrix.sending import Picture, Sender
from bot.core.models import Answer, Outcome, Paragraph

if TYPE_CHECKING:
    from bot.channels.matrix.homeserver import Homeserver

PLACE = Place("!room:example.org")
PICTURE = Picture(bytes(100), "What happened when")
ANSWER = Answer(outcome=Outcome.ANSWER, language="en", blocks=(Paragraph("Here it is."),))


class Full:
    """A homeserver that stores no more files, or takes no pictures."""

    def __init__(self, *, refused: str) -> None:
        self.refused = refused
        self.sent: list[Event] = []

    async def upload(self, *_: Any, **__: Any) -> Event:
        """Store a file."""
        if self.refused == "upload":
            raise RefusedError("413")
        return {"url": "mxc://example.org/file"}

    async def send(self, _room: str, _kind: str, content: Event, *, transaction: str) -> str:
        """Send a message."""
        self.sent.append(content)
        if content["msgtype"] == self.refused:
            raise RefusedError("403")
        return f"${transaction}"


@pytest.mark.parametrize(
    ("refused", "sent"),
    [("upload", ("$event-text",)), ("m.image", ("$event-text",)), ("nothing", ("$event-text", "$event-picture"))],
)
async def test_an_answer_whose_picture_is_refused_is_sent_without_it(refused: str, sent: tuple[str, ...]) -> None:
    """And known as sent: else an edit of its question would be answered a second time."""
    sender = Sender(cast("Homeserver", Full(refused=refused)), commands=lambda: ())
    assert await sender.replace(PLACE, (), ANSWER, because="$event", picture=PICTURE) == sent


async def test_a_picture_is_no_question_to_another_bot() -> None:
    """Two bots that answer each other would never end."""
    server = Full(refused="nothing")
    sender = Sender(cast("Homeserver", server), commands=lambda: ())
    await sender.replace(PLACE, (), ANSWER, because="$event", picture=PICTURE)
    reader = Reader("@other:example.org", commands=lambda: ())
    room = Room(PLACE.room, direct=True, name="other")
    text, picture = (
        reader.read(
            room,
            {
                "event_id": "$event",
                "type": "m.room.message",
                "sender": "@jolig:example.org",
                "origin_server_ts": 1,
                "content": content,
            },
        )
        for content in server.sent
    )
    assert text is None
    assert isinstance(picture, Wordless)
