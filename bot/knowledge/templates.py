"""What must hold in the reply templates: grammar only, every variable filled, nothing missing and nothing left over."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from types import MappingProxyType

from fluent.syntax import FluentParser, ast
from rapidfuzz.distance import OSA

from bot.core.composer import ABOUT_LAST
from bot.core.entities import EntityIndex, Mention
from bot.core.models import Action, Entity, Intent, Knowledge, Outcome, Problem
from bot.core.premises import numbers_in, numbers_told, stated_entities
from bot.core.replies import COMMON_VARIABLES, MESSAGES
from bot.core.text import normalise, tokens
from bot.core.timeline import TIMELINE, labels_of

_DIGIT = re.compile(r"\d")
_ALLOWED = "only text and variables such as { $place } may stand in a reply"
_PAIR = 2
_NO_NAME, _NO_TEXT = "E0003", "E0005"
"""What the parser calls a line without a name and "=", and a name without a text."""
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
        unread = {name for entry in resource.body if isinstance(entry, ast.Junk) for name in _textless(entry)}
        messages = {entry.id.name: entry for entry in resource.body if isinstance(entry, ast.Message)}
        parts = {name: _parts(text, message) for name, message in messages.items()}
        for part in (part for found in parts.values() for part in found.values()):
            yield from _content(file, part, index, knowledge, language)
        yield from _filled(language, parts, _names(common.get(language, "")) | unread, knowledge)


def _names(text: str) -> frozenset[str]:
    """Return the names of the messages of a Fluent resource."""
    return frozenset(entry.id.name for entry in FluentParser().parse(text).body if isinstance(entry, ast.Message))


def _entries(file: str, text: str, resource: ast.Resource) -> Iterator[Problem]:
    """Yield each entry that is no message, or hides another of the same name."""
    names: set[str] = set()
    for before, entry in pairwise([None, *resource.body]):
        if isinstance(entry, ast.Junk):
            if not _continues(entry, before):
                yield Problem(file, _line(text, entry), _unread(entry))
        elif isinstance(entry, ast.Term):
            yield Problem(file, _line(text, entry), f"a term, -{entry.id.name}: {_ALLOWED}")
        elif isinstance(entry, ast.Message):
            named = [entry.id.name, *(f"{entry.id.name}.{attribute.id.name}" for attribute in entry.attributes)]
            for name in [name for place, name in enumerate(named) if name in {*names, *named[:place]}]:
                yield Problem(file, _line(text, entry), f"{name!r} stands twice")
            names.update(named)


def _unread(junk: ast.Junk) -> str:
    """Return what is wrong with lines that could not be read."""
    for name in _textless(junk):
        return f"the text of {name!r} is missing below it, indented by four spaces"
    if _loose(junk):
        return f"the text has to be indented by four spaces: {(junk.content or '').splitlines()[0]!r}"
    return f"not valid Fluent: {junk.annotations[0].message}"


def _textless(junk: ast.Junk) -> Iterator[str]:
    """Yield the name of a message that has nothing but its name."""
    yield from (str(names[0]) for note in junk.annotations if note.code == _NO_TEXT and (names := note.arguments))


def _loose(junk: ast.Junk) -> bool:
    """Return whether lines that could not be read are a text at the beginning of a line, where a name has to stand."""
    return junk.annotations[0].code == _NO_NAME and "=" not in (junk.content or "").splitlines()[0]


def _continues(junk: ast.Junk, before: ast.EntryType | None) -> bool:
    """Return whether lines that could not be read belong to those before, of which it is told already."""
    if not isinstance(before, ast.Junk) or (before.content or "").endswith("\n\n"):
        return False
    return _loose(junk) or (any(_textless(before)) and junk.annotations[0].code == _NO_NAME)


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
            blamed = f"{mention.text!r} ({_named(mention, knowledge, language)})"
            yield Problem(file, part.line, f"a name in a template: {blamed}; a fact must bring it in")


def capitalised(mention: Mention, knowledge: Knowledge, language: str) -> bool:
    """Return whether a mention has a capital where its names have: else it is a plain word ("местах" is no Местия)."""
    named = [knowledge.entities[name] for name in mention.entities]
    names = [name for entity in named for name in (entity.names.get(language, ""), *entity.aliases.get(language, ()))]
    return not (mention.text[:1].islower() and all(name[:1].isupper() for name in names))


def _named(mention: Mention, knowledge: Knowledge, language: str) -> str:
    """Return which name of which entity a mention is."""
    entity = knowledge.entities[mention.entities[0]]
    names = [entity.names.get(language, ""), *entity.aliases.get(language, ())]
    nearest = max(names, key=lambda name: OSA.normalized_similarity(normalise(name), normalise(mention.text)))
    return f"the name {nearest!r} of the entity {entity.id!r}"


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
            yield from _intent_message(name, found, intent, language, knowledge)


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
    for part in parts.values():
        for _, said, number in numbers_in(tokens(" ".join(part.texts)), language):
            # "Both" and "one" are grammar.
            if number > _PAIR and number not in told:
                yield Problem(file, part.line, f"{name!r} says {said!r}, which the evidence of its facts does not")


def _stated(intent: Intent, knowledge: Knowledge) -> Mapping[str, Entity]:
    """Return the entity that each variable of an intent stands for, where it is one."""
    facts = {variable: knowledge.facts[fact] for variable, fact in intent.facts.items() if fact in knowledge.facts}
    entities = {variable: stated_entities(fact) for variable, fact in facts.items()}
    return {
        variable: knowledge.entities[names[0]]
        for variable, names in entities.items()
        if len(names) == 1 and names[0] in knowledge.entities
    }


def _labels(intent: Intent, knowledge: Knowledge) -> frozenset[str]:
    """Return the attributes that the timeline of an intent needs."""
    if intent.items != TIMELINE:
        return frozenset()
    return labels_of(
        {variable: knowledge.facts[fact] for variable, fact in intent.facts.items() if fact in knowledge.facts}
    )


def _intent_message(
    name: str, parts: dict[str | None, _Part], intent: Intent, language: str, knowledge: Knowledge
) -> Iterator[Problem]:
    file, labels, stated = f"replies/{language}.ftl", _labels(intent, knowledge), _stated(intent, knowledge)
    forms = {
        f"{variable}-{form}"
        for variable, entity in stated.items()
        for form, names in entity.forms.items()
        if language in names
    }
    facts = frozenset(intent.facts)
    if not parts[None].texts and not parts[None].variables:
        yield Problem(file, parts[None].line, f"the message {name!r} is empty")
    slot = {intent.slot} if intent.slot else set()
    for attribute, part in parts.items():
        if attribute is not None and attribute not in _ATTRIBUTES | slot | labels:
            yield Problem(file, part.line, f"the attribute {attribute!r} of {name!r} is not used")
        takes_slot = attribute in {"unknown", *slot} or (attribute is None and intent.slot_required)
        written = {f"{name}-written" for name in slot if attribute != "unknown"}
        known = facts | forms | (slot | written if takes_slot else set())
        yield from _variables(file, name, part, known, stated)
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


def _variables(
    file: str, name: str, part: _Part, known: Collection[str], stated: Mapping[str, Entity] = MappingProxyType({})
) -> Iterator[Problem]:
    for variable in sorted(part.variables - {*known, *COMMON_VARIABLES}):
        base, _, form = variable.partition("-")
        if form and base in stated:
            lacks = f"the entity {stated[base].id!r} has no form {form!r} in this language"
            yield Problem(file, part.line, f"{name!r} names ${variable}, but {lacks}")
        else:
            yield Problem(file, part.line, f"{name!r} names ${variable}, which no fact fills")
