"""The knowledge folder: read, validated and resolved, with every problem by file and line."""

from pathlib import Path

from bot.core.models import Knowledge
from bot.errors import KnowledgeError


def load(folder: Path, seeds: Path) -> Knowledge:
    """Return the knowledge of a folder and its seeds; raise KnowledgeError if there is any problem."""
    # Imported here, so that what is kept in the cache can be had without them.
    from bot.knowledge.checks import problems_of  # noqa: PLC0415
    from bot.knowledge.loader import read  # noqa: PLC0415

    loaded = read(folder, seeds)
    problems = problems_of(loaded)
    if problems or loaded.knowledge is None:
        more = f" (and {len(problems) - 1} more; `jolig check` lists them)" if len(problems) > 1 else ""
        raise KnowledgeError(f"the knowledge is not valid: {problems[0]}{more}")
    return loaded.knowledge
