"""Measure the intent matcher beside simple ones, on public intent data sets.

    python -m tests.benchmarks.matching DATA

DATA is a folder with CLINC150 and BANKING77 as JSON lines, `{"text": ..., "label": ...}`, in files such as
`clinc150_train_full.jsonl`, `clinc150_validation.jsonl`, `clinc150_test.jsonl`, `clinc150_oos_test.jsonl`.
Matchers see the training file. The simple ones get their threshold from the validation file, ours has its own; both
mean to give up the same share of right answers. The test files are only reported on.
"""

from __future__ import annotations

import argparse
import io
import json
import resource
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias

import numpy as np
from rapidfuzz import fuzz, process, utils
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

from bot.core.intents import Matcher

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

SETS = ("clinc150_train_10shot", "clinc150_train_full", "banking77_train_10shot", "banking77_train_full")
SIZES = (1_000, 2_500, 10_000, 100_000)
GIVEN_UP = 0.05
"""Share of right answers that a threshold tuned on the validation file refuses."""
SAMPLE = 1_000
"""Questions that the simple matchers are asked, evenly drawn; ours is asked all."""
COST = 0.022
"""In-scope accuracy to trade for out-of-scope recall in the last column, as CLINC150's 93.0 for 90.8."""
COLUMNS = ("accuracy", "answered", "oos", "auroc", "typos", "oos@-2.2", "p50 ms", "p99 ms", "fit s")


@dataclass(frozen=True)
class Example:
    """A line of a data set."""

    text: str
    label: str


class Classifier(Protocol):
    """What is measured."""

    def classify(self, question: str) -> tuple[str, float]:
        """Return a label and how sure it is."""


Kind: TypeAlias = "Callable[[Sequence[Example]], Classifier]"


class Ours:
    """The matcher of this project."""

    def __init__(self, examples: Sequence[Example]) -> None:
        self.matcher = Matcher.fit([example.text for example in examples], [example.label for example in examples])

    def classify(self, question: str) -> tuple[str, float]:
        """Return the first candidate and the confidence."""
        ranking = self.matcher.rank(question)
        return (ranking.candidates[0].label if ranking.candidates else "", ranking.confidence)


class TokenSetRatio:
    """The utterance with the best `rapidfuzz.fuzz.token_set_ratio`."""

    def __init__(self, examples: Sequence[Example]) -> None:
        self.labels = [example.label for example in examples]
        self.texts = [utils.default_process(example.text) for example in examples]

    def classify(self, question: str) -> tuple[str, float]:
        """Return the label of the nearest utterance, and the ratio."""
        found = process.extractOne(utils.default_process(question), self.texts, scorer=fuzz.token_set_ratio)
        return self.labels[found[2]], found[1]


class NearestByCharacters:
    """The utterance with the greatest cosine of character 3-5-grams weighed by TF-IDF."""

    def __init__(self, examples: Sequence[Example]) -> None:
        self.labels = [example.label for example in examples]
        self.vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True)
        self.index = self.vectorizer.fit_transform([example.text for example in examples]).T.tocsr()

    def classify(self, question: str) -> tuple[str, float]:
        """Return the label of the nearest utterance, and the cosine."""
        cosines = (self.vectorizer.transform([question]) @ self.index).toarray()[0]
        return self.labels[cosines.argmax()], float(cosines.max())


class Bm25:
    """The utterance with the greatest Okapi BM25 (k1 = 1.5, b = 0.75)."""

    def __init__(self, examples: Sequence[Example]) -> None:
        self.labels = [example.label for example in examples]
        self.vectorizer = CountVectorizer(token_pattern=r"\w+")
        counts = self.vectorizer.fit_transform([example.text for example in examples]).tocoo()
        lengths = np.bincount(counts.row, weights=counts.data, minlength=counts.shape[0])
        frequencies = np.bincount(counts.col)
        rarity = np.log1p((len(examples) - frequencies + 0.5) / (frequencies + 0.5))
        damping = 1.5 * (0.25 + 0.75 * lengths[counts.row] / lengths.mean())
        counts.data = rarity[counts.col] * counts.data * 2.5 / (counts.data + damping)
        self.index = counts.T.tocsr()

    def classify(self, question: str) -> tuple[str, float]:
        """Return the label of the nearest utterance, and its score."""
        scores = (self.vectorizer.transform([question]) @ self.index).toarray()[0]
        return self.labels[scores.argmax()], float(scores.max())


