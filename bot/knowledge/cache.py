"""The knowledge and its fitted intent matcher, kept between starts: reading and fitting them anew takes seconds."""

import hashlib
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError

from bot.core.corpus import Corpus
from bot.core.intents import Matcher
from bot.core.models import Knowledge
from bot.knowledge.digest import digest

_KEPT = TypeAdapter(tuple[Knowledge, Corpus])
_ENTRY = "knowledge"
_CODE = Path(__file__).parents[1]


def load(folder: Path, seeds: Path, cache: Path) -> tuple[Knowledge, Matcher, Corpus]:
    """Return the knowledge of a folder, its matcher and its corpus, from `cache` if they were valid and fitted before.

    What is kept is named by the hash of the knowledge and of the code that reads it, so it is never out of date. Raises
    KnowledgeError if the knowledge has any problem, OSError where `cache` cannot be written.
    """
    path = cache / f"knowledge-{_key(folder, seeds)}.npz"
    try:
        with np.load(path, allow_pickle=False) as kept:
            arrays = dict(kept)
        knowledge, corpus = _KEPT.validate_json(arrays.pop(_ENTRY).tobytes())
        return knowledge, Matcher.restore(arrays), corpus
    except FileNotFoundError:
        pass
    except (ValueError, KeyError, EOFError, zipfile.BadZipFile, ValidationError):
        path.unlink()  # cut off while it was written to a disk that was full
    # Imported here: a start with everything kept does without the reader and its checks.
    from bot import knowledge as reader  # noqa: PLC0415

    knowledge = reader.load(folder, seeds)
    corpus = Corpus.of(knowledge)
    matcher = Matcher.fit(corpus.texts, corpus.intents)
    _keep({_ENTRY: np.frombuffer(_KEPT.dump_json((knowledge, corpus)), np.uint8), **matcher.arrays()}, path)
    return knowledge, matcher, corpus


def fit(knowledge: Knowledge) -> Matcher:
    """Return a matcher fitted to the example utterances of a knowledge folder."""
    corpus = Corpus.of(knowledge)
    return Matcher.fit(corpus.texts, corpus.intents)


def _key(folder: Path, seeds: Path) -> str:
    whole = hashlib.sha256(digest(folder, seeds).encode())
    for module in sorted([*_CODE.glob("core/**/*.py"), *_CODE.glob("knowledge/*.py")]):
        whole.update(module.read_bytes())
    return whole.hexdigest()[:32]


def _keep(arrays: Mapping[str, NDArray[Any]], path: Path) -> None:
    """Write the arrays in one step, and remove those of earlier knowledge."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    written = path.with_suffix(f".{os.getpid()}.tmp")
    try:
        with written.open("wb") as file:
            np.savez(file, allow_pickle=False, **arrays)
        written.replace(path)
    finally:
        written.unlink(missing_ok=True)
    for other in path.parent.glob("*.npz"):
        if other != path:
            other.unlink(missing_ok=True)
