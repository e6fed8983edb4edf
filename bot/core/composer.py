"""From intents and facts to an answer: blocks of text, citations and suggestions."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from babel import Locale

from bot.core import replies
from bot.core.entities import EntityIndex, Mention
from bot.core.models import (
    Answer,
    Block,
    Choice,
    Citation,
    DialogueState,
    EntitiesValue,
    Evidence,
    Fact,
    Intent,
    Items,
    Knowledge,
    Outcome,
    Paragraph,
    Quote,
    Reading,
)
from bot.core.premises import Contradiction, contradictions
from bot.core.replies import Replies, listed
from bot.core.understanding import Request

SUGGESTIONS = 4
"""Next questions to offer under an answer."""


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


@dataclass(frozen=True, slots=True)
class Part:
    """The answer to one request."""

    outcome: Outcome
    blocks: tuple[Block, ...]
    reading: Reading
    facts: tuple[str, ...] = ()
    suggestions: tuple[Choice, ...] = ()


class Composer:
    """Composes the part of an answer that each request gets, and joins them."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        common = {
            language: {"bot": knowledge.name, "as_of": replies.day(knowledge.as_of, language)}
            for language in knowledge.languages
        }
        self._replies = Replies(knowledge.replies, knowledge.entities, common)

    def say(self, message: str, language: str, /, **arguments: object) -> str:
        """Return one of the bot's own messages as plain text."""
        return self._replies.say(message, language, None, **arguments)

    def name(self, entity: str, language: str) -> str:
        """Return what an entity is called in a language."""
        return self._replies.name(entity, language)

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
        part = self.message("unknown-command", Outcome.CLARIFY, language, command=command)
        return replace(part, blocks=(*part.blocks, self._menu(language)))

    def offer(self, message: str, outcome: Outcome, request: Request, language: str, /, **arguments: object) -> Part:
        """Return a message with intents to choose from, or with where to begin."""
        offered = request.decision.intents or self._knowledge.start
        blocks = self._replies.paragraphs(message, language, None, **arguments)
        # Intents on offer are not what the question was understood as.
        reading = replace(_reading(request), intent=None)
        return Part(outcome, blocks, reading, suggestions=self._choices(offered, language))

    # --- parts from an intent ------------------------------------------------------------------

    def answer(self, intent: Intent, request: Request, occasion: Occasion) -> list[Part]:
        """Return what an intent says: one part for each entity that its slot takes."""
        if intent.items == "passages":
            return [self._last_passages(intent, request, occasion)]
        slotted = [mention for mention in request.mentions if intent.slot and mention.kind == intent.slot]
        if slotted:
            return [self._about(intent, request, mention, occasion) for mention in slotted]
        if intent.slot_required:
            return [self._which(intent, request, occasion.language)]
        return [self._stated(intent, request, occasion)]

    def _about(self, intent: Intent, request: Request, mention: Mention, occasion: Occasion) -> Part:
        """Return what an intent says about one entity, or why it cannot."""
        if len(mention.entities) > 1:
            return self._which_of(intent, mention, request, occasion.language)
        entity = self._knowledge.entities[mention.entities[0]] if mention.entities else None
        name = mention.text if entity is None else self.name(entity.id, occasion.language)
        listed_entities = {listed_one for fact in self._facts(intent) for listed_one in _entities_of(fact)}
        if listed_entities and (entity is None or entity.id not in listed_entities):
            return self._gap(intent, request, occasion.language, "unknown", {intent.slot or "": name})
        if entity is None or entity.absent:
            part = self._gap(intent, request, occasion.language, None, {})
            given = self._replies.paragraphs("not-mentioned", occasion.language, None, given=name)
            return replace(part, blocks=given)
        return self._stated(intent, request, occasion, entity.id)

    def _stated(self, intent: Intent, request: Request, occasion: Occasion, entity: str | None = None) -> Part:
        """Return what an intent says, after what it has to correct in the question."""
        language, facts = occasion.language, self._facts(intent)
        attribute = intent.slot if entity and self._has(intent, intent.slot, language) else None
        text = self._replies.paragraphs(intent.reply, language, attribute, **self._arguments(intent, entity, language))
        blocks: tuple[Block, ...] = (
            *self._corrections(intent, request, facts, language),
            text[0],
            *self._items(intent, language),
            *text[1:],
            *self._passed(facts, occasion),
        )
        return Part(
            intent.outcome,
            blocks,
            _reading(request, intent, entity),
            tuple(fact.id for fact in facts),
            self._choices(intent.suggests, language),
        )

    def _arguments(self, intent: Intent, entity: str | None, language: str) -> dict[str, object]:
        facts = self._knowledge.facts
        values: dict[str, object] = {
            variable: self._replies.value(facts[fact], language) for variable, fact in intent.facts.items()
        }
        return values | ({intent.slot: self.name(entity, language)} if entity and intent.slot else {})

    def _gap(
        self, intent: Intent, request: Request, language: str, attribute: str | None, arguments: Mapping[str, object]
    ) -> Part:
        """Return that the sources do not have what an intent would say."""
        blocks = self._replies.paragraphs(intent.reply, language, attribute, **arguments) if attribute else ()
        choices = self._choices(intent.suggests, language)
        return Part(Outcome.NOT_DOCUMENTED, blocks, _reading(request, intent), suggestions=choices)

    def _which(self, intent: Intent, request: Request, language: str) -> Part:
        """Return the question for what a required slot lacks, with all that it may be."""
        entities = [entity for fact in self._facts(intent) for entity in _entities_of(fact)]
        choices = tuple(self._choice_of(intent, entity, language) for entity in entities)
        blocks = self._replies.paragraphs(intent.reply, language, "which")
        return Part(Outcome.CLARIFY, blocks, _reading(request, intent), suggestions=choices)

    def _which_of(self, intent: Intent, mention: Mention, request: Request, language: str) -> Part:
        """Return the question for which of the entities of one name is meant."""
        choices = tuple(self._choice_of(intent, entity, language) for entity in mention.entities)
        names = listed([choice.text for choice in choices], language)
        blocks = self._replies.paragraphs("clarify-entity", language, None, names=names)
        return Part(Outcome.CLARIFY, blocks, _reading(request, intent), suggestions=choices)

    def _last_passages(self, intent: Intent, request: Request, occasion: Occasion) -> Part:
        """Return the passages of the answer before, in answer to "where does it say so?"."""
        known = self._knowledge.facts
        facts = [known[name] for name in (occasion.state.facts if occasion.state else ()) if name in known]
        choices = self._choices(intent.suggests, occasion.language)
        text = self._replies.paragraphs(intent.reply, occasion.language, None if facts else "none")
        if not facts:
            return Part(intent.outcome, text, _reading(request, intent), suggestions=choices)
        quotes = self._quotes(facts, occasion.language)
        names = tuple(fact.id for fact in facts)
        return Part(Outcome.ANSWER, (*text, *quotes), _reading(request, intent), names, choices)

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
            case variable:
                entities = _entities_of(self._knowledge.facts[intent.facts[variable]])
                return (Items(tuple(self.name(entity, language) for entity in entities)),)

    def _menu(self, language: str) -> Items:
        return Items(tuple(f"/{command.name} – {command.description}" for command in self.commands(language)))

    def _corrections(
        self, intent: Intent, request: Request, facts: Sequence[Fact], language: str
    ) -> tuple[Paragraph, ...]:
        """Return a paragraph for each kind of thing that the question takes for granted against the facts."""
        found = contradictions(
            request.text,
            [mention for mention in request.mentions if mention.kind != intent.slot],
            facts,
            language=language,
            entities=self._knowledge.entities,
            connected={*intent.about, *(name for fact in facts for name in self._connected[fact.id])},
            known=self._knowledge.facts.values(),
        )
        messages = dict.fromkeys(contradiction.message for contradiction in found)
        return tuple(self._correction(message, found, language) for message in messages)

    def _correction(self, message: str, found: Collection[Contradiction], language: str) -> Paragraph:
        given = [contradiction.given for contradiction in found if contradiction.message == message]
        return self._replies.paragraphs(message, language, None, given=listed(given, language))[0]

    def _passed(self, facts: Sequence[Fact], occasion: Occasion) -> tuple[Paragraph, ...]:
        """Return the reminder that a date has passed on the day of the answer."""
        ends = {fact.end for fact in facts if fact.end is not None and fact.end < occasion.now.date()}
        days = [replies.day(end, occasion.language) for end in sorted(ends)]
        return tuple(
            paragraph
            for day in days
            for paragraph in self._replies.paragraphs("term-passed", occasion.language, None, end=day)
        )

    @cached_property
    def _connected(self) -> Mapping[str, frozenset[str]]:
        """The entities that each fact is about, states, or names in its evidence."""
        index = EntityIndex(self._knowledge.entities, frozenset())
        entities = self._knowledge.entities.values()
        # What the bot is about stands behind every fact.
        main = {entity.id for entity in entities if self._knowledge.name in entity.names.values()}
        return {fact.id: frozenset(main | _all_entities(fact, index)) for fact in self._knowledge.facts.values()}

    def _facts(self, intent: Intent) -> list[Fact]:
        return [self._knowledge.facts[name] for name in dict.fromkeys(intent.facts.values())]

    def _has(self, intent: Intent, attribute: str | None, language: str) -> bool:
        return attribute is not None and self._replies.has(intent.reply, attribute, language)

    def _choices(self, intents: Sequence[str], language: str) -> tuple[Choice, ...]:
        known = [self._knowledge.intents[name] for name in intents]
        return tuple(Choice(intent.titles[language], intent.id) for intent in known[:SUGGESTIONS])

    def _choice_of(self, intent: Intent, entity: str, language: str) -> Choice:
        return Choice(self.name(entity, language), intent.id, entity)

    # --- sources and the whole -----------------------------------------------------------------

    def passages(self, facts: Sequence[Fact], language: str) -> Part:
        """Return the exact words of the sources that facts stand on."""
        names = tuple(fact.id for fact in facts)
        return Part(Outcome.ANSWER, self._quotes(facts, language), Reading(None), names)

    def join(self, parts: Sequence[Part], language: str) -> Answer:
        """Return the answer to a whole message; it is an answer if any part is one."""
        outcomes = [part.outcome for part in parts]
        citations = tuple(dict.fromkeys(citation for part in parts for citation in self._citations(part)))
        answered = {part.reading.intent for part in parts}
        suggestions = dict.fromkeys(choice for part in parts for choice in part.suggestions)
        fresh = tuple(choice for choice in suggestions if choice.entity or choice.intent not in answered)
        return Answer(
            outcome=Outcome.ANSWER if Outcome.ANSWER in outcomes else outcomes[0],
            language=language,
            blocks=tuple(dict.fromkeys(block for part in parts for block in part.blocks)),
            citations=citations,
            source_line=self._source_line(citations, language),
            suggestions=fresh if len(parts) == 1 else fresh[:SUGGESTIONS],
            readings=tuple(part.reading for part in parts),
            version=self._knowledge.version,
        )

    def _citations(self, part: Part) -> list[Citation]:
        facts = [self._knowledge.facts[name] for name in part.facts] if part.outcome is Outcome.ANSWER else []
        return [Citation(fact.id, passage.source, passage.quote) for fact in facts for passage in fact.evidence]

    def _source_line(self, citations: Sequence[Citation], language: str) -> str | None:
        names = dict.fromkeys(citation.source for citation in citations)
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
    return tuple(Locale.parse(language).get_display_name(language) or language for language in languages)


def _reading(request: Request, intent: Intent | None = None, entity: str | None = None) -> Reading:
    decision = request.decision
    named = tuple(name for mention in request.mentions for name in mention.entities)
    return Reading(
        intent.id if intent else None,
        (entity,) if entity else named,
        decision.confidence,
        decision.example,
        decision.runner_up,
    )


def _entities_of(fact: Fact) -> tuple[str, ...]:
    return fact.value.entities if isinstance(fact.value, EntitiesValue) else ()


def _all_entities(fact: Fact, index: EntityIndex) -> set[str]:
    named = {name for passage in fact.evidence for mention in index.exact(passage.quote) for name in mention.entities}
    return named | {*_entities_of(fact), fact.subject} | ({fact.attributed_to} if fact.attributed_to else set())


def _widest(passages: Iterable[Evidence]) -> list[Evidence]:
    """Return passages in the order of their sources, without one that stands within another."""
    widest: list[Evidence] = []
    for passage in sorted(set(passages), key=lambda passage: (passage.source, passage.start, -passage.end)):
        last = widest[-1] if widest else None
        if last is None or last.source != passage.source or last.end < passage.end:
            widest.append(passage)
    return widest
