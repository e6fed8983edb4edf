"""From intents and facts to an answer: blocks of text, citations and suggestions."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache

from babel import Locale
from babel.numbers import format_percent

from bot.core import replies
from bot.core.entities import Mention
from bot.core.models import (
    Action,
    Answer,
    Block,
    Choice,
    Citation,
    DialogueState,
    Evidence,
    Fact,
    Held,
    Intent,
    Items,
    Knowledge,
    Outcome,
    Paragraph,
    Quote,
    Reading,
    Timeline,
    UnknownChoiceError,
)
from bot.core.premises import Contradiction, contradictions, stated_entities
from bot.core.replies import Replies, listed
from bot.core.text import one_line
from bot.core.timeline import TIMELINE, timeline
from bot.core.understanding import Request

SUGGESTIONS = 4
"""Next questions to offer under an answer."""
KEPT = 1024
"""What is the same in every answer and kept: the texts of intents, reminders, and lines of sources."""
LONGEST_COMMAND = 32
"""Characters of a command on the platforms."""
LONGEST_NAME = 60
"""Characters of a name that a reply repeats; what is longer is hardly one."""
_NAME = re.compile(r"(?:[^\W_]|[ .,’'ʼ`´՛՞՜\-–—()«»“”„\"\u0300-\u036f](?![^\W_]+\.[^\W_]))+")
ABOUT_LAST = frozenset({"passages", "reasons"})
"""The lists of intents that are about the last answer."""
_OWN_NAMES = {"az": "azərbaycanca"}
"""Of this one CLDR has the stem only, which is no name of a language by itself."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command of the bot's menu."""

    name: str
    description: str


@dataclass(frozen=True, slots=True)
class Occasion:
    """What an answer depends on beside the request."""

    language: str
    now: datetime
    state: DialogueState | None
    chosen: str | None = None
    """The language that the person asks for with this request."""


@dataclass(frozen=True, slots=True)
class Part:
    """The answer to one request."""

    outcome: Outcome
    blocks: tuple[Block, ...]
    reading: Reading
    suggestions: tuple[Choice, ...] = ()
    action: Action | None = None
    asks: bool = False
    """Whether it asks for its own intent to be chosen, to be sure."""
    picture: Timeline | None = None


