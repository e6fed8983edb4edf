"""Signing in: one device whose keys are in the data folder, signed by its user."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import structlog
from nio import AsyncClientConfig
from nio.store import SqliteStore

from bot.channels.matrix.client import Client
from bot.channels.matrix.cross_signing import MASTER, SELF_SIGNING, Identity
from bot.channels.matrix.homeserver import DEVICE_NAME, Event, Homeserver, LoggedOutError, RefusedError
from bot.errors import SettingsError, StorageError, TokenError

SESSION, IDENTITY, KEYS = "session.json", "cross_signing.json", "keys.sqlite3"
"""The files: the device and its token; the seeds of the user's keys; the keys of the device and of the rooms."""
_ATTEMPTS = 2
"""How often a request is made again at once where the connection breaks."""
log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who the bot is on Matrix, and where it keeps that."""

    homeserver: str
    """The address of the client API."""
    user: str | None
    """The full id; not needed with a token."""
    password: str | None
    token: str | None
    folder: Path

    def __post_init__(self) -> None:
        if self.token is None and (self.user is None or self.password is None) and not (self.folder / SESSION).exists():
            raise SettingsError("set JOLIG_MATRIX_USER and JOLIG_MATRIX_PASSWORD, or JOLIG_MATRIX_TOKEN")


@dataclass(frozen=True, slots=True)
class Session:
    """A device and what signs it in."""

    user: str
    device: str
    token: str


async def sign_in(account: Account) -> Homeserver:
    """Return the homeserver with a session: the kept one, that of the token, or a new one by the password.

    The device is signed by its user. Where its keys are lost a new device takes its place. Raises TokenError where the
    homeserver accepts none of these, NetworkError where it cannot be reached.
    """
    _private_folder(account.folder)
    server = Homeserver(_client(account))
    try:
        server = await _signed_in(account, server)
        published = await _published(server)
        if _has_lost_keys(server, published) or await _has_old_keys(server):
            server = await _replaced(account, server)
            published = await _published(server)
            await server.exchange_keys()
        await _vouch(account, server, published)
    except BaseException:
        await server.close()
        raise
    return server


async def sign_in_again(account: Account, server: Homeserver) -> None:
    """Renew the session of a device after a soft logout; raise TokenError where no password does that."""
    if account.password is None:
        raise TokenError(
            "the homeserver ended the session of the bot, and there is no JOLIG_MATRIX_PASSWORD to renew it"
        )
    await _give_password(account, server, account.password)
    log.info("matrix_session_renewed", device=server.device)


def fingerprints(folder: Path) -> dict[str, str]:
    """Return what a person needs to recognise the bot's session by; raise SettingsError before the first start."""
    found, identity = _read(folder / SESSION), _read(folder / IDENTITY)
    if found is None or not (folder / KEYS).exists():
        raise SettingsError(f"{folder} holds no session yet: start the bot once")
    session = Session(**found)
    store = SqliteStore(session.user, session.device, str(folder), AsyncClientConfig().pickle_key, KEYS)
    keys = store.load_account().identity_keys
    store.database.close()
    told = {"user": session.user, "session": session.device, "session key": _grouped(keys["ed25519"])}
    return told | ({"master key": _grouped(Identity(identity).key(MASTER).public)} if identity else {})


def _grouped(key: str) -> str:
    """Return a key in groups of four, as clients show it."""
    return " ".join(key[start : start + 4] for start in range(0, len(key), 4))


# --- the session ---------------------------------------------------------------------------------


async def _signed_in(account: Account, server: Homeserver) -> Homeserver:
    if account.token is not None:
        return await _with_token(account, server, account.token)
    if session := _kept(account):
        try:
            _restore(account, server, session)
            await server.who()
        except LoggedOutError:
            await sign_in_again(account, server)
            return server
        except TokenError:
            if account.password is None:
                raise
            log.warning("matrix_session_ended", device=session.device)
        else:
            return server
    return await _new_device(account, server)


async def _with_token(account: Account, server: Homeserver, token: str) -> Homeserver:
    server.client.access_token = token
    who = await server.who()
    if account.user not in (None, who.user_id):
        raise SettingsError(f"JOLIG_MATRIX_TOKEN is a token of {who.user_id}, not of {account.user}")
    if who.device_id is None:
        raise SettingsError("JOLIG_MATRIX_TOKEN is a token without a device; end-to-end encryption needs one")
    _restore(account, server, Session(who.user_id, who.device_id, token))
    _keep(account, server)
    return server


async def _new_device(account: Account, server: Homeserver) -> Homeserver:
    """Log in as a new device; log out the earlier ones, whose keys are lost."""
    await server.close()
    if account.user is None or account.password is None:
        raise TokenError("there is no JOLIG_MATRIX_PASSWORD to log in with")
    _private_file(account.folder / KEYS)
    server = Homeserver(_client(account))
    try:
        await _log_in(account, server, account.password)
    except BaseException:
        await server.close()
        raise
    return server


