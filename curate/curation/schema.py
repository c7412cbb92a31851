"""The JSON schema of ``curate.toml``, for editors that complete and check it while it is written."""

from __future__ import annotations

from typing import Any

from curate.core.run.canonical import canonical
from curate.curation.config import CurateConfig
from curate.steps.registry import PRESETS, STEPS

_DRAFT = "https://json-schema.org/draft/2020-12/schema"


def schema_text() -> str:
    """Return the schema of ``CurateConfig`` with the settings of each of our steps: ``curate.schema.json``."""
    schema = CurateConfig.model_json_schema()
    settings = {}
    for use, step in STEPS.items():
        own = step.model_json_schema()
        schema["$defs"] |= {**own.pop("$defs", {}), step.__name__: own}
        settings[use] = {"$ref": f"#/$defs/{step.__name__}"}
    fields = schema["properties"]
    fields["preset"]["enum"] = list(PRESETS)
    fields["defaults"]["properties"] = settings
    named = [{"allOf": [one], "required": ["use"]} for one in settings.values()]
    fields["steps"]["anyOf"][0]["items"] = {"anyOf": [*named, _foreign()]}
    return canonical({"$schema": _DRAFT, **schema, "title": "curate.toml"}).decode()


def _foreign() -> dict[str, Any]:
    """Return the schema of a step that another package adds: any settings."""
    return {"type": "object", "required": ["use"], "properties": {"use": {"type": "string", "not": {"enum": [*STEPS]}}}}
