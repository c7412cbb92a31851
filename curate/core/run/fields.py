"""The fields of a settings model as a table shows them: name, kind, default, description."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from pydantic import BaseModel

_KINDS = {"string": "string", "integer": "integer", "number": "number", "boolean": "true or false", "object": "table"}
_BOUNDS = (
    ("minimum", "at least {}"),
    ("exclusiveMinimum", "above {}"),
    ("maximum", "at most {}"),
    ("exclusiveMaximum", "below {}"),
    ("minItems", "at least {} of them"),
)


class FieldRow(NamedTuple):
    """One field of a model."""

    name: str
    kind: str  # in words: "number, above 0, at most 1"
    required: bool
    default: Any  # as JSON has it; null means that the field is absent
    description: str

    @property
    def shown(self) -> str:
        """Return the default as TOML writes it, or that there is none."""
        if self.required:
            return "required"
        return "absent" if self.default is None else json.dumps(self.default, ensure_ascii=False)


def field_rows(model: type[BaseModel]) -> list[FieldRow]:
    """Return the fields of a model, in its order."""
    schema = model.model_json_schema()
    required = schema.get("required", [])
    said = {name: field.description or "" for name, field in model.model_fields.items()}  # the schema drops some
    return [
        FieldRow(name, kind_of(field), name in required, field.get("default"), said[name])
        for name, field in schema["properties"].items()
    ]


def kind_of(schema: dict[str, Any]) -> str:
    """Return in words what a JSON schema of one field takes, null aside."""
    if "anyOf" in schema:
        return " or ".join(kind_of(one) for one in schema["anyOf"] if one.get("type") != "null")
    if "$ref" in schema:
        return "table"
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return " or ".join(json.dumps(value) for value in schema["enum"])
    bounds = "".join(f", {words.format(schema[name])}" for name, words in _BOUNDS if name in schema)
    if schema.get("type") == "array":
        return f"array of {_plural(schema.get('items', {}))}{bounds}"
    return f"{_KINDS.get(schema.get('type', ''), 'any value')}{bounds}"


def _plural(schema: dict[str, Any]) -> str:
    kinds = kind_of(schema).split(" or ")
    return " or ".join(f"{kind}s" if kind in _KINDS.values() else kind for kind in kinds)
