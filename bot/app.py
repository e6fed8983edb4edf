"""The composition root: the only place that builds things and shuts them down."""

import io
import json
import signal
import sys
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time
from functools import partial
from pathlib import Path
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Any, BinaryIO

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from bot.channels.formatting import plain
from bot.config import Settings
from bot.core.models import Answer, Asked, DialogueState, Knowledge, Outcome, Problem, Question
from bot.core.provenance import coverage, fold
from bot.core.responder import Responder
from bot.core.timeline import TIMELINE
from bot.errors import JoligError, KnowledgeError, SettingsError, StorageError, UsageError
from bot.health import Health
from bot.inbox import Inbox
from bot.knowledge import cache
from bot.service import Administration, Command, Retention, Service

if TYPE_CHECKING:
    import asyncio

    from bot.operations import Readiness
    from bot.reloading import Reloading
    from bot.storage import Storage

DATABASE = "jolig.sqlite3"
HISTORY = "history"
CACHE = "cache"
MATRIX = "matrix"
SCHEMAS = "schemas"
_TOLD = 20
"""Problems of knowledge that are told in a chat; the log has all."""
NOON = time(12, tzinfo=UTC)
"""The hour of a question that comes with a day only."""


def _say_to_wait() -> None:
    print("jolig: fitting the matcher to the examples, once; it takes about half a minute …", file=sys.stderr)


def responder(settings: Settings, *, before_fit: Callable[[], None] = _say_to_wait) -> Responder:
    """Return the core with the knowledge that the settings name; raise KnowledgeError where that is not valid.

    `before_fit` is called where the matcher is to be fitted first.
    """
    folder = settings.data_dir / CACHE
    try:
        return Responder(*cache.load(settings.knowledge_dir, settings.seeds_dir, folder, before_fit=before_fit))
    except OSError as error:
        raise StorageError(f"the folder {folder} cannot be used: {error.strerror}") from error


def ask(settings: Settings, question: str, *, language: str | None, as_json: bool, explain: bool) -> int:
    """Print the answer to one question, and why it is that one if `explain` is true."""
    core = responder(settings)
    language = _language(core, language, settings)
    now = datetime.now(UTC)
    turn = core.respond(Question(question, language=language), None, now=now)
    reasons = core.reasons(turn.answer.readings, turn.answer.language) if explain else None
    if as_json:
        explanation = {"explanation": plain(reasons)} if reasons else {}
        _print(json.dumps(_as_json(None, question, turn.answer) | explanation, ensure_ascii=False))
    else:
        _print("\n\n".join(_told(turn.answer, reasons)))
    return 0


