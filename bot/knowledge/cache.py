"""The fitted intent matcher, kept between starts."""

import hashlib
import os
import zipfile
from pathlib import Path

import numpy as np

from bot import core
from bot.core.intents import Matcher
from bot.core.models import Knowledge
from bot.core.understanding import examples


def matcher(knowledge: Knowledge, folder: Path) -> Matcher:
    """Return the matcher of a knowledge folder, from `folder` if it was fitted before.

    What is kept is named by the hash of the knowledge and of the core's code, so it is never out of date. Raises
    OSError where `folder` cannot be written.
    """
    path = folder / f"matcher-{_key(knowledge)}.npz"
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return Matcher.restore(dict(arrays))
    except FileNotFoundError:
        pass
    except (ValueError, KeyError, EOFError, zipfile.BadZipFile):
        path.unlink()  # cut off while it was written to a disk that was full
    fitted = fit(knowledge)
    _keep(fitted, path)
    return fitted


def fit(knowledge: Knowledge) -> Matcher:
    """Return a matcher fitted to the example utterances of a knowledge folder."""
    texts, labels = examples(knowledge)
    return Matcher.fit(texts, labels)


def _key(knowledge: Knowledge) -> str:
    code = hashlib.sha256(knowledge.digest.encode())
    for module in sorted(Path(next(iter(core.__path__))).glob("*.py")):
        code.update(module.read_bytes())
    return code.hexdigest()[:32]


def _keep(fitted: Matcher, path: Path) -> None:
    """Write the arrays in one step, and remove those of earlier knowledge."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    written = path.with_suffix(f".{os.getpid()}.tmp")
    try:
        with written.open("wb") as file:
            np.savez(file, allow_pickle=False, **fitted.arrays())
        written.replace(path)
    finally:
        written.unlink(missing_ok=True)
    for other in path.parent.glob("matcher-*.npz"):
        if other != path:
            other.unlink(missing_ok=True)
