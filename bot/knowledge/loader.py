"""From the files of a knowledge folder to `Knowledge`."""

import hashlib
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import BaseModel

from bot.core import models
from bot.core.entities import EntityIndex
from bot.core.models import Evidence, Fact, Intent, Knowledge, Outcome, Problem, Source
from bot.core.provenance import QuoteError, fold, locate
from bot.core.text import normalise
from bot.knowledge import schema
from bot.knowledge.digest import digest
from bot.knowledge.files import Document, Location, entries, read_bytes, read_text, read_yaml, validated

COMMON = Path(__file__).parent / "common"
"""What is the same for every subject, in the form of a knowledge folder."""
OFFERED = 4
"""Answers to begin with where the folder names none."""
EntryT = TypeVar("EntryT", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Placed(Generic[EntryT]):
    """An entry and where it stands."""

    entry: EntryT
    document: Document
    location: Location

    def problem(self, message: str, *part: str | int) -> Problem:
        """Return a problem with a part of the entry."""
        return self.document.problem((*self.location, *part), message)


@dataclass(slots=True)
class Draft:
    """All that was read, before anything is resolved."""

    bot: Placed[schema.BotEntry] | None = None
    sources: list[Placed[schema.SourceEntry]] = field(default_factory=list)
    entities: list[Placed[schema.EntityEntry]] = field(default_factory=list)
    facts: list[Placed[schema.FactEntry]] = field(default_factory=list)
    intents: list[Placed[schema.IntentEntry]] = field(default_factory=list)
    """The folder's own, and the common ones that it has none of its own for."""
    menu: list[str] = field(default_factory=list)
    """The common commands, in their order."""
    synonyms: list[Placed[schema.SynonymEntry]] = field(default_factory=list)
    replies: dict[str, str] = field(default_factory=dict)
    """The folder's own, by language."""
    common: dict[str, str] = field(default_factory=dict)
    """The common replies, by language."""
    seeds: dict[str, str] = field(default_factory=dict)
    """The text of each source by its id."""
    unread: list[Problem] = field(default_factory=list)
    """What could not be read: a file, or an entry of one."""
    problems: list[Problem] = field(default_factory=list)
    """What is wrong with that which could."""
    taken: list[Problem] = field(default_factory=list)
    """What is no problem but may not be meant: each utterance that a common intent would have, too."""
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A knowledge folder as it was read."""

    draft: Draft
    knowledge: Knowledge | None
    """None where not even the languages or a source could be read."""


def read(folder: Path, seeds: Path) -> Loaded:
    """Read a knowledge folder and its seeds; raise KnowledgeError only where there is none."""
    draft = Draft(digest=digest(folder, seeds))
    _read_entries(folder, draft)
    for path in sorted(folder.glob("replies/*.ftl")):
        _read_reply(folder, path, draft)
    for source in draft.sources:
        _read_seed(seeds, source, draft)
    _add_common(draft)
    return Loaded(draft, resolve(draft))


def _read_entries(folder: Path, draft: Draft) -> None:
    bot = list(_one(folder, folder / "bot.yaml", schema.BotEntry, draft))
    draft.bot = bot[0] if bot else None
    draft.sources += _many(folder, [folder / "sources.yaml"], schema.SourceEntry, draft)
    if os.path.lexists(synonyms := folder / "synonyms.yaml"):
        draft.synonyms += _many(folder, [synonyms], schema.SynonymEntry, draft)
    draft.entities += _many(folder, sorted(folder.glob("entities/*.yaml")), schema.EntityEntry, draft)
    draft.facts += _many(folder, sorted(folder.glob("facts/*.yaml")), schema.FactEntry, draft)
    for path in sorted(folder.glob("intents/*.yaml")):
        draft.intents += _one(folder, path, schema.IntentEntry, draft)


def _one(folder: Path, path: Path, model: type[EntryT], draft: Draft) -> Iterator[Placed[EntryT]]:
    document = read_yaml(folder, path, draft.unread)
    if document is not None:
        entry = validated(document, (), document.data, model, draft.unread)
        if entry is not None:
            yield Placed(entry, document, ())


def _many(folder: Path, paths: list[Path], model: type[EntryT], draft: Draft) -> Iterator[Placed[EntryT]]:
    for path in paths:
        document = read_yaml(folder, path, draft.unread)
        if document is not None:
            for entry, location in entries(document, model, draft.unread):
                yield Placed(entry, document, location)


def _read_reply(folder: Path, path: Path, draft: Draft) -> None:
    text = read_text(folder, path, draft.unread)
    if text is not None:
        draft.replies[path.stem] = text


def _add_common(draft: Draft) -> None:
    """Add what is the same for every subject; the folder's own stands before it.

    A common intent is left out where the folder has one of its id or command, or one about other subjects as it is, or
    a language that it does not speak; a place, where the folder has one of its id or name, or its sources mention it.
    The words of a synonym stand beside those that the folder has under its id.
    """
    common = Draft()
    _read_entries(COMMON, common)
    draft.common |= {path.stem: path.read_text(encoding="utf-8") for path in COMMON.glob("replies/*.ftl")}
    own = [placed.entry for placed in draft.intents]
    taken = {key for entry in own for key in _keys(entry)}
    said = {normalise(text): (placed, place) for placed in draft.intents for text, place in _said(placed)}
    spoken = draft.bot.entry.languages if draft.bot else []
    kept = [placed for placed in common.intents if not taken & _keys(placed.entry)]
    kept = [placed for placed in kept if all(map(placed.entry.utterances.get, spoken))]
    draft.taken += _taken(kept, said, spoken)
    kept = [_without(placed, said) for placed in kept]
    known, start = {entry.id for entry in [*own, *(placed.entry for placed in kept)]}, _start(draft)
    suggesting = [_suggesting(placed, [*placed.entry.suggests, *start], known) for placed in kept]
    # In the order of the files, as if they all stood in the folder.
    draft.intents = sorted([*draft.intents, *suggesting], key=lambda placed: placed.document.file)
    asked = {placed.entry.id for placed in draft.intents if placed.entry.command}
    draft.menu += [name for name in common.bot.entry.menu if name in asked] if common.bot else []
    draft.entities += _absent(common.entities, draft, spoken)
    _add_synonyms(common.synonyms, draft, spoken)


def _absent(
    places: Sequence[Placed[schema.EntityEntry]], draft: Draft, spoken: Collection[str]
) -> Iterator[Placed[schema.EntityEntry]]:
    """Yield the places that neither the folder has nor its sources mention, in the languages that it speaks."""
    own = {key for placed in draft.entities for key in (placed.entry.id, *_names(placed.entry))}
    index = EntityIndex({placed.entry.id: _entity(placed.entry) for placed in places})
    for source in draft.sources:
        mentions = index.exact(draft.seeds.get(source.entry.id, ""), source.entry.language)
        own |= {name for mention in mentions for name in mention.entities}
    for placed in places:
        entry = placed.entry
        names = {language: name for language, name in entry.names.items() if language in spoken}
        aliases = {language: others for language, others in entry.aliases.items() if language in spoken}
        if len(names) == len(spoken) and own.isdisjoint([entry.id, *_names(entry)]):
            yield replace(placed, entry=entry.model_copy(update={"names": names, "aliases": aliases}))


def _add_synonyms(synonyms: Sequence[Placed[schema.SynonymEntry]], draft: Draft, spoken: Collection[str]) -> None:
    """Add the words of synonyms in the languages that the folder speaks, to its own of the same id."""
    own = {placed.entry.id: placed.entry.words for placed in draft.synonyms}
    for placed in synonyms:
        words = {language: said for language, said in placed.entry.words.items() if language in spoken}
        if placed.entry.id in own:
            mine = own[placed.entry.id]
            mine |= {language: [*said, *mine.get(language, [])] for language, said in words.items()}
        else:
            draft.synonyms.append(replace(placed, entry=placed.entry.model_copy(update={"words": words})))


def _names(entry: schema.EntityEntry) -> list[str]:
    """Return all names of an entity, normalised."""
    return [normalise(name) for name in chain(entry.names.values(), *entry.aliases.values())]


def _start(draft: Draft) -> list[str]:
    """Return where to begin."""
    told = [placed.entry for placed in draft.intents if placed.entry.facts and not placed.entry.slot_required]
    return (draft.bot.entry.start if draft.bot else []) or [entry.id for entry in told[:OFFERED]]


def _keys(entry: schema.IntentEntry) -> set[str]:
    """Return what no other intent shall have: the id, the command, and that it is about all other subjects."""
    other = [entry.outcome.value] if entry.outcome is Outcome.OUT_OF_SCOPE else []
    return {entry.id, *([f"/{entry.command}"] if entry.command else []), *other}


def _said(placed: Placed[schema.IntentEntry]) -> Iterator[tuple[str, tuple[str, int]]]:
    """Yield each utterance of an intent, and where among them it stands."""
    for language, texts in placed.entry.utterances.items():
        yield from ((text, (language, number)) for number, text in enumerate(texts))


def _taken(
    common: Sequence[Placed[schema.IntentEntry]],
    said: Mapping[str, tuple[Placed[schema.IntentEntry], tuple[str, int]]],
    spoken: Collection[str],
) -> Iterator[Problem]:
    """Yield each utterance of the folder that one of the common intents has too."""
    for placed in common:
        for text, (language, _) in _said(placed):
            if language in spoken and normalise(text) in said:
                own, place = said[normalise(text)]
                message = (
                    f"the utterance {text!r} is also one of the common {placed.entry.id!r}, which it is taken from"
                )
                yield own.problem(message, "utterances", *place)


def _without(placed: Placed[schema.IntentEntry], said: Collection[str]) -> Placed[schema.IntentEntry]:
    """Return an intent without the utterances that another one has."""
    utterances = placed.entry.utterances.items()
    left = {language: [text for text in texts if normalise(text) not in said] for language, texts in utterances}
    return replace(placed, entry=placed.entry.model_copy(update={"utterances": left}))


def _suggesting(
    placed: Placed[schema.IntentEntry], suggests: Sequence[str], known: Collection[str]
) -> Placed[schema.IntentEntry]:
    """Return an intent that suggests others that are known."""
    others = [name for name in dict.fromkeys(suggests) if name in known and name != placed.entry.id]
    return replace(placed, entry=placed.entry.model_copy(update={"suggests": others}))


def _read_seed(seeds: Path, source: Placed[schema.SourceEntry], draft: Draft) -> None:
    file = source.entry.file
    try:
        data = read_bytes(seeds, seeds / file)
        found = hashlib.sha256(data).hexdigest()
        if found != source.entry.sha256:
            draft.problems.append(source.problem(f"{file} has changed: its sha256 is {found}", "sha256"))
        draft.seeds[source.entry.id] = data.decode()
    except UnicodeDecodeError:
        draft.unread.append(source.problem(f"{file} is not UTF-8 text", "file"))
    except OSError as error:
        draft.unread.append(source.problem(f"{file} cannot be read from seeds: {error.strerror}", "file"))


def unlisted(draft: Draft, seeds: Path) -> list[str]:
    """Return the documents in the folder of the seeds that are no source yet."""
    named = {source.entry.file for source in draft.sources}
    return sorted({path.name for path in seeds.glob("[!.]*")} - named)


def resolve(draft: Draft) -> Knowledge | None:
    """Return what can be resolved of a draft, and add a problem for each quote that cannot."""
    if draft.bot is None:
        return None
    bot, start = draft.bot.entry, _start(draft)
    sources = {
        placed.entry.id: _source(placed.entry, draft.seeds[placed.entry.id])
        for placed in draft.sources
        if placed.entry.id in draft.seeds
    }
    return Knowledge(
        name=bot.name,
        languages=tuple(bot.languages),
        sources=sources,
        entities={placed.entry.id: _entity(placed.entry) for placed in draft.entities},
        facts={placed.entry.id: _fact(placed, sources, draft.problems) for placed in draft.facts},
        intents={placed.entry.id: _intent(placed.entry, start, bot.languages) for placed in draft.intents},
        synonyms={placed.entry.id: _words(placed.entry) for placed in draft.synonyms},
        alike=frozenset(placed.entry.id for placed in draft.synonyms if placed.entry.alike),
        # The first message of a name stands.
        replies={name: f"{draft.replies.get(name, '')}\n{draft.common.get(name, '')}" for name in bot.languages},
        digest=draft.digest,
        start=tuple(start),
        menu=tuple(dict.fromkeys([*bot.menu, *draft.menu])),
    )


def _source(entry: schema.SourceEntry, text: str) -> Source:
    return Source(entry.id, entry.file, text, entry.title, entry.publisher, entry.date, entry.language)


def _entity(entry: schema.EntityEntry) -> models.Entity:
    aliases = {language: tuple(names) for language, names in entry.aliases.items()}
    return models.Entity(entry.id, entry.kind, entry.names, aliases, entry.forms, entry.absent)


def _fact(placed: Placed[schema.FactEntry], sources: Mapping[str, Source], problems: list[Problem]) -> Fact:
    entry = placed.entry
    evidence = []
    for number, passage in enumerate(entry.evidence):
        if passage.source in sources:
            try:
                evidence.append(_evidence(passage, sources[passage.source]))
            except QuoteError as error:
                problems.append(placed.problem(str(error), "evidence", number, "quote"))
    published = [sources[passage.source].published for passage in evidence]
    return Fact(
        id=entry.id,
        subject=entry.subject,
        property=entry.property,
        value=_value(entry.value),
        evidence=tuple(evidence),
        as_of=max(published, default=date.min),
        end=entry.end,
        attributed_to=entry.attributed_to,
    )


def _evidence(passage: schema.EvidenceEntry, source: Source) -> Evidence:
    start, end = locate(source.text, passage.quote, passage.occurrence)
    return Evidence(source.id, fold(source.text[start:end]), start, end)


def _value(entry: schema.ValueEntry) -> models.Value:  # noqa: PLR0911 - one return for each form
    match entry:
        case schema.ValueEntry(entity=str(entity)):
            return models.EntitiesValue((entity,))
        case schema.ValueEntry(entities=list(entities)):
            return models.EntitiesValue(tuple(entities))
        case schema.ValueEntry(date=date() as day):
            return models.DateValue(day.day, day.month, day.year)
        case schema.ValueEntry(day=int(day_number), month=int(month)):
            return models.DateValue(day_number, month, None)
        case schema.ValueEntry(start=date() as start, end=date() as end):
            return models.PeriodValue(start, end)
        case schema.ValueEntry(number=int(number)):
            return models.NumberValue(number)
        case schema.ValueEntry(year=int(year)):
            return models.YearValue(year)
        case schema.ValueEntry(text=dict(texts)):
            return models.TextValue({language: fold(text) for language, text in texts.items()})
    return models.VerbatimValue(fold(entry.verbatim or ""))


def _words(entry: schema.SynonymEntry) -> Mapping[str, tuple[str, ...]]:
    return {language: tuple(words) for language, words in entry.words.items()}


def _intent(entry: schema.IntentEntry, start: Sequence[str], languages: Collection[str]) -> Intent:
    return Intent(
        id=entry.id,
        outcome=entry.outcome,
        titles={language: title for language, title in entry.title.items() if language in languages},
        utterances={language: tuple(texts) for language, texts in entry.utterances.items() if language in languages},
        reply=entry.reply or entry.id,
        facts=entry.facts,
        items=entry.items,
        slot=entry.slot,
        slot_required=entry.slot_required,
        about=tuple(entry.about),
        aspects=entry.aspects,
        premises=tuple(entry.premises),
        suggests=tuple(entry.suggests or (name for name in start if name != entry.id)),
        command=entry.command,
        action=entry.action,
    )
