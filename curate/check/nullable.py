"""``{"type": "integer", "nullable": true}``: how OpenAPI 3.0, Gemini and Transformers declare that null may stand."""

from __future__ import annotations

from typing import Any

_NAMED = frozenset({"properties", "patternProperties", "definitions", "$defs", "dependentSchemas", "dependencies"})
_VALUES = frozenset({"enum", "const", "default", "example", "examples"})
_COMPOUND = (
    "$ref",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "if",
    "then",
    "else",
)  # what may judge null beside type and values


def with_nulls(schema: Any) -> Any:
    """Return the schema in the words of JSON Schema, which knows no ``nullable``: null is one more type and value."""
    if isinstance(schema, list):
        return [with_nulls(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    told = {key: _inner(key, value) for key, value in schema.items()}
    return _null_too(told) if schema.get("nullable") is True else told


def _inner(key: str, value: Any) -> Any:
    if key in _VALUES:
        return value
    if key in _NAMED and isinstance(value, dict):
        return {name: with_nulls(one) for name, one in value.items()}
    return with_nulls(value)


def _null_too(schema: dict[str, Any]) -> dict[str, Any]:
    told = {key: value for key, value in schema.items() if key not in _COMPOUND}
    compound = {key: schema[key] for key in _COMPOUND if key in schema}
    if "type" in told:
        types = told["type"] if isinstance(told["type"], list) else [told["type"]]
        told["type"] = [*types, *(["null"] if "null" not in types else [])]
    if isinstance(told.get("enum"), list):
        told["enum"] = [*told["enum"], *([None] if None not in told["enum"] else [])]
    if "const" in told:
        told["enum"] = [told.pop("const"), None]
    return told | {"anyOf": [{"type": "null"}, compound]} if compound else told
