"""A question of a conversation: what is loaded, answered and kept; and what every store owes the service."""

import asyncio
from collections.abc import AsyncIterator, Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot import knowledge
from bot.channels.formatting import plain
from bot.core.dialogue import LIFETIME
from bot.core.models import (
    Answer,
    Asked,
    Conversation,
    DialogueState,
    Exchange,
    Held,
    Paragraph,
    Question,
    Quote,
    Reading,
    UnknownChoiceError,
)
from bot.core.responder import Responder
from bot.errors import StorageError
from bot.knowledge.cache import fit
from bot.service import Administration, Retention, Service, Store
from bot.storage import Storage

ROOT = Path(__file__).parents[1]
NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)
ANN = Conversation("telegram", "1")
BOB = Conversation("telegram", "2")
TERMINAL = Conversation("terminal", "1")
MEMBERS = Question("Who are the members?")
FIRST, SECOND = Question("1"), Question("2")
"""Pick the first and the second of what the answer before offered."""

BUTTONS = ("passages", "reasons")
"""What the buttons below an answer ask the service for."""


class Shelf:
    """A store that keeps in memory, and fails in the methods that are named as broken."""

    def __init__(self) -> None:
        self.broken: set[str] = set()
        self.dialogues: dict[Conversation, DialogueState] = {}
        self.exchanges: dict[tuple[Conversation, str], Exchange] = {}
        self.questions: list[tuple[Conversation, Asked]] = []
        self.given_up = 0
        self.ratings: dict[tuple[Conversation, str], tuple[frozenset[str], bool]] = {}

    def _check(self, method: str) -> None:
        if method in self.broken:
            raise StorageError(f"{method} fails")

    async def dialogue(self, conversation: Conversation) -> DialogueState | None:
        """Return the dialogue state."""
        self._check("dialogue")
        return self.dialogues.get(conversation)

    async def save_dialogue(self, conversation: Conversation, state: DialogueState, asked: Asked | None = None) -> None:
        """Keep the dialogue state, and the question."""
        self._check("save_dialogue")
        self.dialogues[conversation] = state
        if asked:
            self.questions.append((conversation, asked))

    async def held(self, conversation: Conversation) -> Held:
        """Return what is held."""
        self._check("held")
        exchanges = sum(exchange.asker == conversation.id for exchange in self.exchanges.values())
        questions = sum(whose == conversation for whose, _ in self.questions)
        return Held(self.dialogues.get(conversation), exchanges, questions, self.given_up)

    async def forget(self, conversation: Conversation) -> None:
        """Delete it."""
        self._check("forget")
        self.dialogues.pop(conversation, None)
        self.questions = [(whose, asked) for whose, asked in self.questions if whose != conversation]
        self.exchanges = {key: kept for key, kept in self.exchanges.items() if kept.asker != conversation.id}

    async def exchange(self, conversation: Conversation, question: str) -> Exchange | None:
        """Return an exchange."""
        self._check("exchange")
        return self.exchanges.get((conversation, question))

    async def save_exchange(self, conversation: Conversation, exchange: Exchange) -> None:
        """Keep an exchange."""
        self._check("save_exchange")
        self.exchanges[conversation, exchange.question] = exchange

    async def rate(self, conversation: Conversation, question: str, intents: Collection[str], *, helpful: bool) -> None:
        """Keep what was said of an answer."""
        self._check("rate")
        self.ratings[conversation, question] = (frozenset(intents), helpful)

    async def forget_chat(self, chat: Conversation) -> None:
        """Drop the dialogue state."""
        self._check("forget_chat")
        self.dialogues.pop(chat, None)

    async def move_chat(self, chat: Conversation, to: str) -> None:
        """Keep the dialogue state under another id."""
        self._check("move_chat")
        self.dialogues[Conversation(chat.channel, to)] = self.dialogues.pop(chat)


class Clock:
    """A time that stands still until it is set."""

    def __init__(self) -> None:
        self.time = NOW

    def __call__(self) -> datetime:
        """Return the time."""
        return self.time


@pytest.fixture(scope="session")
def responder() -> Responder:
    """Return the core with the shipped knowledge."""
    loaded = knowledge.load(ROOT / "knowledge", ROOT / "seeds")
    return Responder(loaded, fit(loaded))


