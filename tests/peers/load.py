"""A Bot API server that does as little as it can, for many questions: by polling or to a webhook, and not judged.

    async with load_peer() as peer:
        ...  # let the bot use peer.url with TOKEN
        answer = await peer.say(5, "Who?")

What the bot does not confirm it is given again, as Telegram does.
"""

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import count
from typing import Any
from urllib.parse import parse_qs

import aiohttp
from aiohttp import web

TOKEN = "123456:peer-token"
CONNECTIONS = 64
"""Connections on which the webhook is sent to."""
PAUSE = 0.05
"""Seconds before an update is sent again to a webhook that did not take it."""
_ME = {"id": 123456, "is_bot": True, "first_name": "Peer", "username": "peer_bot"}


class LoadPeer:
    """Who asks what, and what the bot answers."""

    def __init__(self) -> None:
        self.url = ""
        self.ready = asyncio.Event()
        """Whether the bot polls or has set its webhook."""
        self.answers: dict[int, list[str]] = defaultdict(list)
        """The texts that the bot sent, by chat."""
        self._numbers = count(1)
        self._updates: dict[int, bytes] = {}
        """What the bot has not confirmed."""
        self._arrival = asyncio.Event()
        self._answer = asyncio.Event()
        self._asked: dict[int, asyncio.Future[str]] = {}
        self._webhook: tuple[str, str] | None = None
        self._undelivered: asyncio.Queue[int] = asyncio.Queue()

    def say(self, chat: int, text: str) -> asyncio.Future[str]:
        """Ask something in a chat; return what will hold the first message of the answer."""
        number = next(self._numbers)
        person = {"id": chat, "first_name": "Person"}
        message = {
            "message_id": number,
            "date": 1_700_000_000,
            "chat": {**person, "type": "private"},
            "from": {**person, "is_bot": False, "language_code": "en"},
            "text": text,
        }
        self._updates[number] = json.dumps({"update_id": number, "message": message}).encode()
        self._undelivered.put_nowait(number)
        self._arrival.set()
        self._asked[chat] = asyncio.get_running_loop().create_future()
        return self._asked[chat]

    async def answered(self) -> None:
        """Wait for the next message of the bot."""
        self._answer.clear()
        await self._answer.wait()

    # --- the server ------------------------------------------------------------------------------

    async def handle(self, request: web.BaseRequest) -> web.Response:
        """Answer a request of the bot."""
        method = request.path.rpartition("/")[2].casefold()
        try:
            body = await request.read()
        except ConnectionError:  # the bot was killed while it sent this
            return web.Response()
        match method:
            case "sendmessage" | "sendphoto":
                result = self._send(_parameters(request, body))
            case "getupdates":
                return await self._get_updates(_parameters(request, body))
            case "setwebhook":
                given = _parameters(request, body)
                self._webhook = given["url"], given.get("secret_token", "")
                self.ready.set()
                result = b"true"
            case "getme":
                result = json.dumps(_ME).encode()
            case "getwebhookinfo":
                url = self._webhook[0] if self._webhook else ""
                info = {"url": url, "has_custom_certificate": False, "pending_update_count": len(self._updates)}
                result = json.dumps(info).encode()
            case _:
                result = b"true"
        return _ok(result)

    def _send(self, given: dict[str, Any]) -> bytes:
        chat, text = int(given["chat_id"]), str(given.get("text") or given.get("caption"))
        self.answers[chat].append(text)
        self._answer.set()
        if (asked := self._asked.get(chat)) and not asked.done():
            asked.set_result(text)
        about = {"id": chat, "type": "private", "first_name": "Person"}
        sent = {"message_id": next(self._numbers), "date": 1_700_000_000, "chat": about, "from": _ME, "text": text}
        return json.dumps(sent).encode()

    async def _get_updates(self, given: dict[str, Any]) -> web.Response:
        offset = int(given.get("offset", 0))
        for number in [number for number in self._updates if number < offset]:
            del self._updates[number]
        if not self._updates:
            self._arrival.clear()
            self.ready.set()
            try:
                await asyncio.wait_for(self._arrival.wait(), float(given.get("timeout", 0)))
            except TimeoutError:
                return _ok(b"[]")
        return _ok(b"[" + b",".join(list(self._updates.values())[:100]) + b"]")

    async def deliver(self) -> None:
        """Send to the webhook until it is cancelled, each update again until it is taken."""
        async with aiohttp.ClientSession() as session:
            while True:
                number = await self._undelivered.get()
                await self.ready.wait()
                if self._webhook:
                    await self._deliver(session, self._updates[number])
                    del self._updates[number]

    async def _deliver(self, session: aiohttp.ClientSession, body: bytes) -> None:
        status = 0
        while status != 200:
            # Each process may have a secret of its own.
            url, secret = self._webhook or ("", "")
            headers = {"X-Telegram-Bot-Api-Secret-Token": secret, "Content-Type": "application/json"}
            with suppress(aiohttp.ClientError):
                async with session.post(url, data=body, headers=headers) as response:
                    status = response.status
            if status != 200:
                await asyncio.sleep(PAUSE)


def _parameters(request: web.BaseRequest, body: bytes) -> dict[str, Any]:
    """Return the parameters of a request, in whichever of the usual ways they come."""
    given: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        given |= json.loads(body)
    elif request.content_type == "multipart/form-data":
        for part in body.split(b"--" + request.headers["Content-Type"].partition("boundary=")[2].encode()):
            head, _, value = part.partition(b"\r\n\r\n")
            if b'name="' in head:
                given[head.partition(b'name="')[2].partition(b'"')[0].decode()] = value.removesuffix(b"\r\n").decode(
                    errors="replace"
                )
    else:
        given |= {name: values[0] for name, values in parse_qs(body.decode()).items()}
    return given


def _ok(result: bytes) -> web.Response:
    return web.Response(body=b'{"ok":true,"result":' + result + b"}", content_type="application/json")


@asynccontextmanager
async def load_peer() -> AsyncIterator[LoadPeer]:
    """Run the server on loopback."""
    peer = LoadPeer()
    runner = web.ServerRunner(web.Server(peer.handle), handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    delivering = [asyncio.create_task(peer.deliver()) for _ in range(CONNECTIONS)]
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        peer.url = "http://{}:{}".format(*runner.addresses[0][:2])
        yield peer
    finally:
        for task in delivering:
            task.cancel()
        await asyncio.gather(*delivering, return_exceptions=True)
        await runner.cleanup()
