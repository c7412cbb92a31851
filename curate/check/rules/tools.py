"""Do tool calls fit the tools, and tool turns the calls? Faults of the family TH4."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from curate.check.rules.chats import Turn
from curate.check.rules.declared import Declared, read_declared
from curate.check.rules.structure import kind
from curate.core.read.fault import Fault, pointer, shown
from curate.core.read.layouts import Record
from curate.core.read.layouts.layout import Path

_WRONG = frozenset({"undeclared_tool", "arguments_not_json", "arguments_schema"})  # of a call that can be read


def check_tools(holder: Record, turns: Sequence[Turn]) -> Iterator[Fault]:
    """Yield what is wrong with the tools a record declares, the calls it makes and the turns that answer them.

    Without turns (ShareGPT) only the declaration is judged, and bare tools are the custom.
    """
    declared = read_declared(holder)
    yield from (fault for fault in declared.faults if turns or fault.slug != "bare_tool")
    yield from _turns(turns, declared)


def _turns(turns: Sequence[Turn], declared: Declared) -> Iterator[Fault]:
    """Walk the turns: check every call, and match tool turns with the calls that are open."""
    made: set[str] = set()
    open_calls: dict[str, str] = {}  # id -> pointer of the call
    without_id = 0
    undeclared_once = False
    for message, here, taught in turns:
        if message.get("role") in ("tool", "function"):
            call_id = message.get("tool_call_id")
            if isinstance(call_id, str):
                open_calls.pop(call_id, None)
                if call_id not in made and not without_id:
                    yield Fault(
                        "unknown_call_id", f"no call has the id {shown(call_id)}", pointer(*here, "tool_call_id")
                    )
                continue
            if open_calls:
                del open_calls[next(iter(open_calls))]  # by its place it answers the first
            if without_id == 0 and message["role"] == "tool":
                yield Fault("no_call_id", "a tool turn without tool_call_id", pointer(*here))
            continue
        if open_calls:
            for call_id, place in open_calls.items():
                yield Fault("unanswered_call", f"no tool turn answers {shown(call_id)} before the next turn", place)
            open_calls = {}
        for call, place in _calls(message, here):
            if _is_foreign(call):
                made.add(str(call.get("id")))
                continue
            function = call.get("function", call) if isinstance(call, dict) else None
            if not isinstance(function, dict) or not isinstance(function.get("name"), str):
                yield Fault("call_malformed", f"{shown(call)} is no call", place)
                made.add(str(call.get("id")) if isinstance(call, dict) else "")  # its answer is not at fault too
                continue
            call_id = call.get("id")
            if isinstance(call_id, str):
                made.add(call_id)
                open_calls[call_id] = place
            else:
                without_id += 1
            if not declared.told and not declared.faults and not undeclared_once:
                undeclared_once = True
                yield Fault("calls_without_tools", f"{shown(function['name'])} is called, no tool is declared", place)
            found = _arguments(function, declared, place)
            yield from found if taught else map(_of_untaught, found)


def _calls(message: Record, here: Path) -> Iterator[tuple[Any, str]]:
    calls = message.get("tool_calls")
    if isinstance(calls, list):
        for index, call in enumerate(calls):
            yield call, pointer(*here, "tool_calls", index)
    elif calls is not None:
        yield [calls], pointer(*here, "tool_calls")  # a list is no call, whatever it holds
    if message.get("function_call") is not None:
        yield {"function": message["function_call"]}, pointer(*here, "function_call")


def _is_foreign(call: Any) -> bool:
    """Say whether a call is of another kind than a function's, with its matter under its type: ``custom``."""
    own = call.get("type") if isinstance(call, dict) else None
    return isinstance(own, str) and own != "function" and isinstance(call.get(own), dict)


def _of_untaught(fault: Fault) -> Fault:
    return fault._replace(slug="untaught_call") if fault.slug in _WRONG else fault


def _arguments(function: Record, declared: Declared, place: str) -> Iterator[Fault]:
    name, arguments = function["name"], function.get("arguments")
    rules = declared.rules.get(name)
    if declared.lacks(name):
        known = ", ".join(declared.rules) or "none"
        yield Fault("undeclared_tool", f"{shown(name)} is called; declared is {known}", place)
    blank = arguments is None or (isinstance(arguments, str) and not arguments.strip())
    if blank and (rules is None or rules.breach({}) is None):
        yield Fault("no_arguments", f"the call of {shown(name)} has no arguments", place)
        return
    spoken = isinstance(arguments, str)
    if isinstance(arguments, str):
        try:
            arguments = orjson.loads(arguments)
        except orjson.JSONDecodeError as error:
            yield Fault("arguments_not_json", f"the arguments of {shown(name)}: {error}", place)
            return
    elif isinstance(arguments, dict):
        yield Fault("arguments_not_string", f"the arguments of {shown(name)} are an object", place)
    if not isinstance(arguments, dict):
        yield Fault("arguments_not_json", f"the arguments of {shown(name)} are {kind(arguments)}, not an object", place)
        return
    breach = None if rules is None else rules.breach(arguments)
    if rules is not None and breach is not None and not spoken and rules.breach(_present(arguments)) is None:
        breach = None  # the nulls are of a table, which has every field in every row
    if breach is not None:
        yield Fault("arguments_schema", f"the arguments of {shown(name)}: {breach}", place)


def _present(value: Any) -> Any:
    """Return the value without the null members of its objects, which Arrow and Parquet write for absent ones."""
    if isinstance(value, dict):
        return {key: _present(one) for key, one in value.items() if one is not None}
    return [_present(one) for one in value] if isinstance(value, list) else value
