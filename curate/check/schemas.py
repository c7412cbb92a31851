"""JSON Schemas: jsonschema-rs decides on every value, and words the failure of the few that fail.

Both stay within bounds whatever a row brings: its patterns stop after a fixed count of steps.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

import jsonschema_rs
import orjson
from jsonschema_rs import ValidationError, ValidationErrorKind

from curate.check.nullable import with_nulls

_VALUE = "\0"  # stands for the value in a message, which is cut while its reason stays
_WIDEST_VALUE = 60
_WIDEST = 200


class Rules:
    """A compiled JSON Schema (drafts 4 to 2020-12), of which ``format`` is a remark.

    It never fetches: a remote ``$ref`` makes it invalid.
    """

    def __init__(self, schema: Any) -> None:
        self._checker = jsonschema_rs.validator_for(schema, validate_formats=False, retriever=_refuse, mask=_VALUE)

    def breach(self, value: Any) -> str | None:
        """Return the most telling failure of a value, with its place; None where no failure is proved."""
        if self._checker.is_valid(value):
            return None
        try:
            worst = _telling(self._proved(value))
        except ValueError:  # jsonschema-rs judges at any depth, and words no failure below the 255th
            return "it breaks the schema, and nests too deep to say where"
        if worst is None:
            return None
        place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in worst.instance_path)
        return f"{place.removeprefix('.')}: {_worded(worst)}" if place else _worded(worst)

    def _proved(self, value: Any) -> Iterator[ValidationError]:
        return (error for error in self._checker.iter_errors(value) if not _is_undecided(error))


def compile_rules(schema: Any, *, nullable: bool = False) -> Rules | str:
    """Return the compiled schema, or what is wrong with it; ``nullable`` heeds that word of OpenAPI in it."""
    try:
        return _compiled(orjson.dumps(schema), nullable)
    except ValidationError as error:
        return _worded(error)
    except (jsonschema_rs.ReferencingError, ValueError, TypeError) as error:
        return str(error).splitlines()[0][:_WIDEST]


@lru_cache(maxsize=4096)
def _compiled(schema: bytes, nullable: bool) -> Rules:
    value = orjson.loads(schema)
    return Rules(with_nulls(value) if nullable and b'"nullable"' in schema else value)


def _refuse(uri: str) -> Any:
    raise ValueError(f"the schema refers to {uri}, which is not fetched")


def _is_undecided(error: ValidationError) -> bool:
    """Say whether a pattern was given up, here or in a branch that might else have held."""
    if isinstance(error.kind, ValidationErrorKind.BacktrackLimitExceeded):
        return True
    return any(_is_undecided(inner) for branch in _branches(error) for inner in branch)


def _telling(errors: Iterable[ValidationError]) -> ValidationError | None:
    """Return the failure nearest the root; of alternatives that of the only one whose type the value has."""
    worst = min(errors, key=lambda error: (len(error.instance_path), bool(_branches(error))), default=None)
    if worst is None:
        return None
    meant = [
        branch
        for branch in _branches(worst)
        if not any(
            isinstance(error.kind, ValidationErrorKind.Type) and error.instance_path == worst.instance_path
            for error in branch
        )
    ]
    return _telling(meant[0]) or worst if len(meant) == 1 else worst


def _branches(error: ValidationError) -> list[list[ValidationError]]:
    """Return the failures of each alternative of ``anyOf`` and ``oneOf``."""
    return getattr(error.kind, "context", [])


def _worded(error: ValidationError) -> str:
    return _cut(error.message.replace(_VALUE, _told(error.instance)), _WIDEST)


def _told(value: Any) -> str:
    try:
        return _cut(orjson.dumps(value).decode(), _WIDEST_VALUE)
    except orjson.JSONEncodeError:  # nested too deep
        return "the value"


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
