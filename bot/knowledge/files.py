"""Files of a knowledge folder as data, with the line of every part.

Every scalar stays text (PyYAML's base loader): pydantic gives it its type, so that the country code `no` is never a
boolean and a wrong date is a problem with a line rather than an exception.
"""

import errno
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from bot.core.models import Problem
from bot.knowledge.digest import LARGEST
from bot.knowledge.schema import WRITTEN

Location = tuple[str | int, ...]
Model = TypeVar("Model", bound=BaseModel)

_DEEPEST = 20
"""Parts within parts of a file."""


@dataclass(frozen=True, slots=True)
class Document:
    """One file: its data, and where each part of it stands."""

    file: str
    """The path relative to the knowledge folder."""
    data: Any
    lines: dict[Location, int] = field(default_factory=dict)

    def line(self, location: Location) -> int:
        """Return the line of a part, or of the nearest part around it."""
        while location and location not in self.lines:
            location = location[:-1]
        return self.lines.get(location, 1)

    def problem(self, location: Location, message: str) -> Problem:
        """Return a problem with a part of the file."""
        return Problem(self.file, self.line(location), message)


def read_bytes(folder: Path, path: Path) -> bytes:
    """Return what is in a file of a folder.

    Raises OSError for one that is too large, that is none and might never end, or that a link brings in from elsewhere.
    """
    if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder)):
        raise OSError(errno.EPERM, "it is a link that leads out of the folder")
    # Not blocking: a pipe that nobody writes to is opened at once, and then refused.
    with open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK)) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.EINVAL, "it is not a file")
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise OSError(errno.EFBIG, f"it is larger than {LARGEST} bytes")
    return data


def read_text(folder: Path, path: Path, problems: list[Problem]) -> str | None:
    """Return the text of a file, or None and a problem more."""
    name = path.relative_to(folder).as_posix()
    try:
        return read_bytes(folder, path).decode()
    except UnicodeDecodeError as error:
        problems.append(Problem(name, 1, f"not UTF-8 text: {error.reason} at byte {error.start}"))
    except OSError as error:
        problems.append(Problem(name, 1, f"cannot be read: {error.strerror}"))
    return None


def read_yaml(folder: Path, path: Path, problems: list[Problem]) -> Document | None:
    """Return a YAML file's data, or None and a problem more."""
    name = path.relative_to(folder).as_posix()
    text = read_text(folder, path, problems)
    if text is None:
        return None
    try:
        node = yaml.CBaseLoader(text).get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        problems.append(Problem(name, mark.line + 1 if mark else 1, f"not valid YAML: {error.problem}"))
    except yaml.YAMLError as error:
        problems.append(Problem(name, 1, f"not valid YAML: {' '.join(str(error).split())}"))
    else:
        document = Document(name, None)
        data = _construct(node, (), document, problems, set()) if node else None
        return Document(name, data, document.lines)
    return None


def _construct(node: Any, at: Location, document: Document, problems: list[Problem], seen: set[int]) -> Any:
    document.lines[at] = node.start_mark.line + 1
    if id(node) in seen:
        problems.append(document.problem(at, "references (&name, *name) are not supported: write the part out"))
        return None
    if len(at) > _DEEPEST:
        problems.append(document.problem(at, f"more than {_DEEPEST} parts within each other"))
        return None
    seen.add(id(node))
    if isinstance(node, yaml.ScalarNode):
        return node.value
    if isinstance(node, yaml.SequenceNode):
        parts = enumerate(node.value)
        return [_construct(part, (*at, number), document, problems, seen) for number, part in parts]
    return _mapping(node, at, document, problems, seen)


def _mapping(node: Any, at: Location, document: Document, problems: list[Problem], seen: set[int]) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            problems.append(Problem(document.file, line, "a key is a word, not a part with parts of its own"))
            continue
        if key_node.value in data:
            problems.append(Problem(document.file, line, f"{key_node.value!r} stands here twice"))
        data[key_node.value] = _construct(value_node, (*at, key_node.value), document, problems, seen)
    return data


def validated(
    document: Document, location: Location, data: Any, model: type[Model], problems: list[Problem]
) -> Model | None:
    """Return a part of a file as a model, or None and a problem for each thing that is wrong with it."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            place = (*location, *detail["loc"])
            problems.append(document.problem(place, _message(detail["loc"], detail)))
        return None


def entries(document: Document, model: type[Model], problems: list[Problem]) -> Iterator[tuple[Model, Location]]:
    """Yield each valid entry of a file that holds a list of them, with its location."""
    if not isinstance(document.data, list):
        problems.append(document.problem((), "a list is expected, each entry beginning with “- ”"))
        return
    for number, data in enumerate(document.data):
        if (entry := validated(document, (number,), data, model, problems)) is not None:
            yield entry, (number,)


_EXPECTED = {
    "dict_type": "parts with a key each are expected, such as {en: …}",
    "model_type": "parts with a key each are expected, such as {number: 9}",
    "list_type": "a list is expected, such as [one, other]",
    "string_type": "a text is expected; one that begins with { or [ stands in “quotation marks”",
    "date_from_datetime_parsing": "write the day as in 2031-05-03",
    "date_from_datetime_inexact": "write the day as in 2031-05-03",
    "int_parsing": "write a whole number in digits",
}
"""What is said of a wrong form, by pydantic's name for it."""


def _message(location: Location, detail: ErrorDetails) -> str:
    name = ".".join(str(part) for part in location)
    if location == ("evidence",):
        return "a fact needs evidence: at least one passage of a source"
    if detail["type"] == "string_pattern_mismatch":
        return f"{name.removesuffix('.[key]')!r}: write {WRITTEN[detail['ctx']['pattern']]}"
    texts = {"missing": f"{name!r} is missing", "extra_forbidden": f"{name!r} is not a known key"}
    texts |= {kind: f"{name!r}: {expected}" for kind, expected in _EXPECTED.items()}
    text = detail["msg"].removeprefix("Value error, ")
    return texts.get(detail["type"], f"{name!r}: {text}" if name else text)
