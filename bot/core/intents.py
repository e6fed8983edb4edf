"""Ranking of intents: which one a question asks for, and how likely it asks for any of them.

Two witnesses judge each question. A linear head over word and character n-grams knows which n-grams tell
labels apart. An alignment compares the question with the nearest utterances word by word, forgiving typos and
weighing rare words. Their votes are blended, and a logistic regression turns what they say into one
confidence. It is learnt without out-of-scope questions: some labels are held out and play that part.

Fitting needs scikit-learn. Ranking needs numpy and rapidfuzz only, so that a bot whose matcher is cached
starts fast.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cached_property, lru_cache
from itertools import pairwise
from math import log1p, sqrt
from typing import TYPE_CHECKING, Any, Self
from warnings import catch_warnings, simplefilter

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from bot.core.text import normalise, plain
from bot.errors import KnowledgeError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Numbers = NDArray[np.signedinteger[Any]]
"""In as few bytes as suffice."""
Hashes = NDArray[np.uint64]

LONGEST = 1_000
"""Characters of a question that are read; more would cost time and tell nothing."""
SHOWN = 5
"""Candidates of a ranking."""

_CHARACTERS = (2, 3, 4)
_WORDS = (1, 2)
_WORD_BLOCK = 0.7
"""Length of the vector of word n-grams beside that of character n-grams."""
_PENALTY = 1.0
"""C of the linear head."""
_TOLERANCE = 0.1
"""Where fitting the head stops; going on takes several times as long and classifies no better."""
_NEAREST = 30
"""Utterances that are aligned with the question."""
_READ = 5000
"""Entries of the index that are read for a question, rare n-grams first: it bounds the time in large indexes."""
_CONTRAST = 1.5
"""Power of the rarity of a word in an alignment."""
_FULL = 4
"""Letters from which an unknown word counts as a rare one; shorter ones mostly carry little."""
_SIMILAR = 0.7
"""Similarity of two words below which they have nothing to do with each other."""
_VOTES = np.array((0.6, 0.25, 0.15, 0), np.float32)
"""How much the best aligned utterances of a label count, best first; what comes after them does not."""
_ALIGNMENT_SHARE = 0.6
"""How much the alignment says beside the head."""
_SHARPNESS = 8.0
"""How far the votes are apart."""
_STEPS_UP, _STEPS_OF_ONE = 127, 255
"""Steps from nothing to the greatest coefficient of an n-gram, and from 0 to 1 in the index."""
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


@dataclass(frozen=True, slots=True)
class Ranking:
    """What a question may ask for, and how sure that is."""

    candidates: tuple[Candidate, ...] = ()
    """Best first; none if the question holds nothing that any utterance has."""
    example: str = ""
    """The first candidate's nearest example, as it was given."""
    confidence: float = 0.0
    """Probability that the first candidate is right, and that the question is in scope at all."""
    known: float = 0.0
    """Share of the question's words that the utterances have, rare words weighing more and typos forgiven."""
    similarity: float = 0.0
    """Agreement of the question with the nearest utterance, word by word: 1 for the same words."""


# --- n-grams -------------------------------------------------------------------------------------

_BASE = 0x9E3779B97F4A7C15
_MODULUS = 1 << 64


def _powers(base: int, count: int) -> Hashes:
    return np.array([pow(base, exponent, _MODULUS) for exponent in range(count)], np.uint64)


_POWERS = _powers(_BASE, LONGEST + 2)
_INVERSE_POWERS = _powers(pow(_BASE, -1, _MODULUS), LONGEST + 2)


def _grams(word: str) -> Hashes:
    """Return the n-grams of characters within a word and its borders, as hashes that are the same in every run.

    They are polynomials of the characters' codes: differences of prefix sums give those of all substrings at once.
    """
    codes = np.frombuffer(f" {word} ".encode("utf-32-le"), "<u4")
    prefixes = np.concatenate(([np.uint64(0)], np.cumsum(codes * _POWERS[: len(codes)], dtype=np.uint64)))
    starts, ends = _substrings(len(codes))
    return np.asarray((prefixes[ends] - prefixes[starts]) * _INVERSE_POWERS[starts])


