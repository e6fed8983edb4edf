"""The wheel that is built from the checkout works on its own, with the knowledge and the sources inside."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[1]
PIP = ("-m", "pip", "--disable-pip-version-check", "--quiet", "--no-cache-dir")
FOLDERS = ("knowledge", "seeds")
PATIENCE = 300
"""Seconds after which a process that hangs is given up."""


@dataclass(frozen=True, slots=True)
class Installed:
    """A wheel, and the folder that it is installed in."""

    wheel: Path
    site: Path
    elsewhere: Path
    data: Path

    def python(self, *arguments: str, typed: str = "") -> str:
        """Run Python away from the checkout, with the installed packages before all others; return what it prints."""
        settings = {"PYTHONPATH": str(self.site), "JOLIG_DATA_DIR": str(self.data)}
        return python(*arguments, folder=self.elsewhere, typed=typed, **settings)


def python(*arguments: str, folder: Path, typed: str = "", **settings: str) -> str:
    """Run Python without any other settings of the bot; return what it prints."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("JOLIG_", "PYTHONPATH"))}
    done = subprocess.run(  # noqa: S603 - our own commands
        [sys.executable, *arguments],
        cwd=folder,
        env=kept | settings,
        input=typed,
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Build the wheel and install it, without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    (folder / "elsewhere").mkdir()
    built = ("--no-deps", "--no-index", "--no-build-isolation", "--wheel-dir", str(folder))
    python(*PIP, "wheel", *built, str(ROOT), folder=folder)
    (wheel,) = folder.glob("*.whl")
    python(*PIP, "install", "--no-deps", "--no-index", "--target", str(folder / "site"), str(wheel), folder=folder)
    # The data folder of the whole session: the matcher that a checkout has fitted is also that of its wheel.
    return Installed(wheel, folder / "site", folder / "elsewhere", tmp_path_factory.getbasetemp() / "data")


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_file_of_the_data_is_in_the_wheel_as_it_is(installed: Installed, folder: str) -> None:
    expected = {
        f"bot/data/{path.relative_to(ROOT).as_posix()}": path.read_bytes()
        for path in (ROOT / folder).rglob("*")
        if path.is_file()
    }
    with ZipFile(installed.wheel) as wheel:
        packed = {name: wheel.read(name) for name in wheel.namelist() if name.startswith(f"bot/data/{folder}/")}
    assert packed
    assert packed == expected


def test_what_is_the_same_for_every_subject_is_in_the_wheel(installed: Installed) -> None:
    """Beside the code, for a folder on another subject."""
    folder = "bot/knowledge/common/"
    expected = {path.relative_to(ROOT).as_posix() for path in (ROOT / folder).rglob("*") if path.is_file()}
    with ZipFile(installed.wheel) as wheel:
        assert {name for name in wheel.namelist() if name.startswith(folder)} == expected != set()


def test_the_wheel_holds_all_of_the_code_and_nothing_beside_it(installed: Installed) -> None:
    expected = {path.relative_to(ROOT).as_posix() for path in (ROOT / "bot").rglob("*.py")}
    with ZipFile(installed.wheel) as wheel:
        names = wheel.namelist()
    assert {name for name in names if name.endswith(".py")} == expected
    assert {name.partition("/")[0] for name in names if ".dist-info/" not in name} == {"bot"}


def test_the_wheel_installs_the_command(installed: Installed) -> None:
    with ZipFile(installed.wheel) as wheel:
        (name,) = (name for name in wheel.namelist() if name.endswith("entry_points.txt"))
        assert "jolig = bot.cli:main" in wheel.read(name).decode()


def test_the_installed_package_is_the_one_that_runs(installed: Installed) -> None:
    """Were it the checkout, the other tests would not say anything about the wheel."""
    printed = installed.python("-c", "import bot; print(bot.__file__)")
    assert Path(printed.strip()) == installed.site / "bot" / "__init__.py"


def test_the_installed_bot_answers_from_the_knowledge_inside(installed: Installed) -> None:
    printed = installed.python("-m", "bot", "ask", "when and where did they last meet?")
    assert [fact for fact in ("Kachreti", "27", "28", "2022", "ArmInfo") if fact not in printed] == []


def test_the_installed_bot_makes_its_database_and_converses(installed: Installed, tmp_path: Path) -> None:
    """The migrations are in the wheel, too."""
    moved = Installed(installed.wheel, installed.site, installed.elsewhere, tmp_path / "data")
    moved.data.mkdir()
    if (installed.data / "cache").is_dir():
        (moved.data / "cache").symlink_to(installed.data / "cache")
    assert "Ahmad Alili" in moved.python("-m", "bot", "chat", typed="who are the members?\n")
    assert moved.python("-m", "bot", "questions") == ""
    assert (moved.data / "jolig.sqlite3").is_file()
