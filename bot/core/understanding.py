"""From a text to the requests that it holds, each with what to do about it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.core import dialogue
from bot.core.entities import EntityIndex, Mention, mask
from bot.core.fallback import Decision, Kind, decide
from bot.core.intents import Matcher, Ranking
from bot.core.language import LanguageDetector
from bot.core.lexicon import lexicon, retyped
from bot.core.models import DialogueState, Intent, Knowledge, Outcome
from bot.core.synonyms import Synonyms
from bot.core.text import normalise, tokens

REQUESTS = 3
"""How many requests of one message are answered."""
SAME = 0.9
"""Similarity from which a question of stop words is one of the examples ("who are you?")."""
LIKELY = 0.5
"""Confidence from which an unknown word is believed to be a name."""
CLEARER = 0.75
"""Share of a whole message's confidence from which its halves are believed to be two requests."""
_SENTENCE_END = re.compile(r"(?<=[.?!;։՞؟…])\s+|\n+")
_MARK = re.compile(r"@\S+")


@dataclass(frozen=True, slots=True)
class Request:
    """One thing that a message asks."""

    text: str
    mentions: tuple[Mention, ...]
    decision: Decision


class Understanding:
    """Understands questions by the example utterances of a knowledge folder."""

    def __init__(self, knowledge: Knowledge, matcher: Matcher) -> None:
        self._knowledge = knowledge
        self._matcher = matcher
        self._vocabularies = {language: _vocabulary(knowledge, language) for language in knowledge.languages}
        self._marks = _marks(knowledge)
        self._synonyms = _synonyms(knowledge)
        self._asides = frozenset(
            intent.id
            for intent in knowledge.intents.values()
            if intent.outcome in {Outcome.SMALL_TALK, Outcome.OUT_OF_SCOPE}
        )
        """The intents that are no question about the subject: never offered as a reading."""
        self._kinds = {
            intent.id: frozenset(knowledge.entities[name].kind for name in intent.about)
            for intent in knowledge.intents.values()
        }
        self._index = EntityIndex(knowledge.entities, frozenset().union(*self._vocabularies.values()))
        self._detector = LanguageDetector(self._vocabularies, self._index.shared_words())

    def language(self, text: str, likely: Sequence[str]) -> str | None:
        """Return the language of a text, None for one that the knowledge does not have."""
        return self._detector.detect(text, likely)

    def mentions(self, text: str, language: str) -> tuple[Mention, ...]:
        """Return the names in a text."""
        return self._index.find(text, language)

    def requests(self, text: str, language: str, state: DialogueState | None) -> tuple[Request, ...]:
        """Return the requests of a message, in order."""
        whole = self.request(text, language, state)
        sentences = _sentences(text)
        if len(sentences) > 1:
            parts = [self.request(sentence, language, state) for sentence in sentences]
            clear = [part for part in parts if self._stands_alone(part) or part.text.rstrip().endswith("?")]
            if any(map(self._stands_alone, clear)) and self._better(clear, whole):
                return self._several([half for part in clear for half in self._halves(part, language, state)])
        return self._several(self._halves(whole, language, state))

    def request(self, text: str, language: str, state: DialogueState | None) -> Request:
        """Return a text as one request."""
        mentions = self.mentions(text, language)
        masked = mask(text, mentions, self._marks)
        words = tokens(_MARK.sub(" ", masked))
        leaning = dialogue.follow_up(words, mentions, state, self._knowledge.intents, language)
        if leaning:
            return Request(text, mentions, Decision(Kind.ANSWER, (leaning,), 1.0))
        ranking = self._rank(masked, language)
        decision = self._named(self._decide(ranking), mentions)
        if mentions and not words_that_ask(words, language):
            fits = words and decision.kind is Kind.ANSWER and self._fits(decision.intents[0], mentions)
            return Request(text, mentions, decision if fits else self._bare(mentions))
        vague = not mentions and not dialogue.content(words, language) and ranking.similarity < SAME
        if vague and (len(words) <= dialogue.SHORT or decision.kind is not Kind.ANSWER):
            return Request(text, mentions, Decision(Kind.ABOUT_WHAT, self._knowledge.start))
        intents, kinds = self._knowledge.intents, self._kinds
        if same := dialogue.same_aspect(words, mentions, decision.intents, state, intents, kinds, language):
            return Request(text, mentions, Decision(Kind.ANSWER, (same,), 1.0))
        meant = self._of_the_same(text, words, mentions, decision, state, language)
        return meant or self._stranger(text, words, mentions, decision, language) or Request(text, mentions, decision)

    def _decide(self, ranking: Ranking) -> Decision:
        return decide(ranking, self._matcher.threshold, self._asides)

    def _named(self, decision: Decision, mentions: Sequence[Mention]) -> Decision:
        """Return the answer to the one of several close readings that is about what a text names, if only one is."""
        fitting = [name for name in decision.intents if self._fits(name, mentions)]
        if decision.kind is Kind.CLARIFY and len(fitting) == 1 and len(decision.intents) > 1:
            return replace(decision, kind=Kind.ANSWER, intents=(fitting[0],))
        return decision

    def _fits(self, intent: str, mentions: Sequence[Mention]) -> bool:
        """Return whether an intent is about what a text names."""
        slot, about = self._knowledge.intents[intent].slot, set(self._knowledge.intents[intent].about)
        return any(mention.kind == slot or set(mention.entities) & about for mention in mentions)

    def _of_the_same(
        self,
        text: str,
        words: Sequence[str],
        mentions: tuple[Mention, ...],
        decision: Decision,
        state: DialogueState | None,
        language: str,
    ) -> Request | None:
        """Return a request about the entity that was talked about, where a text leaves open whom it means."""
        entity = self._knowledge.entities.get(state.entity) if state and state.entity else None
        if mentions or entity is None:
            return None
        intent = self._knowledge.intents[decision.intents[0]] if decision.kind is Kind.ANSWER else None
        if intent and not intent.slot_required and not lexicon(language).pronouns & set(words):
            return None
        meant = self._decide(self._rank(f"@{entity.kind} {text}", language))
        if meant.kind is not Kind.ANSWER or self._knowledge.intents[meant.intents[0]].slot != entity.kind:
            return None
        return Request(text, (Mention(0, 0, entity.names[language], entity.kind, (entity.id,)),), meant)

    def _stranger(
        self, text: str, words: Sequence[str], mentions: tuple[Mention, ...], decision: Decision, language: str
    ) -> Request | None:
        """Return a request about a name that nobody here has, where that makes sense of a text."""
        strangers = self._index.strangers(text, mentions)
        if decision.kind is Kind.ANSWER or len(strangers) != 1 or len(words) == len(tokens(strangers[0].text)):
            return None
        mentions = tuple(sorted((*mentions, *strangers), key=lambda mention: mention.start))
        meant = self._decide(self._rank(mask(text, mentions, self._marks), language))
        intents = [self._knowledge.intents[name] for name in meant.intents]
        fits = meant.kind is Kind.ANSWER and intents[0].slot == strangers[0].kind and meant.confidence >= LIKELY
        return Request(text, mentions, meant) if fits else None

    def _rank(self, masked: str, language: str) -> Ranking:
        """Return the intents that a text may ask for, its names masked."""
        words = retyped(normalise(masked), language)
        return self._matcher.rank(with_synonyms(words, self._synonyms[language]))

    def _bare(self, mentions: Sequence[Mention]) -> Decision:
        """Return what to do with a name alone."""
        intents = self._knowledge.intents.values()
        mention = mentions[0]
        slot = next((i.id for i in intents if i.slot_required and i.slot == mention.kind), None)
        about = tuple(i.id for i in intents if set(i.about) & set(mention.entities))
        if about:
            kind = Kind.ANSWER if len(about) == 1 else Kind.ABOUT_ENTITY
            return Decision(kind, about, 1.0)
        if slot:
            return Decision(Kind.ANSWER, (slot,), 1.0)
        absent = all(self._knowledge.entities[name].absent for name in mention.entities)
        return Decision(Kind.NOT_MENTIONED if absent else Kind.NOT_DOCUMENTED, self._knowledge.start)

    def _stands_alone(self, request: Request) -> bool:
        return request.decision.kind is Kind.ANSWER

    @staticmethod
    def _better(parts: Sequence[Request], whole: Request) -> bool:
        """Return whether sentences are clearer by themselves than the message as a whole."""
        intents = {part.decision.intents for part in parts if part.decision.kind is Kind.ANSWER}
        best = max(part.decision.confidence for part in parts)
        return len(intents) > 1 or whole.decision.kind is not Kind.ANSWER or best > whole.decision.confidence

    def _halves(self, whole: Request, language: str, state: DialogueState | None) -> list[Request]:
        """Return a request in two where a conjunction joins two that are each clear."""
        best = [whole]
        clearest = 0.0
        for left_text, right_text in _split_at(whole.text, language):
            left, right = (self.request(part, language, state) for part in (left_text, right_text))
            confidence = min(left.decision.confidence, right.decision.confidence)
            if confidence > clearest and self._two(left, right, whole, language):
                best, clearest = [left, right], confidence
        return best

    def _two(self, left: Request, right: Request, whole: Request, language: str) -> bool:
        """Return whether two halves are two requests rather than one that happens to hold a conjunction."""
        halves = (left, right)
        if not all(self._stands_alone(half) and self._asks(half, language) for half in halves):
            return False
        if left.decision.intents == right.decision.intents or left.decision.intents[0] in self._asides:
            return False
        if whole.decision.kind is not Kind.ANSWER:
            return True
        weakest = min(half.decision.confidence for half in halves)
        return weakest >= CLEARER * whole.decision.confidence

    def _asks(self, request: Request, language: str) -> bool:
        words = tokens(_MARK.sub(" ", mask(request.text, request.mentions, {})))
        return bool(dialogue.content(words, language))

    def _several(self, requests: Sequence[Request]) -> tuple[Request, ...]:
        """Return the requests to answer: each intent once, small talk only where there is nothing else."""
        serious = [request for request in requests if not self._small_talk(request)]
        once = {(r.decision.kind, r.decision.intents, r.mentions): r for r in serious or requests[:1]}
        return tuple(once.values())[:REQUESTS]

    def _small_talk(self, request: Request) -> bool:
        intents = [self._knowledge.intents[name] for name in request.decision.intents]
        return bool(intents) and all(intent.outcome is Outcome.SMALL_TALK for intent in intents)


