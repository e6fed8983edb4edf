"""Ranking of intents: which one a question asks for, and how likely it asks for any of them.

Two witnesses judge each question. A linear head over word and character n-grams knows which n-grams tell
labels apart. An alignment compares the question with the nearest utterances word by word, forgiving typos and
weighing rare words. Their votes are blended, and a logistic regression turns what they say into one
confidence. It is learnt without out-of-scope questions: some labels are held out and play that part.

Fitting needs scikit-learn. Ranking needs numpy and rapidfuzz only, so that a bot whose matcher is cached
starts fast.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Self
from warnings import catch_warnings, simplefilter

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from bot.core.text import normalise, plain
from bot.errors import KnowledgeError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Hashes = NDArray[np.uint64]

LONGEST = 1_000
"""Characters of a question that are read; more would cost time and tell nothing."""
SHOWN = 5
"""Candidates of a ranking."""

_CHARACTERS = (2, 3, 4, 5)
_WORDS = (1, 2)
_WORD_BLOCK = 0.7
"""Length of the vector of word n-grams beside that of character n-grams."""
_PENALTY = 1.0
"""C of the linear head."""
_NEAREST = 50
"""Utterances that are aligned with the question."""
_READ = 5000
"""Entries of the index that are read for a question, rare n-grams first: it bounds the time in large indexes."""
_CONTRAST = 1.5
"""Power of the rarity of a word in an alignment."""
_FULL = 4
"""Letters from which an unknown word counts as a rare one; shorter ones mostly carry little."""
_SIMILAR = 0.7
"""Similarity of two words below which they have nothing to do with each other."""
_VOTES = np.array([0.4, 0.25, 0.15, 0.1, 0.1])
"""How much the best aligned utterances of a label count, best first."""
_ALIGNMENT_SHARE = 1.5
"""How much the alignment says beside the head."""
_SHARPNESS = 5.0
"""How far the votes are apart."""
_FOLDS = 5
_ENOUGH = 4_000
"""Held-out questions from which more folds would not change the confidence."""
_FEW = 20
"""Held-out questions answered right below which they do not set the threshold."""
_REFUSED = 0.05
"""Share of right answers that the threshold gives up to refuse what is out of scope."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An intent that a question may ask for."""

    label: str
    score: float
    """Its share of the votes; those of all labels sum to 1."""
    utterance: str
    """The label's nearest example, as it was given."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """What a question may ask for, and how sure that is."""

    candidates: tuple[Candidate, ...] = ()
    """Best first; none if the question holds nothing that any utterance has."""
    confidence: float = 0.0
    """Probability that the first candidate is right, and that the question is in scope at all."""
    known: float = 0.0
    """Share of the question's words that the utterances have, rare words weighing more and typos forgiven."""
    similarity: float = 0.0
    """Agreement of the question with the nearest utterance, word by word: 1 for the same words."""


# --- n-grams -------------------------------------------------------------------------------------

_BASE = 0x9E3779B97F4A7C15
_WORD_BIT = np.uint64(1 << 63)
_SPACE = ord(" ")


def _powers(base: int, count: int) -> Hashes:
    modulus = 1 << 64
    return np.array([pow(base, exponent, modulus) for exponent in range(count)], np.uint64)


_POWERS = _powers(_BASE, LONGEST + 2)
_INVERSE_POWERS = _powers(pow(_BASE, -1, 1 << 64), LONGEST + 2)


