"""Judges requests and updates of the Bot API by aiogram's models, which this project did not write."""

import json
from collections.abc import Iterator, Mapping
from types import UnionType
from typing import Any, Union, get_args, get_origin

import aiogram.methods
from aiogram.types import Update
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

METHODS: Mapping[str, type[BaseModel]] = {
    method.__api_method__: method
    for method in map(vars(aiogram.methods).get, aiogram.methods.__all__)
    if isinstance(method, type) and hasattr(method, "__api_method__")
}
"""The models of the Bot API's methods by name."""


def decoded(method: str, form: Mapping[str, str]) -> dict[str, Any]:
    """Return the parameters of a form: what is not a string is JSON there."""
    fields = METHODS[method].model_fields
    return {name: value if _is_text(fields.get(name)) else _loaded(value) for name, value in form.items()}


def violations(method: str, parameters: Mapping[str, Any]) -> list[str]:
    """Return what the Bot API does not allow in a request."""
    return [f"{method}: {problem}" for problem in _problems(METHODS[method], parameters)]


def update_violations(update: Mapping[str, Any]) -> list[str]:
    """Return what the Bot API would never send."""
    return [f"update: {problem}" for problem in _problems(Update, update)]


def _problems(model: type[BaseModel], values: Mapping[str, Any]) -> list[str]:
    try:
        made = model.model_validate(dict(values))
    except ValidationError as error:
        return [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()]
    return list(_strange(made, ""))


def _strange(value: object, path: str) -> Iterator[str]:
    """Yield the unknown and the deprecated fields of a model and of all in it."""
    if isinstance(value, BaseModel):
        fields = type(value).model_fields
        for name in value.model_extra or ():
            yield f"{path}{name}: unknown field"
        for name in value.model_fields_set & fields.keys():
            extra = fields[name].json_schema_extra
            if isinstance(extra, dict) and extra.get("deprecated"):
                yield f"{path}{name}: deprecated field"
            yield from _strange(getattr(value, name), f"{path}{name}.")
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _strange(each, f"{path}{number}.")


def _is_text(field: FieldInfo | None) -> bool:
    if field is None:
        return False
    annotation = field.annotation
    return str in (get_args(annotation) if get_origin(annotation) in (Union, UnionType) else (annotation,))


def _loaded(value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        return value
