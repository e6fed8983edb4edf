"""A small Bot API server on loopback, with people who write, click and edit, and with faults.

    async with telegram_peer() as peer:
        ...  # let the bot poll peer.url with peer.token
        anna = peer.person("Anna")
        question = await peer.say(anna.chat, anna, "Who?")
        reply = await peer.next_message(anna.chat)

Each request is judged by aiogram's models; leaving the context fails if one was not as the Bot API has it.
"""

import asyncio
import io
import json
import re
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any, TypeVar

import aiohttp
from aiohttp import web

from tests.peers.judge import METHODS, decoded, update_violations, violations
from tests.peers.telegram_html import MarkupError, length, parse

TOKEN = "123456:peer-token"
PATIENCE = 10.0
"""Seconds to wait for what a bot should do; reached only where it does not."""
PAUSE = 0.01
"""Seconds before an update is sent again to a webhook that did not take it."""
_UPDATES = count(100)
"""The numbers of updates, which go on where one server follows another."""
_START = 1_700_000_000
_FILE = {"file_id": "f", "file_unique_id": "u"}
_PICTURE = {**_FILE, "width": 1, "height": 1}
ATTACHMENTS: Mapping[str, Any] = {
    "photo": [_PICTURE],
    "voice": {**_FILE, "duration": 1},
    "video_note": {**_FILE, "length": 1, "duration": 1},
    "document": _FILE,
    "sticker": {**_PICTURE, "type": "regular", "is_animated": False, "is_video": False},
    "location": {"latitude": 41.7, "longitude": 44.8},
}
"""What a message may hold beside a text."""
_ENTITY = re.compile(r"(?<!\S)/\w{1,32}(?:@\w+)?|(?<![\w/])@\w{4,32}")


# --- what is talked about ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Chat:
    """A private chat or a group."""

    id: int
    kind: str
    title: str
    forum: bool = False

    def json(self) -> dict[str, Any]:
        """Return the chat as the Bot API has it."""
        if self.kind == "private":
            return {"id": self.id, "type": self.kind, "first_name": self.title}
        forum = {"is_forum": True} if self.forum else {}
        return {"id": self.id, "type": self.kind, "title": self.title, **forum}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who writes to the bot."""

    id: int
    name: str
    language: str | None = None
    bot: bool = False

    @property
    def chat(self) -> Chat:
        """Return the private chat with the bot."""
        return Chat(self.id, "private", self.name)

    def json(self) -> dict[str, Any]:
        """Return the person as the Bot API has them."""
        language = {"language_code": self.language} if self.language else {}
        return {"id": self.id, "is_bot": self.bot, "first_name": self.name, **language}


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message."""

    text: str
    data: str


@dataclass(slots=True)
class Message:
    """A message as it stands in a chat."""

    id: int
    chat: Chat
    json: dict[str, Any]
    html: str = ""
    """What the bot sent, markup included."""
    picture: bytes | None = None
    """The file that was sent as a photo."""
    edits: int = 0
    deleted: bool = False

    @property
    def text(self) -> str:
        """Return what is read: the text, or the caption of a picture."""
        return str(self.json.get("text", self.json.get("caption", "")))

    @property
    def buttons(self) -> tuple[Button, ...]:
        """Return the buttons from top to bottom."""
        rows = self.json.get("reply_markup", {}).get("inline_keyboard", [])
        return tuple(Button(button["text"], button["callback_data"]) for row in rows for button in row)

    @property
    def reply_to(self) -> int | None:
        """Return the id of the message that this one replies to."""
        replied: int | None = self.json.get("reply_to_message", {}).get("message_id")
        return replied

    @property
    def thread(self) -> int | None:
        """Return the id of the forum topic."""
        thread: int | None = self.json.get("message_thread_id")
        return thread

    def entities(self, kind: str) -> list[str]:
        """Return the texts that are marked up as one kind of entity."""
        marked = self.json.get("entities", self.json.get("caption_entities", []))
        found = [entity for entity in marked if entity["type"] == kind]
        return [_utf16(self.text, entity["offset"], entity["length"]) for entity in found]

    def button(self, text: str) -> Button:
        """Return the button that says something."""
        return next(button for button in self.buttons if button.text == text)


