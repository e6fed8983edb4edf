"""Events of Matrix rooms, read as what the bot is asked."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.channels.matrix.events import (
    PASSAGE,
    WHY,
    Asked,
    Edited,
    Incoming,
    Joined,
    Left,
    Place,
    Reacted,
    Reader,
    Redacted,
    Room,
    Upgraded,
    Wordless,
    Written,
    thread_of,
)
from bot.channels.matrix.rooms import Admission

BOT, ANNA = "@jolig:example.org", "@anna:example.org"
DIRECT = Room("!direct:example.org", direct=True, name="JOLIG")
GROUP = Room("!group:example.org", direct=False, name="JOLIG")
PILL = '<a href="https://matrix.to/#/@jolig:example.org">JOLIG</a>'
READER = Reader(BOT, commands=lambda: {"members", "help"})


def event(content: dict[str, Any], kind: str = "m.room.message", sender: str = ANNA, **more: Any) -> dict[str, Any]:
    """Return an event as the homeserver has it."""
    return {
        "event_id": "$event",
        "type": kind,
        "sender": sender,
        "origin_server_ts": 1_700_000_000_000,
        "content": content,
        **more,
    }


def text(body: str, **content: Any) -> dict[str, Any]:
    """Return a text message."""
    return event({"msgtype": "m.text", "body": body, **content})


def read(found: dict[str, Any], room: Room = GROUP) -> Incoming | None:
    """Read an event."""
    return READER.read(room, found)


def said(found: dict[str, Any], room: Room = GROUP) -> str | None:
    """Return the question of an event that is for the bot for sure."""
    incoming = read(found, room)
    return incoming.text if isinstance(incoming, Asked) and incoming.addressed else None


# --- for whom, and what --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "question"),
    [
        ("!members", "/members"),
        ("!MEMBERS Ann", "/MEMBERS Ann"),
        ("/members", "/members"),
        ("JOLIG: who?", "who?"),
        ("jolig, who?", "who?"),
        ("@jolig:example.org who?", "who?"),
        ("who, @jolig:example.org ?", "who, ?"),
        ("@jolig who?", "who?"),
        ("JOLIG: who is in JOLIG?", "who is in JOLIG?"),
        ("JOLIG: !help", "/help"),
    ],
)
def test_in_a_group_it_is_addressed(body: str, question: str) -> None:
    """By a command, its id, its short id, or its name before a colon; the name is no part of the question."""
    assert said(text(body)) == question


@pytest.mark.parametrize(
    "body",
    [
        "who?",
        "what is JOLIG?",
        "JOLIG is great",
        "!nonsense",
        "! members",
        "mail@jolig",
        "@jolig2 who?",
        "@jolig:b.example",
    ],
)
def test_in_a_group_it_is_not_addressed(body: str) -> None:
    """What people say to each other, to others, and about the group that has its name."""
    assert read(text(body)) is None


@pytest.mark.parametrize("body", ["who?", "!nonsense", "2", "JOLIG is great"])
def test_alone_with_somebody_everything_is_for_it(body: str) -> None:
    """Also a command that it does not know: it says which it does."""
    assert said(text(body), DIRECT) == body.replace("!", "/")


@pytest.mark.parametrize(
    ("formatted", "question"),
    [
        (f"{PILL}: who <b>are</b> they?", "who are they?"),
        (f"who are they, {PILL}", "who are they,"),
        (f"{PILL} who is in JOLIG?", "who is in JOLIG?"),
        ('<a href="https://matrix.to/#/%40jolig%3Aexample.org">J</a> a &lt; b?', "a < b?"),
        (f"<mx-reply><blockquote>{PILL} old</blockquote></mx-reply>{PILL} new?", "new?"),
        (f"<p>{PILL}</p><p>one</p><p>two</p>", "one\ntwo"),
    ],
)
def test_a_pill_is_a_mention(formatted: str, question: str) -> None:
    """The link to the bot is no part of the question, whatever it is called in it."""
    assert said(text("JOLIG …", formatted_body=formatted)) == question


def test_an_intentional_mention_counts_without_any_name() -> None:
    """Clients list who is meant beside the text."""
    assert said(text("who?", **{"m.mentions": {"user_ids": [BOT]}})) == "who?"
    assert read(text("who?", **{"m.mentions": {"user_ids": [ANNA]}})) is None


def test_where_apps_list_who_is_meant_nobody_else_is() -> None:
    """A link may be there for another reason; what names the bot at the beginning is written for it."""
    nobody: dict[str, Any] = {"m.mentions": {}}
    assert read(text("ask …", formatted_body=f"ask {PILL}", **nobody)) is None
    assert said(text("JOLIG: who?", **nobody)) == "who?"


def test_a_mention_in_what_is_replied_to_is_none() -> None:
    """Older apps quote it."""
    quoted = f"<mx-reply><blockquote>{PILL} who?</blockquote></mx-reply>"
    assert read(text("I know", formatted_body=f"{quoted}I know")) is None


@pytest.mark.parametrize("room", [DIRECT, GROUP], ids=["direct", "group"])
def test_what_is_null_is_not_there(room: Room) -> None:
    """Some apps write all that there might be."""
    nulls = dict.fromkeys(["format", "formatted_body", "filename", "m.relates_to", "m.mentions", "m.new_content"])
    assert said(text("JOLIG: who?", **nulls), room) == "who?"
    assert said(text("JOLIG: who?", **{"m.relates_to": {"rel_type": None, "m.in_reply_to": None}}), room) == "who?"


@pytest.mark.parametrize("msgtype", ["m.image", "m.file", "m.video", "m.audio"])
def test_what_is_written_beneath_a_file_is_a_text(msgtype: str) -> None:
    """The file's name is apart from it then; the name alone asks nothing."""
    found = {"msgtype": msgtype, "body": "JOLIG: who?", "filename": "picture.png"}
    assert said(event(found)) == "who?"
    assert isinstance(read(event(found | {"filename": found["body"]}), DIRECT), Wordless)


