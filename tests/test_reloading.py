"""New knowledge in a service that answers."""

import asyncio
import gc
import os
import re
import shutil
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.channels.formatting import plain
from bot.core.models import Conversation, Question, UnknownChoiceError
from bot.core.responder import Responder
from bot.errors import SettingsError
from bot.knowledge import cache
from bot.knowledge.preparing import main, prepare
from bot.reloading import Reloading
from bot.service import Service
from bot.storage import Storage
from tests.knowledge.conftest import Garden

ANN = Conversation("telegram", "1")
PEOPLE = Question("Who cut the ribbon?")
BOT, REPLIES = "bot.yaml", "replies/en.ftl"
HELLO, GOOD_DAY = "Hello! Ask me", "Good day! Ask me"


@pytest.fixture
def village(tmp_path: Path) -> Garden:
    """Return a copy of the knowledge of a village library, which is fitted in a moment."""
    for name in ("knowledge", "seeds"):
        shutil.copytree(Path(__file__).parent / "second" / name, tmp_path / name)
    return Garden(tmp_path / "knowledge", tmp_path / "seeds")


@pytest.fixture
def fitted(tmp_path: Path) -> Path:
    """Return the folder of what is fitted."""
    return tmp_path / "cache"


@pytest.fixture
async def service(village: Garden, fitted: Path) -> AsyncIterator[Service]:
    """Return a service of the village."""
    async with Storage.open(":memory:") as store:
        core = Responder(*cache.load(village.folder, village.seeds, fitted))
        yield Service(core, store, now=lambda: datetime.now(UTC))


@pytest.fixture
def reload(service: Service, village: Garden, fitted: Path) -> Reloading:
    """Return what reloads the village, which has to speak French."""

    def accept(core: Responder) -> None:
        if "fr" not in core.languages:
            raise SettingsError("the knowledge has no language 'fr'")

    return Reloading(service, knowledge=village.folder, seeds=village.seeds, cached=fitted, accept=accept)


async def said(service: Service, text: str) -> str:
    """Return the answer to a text."""
    return plain(await service.ask(ANN, Question(text)))


async def test_valid_knowledge_is_taken(service: Service, reload: Reloading, village: Garden) -> None:
    """Answers are of the new version from then on."""
    before = service.responder.knowledge.version
    assert HELLO in await said(service, "hello")
    village.plant(REPLIES, HELLO, GOOD_DAY)
    with capture_logs() as logs:
        assert await reload() == []
    after = service.responder.knowledge.version
    assert GOOD_DAY in await said(service, "hello")
    assert after != before
    assert logs == [{"event": "knowledge_reloaded", "log_level": "info", "version": after}]


async def test_the_old_knowledge_is_not_kept_with_the_new(reload: Reloading) -> None:
    """Who answers with it in this moment holds it: nothing is left out of garbage collections yet."""
    gc.unfreeze()
    assert await reload() == []
    assert gc.get_freeze_count() == 0


async def test_questions_are_answered_while_the_knowledge_is_checked(service: Service, reload: Reloading) -> None:
    """The check is a process of its own."""
    reloaded = asyncio.create_task(reload())
    answered = 0
    while not reloaded.done():
        await service.ask(ANN, PEOPLE)
        answered += 1
    assert reloaded.result() == []
    assert answered > 1


async def test_what_conversations_are_about_outlives_the_reload(
    service: Service, reload: Reloading, village: Garden
) -> None:
    """What was offered can be picked, and the passages of the last answer can be seen."""
    await service.ask(ANN, PEOPLE)
    passages = await said(service, "/passage")
    offered = (await service.ask(ANN, PEOPLE)).suggestions
    village.plant(REPLIES, HELLO, GOOD_DAY)
    await reload()
    assert await said(service, "/passage") == passages
    await service.ask(ANN, PEOPLE)
    village.plant(REPLIES, GOOD_DAY, HELLO)
    await reload()
    assert (await service.ask(ANN, Question("1"))).intent == offered[0].intent