def _print(text: str) -> None:
    """Print a text in any script, whatever the encoding of the terminal is set to."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="replace")
    print(text)


def _told(answer: Answer, reasons: Answer | None) -> Iterator[str]:
    """Yield an answer, what can be chosen where it asks back or refuses, and the reasons."""
    yield plain(answer)
    if answer.outcome is not Outcome.ANSWER and answer.suggestions:
        yield "\n".join(f"→ {choice.text}" for choice in answer.suggestions)
    if reasons:
        yield plain(reasons)


def timeline(settings: Settings, *, language: str | None, output: Path | None) -> int:
    """Print the timeline of the knowledge, or write it as a picture.

    Raises UsageError where the knowledge has none, OSError where the file cannot be written.
    """
    core = responder(settings)
    language = _language(core, language, settings)
    intent = next((intent.id for intent in core.knowledge.intents.values() if intent.items == TIMELINE), None)
    if intent is None:
        raise UsageError("the knowledge has no timeline")
    answer = core.respond(Question(choice=intent, language=language), None, now=datetime.now(UTC)).answer
    if output is None:
        _print(plain(answer))
    elif answer.picture:
        from bot.channels.pictures import draw  # noqa: PLC0415 - the other commands do without it

        output.write_bytes(draw(answer.picture, answer.source_line or ""))
    return 0


class Line(BaseModel):
    """A question of a stream."""

    model_config = ConfigDict(strict=True)

    id: str | int | None = None
    question: str
    language: str | None = None
    conversation: str | int | None = None
    today: str | None = None

    def now(self) -> datetime:
        """Return when the question is asked; raise ValueError where the day is none."""
        return datetime.now(UTC) if self.today is None else datetime.combine(date.fromisoformat(self.today), NOON)


def ask_all(settings: Settings, questions: BinaryIO, answers: BinaryIO, *, language: str | None) -> int:
    """Answer a stream of JSON objects, a line each, in order; a line that cannot be read gets an error object.

    Lines with the same "conversation" share their dialogue state.
    """
    core = responder(settings)
    return answer_all(core, questions, answers, language=_language(core, language, settings))


def answer_all(core: Responder, questions: BinaryIO, answers: BinaryIO, *, language: str | None) -> int:
    """Answer a stream of JSON objects and return the exit code: a defect costs one answer, and it tells."""
    states: dict[str | int, DialogueState] = {}
    code = 0
    for data in questions:
        if data.strip():
            try:
                answer = _answer_line(core, data, language, states)
            except Exception as error:  # noqa: BLE001 - it is told in full, and in its line
                traceback.print_exc()
                answer, code = _failed(json.loads(data), repr(error)), JoligError.exit_code
            answers.write(json.dumps(answer, ensure_ascii=False).encode(errors="replace") + b"\n")
            answers.flush()
    return code


def _answer_line(
    core: Responder, data: bytes, language: str | None, states: dict[str | int, DialogueState]
) -> dict[str, Any]:
    found: Any = None
    try:
        found = json.loads(data)
        line = Line.model_validate(found)
        _expect_language(core, line.language)
        now = line.now()
    except (ValidationError, ValueError, RecursionError, SettingsError) as error:
        return _failed(found, _one_line(error))
    key = line.conversation
    question = Question(line.question, language=line.language or language)
    turn = core.respond(question, None if key is None else states.get(key), now=now)
    if key is not None:
        states[key] = turn.state
    return _as_json(line.id, line.question, turn.answer)


def _failed(line: object, reason: str) -> dict[str, Any]:
    """Return what a line gets that has no answer."""
    name = line.get("id") if isinstance(line, dict) else None
    return {"id": name if isinstance(name, str | int) else None, "error": reason}


def _one_line(error: Exception) -> str:
    if isinstance(error, ValidationError):
        details = error.errors(include_url=False)
        return "; ".join(f"{'.'.join(map(str, d['loc'])) or 'line'}: {d['msg']}" for d in details)
    if isinstance(error, UnicodeDecodeError):
        return "not UTF-8 text"
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON: {error}"
    return " ".join(str(error).split())


def _as_json(name: str | int | None, question: str, answer: Answer) -> dict[str, Any]:
    passages = dict.fromkeys((citation.source, citation.quote) for citation in answer.citations)
    return {
        "id": name,
        "question": question,
        "language": answer.language,
        "outcome": answer.outcome.value,
        "intent": answer.intent,
        "confidence": round(answer.confidence, 4),
        "reply": plain(answer),
        "citations": [{"source": source, "quote": quote} for source, quote in passages],
        "suggestions": [choice.text for choice in answer.suggestions],
    }


def _language(core: Responder, language: str | None, settings: Settings) -> str | None:
    """Return the language to answer in where a question shows none, if one is wished for."""
    if language is not None and language not in core.languages:
        raise UsageError(f"the knowledge has no language {language!r}, only {', '.join(core.languages)}")
    _expect_language(core, settings.language)
    return language or settings.language


def _expect_language(core: Responder, language: str | None) -> None:
    if language is not None and language not in core.languages:
        raise SettingsError(f"the knowledge has no language {language!r}, only {', '.join(core.languages)}")


def check(settings: Settings, *, quick: bool) -> int:
    """Print every problem of the knowledge, how much of each source is evidence, and how the evaluation goes.

    The evaluation is left out if `quick` is true; it takes some minutes, as the matcher is fitted several times.
    """
    from bot.knowledge.checks import problems_of  # noqa: PLC0415 - the other commands do without it
    from bot.knowledge.loader import read, unlisted  # noqa: PLC0415

    loaded = read(settings.knowledge_dir, settings.seeds_dir)
    problems = problems_of(loaded)
    for problem in problems:
        print(problem)
    if loaded.knowledge is not None and not loaded.draft.unread:
        reasons = {
            placed.entry.id: {entry.quote: entry.reason for entry in placed.entry.uncovered}
            for placed in loaded.draft.sources
        }
        for line in _coverage(loaded.knowledge, reasons):
            print(line)
        for taken in loaded.draft.taken:
            print(taken)
        for file in unlisted(loaded.draft, settings.seeds_dir):
            print(f"{file}: not in sources.yaml, so the bot knows nothing of what it says")
    if loaded.knowledge is not None and not problems and not quick:
        problems = _evaluate(settings)
    print(f"{len(problems)} problem{'' if len(problems) == 1 else 's'}")
    return KnowledgeError.exit_code if problems else 0


def _evaluate(settings: Settings) -> list[Problem]:
    """Print how the evaluation goes, and return what keeps the knowledge from being published."""
    from bot.knowledge import evaluation  # noqa: PLC0415 - the other commands do without it

    core = responder(settings)
    asked = evaluation.read(settings.knowledge_dir, core.knowledge)
    if not asked.problems:
        report = evaluation.run(core.knowledge, core, asked, plain)
        for line in report.lines():
            print(line)
        asked.problems += report.below()
    for problem in asked.problems:
        print(problem)
    return asked.problems


def schemas(settings: Settings) -> int:
    """Write the JSON Schema of each kind of knowledge file into the folder `schemas` beside them."""
    from bot.knowledge.schema import json_schemas  # noqa: PLC0415 - the other commands do without it

    folder = settings.knowledge_dir / SCHEMAS
    folder.mkdir(exist_ok=True)
    for name, text in json_schemas().items():
        (folder / f"{name}.json").write_text(text, encoding="utf-8")
    return 0


def backup(settings: Settings, file: Path) -> int:
    """Copy the database into a file, also while the bot runs."""
    from bot.storage.copying import back_up  # noqa: PLC0415 - `ask` keeps nothing

    back_up(settings.data_dir / DATABASE, file)
    return 0


def restore(settings: Settings, file: Path) -> int:
    """Put a copy of the database in its place; the bot must not run."""
    from bot.storage.copying import restore as put  # noqa: PLC0415 - `ask` keeps nothing

    put(file, settings.data_dir / DATABASE)
    return 0


def questions(settings: Settings, *, outcome: str | None, since: str | None) -> int:
    """Print the questions that are kept, as JSON lines, the oldest first."""
    import asyncio  # noqa: PLC0415 - `ask` starts without it

    for asked in asyncio.run(_questions(settings, outcome, since)):
        print(json.dumps(asdict(asked) | {"day": asked.day.isoformat()}, ensure_ascii=False))
    return 0


async def _questions(settings: Settings, outcome: str | None, since: str | None) -> list[Asked]:
    from bot.storage import Storage  # noqa: PLC0415 - `ask` keeps nothing

    try:
        day = date.fromisoformat(since) if since else None
        wanted = Outcome(outcome) if outcome else None
    except ValueError as error:
        raise UsageError(str(error)) from None
    async with Storage.open(settings.data_dir / DATABASE) as store:
        return await store.questions(outcome=wanted, since=day)


def _coverage(whole: Knowledge, reasons: dict[str, dict[str, str]]) -> Iterator[str]:
    """Yield how much of each source is evidence, and each sentence that is not; one with a reason need not be."""
    evidence = [passage for fact in whole.facts.values() for passage in fact.evidence]
    for source in whole.sources.values():
        sentences = coverage(source, evidence)
        left_out = {
            sentence: reason
            for sentence in sentences
            for quote, reason in reasons[source.id].items()
            if not sentence.complete and _overlap(quote, sentence.text)
        }
        needed = [sentence for sentence in sentences if sentence not in left_out]
        covered, total = sum(s.covered for s in needed), sum(s.total for s in needed)
        share, complete = 100 * covered / total if total else 100, sum(sentence.complete for sentence in needed)
        beside = f", {len(left_out)} left out" if left_out else ""
        yield f"{source.file}: {share:.1f} % covered by evidence, {complete} of {len(needed)} sentences in full{beside}"
        for sentence in sentences:
            if sentence in left_out:
                yield f"  left out: {sentence.text}  ({left_out[sentence]})"
            elif not sentence.complete:
                yield f"  {100 * sentence.covered / sentence.total:3.0f} %  {sentence.text}  (no reason given)"


def _overlap(quote: str, sentence: str) -> bool:
    """Return whether a quote stands in a sentence, or the sentence in a quote of several."""
    return fold(quote) in sentence or sentence in fold(quote)


def chat(settings: Settings, *, language: str | None = None) -> int:
    """Converse in the terminal."""
    import asyncio  # noqa: PLC0415 - `ask` starts without it

    _log(settings)
    core = responder(settings)
    asyncio.run(_chat(settings, core, _language(core, language, settings) or core.languages[0]))
    return 0


async def _chat(settings: Settings, core: Responder, language: str) -> None:
    from bot.channels import terminal  # noqa: PLC0415 - `ask` does without it
    from bot.storage import MEMORY  # noqa: PLC0415

    # In memory: each chat is a conversation of its own, which nothing said in an earlier one should change.
    # Questions are not kept: whoever improves the knowledge knows what they tried.
    async with _service(MEMORY, core, Retention(questions=0)) as (service, _):
        await terminal.run(service, language=language, history=settings.data_dir / HISTORY)


def serve(settings: Settings, *, test_environment: bool) -> int:
    """Serve every channel that is set up until a signal ends it."""
    channels = _channels(settings, test_environment=test_environment)
    if not channels:
        raise SettingsError("neither JOLIG_TELEGRAM_TOKEN nor JOLIG_MATRIX_HOMESERVER is set")
    import asyncio  # noqa: PLC0415 - `ask` starts without it

    from structlog import get_logger  # noqa: PLC0415 - as above

    _log(settings)
    core = responder(settings, before_fit=lambda: get_logger().info("knowledge_fitting"))
    core.warm()
    asyncio.run(_serve(settings, core, channels))
    return 0


@dataclass(frozen=True, slots=True)
class _Common:
    """What all channels stand on."""

    service: Service
    inbox: Inbox
    store: "Storage"
    health: Health


_Serve = Callable[[_Common, "asyncio.Event"], Awaitable[None]]
"""Serves one channel until the event is set."""


def _channels(settings: Settings, *, test_environment: bool) -> dict[str, _Serve]:
    """Return each channel that is set up, by its name."""
    channels = dict[str, _Serve]()
    if settings.telegram_token:
        channels["telegram"] = _telegram(settings, settings.telegram_token, test_environment=test_environment)
    if settings.matrix_homeserver:
        channels["matrix"] = _matrix(settings, settings.matrix_homeserver)
    elif settings.matrix_user or settings.matrix_password or settings.matrix_token:
        raise SettingsError("JOLIG_MATRIX_HOMESERVER is not set")
    return channels


def _telegram(settings: Settings, token: SecretStr, *, test_environment: bool) -> _Serve:
    from bot.channels import telegram  # noqa: PLC0415 - `ask` and `chat` do without it

    webhook = settings.telegram_webhook_url and telegram.WebhookAddress(
        settings.telegram_webhook_url,
        *settings.telegram_webhook_listen,
        secret=secret.get_secret_value() if (secret := settings.telegram_webhook_secret) else token_urlsafe(),
    )

    async def serve_telegram(common: _Common, stop: "asyncio.Event") -> None:
        await telegram.serve(
            common.service,
            common.inbox,
            token=token.get_secret_value(),
            api_url=settings.telegram_api_url,
            test_environment=test_environment or settings.telegram_test_environment,
            pictures=settings.data_dir / CACHE,
            stop=stop,
            health=common.health,
            webhook=webhook or None,
            timing=telegram.Timing(overall=telegram.Rate(settings.telegram_messages_per_second, 1)),
        )

    return serve_telegram


def _matrix(settings: Settings, homeserver: str) -> _Serve:
    from bot.channels import matrix  # noqa: PLC0415 - `ask` and `chat` do without it

    password, token = settings.matrix_password, settings.matrix_token
    account = matrix.Account(
        homeserver=homeserver,
        user=settings.matrix_user,
        password=password.get_secret_value() if password else None,
        token=token.get_secret_value() if token else None,
        folder=settings.data_dir / MATRIX,
    )

    async def serve_matrix(common: _Common, stop: "asyncio.Event") -> None:
        await matrix.serve(
            common.service,
            inbox=common.inbox,
            positions=common.store,
            account=account,
            admission=matrix.Admission(settings.matrix_invites, settings.matrix_rooms),
            pictures=settings.data_dir / CACHE,
            health=common.health,
            now=_now,
            stop=stop,
        )

    return serve_matrix


_VERIFYING = """
In your client, open the bot's profile and the session of this id, compare the session key letter by letter, and mark
the session as verified. A verification by emoji is not offered: the library behind the bot knows only an older form of
it. Clients show no warning without it either, as the session is signed by the master key."""


def verify_matrix(settings: Settings) -> int:
    """Print what a person needs to verify the bot's session on Matrix."""
    from bot.channels import matrix  # noqa: PLC0415 - the other commands do without it

    for name, value in matrix.fingerprints(settings.data_dir / MATRIX).items():
        print(f"{name:12} {value}")
    print(_VERIFYING)
    return 0


