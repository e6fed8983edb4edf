"""The publish gate: questions that are never used as examples, with what the answers must be.

Also how far the examples themselves carry: what each would be taken for if it were not there (cross-validation).
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from pathlib import Path

from bot.core.corpus import Corpus
from bot.core.intents import Matcher
from bot.core.models import Answer, DialogueState, Intent, Knowledge, Outcome, Problem, Question
from bot.core.responder import Responder
from bot.core.text import normalise
from bot.knowledge.files import Document, read_yaml, validated
from bot.knowledge.schema import ConversationEntry, ThresholdsEntry, TurnEntry

FOLDER = "evaluation"
THRESHOLDS = "thresholds.yaml"
FOLDS = 5
CLOSE = 5
"""Examples of two intents that, left out, would be taken for the other one, from which the two lie too close."""
SHOWN = 10
"""Pairs of close intents that a report names, the closest first."""
_OF_THE_SUBJECT = {Outcome.ANSWER, Outcome.NOT_DOCUMENTED}
Speaker = Callable[[Answer], str]


@dataclass(frozen=True, slots=True)
class Turn:
    """One question and what its answer must be."""

    case: TurnEntry
    line: int


@dataclass(frozen=True, slots=True)
class Dialogue:
    """Questions of one conversation; most have one only."""

    file: str
    language: str
    turns: tuple[Turn, ...]


@dataclass(slots=True)
class Evaluation:
    """The evaluation folder as it was read."""

    dialogues: list[Dialogue] = field(default_factory=list)
    thresholds: ThresholdsEntry = field(default_factory=ThresholdsEntry)
    own: frozenset[str] = frozenset()
    """The intents that the folder has a file of: the common ones need no question."""
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one question."""

    language: str
    outcome: Outcome
    """The outcome that the answer must have; of several, the first."""
    intents: frozenset[str]
    failure: Problem | None


@dataclass(frozen=True, slots=True)
class Confusion:
    """An example that its own intent would not win without it."""

    utterance: str
    intent: str
    taken_for: str


@dataclass(frozen=True, slots=True)
class Report:
    """How the knowledge does in its evaluation."""

    results: tuple[Result, ...]
    confusions: tuple[Confusion, ...]
    examples: int
    unevaluated: tuple[str, ...]
    """The folder's own intents that no question of the evaluation expects."""
    thresholds: ThresholdsEntry
    intents: Mapping[str, Intent]

    def share_right(self, results: Iterable[Result]) -> float:
        """Return the share of results without a failure, 0 to 1; 1 where there is none."""
        counted = Counter(result.failure is None for result in results)
        return counted[True] / counted.total() if counted else 1.0

    def by_language(self) -> dict[str, list[Result]]:
        """Return the results of each language."""
        return _grouped(self.results, lambda result: result.language)

    def by_outcome(self) -> dict[str, list[Result]]:
        """Return the results by the outcome that is right."""
        return _grouped(self.results, lambda result: result.outcome.value)

    def close_pairs(self) -> list[tuple[int, str, str]]:
        """Return the pairs of intents that lie too close, with how many examples say so.

        Only of those about the subject whose answers differ: to take one for the other would mislead.
        """
        named = [sorted((each.intent, each.taken_for)) for each in self.confusions]
        pairs = Counter((first, second) for first, second in named if self._mislead(first, second))
        close = [(count, first, second) for (first, second), count in pairs.items() if count >= CLOSE]
        return sorted(close, reverse=True)

    def _mislead(self, *names: str) -> bool:
        intents = [self.intents[name] for name in names]
        return {intent.outcome for intent in intents} <= _OF_THE_SUBJECT and len({i.reply for i in intents}) > 1

    def lines(self) -> Iterator[str]:
        """Yield the report, a line each."""
        if not self.results:
            yield f"evaluation: there is no question in {FOLDER}/ yet"
        for groups in (self.by_language(), self.by_outcome()):
            for name, results in groups.items():
                right = sum(result.failure is None for result in results)
                yield f"evaluation, {name}: {right} of {len(results)} right ({right / len(results):.1%})"
        yield from (str(result.failure) for result in self.results if result.failure)
        won = self.examples - len(self.confusions)
        yield f"examples that the others of their intent would win without them: {won} of {self.examples}"
        pairs = self.close_pairs()
        for count, first, second in pairs[:SHOWN]:
            yield f"{first} and {second} lie close: {count} examples would be taken for the other"
            pair = {first, second}
            lost = [each.utterance for each in self.confusions if {each.intent, each.taken_for} == pair]
            yield from (f"  {utterance}" for utterance in lost[:CLOSE])
        if len(pairs) > SHOWN:
            yield f"{len(pairs) - SHOWN} more pairs lie close"

    def below(self) -> Iterator[Problem]:
        """Yield each threshold that is missed, and each intent that no question expects where there are questions."""
        yield from (Problem(f"{FOLDER}/{THRESHOLDS}", 1, missed) for missed in self._missed())
        if self.results:
            for name in self.unevaluated:
                yield Problem(f"intents/{name}.yaml", 1, f"no question of {FOLDER}/ expects this intent")

    def _missed(self) -> Iterator[str]:
        for language, results in self.by_language().items():
            if self.share_right(results) < self.thresholds.right:
                yield f"{language}: {self.share_right(results):.1%} right, {self.thresholds.right:.1%} wanted"
            if len(results) < self.thresholds.questions:
                yield f"{language}: {len(results)} questions, {self.thresholds.questions} wanted"
        won = 1 - len(self.confusions) / max(1, self.examples)
        if won < self.thresholds.examples:
            yield f"examples: {won:.1%} carry each other, {self.thresholds.examples:.1%} wanted"


