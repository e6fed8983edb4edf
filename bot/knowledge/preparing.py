"""Check knowledge and fit its matcher in a process of its own, so that a bot that serves is not held up meanwhile.

    problems = await prepare(folder, seeds, cache)

Run as a module it is that process: it prints each problem in a line, and ends with the exit code of the error.
"""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from bot.errors import JoligError, KnowledgeError, StorageError


async def prepare(
    folder: Path, seeds: Path, cache: Path, *, program: Sequence[str] = (sys.executable, "-m", __name__)
) -> list[str]:
    """Return every problem of a knowledge folder; where there is none, `cache.load` finds it ready afterwards."""
    process = await asyncio.create_subprocess_exec(
        *(*program, str(folder), str(seeds), str(cache)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        told, complaint = await process.communicate()
    finally:
        if process.returncode is None:  # nobody waits for it any more
            process.kill()
            await process.wait()
    if process.returncode == 0:
        return []
    last = complaint.decode(errors="replace").strip().rpartition("\n")[2]
    return told.decode(errors="replace").splitlines() or [f"the check ended with {process.returncode}: {last}"]


def main(folder: Path, seeds: Path, cache: Path) -> int:
    """Print every problem of a knowledge folder, or fit its matcher where there is none."""
    from bot.knowledge.cache import load  # noqa: PLC0415 - who only waits for the process does without them
    from bot.knowledge.checks import problems_of  # noqa: PLC0415
    from bot.knowledge.loader import read  # noqa: PLC0415

    try:
        if problems := problems_of(read(folder, seeds)):
            print(*problems, sep="\n")
            return KnowledgeError.exit_code
        load(folder, seeds, cache)
    except JoligError as error:
        print(error)
        return error.exit_code
    except OSError as error:
        print(f"the folder {cache} cannot be used: {error.strerror}")
        return StorageError.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:])))
