"""The bot's session on a homeserver: its device, its keys, who vouches for it, and what ends it."""

import asyncio
import json
import stat
from pathlib import Path

import pytest
from nio import AsyncClient

from bot.channels.matrix import Account
from bot.channels.matrix.session import IDENTITY, KEYS, SESSION, fingerprints
from bot.errors import JoligError, SettingsError, TokenError
from tests.channels.matrix_world import Bot, new_bot
from tests.peers.synapse import PASSWORD, PATIENCE, Synapse, people


def session(bot: Bot) -> dict[str, str]:
    """Return the kept session."""
    found: dict[str, str] = json.loads((bot.folder / "matrix" / SESSION).read_text())
    return found


async def devices(bot: Bot) -> set[str]:
    """Return the bot's devices on the homeserver."""
    client = AsyncClient(bot.homeserver)
    client.restore_login(bot.id, session(bot)["device"], session(bot)["token"])
    found = {device.id for device in (await client.devices()).devices}
    await client.close()
    return found


async def ended(bot: Bot) -> JoligError:
    """Start and return what the bot ends with by itself."""
    try:
        async with bot.running() as task:
            await asyncio.wait({task}, timeout=30)
    except JoligError as error:
        return error
    raise AssertionError("it runs")


async def started(bot: Bot) -> None:
    """Start and stop."""
    async with bot.running():
        await bot.connected()


async def test_the_session_and_the_keys_are_kept_and_private(synapse: Synapse, tmp_path: Path) -> None:
    """Nobody else can read them; the next start is the same device, without the password."""
    bot = await new_bot(synapse, tmp_path)
    await started(bot)
    folder = tmp_path / "matrix"
    files = {path.name for path in folder.iterdir()}
    first = session(bot)
    bot.password = None
    await started(bot)
    assert files >= {SESSION, IDENTITY, KEYS}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert session(bot) == first
    assert await devices(bot) == {first["device"]}


async def test_the_session_can_be_verified_by_hand(synapse: Synapse, tmp_path: Path) -> None:
    """The fingerprints are those that others see of the bot; before the first start there are none."""
    bot = await new_bot(synapse, tmp_path)
    with pytest.raises(SettingsError, match="start the bot once"):
        fingerprints(tmp_path / "matrix")
    await started(bot)
    shown = fingerprints(tmp_path / "matrix")
    async with people(synapse) as on_matrix:
        anna = await on_matrix.person("anna")
        seen = await anna.do("keys", user=bot.id, device=session(bot)["device"])
    assert shown["user"] == bot.id
    assert {key.replace(" ", "") for name, key in shown.items() if name.endswith("key")} == set(seen)


async def test_lost_keys_take_a_new_device(synapse: Synapse, tmp_path: Path) -> None:
    """Under the old one nothing could be decrypted any more; people read the new one without a warning."""
    bot = await new_bot(synapse, tmp_path)
    async with people(synapse) as on_matrix:
        anna = await on_matrix.person("anna")
        async with bot.running():
            room = await bot.talk(anna, encrypted=True)
        first = session(bot)["device"]
        (tmp_path / "matrix" / KEYS).unlink()
        async with bot.running():
            await bot.connected()
            await anna.say(room, "Where?")
            reply = await anna.next(room, sender=bot.id)
    second = session(bot)["device"]
    assert second != first
    assert await devices(bot) == {second}
    assert (reply.body.split("\n")[0], reply.encrypted, reply.warning) == ("[en] Where?", True, None)


async def use_up_a_key(bot: Bot) -> None:
    """Take a one-time key of the bot's device, as who encrypts for it first does."""
    client = AsyncClient(bot.homeserver)
    client.restore_login(bot.id, session(bot)["device"], session(bot)["token"])
    body = {"one_time_keys": {bot.id: {session(bot)["device"]: "signed_curve25519"}}}
    await client.send(
        "POST", "/_matrix/client/v3/keys/claim", json.dumps(body), {"Authorization": f"Bearer {client.access_token}"}
    )
    await client.close()