@pytest.fixture
def shelf() -> Shelf:
    """Return an empty fake."""
    return Shelf()


@pytest.fixture
def clock() -> Clock:
    """Return a clock."""
    return Clock()


@pytest.fixture
def service(responder: Responder, shelf: Shelf, clock: Clock) -> Service:
    """Return a service on the fakes."""
    return Service(responder, shelf, now=clock)


@pytest.fixture
def answered(responder: Responder) -> Exchange:
    """Return the exchange of a question that was answered from sources."""
    answer = responder.respond(MEMBERS, None, now=NOW).answer
    assert answer.citations
    return Exchange("10", ("11", "12"), answer.readings, answer.language)


async def click(service: Service, button: str, conversation: Conversation, question: str) -> Answer:
    """Return what a button below the answer to a question gives."""
    method = service.passages if button == "passages" else service.reasons
    return await method(conversation, question)


class TestStore:
    """What the service counts on: the fake and the database keep to the same."""

    @pytest.fixture(params=["fake", "memory", "file"])
    async def store(self, request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
        """Return each empty store."""
        if request.param == "fake":
            yield Shelf()
            return
        async with Storage.open(":memory:" if request.param == "memory" else tmp_path / "bot.sqlite3") as storage:
            yield storage

    @pytest.fixture
    def state(self, responder: Responder) -> DialogueState:
        """Return a state as the core makes it."""
        return responder.respond(MEMBERS, None, now=NOW).state

    async def test_at_first_nothing_is_known(self, store: Store) -> None:
        """To know nothing is no failure."""
        assert await store.dialogue(ANN) is None
        assert await store.exchange(ANN, "10") is None

    async def test_a_state_is_found_as_it_was_saved(self, store: Store, state: DialogueState) -> None:
        """As often as it is looked for."""
        await store.save_dialogue(ANN, state)
        assert await store.dialogue(ANN) == state
        assert await store.dialogue(ANN) == state

    async def test_a_later_state_takes_the_place_of_the_earlier(self, store: Store, state: DialogueState) -> None:
        """Nothing of the earlier state shines through."""
        later = DialogueState(NOW + timedelta(seconds=1))
        await store.save_dialogue(ANN, state)
        await store.save_dialogue(ANN, later)
        assert await store.dialogue(ANN) == later

    async def test_states_are_kept_apart(self, store: Store, state: DialogueState) -> None:
        """By conversation and by channel."""
        saved = {one: replace(state, entity=one.id + one.channel) for one in (ANN, BOB, TERMINAL)}
        for conversation, its in saved.items():
            await store.save_dialogue(conversation, its)
        assert {conversation: await store.dialogue(conversation) for conversation in saved} == saved

    async def test_an_exchange_is_found_as_it_was_saved(self, store: Store, answered: Exchange) -> None:
        """By its question only."""
        await store.save_exchange(ANN, answered)
        assert await store.exchange(ANN, answered.question) == answered
        assert await store.exchange(ANN, "another") is None

    async def test_an_exchange_takes_the_place_of_that_of_the_same_question(
        self, store: Store, answered: Exchange
    ) -> None:
        """As an edit of the question asks for."""
        later = Exchange(answered.question, ("13",), (), "hy")
        await store.save_exchange(ANN, answered)
        await store.save_exchange(ANN, later)
        assert await store.exchange(ANN, answered.question) == later

    async def test_exchanges_are_kept_apart(self, store: Store, answered: Exchange) -> None:
        """By conversation, channel and question."""
        saved = {
            (conversation, question): replace(answered, question=question, replies=(conversation.id, question))
            for conversation in (ANN, BOB, TERMINAL)
            for question in ("10", "11")
        }
        for (conversation, _), exchange in saved.items():
            await store.save_exchange(conversation, exchange)
        assert {key: await store.exchange(*key) for key in saved} == saved

    async def test_a_state_is_no_exchange_and_an_exchange_no_state(
        self, store: Store, state: DialogueState, answered: Exchange
    ) -> None:
        """Saving the one does not touch the other."""
        await store.save_dialogue(ANN, state)
        assert await store.exchange(ANN, answered.question) is None
        await store.save_exchange(ANN, answered)
        assert await store.dialogue(ANN) == state


class TestAsk:
    """A question, and what the conversation remembers of it."""

    async def test_the_answer_and_the_saved_state_are_the_cores(
        self, service: Service, shelf: Shelf, responder: Responder
    ) -> None:
        """The service adds nothing and leaves nothing out."""
        turn = responder.respond(MEMBERS, None, now=NOW)
        assert await service.ask(ANN, MEMBERS) == turn.answer
        assert shelf.dialogues == {ANN: turn.state}
        assert shelf.exchanges == {}

    async def test_the_state_of_the_question_before_is_loaded(
        self, service: Service, shelf: Shelf, responder: Responder
    ) -> None:
        """A bare number picks what was offered, and the state after it is saved."""
        offered = (await service.ask(ANN, MEMBERS)).suggestions[0]
        before = shelf.dialogues[ANN]
        answer = await service.ask(ANN, FIRST)
        assert answer.intent == offered.intent
        assert shelf.dialogues == {ANN: responder.respond(FIRST, before, now=NOW).state}

    @pytest.mark.parametrize("other", [BOB, Conversation("terminal", ANN.id)], ids=["conversation", "channel"])
    async def test_another_conversation_has_its_own_state(
        self, service: Service, responder: Responder, other: Conversation
    ) -> None:
        """What one was offered another cannot pick, and does not forget by it."""
        first = await service.ask(ANN, MEMBERS)
        assert await service.ask(other, FIRST) == responder.respond(FIRST, None, now=NOW).answer
        assert (await service.ask(ANN, FIRST)).intent == first.suggestions[0].intent

    async def test_the_time_is_that_of_the_clock_it_was_given(
        self, service: Service, shelf: Shelf, clock: Clock
    ) -> None:
        """At each question anew."""
        for minutes in (0, 5):
            clock.time = NOW + timedelta(minutes=minutes)
            await service.ask(ANN, MEMBERS)
            assert shelf.dialogues[ANN].at == clock.time

    @pytest.mark.parametrize(("pause", "alive"), [(LIFETIME, True), (LIFETIME + timedelta(microseconds=1), False)])
    async def test_a_state_expires_by_that_clock(
        self, service: Service, responder: Responder, clock: Clock, pause: timedelta, *, alive: bool
    ) -> None:
        """After a while a number picks nothing any more."""
        _, offered, *_ = (await service.ask(ANN, MEMBERS)).suggestions
        clock.time = NOW + pause
        answer = await service.ask(ANN, SECOND)
        assert (answer.intent == offered.intent) is alive
        assert (answer == responder.respond(SECOND, None, now=clock.time).answer) is not alive

    async def test_a_conversation_has_the_language_of_its_last_answer(self, service: Service) -> None:
        """Or that which the person asked for; before the first question it is the knowledge's first."""
        found = [await service.language(ANN)]
        for text in ("ովքե՞ր են անդամները", "/language ru", "ովքե՞ր են անդամները"):
            await service.ask(ANN, Question(text))
            found.append(await service.language(ANN))
        assert found == ["en", "hy", "ru", "ru"]

    async def test_a_choice_that_is_not_known_is_refused_and_changes_nothing(
        self, service: Service, shelf: Shelf
    ) -> None:
        """A button of an earlier version does not disturb the conversation."""
        await service.ask(ANN, MEMBERS)
        before = dict(shelf.dialogues)
        for choice in ("no-such-intent", "members__nobody"):
            with pytest.raises(UnknownChoiceError, match=choice):
                await service.ask(ANN, Question(choice=choice))
        assert shelf.dialogues == before

    async def test_a_conversation_goes_on_after_a_new_start(
        self, responder: Responder, clock: Clock, tmp_path: Path
    ) -> None:
        """On a real database, opened twice."""
        path = tmp_path / "bot.sqlite3"
        async with Storage.open(path) as storage:
            offered = (await Service(responder, storage, now=clock).ask(ANN, MEMBERS)).suggestions[0]
        async with Storage.open(path) as storage:
            assert (await Service(responder, storage, now=clock).ask(ANN, FIRST)).intent == offered.intent


async def test_an_answer_is_given_before_the_next_question_is_understood(responder: Responder, shelf: Shelf) -> None:
    """Also of questions that come at once: nobody waits until all of them are understood."""
    order: list[str] = []

    def now() -> datetime:
        order.append("understood")
        return NOW

    async def ask(service: Service, conversation: Conversation) -> None:
        await service.ask(conversation, MEMBERS)
        await asyncio.sleep(0)  # it is sent
        order.append("answered")

    service = Service(responder, shelf, now=now)
    await asyncio.gather(*(ask(service, conversation) for conversation in (ANN, BOB)))
    assert order == ["understood", "answered"] * 2


async def test_who_waits_for_a_turn_waits_for_what_was_asked_before(responder: Responder, shelf: Shelf) -> None:
    """So that a channel fetches many questions at a time where there are many."""
    order: list[str] = []

    def now() -> datetime:
        order.append("understood")
        return NOW

    async def fetch(service: Service) -> None:
        await asyncio.sleep(0)
        await service.turn()
        order.append("fetched")

    service = Service(responder, shelf, now=now)
    await asyncio.gather(service.answer(ANN, MEMBERS), service.answer(BOB, MEMBERS), fetch(service))
    await service.turn()
    assert order == ["understood", "understood", "fetched"]


class Counted:
    """Metrics that remember what was counted."""

    def __init__(self) -> None:
        self.answers: list[tuple[str, str, str]] = []

    def answered(self, *, channel: str, language: str, outcome: str, seconds: float) -> None:
        """Remember an answer."""
        assert seconds > 0
        self.answers.append((channel, language, outcome))

    def retried(self, *, channel: str) -> None:
        """Fail: the service has nothing to try again."""
        raise AssertionError

    gave_up = retried


class TestMetrics:
    """What is counted of questions."""

    async def test_each_answer_is_counted(self, service: Service) -> None:
        """By channel, language and outcome."""
        service.metrics = counted = Counted()
        await service.ask(ANN, MEMBERS)
        await service.ask(TERMINAL, Question("Кто председатель?"))
        assert counted.answers == [("telegram", "en", "answer"), ("terminal", "ru", "not_documented")]

    async def test_a_question_that_fails_is_not_counted(self, service: Service, shelf: Shelf) -> None:
        """Nobody had an answer."""
        service.metrics = counted = Counted()
        shelf.broken = {"dialogue"}
        with pytest.raises(StorageError):
            await service.ask(ANN, MEMBERS)
        assert counted.answers == []


class TestWhatIsKept:
    """Questions that are kept without who asked, and the commands about what is held."""

    async def test_a_question_is_kept_without_what_leads_to_somebody(self, service: Service, shelf: Shelf) -> None:
        """With what came of it, for whoever improves the knowledge."""
        answer = await service.ask(ANN, Question("Who are the members? I am at +374 10 123456, a@b.example"))
        ((_, asked),) = shelf.questions
        assert asked.text == "Who are the members? I am at [phone], [e-mail]"
        assert asked == Asked(
            NOW.date(),
            "telegram",
            asked.text,
            "en",
            answer.outcome,
            answer.intent,
            round(answer.confidence, 4),
            answer.version,
        )

    @pytest.mark.parametrize(
        "question",
        [Question("/members"), Question(choice="members"), Question("1"), Question("?!"), Question("/forget")],
        ids=str,
    )
    async def test_what_was_not_put_in_words_is_not_kept(
        self, service: Service, shelf: Shelf, question: Question
    ) -> None:
        """There is nothing to learn from a button or a command."""
        await service.ask(ANN, question)
        assert shelf.questions == []

    async def test_where_none_are_to_be_kept_none_are(self, responder: Responder, shelf: Shelf, clock: Clock) -> None:
        """And people are told so."""
        service = Service(responder, shelf, now=clock, retention=Retention(questions=0))
        await service.ask(ANN, MEMBERS)
        assert shelf.questions == []
        assert "The text of questions is not kept." in plain(await service.ask(ANN, Question("/privacy")))

    @pytest.mark.parametrize("language", ["en", "hy", "az", "ru", "ka"])
    async def test_privacy_tells_for_how_long(
        self, responder: Responder, shelf: Shelf, clock: Clock, language: str
    ) -> None:
        """In every language, the days as they are set."""
        service = Service(responder, shelf, now=clock, retention=Retention(conversations=41, questions=17))
        told = plain(await service.ask(ANN, Question("/privacy", language=language)))
        assert all(part in told for part in ("41", "17", "/mydata", "/forget"))

    @pytest.mark.parametrize("language", ["en", "hy", "az", "ru", "ka"])
    async def test_mydata_tells_what_is_held(
        self, service: Service, shelf: Shelf, responder: Responder, answered: Exchange, language: str
    ) -> None:
        """The language, the topic, and how much of the rest."""
        shelf.given_up = 17
        await service.ask(ANN, MEMBERS)
        for name in ("10", "11", "12"):
            await service.answered(ANN, replace(answered, question=name, asker=ANN.id))
        await service.ask(ANN, Question(f"/language {language}"))
        told = plain(await service.ask(ANN, Question("/mydata")))
        assert responder.knowledge.intents["members"].titles[language] in told
        assert "3" in told
        assert "17" in told
        assert "/forget" in told

    async def test_forget_deletes_at_once_and_leaves_nothing_behind(
        self, service: Service, shelf: Shelf, answered: Exchange
    ) -> None:
        """Not even of the command itself; others lose nothing."""
        for person in (ANN, BOB):
            await service.ask(person, MEMBERS)
            await service.answered(person, replace(answered, asker=person.id))
        answer = await service.ask(ANN, Question("/forget"))
        await service.answered(ANN, Exchange("13", ("14",), answer.readings, "en", asker=ANN.id))
        assert "deleted" in plain(answer)
        assert set(shelf.dialogues) == {BOB}
        assert set(shelf.exchanges) == {(BOB, "10")}
        assert [whose for whose, _ in shelf.questions] == [BOB]

    async def test_a_link_deletes_nothing_before_the_button_is_pressed(self, service: Service, shelf: Shelf) -> None:
        """Somebody else may have made it, and who follows it has not seen where it leads."""
        await service.ask(ANN, MEMBERS)
        asked_back = await service.ask(ANN, Question("/start forget"))
        assert set(shelf.dialogues) == {ANN}
        assert [choice.key for choice in asked_back.suggestions] == ["forget"]

    async def test_a_text_deletes_nothing_before_the_button_is_pressed(self, service: Service, shelf: Shelf) -> None:
        """It may have been meant otherwise."""
        await service.ask(ANN, MEMBERS)
        asked_back = await service.ask(ANN, Question("delete my data"))
        (choice,) = asked_back.suggestions
        assert set(shelf.dialogues) == {ANN}
        await service.ask(ANN, Question(choice=choice.key))
        assert shelf.dialogues == {}

    async def test_what_cannot_be_deleted_is_not_said_to_be(self, service: Service, shelf: Shelf) -> None:
        """The person is told to try again."""
        await service.ask(ANN, MEMBERS)
        shelf.broken = {"forget"}
        with pytest.raises(StorageError):
            await service.ask(ANN, Question("/forget"))
        assert set(shelf.dialogues) == {ANN}


class TestAdministration:
    """Commands of those who run the bot."""

    @pytest.fixture
    def administered(self, service: Service) -> Service:
        """Return a service with two who may tell it things."""

        async def status() -> list[str]:
            return ["All is well.", "Nothing to do."]

        admins = ["telegram:1", "matrix:@anna:example.org"]
        service.administration = Administration(admins, {"status": status})
        return service

    @pytest.mark.parametrize("text", ["/status", " /STATUS\n"])
    async def test_who_is_listed_is_obeyed(self, administered: Service, shelf: Shelf, text: str) -> None:
        """The conversation remembers nothing of it."""
        answer = await administered.ask(ANN, Question(text))
        assert answer.blocks == (Paragraph("All is well."), Paragraph("Nothing to do."))
        assert shelf.dialogues == {}

    @pytest.mark.parametrize(
        ("conversation", "question"),
        [
            (BOB, Question("/status")),
            (TERMINAL, Question("/status")),
            (Conversation("telegram", "-5:u1"), Question("/status")),
            (Conversation("matrix", "!room:example.org"), Question("/status", sender="@eve:example.org")),
            (Conversation("telegram", "1"), Question("/status", sender="2")),
        ],
    )
    async def test_for_everybody_else_there_is_no_such_command(
        self, administered: Service, responder: Responder, conversation: Conversation, question: Question
    ) -> None:
        """Nor in a group, where others would read the reply."""
        assert await administered.ask(conversation, question) == responder.respond(question, None, now=NOW).answer

    async def test_a_channel_may_name_the_person(self, administered: Service) -> None:
        """Where a conversation has another id than whoever writes in it."""
        room = Conversation("matrix", "!room:example.org")
        answer = await administered.ask(room, Question("/status", sender="@anna:example.org"))
        assert answer.blocks[0] == Paragraph("All is well.")

    @pytest.mark.parametrize("text", ["status", "/status now", "/reload", "/", "/members"])
    async def test_what_is_no_such_command_is_an_ordinary_question(
        self, administered: Service, responder: Responder, text: str
    ) -> None:
        """Also of those who are listed."""
        question = Question(text)
        assert await administered.ask(ANN, question) == responder.respond(question, None, now=NOW).answer


class TestFailingStore:
    """A store that cannot be read or written."""

    @pytest.mark.parametrize("method", ["dialogue", "save_dialogue"])
    async def test_a_question_is_not_half_kept(self, service: Service, shelf: Shelf, clock: Clock, method: str) -> None:
        """Whoever asks again once the store works gets the answer that the first time would have had."""
        offered = (await service.ask(ANN, MEMBERS)).suggestions[0]
        before = dict(shelf.dialogues)
        clock.time += timedelta(minutes=1)
        shelf.broken = {method}
        with pytest.raises(StorageError, match=rf"^{method} fails$"):
            await service.ask(ANN, FIRST)
        assert (shelf.dialogues, shelf.exchanges) == (before, {})
        shelf.broken = set()
        assert (await service.ask(ANN, FIRST)).intent == offered.intent

    async def test_a_first_question_that_fails_leaves_no_trace(self, service: Service, shelf: Shelf) -> None:
        """The conversation begins with the next one."""
        shelf.broken = {"save_dialogue"}
        with pytest.raises(StorageError):
            await service.ask(ANN, MEMBERS)
        assert shelf.dialogues == {}

    async def test_a_real_database_that_fails_keeps_the_state_before(
        self, responder: Responder, clock: Clock, tmp_path: Path
    ) -> None:
        """One that has become read-only."""
        async with Storage.open(tmp_path / "bot.sqlite3") as storage:
            service = Service(responder, storage, now=clock)
            await service.ask(ANN, MEMBERS)
            before = await storage.dialogue(ANN)
            await storage._run(lambda connection: connection.exec_driver_sql("PRAGMA query_only=ON"))
            with pytest.raises(StorageError, match=r"is read-only$"):
                await service.ask(ANN, FIRST)
            assert await storage.dialogue(ANN) == before

    async def test_what_cannot_be_recorded_or_found_is_told(
        self, service: Service, shelf: Shelf, answered: Exchange
    ) -> None:
        """An exchange that was recorded before stays."""
        await service.answered(ANN, answered)
        shelf.broken = {"exchange", "save_exchange"}
        with pytest.raises(StorageError, match=r"^save_exchange fails$"):
            await service.answered(ANN, replace(answered, language="hy"))
        with pytest.raises(StorageError, match=r"^exchange fails$"):
            await service.exchange(ANN, answered.question)
        for button in BUTTONS:
            with pytest.raises(StorageError, match=r"^exchange fails$"):
                await click(service, button, ANN, answered.question)
        shelf.broken = set()
        assert await service.exchange(ANN, answered.question) == answered


class TestAnswered:
    """What an answer stands on and why it was given, for the buttons below it."""

    async def test_the_passages_are_those_of_the_answer(self, service: Service, answered: Exchange) -> None:
        """Exactly the quotes that the answer cites, in its language."""
        citations = (await service.ask(ANN, MEMBERS)).citations
        await service.answered(ANN, answered)
        passages = await service.passages(ANN, answered.question)
        quotes = [block.text for block in passages.blocks if isinstance(block, Quote)]
        assert sorted(quotes) == sorted({citation.quote for citation in citations})
        assert passages.language == answered.language

    @pytest.mark.parametrize("button", BUTTONS)
    async def test_a_button_gives_what_the_core_says_of_the_recorded_readings(
        self, service: Service, responder: Responder, answered: Exchange, button: str
    ) -> None:
        """Of the exchange of that question, not of the last one."""
        await service.answered(ANN, answered)
        await service.answered(ANN, Exchange("20", ("21",), (), "en"))
        core = responder.passages if button == "passages" else responder.reasons
        assert await click(service, button, ANN, answered.question) == core(answered.readings, answered.language)

    @pytest.mark.parametrize("button", BUTTONS)
    async def test_a_button_changes_nothing_of_the_conversation(
        self, service: Service, shelf: Shelf, answered: Exchange, button: str
    ) -> None:
        """One below an old answer does not change what is talked about."""
        await service.ask(ANN, MEMBERS)
        await service.answered(ANN, answered)
        before = dict(shelf.dialogues), dict(shelf.exchanges)
        await click(service, button, ANN, answered.question)
        assert (shelf.dialogues, shelf.exchanges) == before

    async def test_an_edited_question_has_its_newest_exchange(self, service: Service, answered: Exchange) -> None:
        """The earlier one is gone."""
        await service.answered(ANN, Exchange(answered.question, (), (), "hy"))
        await service.answered(ANN, answered)
        assert await service.exchange(ANN, answered.question) == answered

    @pytest.mark.parametrize("button", BUTTONS)
    @pytest.mark.parametrize(
        ("conversation", "question"), [(ANN, "11"), (BOB, "10"), (TERMINAL, "10")], ids=["question", "chat", "channel"]
    )
    async def test_a_question_that_was_not_answered_has_no_buttons(
        self, service: Service, answered: Exchange, button: str, conversation: Conversation, question: str
    ) -> None:
        """Nor has that of another conversation, whose number is the same."""
        await service.answered(ANN, answered)
        assert await service.exchange(conversation, question) is None
        with pytest.raises(UnknownChoiceError, match=repr(question)):
            await click(service, button, conversation, question)

    @pytest.mark.parametrize("facts", [(), ("no-such-fact",)], ids=["none", "gone"])
    async def test_an_answer_without_facts_has_no_passages(
        self, service: Service, answered: Exchange, facts: tuple[str, ...]
    ) -> None:
        """Small talk stands on none, and a later version may know none of those of an old answer."""
        await service.answered(ANN, replace(answered, readings=(Reading(answered.readings[0].intent, facts=facts),)))
        with pytest.raises(UnknownChoiceError):
            await service.passages(ANN, answered.question)

    async def test_of_an_old_answer_the_facts_that_are_left_have_their_passages(
        self, service: Service, responder: Responder, answered: Exchange
    ) -> None:
        """A fact that is gone takes no other with it."""
        old = replace(answered.readings[0], facts=("no-such-fact", *answered.readings[0].facts))
        await service.answered(ANN, replace(answered, readings=(old,)))
        found = await service.passages(ANN, answered.question)
        assert found == responder.passages(answered.readings, answered.language)


class TestAside:
    """What is asked and said outside of the questions of a conversation."""

    async def test_what_is_looked_up_touches_no_store(self, service: Service, shelf: Shelf) -> None:
        """Inline mode has no conversation."""
        shelf.broken |= {"dialogue", "save_dialogue"}
        assert service.look_up(MEMBERS).intent == "members"
        assert service.look_up(Question(choice="members", language="ru")).language == "ru"
        assert shelf.dialogues == {}

    async def test_an_answer_is_rated_by_its_intents(self, service: Service, shelf: Shelf, answered: Exchange) -> None:
        """What was not understood as anything has none."""
        exchange = replace(answered, readings=(*answered.readings, Reading(None)))
        await service.answered(ANN, exchange)
        assert await service.rate(ANN, exchange.question, helpful=False) == exchange
        intents = frozenset(reading.intent for reading in answered.readings)
        assert shelf.ratings == {(ANN, exchange.question): (intents, False)}

    async def test_a_question_that_was_not_answered_cannot_be_rated(self, service: Service) -> None:
        """Nor one whose exchange was dropped meanwhile."""
        with pytest.raises(UnknownChoiceError):
            await service.rate(ANN, "1", helpful=True)
