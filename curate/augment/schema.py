"""The JSON schema of ``augment.toml``, for editors that complete and check it while it is written."""

from __future__ import annotations

from curate.augment import AUGMENTS
from curate.augment.config import AugmentConfig
from curate.core.run.schema import define, schema_file, step_entry


def augment_schema_text() -> str:
    """Return the schema of ``AugmentConfig`` with the settings of each of our steps: ``augment.schema.json``."""
    schema = AugmentConfig.model_json_schema() | {"title": "augment.toml"}
    schema["properties"]["steps"]["items"] = step_entry(define(schema, AUGMENTS))
    return schema_file(schema)
