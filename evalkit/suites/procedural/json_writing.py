"""JSON writing: an object to a JSON Schema, from facts that the prompt states."""

from __future__ import annotations

import json
from random import Random
from typing import Any

from evalkit.suites.procedural.words import CITIES, names, nouns
from evalkit.suites.suite import Made, Suite

_END = "Reply with the JSON alone."


def _person(draw: Random) -> tuple[str, dict[str, Any], dict[str, Any]]:
    (who,), age, city = names(draw, 1), draw.randint(18, 90), draw.choice(CITIES)
    tags = nouns(draw, draw.randint(1, 3))
    member = draw.random() < 0.5
    value = {"name": who, "age": age, "city": city, "member": member, "likes": tags}
    text = (
        f"{who} is {age} years old, lives in {city}, is {'a' if member else 'no'} member, and likes these things, "
        f"in this order: {', '.join(tags)}."
    )
    kinds = {"name": "string", "age": "integer", "city": "string", "member": "boolean"}
    fields: dict[str, Any] = {key: {"type": kind} for key, kind in kinds.items()}
    fields["likes"] = {"type": "array", "items": {"type": "string"}}
    return text, value, fields


def _order(draw: Random) -> tuple[str, dict[str, Any], dict[str, Any]]:
    number, city = draw.randint(1_000, 99_999), draw.choice(CITIES)
    lines = [{"item": thing, "count": draw.randint(1, 40)} for thing in nouns(draw, draw.randint(2, 4))]
    value = {"order": number, "ship_to": city, "lines": lines}
    told = ", then ".join(f"item {line['item']}, count {line['count']}" for line in lines)
    line = _object({"item": {"type": "string"}, "count": {"type": "integer"}})
    fields = {
        "order": {"type": "integer"},
        "ship_to": {"type": "string"},
        "lines": {"type": "array", "items": line},
    }
    return f"Order {number} ships to {city}. It has, in this order: {told}.", value, fields


def _object(fields: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}


def _make(draw: Random) -> Made:
    kind, made = draw.choice((("person", _person), ("order", _order)))
    text, value, fields = made(draw)
    schema = _object(fields)
    prompt = f"{text}\n\nWrite this as one JSON object that keeps this JSON Schema:\n{json.dumps(schema)}\n{_END}"
    checks = ({"is": "json_schema", "schema": schema}, {"is": "json_value", "value": value})
    return Made(kind, prompt, json.dumps(value), checks, {"schema": schema})


JSON_WRITING = Suite(
    "json",
    "procedural",
    "writing JSON to a schema: its form, and that nothing is invented",
    "ours",
    None,
    metrics=("check", "check_parts"),
    make=_make,
)