def _grouped(results: Iterable[Result], key: Callable[[Result], str]) -> dict[str, list[Result]]:
    groups: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        groups[key(result)].append(result)
    return dict(sorted(groups.items()))


# --- reading -------------------------------------------------------------------------------------


def read(folder: Path, knowledge: Knowledge) -> Evaluation:
    """Read the evaluation of a knowledge folder, one file a language, with every problem."""
    evaluation = Evaluation(own=frozenset(path.stem for path in folder.glob("intents/*.yaml")))
    known = {normalise(text) for text in _utterances(knowledge)}
    for path in sorted((folder / FOLDER).glob("*.yaml")):
        document = read_yaml(folder, path, evaluation.problems)
        if document is None:
            continue
        if path.name == THRESHOLDS:
            found = validated(document, (), document.data, ThresholdsEntry, evaluation.problems)
            evaluation.thresholds = found or evaluation.thresholds
        elif path.stem not in knowledge.languages:
            evaluation.problems.append(document.problem((), f"the knowledge has no language {path.stem!r}"))
        else:
            _read_cases(document, path.stem, evaluation)
    for dialogue in evaluation.dialogues:
        evaluation.problems += _unsound(dialogue, knowledge, known)
    return evaluation


def _read_cases(document: Document, language: str, evaluation: Evaluation) -> None:
    data = document.data if isinstance(document.data, list) else []
    if not data:
        evaluation.problems.append(document.problem((), "a list of questions is expected"))
    for number, part in enumerate(data):
        turns: list[Turn] = []
        if isinstance(part, dict) and "turns" in part:
            found = validated(document, (number,), part, ConversationEntry, evaluation.problems)
            for place, case in enumerate(found.turns if found else ()):
                turns.append(Turn(case, document.line((number, "turns", place))))
        elif single := validated(document, (number,), part, TurnEntry, evaluation.problems):
            turns.append(Turn(single, document.line((number,))))
        evaluation.dialogues.append(Dialogue(document.file, language, tuple(turns)))


def _utterances(knowledge: Knowledge) -> Iterator[str]:
    for intent in knowledge.intents.values():
        for texts in intent.utterances.values():
            yield from texts


def _unsound(dialogue: Dialogue, knowledge: Knowledge, known: set[str]) -> Iterator[Problem]:
    for turn in dialogue.turns:
        for intent in [*turn.case.intents, *turn.case.both]:
            if intent not in knowledge.intents:
                yield Problem(dialogue.file, turn.line, f"the intent {intent!r} is not known")
        # In a conversation a short question is what everybody would ask.
        if len(dialogue.turns) == 1 and len(turn.case.question.split()) > 1 and normalise(turn.case.question) in known:
            yield Problem(
                dialogue.file, turn.line, f"the question {turn.case.question!r} is an example: nothing is shown"
            )


# --- asking --------------------------------------------------------------------------------------


