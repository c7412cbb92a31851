"""The JSON schema of ``train.toml``, for editors: of a run here, and with ``[hosted]`` of a job elsewhere."""

from __future__ import annotations

from pydantic.json_schema import models_json_schema

from curate.core.run.schema import schema_file
from train.config import TrainConfig
from train.hosted.config import HostedConfig


def schema_text() -> str:
    """Return the schema as JSON."""
    chosen, schema = models_json_schema([(TrainConfig, "validation"), (HostedConfig, "validation")])
    here, hosted = (chosen[model, "validation"] for model in (TrainConfig, HostedConfig))
    condition = {"if": {"required": ["hosted"]}, "then": hosted, "else": here}
    return schema_file(schema | {"title": "train.toml", "type": "object"} | condition)
