"""From a text to the requests that it holds, each with what to do about it."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import chain, islice

from bot.core import dialogue, premises
from bot.core.corpus import Corpus, marks, synonyms_of
from bot.core.entities import EntityIndex, Mention, key, mask
from bot.core.fallback import OFFERED, SURE, Decision, Kind, decide
from bot.core.formulas import without_formulas
from bot.core.intents import Matcher, Ranking
from bot.core.language import LanguageDetector
from bot.core.lexicon import lexicon, retyped
from bot.core.models import DialogueState, Fact, Knowledge, Outcome
from bot.core.synonyms import Synonyms
from bot.core.text import RECENT, WORD, mark, normalise, plain, romanise, tokens
from bot.core.timeline import TIMELINE
from bot.core.vocabulary import Vocabulary

REQUESTS = 3
"""How many requests of one message are answered."""
TRIED = 8
"""Sentences of a message, and places to part one at, that are tried: a text made of "and" must not take seconds."""
SAME = 0.9
"""Similarity from which a question of stop words is one of the examples ("who are you?")."""
CERTAIN = 1.0
"""Confidence where no matching was needed: an example as it stands, a follow-up, a bare name."""
LIKELY = 0.5
"""Confidence from which unknown words that look like a name are believed to be one."""
ALONE = 0.9
"""Lead of a first reading in the share of votes from which there is no second one."""
RIVAL = 0.2
"""Share of the first reading's score from which another may be meant in its place."""
CHATTY = 0.6
"""Confidence from which a reading as small talk needs no word of it."""
COURTESY = 3
"""Words of a greeting or of thanks that stand before or after a question."""
BRIEF = 12
"""Words up to which each has to be accounted for: longer questions tell what they are for."""
DOUBTED = 0.2
"""Confidence below which any answer from facts has to account for each word of a question."""
LIKELIER = 0.8
"""The same for a single word without a capital."""
CLEARER = 0.6
"""Share of a whole message's confidence from which its halves are believed to be two requests."""
_SENTENCE_END = re.compile(r"(?<=[.?!:;։՞؟…])\s+|\n+")
_COMMA = re.compile(r"[,;–—]\s*")
_DIGIT = re.compile(r"\d")
_SUM = re.compile(r"\d\s*[+*×÷^=]\s*\d")
"""A sum: with a hyphen, a slash or a colon it may be days or hours."""
_MARK = re.compile(r"@\S+")
_ACRONYM = re.compile(r"\b[^\W\d_a-zа-яёա-ևა-ჰ][^\W_a-zа-яёა-ჰ]+\b")
"""A word in capitals, perhaps with figures ("UN", "MI6"); Georgian has no capitals."""


@dataclass(frozen=True, slots=True)
class Request:
    """One thing that a message asks."""

    text: str
    mentions: tuple[Mention, ...]
    decision: Decision
    chosen: bool = False
    """Whether it is a command or a choice, which mean exactly one thing."""
    partly: bool = False
    """Whether it may ask for more than its answer tells."""