@dataclass(slots=True)
class Click:
    """A click on a button, and how the bot answered it."""

    id: str
    answered: bool = False
    text: str | None = None
    alert: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """What the bot offers for an inline query."""

    id: str
    title: str
    description: str
    text: str
    """What is sent if it is chosen."""
    entities: tuple[Mapping[str, Any], ...]


@dataclass(slots=True)
class InlineQuery:
    """What somebody typed after the bot's name, and how the bot answered it."""

    id: str
    answered: bool = False
    results: tuple[Result, ...] = ()
    cache_time: int = 300
    personal: bool = False


Asked = TypeVar("Asked", Click, InlineQuery)


@dataclass(frozen=True, slots=True)
class Call:
    """A request that the bot made."""

    method: str
    parameters: Mapping[str, Any]


# --- faults --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fault:
    """How the server goes wrong instead of doing what it is asked."""

    status: int = 0
    description: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    body: str | None = None
    """A body that is not JSON."""
    hangs: bool = False
    closes: bool = False


def flood(retry_after: int) -> Fault:
    """Too many requests."""
    text = f"Too Many Requests: retry after {retry_after}"
    return Fault(429, text, {"retry_after": retry_after})


def bad_gateway() -> Fault:
    """Return the page of a proxy whose server is down."""
    return Fault(502, body="<html><h1>502 Bad Gateway</h1></html>")


def hanging() -> Fault:
    """No response, ever."""
    return Fault(hangs=True)


def closing() -> Fault:
    """Close the socket instead of a response."""
    return Fault(closes=True)


def bad_request(description: str) -> Fault:
    """Return a refusal for any reason."""
    return Fault(400, f"Bad Request: {description}")


class _Refusal(Exception):  # noqa: N818 -- not an error of the peer
    """What the Bot API does not do, and says so."""

    def __init__(self, description: str, status: int = 400, **parameters: Any) -> None:
        super().__init__(description)
        names = {400: "Bad Request: ", 403: "Forbidden: ", 409: "Conflict: "}
        self.fault = Fault(status, names.get(status, "") + description, parameters)


# --- the server ----------------------------------------------------------------------------------