async def test_keys_of_an_old_copy_take_a_new_device(synapse: Synapse, tmp_path: Path) -> None:
    """The homeserver has later ones of the old device, and takes no others in their place."""
    bot = await new_bot(synapse, tmp_path)
    await started(bot)
    first, keys = session(bot)["device"], tmp_path / "matrix" / KEYS
    copy = keys.read_bytes()
    await use_up_a_key(bot)
    await started(bot)
    assert session(bot)["device"] == first
    keys.write_bytes(copy)
    await use_up_a_key(bot)
    await started(bot)
    assert await devices(bot) == {session(bot)["device"]} != {first}


async def test_a_lost_folder_is_a_first_start(synapse: Synapse, tmp_path: Path) -> None:
    """The earlier device is logged out."""
    bot = await new_bot(synapse, tmp_path)
    await started(bot)
    for path in (tmp_path / "matrix").iterdir():
        path.unlink()
    await started(bot)
    assert await devices(bot) == {session(bot)["device"]}


async def test_a_token_takes_the_place_of_the_password(synapse: Synapse, tmp_path: Path) -> None:
    """Whose it is the homeserver tells; the session can be verified by hand too."""
    bot = await new_bot(synapse, tmp_path)
    client = AsyncClient(synapse.url, bot.id)
    bot.token, bot.password = (await client.login(PASSWORD)).access_token, None
    await client.close()
    await started(bot)
    assert fingerprints(tmp_path / "matrix")["user"] == bot.id
    (tmp_path / "matrix" / KEYS).unlink()
    assert "nothing can be decrypted" in str(await ended(bot))


async def test_a_wrong_password_is_told(synapse: Synapse, tmp_path: Path) -> None:
    """Another attempt would not help."""
    bot = await new_bot(synapse, tmp_path, password="wrong")
    error = await ended(bot)
    assert isinstance(error, TokenError)
    assert f"does not let {bot.id} log in" in str(error)


async def log_out_while_it_runs(bot: Bot) -> None:
    """End every session of the bot's user, as its owner can from another client."""
    async with bot.running() as task:
        await bot.connected()
        client = AsyncClient(bot.homeserver)
        client.restore_login(bot.id, session(bot)["device"], session(bot)["token"])
        await client.logout(all_devices=True)
        await client.close()
        await asyncio.wait({task}, timeout=PATIENCE)


async def test_a_session_that_is_ended_ends_the_channel(synapse: Synapse, tmp_path: Path) -> None:
    """The next start logs in anew where there is the password."""
    bot = await new_bot(synapse, tmp_path)
    with pytest.raises(TokenError):
        await log_out_while_it_runs(bot)
    first = session(bot)["device"]
    await started(bot)
    assert session(bot)["device"] != first


async def test_a_homeserver_that_restarts_is_waited_for(tmp_path: Path) -> None:
    """What is wrong is told meanwhile; what was asked is answered afterwards."""
    (tmp_path / "synapse").mkdir()
    with Synapse(tmp_path / "synapse") as own:
        bot = await new_bot(own, tmp_path)
        async with people(own) as on_matrix, bot.running():
            anna = await on_matrix.person("anna")
            room = await bot.talk(anna, encrypted=True)
            own.stop()
            await bot.health.until(lambda: "matrix" in bot.health.problems)
            await asyncio.to_thread(own.start)
            await anna.say(room, "Where?")
            assert (await anna.next(room, sender=bot.id)).body.startswith("[en] Where?")
            assert not bot.health.problems


def test_an_account_needs_a_way_in(tmp_path: Path) -> None:
    """What is missing is named."""
    with pytest.raises(SettingsError, match="JOLIG_MATRIX_PASSWORD"):
        Account(homeserver="http://127.0.0.1:1", user="@a:b", password=None, token=None, folder=tmp_path)
