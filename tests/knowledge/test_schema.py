"""The JSON Schemas beside the knowledge are those of the models that read it."""

import json
from pathlib import Path

import pytest

from bot.knowledge.schema import json_schemas
from tests.knowledge.conftest import ROOT

SCHEMAS = ROOT / "knowledge" / "schemas"


@pytest.mark.parametrize("name", sorted(json_schemas()))
def test_the_schema_is_current(name: str) -> None:
    """`jolig schemas` was run after the last change of a model."""
    assert (SCHEMAS / f"{name}.json").read_text(encoding="utf-8") == json_schemas()[name]


def test_there_is_no_schema_left_over() -> None:
    assert {path.stem for path in SCHEMAS.iterdir()} == set(json_schemas())


def test_a_schema_names_the_keys_of_an_intent() -> None:
    intent = json.loads(Path(SCHEMAS / "intent.json").read_text(encoding="utf-8"))
    assert {"id", "outcome", "title", "utterances"} <= intent["properties"].keys()