def _ngrams(words: str) -> Hashes:
    """Return the hashes of all n-grams: of characters within words and their borders, and of whole words.

    A hash is the polynomial of the characters' codes, the same on every machine and in every run. Differences
    of prefix sums give those of all substrings at once. Word n-grams have the highest bit set and sort last.
    """
    codes = np.frombuffer(f" {words[:LONGEST]} ".encode("utf-32-le"), "<u4")
    prefixes = np.concatenate(([np.uint64(0)], np.cumsum(codes * _POWERS[: len(codes)], dtype=np.uint64)))
    spaces = np.concatenate(([0], np.cumsum(codes == _SPACE)))
    borders = np.flatnonzero(codes == _SPACE)
    word_spans = list(_word_spans(borders))
    spans = [*_character_spans(spaces), *word_spans]
    starts, ends = (np.concatenate(bounds) for bounds in zip(*spans, strict=True))
    hashes: Hashes = ((prefixes[ends] - prefixes[starts]) * _INVERSE_POWERS[starts]) & ~_WORD_BIT
    words_from = len(starts) - sum(len(bounds) for bounds, _ in word_spans)
    hashes[words_from:] |= _WORD_BIT
    return hashes


def _character_spans(spaces: Ints) -> Iterator[tuple[Ints, Ints]]:
    """Yield starts and ends of the n-grams that hold no space but at their ends."""
    for size in _CHARACTERS:
        starts = np.arange(max(len(spaces) - size, 0))
        inner = spaces[starts + size - 1] == spaces[starts + 1]
        yield starts[inner], starts[inner] + size


def _word_spans(borders: Ints) -> Iterator[tuple[Ints, Ints]]:
    for size in _WORDS:
        yield borders[:-size] + 1, borders[size:]


# --- the parts of a matcher ----------------------------------------------------------------------


@dataclass(frozen=True)
class _Part:
    """Arrays that belong together; the fields are all there is to save."""

    def arrays(self, prefix: str) -> dict[str, NDArray[Any]]:
        return {f"{prefix}.{field.name}": getattr(self, field.name) for field in fields(self)}

    @classmethod
    def restore(cls, arrays: Mapping[str, NDArray[Any]], prefix: str) -> Self:
        return cls(*(arrays[f"{prefix}.{field.name}"] for field in fields(cls)))


@dataclass(frozen=True)
class _Strings(_Part):
    """Strings, end to end."""

    data: NDArray[np.uint8]
    ends: Ints
    """In bytes."""

    @classmethod
    def of(cls, strings: Sequence[str]) -> Self:
        encoded = [string.encode() for string in strings]
        ends = np.cumsum([0, *map(len, encoded)], dtype=np.int64)
        return cls(np.frombuffer(b"".join(encoded), np.uint8), ends)

    def __getitem__(self, index: int) -> str:
        return self.data[self.ends[index] : self.ends[index + 1]].tobytes().decode()

    def __len__(self) -> int:
        return len(self.ends) - 1

    @cached_property
    def all(self) -> list[str]:
        data = self.data.tobytes()
        return [data[start:end].decode() for start, end in pairwise(self.ends.tolist())]


@dataclass(frozen=True)
class _Vector:
    """The TF-IDF vector of a text: the n-grams that the vocabulary has."""

    columns: Ints
    values: Floats


@dataclass(frozen=True)
class _Vocabulary(_Part):
    """The n-grams of the utterances."""

    hashes: Hashes
    """Sorted."""
    weights: Floats
    """Inverse document frequencies."""

    @classmethod
    def of(cls, documents: Sequence[Hashes]) -> Self:
        unique = [np.unique(document) for document in documents]
        hashes, frequencies = np.unique(np.concatenate(unique), return_counts=True)
        return cls(hashes, np.sqrt(_rarity(frequencies, len(documents))))

    @cached_property
    def _first_word(self) -> int:
        return int(np.searchsorted(self.hashes, _WORD_BIT))

    def vector(self, document: Hashes) -> _Vector:
        """Return the vector of a document, its characters and its words each brought to their own length."""
        found, counts = np.unique(document, return_counts=True)
        columns = np.searchsorted(self.hashes, found)
        columns[columns == len(self.hashes)] = 0
        known = self.hashes[columns] == found
        columns = columns[known]
        values = ((1 + np.log(counts[known])) * self.weights[columns]).astype(np.float32)
        border = int(np.searchsorted(columns, self._first_word))
        values[:border] *= 1 / max(float(np.linalg.norm(values[:border])), 1e-9)
        values[border:] *= _WORD_BLOCK / max(float(np.linalg.norm(values[border:])), 1e-9)
        return _Vector(columns, values)


