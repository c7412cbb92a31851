"""The JSON schema of ``curate.toml``, for editors that complete and check it while it is written."""

from __future__ import annotations

from curate.core.run.schema import define, schema_file, step_entry
from curate.curation.config import CurateConfig
from curate.steps.registry import PRESETS, STEPS


def schema_text() -> str:
    """Return the schema of ``CurateConfig`` with the settings of each of our steps: ``curate.schema.json``."""
    schema = CurateConfig.model_json_schema() | {"title": "curate.toml"}
    settings = define(schema, STEPS)
    fields = schema["properties"]
    fields["preset"]["enum"] = list(PRESETS)
    fields["defaults"]["properties"] = settings
    fields["steps"]["anyOf"][0]["items"] = step_entry(settings)
    return schema_file(schema)
