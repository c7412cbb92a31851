"""Calls of tools as chat templates take them: arguments as objects, or as text for those that join it to theirs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, TypeVar

import orjson
from jinja2 import TemplateError

Made = TypeVar("Made")
Turns = Sequence[Mapping[str, Any]]

REFUSALS = (  # what a template raises, or what it does to a message
    TemplateError,
    TypeError,
    ValueError,
    LookupError,
    AttributeError,  # a filter on what is no object
    ArithmeticError,  # a division by a count that is 0
    RecursionError,  # a macro that calls itself
)


def parsed(turn: Mapping[str, Any]) -> dict[str, Any]:
    """Return a turn as most templates take it: the arguments of tool calls as objects, not as strings of JSON.

    A call without arguments has an empty object.
    """

    def one(arguments: Any) -> Any:
        if arguments in (None, ""):
            return {}
        if isinstance(arguments, str):
            with suppress(orjson.JSONDecodeError):
                return orjson.loads(arguments)
        return arguments

    return _with_arguments(turn, one)


def rendered(make: Callable[[Turns], Made], turns: Turns) -> Made:
    """Return what a template makes of turns; where it joins arguments to text (DeepSeek V3), of turns with text there.

    Raises:
        REFUSALS: it refuses them either way.
    """
    try:
        return make(turns)
    except TypeError:
        spelt = [_with_arguments(turn, _spelt) for turn in turns]
        if spelt == list(turns):
            raise
    return make(spelt)


def _spelt(arguments: Any) -> Any:
    return (
        arguments if isinstance(arguments, str | None) else json.dumps(arguments, ensure_ascii=False)
    )  # as tojson spells it


def _with_arguments(turn: Mapping[str, Any], change: Callable[[Any], Any]) -> dict[str, Any]:
    calls = turn.get("tool_calls")
    if not isinstance(calls, list):
        return dict(turn)
    made = []
    for call in calls:
        function = dict(call.get("function", {}))
        function["arguments"] = change(function.get("arguments"))
        made.append({**call, "function": function})
    return {**turn, "tool_calls": made}
