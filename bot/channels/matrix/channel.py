"""The life of the channel: sign in, receive and answer, watch the session, stop in order."""

import asyncio
from collections.abc import Callable, Collection, Coroutine
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import structlog

from bot.channels.matrix.answering import Answering
from bot.channels.matrix.events import CHANNEL, Reader
from bot.channels.matrix.keys import Keys
from bot.channels.matrix.receiving import Positions, Receiver
from bot.channels.matrix.rooms import Admission, Rooms
from bot.channels.matrix.sending import Sender
from bot.channels.matrix.session import Account, sign_in, sign_in_again
from bot.channels.matrix.timing import Timing
from bot.channels.pictures import Gallery
from bot.health import Health
from bot.inbox import Inbox
from bot.service import Service

log = structlog.get_logger()


async def serve(
    service: Service,
    *,
    inbox: Inbox,
    positions: Positions,
    account: Account,
    admission: Admission,
    pictures: Path,
    health: Health,
    now: Callable[[], datetime],
    stop: asyncio.Event,
    timing: Timing | None = None,
) -> None:
    """Answer on Matrix until `stop` is set; what has been received by then is answered still.

    `pictures` is the folder where drawn pictures are kept, `positions` where it is kept up to where it has read.
    Raises TokenError where the homeserver does not accept the session or ends it, NetworkError where it cannot be
    reached at the start.
    """
    timing = timing or Timing()
    server = await sign_in(account)
    try:
        commands = partial(_commands, service)
        reader = Reader(server.user, commands=commands)
        rooms = Rooms(server, admission)
        keys = Keys(server, resume=partial(inbox.resume, CHANNEL), timing=timing, now=now)
        sender = Sender(server, commands=commands)
        answering = Answering(
            service,
            server,
            reader=reader,
            sender=sender,
            rooms=rooms,
            keys=keys,
            gallery=Gallery(pictures),
            timing=timing,
            put=inbox.put,
        )
        receiver = Receiver(
            server,
            reader,
            inbox,
            positions,
            sign_in_again=partial(sign_in_again, account, server),
            health=health,
            timing=timing,
            now=now,
            stop=stop,
        )
        await receiver.begin()
        await rooms.leave_empty()
        log.info("matrix_started", user=server.user, device=server.device, rooms=len(list(server.rooms)))
        await _all(receiver.run(), keys.run(stop), inbox.run(CHANNEL, answering.handle, stop=stop))
    finally:
        await server.close()
        log.info("matrix_stopped")


def _commands(service: Service) -> Collection[str]:
    """Return the names of the commands, which new knowledge may change."""
    responder = service.responder
    return {command.name for command in responder.commands(responder.languages[0])}


async def _all(*parts: Coroutine[Any, Any, None]) -> None:
    """Run the parts of the channel until all end; where one fails, end the others and raise its error."""
    tasks = {asyncio.create_task(part) for part in parts}
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