def words_that_ask(words: Sequence[str], language: str) -> bool:
    """Return whether words ask for anything, be it only "when?"."""
    return bool(dialogue.content(words, language) or dialogue.aspect(words, language))


def examples(knowledge: Knowledge) -> tuple[list[str], list[str]]:
    """Return the texts to match questions with, names masked, and the intent of each."""
    index = EntityIndex(knowledge.entities, frozenset())
    marks, synonyms = _marks(knowledge), _synonyms(knowledge)
    pairs: dict[str, str] = {}
    for intent in knowledge.intents.values():
        for language, text in _said(intent):
            plain = re.sub(r"\{(\w+)\}", r"@\1", text)
            masked = mask(plain, index.exact(plain, language), marks)
            pairs.setdefault(with_synonyms(masked, synonyms[language]), intent.id)
    return list(pairs), list(pairs.values())


def with_synonyms(masked: str, synonyms: Synonyms) -> str:
    """Return a text, its names masked, followed by a mark for each synonym in it."""
    found = synonyms.find([word for word in tokens(masked) if not word.startswith("@")])
    return " ".join([masked, *(f"@{name}" for name in found)])


def _synonyms(knowledge: Knowledge) -> Mapping[str, Synonyms]:
    return {
        language: Synonyms(
            {name: words.get(language, ()) for name, words in knowledge.synonyms.items()},
            _vocabulary(knowledge, language),
        )
        for language in knowledge.languages
    }