def test_a_reply_may_be_to_the_bot() -> None:
    """Whose message it replies to is found out where it is answered; what older clients quote is left out."""
    found = text("> <@jolig> old\n> older\n\nnew?", **{"m.relates_to": {"m.in_reply_to": {"event_id": "$reply"}}})
    incoming = read(found)
    assert isinstance(incoming, Asked)
    assert (incoming.text, incoming.addressed, incoming.reply_to) == ("new?", False, "$reply")


def test_the_fallback_of_a_thread_is_no_reply() -> None:
    """Each message of a thread names the one before it, for clients without threads."""
    relation = {"rel_type": "m.thread", "event_id": "$root", "m.in_reply_to": {"event_id": "$reply"}}
    assert read(text("so what", **{"m.relates_to": relation | {"is_falling_back": True}})) is None
    assert isinstance(read(text("so what", **{"m.relates_to": relation})), Asked)


@pytest.mark.parametrize("msgtype", ["m.notice", "m.emote", "m.unknown", ""])
def test_what_bots_write_is_not_answered(msgtype: str) -> None:
    """Two bots that answer each other would never end."""
    assert read(event({"msgtype": msgtype, "body": "!members"}), DIRECT) is None


def test_its_own_messages_are_not_answered() -> None:
    """Whichever of its devices wrote them."""
    assert read(text("!members") | {"sender": BOT}, DIRECT) is None


@pytest.mark.parametrize("msgtype", ["m.image", "m.audio", "m.file", "m.video", "m.location"])
def test_what_is_not_a_text_is_told_where_it_is_for_the_bot(msgtype: str) -> None:
    """A picture for the group is none of its business."""
    found = {"msgtype": msgtype, "body": "picture.png"}
    assert isinstance(read(event(found), DIRECT), Wordless)
    assert read(event(found)) is None
    assert isinstance(read(event({"body": "sticker"}, "m.sticker"), DIRECT), Wordless)


# --- where ---------------------------------------------------------------------------------------


def test_the_answer_goes_where_the_question_is() -> None:
    """A reply in a group, in its thread; each person and each thread has a conversation."""
    thread = {"m.relates_to": {"rel_type": "m.thread", "event_id": "$root"}}
    places, people = [], []
    for room, content in ((DIRECT, {}), (GROUP, {}), (GROUP, thread), (DIRECT, thread)):
        incoming = read(text("!members", **content), room)
        assert isinstance(incoming, Asked)
        places.append(incoming.origin.place)
        people.append(incoming.origin.person.id)
    assert places == [
        Place(DIRECT.id),
        Place(GROUP.id, None, "$event"),
        Place(GROUP.id, "$root", "$event"),
        Place(DIRECT.id, "$root"),
    ]
    assert people == [
        f"{DIRECT.id}:u{ANNA}",
        f"{GROUP.id}:u{ANNA}",
        f"{GROUP.id}:t$root:u{ANNA}",
        f"{DIRECT.id}:t$root:u{ANNA}",
    ]


def test_a_conversation_stays_its_persons_when_others_come() -> None:
    """What was said in private is found again by its person, and by nobody else."""
    alone, joined = (read(text("!members"), replace(DIRECT, direct=direct)) for direct in (True, False))
    assert isinstance(alone, Asked)
    assert isinstance(joined, Asked)
    assert alone.origin.person == joined.origin.person
    assert (alone.origin.private, joined.origin.private) == (True, False)


# --- what else happens ---------------------------------------------------------------------------