class Understanding:
    """Understands questions by the example utterances of a knowledge folder."""

    def __init__(self, knowledge: Knowledge, matcher: Matcher, corpus: Corpus) -> None:
        self._knowledge = knowledge
        self._matcher = matcher
        self._corpus = corpus
        self._marks = marks(knowledge)
        self._synonyms = dict[str, Synonyms]()
        # Many people ask the same few questions, and the parts of a message are tried in several ways.
        self._judged = lru_cache(maxsize=RECENT)(self._judge)
        self._places = {text: place for place, text in enumerate(corpus.texts)}
        self._asides = frozenset(
            intent.id
            for intent in knowledge.intents.values()
            if intent.outcome in {Outcome.SMALL_TALK, Outcome.OUT_OF_SCOPE}
        )
        """The intents that are no question about the subject: never offered as a reading."""
        self._courtesies = {
            form: intent
            for written, intent in zip(corpus.written, corpus.intents, strict=True)
            if knowledge.intents[intent].outcome is Outcome.SMALL_TALK
            for form in (normalise(written), plain(written))
        }
        spoken = [said.split() for said in self._courtesies]
        self._courteous = frozenset(word for said in spoken for word in said[:1] + said[-1:])
        """The words that one of them begins or ends with."""
        self._kinds = {
            intent.id: frozenset(knowledge.entities[name].kind for name in intent.about)
            for intent in knowledge.intents.values()
        }
        self._vocabulary = Vocabulary(corpus.texts, corpus.intents, corpus.vocabularies, self._asides)
        counts = {intent.aspects.get("number") for intent in knowledge.intents.values()}
        self._plain = frozenset(
            intent.id
            for intent in knowledge.intents.values()
            if intent.outcome is Outcome.ANSWER
            and (intent.slot_required or intent.id in counts or intent.items in intent.facts)
        )
        """The intents whose answer is a list, a number, or whether a name is in a list."""
        self._index = EntityIndex(knowledge.entities, corpus.vocabularies)
        self._detector = LanguageDetector(corpus.vocabularies, self._index.like_any_name)

    def warm(self, language: str) -> None:
        """Make what is else made when a language is first used."""
        self._synonyms_of(language)
        self._vocabulary.words(language)

    def language(self, text: str, likely: Sequence[str]) -> str | None:
        """Return the language of a text, None for one that the knowledge does not have."""
        return self._detector.detect(text, likely)

    def mentions(self, text: str, language: str) -> tuple[Mention, ...]:
        """Return the names in a text; none is a day, a month or a year."""
        found = self._index.find(text, language)
        if not (found and _DIGIT.search(text)):
            return found
        dated = premises.dated_words(text, language)
        return tuple(mention for mention in found if not dated.issuperset(tokens(mention.text)))

    def requests(self, text: str, language: str, state: DialogueState | None) -> tuple[Request, ...]:
        """Return the requests of a message, in order."""
        text = without_formulas(text, language)
        whole = self._without_courtesy(text, language, state) or self.request(text, language, state)
        text = whole.text
        if whole.decision.confidence >= CERTAIN:
            return self._several([whole])
        sentences = _sentences(text)[:TRIED]
        if len(sentences) > 1:
            parts = [self.request(sentence, language, state) for sentence in sentences]
            clear = [part for part in parts if self._matters(part) or part.text.rstrip().endswith("?")]
            if any(map(self._stands_alone, clear)) and self._better(clear, whole):
                return self._several([half for part in clear for half in self._halves(part, language, state)])
        return self._several(self._halves(whole, language, state))

    def _without_courtesy(self, text: str, language: str, state: DialogueState | None) -> Request | None:
        """Return what is asked beside a greeting or thanks, None where there is neither, or nothing beside it."""
        if self._courteous.isdisjoint((said := tokens(text))[:1] + said[-1:]):
            return None
        words = list(WORD.finditer(text))

        def courtesy(start: int, end: int) -> str | None:
            said = normalise(text[words[start].start() : words[end - 1].end()])
            return None if dialogue.aspect(said.split(), language) else self._courtesies.get(said)

        first, last = 0, len(words)
        found = list[str]()
        while end := next((end for end in range(min(first + COURTESY, last), first, -1) if courtesy(first, end)), 0):
            found += filter(None, [courtesy(first, end)])
            first = end
        while end := next((cut for cut in range(max(last - COURTESY, first), last) if courtesy(cut, last)), 0):
            found += filter(None, [courtesy(end, last)])
            last = end
        if not found or last <= first:
            return None
        rest = text[words[first].start() : words[last].start() if last < len(words) else None]
        if not words_that_ask(tokens(rest), language):
            return Request(text, (), Decision(Kind.ANSWER, (found[0],), 1.0))
        request = self.request(rest, language, state)
        asks = request.decision.confidence >= LIKELY and not self._asides.issuperset(request.decision.intents)
        return request if asks or last - first >= COURTESY else None

    def request(self, text: str, language: str, state: DialogueState | None) -> Request:
        """Return a text as one request."""
        mentions = self.mentions(text, language)
        masked = mask(text, mentions, self._marks)
        words = tokens(_MARK.sub(" ", masked))
        leaning = dialogue.follow_up(words, mentions, state, self._knowledge.intents, language)
        if leaning:
            return Request(text, mentions, Decision(Kind.ANSWER, (leaning,), 1.0))
        if not mentions and _DIGIT.search(text) and (then := self._on_a_day(text, words, language)):
            return Request(text, (), Decision(Kind.ANSWER, (then,), CERTAIN))
        ranking, decision = self._judged(masked, language)
        decision = self._settled(self._named(decision, mentions), ranking, text, mentions, language)
        decision = self._beside(Request(text, mentions, decision), words, language)
        if mentions and not words_that_ask(words, language):
            fits = words and decision.kind is Kind.ANSWER and self._fits(decision.intents[0], mentions)
            return Request(text, mentions, decision if fits else self._bare(mentions))
        meant = self._of_the_same(text, words, mentions, decision, state, language)
        asked = [word for word in dialogue.content(words, language) if not word.isdecimal()]
        answers = decision.kind is Kind.ANSWER
        clear = answers and decision.confidence >= SURE and not all(map(str.isdecimal, words))
        vague = not (mentions or asked or clear) and ranking.similarity < SAME
        chatty = self._asides.issuperset(decision.intents) and decision.confidence < CHATTY
        if not meant and vague and (len(set(words)) <= dialogue.SHORT or not answers or chatty):
            reckons = _SUM.search(text) is not None
            nothing = Decision(Kind.OUT_OF_SCOPE) if reckons else Decision(Kind.ABOUT_WHAT, self._knowledge.start)
            return Request(text, mentions, nothing)
        intents, kinds = self._knowledge.intents, self._kinds
        if same := dialogue.same_aspect(words, mentions, decision.intents, state, intents, kinds, language):
            return Request(text, mentions, Decision(Kind.ANSWER, (same,), 1.0))
        meant = meant or self._stranger(text, words, mentions, decision, language)
        request = meant or Request(text, mentions, decision)
        return self._covered(self._meant(request, words, language), words, language)

    def _on_a_day(self, text: str, words: Sequence[str], language: str) -> str | None:
        """Return the intent that is asked for where a text gives a day and asks nothing: it tells what was then.

        Best is the one that tells most of that day and nothing of another. A day that no fact states is put right by
        the timeline.
        """
        dated = premises.dated_words(text, language)
        empty = dated | lexicon(language).fillers
        asked = [word for word in words if word not in empty and not word.isdecimal()]
        if not any(day.day for day in premises.given_dates(text, language)) or words_that_ask(asked, language):
            return None
        intents = [intent for intent in self._knowledge.intents.values() if not intent.slot_required]
        facts = {intent.id: self._facts_of(intent.id) for intent in intents}
        alone = [name for name, mine in facts.items() if premises.only_on(text, mine, language=language)]
        if alone:
            return max(alone, key=lambda name: len(facts[name]))
        then = [name for name, mine in facts.items() if premises.borne_out(text, mine, language=language)]
        then = then or [intent.id for intent in intents if intent.items == TIMELINE]
        return min(then, key=lambda name: len(facts[name]), default=None)

    def _meant(self, request: Request, words: Sequence[str], language: str) -> Request:
        """Return a request; where it is a doubtful reading as small talk that has few of its words, a better one."""
        decision = request.decision
        doubtful = decision.kind is Kind.ANSWER and decision.confidence < CHATTY
        if not doubtful or self._knowledge.intents[decision.intents[0]].outcome is not Outcome.SMALL_TALK:
            return request
        telling = self._telling(request, words, language)
        if not telling or 2 * len(self._strange(request, words, language)) < len(telling):
            return request
        second = decision.runner_up
        if second is None or second in self._asides:
            return replace(request, decision=replace(decision, kind=Kind.OUT_OF_SCOPE, intents=()))
        return replace(request, decision=replace(decision, kind=Kind.NOT_DOCUMENTED, intents=(second,)))

    def _covered(self, request: Request, words: Sequence[str], language: str) -> Request:
        """Return a request; where its answer may pass over a word or a name of it, one that asks back or tells so."""
        decision = request.decision
        if not self._states(decision) or decision.confidence >= CERTAIN or len(words) > BRIEF:
            return request
        if self._of_nobody_known(request.mentions):
            return request
        intent = decision.intents[0]
        plainly = intent in self._plain
        few = self._vocabulary.few(intent)
        elsewhere = self._elsewhere(intent, request.mentions) if plainly else None
        if elsewhere is None:
            strange = self._strange(request, words, language) if plainly or few or decision.confidence < SURE else ()
            if not strange:
                return request
            doubtful = decision.confidence < (LIKELY if few else DOUBTED)
            misleading = doubtful or (plainly and not few and not self._of_somebody(request, strange))
            told = not (few or self._vocabulary.tells(intent))
            told = told or self._denies(intent, request.text, request.mentions, language)
            if told or not misleading:
                return replace(request, partly=True)
        second = (decision.runner_up,) if decision.runner_up and decision.runner_up not in self._asides else ()
        offered = tuple(dict.fromkeys([*(elsewhere or ()), *decision.intents, *second]))[:OFFERED]
        return replace(request, decision=replace(decision, kind=Kind.CLARIFY, intents=offered))

    def _of_somebody(self, request: Request, strange: Collection[str]) -> bool:
        """Return whether a request names whom it asks about: then its answer says something of them alone.

        A strange word may be the other part of a name, which makes it somebody else's.
        """
        asked = self._knowledge.intents[request.decision.intents[0]]
        for mention in request.mentions:
            before = tokens(request.text[: mention.start])[-1:] if "surname" in mention.parts else ()
            after = tokens(request.text[mention.end :])[:1] if "given" in mention.parts else ()
            if asked.slot_required and mention.kind == asked.slot and not set(strange) & {*before, *after}:
                return True
        return False

    def _states(self, decision: Decision) -> bool:
        """Return whether a decision is to state facts."""
        outcomes = {self._knowledge.intents[name].outcome for name in decision.intents}
        return decision.kind is Kind.ANSWER and outcomes == {Outcome.ANSWER}

    def _strange(self, request: Request, words: Sequence[str], language: str) -> tuple[str, ...]:
        """Return the words of a request that the examples of its intent do not account for."""
        telling, intent = self._telling(request, words, language), request.decision.intents[0]
        return self._vocabulary.strange(telling, intent, language, self._synonyms_of(language), _acronyms(request.text))

    def _telling(self, request: Request, words: Sequence[str], language: str) -> list[str]:
        """Return the words of a request that tell what it asks for."""
        acronyms = _acronyms(request.text)
        # A day that is given is held against the facts.
        dated = premises.dated_words(request.text, language)
        asked = dialogue.content(retyped(" ".join(words), language).split(), language)
        return [word for word in asked if (word.isalpha() or word in acronyms) and word not in dated]

    def _elsewhere(self, intent: str, mentions: Sequence[Mention]) -> tuple[str, ...] | None:
        """Return the intents about what a request names beside its subject, None where it names nothing of the kind."""
        asked = self._knowledge.intents[intent]
        connected = {*asked.about, *(name for fact in asked.facts.values() for name in self._corpus.connected[fact])}
        others = [m for m in mentions if m.kind != asked.slot and m.entities and not connected & set(m.entities)]
        present = [name for m in others for name in m.entities if not self._knowledge.entities[name].absent]
        if not present:
            return None
        return tuple(other.id for other in self._knowledge.intents.values() if set(other.about) & set(present))

    def _of_nobody_known(self, mentions: Sequence[Mention]) -> bool:
        """Return whether a request names something, and nothing that the sources mention: its answer says so."""
        return bool(mentions) and all(self._knowledge.entities[name].absent for m in mentions for name in m.entities)

    def _judge(self, masked: str, language: str) -> tuple[Ranking, Decision]:
        """Return the intents that a text may ask for, its names masked, and what to do about them."""
        text = self._synonyms_of(language).marked(tokens(retyped(normalise(masked), language)))
        ranking = self._matcher.rank(text)
        decision = decide(ranking, self._matcher.threshold, self._asides)
        place = self._places.get(text)
        if place is not None:
            intent = self._corpus.intents[place]
            decision = replace(decision, kind=Kind.ANSWER, intents=(intent,), confidence=CERTAIN, nearest=intent)
        nearest = self._places.get(decision.example or "") if place is None else place
        # Who asks why is shown the example as it was written.
        return ranking, replace(decision, example=None if nearest is None else self._corpus.written[nearest])

    def _named(self, decision: Decision, mentions: Sequence[Mention]) -> Decision:
        """Return the reading that is about what a text names, where that settles a doubt.

        Of several close readings it is the only one that is; or it comes second, and takes a person that is named where
        the first has no use for one.
        """
        fitting = [name for name in decision.intents if self._fits(name, mentions)]
        if decision.kind is Kind.CLARIFY and len(fitting) == 1 and len(decision.intents) > 1:
            return self._read_as(decision, fitting[0])
        second = self._knowledge.intents.get(decision.runner_up or "") if decision.margin < ALONE else None
        takes = second is not None and any(mention.kind == second.slot for mention in mentions)
        if decision.kind is Kind.ANSWER and decision.confidence < SURE and takes and not fitting and second:
            return self._read_as(decision, second.id)
        return decision

    def _settled(
        self, decision: Decision, ranking: Ranking, text: str, mentions: Sequence[Mention], language: str
    ) -> Decision:
        """Return the reading whose facts state a number or a day of a text, else a close one whose facts deny it.

        Else, of close readings, it is the one whose answer holds those of the others: the last meeting for its day. A
        clear reading stays, and so does one that is about what a text names.
        """
        asks = decision.kind is Kind.CLARIFY
        doubtful = self._states(decision) and decision.confidence < SURE
        if not asks and (not doubtful or self._fits(decision.intents[0], mentions)):
            return decision
        rivals = (rival for rival in ranking.candidates if rival.score >= RIVAL * ranking.candidates[0].score)
        readings = (rival.label for rival in rivals if rival.label not in self._asides)
        stating = (name for name in readings if premises.borne_out(text, self._facts_of(name), language=language))
        denying = (name for name in decision.intents if asks and self._denies(name, text, mentions, language))
        close = decision.intents if asks and decision.confidence >= self._matcher.threshold else ()
        holding = (name for name in close if self._holds(name, close))
        settled = next(chain(stating, denying, holding), None)
        return self._read_as(decision, settled) if settled else decision

    def _beside(self, request: Request, words: Sequence[str], language: str) -> Decision:
        """Return what to do with a request; the weather in a town of the subject is no question about the subject."""
        decision, mentions = request.decision, request.mentions
        if decision.confidence >= SURE or not self._states(decision) or not self._fits(decision.intents[0], mentions):
            return decision
        _, anywhere = self._judged(mask(request.text, mentions, {}), language)
        intents = self._knowledge.intents
        off = anywhere.kind is Kind.ANSWER and intents[anywhere.intents[0]].outcome is Outcome.OUT_OF_SCOPE
        nearer = off and anywhere.confidence >= decision.confidence and self._strange(request, words, language)
        return anywhere if nearer else decision

    def _holds(self, intent: str, others: Iterable[str]) -> bool:
        """Return whether an intent states all the facts that some intents state, each of which states any."""
        stated = [set(self._knowledge.intents[other].facts.values()) for other in others]
        return all(facts and facts <= set(self._knowledge.intents[intent].facts.values()) for facts in stated)

    def _read_as(self, decision: Decision, intent: str) -> Decision:
        """Return a decision to answer one of its readings."""
        decision = replace(decision, kind=Kind.ANSWER, intents=(intent,))
        if intent == decision.nearest:
            return decision
        example = self._corpus.written[self._corpus.intents.index(intent)]
        return replace(decision, nearest=intent, example=example, runner_up=decision.nearest)

    def _denies(self, intent: str, text: str, mentions: Sequence[Mention], language: str) -> bool:
        """Return whether the facts of an intent deny a number, a day, or a place of no source that a text gives."""
        return premises.denied(
            text,
            [mention for mention in mentions if self._of_nobody_known([mention])],
            self._facts_of(intent),
            language=language,
            entities=self._knowledge.entities,
            sources=self._knowledge.sources,
        )

    def _facts_of(self, intent: str) -> list[Fact]:
        return [self._knowledge.facts[fact] for fact in self._knowledge.intents[intent].facts.values()]

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
        pronouns = lexicon(language).pronouns & set(words)
        if pronouns and not mentions and self._of_stranger(state):
            return Request(text, (), Decision(Kind.ABOUT_WHAT, self._knowledge.start))
        if mentions or entity is None:
            return None
        intent = self._knowledge.intents[decision.intents[0]] if decision.kind is Kind.ANSWER else None
        lacks = intent is not None and intent.slot_required and "people" not in dialogue.aspect(words, language)
        if not pronouns and not lacks:
            return None
        asked = mark(entity.kind)
        spoken = " ".join(asked if word in pronouns else word for word in tokens(text))
        _, meant = self._judged(spoken if pronouns else f"{asked} {text}", language)
        if meant.kind is not Kind.ANSWER or self._knowledge.intents[meant.intents[0]].slot != entity.kind:
            return None
        return Request(text, (Mention(0, 0, entity.names[language], entity.kind, (entity.id,)),), meant)

    def _of_stranger(self, state: DialogueState | None) -> bool:
        """Return whether the last answer was about somebody that no source names."""
        last = state.readings[-1] if state and state.readings else None
        intent = self._knowledge.intents.get(last.intent or "") if last else None
        return bool(last and intent and intent.slot_required and not last.entities)

    def _stranger(
        self, text: str, words: Sequence[str], mentions: tuple[Mention, ...], decision: Decision, language: str
    ) -> Request | None:
        """Return a request about a name that nobody here has, where that makes sense of a text."""
        aside = self._asides.issuperset(decision.intents)
        # A few examples are easily near to a question about somebody.
        few = not aside and self._vocabulary.few(decision.intents[0])
        if decision.kind is Kind.ANSWER and not few and not (aside and decision.confidence < SURE):
            return None
        runs = self._index.strangers(text, mentions, language)
        strangers = [run for run in runs if not self._synonyms_of(language).find(tokens(run.text))]
        if len(strangers) != 1 or len(words) == len(tokens(strangers[0].text)):
            return None
        mentions = tuple(sorted((*mentions, *strangers), key=lambda mention: mention.start))
        masked = mask(text, mentions, self._marks)
        _, meant = self._judged(masked, language)
        intents = [self._knowledge.intents[name] for name in meant.intents]
        likely = LIKELY if self._index.like_a_name(strangers[0].text) else LIKELIER
        wanted = max(likely, decision.confidence) if few else likely
        fits = meant.kind is Kind.ANSWER and intents[0].slot == strangers[0].kind and meant.confidence >= wanted
        plausible = likely is LIKELY or self._index.surname_like(key(strangers[0].text))
        request = Request(text, mentions, meant)
        return request if fits and plausible and not self._passes_over(request, masked, language) else None

    def _passes_over(self, request: Request, masked: str, language: str) -> bool:
        """Return whether a reading by a few examples passes over a word beside the names ("they met in Paris")."""
        intent = request.decision.intents[0]
        words = self._telling(request, tokens(_MARK.sub(" ", masked)), language)
        synonyms = self._synonyms_of(language)
        return self._vocabulary.few(intent) and bool(
            self._vocabulary.strange(words, intent, language, synonyms, strictly=True)
        )

    def _synonyms_of(self, language: str) -> Synonyms:
        """Return the synonyms of a language, made when they are first needed."""
        if language not in self._synonyms:
            self._synonyms[language] = synonyms_of(self._knowledge, language, self._corpus.vocabularies)
        return self._synonyms[language]

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
        connected = self._corpus.connected
        told = tuple(
            i.id for i in intents if any(set(connected[fact]) & set(mention.entities) for fact in i.facts.values())
        )
        if told:
            return Decision(Kind.ABOUT_ENTITY, told, 1.0)
        absent = all(self._knowledge.entities[name].absent for name in mention.entities)
        return Decision(Kind.NOT_MENTIONED if absent else Kind.NOT_DOCUMENTED, self._knowledge.start)

    def _matters(self, sentence: Request) -> bool:
        """Return whether a sentence asks for something by itself, rather than lead up to the one that does."""
        aside = self._asides.issuperset(sentence.decision.intents) and sentence.decision.confidence < LIKELY
        return self._stands_alone(sentence) and not aside

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
        for parts in islice(_split_at(whole.text, language), TRIED):
            if _joins_names(parts, whole):
                continue
            match list(self._clear(parts, whole, language, state)):
                case [left, right] if self._two(left, right, whole):
                    confidence = min(left.decision.confidence, right.decision.confidence)
                    if confidence > clearest:
                        best, clearest = [left, right], confidence
        return best

    def _clear(
        self, parts: Iterable[str], whole: Request, language: str, state: DialogueState | None
    ) -> Iterator[Request]:
        """Yield the parts of a request until one of them is no question by itself: the next need not be read then."""
        if not all(dialogue.content(tokens(part), language) or self.mentions(part, language) for part in parts):
            return
        for part in parts:
            half = self._within(self.request(part, language, state), whole)
            if not (self._stands_alone(half) and self._asks(half, language)):
                return
            yield half

    @staticmethod
    def _within(half: Request, whole: Request) -> Request:
        """Return a half; of several close readings, the one that the whole has too ("… and when did it go online")."""
        decision, likely = half.decision, (*whole.decision.intents[:1], whole.decision.runner_up)
        meant = next((name for name in likely if name in decision.intents), None)
        if decision.kind is not Kind.CLARIFY or meant is None:
            return half
        settled = replace(decision, kind=Kind.ANSWER, intents=(meant,), confidence=whole.decision.confidence)
        return replace(half, decision=settled)

    def _two(self, left: Request, right: Request, whole: Request) -> bool:
        """Return whether two clear halves are two requests rather than one that happens to hold a conjunction."""
        if left.decision.intents == right.decision.intents or left.decision.intents[0] in self._asides:
            return False
        if whole.decision.kind is not Kind.ANSWER:
            return True
        weakest = min(left.decision.confidence, right.decision.confidence)
        return weakest >= CLEARER * whole.decision.confidence

    def _asks(self, request: Request, language: str) -> bool:
        """Return whether a half asks for something: by its own words, or of what its intent is about ("what is X")."""
        words = tokens(_MARK.sub(" ", mask(request.text, request.mentions, {})))
        about = bool(words) and self._fits(request.decision.intents[0], request.mentions)
        return about or bool(dialogue.content(words, language))

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
    for match in _joint(language).finditer(text):
        yield text[: match.start()], text[match.end() :]
    for match in _COMMA.finditer(text):
        halves = text[: match.start()], text[match.end() :]
        if all(dialogue.aspect(tokens(half), language) for half in halves):
            yield halves


def _joins_names(parts: tuple[str, str], whole: Request) -> bool:
    """Return whether a text is parted between two names of a kind, which are one request: "are X and Y brothers?"."""
    left, right = parts
    before = {mention.kind for mention in whole.mentions if mention.end == len(left.rstrip())}
    after = {mention.kind for mention in whole.mentions if mention.start == len(whole.text) - len(right.lstrip())}
    return not before.isdisjoint(after)


@cache
def _joint(language: str) -> re.Pattern[str]:
    """Return what finds the conjunctions of a language, also in Latin letters."""
    forms = {form for word in lexicon(language).conjunctions for form in (word, romanise(word))}
    longest_first = sorted(map(re.escape, forms), key=len, reverse=True)
    return re.compile(rf"\W+(?:{'|'.join(longest_first)})(?=\W)|\s[+&](?=\s)", re.IGNORECASE)


def _acronyms(text: str) -> set[str]:
    """Return the words that a text has in capitals, none where it has no other."""
    return set() if text.isupper() else set(map(normalise, _ACRONYM.findall(text)))