async def _serve(settings: Settings, core: Responder, channels: Mapping[str, _Serve]) -> None:
    from bot.channels.supervision import keep_up  # noqa: PLC0415 - `ask` and `chat` do without it
    from bot.reloading import Reloading, settle  # noqa: PLC0415
    from bot.retention import keep_to  # noqa: PLC0415

    health = Health()
    retention = Retention(questions=settings.question_log_days)
    async with _service(settings.data_dir / DATABASE, core, retention) as (service, store):
        inbox = Inbox(store, now=_now)
        common = _Common(service, inbox, store, health)
        async with _operations(settings, common) as status, _beside(keep_to(retention, store, now=_now)):
            reload = Reloading(
                service,
                knowledge=settings.knowledge_dir,
                seeds=settings.seeds_dir,
                cached=settings.data_dir / CACHE,
                accept=lambda core: _expect_language(core, settings.language),
            )
            commands = _commands(service, status, inbox, tuple(channels), reload)
            service.administration = Administration(settings.admins, commands)
            settle()
            with _signals(reload) as stop:
                served = {name: partial(serve, common) for name, serve in channels.items()}
                await keep_up(served, stop=stop, health=health)


def _commands(
    service: Service, status: "Readiness", inbox: Inbox, channels: Sequence[str], reload: "Reloading"
) -> dict[str, Command]:
    """Return the commands of those who run the bot."""

    def told(problems: Sequence[str], otherwise: str) -> list[str]:
        return [f"Knowledge {service.responder.knowledge.version}.", *(problems or [otherwise])]

    async def reloaded() -> list[str]:
        problems = await reload()
        return ["The new knowledge was refused.", *problems[:_TOLD]] if problems else told((), "It was reloaded.")

    async def seen() -> list[str]:
        given_up = [f"{name}: {many} given up." for name in channels if (many := await inbox.dead_letters(name))]
        return [*told(await status.problems(), "Nothing is wrong."), *given_up]

    return {"status": seen, "reload": reloaded}


