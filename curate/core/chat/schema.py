"""JSON Schemas of answers: compiled before a request is paid for, and held against what came back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import jsonschema_rs
import orjson

from curate.core.run.errors import ConfigError

_FENCED = re.compile(r"```[\w-]*\s*(.*)```", re.DOTALL)


@lru_cache(maxsize=64)
def _compiled(schema: bytes) -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for(orjson.loads(schema), retriever=_refuse)


def _refuse(uri: str) -> Any:
    raise ValueError(f"it refers to {uri}, which is not fetched")


def check_schema(schema: Mapping[str, Any]) -> None:
    """Raise ConfigError if it is no JSON Schema; one that refers to another address is none, for nothing is fetched."""
    try:
        _compiled(orjson.dumps(schema))
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError, TypeError) as error:
        told = str(error).splitlines()[0][:200]
        raise ConfigError(f"the answers' schema is no JSON Schema: {told}") from error


def unfenced(text: str) -> str:
    """Return JSON without the code fence that models like to put around it."""
    fenced = _FENCED.fullmatch(text.strip())
    return fenced[1].strip() if fenced else text.strip()


def breach(schema: Mapping[str, Any], value: Any) -> str | None:
    """Return how a value breaks a schema; None where it keeps it."""
    worst = next(iter(_compiled(orjson.dumps(schema)).iter_errors(value)), None)
    return None if worst is None else str(worst.message)
