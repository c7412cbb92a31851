"""What pydantic finds wrong with settings, a sentence for each mistake.

Of a setting that takes several kinds of value pydantic tells why it is none of each; here it is one mistake, which
names them all, or what is wrong with the table, or the list, that was clearly meant.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from pydantic import BaseModel

from curate.core.run.errors import nearest
from curate.core.run.fields import kind_of

_Path = tuple[str | int, ...]


class _Found(NamedTuple):
    """A problem: where its value stands, and the kinds of value by which pydantic went on from there, with the rest."""

    place: _Path
    kind: str | None
    rest: _Path
    problem: Any


def mistakes(model: type[BaseModel], settings: Any, problems: Sequence[Any]) -> Iterator[str]:
    """Yield a sentence for each mistake in some settings, which are as JSON has them."""
    found = [_found(settings, problem["loc"], problem) for problem in problems]
    told: set[_Path] = set()
    for one in found:
        if one.kind is None:
            yield _sentence(model, one)
        elif one.place not in told:
            told.add(one.place)
            meant = _meant([other for other in found if other.place == one.place and other.kind is not None])
            if meant:
                again = [{**other.problem, "loc": (*other.place, *other.rest)} for other in meant]
                yield from mistakes(model, settings, again)
            else:
                yield f"{_name(one.place)}: {_allowed(model, one.place)} is needed{_is(_at(settings, one.place))}"


def _found(settings: Any, path: _Path, problem: Any) -> _Found:
    """Return a problem with its place: what is no field of the settings on the way is a kind of value."""
    value = settings
    for number, part in enumerate(path):
        if _holds(value, part):
            value = value[part]
        elif number == len(path) - 1 and problem["type"] == "missing":
            break
        else:
            return _Found(path[:number], str(part), path[number + 1 :], problem)
    return _Found(path, None, (), problem)


def _holds(value: Any, part: str | int) -> bool:
    if isinstance(value, list):
        return isinstance(part, int) and part < len(value)
    return isinstance(value, Mapping) and part in value


def _meant(found: Sequence[_Found]) -> list[_Found]:
    """Return the problems of the kind that the value is of, the fewest; none where it is of no kind that is taken."""
    kinds: dict[str | None, list[_Found]] = {}
    for one in found:
        kinds.setdefault(one.kind, []).append(one)
    inside = [some for some in kinds.values() if all(one.rest or one.problem["type"] == "value_error" for one in some)]
    return min(inside, key=len, default=[])


def _at(settings: Any, path: _Path) -> Any:
    for part in path:
        settings = settings[part]
    return settings


def _name(place: _Path) -> str:
    return ".".join(map(str, place)) or "settings"


def _is(value: Any) -> str:
    if isinstance(value, str | int | float | bool):
        return f" (is {value!r})"
    return " (is a table)" if isinstance(value, dict) else " (is an array)" if isinstance(value, list) else ""


def _sentence(model: type[BaseModel], found: _Found) -> str:
    place, problem = found.place, found.problem
    if problem["type"] == "extra_forbidden":
        known = _fields(model, place[:-1])
        return f"{_name(place)}: no such setting{nearest(str(place[-1]), known) if known else ''}"
    if problem["type"] == "too_short":
        return f"{_name(place)}: at least {problem['ctx']['min_length']} is needed"
    value = problem.get("input")
    shown = f" (is {value!r})" if isinstance(value, str | int | float | bool) else ""
    return f"{_name(place)}: {str(problem['msg']).removeprefix('Value error, ')}{shown}"


def _allowed(model: type[BaseModel], place: _Path) -> str:
    """Return in words what a setting takes."""
    whole = model.model_json_schema()
    schema: dict[str, Any] = whole
    for part in place:
        schema = next((inner for one in _readings(whole, schema) if (inner := _inner(one, part)) is not None), {})
    return kind_of(schema)


def _readings(whole: dict[str, Any], schema: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what a schema may stand for, its references resolved."""
    if "$ref" in schema:
        return _readings(whole, whole["$defs"][schema["$ref"].rpartition("/")[2]])
    if "anyOf" in schema:
        return [reading for one in schema["anyOf"] for reading in _readings(whole, one)]
    return [schema]


def _inner(schema: dict[str, Any], part: str | int) -> dict[str, Any] | None:
    """Return the schema of a field, or of an element; None where there is none."""
    inner = schema.get("items") if isinstance(part, int) else schema.get("properties", {}).get(part)
    if inner is None and isinstance(part, str):
        inner = schema.get("additionalProperties")
    return inner if isinstance(inner, dict) else None


def _fields(model: type[BaseModel], path: Sequence[str | int]) -> list[str]:
    """Return the names of the fields of the model that a path of field names leads to."""
    for part in path:
        if not isinstance(part, str) or part not in model.model_fields:
            continue
        found = model_in(model.model_fields[part].annotation)
        if found is None:
            return []
        model = found
    return list(model.model_fields)


def model_in(annotation: Any) -> type[BaseModel] | None:
    """Return the first model in a type, inside unions and lists too; None where there is none."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inner = (model_in(argument) for argument in getattr(annotation, "__args__", ()))
    return next((found for found in inner if found is not None), None)