class BotApiPeer:
    """The server's state, what people do, and what the bot did."""

    def __init__(self, *, token: str, test_environment: bool) -> None:
        self.token = token
        self.test_environment = test_environment
        self.url = ""
        self.me = Person(int(token.partition(":")[0]), "Peer", bot=True)
        self.username = "peer_bot"
        self.calls: list[Call] = []
        self.violations: list[str] = []
        self.commands: dict[str, dict[str, str]] = {}
        """The command menus: descriptions by name, by language ("" is the default)."""
        self.webhook: dict[str, Any] | None = None
        """What the bot set the webhook to."""
        self.refused = ""
        """How the webhook last refused an update."""
        self.messages: dict[tuple[int, int], Message] = {}
        self._sent: dict[int, list[Message]] = defaultdict(list)
        self._seen: dict[int, int] = defaultdict(int)
        self._chats: dict[int, Chat] = {}
        self._migrated: dict[int, int] = {}
        self._blocked: set[int] = set()
        self._held: set[int] = set()
        self._clicks: dict[str, Click] = {}
        self._queries: dict[str, InlineQuery] = {}
        self._faults: dict[str, deque[Fault | None]] = defaultdict(deque)
        self._updates: list[dict[str, Any]] = []
        self._ids = count(1)
        self._polls = 0
        self._revoked = False
        self._change = asyncio.Event()

    # --- waiting ---------------------------------------------------------------------------------

    def changed(self) -> None:
        """Let everyone who waits look again."""
        self._change.set()
        self._change = asyncio.Event()

    async def wait_for(self, condition: Callable[[], object], within: float = PATIENCE) -> None:
        """Wait until a condition of the peer's state holds; fail with what happened if it never does."""
        try:
            async with asyncio.timeout(within):
                while not condition():
                    await self._change.wait()
        except TimeoutError:
            raise AssertionError("waited in vain; the bot did:\n" + "\n".join(map(str, self.calls))) from None

    async def next_message(self, chat: Chat) -> Message:
        """Return the bot's next message in a chat that has not been asked for yet."""
        await self.wait_for(lambda: len(self._sent[chat.id]) > self._seen[chat.id])
        self._seen[chat.id] += 1
        return self._sent[chat.id][self._seen[chat.id] - 1]

    async def wait_for_message(self, chat: Chat, containing: str) -> Message:
        """Return the first message of the bot in a chat that contains a text."""

        def found() -> Iterator[Message]:
            return (message for message in self._sent[chat.id] if containing in message.text)

        await self.wait_for(lambda: any(True for _ in found()))
        return next(found())

    async def answered(self, asked: Asked) -> Asked:
        """Return a click or an inline query once the bot has answered it."""
        await self.wait_for(lambda: asked.answered)
        return asked

    def sent(self, chat: Chat) -> list[Message]:
        """Return all that the bot has sent to a chat."""
        return list(self._sent[chat.id])

    def called(self, method: str) -> list[Call]:
        """Return the calls of a method."""
        return [call for call in self.calls if call.method == method]

    @property
    def polls(self) -> int:
        """Return how many times the bot has asked for updates."""
        return self._polls

    @property
    def updates(self) -> Sequence[Mapping[str, Any]]:
        """Return the updates that the bot has not confirmed."""
        return self._updates

    @property
    def unconfirmed(self) -> int:
        """Return how many updates the bot has not confirmed."""
        return len(self._updates)

    # --- what people do --------------------------------------------------------------------------

    def person(self, name: str, language: str | None = None, *, bot: bool = False) -> Person:
        """Add somebody with a private chat."""
        person = Person(1000 + next(self._ids), name, language, bot)
        self._chats[person.id] = person.chat
        return person

    def group(self, title: str, *, forum: bool = False, kind: str = "supergroup") -> Chat:
        """Add a group with the bot in it."""
        chat = Chat(-1_000_000_000_000 - next(self._ids), kind, title, forum)
        self._chats[chat.id] = chat
        return chat

    def topic(self, chat: Chat, person: Person, name: str) -> int:
        """Add a topic to a forum; return its id."""
        made = self._add(chat, person, forum_topic_created={"name": name, "icon_color": 7322096})
        made.json.update(message_thread_id=made.id, is_topic_message=True)
        return made.id

    async def say(
        self,
        chat: Chat,
        person: Person,
        text: str,
        *,
        reply_to: Message | None = None,
        thread: int | None = None,
        mention: str | None = None,
        sender_chat: Chat | None = None,
        of: Person | None = None,
        via: Person | None = None,
    ) -> Message:
        """Write a message.

        `mention` is a part of the text that mentions the bot by its name, not its username; `sender_chat` is what
        somebody anonymous writes as; `of` is whose message is forwarded, `via` the bot whose inline result is sent.
        """
        sender = {"sender_chat": sender_chat.json()} if sender_chat else {}
        origin = {"type": "user", "date": _START, "sender_user": of.json()} if of else None
        forwarded = {"forward_origin": origin} if origin else {}
        made = {"via_bot": via.json()} if via else {}
        content = self._text(text, mention) | self._replying(chat, reply_to, thread) | sender | forwarded | made
        message = self._add(chat, person, **content)
        self.push("message", message.json)
        return message

    async def attach(
        self,
        chat: Chat,
        person: Person,
        kind: str = "photo",
        *,
        caption: str | None = None,
        reply_to: Message | None = None,
        album: str | None = None,
        after: int = 0,
    ) -> Message:
        """Send something that is not a text, some seconds later than now; `album` is what it is a part of."""
        grouped = {"media_group_id": album} if album else {}
        captioned = {
            key.replace("text", "caption").replace("entities", "caption_entities"): value
            for key, value in (self._text(caption) if caption else {}).items()
        }
        thread = reply_to.thread if reply_to and chat.forum else None
        content = {kind: ATTACHMENTS[kind]} | captioned | grouped | self._replying(chat, reply_to, thread)
        message = self._add(chat, person, **content)
        message.json["date"] += after
        self.push("message", message.json)
        return message

    async def pin(self, chat: Chat, person: Person, pinned: Message) -> Message:
        """Pin a message: a service message without anything to read."""
        message = self._add(chat, person, pinned_message=self._bare(pinned))
        self.push("message", message.json)
        return message

    async def edit(self, message: Message, text: str, *, after: int = 30) -> None:
        """Edit somebody's message, some seconds after it was written."""
        message.json = {key: value for key, value in message.json.items() if key != "entities"}
        message.json |= {**self._text(text), "edit_date": message.json["date"] + after}
        self.push("edited_message", message.json)

    async def click(self, person: Person, message: Message, button: str | Button) -> Click:
        """Click a button, given by what it says."""
        data = (message.button(button) if isinstance(button, str) else button).data
        click = Click(str(4_000_000_000_000_000_000 + next(self._ids)))
        self._clicks[click.id] = click
        shown = {"chat": message.chat.json(), "message_id": message.id, "date": 0}
        query = {
            "id": click.id,
            "from": person.json(),
            "message": shown if message.deleted else message.json,
            "chat_instance": str(message.chat.id),
            "data": data,
        }
        self.push("callback_query", query)
        return click

    async def type_inline(self, person: Person, text: str) -> InlineQuery:
        """Type something after the bot's name, in any chat."""
        query = InlineQuery(str(5_000_000_000_000_000_000 + next(self._ids)))
        self._queries[query.id] = query
        self.push("inline_query", {"id": query.id, "from": person.json(), "query": text, "offset": ""})
        return query

    async def add_bot(self, chat: Chat, person: Person) -> None:
        """Add the bot to a group."""
        self._change_membership(chat, person, "left", "member")

    async def remove_bot(self, chat: Chat, person: Person) -> None:
        """Remove the bot from a group."""
        self._change_membership(chat, person, "member", "kicked")

    def _change_membership(self, chat: Chat, person: Person, before: str, after: str) -> None:
        bot = self.me.json() | {"username": self.username}

        def member(status: str) -> dict[str, Any]:
            return {"status": status, "user": bot} | ({"until_date": 0} if status == "kicked" else {})

        changed = {"chat": chat.json(), "from": person.json(), "date": _START + next(self._ids)}
        self.push("my_chat_member", changed | {"old_chat_member": member(before), "new_chat_member": member(after)})

    def block(self, person: Person) -> None:
        """Block the bot."""
        self._blocked.add(person.id)

    def delete(self, message: Message) -> None:
        """Delete a message."""
        message.deleted = True
        self.messages.pop((message.chat.id, message.id))

    def migrate(self, chat: Chat) -> Chat:
        """Turn a group into a supergroup."""
        new = self.group(chat.title)
        self._migrated[chat.id] = new.id
        return new

    async def upgrade(self, chat: Chat, person: Person) -> Chat:
        """Turn a group into a supergroup, of which the group is told."""
        new = self.migrate(chat)
        self.push("message", self._add(chat, person, migrate_to_chat_id=new.id).json)
        return new

    # --- what goes wrong -------------------------------------------------------------------------

    def fail(self, method: str, *faults: Fault, after: int = 0) -> None:
        """Let the next calls of a method fail, after some that do not."""
        self._faults[method].extend((*[None] * after, *faults))

    def hold(self, chat: Chat) -> None:
        """Do not respond to requests to send to a chat."""
        self._held.add(chat.id)

    def release(self, chat: Chat) -> None:
        """Respond to them again."""
        self._held.remove(chat.id)
        self.changed()

    def revoke(self) -> None:
        """Revoke the token."""
        self._revoked = True
        self._polls += 1
        self.changed()

    # --- building messages -----------------------------------------------------------------------

    def _add(self, chat: Chat, sender: Person, **content: Any) -> Message:
        self._chats.setdefault(chat.id, chat)
        number = next(self._ids)
        author = sender.json() | ({"username": self.username} if sender == self.me else {})
        json = {"message_id": number, "date": _START + number, "chat": chat.json(), "from": author, **content}
        message = Message(number, chat, json)
        self.messages[chat.id, number] = message
        return message

    def _text(self, text: str, mention: str | None = None) -> dict[str, Any]:
        entities: list[dict[str, Any]] = [
            {
                "type": "bot_command" if found[0].startswith("/") else "mention",
                "offset": length(text[: found.start()]),
                "length": length(found[0]),
            }
            for found in _ENTITY.finditer(text)
        ]
        if mention:
            start = length(text[: text.index(mention)])
            user = self.me.json()
            entities.append({"type": "text_mention", "offset": start, "length": length(mention), "user": user})
        return {"text": text, "entities": entities} if entities else {"text": text}

    def _replying(self, chat: Chat, reply_to: Message | None, thread: int | None) -> dict[str, Any]:
        """Return the fields of a reply; in a topic each message replies at least to the topic's beginning."""
        fields: dict[str, Any] = {}
        if thread:
            fields |= {"message_thread_id": thread, "is_topic_message": True}
            reply_to = reply_to or self.messages[chat.id, thread]
        elif reply_to and chat.kind == "supergroup":
            fields |= {"message_thread_id": reply_to.id}
        return fields | ({"reply_to_message": self._bare(reply_to)} if reply_to else {})

    def _bare(self, message: Message) -> dict[str, Any]:
        return {key: value for key, value in message.json.items() if key != "reply_to_message"}

    def push(self, kind: str, content: dict[str, Any]) -> None:
        """Add an update of any kind."""
        update = {"update_id": next(_UPDATES), kind: content}
        self.violations += update_violations(update)
        self._updates.append(update)
        self.changed()

    async def deliver(self, *, secret: str | None = None, body: bytes | None = None) -> list[int]:
        """Send all updates to the webhook, at the same time, and again until it takes them; return the statuses.

        With another secret or a body of its own, one request is made, and not again.
        """
        assert self.webhook
        url, headers = self.webhook["url"], {"X-Telegram-Bot-Api-Secret-Token": secret or self.webhook["secret_token"]}
        statuses: list[int] = []

        async def send(session: aiohttp.ClientSession, data: bytes) -> bool:
            async with session.post(url, data=io.BytesIO(data), headers=headers) as response:
                statuses.append(response.status)
                return response.status == 200

        async def send_update(session: aiohttp.ClientSession, update: dict[str, Any]) -> None:
            while not await send(session, json.dumps(update).encode()):
                self.refused = f"Wrong response from the webhook: {statuses[-1]}"
                self.changed()
                await asyncio.sleep(PAUSE)
            self._updates.remove(update)
            self.refused = ""
            self.changed()

        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
            if secret is not None or body is not None:
                await send(session, body or b"{}")
            else:
                await asyncio.gather(*(send_update(session, update) for update in list(self._updates)))
        return statuses

    # --- answering requests ----------------------------------------------------------------------

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer a request of the bot."""
        method = request.match_info["method"]
        known = request.match_info["token"] == self.token and not self._revoked
        if request.match_info.route.name != ("test" if self.test_environment else "live") or not known:
            return _response(Fault(401, "Unauthorized"))
        if method not in METHODS:
            self.violations.append(f"{method}: unknown method")
            return _response(Fault(404, "Not Found"))
        given = await _given(request)
        files = {key: value.file.read() for key, value in given.items() if isinstance(value, web.FileField)}
        texts = {key: "attach://file" if key in files else _text(value) for key, value in given.items()}
        parameters = decoded(method, texts)
        self.calls.append(Call(method, parameters))
        self.violations += violations(method, parameters)
        self.changed()
        try:
            if self._faults[method] and (fault := self._faults[method].popleft()):
                return await self._fault(fault, request)
            result = await getattr(self, f"_do_{method}", self._unserved)(parameters | files)
        except _Refusal as refusal:
            return _response(refusal.fault)
        finally:
            self.changed()
        return web.json_response({"ok": True, "result": result})

    async def _fault(self, fault: Fault, request: web.Request) -> web.StreamResponse:
        if fault.hangs:
            await asyncio.Event().wait()
        if fault.closes and request.transport:
            request.transport.abort()
        return _response(fault)

    async def _unserved(self, parameters: Mapping[str, Any]) -> object:
        raise AssertionError(f"the peer does not serve this method: {parameters}")

    async def _do_getMe(self, parameters: Mapping[str, Any]) -> object:  # noqa: N802
        powers = {"can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": True}
        return {**self.me.json(), "username": self.username, **powers}

    async def _do_deleteWebhook(self, parameters: Mapping[str, Any]) -> object:  # noqa: N802
        self.webhook = None
        return True

    async def _do_setWebhook(self, parameters: Mapping[str, Any]) -> object:  # noqa: N802
        self.webhook = dict(parameters)
        return True

    async def _do_getWebhookInfo(self, parameters: Mapping[str, Any]) -> object:  # noqa: N802
        url = self.webhook["url"] if self.webhook else ""
        error = {"last_error_date": _START, "last_error_message": self.refused} if self.refused else {}
        return {"url": url, "has_custom_certificate": False, "pending_update_count": len(self._updates), **error}

    async def _do_sendChatAction(self, parameters: Mapping[str, Any]) -> object:  # noqa: N802
        return bool(self._chat(parameters))

    async def _do_getUpdates(self, parameters: Mapping[str, Any]) -> object:  # noqa: N802
        self._polls += 1
        poll = self._polls
        self.changed()
        if self.webhook:
            raise _Refusal("can't use getUpdates method while webhook is active; use deleteWebhook first", 409)
        offset = parameters.get("offset", 0)
        self._updates = [update for update in self._updates if update["update_id"] >= offset]
        kinds = {"update_id", *(parameters.get("allowed_updates") or ())}
        if len(kinds) > 1:
            self._updates = [update for update in self._updates if update.keys() <= kinds]
        try:
            async with asyncio.timeout(parameters.get("timeout", 0)):
                while not self._updates and poll == self._polls:
                    await self._change.wait()
        except TimeoutError:
            return []
        if self._revoked:
            raise _Refusal("Unauthorized", 401)
        if poll != self._polls:
            other = "terminated by other getUpdates request; make sure that only one bot instance is running"
            raise _Refusal(other, 409)
        return self._updates[: parameters.get("limit", 100)]

    async def _do_setMyCommands(self, parameters: Mapping[str, Any]) -> object:  # noqa: N802
        menu = {command["command"]: command["description"] for command in parameters["commands"]}
        for name, description in menu.items():
            if not re.fullmatch("[a-z0-9_]{1,32}", name) or not 1 <= len(description) <= 256:
                raise _Refusal("BOT_COMMAND_INVALID")
        self.commands[parameters.get("language_code", "")] = menu
        return True

    async def _do_sendMessage(self, parameters: Mapping[str, Any]) -> object:  # noqa: N802
        chat = self._chat(parameters)
        while chat.id in self._held:
            await self._change.wait()
        content = self._content(parameters)
        reply = self._replied(chat, parameters.get("reply_parameters"))
        message = self._add(chat, self.me, **content, **self._replying(chat, reply, self._thread(chat, parameters)))
        message.html = parameters["text"]
        self._sent[chat.id].append(message)
        return message.json

    async def _do_sendPhoto(self, parameters: Mapping[str, Any]) -> object:  # noqa: N802
        chat = self._chat(parameters)
        if not parameters["photo"].startswith((b"\x89PNG", b"\xff\xd8")):
            raise _Refusal("IMAGE_PROCESS_FAILED")
        content = self._captioned(parameters)
        reply = self._replied(chat, parameters.get("reply_parameters"))
        shown = {"photo": ATTACHMENTS["photo"], **content}
        message = self._add(chat, self.me, **shown, **self._replying(chat, reply, self._thread(chat, parameters)))
        message.picture = parameters["photo"]
        self._sent[chat.id].append(message)
        return message.json

    def _captioned(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Return the content of a picture; it may be without any words."""
        content = self._content({**parameters, "text": parameters.get("caption", "-")}, limit=1024)
        names = {"text": "caption", "entities": "caption_entities"} if "caption" in parameters else {}
        return {
            names.get(key, key): value for key, value in content.items() if "caption" in parameters or key != "text"
        }

    async def _do_answerInlineQuery(self, parameters: Mapping[str, Any]) -> object:  # noqa: N802
        query = self._queries.get(parameters["inline_query_id"])
        if query is None or query.answered:
            raise _Refusal("query is too old and response timeout expired or query ID is invalid")
        names = [result["id"] for result in parameters["results"]]
        if len(names) > 50 or len(set(names)) < len(names) or not all(1 <= len(name.encode()) <= 64 for name in names):
            raise _Refusal("RESULT_ID_INVALID")
        query.results = tuple(map(self._result, parameters["results"]))
        query.cache_time = parameters.get("cache_time", 300)
        query.personal = parameters.get("is_personal", False)
        query.answered = True
        return True

    def _result(self, result: Mapping[str, Any]) -> Result:
        content = result["input_message_content"]
        sent = self._content({"text": content["message_text"], "parse_mode": content.get("parse_mode")})
        marked = tuple(sent.get("entities", ()))
        return Result(result["id"], result["title"], result.get("description", ""), sent["text"], marked)

    async def _do_editMessageText(self, parameters: Mapping[str, Any]) -> object:  # noqa: N802
        message = self._own(parameters, "edit")
        if "text" not in message.json:
            raise _Refusal("there is no text in the message to edit")
        content = self._content(parameters)
        keys = ("text", "entities", "reply_markup")
        if all(message.json.get(key) == content.get(key) for key in keys):
            raise _Refusal(
                "message is not modified: specified new message content and reply markup are exactly the same as a "
                "current content and reply markup of the message"
            )
        message.json = {key: value for key, value in message.json.items() if key not in keys} | content
        message.json["edit_date"] = message.json["date"] + 60
        message.html = parameters["text"]
        message.edits += 1
        return message.json

    async def _do_deleteMessage(self, parameters: Mapping[str, Any]) -> object:  # noqa: N802
        self.delete(self._own(parameters, "delete"))
        return True

    async def _do_answerCallbackQuery(self, parameters: Mapping[str, Any]) -> object:  # noqa: N802
        click = self._clicks.get(parameters["callback_query_id"])
        if click is None or click.answered:
            raise _Refusal("query is too old and response timeout expired or query ID is invalid")
        if len(parameters.get("text", "")) > 200:
            raise _Refusal("MESSAGE_TOO_LONG")
        click.answered = True
        click.text = parameters.get("text")
        click.alert = parameters.get("show_alert", False)
        return True

    # --- what a request may ask for --------------------------------------------------------------

    def _chat(self, parameters: Mapping[str, Any]) -> Chat:
        number = int(parameters["chat_id"])
        if number in self._migrated:
            text = "group chat was upgraded to a supergroup chat"
            raise _Refusal(text, migrate_to_chat_id=self._migrated[number])
        if number in self._blocked:
            raise _Refusal("bot was blocked by the user", 403)
        if number not in self._chats:
            raise _Refusal("chat not found")
        return self._chats[number]

    def _own(self, parameters: Mapping[str, Any], purpose: str) -> Message:
        message = self.messages.get((self._chat(parameters).id, parameters["message_id"]))
        if message is None:
            raise _Refusal(f"message to {purpose} not found")
        if message.json["from"]["id"] != self.me.id:
            raise _Refusal(f"message can't be {purpose}ed")
        return message

    def _replied(self, chat: Chat, reply: Mapping[str, Any] | None) -> Message | None:
        if reply is None:
            return None
        message = self.messages.get((chat.id, reply["message_id"]))
        if message is None and not reply.get("allow_sending_without_reply"):
            raise _Refusal("message to be replied not found")
        return message

    def _thread(self, chat: Chat, parameters: Mapping[str, Any]) -> int | None:
        thread: int | None = parameters.get("message_thread_id")
        if thread and (not chat.forum or (chat.id, thread) not in self.messages):
            raise _Refusal("message thread not found")
        return thread

    def _content(self, parameters: Mapping[str, Any], limit: int = 4096) -> dict[str, Any]:
        text, entities = parameters["text"], list[dict[str, Any]]()
        if parameters.get("parse_mode") == "HTML":
            try:
                text, entities = parse(text)
            except MarkupError as error:
                raise _Refusal(f"can't parse entities: {error}") from None
        if not text.strip():
            raise _Refusal("message text is empty")
        if length(text) > limit:
            raise _Refusal("message caption is too long" if limit < 4096 else "message is too long")
        content: dict[str, Any] = {"text": text} | ({"entities": entities} if entities else {})
        keyboard = parameters.get("reply_markup", {}).get("inline_keyboard", [])
        for button in (button for row in keyboard for button in row):
            if not button["text"] or not 1 <= len(button["callback_data"].encode()) <= 64:
                raise _Refusal("BUTTON_DATA_INVALID")
        return content | ({"reply_markup": {"inline_keyboard": keyboard}} if keyboard else {})


