"""The knowledge and its fitted intent matcher, kept between starts: reading and fitting them anew takes seconds."""

import errno
import hashlib
import io
import os
import stat
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pydantic
from numpy.typing import NDArray
from pydantic import TypeAdapter

from bot.core.corpus import Corpus
from bot.core.intents import Matcher
from bot.core.models import Knowledge
from bot.knowledge.digest import digest

_KEPT = TypeAdapter(tuple[Knowledge, Corpus])
_ENTRY = "knowledge"
_CODE = Path(__file__).parents[1]
_NAME, _FIT = "knowledge-", ".npz"
_FITS = 3
"""Fits to keep: somebody who goes back and forth between two knowledge folders waits once for each."""


def load(
    folder: Path, seeds: Path, cache: Path, *, before_fit: Callable[[], None] = lambda: None
) -> tuple[Knowledge, Matcher, Corpus]:
    """Return the knowledge of a folder, its matcher and its corpus, from `cache` if they were valid and fitted before.

    What is kept is named by the hash of the knowledge and of the code that reads it, so it is never out of date.
    `before_fit` is called where it has to be fitted, which takes half a minute. Raises KnowledgeError if the knowledge
    has any problem, OSError where `cache` cannot be written, or others can write it: they could put words into the bot.
    """
    path = cache / f"{_NAME}{_key(folder, seeds)}{_FIT}"
    _own(cache)
    if arrays := _read(path):
        knowledge, corpus = _KEPT.validate_json(arrays.pop(_ENTRY).tobytes())
        return knowledge, Matcher.restore(arrays), corpus
    # Imported here: a start with everything kept does without the reader and its checks.
    from bot import knowledge as reader  # noqa: PLC0415

    knowledge = reader.load(folder, seeds)
    before_fit()
    corpus = Corpus.of(knowledge)
    matcher = Matcher.fit(corpus.texts, corpus.intents)
    _keep({_ENTRY: np.frombuffer(_KEPT.dump_json((knowledge, corpus)), np.uint8), **matcher.arrays()}, path)
    return knowledge, matcher, corpus


def fit(knowledge: Knowledge) -> Matcher:
    """Return a matcher fitted to the example utterances of a knowledge folder."""
    corpus = Corpus.of(knowledge)
    return Matcher.fit(corpus.texts, corpus.intents)


def _key(folder: Path, seeds: Path) -> str:
    versions = np.__version__, pydantic.VERSION
    whole = hashlib.sha256(" ".join((digest(folder, seeds), *versions)).encode())
    parts = "core/**/*.py", "knowledge/*.py", "knowledge/common/**/*.*"
    for part in sorted(path for pattern in parts for path in _CODE.glob(pattern)):
        whole.update(part.read_bytes())
    return whole.hexdigest()[:32]


def _own(cache: Path) -> None:
    """Make the folder, private to the user; raise PermissionError where others can write it."""
    cache.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = cache.stat()
    if found.st_uid != os.geteuid() or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise PermissionError(errno.EPERM, "it is not yours, or others can write it; remove it, and it is made anew")


def _read(path: Path) -> dict[str, NDArray[Any]] | None:
    """Return the arrays that a file keeps, None where there is no such file, or not all that was written."""
    try:
        with path.open("rb") as file:
            whole = file.read(hashlib.sha256().digest_size) == hashlib.file_digest(file, "sha256").digest()
            file.seek(hashlib.sha256().digest_size)
            return dict(np.load(file, allow_pickle=False)) if whole else None
    except FileNotFoundError:
        return None


def _keep(arrays: Mapping[str, NDArray[Any]], path: Path) -> None:
    """Write the arrays in one step, after their hash, and remove all but the newest fits."""
    packed = io.BytesIO()
    np.savez(packed, allow_pickle=False, **arrays)
    descriptor, name = tempfile.mkstemp(prefix=_NAME, dir=path.parent)
    written = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(hashlib.sha256(packed.getbuffer()).digest())
            file.write(packed.getbuffer())
        written.replace(path)
    finally:
        written.unlink(missing_ok=True)
    _prune(path.parent)


def _prune(cache: Path) -> None:
    """Remove what is older than the newest fits: other fits, and what is left of writing one that was cut off."""
    ages = dict(_ages(cache))
    kept = sorted(age for path, age in ages.items() if path.suffix == _FIT)[-_FITS:]
    for path, age in ages.items():
        if age < kept[0]:
            path.unlink(missing_ok=True)


def _ages(cache: Path) -> Iterator[tuple[Path, int]]:
    for path in cache.glob(f"{_NAME}*"):
        with suppress(FileNotFoundError):  # another process has just removed it
            yield path, path.stat().st_mtime_ns