async def _log_in(account: Account, server: Homeserver, password: str) -> None:
    await _give_password(account, server, password)
    log.info("matrix_logged_in", user=server.user, device=server.device)
    await _remove_earlier(server, password)


async def _give_password(account: Account, server: Homeserver, password: str) -> None:
    try:
        await server.log_in(password)
    except RefusedError as error:
        raise TokenError(f"the homeserver does not let {account.user or server.user} log in: {error}") from error
    _keep(account, server)


async def _remove_earlier(server: Homeserver, password: str) -> None:
    """Log out the bot's earlier devices, which nobody should encrypt for any more."""
    devices = (await server.get("/devices"))["devices"]
    earlier = [
        device["device_id"]
        for device in devices
        if device.get("display_name") == DEVICE_NAME and device["device_id"] != server.device
    ]
    if earlier:
        await server.post("/delete_devices", {"devices": earlier}, password=password)
        log.warning("matrix_devices_removed", devices=earlier)


async def _replaced(account: Account, server: Homeserver) -> Homeserver:
    if account.password is None or account.token is not None:
        raise TokenError(
            f"the keys of the device {server.device} are not in {account.folder}, so nothing can be decrypted: "
            "set JOLIG_MATRIX_USER and JOLIG_MATRIX_PASSWORD instead of the token, or take the token of a new login"
        )
    log.warning("matrix_keys_lost", device=server.device)
    return await _new_device(account, server)


def _client(account: Account) -> Client:
    configuration = AsyncClientConfig(
        store=SqliteStore,
        store_name=KEYS,
        encryption_enabled=True,
        max_timeouts=_ATTEMPTS,
        max_limit_exceeded=_ATTEMPTS,
    )
    return Client(account.homeserver, account.user or "", store_path=str(account.folder), config=configuration)


def _restore(account: Account, server: Homeserver, session: Session) -> None:
    _private_file(account.folder / KEYS)
    server.restore(session.user, session.device, session.token)


# --- the device ----------------------------------------------------------------------------------


async def _published(server: Homeserver) -> Event:
    """Return the keys of the bot's user and devices that the homeserver has."""
    return await server.post("/keys/query", {"device_keys": {server.user: []}})


def _has_lost_keys(server: Homeserver, published: Event) -> bool:
    """Return whether the device has other keys on the homeserver than in the data folder."""
    device = published.get("device_keys", {}).get(server.user, {}).get(server.device)
    own = server.client.olm.account.identity_keys["ed25519"]
    return device is not None and device["keys"].get(f"ed25519:{server.device}") != own


async def _has_old_keys(server: Homeserver) -> bool:
    """Upload the keys that are due; return whether the homeserver has later ones of the device than the data folder."""
    await server.count_keys()
    try:
        await server.exchange_keys()
    except RefusedError as error:
        if "already exists" in str(error):
            return True
        raise
    return False


async def _vouch(account: Account, server: Homeserver, published: Event) -> None:
    """Let the bot's user sign its device; create the user's keys where there are none."""
    file = account.folder / IDENTITY
    kept = _read(file)
    identity = Identity(kept) if kept else Identity.create()
    master = published.get("master_keys", {}).get(server.user, {}).get("keys", {})
    if identity.key(MASTER).id not in master:
        _write(file, dict(identity.seeds))
        try:
            body = identity.published(server.user)
            await server.post("/keys/device_signing/upload", body, password=account.password)
        except RefusedError as error:
            log.warning("matrix_not_cross_signed", error=str(error))
            return
        log.warning("matrix_identity_created", replaced=bool(master))
    await _sign_device(server, identity)


async def _sign_device(server: Homeserver, identity: Identity) -> None:
    key = identity.key(SELF_SIGNING)
    published = await _published(server)
    device = published["device_keys"][server.user][server.device]
    if key.id not in device["signatures"][server.user]:
        device.pop("unsigned", None)
        body = {server.user: {server.device: key.sign(device, server.user)}}
        await server.post("/keys/signatures/upload", body)


# --- the files -----------------------------------------------------------------------------------


def _kept(account: Account) -> Session | None:
    found = _read(account.folder / SESSION)
    if found is None:
        return None
    session = Session(**found)
    return session if account.user in (None, session.user) else None


def _keep(account: Account, server: Homeserver) -> None:
    session = Session(server.user, server.device, server.client.access_token)
    _write(account.folder / SESSION, asdict(session))


def _read(file: Path) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise StorageError(f"{file} cannot be read: {error}") from error
    return found


def _write(file: Path, content: dict[str, Any]) -> None:
    """Replace a file at once, private to the user."""
    new = file.with_name(f"{file.name}.new")
    _private_file(new)
    new.write_text(json.dumps(content, indent=2), encoding="utf-8")
    new.replace(file)


def _private_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
    except OSError as error:
        raise StorageError(f"the folder {folder} cannot be used: {error.strerror}") from error


def _private_file(file: Path) -> None:
    os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
    file.chmod(0o600)
