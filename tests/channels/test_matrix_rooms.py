"""Which rooms the bot comes into, follows, and leaves."""

import asyncio
from pathlib import Path

import pytest
from nio import AsyncClient

from bot.channels.matrix.rooms import Admission
from tests.channels.matrix_world import Bot, new_bot, world
from tests.channels.test_matrix_session import session
from tests.peers.synapse import NAME, PATIENCE, People, Person, Synapse

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def rooms(bot: Bot) -> list[str]:
    """Return the rooms that the bot is in, as the homeserver has it."""
    kept = session(bot)
    client = AsyncClient(bot.homeserver)
    client.restore_login(bot.id, kept["device"], kept["token"])
    found: list[str] = (await client.joined_rooms()).rooms
    await client.close()
    return found


def membership(person: Person, room: str, user: str) -> list[str]:
    """Return what became of somebody in a room, in order."""
    return [
        event.content["membership"]
        for event in person.heard
        if (event.room, event.type) == (room, "m.room.member") and event.sender == user
    ]


async def test_an_invitation_of_a_stranger_is_declined(
    synapse: Synapse, on_matrix: People, anna: Person, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Others are accepted, up to a number of rooms."""
    boris = await on_matrix.person("boris")
    admission = Admission((boris.id,), 1)
    async with world(synapse, tmp_path_factory.mktemp("bot"), admission=admission) as bot:
        strange = await anna.create(invite=[bot.id], encrypted=False)
        await anna.until(lambda: membership(anna, strange, bot.id) == ["leave"])
        await bot.talk(boris, encrypted=False)
        second = await boris.create(invite=[bot.id], encrypted=False)
        await boris.until(lambda: membership(boris, second, bot.id) == ["leave"])


async def test_invitations_that_waited_do_not_exceed_the_limit(synapse: Synapse, anna: Person, tmp_path: Path) -> None:
    """All of them come in at once when it starts."""
    bot = await new_bot(synapse, tmp_path, admission=Admission((), 2))
    waiting = [await anna.create(invite=[bot.id], encrypted=False) for _ in range(5)]
    async with bot.running():
        await anna.until(lambda: all(membership(anna, room, bot.id) for room in waiting))
    assert sorted(membership(anna, room, bot.id)[0] for room in waiting) == ["join"] * 2 + ["leave"] * 3


@pytest.mark.parametrize(
    ("invites", "becomes"), [((NAME,), "join"), (("other.example",), "leave"), (("all",), "join"), ((), "join")]
)
async def test_the_people_of_a_homeserver_may_invite(
    synapse: Synapse, anna: Person, tmp_path: Path, invites: tuple[str, ...], becomes: str
) -> None:
    """Those of the bot's own where nothing is set."""
    async with world(synapse, tmp_path, admission=Admission(invites, 1)) as bot:
        room = await anna.create(invite=[bot.id], encrypted=False)
        await anna.until(lambda: membership(anna, room, bot.id) == [becomes])


async def test_it_is_not_taken_along_where_nobody_may_invite_it(
    synapse: Synapse, on_matrix: People, anna: Person, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Who may not invite it cannot take it into another room by an upgrade either, and nobody into too many."""
    boris = await on_matrix.person("boris")
    admission = Admission((boris.id,), 2)
    async with world(synapse, tmp_path_factory.mktemp("bot"), admission=admission) as bot:
        rule = {"users": {anna.id: 100, boris.id: 100}}
        room = await boris.create(
            invite=[bot.id, anna.id], encrypted=False, room_version="11", power_level_content_override=rule
        )
        await anna.do("join", room=room)
        await boris.next(room, sender=bot.id)
        trap = await anna.create(encrypted=False, preset="public_chat")
        await anna.do("sendState", room=room, type="m.room.tombstone", content={"body": "", "replacement_room": trap})
        await anna.do("invite", room=trap, user=bot.id)
        await anna.until(lambda: membership(anna, trap, bot.id) == ["leave"])
        await bot.talk(boris, encrypted=False)
        full = await boris.create(encrypted=False, preset="public_chat")
        await boris.do("sendState", room=room, type="m.room.tombstone", content={"body": "", "replacement_room": full})
        await boris.say(room, "!members")
        await boris.next(room, sender=bot.id)
        assert len(await rooms(bot)) == 2
        assert not membership(boris, full, bot.id)


async def test_an_upgrade_names_a_room_and_nothing_else(bot: Bot, anna: Person) -> None:
    """What it names goes into an address of the homeserver, where this one would end every session."""
    room = await bot.talk(anna, encrypted=False)
    for hostile in ("../logout/all", "!a/../../logout/all"):
        content = {"body": "", "replacement_room": hostile}
        await anna.do("sendState", room=room, type="m.room.tombstone", content=content)
    await anna.say(room, "Where?")
    assert (await anna.next(room, sender=bot.id)).body.startswith("[en] Where?")


async def test_nothing_from_before_it_came_is_answered(bot: Bot, anna: Person) -> None:
    """Who invites the bot into a room with a past asks nothing by that."""
    room = await anna.create(encrypted=False)
    for number in range(3):
        await anna.say(room, f"!members {number}")
    await anna.do("invite", room=room, user=bot.id)
    greeting = await anna.next(room, sender=bot.id)
    await anna.say(room, "!members now")
    assert "<matrix-hint>" in greeting.body
    assert (await anna.next(room, sender=bot.id)).body.startswith("[en] !members now")


async def test_a_room_that_everyone_left_is_left(bot: Bot, anna: Person) -> None:
    """Nobody can ask there any more."""
    room = await bot.talk(anna, encrypted=False, preset="public_chat")
    await anna.do("leave", room=room)
    async with asyncio.timeout(PATIENCE):
        while room in await rooms(bot):  # noqa: ASYNC110 - nobody in the room could be told
            await asyncio.sleep(0.1)


@pytest.mark.parametrize("preset", ["public_chat", "private_chat"])
async def test_it_follows_an_upgraded_room(bot: Bot, anna: Person, preset: str) -> None:
    """Where the next one is private, it waits for the invitation; the old one it leaves."""
    room = await bot.talk(anna, encrypted=False, preset=preset, room_version="10")
    following = await anna.do("upgrade", room=room, version="11")
    if preset == "private_chat":
        await anna.do("invite", room=following, user=bot.id)
    await anna.until(lambda: "join" in membership(anna, following, bot.id))
    await anna.until(lambda: membership(anna, room, bot.id)[-1] == "leave")
    await anna.say(following, "Where?")
    assert (await anna.next(following, sender=bot.id)).body.startswith("[en] Where?")
