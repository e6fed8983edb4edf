"""The library's requests by aiohttp, which takes several times less work for each than the library's own way."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, cast

import aiohttp
from pydantic_core import to_json
from telegram import Bot
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

UPLOAD = 30.0
"""Seconds that a file may take, beside what a response may."""


class Transport(BaseRequest):
    """Connections to the platform."""

    def __init__(self, *, connections: int, response: float) -> None:
        """Keep up to a number of connections; wait some seconds for a response, where a call does not say how long."""
        self._connections = connections
        self._response = response
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        """Return how many seconds a response may take."""
        return self._response

    async def initialize(self) -> None:
        """Open the session."""
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=self._connections)
            self._session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())

    async def shutdown(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def do_request(  # type: ignore[override]  # it is only ever called by name
        self, url: str, method: str, request_data: RequestData | None = None, read_timeout: Any = None, **_timeouts: Any
    ) -> tuple[int, bytes]:
        """Return the status and the body of a response; raise NetworkError where there is none.

        `read_timeout` is how many seconds a response may take, if it is a number; of the other timeouts none is heeded.
        """
        seconds = float(read_timeout) if isinstance(read_timeout, int | float) else self._response
        body: aiohttp.FormData | aiohttp.BytesPayload | None = None
        if request_data is not None and request_data.contains_files:
            seconds, body = seconds + UPLOAD, _form(request_data)
        elif request_data is not None:
            body = aiohttp.BytesPayload(request_data.json_payload, content_type="application/json")
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=self._response, sock_read=seconds)
        failure = "the session is closed"
        try:
            if self._session is not None:
                async with self._session.request(method, url, data=body, timeout=timeout) as response:
                    return response.status, await response.read()
        except TimeoutError:
            failure = "timed out"
        except aiohttp.ClientConnectorError as error:
            failure = error.strerror or type(error).__name__
        except (aiohttp.ClientError, OSError, ValueError) as error:
            failure = type(error).__name__  # its message may hold the address, and that the token
        # Not raised above, where it would keep the other error alive.
        raise TimedOut if failure == "timed out" else NetworkError(failure)


async def call(bot: Bot, method: str, parameters: Mapping[str, object]) -> Any:
    """Call a method of the platform and return its result, both as JSON: what is None in the parameters is left out.

    The library's own methods make objects of a message that was sent, which takes longer than all the rest of sending
    it. Raises TelegramError as they do.
    """
    given = {name: value for name, value in parameters.items() if value is not None}
    body = cast("RequestData", _Body(to_json(given)))
    return await bot.request.post(f"{bot.base_url}/{method}", body)


@dataclass(frozen=True, slots=True)
class _Body:
    """What `Transport` needs of a RequestData, which only the library may make."""

    json_payload: bytes
    contains_files: ClassVar[bool] = False


def _form(request_data: RequestData) -> aiohttp.FormData:
    form = aiohttp.FormData(request_data.json_parameters)
    for name, (filename, content, kind) in (request_data.multipart_data or {}).items():
        form.add_field(name, content, filename=filename, content_type=kind)
    return form
