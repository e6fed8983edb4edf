"""Measure the time from start to first answer: `jolig ask` as a whole process.

    python -m tests.benchmarks.start [--runs N]

Beside it, in the same run, stand two processes that show what the interpreter and the largest library take by
themselves. The matcher is fitted before anything is timed, into a data folder that exists for this run only. The
commands take turns, so that a busy machine slows all of them alike: read the ratios, which are of the medians.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[2]
NOTHING, NUMPY, ASK = "python -c pass", 'python -c "import numpy"', "jolig ask"
COMMANDS = {
    NOTHING: ("-c", "pass"),
    NUMPY: ("-c", "import numpy"),
    ASK: ("-m", "bot", "ask", "Who are the members?"),
}
"""What is timed: the arguments of the interpreter by the name in the table; `python -m bot` is `jolig`."""
RUNS = 15
PATIENCE = 300
"""Seconds after which a process that hangs is given up."""


@dataclass(frozen=True)
class Times:
    """How long the runs of one command took, in milliseconds."""

    command: str
    taken: tuple[float, ...]

    @property
    def least(self) -> float:
        """Return the shortest time."""
        return min(self.taken)

    @property
    def middle(self) -> float:
        """Return the median."""
        return median(self.taken)


def environment(data: Path) -> dict[str, str]:
    """Return the environment of every command: the user's, with no settings of the bot but the data folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("JOLIG_")}
    return kept | {"JOLIG_DATA_DIR": str(data)}


def timed(arguments: Sequence[str], data: Path) -> tuple[float, str]:
    """Run the interpreter; return the milliseconds until it has ended, and what it printed."""
    started = time.perf_counter()
    done = subprocess.run(  # noqa: S603 - our own commands
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment(data),
        stdout=subprocess.PIPE,
        encoding="utf-8",
        timeout=PATIENCE,
        check=True,
    )
    return 1000 * (time.perf_counter() - started), done.stdout


def measure(runs: int) -> tuple[float, list[Times]]:
    """Return the milliseconds of the first start, which fits the matcher, and the times of each command after it."""
    with tempfile.TemporaryDirectory(prefix="jolig-start-") as folder:
        data = Path(folder)
        first, answer = timed(COMMANDS[ASK], data)
        if not answer.strip():
            raise SystemExit("there is no answer to time")
        rounds = [[timed(arguments, data)[0] for arguments in COMMANDS.values()] for _ in range(runs)]
    return first, [Times(command, taken) for command, taken in zip(COMMANDS, zip(*rounds, strict=True), strict=True)]


def table(times: Sequence[Times]) -> str:
    """Return the times as a table, each with its ratio to the two processes that are no bot."""
    middles = {each.command: each.middle for each in times}
    lines = [f"{'':28}{'min ms':>10}{'median ms':>12}{'/ python':>12}{'/ numpy':>12}"]
    for each in times:
        ratios = [each.middle / middles[base] for base in (NOTHING, NUMPY)]
        shown = "".join(f"{ratio:12.1f}" for ratio in ratios)
        lines.append(f"{each.command:28}{each.least:10.0f}{each.middle:12.0f}{shown}")
    return "\n".join(lines)


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description="Measure the time from start to first answer.")
    parser.add_argument("--runs", type=int, default=RUNS, help=f"runs of each command ({RUNS})")
    runs = parser.parse_args().runs
    if runs < 1:
        parser.error("at least one run is needed")
    first, times = measure(runs)
    sys.stdout.write(f"First start, which fits the matcher: {first / 1000:.1f} s. Then {runs} runs of each:\n\n")
    sys.stdout.write(table(times) + "\n")


if __name__ == "__main__":
    main()
