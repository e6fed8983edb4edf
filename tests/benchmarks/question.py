"""Time one question through the whole core on the shipped knowledge, and measure what the process holds.

    python -m tests.benchmarks.question

The questions are those of the evaluation, in all languages, one after another on one thread. Every other one is asked
before anything is measured: a bot that runs has met most words. No question that is measured was asked before. Beside
the core, the nearest example by rapidfuzz's token_set_ratio is looked up for the same questions in the same run.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from rapidfuzz import fuzz, process

from bot.core.models import Question
from bot.core.responder import Responder
from bot.core.text import normalise
from bot.knowledge import cache, evaluation
from bot.reloading import settle

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 1, 2, tzinfo=UTC)


def times(ask: Callable[[str], object], questions: Sequence[str]) -> np.ndarray:
    """Return the milliseconds that every other question takes, once the rest have been asked."""
    for question in questions[::2]:
        ask(question)
    spent = []
    for question in questions[1::2]:
        start = time.perf_counter()
        ask(question)
        spent.append(1e3 * (time.perf_counter() - start))
    return np.array(spent)


def main() -> None:
    """Measure."""
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder)
        cache.load(ROOT / "knowledge", ROOT / "seeds", kept)  # fits once
        responder = Responder(*cache.load(ROOT / "knowledge", ROOT / "seeds", kept))
    responder.warm()
    settle()
    knowledge = responder.knowledge
    asked = evaluation.read(ROOT / "knowledge", knowledge)
    questions = list(dict.fromkeys(dialogue.turns[0].case.question for dialogue in asked.dialogues))
    examples = [
        normalise(text)
        for intent in knowledge.intents.values()
        for texts in intent.utterances.values()
        for text in texts
    ]
    core = times(lambda question: responder.respond(Question(question), None, now=NOW), questions)
    nearest = times(
        lambda question: process.extractOne(normalise(question), examples, scorer=fuzz.token_set_ratio), questions
    )
    sys.stdout.write(f"{len(questions)} questions, every other measured, {len(examples)} examples; milliseconds\n")
    for name, spent in (("whole core", core), ("nearest example by token_set_ratio", nearest)):
        middle, high = np.quantile(spent, (0.5, 0.99))
        sys.stdout.write(f"{name:36} p50 {middle:6.2f}   p99 {high:6.2f}   ratio {middle / np.median(nearest):.2f}\n")


if __name__ == "__main__":
    main()