def _said(intent: Intent) -> Iterator[tuple[str, str]]:
    """Yield the title and the example utterances of an intent, each with its language."""
    yield from intent.titles.items()
    for language, texts in intent.utterances.items():
        for text in texts:
            yield language, text


def _vocabulary(knowledge: Knowledge, language: str) -> frozenset[str]:
    words = lexicon(language)
    closed = words.stop_words | words.aspects.keys()
    texts = [text for intent in knowledge.intents.values() for text in intent.utterances.get(language, ())]
    return closed | frozenset(normalise(" ".join(texts)).split())


def _marks(knowledge: Knowledge) -> Mapping[str, str]:
    """Return the mark of each entity that some intent is about: questions about it differ from those about others."""
    return {name: f"@{name}" for intent in knowledge.intents.values() for name in intent.about}


def _sentences(text: str) -> list[str]:
    """Return the sentences of a text; a word by itself belongs to the sentence before it."""
    sentences: list[str] = []
    for part in filter(None, _SENTENCE_END.split(text)):
        if sentences and len(tokens(part)) <= 1:
            sentences[-1] += f" {part}"
        else:
            sentences.append(part)
    return sentences


def _split_at(text: str, language: str) -> Iterator[tuple[str, str]]:
    """Yield each way to part a text at a conjunction, or at a comma between two questions."""
    closed = lexicon(language)
    for conjunction in closed.conjunctions:
        for match in re.finditer(rf"\W+{re.escape(conjunction)}\W+", text, re.IGNORECASE):
            yield text[: match.start()], text[match.end() :]
    for match in re.finditer(r"[,;–—]\s*", text):
        halves = text[: match.start()], text[match.end() :]
        if all(closed.aspects.keys() & set(tokens(half)) for half in halves):
            yield halves