@lru_cache(maxsize=64)
def _substrings(length: int) -> tuple[Ints, Ints]:
    """Return starts and ends of the n-grams of a text."""
    starts, ends = np.array([(start, start + size) for size in _CHARACTERS for start in range(length - size + 1)]).T
    return starts, ends


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
        start, end = self.ends[index : index + 2].tolist()
        return self.data[start:end].tobytes().decode()

    def __len__(self) -> int:
        return len(self.ends) - 1

    @cached_property
    def all(self) -> list[str]:
        data = self.data.tobytes()
        return [data[start:end].decode() for start, end in pairwise(self.ends.tolist())]


@dataclass(frozen=True)
class _Vector:
    """The weights of a text's n-grams that the vocabulary has, each once however often it is there."""

    columns: Ints
    values: Floats


@dataclass(frozen=True)
class _Vocabulary(_Part):
    """The words of the utterances and their n-grams: those of characters come first, then those of one word, of two."""

    data: NDArray[np.uint8]
    data_ends: Ints
    """The words, end to end."""
    characters: Hashes
    """The n-grams of characters, sorted."""
    columns: NDArray[np.int32]
    ends: Ints
    """Those that each word has, end to end: most words of a question are known, and need not be taken apart."""
    pairs: Ints
    """The n-grams of two words, sorted, each as one number of both; the edges of a text count as a word too.

    So "who" at its beginning differs from "who" within.
    """
    weights: Floats
    """How few labels each n-gram is met under, which tells more of what it means than how few utterances have it."""

    @classmethod
    def of(cls, texts: Sequence[str], labels: Ints) -> Self:
        words = list(dict.fromkeys(word for text in texts for word in text.split()))
        numbers = {word: number for number, word in enumerate(words)}
        grams = [_grams(word) for word in words]
        characters = np.unique(np.concatenate(grams))
        pairs = {pair for text in texts for pair in _pairs([numbers[word] for word in text.split()], edge=len(words))}
        strings = _Strings.of(words)
        unweighed = cls(
            data=strings.data,
            data_ends=strings.ends,
            characters=characters,
            columns=np.concatenate([characters.searchsorted(hashes) for hashes in grams]).astype(np.int32),
            ends=np.cumsum([0, *map(len, grams)]),
            pairs=np.array(sorted(pairs), np.int64),
            weights=np.empty(0, np.float32),
        )
        found = [unweighed.found(text.split()) for text in texts]
        rows = [np.flatnonzero(labels == label) for label in np.unique(labels)]
        unique = np.concatenate([np.unique(np.concatenate([found[row] for row in mine])) for mine in rows])
        return replace(unweighed, weights=np.sqrt(_rarity(np.bincount(unique), len(rows))))

    @cached_property
    def words(self) -> list[str]:
        return _Strings(self.data, self.data_ends).all

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The number of each word."""
        return {word: number for number, word in enumerate(self.words)}

    @property
    def rarity(self) -> Floats:
        """How few labels each word is met under."""
        ones = len(self.characters)
        return self.weights[ones : ones + len(self.words)] ** 2

    @cached_property
    def _ends(self) -> list[int]:
        ends: list[int] = self.ends.tolist()
        return ends

    def __len__(self) -> int:
        return len(self.characters) + len(self.words) + len(self.pairs)

    def found(self, words: Sequence[str]) -> Ints:
        """Return the n-grams of a text that the utterances have, each once, in order."""
        numbers = [self.numbers.get(word, -1) for word in words]
        ones, twos = len(self.characters), len(self.characters) + len(self.words)
        characters = [self._characters(word, number) for word, number in zip(words, numbers, strict=True)]
        pairs = _places(np.array(_pairs(numbers, edge=len(self.words)), np.int64), self.pairs)
        known = [ones + number for number in numbers if number >= 0]
        found = np.concatenate([*characters, np.array([*known, len(self)]), pairs + twos])
        found.sort()
        return np.asarray(found[:-1][found[1:] != found[:-1]])

    def _characters(self, word: str, number: int) -> Numbers:
        """Return the n-grams of characters that a word shares with the utterances."""
        if number < 0:
            return _places(_grams(word), self.characters)
        return self.columns[self._ends[number] : self._ends[number + 1]]

    def vector(self, words: Sequence[str]) -> _Vector:
        """Return the vector of a text, its characters and its words each brought to their own length."""
        columns = self.found(words)
        values = self.weights[columns]
        border = columns.searchsorted(len(self.characters))
        _stretch(values[:border], 1)
        _stretch(values[border:], _WORD_BLOCK)
        return _Vector(columns, values)


def _pairs(numbers: Iterable[int], *, edge: int) -> list[int]:
    """Return what stands for each known word with a known one after it; `edge` is the number of the text's edges."""
    pairs = pairwise((edge, *numbers, edge))
    return [one * (edge + 1) + other for one, other in pairs if one >= 0 and other >= 0]


