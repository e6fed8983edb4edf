"""A talk on Matrix, end-to-end encrypted: the real core on the shipped knowledge, a real homeserver, a strict client.

`pytest -s tests/channels/test_matrix_transcript.py` prints what was said.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

from bot.channels.matrix.events import PASSAGE, WHY
from bot.core.responder import Responder
from tests.channels.matrix_world import Bot, new_bot
from tests.peers.synapse import Heard, Person, Synapse, people


@dataclass(frozen=True, slots=True)
class Talk:
    """What one person and the bot say in one room, which is printed."""

    anna: Person
    bot: Bot
    room: str

    async def ask(self, text: str, **content: object) -> tuple[str, Heard]:
        """Write a message; return its id and the answer."""
        question = await self.anna.say(self.room, text, **content)
        return question, await self.next(f"> {text}")

    async def react(self, message: Heard, sign: str) -> Heard:
        """React to a message; return the answer."""
        await self.anna.react(self.room, message.id, sign)
        return await self.next(f"> ({sign})")

    async def next(self, said: str = "") -> Heard:
        """Return the bot's next message, which is encrypted and from a device that its owner has signed."""
        reply = await self.anna.next(self.room, sender=self.bot.id)
        assert (reply.encrypted, reply.unreadable, reply.warning) == (True, False, None)
        sys.stdout.write(f"{said}\n\n{reply.body}\n\n")
        return reply


async def test_a_talk_goes_on_after_a_restart(shipped: Responder, synapse: Synapse, tmp_path: Path) -> None:
    """A question, its source and reasons, a thread, an edit, a picture; after a restart it is known what was said."""
    bot = await new_bot(synapse, tmp_path, responder=shipped)
    async with people(synapse) as on_matrix:
        anna = await on_matrix.person("anna")
        async with bot.running():
            talk = Talk(anna, bot, await bot.talk(anna, encrypted=True))
            question, reply = await talk.ask("when and where did they last meet?")
            assert "Kachreti" in reply.body
            passage = await talk.react(reply, PASSAGE)
            assert "met in Kachreti, Georgia" in passage.body
            assert "last meet" in (await talk.react(reply, WHY)).body
            first = await talk.react(reply, "1\ufe0f\u20e3")
            assert "Kachreti" in first.body

            thread = {"rel_type": "m.thread", "event_id": question, "is_falling_back": True}
            _, within = await talk.ask("is Melikyan a member?", **{"m.relates_to": thread})
            assert "Johnny Melikyan" in within.body
            assert within.relation is not None
            assert (within.relation["rel_type"], within.relation["event_id"]) == ("m.thread", question)

            await anna.edit(talk.room, question, "who are the members?")
            edited = await talk.next("> * who are the members?")
            assert edited.relation == {"rel_type": "m.replace", "event_id": reply.id}
            assert "Ahmad Alili" in edited.body

            await talk.ask("!timeline")
            picture = await talk.next()
            assert picture.content["msgtype"] == "m.image"
            assert (await anna.picture(picture)).startswith(b"\x89PNG")

        async with bot.running():
            _, follow = await talk.ask("2", **{"m.relates_to": thread})
            assert "Johnny Melikyan" in follow.body
            assert "Kachreti" in (await talk.react(first, PASSAGE)).body


async def test_hints_are_in_the_language_of_the_person(shipped: Responder, synapse: Synapse, tmp_path: Path) -> None:
    """That of the last answer; before it the knowledge's first."""
    bot = await new_bot(synapse, tmp_path, responder=shipped)
    picture = {"msgtype": "m.image", "body": "picture.png", "url": "mxc://jolig.test/1"}
    hints = []
    async with people(synapse) as on_matrix, bot.running():
        anna = await on_matrix.person("anna")
        talk = Talk(anna, bot, await bot.talk(anna, encrypted=True))
        for text in ("who are the members?", "ովքե՞ր են խմբի անդամները"):
            await talk.ask(text)
            await anna.send(talk.room, "m.room.message", picture)
            hints.append((await talk.next("> (a picture)")).body)
    assert hints == [shipped.say("text-only", language) for language in ("en", "hy")]
