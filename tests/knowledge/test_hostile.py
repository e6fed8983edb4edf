"""Knowledge that nobody would write by accident is refused by file and line; it hangs nothing and runs nothing."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.errors import KnowledgeError
from bot.knowledge.cache import load
from bot.knowledge.digest import LARGEST
from tests.knowledge.conftest import Garden
from tests.knowledge.test_checks import CHAIR

REPLIES = "replies/en.ftl"


def sparse(path: Path) -> None:
    """Make a file that is far too large, and takes no room."""
    with path.open("wb") as file:
        file.truncate(50_000_000_000)


def bound(path: Path) -> None:
    """Make a socket."""
    os.chdir(path.parent)  # the whole path may be too long for a socket
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path.name)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        pytest.param(os.mkfifo, "it is not a file", id="pipe"),
        pytest.param(lambda path: path.symlink_to("/dev/zero"), "a link that leads out of the folder", id="device"),
        pytest.param(lambda path: path.symlink_to(__file__), "a link that leads out of the folder", id="link"),
        pytest.param(lambda path: path.symlink_to(path.name), "symbolic links", id="link to itself"),
        pytest.param(Path.mkdir, "Is a directory", id="folder"),
        pytest.param(bound, "No such device", id="socket"),
        pytest.param(sparse, f"it is larger than {LARGEST} bytes", id="huge"),
    ],
)
class TestWhatIsNoFile:
    """A pipe, a device, a folder, a socket, a file without end."""

    @pytest.mark.parametrize("file", ["facts/odd.yaml", "intents/odd.yaml", "sources.yaml", "synonyms.yaml", REPLIES])
    def test_it_is_one_problem(
        self, garden: Garden, monkeypatch: pytest.MonkeyPatch, file: str, make: Callable[[Path], None], message: str
    ) -> None:
        """It is named, and what the rest lacks by it is not told."""
        monkeypatch.chdir(garden.folder)
        (garden.folder / file).unlink(missing_ok=True)
        make(garden.folder / file)
        (problem,) = garden.problems()
        assert (problem.file, problem.line) == (file, 1)
        assert message in problem.message

    def test_a_source_that_is_none_is_a_problem_of_its_entry(
        self, garden: Garden, monkeypatch: pytest.MonkeyPatch, make: Callable[[Path], None], message: str
    ) -> None:
        """So it is with a document."""
        monkeypatch.chdir(garden.folder)
        (seed,) = garden.seeds.iterdir()
        seed.unlink()
        make(seed)
        (problem,) = garden.problems()
        assert problem.file == "sources.yaml"
        assert message in problem.message


def test_a_link_within_the_folder_is_followed(garden: Garden) -> None:
    """So a folder is mounted whose files change all at once."""
    for file in (garden.folder / "bot.yaml", *garden.seeds.iterdir()):
        file.rename(file.with_name(f"..{file.name}"))
        file.symlink_to(f"..{file.name}")
    assert list(garden.problems()) == []


def test_a_folder_that_a_link_brings_in_is_refused(garden: Garden, tmp_path: Path) -> None:
    """Each file of it, by its name."""
    (garden.folder / "facts").rename(tmp_path / "elsewhere")
    (garden.folder / "facts").symlink_to(tmp_path / "elsewhere")
    problems = garden.problems()
    assert {problem.file.partition("/")[0] for problem in problems} == {"facts"}
    assert {problem.message for problem in problems} == {"cannot be read: it is a link that leads out of the folder"}


def test_a_file_that_cannot_be_read_is_named_and_not_the_cache(garden: Garden, tmp_path: Path) -> None:
    """Whatever keeps it from being read: here, it is memory that nobody has."""
    (garden.folder / "facts/odd.yaml").symlink_to("/proc/self/mem")
    with pytest.raises(KnowledgeError, match=r"facts/odd\.yaml:1: cannot be read"):
        load(garden.folder, garden.seeds, tmp_path / "cache")


@pytest.mark.parametrize("text", ["[" * 1_000_000, "{a: " * 900 + "}" * 900, "- " * 900 + "a", "- " * 22 + "a"])
def test_parts_within_parts_without_end_are_a_problem(garden: Garden, text: str) -> None:
    (garden.folder / "facts/deep.yaml").write_text(text, encoding="utf-8")
    problems = garden.problems()
    assert {problem.file for problem in problems} == {"facts/deep.yaml"}
    assert any("within each other" in p.message or "not valid YAML" in p.message for p in problems)


def test_brackets_within_brackets_without_end_are_a_problem(garden: Garden) -> None:
    with (garden.folder / REPLIES).open("a", encoding="utf-8") as file:
        file.write("deep = " + "{ " * 5000)
    (problem,) = garden.problems()
    assert (problem.file, problem.line) == (REPLIES, 1)
    assert "brackets" in problem.message


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("- &a [x, x]\n- &b [*a, *a]\n- [*b, *b]\n", id="of lists"),
        pytest.param("- &a " + "x" * 2000 + "\n" + "- *a\n" * 3, id="of a text"),
    ],
)
def test_references_that_multiply_are_refused(garden: Garden, text: str) -> None:
    (garden.folder / "facts/many.yaml").write_text(text, encoding="utf-8")
    assert any("references" in problem.message for problem in garden.problems())


@pytest.mark.parametrize("key", ["? [a, b]\n: c", "? {a: b}\n: c"])
def test_a_key_with_parts_is_a_problem(garden: Garden, key: str) -> None:
    (garden.folder / "facts/key.yaml").write_text(key, encoding="utf-8")
    assert "facts/key.yaml:1: a key is a word, not a part with parts of its own" in map(str, garden.problems())


@pytest.mark.parametrize("tag", ["!!python/object/apply:os.mkdir", "!!python/object/new:os.mkdir"])
def test_yaml_runs_nothing(garden: Garden, tag: str) -> None:
    """A tag that would call a function in an unsafe reader is no more than a text that is not as it should be."""
    made = garden.folder / "made"
    (garden.folder / "facts/run.yaml").write_text(f"{tag} ['{made}']\n", encoding="utf-8")
    assert {problem.file for problem in garden.problems()} == {"facts/run.yaml"}
    assert not made.exists()


@pytest.mark.parametrize("file", ["../knowledge/bot.yaml", "/etc/hostname", "..", ".hidden", "a/b", "a\\0b"])
def test_a_source_is_a_file_of_the_seeds_and_none_elsewhere(garden: Garden, file: str) -> None:
    (seed,) = garden.seeds.iterdir()
    garden.plant("sources.yaml", f"file: {seed.name}", f'file: "{file}"')
    (problem,) = garden.problems()
    assert problem.file == "sources.yaml"
    assert "'file'" in problem.message


@pytest.mark.parametrize(
    ("planted", "message"),
    [
        pytest.param("Goodbye, all { 11 }!", "only text and variables", id="a number"),
        pytest.param('Goodbye, all { "\\u0031\\u0031" }!', "only text and variables", id="digits in disguise"),
        pytest.param('Goodbye from Kach{ "" }reti!', "only text and variables", id="a name cut in two"),
        pytest.param("Goodbye { members }", "only text and variables", id="another message"),
        pytest.param("Goodbye { chair }", "only text and variables", id="itself"),
        pytest.param("Goodbye { members.x }", "only text and variables", id="an attribute of another message"),
        pytest.param("Goodbye { -claim }", "only text and variables", id="a term"),
        pytest.param("Goodbye { NUMBER($bot) }", "only text and variables", id="a function"),
        pytest.param('Goodbye { SYSTEM("date") }', "only text and variables", id="a function that there is not"),
        pytest.param("Goodbye { { $bot } }", "only text and variables", id="a bracket within a bracket"),
        pytest.param(
            "{ $bot ->\n        [1] one\n       *[other] all\n    }", "only text and variables", id="a choice"
        ),
        pytest.param("Goodbye!\n-claim = They agreed", "a term, -claim", id="the text of a term"),
        pytest.param("Goodbye!\nchair = They agreed", "'chair' stands twice", id="a message twice"),
        pytest.param("Goodbye!\n    .which = A\n    .which = B", "'chair.which' stands twice", id="an attribute twice"),
    ],
)
def test_a_reply_brings_in_no_words_but_its_own_and_those_of_facts(garden: Garden, planted: str, message: str) -> None:
    line = garden.plant(REPLIES, CHAIR, f"    {planted}\n")
    found = [problem for problem in garden.problems() if message in problem.message]
    assert found
    assert all(problem.file == REPLIES and line - 1 <= problem.line <= line + 2 for problem in found)