def _places(values: NDArray[Any], known: NDArray[Any]) -> Ints:
    """Return where some values stand in a sorted array, without those that it does not have."""
    places = known.searchsorted(values)
    found: Ints = places[known.take(places, mode="clip") == values] if len(known) else places[:0]
    return found


def _stretch(values: Floats, length: float) -> None:
    """Bring a vector to a length."""
    values *= length / max(sqrt(values @ values), 1e-9)


def _rarity(frequencies: NDArray[Any], count: int) -> Floats:
    return (1 + np.log((1 + count) / (1 + frequencies))).astype(np.float32)


@dataclass(frozen=True)
class _Head(_Part):
    """A linear classifier whose labels compete for each utterance (Crammer and Singer 2001).

    With few utterances each, that is better by a point than to tell each label from the rest.
    """

    coefficients: NDArray[np.int8]
    """One row for each n-gram, so that a question reads few of them; in steps of the row's own size."""
    steps: Floats
    intercepts: Floats

    @classmethod
    def fit(cls, vectors: Sequence[_Vector], labels: Ints, *, ngrams: int, count: int) -> Self:
        """Fit to vectors and the numbers of their labels, below `count`; without vectors none is chosen."""
        # Imported here because ranking must not pay for them: they take longer than a question's answer.
        from scipy.sparse import csr_array  # noqa: PLC0415
        from sklearn.svm import LinearSVC  # noqa: PLC0415

        present = np.unique(labels)
        coefficients = np.zeros((ngrams, count), np.float32)
        intercepts = np.full(count, -1, np.float32)
        if len(present) > 1:
            ends = np.cumsum([0, *(len(vector.columns) for vector in vectors)], dtype=np.int32)
            columns = np.concatenate([vector.columns for vector in vectors]).astype(np.int32)
            values = np.concatenate([vector.values for vector in vectors]).astype(np.float64)
            matrix = csr_array((values, columns, ends), shape=(len(vectors), ngrams))
            with catch_warnings():
                # It takes labels with one utterance each for numbers to interpolate.
                simplefilter("ignore", UserWarning)
                svc = LinearSVC(C=_PENALTY, multi_class="crammer_singer", tol=_TOLERANCE, random_state=0).fit(
                    matrix, labels
                )
            # Of two labels it keeps how far the second one is ahead only.
            shares = np.array([-0.5, 0.5]) if len(svc.coef_) == 1 else np.ones(len(present))
            coefficients[:, present] = svc.coef_.T * shares
            intercepts[present] = svc.intercept_ * shares
        steps = np.maximum(np.abs(coefficients).max(axis=1), np.float32(1e-9)) / np.float32(_STEPS_UP)
        return cls(np.rint(coefficients / steps[:, None]).astype(np.int8), steps, intercepts)

    def decide(self, vectors: Sequence[_Vector]) -> Floats:
        """Return how much speaks for each label, in the mean of some readings of a question."""
        values = np.concatenate([vector.values for vector in vectors])
        columns = np.concatenate([vector.columns for vector in vectors])
        spoken = (values * self.steps[columns]) @ self.coefficients.take(columns, axis=0).astype(np.float32)
        return np.asarray(spoken / np.float32(len(vectors)) + self.intercepts)