def _rarity(frequencies: NDArray[Any], count: int) -> Floats:
    return (1 + np.log((1 + count) / (1 + frequencies))).astype(np.float32)


@dataclass(frozen=True)
class _Head(_Part):
    """A linear classifier, one against the rest for each label."""

    coefficients: NDArray[np.float16]
    """One row for each n-gram, so that a question reads few of them."""
    intercepts: Floats

    @classmethod
    def fit(cls, vectors: Sequence[_Vector], labels: Ints, *, ngrams: int, count: int) -> Self:
        """Fit to vectors and the numbers of their labels, below `count`; without vectors none is chosen."""
        # Imported here because ranking must not pay for them: they take longer than a question's answer.
        from scipy.sparse import csr_array  # noqa: PLC0415
        from sklearn.svm import LinearSVC  # noqa: PLC0415

        present = np.unique(labels)
        coefficients = np.zeros((ngrams, count), np.float16)
        intercepts = np.full(count, -1, np.float32)
        if len(present) > 1:
            ends = np.cumsum([0, *(len(vector.columns) for vector in vectors)], dtype=np.int32)
            columns = np.concatenate([vector.columns for vector in vectors]).astype(np.int32)
            values = np.concatenate([vector.values for vector in vectors]).astype(np.float64)
            matrix = csr_array((values, columns, ends), shape=(len(vectors), ngrams))
            with catch_warnings():
                # It takes labels with one utterance each for numbers to interpolate.
                simplefilter("ignore", UserWarning)
                svc = LinearSVC(C=_PENALTY, random_state=0).fit(matrix, labels)
            both = len(present) == svc.coef_.shape[0]  # of two labels it keeps the second one only
            coefficients[:, present] = (svc.coef_ if both else np.vstack((-svc.coef_, svc.coef_))).T
            intercepts[present] = svc.intercept_ if both else np.append(-svc.intercept_, svc.intercept_)
        return cls(coefficients, intercepts)

    def decide(self, vector: _Vector) -> Floats:
        return vector.values @ self.coefficients[vector.columns].astype(np.float32) + self.intercepts


@dataclass(frozen=True)
class _Index(_Part):
    """For each n-gram, the utterances that have it."""

    ends: Ints
    utterances: NDArray[np.int32]
    values: NDArray[np.float16]
    """Half as precise as those of the question, and as large."""

    @classmethod
    def of(cls, vectors: Sequence[_Vector], *, ngrams: int) -> Self:
        columns = np.concatenate([vector.columns for vector in vectors])
        sizes = [len(vector.columns) for vector in vectors]
        owners = np.repeat(np.arange(len(vectors), dtype=np.int32), sizes)
        order = np.argsort(columns, kind="stable")
        ends = np.concatenate(([0], np.cumsum(np.bincount(columns, minlength=ngrams))))
        values = np.concatenate([vector.values for vector in vectors])
        return cls(ends, owners[order], values[order].astype(np.float16))

    def nearest(self, vector: _Vector, *, utterances: int) -> tuple[Ints, Floats]:
        """Return the utterances with the greatest cosines, in no order, and their cosines."""
        sizes = self.ends[vector.columns + 1] - self.ends[vector.columns]
        order = np.argsort(sizes, kind="stable")
        read = order[np.cumsum(sizes[order]) - sizes[order] < _READ]
        columns, sizes = vector.columns[read], sizes[read]
        _, postings = _spans(self.ends, columns)
        products = np.repeat(vector.values[read], sizes) * self.values[postings]
        cosines = np.bincount(self.utterances[postings], weights=products, minlength=utterances)
        # Only what was met is partitioned: among very many zeros that takes longer than all the rest.
        met = np.flatnonzero(cosines)
        best = met[np.argpartition(cosines[met], -_NEAREST)[-_NEAREST:]] if len(met) > _NEAREST else met
        return best, cosines[best].astype(np.float32) / (1 + _WORD_BLOCK**2)