SIMPLE: dict[str, Kind] = {"token_set_ratio": TokenSetRatio, "BM25": Bm25, "char TF-IDF": NearestByCharacters}

# --- typos ---------------------------------------------------------------------------------------

_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


def _neighbours(letter: str) -> str:
    for row, keys in enumerate(_KEYS):
        if (column := keys.find(letter)) >= 0:
            near = [line[max(column - 1, 0) : column + 2] for line in _KEYS[max(row - 1, 0) : row + 2]]
            return "".join(near).replace(letter, "")
    return letter


def misspell(text: str, rng: np.random.Generator) -> str:
    """Return a text with one or two slips of the finger: a wrong, an extra, a missing key, or two swapped."""
    for _ in range(rng.integers(1, 3)):
        places = [place for place, character in enumerate(text) if character.isalpha()]
        if not places:
            break
        at = int(rng.choice(places))
        wrong = str(rng.choice(list(_neighbours(text[at].lower()))))
        slips = (wrong, text[at] + wrong, "", text[at + 1 : at + 2] + text[at])
        kind = int(rng.integers(4))
        text = text[:at] + slips[kind] + text[at + (2 if kind == len(slips) - 1 else 1) :]
    return text


# --- measuring -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Outcome:
    """What a classifier made of some questions."""

    right: NDArray[np.bool_]
    confidences: NDArray[np.float64]
    times: NDArray[np.float64]
    """Milliseconds."""


def ask(classifier: Classifier, examples: Sequence[Example]) -> Outcome:
    """Classify questions one by one."""
    right, confidences, times = [], [], []
    for example in examples:
        start = time.perf_counter()
        label, confidence = classifier.classify(example.text)
        times.append(time.perf_counter() - start)
        right.append(label == example.label)
        confidences.append(confidence)
    return Outcome(np.array(right), np.array(confidences), 1e3 * np.array(times))


def auroc(inside: NDArray[np.float64], outside: NDArray[np.float64]) -> float:
    """Return the chance that a question in scope has a higher confidence than one out of scope."""
    ordered = np.sort(outside)
    below, up_to = (np.searchsorted(ordered, inside, side=side).mean() for side in ("left", "right"))
    return float((below + up_to) / 2 / len(outside))


def recall_at_cost(inside: Outcome, outside: Outcome) -> float:
    """Return the out-of-scope recall of the threshold that refuses COST of all questions though it was right."""
    confidences = np.sort(inside.confidences[inside.right])
    return float((outside.confidences < confidences[int(COST * len(inside.right))]).mean())


@dataclass(frozen=True)
class Questions:
    """The questions for a training file."""

    validation: list[Example]
    test: list[Example]
    outside: list[Example]
    misspelt: list[Example]

    @classmethod
    def read(cls, data: Path, name: str) -> Questions:
        """Read what belongs to a data set."""
        test = read(data / f"{name}_test.jsonl")
        rng = np.random.default_rng(1)
        misspelt = [Example(misspell(example.text, rng), example.label) for example in test]
        validation = read(data / f"{name}_validation.jsonl")
        return cls(validation, test, read(data / f"{name}_oos_test.jsonl"), misspelt)