def _text(value: object) -> str:
    """Return a parameter as it would be in a form: in a body of JSON, it may be any JSON."""
    return value if isinstance(value, str) else json.dumps(value)


async def _given(request: web.Request) -> dict[str, Any]:
    """Return the parameters of a request: of its address, and of its body as JSON or as a form."""
    body = await request.json() if request.content_type == "application/json" else await request.post()
    return {**request.query, **body}


def _response(fault: Fault) -> web.Response:
    if fault.body is not None:
        return web.Response(status=fault.status, text=fault.body, content_type="text/html")
    body = {"ok": False, "error_code": fault.status, "description": fault.description}
    parameters = {"parameters": dict(fault.parameters)} if fault.parameters else {}
    return web.json_response(body | parameters, status=fault.status or 500)


def _utf16(text: str, offset: int, size: int) -> str:
    return text.encode("utf-16-le")[2 * offset : 2 * (offset + size)].decode("utf-16-le")


@asynccontextmanager
async def telegram_peer(*, token: str = TOKEN, test_environment: bool = False) -> AsyncIterator[BotApiPeer]:
    """Run a Bot API server on loopback; fail at the end if the bot broke the Bot API's rules."""
    peer = BotApiPeer(token=token, test_environment=test_environment)
    application = web.Application()
    application.router.add_post("/bot{token:[^/]+}/test/{method:[^/]+}", peer.handle, name="test")
    application.router.add_post("/bot{token:[^/]+}/{method:[^/]+}", peer.handle, name="live")
    runner = web.AppRunner(application, handler_cancellation=True, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        peer.url = "http://{}:{}".format(*runner.addresses[0][:2])
        yield peer
    finally:
        await runner.cleanup()
    assert not peer.violations, "\n".join(peer.violations)
