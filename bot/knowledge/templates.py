"""What must hold in the reply templates: grammar only, every variable filled, nothing missing and nothing left over."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeGuard

from fluent.syntax import FluentParser, ast

from bot.core.composer import ABOUT_LAST
from bot.core.entities import EntityIndex, Mention
from bot.core.lexicon import lexicon
from bot.core.models import Action, EntitiesValue, Intent, Knowledge, Outcome, Problem, Value
from bot.core.premises import numbers_told
from bot.core.replies import COMMON_VARIABLES, MESSAGES
from bot.core.text import normalise
from bot.core.timeline import TIMELINE, labels_of

_DIGIT = re.compile(r"\d")
_ALLOWED = "only text and variables such as { $place } may stand in a reply"
_PAIR = 2
_ATTRIBUTES = {"unknown", "which", "none", "done"}
"""The attributes that the core itself asks for; one more is called after the slot."""


@dataclass(slots=True)
class _Part:
    """The text and the variables of a message or of an attribute."""

    line: int
    variables: set[str] = field(default_factory=set)
    texts: list[str] = field(default_factory=list)
    foreign: list[int] = field(default_factory=list)
    """The lines of what is neither: a literal, a function or a reference would bring in words that nobody checks."""


def template_problems(knowledge: Knowledge, replies: Mapping[str, str], common: Mapping[str, str]) -> Iterator[Problem]:
    """Yield every problem of a folder's own replies, by language; what the common ones say is not missing."""
    # What a file has to hold that is still to be written is told at once.
    for language, text in {**dict.fromkeys(knowledge.languages, ""), **replies}.items():
        index = _names_in(language, knowledge)
        file = f"replies/{language}.ftl"
        try:
            resource = FluentParser().parse(text)
        except RecursionError:
            yield Problem(file, 1, "not valid Fluent: too many brackets within each other")
            continue
        yield from _entries(file, text, resource)
        messages = {entry.id.name: entry for entry in resource.body if isinstance(entry, ast.Message)}
        parts = {name: _parts(text, message) for name, message in messages.items()}
        for part in (part for found in parts.values() for part in found.values()):
            yield from _content(file, part, index, knowledge, language)
        yield from _filled(language, parts, _names(common.get(language, "")), knowledge)


def _names(text: str) -> frozenset[str]:
    """Return the names of the messages of a Fluent resource."""
    return frozenset(entry.id.name for entry in FluentParser().parse(text).body if isinstance(entry, ast.Message))


def _entries(file: str, text: str, resource: ast.Resource) -> Iterator[Problem]:
    """Yield each entry that is no message, or hides another of the same name."""
    names: set[str] = set()
    for entry in resource.body:
        if isinstance(entry, ast.Junk):
            yield Problem(file, _line(text, entry), f"not valid Fluent: {entry.annotations[0].message}")
        elif isinstance(entry, ast.Term):
            yield Problem(file, _line(text, entry), f"a term, -{entry.id.name}: {_ALLOWED}")
        elif isinstance(entry, ast.Message):
            named = [entry.id.name, *(f"{entry.id.name}.{attribute.id.name}" for attribute in entry.attributes)]
            for name in [name for place, name in enumerate(named) if name in {*names, *named[:place]}]:
                yield Problem(file, _line(text, entry), f"{name!r} stands twice")
            names.update(named)


def _names_in(language: str, knowledge: Knowledge) -> EntityIndex:
    """Return the names of one language: what is a name in another may be a plain word in it.

    Those of what the bot is called after are none: every message may name it.
    """
    entities = {
        entity.id: replace(
            entity,
            names={language: entity.names[language]} if language in entity.names else {},
            aliases={language: entity.aliases.get(language, ())},
        )
        for entity in knowledge.entities.values()
        if knowledge.name not in entity.names.values()
    }
    return EntityIndex(entities)


def _line(text: str, node: ast.SyntaxNode) -> int:
    start = node.span.start if node.span else 0
    return text.count("\n", 0, start) + 1


def _parts(text: str, message: ast.Message) -> dict[str | None, _Part]:
    """Return the parts of a message by attribute; the message itself is None."""
    parts: dict[str | None, _Part] = {}
    patterns: list[tuple[str | None, ast.Message | ast.Attribute]] = [(None, message)]
    patterns += [(attribute.id.name, attribute) for attribute in message.attributes]
    for name, node in patterns:
        part = parts[name] = _Part(_line(text, node))
        for element in node.value.elements if node.value else ():
            match element:
                case ast.TextElement(value=words):
                    part.texts.append(words)
                case ast.Placeable(expression=ast.VariableReference(id=ast.Identifier(name=variable))):
                    part.variables.add(variable)
                case _:
                    part.foreign.append(_line(text, element))
    return parts


def _content(file: str, part: _Part, index: EntityIndex, knowledge: Knowledge, language: str) -> Iterator[Problem]:
    """Yield what only a fact may say: a digit, a name; and what is neither text nor a variable."""
    for line in part.foreign:
        yield Problem(file, line, _ALLOWED)
    for text in part.texts:
        if _DIGIT.search(text):
            yield Problem(
                file, part.line, f"a digit in a template: {' '.join(text.split())!r}; a fact must bring it in"
            )
        for mention in index.exact(text, language):
            if not capitalised(mention, knowledge, language):
                continue
            yield Problem(file, part.line, f"a name in a template: {mention.text!r}; a fact must bring it in")