@dataclass(frozen=True)
class _Alignment:
    """How well utterances agree with a question, word by word."""

    scores: Floats
    known: float
    meant: str
    """The question, with the nearest known word in place of each word that is not known."""


@dataclass(frozen=True)
class _Words(_Part):
    """The words of the utterances."""

    data: NDArray[np.uint8]
    data_ends: Ints
    weights: Floats
    ids: NDArray[np.int32]
    ends: Ints

    @classmethod
    def of(cls, utterances: Sequence[str]) -> Self:
        split = [utterance.split() for utterance in utterances]
        numbers: dict[str, int] = {}
        ids = [numbers.setdefault(word, len(numbers)) for words in split for word in words]
        frequencies = np.bincount([numbers[word] for words in split for word in set(words)])
        strings = _Strings.of(list(numbers))
        ends = np.cumsum([0, *map(len, split)])
        weights = _rarity(frequencies, len(utterances))
        return cls(strings.data, strings.ends, weights**_CONTRAST, np.array(ids, np.int32), ends)

    @cached_property
    def _strings(self) -> list[str]:
        return _Strings(self.data, self.data_ends).all

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {word: number for number, word in enumerate(self._strings)}

    def align(self, words: Sequence[str], utterances: Ints) -> _Alignment:
        """Return the agreement of a question's words with each of some utterances, at least one.

        It is the weight of the words that the two share, of the weight of the words that they have.
        """
        starts, positions = _spans(self.ends, utterances)
        present, places = np.unique(self.ids[positions], return_inverse=True)
        others = [self._strings[number] for number in present.tolist()]
        offered = self.weights[present]
        similar = _similarities(words, others)
        meant, closeness = similar.argmax(axis=1), similar.max(axis=1)
        numbers = np.array([self._numbers.get(word, -1) for word in words])
        strange = np.where(closeness > 0, offered[meant], self._unknown(words))
        asked = np.where(numbers >= 0, self.weights[numbers], strange)
        shared = asked @ np.maximum.reduceat(similar[:, places], starts, axis=1)
        shared += np.add.reduceat((similar.max(axis=0) * offered)[places], starts)
        chosen = zip(words, meant.tolist(), (numbers < 0) & (closeness > 0), strict=True)
        return _Alignment(
            scores=shared / (asked.sum() + np.add.reduceat(offered[places], starts)),
            known=float(asked @ np.where(numbers >= 0, 1, closeness) / asked.sum()),
            meant=" ".join(others[there] if misspelt else word for word, there, misspelt in chosen),
        )

    def _unknown(self, words: Sequence[str]) -> Floats:
        """Return the weight of each word as if no utterance had it."""
        fullness = np.array([min(1, len(word) / _FULL) for word in words], np.float32)
        return np.asarray(fullness * self.weights.max(), np.float32)


def _spans(ends: Ints, chosen: Ints) -> tuple[Ints, Ints]:
    """Return where the spans of some lists begin when put end to end, and the positions of all that they hold."""
    sizes = ends[chosen + 1] - ends[chosen]
    starts = np.cumsum(sizes) - sizes
    return starts, np.arange(sizes.sum()) + np.repeat(ends[chosen] - starts, sizes)


def _similarities(words: Sequence[str], others: Sequence[str]) -> Floats:
    cutoff = 100 * _SIMILAR
    ratios = process.cdist(words, others, scorer=fuzz.ratio, score_cutoff=cutoff, dtype=np.float32)
    return ratios.astype(np.float32) / np.float32(100)


# --- the verdict on a question -------------------------------------------------------------------


@dataclass(frozen=True)
class _Verdict:
    """What the two witnesses say of a question."""

    scores: Floats
    """The share of the votes of each label."""
    utterances: Ints
    """The nearest utterances, in no order."""
    alignments: Floats
    features: NDArray[np.float64]
    known: float


