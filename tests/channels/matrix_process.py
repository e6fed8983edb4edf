"""The bot in a process of its own, to be killed: `python -m tests.channels.matrix_process HOMESERVER USER FOLDER`."""

import asyncio
import sys
from pathlib import Path

from tests.channels.matrix_world import Bot


async def _run() -> None:
    homeserver, user, folder = sys.argv[1:]
    async with Bot(homeserver, user, Path(folder)).running() as task:
        await asyncio.wait({task})


if __name__ == "__main__":
    asyncio.run(_run())
