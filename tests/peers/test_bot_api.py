"""The Bot API peer itself, by plain HTTP."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from tests.peers.bot_api import (
    ATTACHMENTS,
    BotApiPeer,
    Button,
    bad_gateway,
    bad_request,
    closing,
    flood,
    hanging,
    telegram_peer,
)


class Client:
    """Makes requests as a bot does."""

    def __init__(self, peer: BotApiPeer, session: aiohttp.ClientSession) -> None:
        self.peer = peer
        self.session = session

    async def status(self, method: str, **parameters: Any) -> tuple[int, dict[str, Any]]:
        """Return the status and the body of a response."""
        form = {key: value if isinstance(value, str) else json.dumps(value) for key, value in parameters.items()}
        async with self.session.post(f"{self.peer.url}/bot{self.peer.token}/{method}", data=form) as response:
            return response.status, await response.json()

    async def do(self, method: str, **parameters: Any) -> Any:
        """Return the result of a request that succeeds."""
        status, body = await self.status(method, **parameters)
        assert (status, body["ok"]) == (200, True), body
        return body["result"]

    async def refused(self, method: str, **parameters: Any) -> str:
        """Return why a request is refused."""
        status, body = await self.status(method, **parameters)
        assert (status, body["ok"]) == (body["error_code"], False)
        return str(body["description"])


@asynccontextmanager
async def client() -> AsyncIterator[Client]:
    """Run a peer, and a client of it."""
    async with telegram_peer() as peer, aiohttp.ClientSession() as session:
        yield Client(peer, session)


def keyboard(data: str) -> dict[str, Any]:
    """Return one button."""
    return {"inline_keyboard": [[{"text": "Button", "callback_data": data}]]}


# --- the rules -----------------------------------------------------------------------------------


async def test_leaving_fails_if_a_request_broke_the_rules() -> None:
    """A bot that sends what the Bot API does not know fails its test."""

    async def break_a_rule() -> None:
        async with client() as bot:
            anna = bot.peer.person("Anna")
            await bot.do("sendChatAction", chat_id=anna.id, action="typing", colour="red")

    with pytest.raises(AssertionError, match="sendChatAction: colour: unknown field"):
        await break_a_rule()


async def test_an_unknown_method_is_a_violation() -> None:
    """There is no such method, and the test is told."""
    async with client() as bot:
        assert await bot.refused("sendMesage") == "Not Found"
        assert bot.peer.violations == ["sendMesage: unknown method"]
        bot.peer.violations.clear()


async def test_only_the_right_token_in_the_right_environment_is_accepted() -> None:
    """Anything else is unauthorised, and so is a token that was revoked."""
    async with client() as bot, telegram_peer(test_environment=True) as test:
        url, token = bot.peer.url, bot.peer.token
        for address, status in (
            (f"{url}/bot{token}/getMe", 200),
            (f"{url}/bot{token}x/getMe", 401),
            (f"{url}/bot{token}/test/getMe", 401),
            (f"{test.url}/bot{token}/test/getMe", 200),
            (f"{test.url}/bot{token}/getMe", 401),
        ):
            async with bot.session.post(address) as response:
                assert response.status == status, address
        bot.peer.revoke()
        assert await bot.refused("getMe") == "Unauthorized"


# --- updates -------------------------------------------------------------------------------------


async def test_updates_come_again_until_they_are_confirmed() -> None:
    """An offset confirms what is below it; the order is that of the messages."""
    async with client() as bot:
        anna = bot.peer.person("Anna")
        for text in ("one", "two"):
            await bot.peer.say(anna.chat, anna, text)
        first, second = await bot.do("getUpdates")
        assert [update["message"]["text"] for update in (first, second)] == ["one", "two"]
        assert await bot.do("getUpdates", limit=1) == [first]
        assert await bot.do("getUpdates", offset=second["update_id"]) == [second]
        assert bot.peer.unconfirmed == 1
        assert await bot.do("getUpdates", offset=second["update_id"] + 1) == []


async def test_a_request_for_updates_waits_for_one() -> None:
    """Long polling ends with the first message."""
    async with client() as bot:
        polling = asyncio.create_task(bot.do("getUpdates", timeout=60))
        await bot.peer.wait_for(lambda: bot.peer.polls)
        anna = bot.peer.person("Anna")
        await bot.peer.say(anna.chat, anna, "hello")
        assert len(await polling) == 1


async def test_updates_of_kinds_that_were_not_asked_for_do_not_come() -> None:
    """The bot names the kinds that it wants."""
    async with client() as bot:
        anna = bot.peer.person("Anna")
        message = await bot.peer.say(anna.chat, anna, "hello")
        await bot.peer.edit(message, "hello again")
        (update,) = await bot.do("getUpdates", allowed_updates=["edited_message"])
        assert update["edited_message"]["text"] == "hello again"


async def test_a_second_poller_ends_the_first() -> None:
    """The first request is terminated with a conflict, as the platform does."""
    async with client() as bot:
        first = asyncio.create_task(bot.refused("getUpdates", timeout=60))
        await bot.peer.wait_for(lambda: bot.peer.polls)
        await bot.do("getUpdates", timeout=0)
        assert (await first).startswith("Conflict: terminated by other getUpdates request")


async def test_a_waiting_request_is_told_that_the_token_was_revoked() -> None:
    """Long polling does not go on with a token that is no more."""
    async with client() as bot:
        polling = asyncio.create_task(bot.refused("getUpdates", timeout=60))
        await bot.peer.wait_for(lambda: bot.peer.polls)
        bot.peer.revoke()
        assert await polling == "Unauthorized"


# --- people --------------------------------------------------------------------------------------


async def test_commands_and_mentions_are_marked_up() -> None:
    """Their places are in UTF-16 units; an address of mail is no mention."""
    async with client() as bot:
        group, anna = bot.peer.group("Group"), bot.peer.person("Anna")
        await bot.peer.say(group, anna, "/ask@peer_bot 😀 @peer_bot a@peer_bot")
        await bot.peer.say(group, anna, "😀 Peer, hello", mention="Peer")
        first, second = await bot.do("getUpdates")
    assert first["message"]["entities"] == [
        {"type": "bot_command", "offset": 0, "length": 13},
        {"type": "mention", "offset": 17, "length": 9},
    ]
    (entity,) = second["message"]["entities"]
    assert (entity["type"], entity["offset"], entity["user"]["id"]) == ("text_mention", 3, bot.peer.me.id)


async def test_messages_of_a_topic_refer_to_its_beginning() -> None:
    """In a forum each message has its topic, and counts as a reply; elsewhere a reply has a thread too."""
    async with client() as bot:
        peer = bot.peer
        anna = peer.person("Anna")
        forum, group = peer.group("Forum", forum=True), peer.group("Group")
        topic = peer.topic(forum, anna, "Topic")
        await peer.say(forum, anna, "hello", thread=topic)
        first = await peer.say(group, anna, "hello")
        await peer.say(group, anna, "hello to you", reply_to=first)
        in_topic, _, reply = (update["message"] for update in await bot.do("getUpdates"))
    assert (in_topic["message_thread_id"], in_topic["is_topic_message"]) == (topic, True)
    assert "forum_topic_created" in in_topic["reply_to_message"]
    assert (reply["message_thread_id"], "is_topic_message" in reply) == (first.id, False)


async def test_a_click_waits_for_its_answer_once() -> None:
    """A query is answered once, with an alert or without; others are not known."""
    async with client() as bot:
        anna = bot.peer.person("Anna")
        await bot.do("sendMessage", chat_id=anna.id, text="?", reply_markup=keyboard("data"))
        message = await bot.peer.next_message(anna.chat)
        assert message.buttons == (Button("Button", "data"),)
        click = await bot.peer.click(anna, message, "Button")
        ((query, data),) = [
            (update["callback_query"]["id"], update["callback_query"]["data"]) for update in await bot.do("getUpdates")
        ]
        assert data == "data"
        await bot.do("answerCallbackQuery", callback_query_id=query, text="No.", show_alert=True)
        assert (await bot.peer.answered(click)).alert
        assert "query is too old" in await bot.refused("answerCallbackQuery", callback_query_id=query)
        assert "query is too old" in await bot.refused("answerCallbackQuery", callback_query_id="1")


async def test_an_inline_query_is_answered_once_with_results_that_can_be_sent() -> None:
    """What is offered is kept, markup read; ids that repeat, texts that are too long and late answers are refused."""

    def article(name: str, text: str = "<b>Yes</b>") -> dict[str, Any]:
        content = {"message_text": text, "parse_mode": "HTML"}
        return {"type": "article", "id": name, "title": "Is it?", "input_message_content": content}

    async with client() as bot:
        query = await bot.peer.type_inline(bot.peer.person("Anna", "hy"), "is it")
        ((name, text),) = [
            (update["inline_query"]["id"], update["inline_query"]["query"]) for update in await bot.do("getUpdates")
        ]
        assert (name, text) == (query.id, "is it")
        answer = {"inline_query_id": name}
        for results in ([article("1"), article("1")], [article("1" * 65)]):
            assert "RESULT_ID_INVALID" in await bot.refused("answerInlineQuery", **answer, results=results)
        assert "too long" in await bot.refused("answerInlineQuery", **answer, results=[article("1", "x" * 4097)])
        await bot.do("answerInlineQuery", **answer, results=[article("1")], cache_time=5, is_personal=True)
        assert [(result.title, result.text) for result in query.results] == [("Is it?", "Yes")]
        assert (query.cache_time, query.personal) == (5, True)
        assert "query is too old" in await bot.refused("answerInlineQuery", **answer, results=[])


@pytest.mark.parametrize(("caption", "read"), [("<i>A</i> picture", "A picture"), (None, "")])
async def test_a_photo_is_kept_with_its_caption(caption: str | None, read: str) -> None:
    """The file as it was sent; a text cannot take its place."""
    async with client() as bot:
        anna = bot.peer.person("Anna")
        form = aiohttp.FormData(
            {"chat_id": str(anna.id), "parse_mode": "HTML"} | ({"caption": caption} if caption else {})
        )
        form.add_field("photo", b"\x89PNG...", filename="photo.png")
        await bot.session.post(f"{bot.peer.url}/bot{bot.peer.token}/sendPhoto", data=form)
        shown = await bot.peer.next_message(anna.chat)
        edited = {"chat_id": anna.id, "message_id": shown.id, "text": "words"}
        assert "no text in the message" in await bot.refused("editMessageText", **edited)
    assert (shown.picture, shown.text) == (b"\x89PNG...", read)


async def test_a_caption_is_shorter_than_a_text() -> None:
    async with client() as bot:
        form = aiohttp.FormData({"chat_id": str(bot.peer.person("Anna").id), "caption": "x" * 1025})
        form.add_field("photo", b"\x89PNG...", filename="photo.png")
        async with bot.session.post(f"{bot.peer.url}/bot{bot.peer.token}/sendPhoto", data=form) as response:
            assert "caption is too long" in (await response.json())["description"]


async def test_a_group_adds_the_bot_removes_it_and_becomes_a_supergroup() -> None:
    """Updates as the platform sends them, judged like all."""
    async with client() as bot:
        peer, anna, group = bot.peer, bot.peer.person("Anna"), bot.peer.group("Group", kind="group")
        await peer.add_bot(group, anna)
        await peer.remove_bot(group, anna)
        new = await peer.upgrade(group, anna)
        added, removed, moved = await bot.do("getUpdates")
    statuses = [update["my_chat_member"]["new_chat_member"]["status"] for update in (added, removed)]
    assert statuses == ["member", "kicked"]
    assert moved["message"]["migrate_to_chat_id"] == new.id


@pytest.mark.parametrize("kind", sorted(ATTACHMENTS))
async def test_whatever_people_send_is_as_the_platform_has_it(kind: str) -> None:
    """Each attachment, what is forwarded and what another bot made; the peer would fail at its end."""
    async with client() as bot:
        anna = bot.peer.person("Anna")
        await bot.peer.attach(anna.chat, anna, kind, album="1")
        await bot.peer.say(anna.chat, anna, "hello", of=bot.peer.person("Boris"))
        await bot.peer.say(anna.chat, anna, "hello", via=bot.peer.person("Robot", bot=True))
        sent, forwarded, made = (update["message"] for update in await bot.do("getUpdates"))
    assert (kind in sent, forwarded["forward_origin"]["type"], made["via_bot"]["is_bot"]) == (True, "user", True)


async def test_waiting_in_vain_fails_with_what_the_bot_did() -> None:
    """A test that waits for what never comes ends with an account of the requests."""
    async with client() as bot:
        await bot.do("getMe")
        with pytest.raises(AssertionError, match="getMe"):
            await bot.peer.wait_for(lambda: False, within=0.01)


# --- messages ------------------------------------------------------------------------------------


async def test_messages_are_numbered_in_order_and_read_as_they_are_shown() -> None:
    """The text is without markup; a later message has a higher id."""
    async with client() as bot:
        anna = bot.peer.person("Anna")
        question = await bot.peer.say(anna.chat, anna, "?")
        sent = await bot.do("sendMessage", chat_id=anna.id, text="<b>a</b> &lt;", parse_mode="HTML")
        message = await bot.peer.wait_for_message(anna.chat, "a <")
        assert (message.id, message.html) == (sent["message_id"], "<b>a</b> &lt;")
        assert message.id > question.id
        assert message.entities("bold") == ["a"]
        assert bot.peer.sent(anna.chat) == [message]


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ({"text": "<b>a", "parse_mode": "HTML"}, "can't parse entities"),
        ({"text": " "}, "message text is empty"),
        ({"text": "<b></b>", "parse_mode": "HTML"}, "message text is empty"),
        ({"text": "a" * 4097}, "message is too long"),
        ({"text": "😀" * 2049}, "message is too long"),
        ({"text": "a", "reply_markup": keyboard("a" * 65)}, "BUTTON_DATA_INVALID"),
        ({"text": "a", "reply_markup": keyboard("é" * 33)}, "BUTTON_DATA_INVALID"),
        ({"text": "a", "reply_markup": keyboard("")}, "BUTTON_DATA_INVALID"),
        ({"text": "a", "reply_parameters": {"message_id": 999}}, "message to be replied not found"),
        ({"text": "a", "message_thread_id": 999}, "message thread not found"),
        ({"text": "a", "chat_id": 999}, "chat not found"),
    ],
)
async def test_a_message_that_telegram_would_not_take_is_refused(parameters: dict[str, Any], reason: str) -> None:
    """Each limit is kept, and the description says which."""
    async with client() as bot:
        anna = bot.peer.person("Anna")
        assert reason in await bot.refused("sendMessage", **{"chat_id": anna.id, **parameters})
        assert bot.peer.sent(anna.chat) == []


async def test_a_message_at_the_limit_is_taken() -> None:
    """The markup does not count, and neither does a reply to a message that is gone, if the bot says so."""
    async with client() as bot:
        anna = bot.peer.person("Anna")
        await bot.do(
            "sendMessage",
            chat_id=anna.id,
            text=f"<b>{'a' * 4096}</b>",
            parse_mode="HTML",
            reply_parameters={"message_id": 999, "allow_sending_without_reply": True},
            reply_markup=keyboard("é" * 32),
        )
        assert (await bot.peer.next_message(anna.chat)).reply_to is None


async def test_a_message_is_edited_and_deleted() -> None:
    """Only the bot's own messages, only while they are there, and only to something else."""
    async with client() as bot:
        anna = bot.peer.person("Anna")
        question = await bot.peer.say(anna.chat, anna, "?")
        sent = await bot.do("sendMessage", chat_id=anna.id, text="a", reply_markup=keyboard("a"))
        which = {"chat_id": anna.id, "message_id": sent["message_id"]}
        message = await bot.peer.next_message(anna.chat)
        await bot.do("editMessageText", **which, text="b")
        assert (message.text, message.buttons, message.edits) == ("b", (), 1)
        assert "message is not modified" in await bot.refused("editMessageText", **which, text="b")
        assert "can't be edited" in await bot.refused(
            "editMessageText", **which | {"message_id": question.id}, text="b"
        )
        await bot.do("deleteMessage", **which)
        assert message.deleted
        assert "message to edit not found" in await bot.refused("editMessageText", **which, text="c")
        assert "message to delete not found" in await bot.refused("deleteMessage", **which)