@dataclass(frozen=True)
class _Judge:
    """The two witnesses, without the confidence."""

    vocabulary: _Vocabulary
    head: _Head
    index: _Index
    words: _Words
    labels: Ints
    """The number of each utterance's label."""

    @classmethod
    def fit(cls, utterances: Sequence[str], documents: Sequence[Hashes], labels: Ints, *, count: int) -> Self:
        vocabulary = _Vocabulary.of(documents)
        vectors = [vocabulary.vector(document) for document in documents]
        ngrams = len(vocabulary.hashes)
        head = _Head.fit(vectors, labels, ngrams=ngrams, count=count)
        return cls(vocabulary, head, _Index.of(vectors, ngrams=ngrams), _Words.of(utterances), labels)

    def judge(self, words: str, document: Hashes) -> _Verdict | None:
        """Return the verdict on a normalised question, or None where no utterance has anything of it."""
        vector = self.vocabulary.vector(document)
        utterances, cosines = self.index.nearest(vector, utterances=len(self.labels))
        if not len(utterances):
            return None
        alignment = self.words.align(words.split(), utterances)
        decisions = self.head.decide(vector)
        if alignment.meant != words:
            meant = self.vocabulary.vector(_ngrams(alignment.meant))
            decisions = (decisions + self.head.decide(meant)) / np.float32(2)
        agreement = self._by_label(alignment.scores, utterances)
        scores = _softmax(_SHARPNESS * (decisions + _ALIGNMENT_SHARE * agreement))
        signs = (*_top_and_margin(decisions), *_top_and_margin(agreement), cosines.max(), alignment.known)
        features = np.array([*signs, np.log1p(len(words)), 1])
        return _Verdict(scores, utterances, alignment.scores, features, alignment.known)

    def _by_label(self, alignments: Floats, utterances: Ints) -> Floats:
        """Return the weighed mean alignment of each label's best utterances."""
        order = np.lexsort((-alignments, self.labels[utterances]))
        labels = self.labels[utterances[order]]
        places = np.arange(len(order)) - np.searchsorted(labels, labels)
        voting = places < len(_VOTES)
        votes = alignments[order][voting] * _VOTES[places[voting]]
        totals = np.bincount(labels[voting], weights=votes, minlength=len(self._votes))
        return (totals / self._votes).astype(np.float32)

    @cached_property
    def first(self) -> Ints:
        """The first utterance of each label."""
        return np.unique(self.labels, return_index=True)[1]

    @cached_property
    def _votes(self) -> NDArray[np.float64]:
        """The votes that each label has: one of few utterances must not be outvoted for that."""
        sizes = np.bincount(self.labels, minlength=len(self.head.intercepts))
        return np.cumsum(_VOTES)[np.clip(sizes, 1, len(_VOTES)) - 1]


def _softmax(values: NDArray[Any]) -> Floats:
    powers = np.exp(values - values.max())
    return np.asarray(powers / powers.sum(), np.float32)


def _top_and_margin(values: Floats) -> tuple[float, float]:
    if len(values) == 1:
        return float(values[0]), float(values[0])
    second, first = np.partition(values, -2)[-2:]
    return float(first), float(first - second)


# --- the confidence ------------------------------------------------------------------------------

_PRIOR = np.array([1.8, 1.9, 3.0, 1.0, 1.7, 1.8, 0.7, -7.5])
"""Weights of the features where there are no held-out questions to learn them from."""
_TRUST = 1.0
"""Strength of that prior, in held-out questions."""
_STEPS = 500
_STRANGE = 0.25
"""Share of questions out of scope that the confidence reckons with."""