@dataclass(frozen=True)
class _Index(_Part):
    """For each n-gram, the utterances that have it."""

    ends: Numbers
    utterances: NDArray[np.unsignedinteger[Any]]
    """Their numbers, in as few bytes as they need."""
    values: NDArray[np.uint8]
    """Those of the vectors, in steps: it is enough to tell which are nearest."""

    @classmethod
    def of(cls, vectors: Sequence[_Vector], *, ngrams: int) -> Self:
        columns = np.concatenate([vector.columns for vector in vectors])
        sizes = [len(vector.columns) for vector in vectors]
        owners = np.repeat(np.arange(len(vectors), dtype=np.min_scalar_type(len(vectors))), sizes)
        order = np.argsort(columns, kind="stable")
        ends = np.concatenate(([0], np.cumsum(np.bincount(columns, minlength=ngrams)))).astype(np.int32)
        values = np.concatenate([vector.values for vector in vectors])
        return cls(ends, owners[order], np.rint(values[order] * np.float32(_STEPS_OF_ONE)).astype(np.uint8))

    def nearest(self, vector: _Vector, *, utterances: int) -> tuple[Ints, Floats]:
        """Return the utterances with the greatest cosines, in no order, and their cosines."""
        firsts = self.ends[vector.columns]
        sizes = self.ends[vector.columns + 1] - firsts
        order = sizes.argsort(kind="stable")
        read = order[: sizes[order].cumsum().searchsorted(_READ) + 1]
        sizes = sizes[read]
        _, postings = _spans(firsts[read], sizes)
        products = (vector.values[read] / np.float32(_STEPS_OF_ONE)).repeat(sizes) * self.values[postings]
        cosines = np.bincount(self.utterances[postings], weights=products, minlength=utterances)
        # Only what was met is partitioned: among very many zeros that takes longer than all the rest.
        met = (cosines > 0).nonzero()[0]
        best = met[cosines[met].argpartition(-_NEAREST)[-_NEAREST:]] if len(met) > _NEAREST else met
        return best, cosines[best].astype(np.float32) / (1 + _WORD_BLOCK**2)


@dataclass(frozen=True)
class _Alignment:
    """How well utterances agree with a question, word by word."""

    scores: Floats
    known: float
    meant: list[str]
    """The words of the question, with the nearest known word in place of each that is not known."""


@dataclass(frozen=True)
class _Words(_Part):
    """The words of each utterance, by number."""

    weights: Floats
    ids: NDArray[np.int32]
    ends: NDArray[np.int32]

    @classmethod
    def of(cls, utterances: Sequence[str], vocabulary: _Vocabulary) -> Self:
        split = [[vocabulary.numbers[word] for word in utterance.split()] for utterance in utterances]
        ids = [word for words in split for word in words]
        ends = np.cumsum([0, *map(len, split)], dtype=np.int32)
        return cls(vocabulary.rarity**_CONTRAST, np.array(ids, np.int32), ends)

    @cached_property
    def _weights(self) -> list[float]:
        weights: list[float] = self.weights.tolist()
        return weights

    @cached_property
    def _greatest(self) -> float:
        return max(self._weights)

    @cached_property
    def _totals(self) -> Floats:
        """The weight of each utterance's words."""
        return np.add.reduceat(self.weights[self.ids], self.ends[:-1])

    def align(self, words: Sequence[str], utterances: Ints, vocabulary: _Vocabulary) -> _Alignment:
        """Return the agreement of a question's words with each of some utterances, at least one.

        It is the weight of the words that the two share, of the weight of the words that they have.
        """
        firsts = self.ends[utterances]
        starts, positions = _spans(firsts, self.ends[utterances + 1] - firsts)
        ids = self.ids[positions]
        met = np.zeros(len(self.weights), np.bool_)
        met[ids] = True
        present = met.nonzero()[0]
        places = present.searchsorted(ids)
        numbers = present.tolist()
        similar = _similarities(words, [vocabulary.words[number] for number in numbers])
        nearest = zip(words, similar.argmax(axis=1).tolist(), similar.max(axis=1).tolist(), strict=True)
        taken = [self._taken(word, numbers[place], closeness, vocabulary) for word, place, closeness in nearest]
        asked = np.array([weight for _, weight, _ in taken], np.float32)
        total = sum(weight for _, weight, _ in taken)
        shared = asked @ np.maximum.reduceat(similar.take(places, axis=1), starts, axis=1)
        shared += np.add.reduceat((similar.max(axis=0) * self.weights[present]).take(places), starts)
        return _Alignment(
            scores=shared / (self._totals[utterances] + np.float32(total)),
            known=sum(weight * trust for _, weight, trust in taken) / total,
            meant=[word for word, _, _ in taken],
        )

    def _taken(self, word: str, other: int, closeness: float, vocabulary: _Vocabulary) -> tuple[str, float, float]:
        """Return what a word is taken for, the weight of that, and how sure it is."""
        number = vocabulary.numbers.get(word)
        if number is not None:
            return word, self._weights[number], 1
        if closeness > 0:
            return vocabulary.words[other], self._weights[other], closeness
        return word, self._greatest * min(1, len(word) / _FULL), 0


