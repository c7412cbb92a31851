"""JSON Schemas: jsonschema-rs decides on every value, jsonschema words the failure of the few that fail."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import jsonschema_rs
import orjson


class Rules:
    """A compiled JSON Schema (drafts 4 to 2020-12). It never fetches: a remote ``$ref`` makes it invalid."""

    def __init__(self, schema: Any) -> None:
        self._schema = schema
        self._fast = jsonschema_rs.validator_for(schema, retriever=_refuse)

    def allow(self, value: Any) -> bool:
        """Say whether the value keeps the schema."""
        return self._fast.is_valid(value)

    def complaint(self, value: Any) -> str:
        """Return the most telling failure of a value that breaks the schema, with its place."""
        import jsonschema.validators  # noqa: PLC0415 - a third of the start-up of check, and most runs never need it
        import referencing  # noqa: PLC0415

        chosen = jsonschema.validators.validator_for(self._schema, default=jsonschema.Draft202012Validator)
        checker = chosen(self._schema, registry=referencing.Registry())
        try:
            worst = jsonschema.exceptions.best_match(checker.iter_errors(value))
        except Exception as error:
            return f"it breaks the schema ({type(error).__name__} while wording why)"
        if worst is None:
            return next((str(error.message) for error in self._fast.iter_errors(value)), "it breaks the schema")
        place = worst.json_path.removeprefix("$").removeprefix(".")
        message = worst.message if len(worst.message) <= 160 else f"{worst.message[:159]}…"
        return f"{place}: {message}" if place else message


def _refuse(uri: str) -> Any:
    raise ValueError(f"the schema refers to {uri}, which is not fetched")


def compile_rules(schema: Any) -> Rules | str:
    """Return the compiled schema, or what is wrong with it."""
    try:
        return _compiled(orjson.dumps(schema))
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError, TypeError) as error:
        return str(error).splitlines()[0][:200]


@lru_cache(maxsize=4096)
def _compiled(schema: bytes) -> Rules:
    return Rules(orjson.loads(schema))