@dataclass(frozen=True)
class _HeldOut:
    """What a matcher that does not know some utterances, and some labels at all, makes of them."""

    features: NDArray[np.float64]
    right: NDArray[np.bool_]
    """Whether the first label was right."""
    strange: NDArray[np.bool_]
    """Whether the label was held out, as if the question were out of scope."""

    @classmethod
    def of(cls, rows: Sequence[tuple[NDArray[np.float64], bool, bool]]) -> Self:
        features, right, strange = zip(*rows, strict=True) if rows else ((), (), ())
        return cls(np.reshape(features, (-1, len(_PRIOR))), np.array(right, bool), np.array(strange, bool))

    def weights(self) -> NDArray[np.float64]:
        """Return the weights of a logistic regression that starts from the prior.

        The curvature is bounded from above instead of computed (Böhning 1992), so that no step goes too far.
        """
        ratio = _STRANGE / (1 - _STRANGE) * (~self.strange).sum() / max(1, self.strange.sum())
        counted = (self.features * np.where(self.strange, ratio, 1)[:, None]).T
        inverse = np.linalg.inv(counted @ self.features / 4 + _TRUST * np.eye(len(_PRIOR)))
        weights = _PRIOR
        for _ in range(_STEPS):
            surprise = _logistic(self.features @ weights) - self.right
            weights = weights - inverse @ (counted @ surprise + _TRUST * (weights - _PRIOR))
        return weights

    def threshold(self, weights: NDArray[np.float64]) -> float:
        """Return the confidence that few of the right answers are below."""
        confidences = _logistic(self.features[self.right] @ weights)
        return float(np.quantile(confidences, _REFUSED)) if len(confidences) >= _FEW else 0.5


