"""What the YAML files of a knowledge folder may hold."""

import datetime
import json
from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, WithJsonSchema, model_validator

from bot.core.models import Action, Outcome

_ID = r"^[a-z0-9]+(-[a-z0-9]+)*$"
_LANGUAGE = r"^[a-z]{2,3}$"
_FILE_NAME = r"^[^/.\x00-\x1f][^/\x00-\x1f]*$"
_VARIABLE = r"^[a-z][a-z]*$"
_SHA256 = r"^[0-9a-f]{64}$"
WRITTEN: Mapping[str, str] = {
    _ID: "small letters of the English alphabet, digits, and hyphens between them",
    _LANGUAGE: "the code of a language: two or three small letters, such as “en”",
    _FILE_NAME: "the name of a file in the folder itself, without “/”",
    _VARIABLE: "one word in small letters of the English alphabet, without digits or hyphens",
    _SHA256: "64 digits and letters from a to f, as sha256sum prints them",
}
"""How what has to match a pattern is written, in words."""
Id = Annotated[str, Field(pattern=_ID, max_length=40)]
"""Small letters, digits and hyphens: it becomes part of a button's data and of a deep link."""
Language = Annotated[str, Field(pattern=_LANGUAGE)]
Text = Annotated[str, Field(min_length=1, max_length=2000)]
FileName = Annotated[str, Field(pattern=_FILE_NAME, max_length=255)]
"""A file in the folder itself, not anywhere else on the machine."""
Variable = Annotated[str, Field(pattern=_VARIABLE)]


class Entry(BaseModel):
    """An entry of a file; a key that is not known is a problem."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class UncoveredEntry(Entry):
    """A passage of a source that no fact stands on, and why."""

    quote: Text
    reason: Text


class SourceEntry(Entry):
    """A document in `seeds/` (sources.yaml)."""

    id: Id
    file: FileName
    title: Text
    publisher: Id
    date: datetime.date
    language: Language
    sha256: Annotated[str, Field(pattern=_SHA256)]
    uncovered: list[UncoveredEntry] = []


class EntityEntry(Entry):
    """Something that has a name (entities/*.yaml)."""

    id: Id
    kind: Id
    names: dict[Language, Text]
    aliases: dict[Language, list[Text]] = {}
    forms: dict[Variable, dict[Language, Text]] = {}
    absent: bool = False


class EvidenceEntry(Entry):
    """A passage of a source."""

    source: Id
    quote: Text
    occurrence: Annotated[int, Field(ge=1)] | None = None


_VALUE_FORMS = (
    {"entity"},
    {"entities"},
    {"date"},
    {"day", "month"},
    {"start", "end"},
    {"number"},
    {"year"},
    {"text"},
    {"verbatim"},
)


class ValueEntry(Entry):
    """What a fact says, in one of the forms that knowledge/README.md lists."""

    entity: Id | None = None
    entities: Annotated[list[Id], Field(min_length=1)] | None = None
    date: datetime.date | None = None
    day: Annotated[int, Field(ge=1, le=31)] | None = None
    month: Annotated[int, Field(ge=1, le=12)] | None = None
    start: datetime.date | None = None
    end: datetime.date | None = None
    number: int | None = None
    year: Annotated[int, Field(ge=1000, le=9999)] | None = None
    text: dict[Language, Text] | None = None
    verbatim: Text | None = None

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if self.model_fields_set not in _VALUE_FORMS:
            forms = "; ".join(", ".join(sorted(form)) for form in _VALUE_FORMS)
            raise ValueError(f"a value has exactly one of these forms: {forms}")
        return self


class FactEntry(Entry):
    """A statement with evidence (facts/*.yaml)."""

    id: Id
    subject: Id
    property: Text
    value: ValueEntry
    evidence: Annotated[list[EvidenceEntry], Field(min_length=1)]
    end: datetime.date | None = None
    attributed_to: Id | None = None


class IntentEntry(Entry):
    """Something people ask for (intents/<id>.yaml)."""

    id: Id
    outcome: Outcome
    title: dict[Language, Text]
    reply: Id | None = None
    facts: dict[Variable, Id] = {}
    items: Variable | None = None
    slot: Id | None = None
    slot_required: bool = False
    about: list[Id] = []
    aspects: dict[Variable, Id] = {}
    premises: list[Id] = []
    suggests: list[Id] = []
    command: Variable | None = None
    action: Action | None = None
    utterances: dict[Language, list[Text]] = {}


class SynonymEntry(Entry):
    """Words that mean the same (synonyms.yaml): `meet*` is every word that begins so."""

    id: Id
    words: dict[Language, list[Text]]
    alike: bool = False
    """Whether the words must make no difference: a question that holds one is read as if it held any other."""


class BotEntry(Entry):
    """What the knowledge is about, and its languages (bot.yaml)."""

    name: Text
    languages: Annotated[list[Language], Field(min_length=1)]
    start: list[Id] = []
    menu: list[Id] = []


def _as_list(value: object) -> object:
    """Return a list of what may also be written alone; `null` (the reader keeps every scalar a text) is none."""
    if value is None or value == "null":
        return []
    return value if isinstance(value, list) else [value]


OneOrMore = BeforeValidator(_as_list)
_TEXTS = WithJsonSchema({"type": ["string", "array", "null"], "items": {"type": "string"}})


class TurnEntry(Entry):
    """A question of the evaluation and what its answer must be."""

    question: Annotated[str, Field(min_length=1)]
    intents: Annotated[list[Id], OneOrMore, _TEXTS] = Field(default=[], alias="intent")
    outcomes: Annotated[list[Outcome], OneOrMore, _TEXTS] = Field(default=[], alias="outcome")
    both: Annotated[list[Id], Field(max_length=3)] = []
    says: list[Text] = []
    never: list[Text] = []

    @model_validator(mode="after")
    def _expects_something(self) -> Self:
        if not (self.intents or self.outcomes or self.both):
            raise ValueError("a case needs an intent, both intents, or an outcome")
        return self


class ConversationEntry(Entry):
    """Questions of one conversation, each read with what came before."""

    turns: Annotated[list[TurnEntry], Field(min_length=1)]


class ThresholdsEntry(Entry):
    """What the evaluation must reach for the knowledge to be published (evaluation/thresholds.yaml)."""

    right: Annotated[float, Field(ge=0, le=1)] = 0.0
    """The share of the questions of each language whose answer is right."""
    questions: Annotated[int, Field(ge=0)] = 0
    """The questions that each language has."""
    examples: Annotated[float, Field(ge=0, le=1)] = 0.0
    """The share of the examples that the others of their intent would win without them."""


_FILES: dict[str, Any] = {
    "bot": BotEntry,
    "sources": list[SourceEntry],
    "synonyms": list[SynonymEntry],
    "entities": list[EntityEntry],
    "facts": list[FactEntry],
    "intent": IntentEntry,
    "evaluation": list[TurnEntry | ConversationEntry],
    "thresholds": ThresholdsEntry,
}


def json_schemas() -> dict[str, str]:
    """Return the JSON Schema of each kind of file by its name, as text: editors check and complete by it."""
    schemas = {name: TypeAdapter(form).json_schema() for name, form in _FILES.items()}
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return {name: json.dumps(dialect | schema, ensure_ascii=False, indent=2) + "\n" for name, schema in schemas.items()}
