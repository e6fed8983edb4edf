"""Answers as messages, where the homeserver does not take all of them."""

from typing import TYPE_CHECKING, Any, cast

import pytest

from bot.channels.matrix.events import Place
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

    async def upload(self, *_: Any, **__: Any) -> Event:
        """Store a file."""
        if self.refused == "upload":
            raise RefusedError("413")
        return {"url": "mxc://example.org/file"}

    async def send(self, _room: str, _kind: str, content: Event, *, transaction: str) -> str:
        """Send a message."""
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
