"""JSON schemas of configuration files, for editors that complete and check them while they are written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from curate.core.run.canonical import canonical

_DRAFT = "https://json-schema.org/draft/2020-12/schema"


def schema_file(schema: Mapping[str, Any]) -> str:
    """Return a schema as the text of a file."""
    return canonical({"$schema": _DRAFT, **schema}).decode()


def define(schema: dict[str, Any], models: Mapping[str, type[BaseModel]]) -> dict[str, dict[str, str]]:
    """Add models to the definitions of a schema, and return a reference to each by its name."""
    for model in models.values():
        own = model.model_json_schema()
        schema["$defs"] |= {**own.pop("$defs", {}), model.__name__: own}
    return {name: {"$ref": f"#/$defs/{model.__name__}"} for name, model in models.items()}


def step_entry(ours: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """Return the schema of an entry of ``[[steps]]``: a reference to one of ours, or any settings of another's step."""
    named = [{"allOf": [one], "required": ["use"]} for one in ours.values()]
    other = {"type": "string", "not": {"enum": [*ours]}}
    return {"anyOf": [*named, {"type": "object", "required": ["use"], "properties": {"use": other}}]}