def _spans(firsts: Numbers, sizes: Numbers) -> tuple[Numbers, Numbers]:
    """Return where spans of some positions begin when put end to end, and all the positions that they hold."""
    ends = sizes.cumsum(dtype=np.int32)
    starts = ends - sizes
    return starts, np.arange(ends[-1], dtype=np.int32) + (firsts - starts).repeat(sizes)


def _similarities(words: Sequence[str], others: Sequence[str]) -> Floats:
    cutoff = 100 * _SIMILAR
    ratios = process.cdist(words, others, scorer=fuzz.ratio, score_cutoff=cutoff, dtype=np.float32)
    return np.asarray(ratios / np.float32(100))


# --- the verdict on a question -------------------------------------------------------------------


@dataclass(frozen=True)
class _Verdict:
    """What the two witnesses say of a question."""

    scores: Floats
    """The share of the votes of each label."""
    label: int
    """The one with most."""
    nearest: int
    """Its best aligned utterance, its first one where none was aligned."""
    similarity: float
    """The best alignment."""
    features: tuple[float, ...]
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
    def fit(cls, texts: Sequence[str], labels: Ints, *, count: int) -> Self:
        vocabulary = _Vocabulary.of(texts, labels)
        vectors = [vocabulary.vector(text.split()) for text in texts]
        head = _Head.fit(vectors, labels, ngrams=len(vocabulary), count=count)
        index = _Index.of(vectors, ngrams=len(vocabulary))
        return cls(vocabulary, head, index, _Words.of(texts, vocabulary), labels)

    def judge(self, text: str) -> _Verdict | None:
        """Return the verdict on a normalised question, or None where no utterance has anything of it."""
        words = text.split()
        vector = self.vocabulary.vector(words)
        if not len(vector.columns):
            return None
        utterances, cosines = self.index.nearest(vector, utterances=len(self.labels))
        alignment = self.words.align(words, utterances, self.vocabulary)
        readings = [vector] if alignment.meant == words else [vector, self.vocabulary.vector(alignment.meant)]
        decisions = self.head.decide(readings)
        labels = self.labels[utterances]
        agreement = self._agreement(alignment.scores, labels)
        scores = _softmax(_SHARPNESS * (decisions + _ALIGNMENT_SHARE * agreement))
        label = int(scores.argmax())
        nearest = self._nearest(label, utterances, alignment.scores)
        signs = (*_top_and_margin(decisions), *_top_and_margin(agreement), float(cosines.max()), alignment.known)
        features = (*signs, log1p(len(text)), 1.0)
        return _Verdict(scores, label, nearest, float(alignment.scores.max()), features, alignment.known)

    def _nearest(self, label: int, utterances: Ints, alignments: Floats) -> int:
        """Return the best aligned utterance of a label, its first one where none was aligned."""
        mine = self.labels[utterances] == label
        return int(utterances[np.where(mine, alignments, -1).argmax()] if mine.any() else self._first[label])

    def _agreement(self, alignments: Floats, labels: Ints) -> Floats:
        """Return the weighed mean alignment of each label's best utterances."""
        order = np.lexsort((-alignments, labels))
        labels, alignments = labels[order], alignments[order]
        ranks = np.arange(len(labels)) - labels.searchsorted(labels)
        votes = _VOTES.take(ranks, mode="clip") * alignments
        return np.bincount(labels, votes, minlength=len(self._votes)).astype(np.float32) / self._votes

    @cached_property
    def _first(self) -> Ints:
        """The first utterance of each label."""
        present, rows = np.unique(self.labels, return_index=True)
        first = np.zeros(len(self.head.intercepts), np.int64)
        first[present] = rows
        return first

    @cached_property
    def _votes(self) -> Floats:
        """The votes that each label has: one of few utterances must not be outvoted for that."""
        sizes = np.bincount(self.labels, minlength=len(self.head.intercepts))
        return np.cumsum(_VOTES)[np.clip(sizes, 1, len(_VOTES)) - 1]


