"""From the files of a knowledge folder to `Knowledge`."""

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import BaseModel

from bot.core import models
from bot.core.models import Evidence, Fact, Intent, Knowledge, Problem, Source
from bot.core.provenance import QuoteError, fold, locate
from bot.knowledge import schema
from bot.knowledge.digest import digest
from bot.knowledge.files import Document, Location, entries, read_bytes, read_text, read_yaml, validated

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
    synonyms: list[Placed[schema.SynonymEntry]] = field(default_factory=list)
    replies: dict[str, str] = field(default_factory=dict)
    seeds: dict[str, str] = field(default_factory=dict)
    """The text of each source by its id."""
    unread: list[Problem] = field(default_factory=list)
    """What could not be read: a file, or an entry of one."""
    problems: list[Problem] = field(default_factory=list)
    """What is wrong with that which could."""
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
    sources = {
        placed.entry.id: _source(placed.entry, draft.seeds[placed.entry.id])
        for placed in draft.sources
        if placed.entry.id in draft.seeds
    }
    return Knowledge(
        name=draft.bot.entry.name,
        languages=tuple(draft.bot.entry.languages),
        sources=sources,
        entities={placed.entry.id: _entity(placed.entry) for placed in draft.entities},
        facts={placed.entry.id: _fact(placed, sources, draft.problems) for placed in draft.facts},
        intents={placed.entry.id: _intent(placed.entry) for placed in draft.intents},
        synonyms={placed.entry.id: _words(placed.entry) for placed in draft.synonyms},
        alike=frozenset(placed.entry.id for placed in draft.synonyms if placed.entry.alike),
        replies=draft.replies,
        digest=draft.digest,
        start=tuple(draft.bot.entry.start),
        menu=tuple(draft.bot.entry.menu),
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


def _intent(entry: schema.IntentEntry) -> Intent:
    return Intent(
        id=entry.id,
        outcome=entry.outcome,
        titles=entry.title,
        utterances={language: tuple(texts) for language, texts in entry.utterances.items()},
        reply=entry.reply or entry.id,
        facts=entry.facts,
        items=entry.items,
        slot=entry.slot,
        slot_required=entry.slot_required,
        about=tuple(entry.about),
        aspects=entry.aspects,
        premises=tuple(entry.premises),
        suggests=tuple(entry.suggests),
        command=entry.command,
        action=entry.action,
    )
