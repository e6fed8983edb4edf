"""A copy of the shipped knowledge, to plant problems in."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.core.models import Problem
from bot.knowledge.checks import problems_of
from bot.knowledge.loader import read

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Garden:
    """A knowledge folder and its seeds, in a folder of their own."""

    folder: Path
    seeds: Path

    def plant(self, file: str, old: str, new: str) -> int:
        """Replace the one place where `old` stands in a file, and return its line."""
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        path.write_text(text.replace(old, new), encoding="utf-8")
        return text.count("\n", 0, text.index(old)) + 1

    def problems(self) -> Sequence[Problem]:
        """Return every problem that is found."""
        return problems_of(read(self.folder, self.seeds))


@pytest.fixture
def garden(tmp_path: Path) -> Garden:
    """Return a copy of the shipped knowledge."""
    shutil.copytree(ROOT / "knowledge", tmp_path / "knowledge")
    shutil.copytree(ROOT / "seeds", tmp_path / "seeds")
    return Garden(tmp_path / "knowledge", tmp_path / "seeds")