def run(knowledge: Knowledge, responder: Responder, evaluation: Evaluation, speak: Speaker) -> Report:
    """Put every question to the responder, and each example to a matcher that does not know it.

    `speak` returns an answer as a person reads it. Takes some minutes at thousands of examples.
    """
    results = tuple(result for dialogue in evaluation.dialogues for result in _ask(dialogue, responder, speak))
    asked = frozenset().union(*(result.intents for result in results)) if results else frozenset()
    corpus = Corpus.of(knowledge)
    return Report(
        results=results,
        confusions=tuple(confusions(corpus)),
        examples=len(corpus.texts),
        unevaluated=tuple(sorted(evaluation.own - asked)),
        thresholds=evaluation.thresholds,
        intents=knowledge.intents,
    )


def _ask(dialogue: Dialogue, responder: Responder, speak: Speaker) -> Iterator[Result]:
    state: DialogueState | None = None
    now = datetime.combine(responder.knowledge.as_of, time(12), UTC)
    for turn in dialogue.turns:
        answered = responder.respond(Question(turn.case.question, language=dialogue.language), state, now=now)
        state = answered.state
        reasons = list(_wrong(turn.case, answered.answer, speak(answered.answer), dialogue.language, responder))
        said = f"{turn.case.question!r}: {'; '.join(reasons)}; {_instead(answered.answer)}"
        yield Result(
            language=dialogue.language,
            outcome=_outcomes(turn.case, responder.knowledge)[0],
            intents=frozenset([*turn.case.intents, *turn.case.both]),
            failure=Problem(dialogue.file, turn.line, said) if reasons else None,
        )


def _wrong(case: TurnEntry, answer: Answer, reply: str, language: str, responder: Responder) -> Iterator[str]:
    """Yield what is wrong with an answer."""
    found = [reading.intent for reading in answer.readings]
    if case.both and found != list(case.both):
        yield f"not both of {', '.join(case.both)}"
    # Asking back is right where it may be and the right reading is offered.
    asked_back = answer.outcome is Outcome.CLARIFY and Outcome.CLARIFY in case.outcomes
    read = {choice.intent for choice in answer.suggestions} if asked_back else {answer.intent}
    if case.intents and not read & set(case.intents):
        yield f"not {' or '.join(case.intents)}"
    outcomes = _outcomes(case, responder.knowledge)
    if answer.outcome not in outcomes:
        yield f"{answer.outcome.value}, not {' or '.join(outcome.value for outcome in outcomes)}"
    if answer.language != language and any(map(str.isalpha, case.question)):
        yield f"answered in {answer.language!r}"
    spoken = reply.casefold()
    yield from (f"does not say {text!r}" for text in case.says if text.casefold() not in spoken)
    yield from (f"says {text!r}" for text in case.never if text.casefold() in spoken)


def _outcomes(case: TurnEntry, knowledge: Knowledge) -> Sequence[Outcome]:
    """Return the outcomes that are right: those of the intents where the case does not name any."""
    if case.outcomes:
        return case.outcomes
    named = [knowledge.intents[name].outcome for name in [*case.intents, *case.both] if name in knowledge.intents]
    return named if not case.both else [Outcome.ANSWER, *named]


def _instead(answer: Answer) -> str:
    """Return what a question was matched with, and by what margin."""
    matched = [reading for reading in answer.readings if reading.nearest]
    if not matched:
        return f"taken for {answer.intent or 'nothing'} without matching"
    return "; ".join(
        f"matched {reading.nearest} ({reading.example!r}) at {reading.confidence:.2f}, "
        f"{reading.margin:.2f} ahead of {reading.runner_up}"
        for reading in matched
    )


def confusions(corpus: Corpus) -> Iterator[Confusion]:
    """Yield each example that a matcher fitted to the others takes for another intent."""
    texts, labels = corpus.texts, corpus.intents
    for fold in range(FOLDS):
        kept = [place for place in range(len(texts)) if place % FOLDS != fold]
        matcher = Matcher.fit([texts[place] for place in kept], [labels[place] for place in kept], calibrated=False)
        for place in range(fold, len(texts), FOLDS):
            candidates = matcher.rank(texts[place]).candidates
            if candidates and candidates[0].label != labels[place]:
                yield Confusion(corpus.written[place], labels[place], candidates[0].label)
