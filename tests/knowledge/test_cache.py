"""What is kept between starts: private, whole, and never taken from somebody else."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.core.intents import Matcher
from bot.core.models import Knowledge
from bot.knowledge import cache
from tests.knowledge.conftest import ROOT

SECOND = ROOT / "tests" / "second"
Load = Callable[[], bool]


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """Return the folder of what is kept."""
    return tmp_path / "data" / "cache"


@pytest.fixture
def load(kept: Path) -> Load:
    """Return what loads a small knowledge folder and tells whether it had to be fitted."""

    def loaded() -> bool:
        fits: list[None] = []
        knowledge, matcher, _ = cache.load(
            SECOND / "knowledge", SECOND / "seeds", kept, before_fit=lambda: fits.append(None)
        )
        assert isinstance(knowledge, Knowledge)
        assert isinstance(matcher, Matcher)
        return bool(fits)

    return loaded


def only_file(folder: Path) -> Path:
    """Return the one file of a folder."""
    (path,) = folder.iterdir()
    return path


def test_it_is_fitted_once(load: Load) -> None:
    assert [load(), load(), load()] == [True, False, False]


def test_what_is_kept_is_private(load: Load, kept: Path) -> None:
    load()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o700
    assert stat.S_IMODE(only_file(kept).stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda data: b"", id="empty"),
        pytest.param(lambda data: data[: len(data) // 2], id="cut off"),
        pytest.param(lambda data: data[:20], id="cut off in its hash"),
        pytest.param(lambda data: data[:-1] + b"x", id="its last byte"),
        pytest.param(lambda data: data[:150] + bytes(100) + data[250:], id="a gap"),
        # numpy reads the header of an array as Python: this one is a tokenize.TokenError.
        pytest.param(lambda data: data.replace(b"{'descr'", b"(((((((("), id="the header of an array"),
        # A method of compression that zipfile does not have is a NotImplementedError.
        pytest.param(
            lambda data: data.replace(b"PK\1\2\x2d\3\x2d\0\0\0\0\0", b"PK\1\2\x2d\3\x2d\0\0\0\x63\0"), id="zip"
        ),
        pytest.param(lambda data: b"\x93NUMPY" + data, id="another form of numpy's"),
    ],
)
def test_what_is_damaged_is_fitted_anew(load: Load, kept: Path, damage: Callable[[bytes], bytes]) -> None:
    load()
    path = only_file(kept)
    data = path.read_bytes()
    assert damage(data) != data
    path.write_bytes(damage(data))
    assert [load(), load()] == [True, False]
    assert path.read_bytes() == data


def test_a_link_in_place_of_a_file_that_is_written_leads_nowhere(load: Load, kept: Path, tmp_path: Path) -> None:
    """Neither the name that is kept nor the temporary one is followed when it is written."""
    load()
    path, target = only_file(kept), tmp_path / "target"
    target.write_text("precious", encoding="utf-8")
    for link in (path, path.with_suffix(f".{os.getpid()}.tmp")):
        link.unlink(missing_ok=True)
        link.symlink_to(target)
    load()
    assert target.read_text(encoding="utf-8") == "precious"
    assert not path.is_symlink()


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o720])
def test_a_folder_that_others_can_write_is_refused(load: Load, kept: Path, mode: int) -> None:
    """Whoever can write there could put words into the bot."""
    load()
    kept.chmod(mode)
    with pytest.raises(PermissionError, match="others can write it"):
        load()


def test_a_folder_of_somebody_else_is_refused(load: Load, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load()
    somebody = os.geteuid() + 1
    monkeypatch.setattr(os, "geteuid", lambda: somebody)
    with pytest.raises(PermissionError, match="not yours"):
        load()


def test_the_newest_fits_are_kept_and_older_ones_and_remains_are_removed(load: Load, kept: Path) -> None:
    kept.mkdir(mode=0o700, parents=True)
    names = [
        "knowledge-a.npz",
        "knowledge-rest1234",
        "knowledge-b.npz",
        "knowledge-c.npz",
        "knowledge-begun123",
        "other",
    ]
    for age, name in enumerate(names):
        (kept / name).touch()
        os.utime(kept / name, (age, age))
    load()
    left = {path.name for path in kept.iterdir()}
    assert left & set(names) == {"knowledge-b.npz", "knowledge-c.npz", "knowledge-begun123", "other"}
    assert len(left) == 5


def test_nothing_is_left_of_a_fit_that_could_not_be_written(
    load: Load, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int, _mode: str) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fdopen", full)
        with pytest.raises(OSError, match="No space"):
            load()
    assert list(kept.iterdir()) == []
