"""Names in 300 texts that nobody tuned the recognition to: members in five scripts, near names, words like names."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.core.corpus import Corpus
from bot.core.entities import EntityIndex, Mention
from bot.knowledge import load
from tests.knowledge.conftest import ROOT

LIST: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("mentions.yaml").read_text(encoding="utf-8"))
KNOWLEDGE = load(ROOT / "knowledge", ROOT / "seeds")


@pytest.fixture(scope="module")
def index() -> EntityIndex:
    """Return the names of the shipped knowledge."""
    return EntityIndex(KNOWLEDGE.entities, Corpus.of(KNOWLEDGE).vocabularies)


def members(mentions: tuple[Mention, ...]) -> Iterator[str]:
    """Yield the persons of the sources that are named."""
    for mention in mentions:
        if mention.kind == "person":
            yield from (name for name in mention.entities if not KNOWLEDGE.entities[name].absent)


def is_stranger(mention: Mention) -> bool:
    """Return whether a mention is of a person that no source names."""
    return mention.kind == "person" and all(KNOWLEDGE.entities[name].absent for name in mention.entities)


def test_there_are_three_hundred() -> None:
    assert len({line["text"] for line in LIST}) == 300


def test_members_are_found_and_nobody_else_is_taken_for_one(index: EntityIndex) -> None:
    """Precision and recall, over all languages together."""
    pairs = [(set(line["persons"]), set(members(index.find(line["text"], line["language"])))) for line in LIST]
    right = sum(len(wanted & found) for wanted, found in pairs)
    precision = right / sum(len(found) for _, found in pairs)
    recall = right / sum(len(wanted) for wanted, _ in pairs)
    assert (precision >= 0.85, recall >= 0.98) == (True, True), (precision, recall)


def test_a_near_name_is_told_to_be_a_strangers(index: EntityIndex) -> None:
    """Nine of ten persons that the sources do not name are seen to be such."""
    strange = [line for line in LIST if "stranger" in line]
    seen = sum(any(map(is_stranger, index.find(line["text"], line["language"]))) for line in strange)
    assert seen / len(strange) >= 0.9