def _logistic(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(1 / (1 + np.exp(-np.clip(values, -30, 30))))


@dataclass(frozen=True)
class _Examples:
    """The utterances to fit to, prepared: each once, and a copy in Latin letters where it has others."""

    texts: list[str]
    """Normalised."""
    documents: list[Hashes]
    labels: Ints
    origins: Ints
    """The position of what each stands for in what was given."""

    @classmethod
    def of(cls, utterances: Sequence[str], labels: Sequence[int]) -> Self:
        found: dict[tuple[str, int], int] = {}
        for origin, (utterance, label) in enumerate(zip(utterances, labels, strict=True)):
            words = _read(utterance)
            for text in filter(None, (words, _read(plain(words)))):
                found.setdefault((text, label), origin)
        texts = [text for text, _ in found]
        numbers = np.array([label for _, label in found], np.int64)
        return cls(texts, [_ngrams(text) for text in texts], numbers, np.array([*found.values()], np.int64))

    def judge(self, chosen: NDArray[np.bool_], *, count: int) -> _Judge:
        rows = np.flatnonzero(chosen).tolist()
        texts, documents = [self.texts[row] for row in rows], [self.documents[row] for row in rows]
        return _Judge.fit(texts, documents, self.labels[chosen], count=count)

    def held_out(self, *, count: int) -> _HeldOut:
        """Hold out some of the labels and some of the utterances of the others, in turn."""
        folds = min(_FOLDS, max(1, 3 * _ENOUGH // len(self.texts)))
        label_folds = np.random.default_rng(0).permutation(count) % _FOLDS
        turns = self._turns()
        return _HeldOut.of(
            [
                row
                for fold in range(folds)
                for row in self._ask(label_folds[self.labels] == fold, turns == fold, count=count)
            ]
        )

    def _ask(
        self, strange: NDArray[np.bool_], unseen: NDArray[np.bool_], *, count: int
    ) -> Iterator[tuple[NDArray[np.float64], bool, bool]]:
        asked = strange | unseen
        if asked.all():
            return
        judge = self.judge(~asked, count=count)
        rows = np.flatnonzero(asked)
        for row in rows[:: 1 + len(rows) // _ENOUGH].tolist():
            verdict = judge.judge(self.texts[row], self.documents[row])
            if verdict is not None:
                right = bool(verdict.scores.argmax() == self.labels[row])
                yield verdict.features, right, bool(strange[row])

    def _turns(self) -> Ints:
        """Return the fold of each example: those of a label take turns, copies go with their originals."""
        _, numbers = np.unique(self.origins, return_inverse=True)
        turns = np.full(len(self.origins), -1)
        for label in np.unique(self.labels):
            mine = self.labels == label
            _, order = np.unique(numbers[mine], return_inverse=True)
            if order.max() > 0:
                turns[mine] = (order + label) % _FOLDS
        return turns


def _read(text: str) -> str:
    return normalise(text[:LONGEST])[:LONGEST].strip()


# --- the matcher ---------------------------------------------------------------------------------


class Matcher:
    """Ranks intents by their example utterances."""

    def __init__(
        self,
        *,
        judge: _Judge,
        utterances: _Strings,
        labels: _Strings,
        origins: Ints,
        weights: NDArray[np.float64],
        threshold: float,
    ) -> None:
        self._judge = judge
        self._utterances = utterances
        self._labels = labels
        self._origins = origins
        self._weights = weights
        self._threshold = threshold

    @classmethod
    def fit(cls, utterances: Sequence[str], labels: Sequence[str], *, calibrated: bool = True) -> Self:
        """Learn from example utterances and the label of each; the same examples give the same matcher.

        Takes seconds for some thousands of utterances, half of them where only the order of the candidates matters and
        the confidence need not be `calibrated`. Raises KnowledgeError if no utterance holds a word.
        """
        names = sorted(set(labels))
        numbers = {name: number for number, name in enumerate(names)}
        examples = _Examples.of(utterances, [numbers[label] for label in labels])
        if not examples.texts:
            raise KnowledgeError("no intent has an example utterance with a word in it")
        held_out = examples.held_out(count=len(names)) if calibrated else _HeldOut.of(())
        weights = held_out.weights()
        return cls(
            judge=examples.judge(np.full(len(examples.texts), fill_value=True), count=len(names)),
            utterances=_Strings.of(utterances),
            labels=_Strings.of(names),
            origins=examples.origins,
            weights=weights,
            threshold=held_out.threshold(weights),
        )

    @property
    def threshold(self) -> float:
        """Return the confidence below which a question is better refused."""
        return self._threshold

    def rank(self, question: str) -> Ranking:
        """Return the intents that a question may ask for, best first."""
        words = _read(question)
        verdict = self._judge.judge(words, _ngrams(words)) if words else None
        if verdict is None:
            return Ranking()
        best = np.argsort(-verdict.scores, kind="stable")[:SHOWN].tolist()
        confidence = _logistic(verdict.features @ self._weights)
        return Ranking(
            candidates=tuple(self._candidate(label, verdict) for label in best),
            confidence=float(confidence),
            known=verdict.known,
            similarity=float(verdict.alignments.max()),
        )

    def _candidate(self, label: int, verdict: _Verdict) -> Candidate:
        mine = np.flatnonzero(self._judge.labels[verdict.utterances] == label)
        row = verdict.utterances[mine[verdict.alignments[mine].argmax()]] if len(mine) else self._judge.first[label]
        utterance = self._utterances[int(self._origins[row])]
        return Candidate(self._labels[label], float(verdict.scores[label]), utterance)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return all there is to keep, by name; none of it needs pickle."""
        judge = self._judge
        return {
            **judge.vocabulary.arrays("vocabulary"),
            **judge.head.arrays("head"),
            **judge.index.arrays("index"),
            **judge.words.arrays("words"),
            **self._utterances.arrays("utterances"),
            **self._labels.arrays("names"),
            "labels": judge.labels,
            "origins": self._origins,
            "weights": self._weights,
            "threshold": np.array(self._threshold),
        }

    @classmethod
    def restore(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Return the matcher whose `arrays()` these are."""
        judge = _Judge(
            vocabulary=_Vocabulary.restore(arrays, "vocabulary"),
            head=_Head.restore(arrays, "head"),
            index=_Index.restore(arrays, "index"),
            words=_Words.restore(arrays, "words"),
            labels=arrays["labels"],
        )
        return cls(
            judge=judge,
            utterances=_Strings.restore(arrays, "utterances"),
            labels=_Strings.restore(arrays, "names"),
            origins=arrays["origins"],
            weights=arrays["weights"],
            threshold=float(arrays["threshold"]),
        )
