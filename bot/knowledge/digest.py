"""The hash of all that a knowledge folder says."""

import hashlib
from contextlib import suppress
from pathlib import Path

from bot.errors import KnowledgeError

LARGEST = 2_000_000
"""Bytes of a file: a larger one is refused, and read no further."""


def digest(folder: Path, seeds: Path) -> str:
    """Return the hash of every file that the knowledge is made of; raise KnowledgeError where there is none.

    The evaluation is no part of it: it changes no answer.
    """
    if not (folder / "bot.yaml").is_file():
        raise KnowledgeError(f"no knowledge: {folder / 'bot.yaml'} is missing")
    whole = hashlib.sha256()
    parts = [*folder.glob("*.yaml"), *folder.glob("*/*.yaml"), *folder.glob("replies/*.ftl"), *seeds.glob("*")]
    for path in sorted(part for part in parts if part.is_file() and part.parent.name != "evaluation"):
        whole.update(f"{path.parent.name}/{path.name}\0".encode())
        # Who reads it tells of a file that cannot be read.
        with suppress(OSError), path.open("rb") as file:
            whole.update(hashlib.sha256(file.read(LARGEST + 1)).digest())
    return whole.hexdigest()
