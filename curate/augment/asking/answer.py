"""From a reply to the object that was asked for; what is none is a fault."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson

from curate.augment.asking.fence import Fence
from curate.core.chat.reply import Reply
from curate.core.chat.schema import breach, unfenced

TEXT = {"type": "string"}
_FORM = ("invalid_json", "breaks_schema")  # looked for here anew: earlier versions kept fenced objects as no JSON


class Fault(NamedTuple):
    """Why an answer is no row."""

    word: str
    detail: str = ""


def schema_of(**properties: Any) -> dict[str, Any]:
    """Return the schema of an object with exactly these properties."""
    required = list(properties)
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def value_of(reply: Reply, schema: Mapping[str, Any], fence: Fence) -> dict[str, Any] | Fault:
    """Return the object that a reply is, its texts as the data has them; blanks at their ends may be what they say."""
    told = reply.fault
    if told is not None and told.kind not in _FORM:
        return Fault(told.kind, told.detail)
    text = unfenced(reply.choices[0].said if told is not None else reply.text or "")
    if not text:
        return Fault("empty")
    if fence.broken_by(text):
        return Fault("repeats_prompt")
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        return Fault("invalid_json", str(error))
    if (broken := breach(schema, value)) is not None:
        return Fault("breaks_schema", broken)
    restored: dict[str, Any] = _restored(value, fence)
    return restored


def _restored(value: Any, fence: Fence) -> Any:
    if isinstance(value, str):
        return fence.restored(value)
    if isinstance(value, list):
        return [_restored(one, fence) for one in value]
    if isinstance(value, dict):
        return {name: _restored(one, fence) for name, one in value.items()}
    return value