def read(path: Path) -> list[Example]:
    """Read a file of examples."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [Example(line["text"], line["label"]) for line in map(json.loads, lines)]


def sample(examples: Sequence[Example], most: int) -> Sequence[Example]:
    """Return evenly drawn examples."""
    return examples[:: -(-len(examples) // most)]


def measure(kind: Kind, examples: Sequence[Example], questions: Questions, most: int) -> Iterator[float]:
    """Yield the columns of the table."""
    start = time.perf_counter()
    classifier = kind(examples)
    spent = time.perf_counter() - start
    inside, outside, misspelt = (
        ask(classifier, sample(some, most)) for some in (questions.test, questions.outside, questions.misspelt)
    )
    threshold = _threshold(classifier, sample(questions.validation, most))
    yield 100 * inside.right.mean()
    yield 100 * (inside.right & (inside.confidences >= threshold)).mean()
    yield 100 * (outside.confidences < threshold).mean()
    yield 100 * auroc(inside.confidences, outside.confidences)
    yield 100 * misspelt.right.mean()
    yield 100 * recall_at_cost(inside, outside)
    yield from np.quantile(inside.times, (0.5, 0.99))
    yield spent


def _threshold(classifier: Classifier, validation: Sequence[Example]) -> float:
    if isinstance(classifier, Ours):
        return classifier.matcher.threshold
    outcome = ask(classifier, validation)
    return float(np.quantile(outcome.confidences[outcome.right], GIVEN_UP))


def compare(data: Path) -> None:
    """Print the table of accuracies."""
    row("", *COLUMNS)
    for name in SETS:
        examples, questions = read(data / f"{name}.jsonl"), Questions.read(data, name.split("_", maxsplit=1)[0])
        row(f"{name} ({len(examples)})")
        row("  this matcher", *measure(Ours, examples, questions, sys.maxsize))
        for title, kind in SIMPLE.items():
            row(f"  {title}", *measure(kind, examples, questions, SAMPLE))


def grow(data: Path) -> None:
    """Print what a matcher costs as the utterances become many; beyond the data set by misspelt copies."""
    examples = read(data / "clinc150_train_full.jsonl")
    questions = sample(read(data / "clinc150_test.jsonl"), SAMPLE)
    rng = np.random.default_rng(2)
    order = rng.permutation(max(SIZES)) % len(examples)
    row("utterances", "p50 ms", "p99 ms", "fit s", "restore ms", "arrays MB", "peak MB")
    for size in SIZES:
        chosen = [examples[place] for place in order[:size]]
        if size > len(examples):
            chosen = [Example(misspell(example.text, rng), example.label) for example in chosen]
        row(str(size), *_cost(chosen, questions))


def _cost(examples: Sequence[Example], questions: Sequence[Example]) -> Iterator[float]:
    start = time.perf_counter()
    classifier = Ours(examples)
    spent = time.perf_counter() - start
    ask(classifier, questions)
    yield from np.quantile(ask(classifier, questions).times, (0.5, 0.99))
    yield spent
    yield 1e3 * _restoring(classifier.matcher)
    yield sum(array.nbytes for array in classifier.matcher.arrays().values()) / 1e6
    yield resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def _restoring(matcher: Matcher) -> float:
    """Return the seconds from the bytes of a file in memory to the first ranking."""
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **matcher.arrays())
    start = time.perf_counter()
    file.seek(0)
    with np.load(file, allow_pickle=False) as arrays:
        Matcher.restore(arrays).rank("what is that")
    return time.perf_counter() - start


def row(title: str, *cells: str | float) -> None:
    """Print a row of a table."""
    texts = (cell if isinstance(cell, str) else f"{cell:.{1 if cell >= 10 else 2}f}" for cell in cells)
    sys.stdout.write(f"{title:32}" + "".join(f"{text:>11}" for text in texts) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description="Measure the intent matcher beside simple ones.")
    parser.add_argument("data", type=Path, help="folder with the data sets")
    parser.add_argument("--only", choices=("compare", "grow"), help="one table instead of both")
    options = parser.parse_args()
    if options.only != "grow":
        compare(options.data)
    if options.only != "compare":
        grow(options.data)


if __name__ == "__main__":
    main()
