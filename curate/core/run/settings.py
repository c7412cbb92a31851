"""Settings from TOML, flags and models; every mistake is told with its place and the nearest right word."""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from curate.core.run.bounds import LEAST, MOST
from curate.core.run.errors import ConfigError
from curate.core.run.mistakes import mistakes

M = TypeVar("M", bound=BaseModel)
INIT = "thresher init writes a commented example"  # of curate, augment, train, eval and gate.toml, and of no other


def read_toml(path: Path) -> dict[str, Any]:
    """Return the tables of a TOML file; a byte-order mark before them, as some editors write, says nothing.

    Raises:
        ConfigError: it cannot be read, or is no TOML (with line and column).
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be read: {error.strerror}",
            hint="check the path; thresher init writes a curate.toml, a train.toml, an eval.toml and a gate.toml",
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{path} is no TOML: {error}", hint="strings stand in quotes, tables in [brackets]"
        ) from error


def override(settings: dict[str, Any], assignments: Sequence[str]) -> dict[str, Any]:
    """Return the settings with ``a.b=value`` assignments applied; a value is TOML, or else a plain string.

    Raises:
        ConfigError: an assignment has no ``=``, or leads through something that is no table.
    """
    result: dict[str, Any] = _copied(settings)
    for assignment in assignments:
        path, equals, text = assignment.partition("=")
        if not equals or not path.strip():
            raise ConfigError(f"--set takes a.b=value, not {assignment!r}")
        *tables, last = path.strip().split(".")
        table = result
        for name in tables:
            table = table.setdefault(name, {})
            if not isinstance(table, dict):
                raise ConfigError(f"--set {assignment}: {name!r} is no table")
        table[last] = _value(text)
    return result


def assignment(name: str, text: str) -> str:
    """Return what ``override`` takes for a name and a text, which is quoted where it would be read as a value."""
    return f"{name}={text if _value(text) == text else json.dumps(text, ensure_ascii=False)}"


def _copied(settings: Any) -> Any:
    if isinstance(settings, dict):
        return {key: _copied(value) for key, value in settings.items()}
    return list(settings) if isinstance(settings, list) else settings


def _value(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def validate(model: type[M], settings: Mapping[str, Any], where: str, hint: str = INIT) -> M:
    """Return the model of the settings; ``hint`` says where right ones are to be seen.

    Each has the kind that the JSON schema says: true is no number, and "7" is none.

    Raises:
        ConfigError: one line for each mistake, with the nearest known word for a misspelt one.
    """
    try:
        made = _made(model, settings)
    except ValidationError as error:
        lines = list(mistakes(model, _plain(settings), error.errors(include_url=False)))
        raise _mistakes(where, lines, hint) from error
    if lines := list(_unwritable(made.model_dump())):
        raise _mistakes(where, lines, hint)
    return made


def _made(model: type[M], settings: Mapping[str, Any]) -> M:
    given = _plain(settings)
    try:
        return model.model_validate_json(_json(given), strict=True)  # as JSON: there a path is a string
    except UnicodeEncodeError:  # the name of a file that is no UTF-8: who reads or writes names says so
        return model.model_validate(dict(settings))
    except ValidationError:
        whole = _json(_whole(given))
        if whole == _json(given):
            raise
    return model.model_validate_json(whole, strict=True)


def _json(given: Any) -> bytes:
    return json.dumps(given, ensure_ascii=False).encode()


def _plain(value: Any) -> Any:
    """Return settings as JSON has them, whatever Python holds them in."""
    if isinstance(value, BaseModel):
        return _plain(value.model_dump())
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(map(_plain, value), key=str)
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if hasattr(value, "dtype") and hasattr(value, "item"):  # a number of NumPy's
        return value.item()
    if isinstance(value, datetime):
        return (value.date() if value.time() == time() else value).isoformat()
    return value if isinstance(value, str | int | float | None) else str(value)


def _whole(value: Any) -> Any:
    """Return settings with 1e6 as the integer that it is by JSON Schema."""
    if isinstance(value, dict):
        return {key: _whole(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_whole(one) for one in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _mistakes(where: str, lines: Sequence[str], hint: str) -> ConfigError:
    count = f"{len(lines)} mistakes" if len(lines) > 1 else "a mistake"
    return ConfigError(f"{where} has {count}", *lines, hint=hint)


def _unwritable(value: Any, place: str = "") -> Iterator[str]:
    """Yield what is wrong with each number that a manifest cannot hold, and each path that no system can."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _unwritable(one, f"{place}.{key}" if place else str(key))
    elif isinstance(value, list | tuple):
        for at, one in enumerate(value):
            yield from _unwritable(one, f"{place}.{at}")
    elif isinstance(value, int) and not LEAST <= value <= MOST:
        yield f"{place}: a number of at most 64 bits is needed, up to {MOST} (is {value})"
    elif isinstance(value, float) and not math.isfinite(value):
        yield f"{place}: a finite number is needed (is {value})"
    elif isinstance(value, Path) and "\0" in str(value):
        yield f"{place}: a path without a null character is needed (is {str(value)!r})"