async def test_what_a_conversation_was_about_may_be_gone(service: Service, reload: Reloading, village: Garden) -> None:
    """Whoever picks it is told so, and asks something else."""
    answer = await service.ask(ANN, Question("What did the mayor say?"))
    assert answer.intent == "mayor-quote"
    gone = "admission"
    (village.folder / f"intents/{gone}.yaml").unlink()
    for path in [village.folder / BOT, *village.folder.glob("intents/*.yaml")]:
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace(f", {gone}", "").replace(f"[{gone}, ", "[").replace(f"[{gone}]", "[]"))
    for path in village.folder.glob("replies/*.ftl"):
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub(rf"^{gone} =\n(?: .*\n)+", "", text, flags=re.MULTILINE), encoding="utf-8")
    assert await reload() == []
    assert await said(service, "/why")
    with pytest.raises(UnknownChoiceError):
        await service.ask(ANN, Question(choice=gone))
    assert (await service.ask(ANN, PEOPLE)).intent == "people"


async def test_knowledge_with_problems_is_refused_with_all_of_them(
    service: Service, reload: Reloading, village: Garden
) -> None:
    """The old stays in use, and it is taken once it is mended."""
    core = service.responder
    village.plant(BOT, "start: [about, ", "start: [no-such-intent, ")
    village.plant("facts/library.yaml", "number: 850", "number: 851")
    with capture_logs() as logs:
        problems = await reload()
    assert [problem.partition(":")[0] for problem in problems] == [BOT, "facts/library.yaml"]
    assert logs == [{"event": "knowledge_refused", "log_level": "error", "problems": problems}]
    assert service.responder is core
    village.plant(BOT, "no-such-intent", "about")
    village.plant("facts/library.yaml", "number: 851", "number: 850")
    assert await reload() == []


async def test_knowledge_that_is_not_there_is_refused(service: Service, reload: Reloading, village: Garden) -> None:
    """As a folder that is being replaced."""
    core = service.responder
    (village.folder / BOT).unlink()
    (problem,) = await reload()
    assert BOT in problem
    assert service.responder is core


async def test_knowledge_that_does_not_fit_the_settings_is_refused(
    service: Service, village: Garden, fitted: Path
) -> None:
    """However valid it is."""

    def accept(_core: Responder) -> None:
        raise SettingsError("the knowledge has no language 'ka'")

    core = service.responder
    reload = Reloading(service, knowledge=village.folder, seeds=village.seeds, cached=fitted, accept=accept)
    assert await reload() == ["the knowledge has no language 'ka'"]
    assert service.responder is core


async def test_a_check_that_breaks_down_is_a_problem(village: Garden, fitted: Path) -> None:
    """Told by its exit code and the last thing it said."""
    program = (sys.executable, "-c", "import sys; print('one', file=sys.stderr); sys.exit('two')")
    assert await prepare(village.folder, village.seeds, fitted, program=program) == ["the check ended with 1: two"]


async def test_who_is_cancelled_leaves_no_process_behind(village: Garden, tmp_path: Path) -> None:
    """A stop does not wait for a fit."""
    told = tmp_path / "told"
    os.mkfifo(told)
    script = f"import os, pathlib, time; pathlib.Path({str(told)!r}).write_text(str(os.getpid())); time.sleep(600)"
    program = (sys.executable, "-c", script)
    preparation = asyncio.create_task(prepare(village.folder, village.seeds, tmp_path, program=program))
    process = int(await asyncio.to_thread(told.read_text))
    preparation.cancel()
    with pytest.raises(asyncio.CancelledError):
        await preparation
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_a_cache_that_cannot_be_written_is_told(
    village: Garden, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the exit code of storage."""
    (tmp_path / "file").touch()
    assert main(village.folder, village.seeds, tmp_path / "file" / "cache") == 5
    assert capsys.readouterr().out.startswith(f"the folder {tmp_path / 'file' / 'cache'} cannot be used: ")