class Composer:
    """Composes the part of an answer that each request gets, and joins them."""

    def __init__(self, knowledge: Knowledge, connected: Mapping[str, Collection[str]]) -> None:
        """Take a knowledge folder, and by fact the entities that it is about, states, or names in its evidence."""
        self._knowledge = knowledge
        self._connected = connected
        common = {
            language: {"bot": knowledge.called(language), "as_of": replies.day(knowledge.as_of, language)}
            for language in knowledge.languages
        }
        self._replies = Replies(knowledge.replies, knowledge.entities, common)
        self._told = lru_cache(maxsize=KEPT)(self._tell)
        self._reminder = lru_cache(maxsize=KEPT)(self._remind)
        self._source_line = lru_cache(maxsize=KEPT)(self._line_of_sources)
        self._cited = {
            fact.id: tuple(Citation(fact.id, passage.source, passage.quote) for passage in fact.evidence)
            for fact in knowledge.facts.values()
        }

    def say(self, message: str, language: str, /, **arguments: object) -> str:
        """Return one of the bot's own messages as plain text."""
        return self._replies.say(message, language, None, **arguments)

    def name(self, entity: str, language: str) -> str:
        """Return what an entity is called in a language."""
        return self._replies.name(entity, language)

    def called(self, mention: Mention, language: str) -> str:
        """Return what to call something that a question names: by its name, or as it was written if it has none here.

        What was written is repeated only where it looks like a name: a reply carries nobody's links or slogans.
        """
        if mention.entities:
            return self.name(mention.entities[0], language)
        written = one_line(mention.text)
        if len(written) > LONGEST_NAME or not _NAME.fullmatch(written):
            return self.say("that-name", language)
        # Without its capital it is no word of the reply; Georgian has none to miss.
        first = written[:1]
        return written if first == first.title() else self.say("as-written", language, given=written)

    def commands(self, language: str) -> tuple[Command, ...]:
        """Return the commands, each with what it asks in a language."""
        intents = [self._knowledge.intents[name] for name in self._knowledge.menu]
        return tuple(Command(intent.command or intent.id, intent.titles[language]) for intent in intents)

    # --- parts without a fact ------------------------------------------------------------------

    def message(self, message: str, outcome: Outcome, language: str, /, **arguments: object) -> Part:
        """Return one of the bot's own messages, with where to begin."""
        blocks = self._replies.paragraphs(message, language, None, **arguments)
        return Part(outcome, blocks, Reading(None), suggestions=self._choices(self._knowledge.start, language))

    def unknown_command(self, command: str, language: str) -> Part:
        """Return that there is no such command, and the ones that there are."""
        named = "".join(filter(str.isalnum, command))[:LONGEST_COMMAND]
        part = self.message("unknown-command", Outcome.CLARIFY, language, command=f"/{named}")
        return replace(part, blocks=(*part.blocks, self._menu(language)))

    def offer(self, message: str, outcome: Outcome, request: Request, language: str, /, **arguments: object) -> Part:
        """Return a message with intents to choose from, or with where to begin."""
        offered = request.decision.intents or self._knowledge.start
        blocks = self._replies.paragraphs(message, language, None, **arguments)
        # Intents on offer are not what the question was understood as.
        reading = replace(_reading(request), intent=None)
        return Part(outcome, blocks, reading, suggestions=self._offered(offered, request, language))

    def _offered(self, intents: Sequence[str], request: Request, language: str) -> tuple[Choice, ...]:
        """Return intents to choose from; one that needs an entity, for each that the request names."""
        choices = dict[Choice, None]()
        for name in intents[:SUGGESTIONS]:
            intent = self._knowledge.intents[name]
            named = [m.entities[0] for m in request.mentions if m.kind == intent.slot and len(m.entities) == 1]
            if intent.slot_required and named:
                choices |= {self._choice_of(intent, entity, language): None for entity in named}
            else:
                choices |= dict.fromkeys(self._choices([name], language))
        return tuple(choices)

    # --- parts from an intent ------------------------------------------------------------------

    def answer(self, intent: Intent, request: Request, occasion: Occasion) -> list[Part]:
        """Return what an intent says: one part for each entity that its slot takes."""
        if intent.action:
            return [self._acting(intent, intent.action, request, occasion.language)]
        if intent.items in ABOUT_LAST:
            return [self._about_last(intent, request, occasion)]
        if intent.items == "languages":
            return [self._languages(intent, request, occasion.language)]
        slotted = [mention for mention in request.mentions if intent.slot and mention.kind == intent.slot]
        if slotted:
            return [self._about(intent, request, mention, occasion) for mention in slotted]
        if intent.slot_required:
            return [self._which(intent, request, occasion.language)]
        taken = [self._knowledge.intents[name] for name in intent.premises]
        wrong = [other for other in taken if self._contradicted(other, request, occasion.language)]
        return [self._stated(each, request, occasion) for each in (*wrong, intent)]

    def _contradicted(self, intent: Intent, request: Request, language: str) -> bool:
        """Return whether a question takes a number or a day for granted against the facts of an intent."""
        facts = self._facts(intent)
        return bool(
            contradictions(
                request.text,
                (),
                facts,
                language=language,
                entities=self._knowledge.entities,
                connected=(),
                known=facts,
                called=str,
                sources=self._knowledge.sources,
            )
        )

    def _about(self, intent: Intent, request: Request, mention: Mention, occasion: Occasion) -> Part:
        """Return what an intent says about one entity, or why it cannot."""
        if len(mention.entities) > 1:
            if intent.outcome is Outcome.NOT_DOCUMENTED:
                return self._of_all(intent, mention, request, occasion)
            return self._which_of(intent, mention, request, occasion.language)
        entity = self._knowledge.entities[mention.entities[0]] if mention.entities else None
        name = self.called(mention, occasion.language)
        listed_entities = {listed_one for fact in self._facts(intent) for listed_one in stated_entities(fact)}
        if listed_entities and (entity is None or entity.id not in listed_entities):
            if self._has(intent, "unknown", occasion.language):
                return self._gap(intent, request, occasion.language, "unknown", {intent.slot or "": name})
            # "Is Ann the treasurer?": she is corrected like any other name, by who is.
            return self._stated(intent, request, occasion)
        if entity is None or entity.absent:
            part = self._gap(intent, request, occasion.language, None, {})
            given = self._replies.paragraphs("not-mentioned", occasion.language, None, given=name)
            return replace(part, blocks=given)
        return self._stated(intent, request, occasion, entity.id)

    def _stated(self, intent: Intent, request: Request, occasion: Occasion, entity: str | None = None) -> Part:
        """Return what an intent says, after what it has to correct in the question."""
        language, facts = occasion.language, self._facts(intent)
        if strange := self._strange(intent, request, facts, language):
            return self._not_mentioned(intent, request, strange, language)
        aside = intent.outcome in {Outcome.SMALL_TALK, Outcome.OUT_OF_SCOPE}
        blocks: tuple[Block, ...] = (
            *(() if aside else self._corrections(intent, request, facts, language, entity)),
            *self._told(intent.id, entity, language),
            *self._passed(facts, occasion),
            *(self._replies.paragraphs("not-all", language) if request.partly else ()),
        )
        reading = replace(_reading(request, intent, entity), facts=tuple(fact.id for fact in facts))
        picture = self._timeline(intent, language) if intent.items == TIMELINE else None
        return Part(intent.outcome, blocks, reading, self._choices(intent.suggests, language), picture=picture)

    def _tell(self, name: str, entity: str | None, language: str) -> tuple[Block, ...]:
        """Return what an intent says to everybody, of an entity perhaps; what is told of one alone is no list."""
        intent = self._knowledge.intents[name]
        attribute = intent.slot if entity and self._has(intent, intent.slot, language) else None
        arguments = self._arguments(intent, entity, language)
        first, *others = self._replies.paragraphs(intent.reply, language, attribute, **arguments)
        items = () if attribute else self._items(intent, language)
        return (first, *items, *others)

    def _strange(self, intent: Intent, request: Request, facts: Sequence[Fact], language: str) -> list[str]:
        """Return the names in a question that no source has, and that no fact of the answer stands in place of.

        "The Paris meeting" is corrected by the meeting's place; what the group thinks of a town is not told at all.
        """
        kinds = {self._knowledge.entities[name].kind for fact in facts for name in stated_entities(fact)}
        others = [mention for mention in request.mentions if mention.kind not in {intent.slot, *kinds}]
        absent = [mention for mention in others if all(self._knowledge.entities[n].absent for n in mention.entities)]
        if intent.outcome not in {Outcome.ANSWER, Outcome.NOT_DOCUMENTED}:
            return []
        return [self.called(mention, language) for mention in absent]

    def _not_mentioned(self, intent: Intent, request: Request, names: Sequence[str], language: str) -> Part:
        """Return that no source has some names, and what is told nearest."""
        blocks = self._replies.paragraphs("not-mentioned", language, None, given=listed(names, language))
        nearest = (intent.id, *intent.suggests) if intent.outcome is Outcome.ANSWER else intent.suggests
        return Part(Outcome.NOT_DOCUMENTED, blocks, _reading(request), self._choices(nearest, language))

    def _arguments(self, intent: Intent, entity: str | None, language: str) -> dict[str, object]:
        values: dict[str, object] = {}
        for variable, fact in intent.facts.items():
            values |= self._replies.arguments(variable, self._knowledge.facts[fact], language)
        if entity and intent.slot:
            written = self._knowledge.entities[entity].names.get(self._original(intent), self.name(entity, language))
            values |= {intent.slot: self.name(entity, language), f"{intent.slot}-written": written}
        return values

    def _original(self, intent: Intent) -> str:
        """Return the language of the source that an intent's facts stand on first."""
        passages = (passage for fact in self._facts(intent) for passage in fact.evidence)
        return next((self._knowledge.sources[passage.source].language for passage in passages), "")

    def _gap(
        self, intent: Intent, request: Request, language: str, attribute: str | None, arguments: Mapping[str, object]
    ) -> Part:
        """Return that the sources do not have what an intent would say."""
        blocks = self._replies.paragraphs(intent.reply, language, attribute, **arguments) if attribute else ()
        choices = self._choices(intent.suggests, language)
        return Part(Outcome.NOT_DOCUMENTED, blocks, _reading(request, intent), suggestions=choices)

    def _which(self, intent: Intent, request: Request, language: str) -> Part:
        """Return the question for what a required slot lacks, with all that it may be."""
        entities = [entity for fact in self._facts(intent) for entity in stated_entities(fact)]
        choices = tuple(self._choice_of(intent, entity, language) for entity in entities)
        blocks = self._replies.paragraphs(intent.reply, language, "which")
        return Part(Outcome.CLARIFY, blocks, _reading(request, intent), suggestions=choices)

    def _which_of(self, intent: Intent, mention: Mention, request: Request, language: str) -> Part:
        """Return the question for which of the entities of one name is meant."""
        choices = tuple(self._choice_of(intent, entity, language) for entity in mention.entities)
        names = listed([choice.text for choice in choices], language)
        blocks = self._replies.paragraphs("clarify-entity", language, None, names=names)
        return Part(Outcome.CLARIFY, blocks, _reading(request, intent), suggestions=choices)

    def _of_all(self, intent: Intent, mention: Mention, request: Request, occasion: Occasion) -> Part:
        """Return what the sources do not say of any of the entities of one name: there is nothing to choose."""
        others = tuple(other for other in request.mentions if other.kind != intent.slot)
        part = self._stated(intent, replace(request, mentions=others), occasion)
        names = listed([self.name(entity, occasion.language) for entity in mention.entities], occasion.language)
        named = self._replies.paragraphs("several-named", occasion.language, None, names=names)
        return replace(part, blocks=(*named, *part.blocks))

    def _languages(self, intent: Intent, request: Request, language: str) -> Part:
        """Return the languages, each by its own name, to choose one."""
        blocks = self._replies.paragraphs(intent.reply, language)
        names = [name[0].title() + name[1:] for name in language_names(self._knowledge.languages)]
        choices = [Choice(name, intent.id, code) for name, code in zip(names, self._knowledge.languages, strict=True)]
        return Part(intent.outcome, (*blocks, Items(tuple(names))), _reading(request, intent), tuple(choices))

    def _about_last(self, intent: Intent, request: Request, occasion: Occasion) -> Part:
        """Return the passages of the last answer, or why it was given."""
        language, readings = occasion.language, occasion.state.readings if occasion.state else ()
        explain = intent.items == "reasons"
        blocks = self.reasons(readings, language) if explain else self.passages(readings, language)
        text = self._replies.paragraphs(intent.reply, language, None if blocks else "none")
        facts = tuple(fact.id for fact in self._stood_on(readings))
        # The passages are quoted in full: they need no citation beside them where they are no answer of their own.
        outcome = Outcome.ANSWER if facts else intent.outcome
        reading = replace(_reading(request, intent), facts=facts)
        return Part(outcome, (*text, *blocks), reading, self._choices(intent.suggests, language))

    def _items(self, intent: Intent, language: str) -> tuple[Block, ...]:
        """Return the list that belongs to an intent's reply."""
        match intent.items:
            case None:
                return ()
            case "commands":
                return (self._menu(language),)
            case "languages":
                return (Items(language_names(self._knowledge.languages)),)
            case "sources":
                return (Items(tuple(self._source(name, language) for name in self._knowledge.sources)),)
            case "timeline":
                return (Items(tuple(event.text for event in self._timeline(intent, language).events)),)
            case variable:
                entities = stated_entities(self._knowledge.facts[intent.facts[variable]])
                return (Items(tuple(self.name(entity, language) for entity in entities)),)

    def _timeline(self, intent: Intent, language: str) -> Timeline:
        stated = {variable: self._knowledge.facts[name] for variable, name in intent.facts.items()}
        return timeline(intent.reply, stated, self._replies, self._arguments(intent, None, language), language)

    def _menu(self, language: str) -> Items:
        return Items(tuple(f"/{command.name} – {command.description}" for command in self.commands(language)))

    def _corrections(
        self, intent: Intent, request: Request, facts: Sequence[Fact], language: str, entity: str | None
    ) -> tuple[Paragraph, ...]:
        """Return a paragraph for each kind of thing that the question takes for granted against the facts.

        Where the answer is about one `entity`, the others of its kind have answers of their own.
        """
        found = contradictions(
            request.text,
            [mention for mention in request.mentions if entity is None or mention.kind != intent.slot],
            facts,
            language=language,
            entities=self._knowledge.entities,
            connected={*intent.about, *(name for fact in facts for name in self._connected[fact.id])},
            known=self._knowledge.facts.values(),
            called=lambda mention: self.called(mention, language),
            sources=self._knowledge.sources,
        )
        messages = dict.fromkeys(contradiction.message for contradiction in found)
        return tuple(self._correction(message, found, language) for message in messages)

    def _correction(self, message: str, found: Collection[Contradiction], language: str) -> Paragraph:
        given = [contradiction.given for contradiction in found if contradiction.message == message]
        return self._replies.paragraphs(message, language, None, given=listed(given, language))[0]

    def _passed(self, facts: Sequence[Fact], occasion: Occasion) -> tuple[Paragraph, ...]:
        """Return the reminder that a date has passed on the day of the answer."""
        ends = {fact.end for fact in facts if fact.end is not None and fact.end < occasion.now.date()}
        return tuple(paragraph for end in sorted(ends) for paragraph in self._reminder(end, occasion.language))

    def _remind(self, end: date, language: str) -> tuple[Paragraph, ...]:
        return self._replies.paragraphs("term-passed", language, None, end=replies.day(end, language))

    def _facts(self, intent: Intent) -> list[Fact]:
        return [self._knowledge.facts[name] for name in dict.fromkeys(intent.facts.values())]

    def _has(self, intent: Intent, attribute: str | None, language: str) -> bool:
        return attribute is not None and self._replies.has(intent.reply, attribute, language)

    def _choices(self, intents: Sequence[str], language: str) -> tuple[Choice, ...]:
        known = [self._knowledge.intents[name] for name in intents]
        return tuple(Choice(intent.titles[language], intent.id) for intent in known[:SUGGESTIONS])

    def _choice_of(self, intent: Intent, entity: str, language: str) -> Choice:
        return Choice(self.name(entity, language), intent.id, entity)

    # --- the conversation itself ---------------------------------------------------------------

    def _acting(self, intent: Intent, action: Action, request: Request, language: str) -> Part:
        """Return what an intent says that something has to be done for.

        What cannot be undone is done for a command or a choice alone: a text may mean something else.
        """
        doubtful = action is Action.FORGET and not request.chosen
        attribute = "done" if action is Action.FORGET and not doubtful else None
        blocks = self._replies.paragraphs(intent.reply, language, attribute)
        choices = self._choices((intent.id,) if doubtful else intent.suggests, language)
        reading = _reading(request, intent)
        return Part(intent.outcome, blocks, reading, choices, None if doubtful else action, asks=doubtful)

    def held(self, held: Held, language: str) -> tuple[Block, ...]:
        """Return what is held of a conversation, nothing where nothing is."""
        state, counts = held.state, {"held-exchanges": held.exchanges, "held-questions": held.questions}
        counts |= {"held-given-up": held.given_up}
        spoken = state and (state.chosen or state.language)
        told = [
            self.say("held-language", language, language=name) for name in language_names([spoken] if spoken else [])
        ]
        if title := self._title(state.intent if state else None, language):
            told.append(self.say("held-topic", language, title=title))
        told += [self.say(message, language, count=count) for message, count in counts.items() if count]
        first, *others = self._replies.paragraphs("held", language)
        return (first, Items(tuple(told)), *others) if told else ()

    def kept(self, conversation_days: int, question_days: int, language: str) -> tuple[Block, ...]:
        """Return for how many days a conversation and questions are kept."""
        say = self._replies.paragraphs
        questions = say("kept-questions", language, days=question_days) if question_days else ()
        return (
            *say("kept-conversation", language, days=conversation_days),
            *(questions or say("kept-no-questions", language)),
        )

    # --- why, and where it stands --------------------------------------------------------------

    def passages(self, readings: Iterable[Reading], language: str) -> tuple[Block, ...]:
        """Return the exact words of the sources that an answer stands on, none where it stands on nothing."""
        return self._quotes(self._stood_on(readings), language)

    def reasons(self, readings: Iterable[Reading], language: str) -> tuple[Block, ...]:
        """Return in plain words how a question was understood and what the answer stands on."""
        return tuple(block for reading in readings for block in self._reasons(reading, language))

    def _reasons(self, reading: Reading, language: str) -> Iterator[Block]:
        title = self._title(reading.intent or reading.nearest, language)
        if reading.intent and reading.nearest is None:
            message = "why-certain"
        elif reading.intent:
            message = "why-read"
        else:
            message = "why-unread" if title else "why-nothing"
        yield from self._replies.paragraphs(message, language, None, title=title, example=reading.example or "")
        if names := [self.name(entity, language) for entity in reading.entities]:
            yield from self._replies.paragraphs("why-names", language, None, names=listed(names, language))
        if reading.nearest:
            percent = format_percent(round(reading.confidence, 2), locale=replies.locale_of(language))
            yield from self._replies.paragraphs("why-sure", language, None, percent=percent)
        if second := self._title(reading.runner_up, language):
            yield from self._replies.paragraphs("why-second", language, None, title=second)
        if facts := self._stood_on([reading]):
            yield from self._replies.paragraphs("why-facts", language)
            yield Items(tuple(fact.id for fact in facts))
            yield from self._quotes(facts, language)

    def _title(self, intent: str | None, language: str) -> str:
        found = self._knowledge.intents.get(intent or "")
        return found.titles[language] if found else ""

    def _stood_on(self, readings: Iterable[Reading]) -> list[Fact]:
        """Return the facts of some readings that the knowledge (still) has."""
        names = dict.fromkeys(name for reading in readings for name in reading.facts)
        return [self._knowledge.facts[name] for name in names if name in self._knowledge.facts]

    # --- sources and the whole -----------------------------------------------------------------

    def alone(self, blocks: tuple[Block, ...], language: str) -> Answer:
        """Return an answer of blocks alone; raise UnknownChoiceError where there is none."""
        if not blocks:
            raise UnknownChoiceError.of("")
        return self.join([Part(Outcome.ANSWER, blocks, Reading(None))], language)

    def join(self, parts: Sequence[Part], language: str) -> Answer:
        """Return the answer to a whole message; it is an answer if any part is one."""
        outcomes = [part.outcome for part in parts]
        citations = [(part, citation) for part in parts for citation in self._citations(part)]
        # Under passages in full their source is named already.
        sources = dict.fromkeys(citation.source for part, citation in citations if not _quotes_in_full(part))
        answered = {part.reading.intent for part in parts if not part.asks}
        suggestions = dict.fromkeys(choice for part in parts for choice in part.suggestions)
        fresh = tuple(choice for choice in suggestions if choice.entity or choice.intent not in answered)
        return Answer(
            outcome=Outcome.ANSWER if Outcome.ANSWER in outcomes else outcomes[0],
            language=language,
            blocks=tuple(dict.fromkeys(block for part in parts for block in part.blocks)),
            citations=tuple(dict.fromkeys(citation for _, citation in citations)),
            source_line=self._source_line(tuple(sources), language),
            suggestions=fresh if len(parts) == 1 else fresh[:SUGGESTIONS],
            readings=tuple(part.reading for part in parts),
            version=self._knowledge.version,
            picture=next((part.picture for part in parts if part.picture), None),
        )

    def _citations(self, part: Part) -> list[Citation]:
        facts = part.reading.facts if part.outcome is Outcome.ANSWER else ()
        return [citation for name in facts for citation in self._cited.get(name, ())]

    def _line_of_sources(self, names: tuple[str, ...], language: str) -> str | None:
        sources = listed([self._source(name, language) for name in names], language)
        return self.say("source-line", language, sources=sources) if names else None

    def _source(self, name: str, language: str) -> str:
        source = self._knowledge.sources[name]
        publisher, day = self.name(source.publisher, language), replies.day(source.published, language)
        return self.say("source-item", language, publisher=publisher, day=day)

    def _quotes(self, facts: Sequence[Fact], language: str) -> tuple[Block, ...]:
        """Return the passages of facts in the order of each source, the source under its own."""
        passages = _widest(passage for fact in facts for passage in fact.evidence)
        blocks: list[Block] = []
        for name in dict.fromkeys(passage.source for passage in passages):
            original = self._knowledge.sources[name].language
            blocks += [Quote(passage.quote, original) for passage in passages if passage.source == name]
            blocks.append(Paragraph(self._quote_source(name, language)))
        return tuple(blocks)

    def _quote_source(self, name: str, language: str) -> str:
        source = self._knowledge.sources[name]
        return self.say(
            "quote-source",
            language,
            publisher=self.name(source.publisher, language),
            day=replies.day(source.published, language),
            title=source.title,
            language=Locale.parse(source.language).get_display_name(language),
        )


def language_names(languages: Iterable[str]) -> tuple[str, ...]:
    """Return what each language calls itself."""
    return tuple(
        _OWN_NAMES.get(language) or Locale.parse(language).get_display_name(language) or language
        for language in languages
    )


def _reading(request: Request, intent: Intent | None = None, entity: str | None = None) -> Reading:
    decision = request.decision
    named = tuple(name for mention in request.mentions for name in mention.entities)
    return Reading(
        intent.id if intent else None,
        (entity,) if entity else named,
        decision.confidence,
        decision.nearest,
        decision.example,
        decision.runner_up,
        decision.margin,
    )


def _quotes_in_full(part: Part) -> bool:
    return any(isinstance(block, Quote) for block in part.blocks)


def _widest(passages: Iterable[Evidence]) -> list[Evidence]:
    """Return passages in the order of their sources, without one that stands within another."""
    widest: list[Evidence] = []
    for passage in sorted(set(passages), key=lambda passage: (passage.source, passage.start, -passage.end)):
        last = widest[-1] if widest else None
        if last is None or last.source != passage.source or last.end < passage.end:
            widest.append(passage)
    return widest