def _softmax(values: NDArray[Any]) -> Floats:
    powers = np.exp(values - values.max())
    return np.asarray(powers / powers.sum(), np.float32)


def _top_and_margin(values: Floats) -> tuple[float, float]:
    ordered: list[float] = np.sort(values).tolist()
    return ordered[-1], ordered[-1] - (ordered[-2] if len(ordered) > 1 else 0)


# --- the confidence ------------------------------------------------------------------------------

_PRIOR = np.array([2.9, 2.7, 2.8, 1.1, 1.5, 1.3, 0.6, -8.0])
"""Weights of the features where there are no held-out questions to learn them from."""
_TRUST = 1.0
"""Strength of that prior, in held-out questions."""
_ROUNDS = 500
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
    def of(cls, rows: Sequence[tuple[tuple[float, ...], bool, bool]]) -> Self:
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
        for _ in range(_ROUNDS):
            surprise = _logistic(self.features @ weights) - self.right
            weights = weights - inverse @ (counted @ surprise + _TRUST * (weights - _PRIOR))
        return weights

    def threshold(self, weights: NDArray[np.float64]) -> float:
        """Return the confidence that few of the right answers are below."""
        confidences = _logistic(self.features[self.right] @ weights)
        return float(np.quantile(confidences, _REFUSED)) if len(confidences) >= _FEW else 0.5


def _logistic(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray((1 + np.tanh(values / 2)) / 2)


@dataclass(frozen=True)
class _Examples:
    """The utterances to fit to, prepared: each once, and a copy in Latin letters where it has others."""

    texts: list[str]
    """Normalised."""
    labels: Ints
    origins: Ints
    """The position of what each stands for in what was given."""

    @classmethod
    def of(cls, pairs: Sequence[tuple[str, int]]) -> Self:
        """Prepare utterances and the numbers of their labels."""
        found: dict[tuple[str, int], int] = {}
        for origin, (utterance, label) in enumerate(pairs):
            words = _read(utterance)
            for text in filter(None, (words, _read(plain(words)))):
                found.setdefault((text, label), origin)
        numbers = np.array([label for _, label in found], np.int64)
        return cls([text for text, _ in found], numbers, np.array([*found.values()], np.int64))

    def judge(self, chosen: NDArray[np.bool_], *, count: int) -> _Judge:
        texts = [self.texts[row] for row in np.flatnonzero(chosen).tolist()]
        return _Judge.fit(texts, self.labels[chosen], count=count)

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
    ) -> Iterator[tuple[tuple[float, ...], bool, bool]]:
        asked = strange | unseen
        if asked.all():
            return
        judge = self.judge(~asked, count=count)
        rows = np.flatnonzero(asked)
        for row in rows[:: 1 + len(rows) // _ENOUGH].tolist():
            verdict = judge.judge(self.texts[row])
            if verdict is not None:
                yield verdict.features, bool(verdict.label == self.labels[row]), bool(strange[row])

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
        pairs = [pair for pair in zip(utterances, labels, strict=True) if _read(pair[0])]
        if not pairs:
            raise KnowledgeError("no intent has an example utterance with a word in it")
        names = sorted({label for _, label in pairs})
        examples = _Examples.of([(utterance, names.index(label)) for utterance, label in pairs])
        held_out = examples.held_out(count=len(names)) if calibrated else _HeldOut.of(())
        weights = held_out.weights()
        return cls(
            judge=examples.judge(np.full(len(examples.texts), fill_value=True), count=len(names)),
            utterances=_Strings.of([utterance for utterance, _ in pairs]),
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
        verdict = self._judge.judge(words) if words else None
        if verdict is None:
            return Ranking()
        best = (-verdict.scores).argsort(kind="stable")[:SHOWN]
        scored = zip(best.tolist(), verdict.scores[best].tolist(), strict=True)
        return Ranking(
            candidates=tuple(Candidate(self._labels.all[label], score) for label, score in scored),
            example=self._utterances[int(self._origins[verdict.nearest])],
            confidence=float(_logistic(self._weights @ verdict.features)),
            known=verdict.known,
            similarity=verdict.similarity,
        )

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