def test_an_edit_is_of_the_message_that_it_replaces() -> None:
    """Its own text is for clients that cannot edit."""
    relation = {"rel_type": "m.replace", "event_id": "$question"}
    new = {"msgtype": "m.text", "body": "!help"}
    incoming = read(text("* !help", **{"m.relates_to": relation, "m.new_content": new}))
    assert isinstance(incoming, Edited)
    assert (incoming.asked.message, incoming.asked.text, incoming.asked.addressed) == ("$question", "/help", True)
    assert (incoming.origin.event, incoming.origin.place.reply_to) == ("$event", "$question")


@pytest.mark.parametrize(
    ("key", "sign"),
    [
        ("📖", PASSAGE),
        ("❓", WHY),
        ("❓\ufe0f", WHY),
        ("1\ufe0f\u20e3", "1"),
        ("9\u20e3", "9"),
        ("❤️", None),
        ("1", None),
    ],
)
def test_the_signs_that_the_bot_knows_are_reactions_to_it(key: str, sign: str | None) -> None:
    """Others are for the people."""
    relation = {"rel_type": "m.annotation", "event_id": "$reply", "key": key}
    incoming = read(event({"m.relates_to": relation}, "m.reaction"))
    assert (incoming.sign if isinstance(incoming, Reacted) else None) == sign


@pytest.mark.parametrize("found", [{"redacts": "$question"}, {"content": {"redacts": "$question"}}])
def test_a_redaction_names_what_was_taken_back(found: dict[str, Any]) -> None:
    """In the newer room versions inside the content."""
    incoming = read(event({}, "m.room.redaction") | found)
    assert isinstance(incoming, Redacted)
    assert incoming.message == "$question"


def test_coming_and_going() -> None:
    """The bot greets where it comes in, once; where others leave it may be alone."""
    own = event({"membership": "join"}, "m.room.member", BOT, state_key=BOT)
    renamed = own | {"unsigned": {"prev_content": {"membership": "join"}}}
    accepted = own | {"unsigned": {"prev_content": {"membership": "invite"}}}
    left = event({"membership": "leave"}, "m.room.member", state_key=ANNA)
    assert read(event({"membership": "leave"}, "m.room.member")) is None
    joined = event({"membership": "join"}, "m.room.member", state_key=ANNA)
    kinds = [type(read(found)) for found in (own, renamed, accepted, left, joined)]
    assert kinds == [Joined, type(None), Joined, Left, type(None)]
    assert [READER.joins(found) for found in (own, renamed, accepted, left, joined)] == [
        True,
        False,
        True,
        False,
        False,
    ]


def test_an_upgraded_room_names_the_next() -> None:
    """It is a state of the room; a message of that type is not."""
    upgraded = event({"body": "", "replacement_room": "!next:b.example"}, "m.room.tombstone")
    incoming = read(upgraded | {"state_key": ""})
    assert isinstance(incoming, Upgraded)
    assert (incoming.room, incoming.origin.sender) == ("!next:b.example", ANNA)
    assert read(upgraded) is None
    assert read(upgraded | {"state_key": ANNA}) is None


# --- from whom -----------------------------------------------------------------------------------

THREAD = {"m.relates_to": {"rel_type": "m.thread", "event_id": "$root:ub.example"}}


@pytest.mark.parametrize("content", [{}, THREAD], ids=["room", "thread"])
def test_what_is_encrypted_tells_whose_it_is(content: dict[str, Any]) -> None:
    """In the same words as what is read of it: what cannot be answered is deleted by the person's /forget there."""
    sealed = event({"algorithm": "m.megolm.v1.aes-sha2", **content}, "m.room.encrypted")
    incoming = read(text("who?", **content), DIRECT)
    assert isinstance(incoming, Asked)
    assert READER.origin(DIRECT, sealed) == incoming.origin
    assert thread_of(incoming.origin.person.id, DIRECT.id) == incoming.origin.place.thread
    assert incoming.origin.within(None).within(incoming.origin.place.thread) == incoming.origin


def test_what_nobody_can_read_is_nobodys() -> None:
    assert READER.origin(DIRECT, {"type": "m.room.encrypted", "sender": 1}) is None


def test_a_message_tells_what_became_of_it() -> None:
    """Who wrote it when and in which thread, and whether it was edited or taken back."""
    as_it_was = READER.written(text("who?", **THREAD))
    at = datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert as_it_was == Written(sender=ANNA, at=at, thread="$root:ub.example", taken_back=False, edit=None)
    edited = {"m.relations": {"m.replace": {"event_id": "$edit", "sender": ANNA}}}
    assert READER.written(text("who?", **THREAD) | {"unsigned": edited}) == replace(as_it_was, edit="$edit")
    redacted = event({}, unsigned={"redacted_because": {"type": "m.room.redaction"}})
    assert READER.written(redacted) == replace(as_it_was, thread=None, taken_back=True)
    assert READER.written({}) is None


