"""Whoever follows the curator's guide to the letter ends with knowledge that has no problem and answers."""

import re
import textwrap
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from bot.channels.formatting import plain
from bot.core.models import Question
from bot.core.provenance import coverage
from bot.core.responder import Responder
from bot.knowledge import cache, evaluation, load
from tests.knowledge.conftest import ROOT, Garden

GUIDE = (ROOT / "knowledge" / "README.md").read_text(encoding="utf-8")
DOCUMENT = "001_gori.txt"


def blocks(language: str) -> Iterator[str]:
    """Yield each block of the guide in a language."""
    for block in re.findall(rf"^( *)```{language}\n(.*?)^ *```$", GUIDE, re.MULTILINE | re.DOTALL):
        yield textwrap.dedent("\n".join(line.removeprefix(block[0]) for line in block[1].splitlines())) + "\n"


@pytest.fixture
def grown(garden: Garden) -> Garden:
    """Return the shipped knowledge with all that the guide adds."""
    (garden.seeds / DOCUMENT).write_text(next(blocks("text")), encoding="utf-8")
    for block in (*blocks("yaml"), *blocks("ftl")):
        if match := re.match(r"# add to (\S+)\n", block):
            with (garden.folder / match[1]).open("a", encoding="utf-8") as file:
                file.write(block.removeprefix(match[0]))
    return garden


def test_the_guide_adds_a_whole(grown: Garden) -> None:
    """A source, its names, facts, intent, replies and questions: without a problem, and no sentence left over."""
    assert list(grown.problems()) == []
    whole = load(grown.folder, grown.seeds)
    (source,) = (source for source in whole.sources.values() if source.file == DOCUMENT)
    evidence = [passage for fact in whole.facts.values() for passage in fact.evidence]
    left = [sentence.text for sentence in coverage(source, evidence) if not sentence.complete]
    assert left == ["Group meets again", "All rights reserved."]


def test_the_questions_of_the_guide_are_sound(grown: Garden) -> None:
    whole = load(grown.folder, grown.seeds)
    asked = evaluation.read(grown.folder, whole)
    assert asked.problems == []
    assert any("gori-meeting" in turn.case.intents for dialogue in asked.dialogues for turn in dialogue.turns)


@pytest.mark.parametrize("part", ["entities/places.yaml", "entities/events.yaml", "facts/gori.yaml", "replies/ka.ftl"])
def test_without_one_of_its_parts_there_would_be_a_problem(grown: Garden, part: str) -> None:
    shipped = ROOT / "knowledge" / part
    (grown.folder / part).write_bytes(shipped.read_bytes() if shipped.exists() else b"[]\n")
    assert list(grown.problems()) != []


def test_what_the_guide_adds_is_answered(grown: Garden) -> None:
    kept = grown.folder.parent / "fit"
    responder = Responder(*cache.load(grown.folder, grown.seeds, kept))
    now = datetime(2031, 6, 1, tzinfo=UTC)
    told = {
        language: plain(responder.respond(Question(question, language=language), None, now=now).answer)
        for language, question in {
            "en": "the gori meeting",
            "hy": "գորիի հանդիպումը",
            "az": "qori görüşü",
            "ru": "встреча в гори",
            "ka": "გორის შეხვედრა",
        }.items()
    }
    assert "met in Gori on 3 May 2031" in told["en"]
    assert "Գորիում" in told["hy"]
    assert "Qoridə" in told["az"]
    assert "в Гори 3 мая 2031" in told["ru"]
    assert "გორში" in told["ka"]
