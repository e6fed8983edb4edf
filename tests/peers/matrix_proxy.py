"""What stands between the bot and the homeserver, so that a test can let requests fail or wait.

async with proxy(synapse) as between:
    between.answer(PUT_MESSAGE, status=429, body={"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 20})
    with between.held(PUT_MESSAGE): …
"""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientSession, web

from tests.peers.synapse import Synapse

SYNC = r"GET .*/sync"
WHO = r"GET .*/account/whoami"
SEND = r"PUT .*/send/"
"""A message; not what goes to devices."""


@dataclass(slots=True)
class Answer:
    """What is answered in the homeserver's place."""

    request: re.Pattern[str]
    status: int
    body: dict[str, Any]
    times: int


class Proxy:
    """Hands requests on, except those that a test has something else in mind for."""

    def __init__(self, session: ClientSession) -> None:
        self._session = session
        self._answers: list[Answer] = []
        self._held: dict[re.Pattern[str], asyncio.Event] = {}
        self.url = ""
        self.seen: list[str] = []
        """The method and the path of each request."""

    def answer(self, request: str, *, status: int, body: dict[str, Any], times: int = 1) -> None:
        """Answer the next requests that fit a pattern by itself."""
        self._answers.append(Answer(re.compile(request), status, body, times))

    @contextmanager
    def held(self, request: str) -> Iterator[None]:
        """Let requests that fit a pattern wait."""
        pattern = re.compile(request)
        gate = self._held[pattern] = asyncio.Event()
        yield
        del self._held[pattern]
        gate.set()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer a request."""
        line = f"{request.method} {request.path}"
        self.seen.append(line)
        for answer in self._answers:
            if answer.times and answer.request.match(line):
                answer.times -= 1
                return web.json_response(answer.body, status=answer.status)
        for pattern, gate in list(self._held.items()):
            if pattern.match(line):
                await gate.wait()
        return await self._handed_on(request)

    async def _handed_on(self, request: web.Request) -> web.StreamResponse:
        headers = {name: request.headers[name] for name in ("Authorization", "Content-Type") if name in request.headers}
        async with self._session.request(
            request.method, request.raw_path, data=await request.read(), headers=headers
        ) as response:
            body = await response.read()
            return web.Response(
                body=body, status=response.status, headers={"Content-Type": response.headers["Content-Type"]}
            )


@asynccontextmanager
async def proxy(synapse: Synapse) -> AsyncIterator[Proxy]:
    """Run a proxy on loopback."""
    async with ClientSession(synapse.url, requote_redirect_url=False) as session:
        between = Proxy(session)
        application = web.Application(client_max_size=2**26)
        application.router.add_route("*", "/{path:.*}", between.handle)
        runner = web.AppRunner(application, shutdown_timeout=0)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        between.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield between
        finally:
            await runner.cleanup()