def capitalised(mention: Mention, knowledge: Knowledge, language: str) -> bool:
    """Return whether a mention has a capital where its names have: else it is a plain word ("местах" is no Местия)."""
    named = [knowledge.entities[name] for name in mention.entities]
    names = [name for entity in named for name in (entity.names.get(language, ""), *entity.aliases.get(language, ()))]
    return not (mention.text[:1].islower() and all(name[:1].isupper() for name in names))


def _filled(
    language: str, parts: Mapping[str, dict[str | None, _Part]], common: Collection[str], knowledge: Knowledge
) -> Iterator[Problem]:
    file = f"replies/{language}.ftl"
    users: dict[str, list[Intent]] = defaultdict(list)
    for intent in knowledge.intents.values():
        users[intent.reply].append(intent)
    for name in sorted((users.keys() | MESSAGES.keys()) - parts.keys() - set(common)):
        yield Problem(file, 1, f"the message {name!r} is missing")
    for name, found in parts.items():
        if name in MESSAGES:
            yield from _variables(file, name, found[None], MESSAGES[name])
        elif name not in users and name not in common:
            yield Problem(file, found[None].line, f"no intent uses the message {name!r}")
        for intent in users.get(name, ()):
            if intent.outcome is Outcome.ANSWER:
                yield from _counted(file, name, found, intent, language, knowledge)
            yield from _intent_message(
                file, name, found, intent, _forms(intent, language, knowledge), _labels(intent, knowledge)
            )


def _counted(
    file: str, name: str, parts: Mapping[str | None, _Part], intent: Intent, language: str, knowledge: Knowledge
) -> Iterator[Problem]:
    """Yield each number in words that the evidence of an answer does not hold."""
    facts = [knowledge.facts[fact] for fact in intent.facts.values() if fact in knowledge.facts]
    passages = [passage for fact in facts for passage in fact.evidence]
    told = {
        number
        for passage in passages
        for number in numbers_told(passage.quote, knowledge.sources[passage.source].language)
    }
    numbers = lexicon(language).numbers
    for part in parts.values():
        for word in normalise(" ".join(part.texts)).split():
            # "Both" and "one" are grammar.
            if numbers.get(word, 0) > _PAIR and numbers[word] not in told:
                yield Problem(file, part.line, f"{name!r} says {word!r}, which the evidence of its facts does not")


def _forms(intent: Intent, language: str, knowledge: Knowledge) -> frozenset[str]:
    """Return the variables of the grammatical forms of the entities that an intent's facts state."""
    facts = knowledge.facts
    stated = {variable: facts[fact].value for variable, fact in intent.facts.items() if fact in facts}
    single = {variable: value.entities[0] for variable, value in stated.items() if _is_single(value)}
    return frozenset(
        f"{variable}-{form}"
        for variable, entity in single.items()
        if entity in knowledge.entities
        for form, names in knowledge.entities[entity].forms.items()
        if language in names
    )


def _labels(intent: Intent, knowledge: Knowledge) -> frozenset[str]:
    """Return the attributes that the timeline of an intent needs."""
    if intent.items != TIMELINE:
        return frozenset()
    return labels_of(
        {variable: knowledge.facts[fact] for variable, fact in intent.facts.items() if fact in knowledge.facts}
    )


def _is_single(value: Value) -> TypeGuard[EntitiesValue]:
    return isinstance(value, EntitiesValue) and len(value.entities) == 1


def _intent_message(
    file: str,
    name: str,
    parts: dict[str | None, _Part],
    intent: Intent,
    forms: frozenset[str],
    labels: frozenset[str],
) -> Iterator[Problem]:
    facts = frozenset(intent.facts)
    if not parts[None].texts and not parts[None].variables:
        yield Problem(file, parts[None].line, f"the message {name!r} is empty")
    slot = {intent.slot} if intent.slot else set()
    for attribute, part in parts.items():
        if attribute is not None and attribute not in _ATTRIBUTES | slot | labels:
            yield Problem(file, part.line, f"the attribute {attribute!r} of {name!r} is not used")
        takes_slot = attribute in {"unknown", *slot} or (attribute is None and intent.slot_required)
        yield from _variables(file, name, part, facts | forms | (slot if takes_slot else set()))
    named = set().union(*(part.variables for part in parts.values()))
    used = {variable.partition("-")[0] for variable in named} | {intent.items} | labels
    for variable in sorted(facts - used):
        # The list of a slot is what the answer is looked up in.
        if not intent.slot_required:
            yield Problem(file, parts[None].line, f"{name!r} does not use ${variable} of the intent {intent.id!r}")
    if intent.slot_required:
        labels |= {"unknown", "which"}
    if intent.action is Action.FORGET:
        labels |= {"done"}
    if intent.items in ABOUT_LAST:
        labels |= {"none"}
    for attribute in sorted(labels - parts.keys()):
        yield Problem(file, parts[None].line, f"{name!r} needs the attribute {attribute!r}")


def _variables(file: str, name: str, part: _Part, known: frozenset[str] | set[str]) -> Iterator[Problem]:
    for variable in sorted(part.variables - known - COMMON_VARIABLES):
        yield Problem(file, part.line, f"{name!r} names ${variable}, which no fact fills")
