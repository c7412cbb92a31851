"""Do tool calls fit the tools, and tool turns the calls? Faults of the family TH4."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from curate.check.rules.chats import Turn
from curate.check.rules.structure import kind
from curate.check.schemas import Rules, compile_rules
from curate.core.read.fault import Fault, pointer, shown
from curate.core.read.layouts import Record
from curate.core.read.layouts.layout import Path

Declared = dict[str, Rules | None]  # by name; None where the parameters cannot be checked


def check_tools(holder: Record, turns: Sequence[Turn]) -> Iterator[Fault]:
    """Yield what is wrong with the tools a record declares, the calls it makes and the turns that answer them.

    Without turns (ShareGPT) only the declaration is judged, and bare tools are the custom.
    """
    declared: Declared | None = None
    faults: list[Fault] = []
    field = next((name for name in ("tools", "functions") if holder.get(name) not in (None, "", [])), None)
    if field is not None:
        declared, faults = _declared(holder[field], field)
        yield from (fault for fault in faults if turns or fault.slug != "bare_tool")
    yield from _turns(turns, declared, broken=declared is None and bool(faults))


def _declared(value: Any, field: str) -> tuple[Declared | None, list[Fault]]:
    """Return the tools by name, and their faults; None for the tools where there are none or they cannot be read."""
    if isinstance(value, str):
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError as error:
            return None, [Fault("tools_malformed", f"{field} is a string, but not of JSON: {error}", pointer(field))]
        if value in (None, "", []):
            return None, []
    if not isinstance(value, list):
        return None, [Fault("tools_malformed", f"{field} is {kind(value)}, not an array", pointer(field))]
    declared: Declared = {}
    faults: list[Fault] = []
    bare = False
    for index, tool in enumerate(value):
        at = pointer(field, index)
        if not isinstance(tool, dict):
            faults.append(Fault("tools_malformed", f"a tool is {kind(tool)}, not an object", at))
            continue
        if isinstance(tool.get("type"), str) and tool["type"] != "function" and not {"function", "name"} & set(tool):
            continue  # a tool of the server's own, such as web search: nothing to check
        function = tool.get("function", tool)
        bare = bare or ("function" not in tool and field == "tools")
        name = function.get("name") if isinstance(function, dict) else None
        if not isinstance(name, str):
            faults.append(Fault("tools_malformed", "a tool has no name", at))
            continue
        if name in declared:
            faults.append(Fault("tools_malformed", f"the tool {shown(name)} is declared twice", at))
        parameters = function.get("parameters")
        rules = None if parameters is None else compile_rules(parameters)
        if isinstance(rules, str):
            faults.append(Fault("parameters_schema", f"the parameters of {shown(name)}: {rules}", at))
            rules = None
        declared[name] = rules
    if bare:
        faults.append(Fault("bare_tool", "a tool is declared without its wrapper", pointer(field)))
    return declared, faults


def _turns(turns: Sequence[Turn], declared: Declared | None, *, broken: bool) -> Iterator[Fault]:
    """Walk the turns: check every call, and match tool turns with the calls that are open."""
    made: set[str] = set()
    open_calls: dict[str, str] = {}  # id -> pointer of the call
    without_id = 0
    undeclared_once = False
    for message, here in turns:
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
            if declared is None and not broken and not undeclared_once:
                undeclared_once = True
                yield Fault("calls_without_tools", f"{shown(function['name'])} is called, no tool is declared", place)
            yield from _arguments(function, declared, place)


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


def _arguments(function: Record, declared: Declared | None, place: str) -> Iterator[Fault]:
    name, arguments = function["name"], function.get("arguments")
    if declared is not None and name not in declared:
        known = ", ".join(declared) or "none"
        yield Fault("undeclared_tool", f"{shown(name)} is called; declared is {known}", place)
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
    rules = (declared or {}).get(name)
    if rules is not None and not rules.allow(arguments):
        yield Fault("arguments_schema", f"the arguments of {shown(name)}: {rules.complaint(arguments)}", place)