async def test_command_menus_are_kept_by_language() -> None:
    """What cannot be a command is refused."""
    async with client() as bot:
        await bot.do("setMyCommands", commands=[{"command": "ask", "description": "Ask"}])
        await bot.do("setMyCommands", commands=[{"command": "ask", "description": "Demander"}], language_code="fr")
        for name, description in (("Ask", "Ask"), ("a" * 33, "Ask"), ("ask", ""), ("ask", "a" * 257)):
            refused = await bot.refused("setMyCommands", commands=[{"command": name, "description": description}])
            assert "BOT_COMMAND_INVALID" in refused
    assert bot.peer.commands == {"": {"ask": "Ask"}, "fr": {"ask": "Demander"}}


# --- what goes wrong -----------------------------------------------------------------------------


async def test_faults_come_in_order_and_pass() -> None:
    """Each fault is used up by one call of its method."""
    async with client() as bot:
        bot.peer.fail("getMe", flood(7), bad_request("?"))
        status, body = await bot.status("getMe")
        assert (status, body["parameters"]) == (429, {"retry_after": 7})
        assert await bot.refused("getMe") == "Bad Request: ?"
        await bot.do("getMe")


async def test_a_proxy_responds_with_a_page() -> None:
    """A 502 is HTML and no JSON."""
    async with client() as bot:
        bot.peer.fail("getMe", bad_gateway())
        async with bot.session.post(f"{bot.peer.url}/bot{bot.peer.token}/getMe") as response:
            assert (response.status, response.content_type) == (502, "text/html")


async def test_the_socket_is_closed_or_hangs() -> None:
    """A client sees a disconnection or nothing at all, and the peer ends all the same."""
    async with client() as bot:
        bot.peer.fail("getMe", closing(), hanging())
        with pytest.raises(aiohttp.ClientError):
            await bot.do("getMe")
        hung = asyncio.create_task(bot.do("getMe"))
        await bot.peer.wait_for(lambda: len(bot.peer.called("getMe")) == 2)
        hung.cancel()
        await asyncio.wait([hung])


async def test_a_blocked_bot_and_a_migrated_group_are_told() -> None:
    """Sending is forbidden to the one, and has moved for the other."""
    async with client() as bot:
        anna, group = bot.peer.person("Anna"), bot.peer.group("Group", kind="group")
        bot.peer.block(anna)
        assert await bot.refused("sendMessage", chat_id=anna.id, text="a") == "Forbidden: bot was blocked by the user"
        new = bot.peer.migrate(group)
        status, body = await bot.status("sendMessage", chat_id=group.id, text="a")
        assert (status, body["parameters"]) == (400, {"migrate_to_chat_id": new.id})
        await bot.do("sendMessage", chat_id=new.id, text="a")