@asynccontextmanager
async def _operations(settings: Settings, common: "_Common") -> AsyncIterator["Readiness"]:
    """Watch the bot, and serve what is seen where the settings ask for it."""
    from bot import operations  # noqa: PLC0415 - `ask` and `chat` do without it

    service, inbox, health = common.service, common.inbox, common.health
    waiting = operations.Waiting(inbox.waiting, _now)
    readiness = operations.Readiness(health, {"storage": common.store.problem, "inbox": waiting.problem})
    if settings.operations_listen is None:
        yield readiness
        return
    service.metrics = inbox.metrics = metrics = operations.PrometheusMetrics(
        version=lambda: service.responder.knowledge.version
    )
    served = operations.application(health, readiness, metrics, waiting)
    async with operations.serving(served, *settings.operations_listen):
        yield readiness


@asynccontextmanager
async def _service(
    database: Path | str, core: Responder, retention: Retention
) -> AsyncIterator[tuple[Service, "Storage"]]:
    from bot.storage import Storage  # noqa: PLC0415 - `ask` keeps nothing

    async with Storage.open(database) as store:
        yield Service(core, store, now=_now, retention=retention), store


@asynccontextmanager
async def _beside(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Do something that does not end by itself for as long as something else goes on."""
    import asyncio  # noqa: PLC0415 - `ask` starts without it

    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


def _now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def _signals(reload: Callable[[], Awaitable[object]]) -> Iterator["asyncio.Event"]:
    """Give what SIGINT and SIGTERM set; reload at each SIGHUP."""
    import asyncio  # noqa: PLC0415 - `ask` starts without it

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    reloads = set[asyncio.Future[object]]()

    def begin() -> None:
        reloads.add(begun := asyncio.ensure_future(reload()))
        begun.add_done_callback(reloads.discard)

    handlers = {signal.SIGINT: stop.set, signal.SIGTERM: stop.set, signal.SIGHUP: begin}
    for number, handler in handlers.items():
        loop.add_signal_handler(number, handler)
    try:
        yield stop
    finally:
        for number in handlers:
            loop.remove_signal_handler(number)
        for task in reloads:
            task.cancel()


def _log(settings: Settings) -> None:
    from bot import logs  # noqa: PLC0415 - `ask` does without it

    logs.configure(settings.log_level, secrets=settings.secrets)