# --- ids -----------------------------------------------------------------------------------------

HOSTILE = [
    "../logout/all",
    "{}../logout/all",
    "{}a/../../b",
    "{}a?b",
    "{}a#b",
    "{}a b",
    "{}a\n",
    "#alias:b.example",
    "",
    "{}",
    1,
    [],
]


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_id_is_no_event(name: Any) -> None:
    """Ids go into addresses of the homeserver and name conversations."""

    def named(sigil: str) -> Any:
        return name.format(sigil) if isinstance(name, str) else name

    relation = {"rel_type": "m.replace", "event_id": named("$")}
    new = {"msgtype": "m.text", "body": "!help"}
    found = [
        text("!help") | {"event_id": named("$")},
        text("!help") | {"sender": named("@")},
        text("!help", **{"m.relates_to": relation, "m.new_content": new}),
        text("!help", **{"m.relates_to": relation | {"rel_type": "m.thread"}}),
        text("!help", **{"m.relates_to": {"m.in_reply_to": {"event_id": named("$")}}}),
        event({"m.relates_to": relation | {"key": WHY}}, "m.reaction"),
        event({}, "m.room.redaction", redacts=named("$")),
        event({"redacts": named("$")}, "m.room.redaction"),
        event({"replacement_room": named("!")}, "m.room.tombstone", state_key=""),
    ]
    assert [read(each) for each in found] == [None] * len(found)


@pytest.mark.parametrize("name", ["$a:b.example", "$Rqnc-F-dvnEYJTyHq_iKxU2bZ1CI92-kuZq3a5lr5Zg", f"${'a+/' * 14}a"])
def test_every_room_version_has_its_ids(name: str) -> None:
    """Those of version 3 may have a slash in them."""
    assert isinstance(read(text("!help") | {"event_id": name}), Asked)


# --- who may invite it ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("invites", "inviter", "permitted"),
    [
        ((), "@anna:example.org", True),
        ((), "@anna:b.example", False),
        (("b.example",), "@anna:b.example", True),
        (("b.example",), "@anna:example.org", False),
        (("@anna:b.example",), "@anna:b.example", True),
        (("@anna:b.example",), "@boris:b.example", False),
        (("all",), "@boris:b.example", True),
    ],
)
def test_who_may_invite(invites: tuple[str, ...], inviter: str, *, permitted: bool) -> None:
    """Users, homeservers, all; by default the people of the own homeserver."""
    assert Admission(invites, 1).permits(inviter, BOT) is permitted


# --- what somebody may send ----------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda values: st.lists(values, max_size=3) | st.dictionaries(st.text(max_size=12), values, max_size=3),
    max_leaves=8,
)
NAMES = [
    "msgtype",
    "body",
    "formatted_body",
    "m.relates_to",
    "m.new_content",
    "m.mentions",
    "membership",
    "redacts",
    "filename",
]


@given(
    st.sampled_from(["m.room.message", "m.reaction", "m.room.redaction", "m.room.member", "m.room.tombstone", "other"]),
    JSON | st.dictionaries(st.sampled_from(NAMES), JSON, max_size=4),
)
def test_no_event_harms(kind: str, content: Any) -> None:
    """Anybody may send anything."""
    for room in (DIRECT, GROUP):
        READER.read(room, event(content, kind))
        READER.read(room, {"type": kind, "content": content})
    for found in (event(content, kind), {"type": kind, "content": content}, {"type": "m.room.encrypted"}):
        assert not READER.is_sealed(found)
        READER.joins(found)


@pytest.mark.parametrize("html", [f"{PILL} <![x[", PILL + "<a " * 3000])
def test_html_that_cannot_be_read_is_not(html: str) -> None:
    """The plain text is there too."""
    asked = read(text("@jolig: who?", formatted_body=html))
    assert isinstance(asked, Asked)
    assert asked.text == "who?"


def test_a_time_that_no_date_has_is_no_event() -> None:
    edit = {"msgtype": "m.text", "m.new_content": {"msgtype": "m.text", "body": "who?"}}
    relation = {"m.relates_to": {"rel_type": "m.replace", "event_id": "$question"}}
    assert isinstance(read(event(edit | relation), DIRECT), Edited)
    assert read(event(edit | relation, origin_server_ts=2**53 - 1), DIRECT) is None


@given(st.text(max_size=80))
@example("<![x[")
def test_no_text_harms(body: str) -> None:
    """Neither as a text nor as HTML with the bot's link in it."""
    assert isinstance(read(text(body), DIRECT), Asked)
    assert isinstance(read(text(body, formatted_body=f"{body}{PILL}"), DIRECT), Asked)
