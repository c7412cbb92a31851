"""The tools that a record declares: their names, and what the arguments of their calls must keep."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson

from curate.check.rules.structure import kind
from curate.check.schemas import Rules, compile_rules
from curate.core.read.fault import Fault, pointer, shown
from curate.core.read.layouts import Record


@dataclass
class Declared:
    """The tools that could be read; ``told`` is False where a record declares none, or none that can be read."""

    told: bool = False
    faults: list[Fault] = field(default_factory=list)
    functions: dict[str, Record] = field(default_factory=dict)  # by name
    rules: dict[str, Rules | None] = field(default_factory=dict)  # by name; None where arguments cannot be checked
    served: bool = False  # the server has tools of its own, such as a web search, and only it knows their names

    def lacks(self, name: str) -> bool:
        """Say whether a call of this name is proved to be of no tool."""
        return self.told and not self.served and name not in self.rules


def read_declared(holder: Record) -> Declared:
    """Return the tools of ``tools`` or the older ``functions``, an array or a string of JSON, with their faults."""
    declared = Declared()
    where = next((name for name in ("tools", "functions") if holder.get(name) not in (None, "", [])), None)
    if where is None:
        return declared
    value = holder[where]
    if isinstance(value, str):
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError as error:
            declared.faults.append(_malformed(f"{where} is a string, but not of JSON: {error}", where))
            return declared
        if value in (None, "", []):
            return declared
    if not isinstance(value, list):
        declared.faults.append(_malformed(f"{where} is {kind(value)}, not an array", where))
        return declared
    declared.told = True
    for index, tool in enumerate(value):
        declared.faults += _take(declared, tool, (where, index))
    if where == "tools" and any(map(_is_bare, value)):
        declared.faults.append(Fault("bare_tool", "a tool is declared without its wrapper", pointer(where)))
    return declared


def _take(declared: Declared, tool: Any, at: tuple[str, int]) -> Iterator[Fault]:
    """Enter a tool into those declared; yield what is wrong with it."""
    if not isinstance(tool, dict):
        yield _malformed(f"a tool is {kind(tool)}, not an object", *at)
        return
    if _is_foreign(tool):
        matter = tool.get(tool["type"])
        name = matter.get("name") if isinstance(matter, dict) else None
        if isinstance(name, str):
            declared.rules.setdefault(name, None)
        else:
            declared.served = True
        return
    function = tool.get("function", tool)
    name = function.get("name") if isinstance(function, dict) else None
    if not isinstance(name, str):
        yield _malformed("a tool has no name", *at)
        return
    if name in declared.functions:
        if _alike(declared.functions[name], function):
            return
        yield _malformed(f"the tool {shown(name)} is declared twice, and not alike", *at)
    parameters = function.get("parameters")
    rules = None if parameters is None else compile_rules(parameters, nullable=True)
    if isinstance(rules, str):
        yield Fault("parameters_schema", f"the parameters of {shown(name)}: {rules}", pointer(*at))
        rules = None
    declared.functions[name], declared.rules[name] = function, rules


def _alike(one: Any, other: Any) -> bool:
    try:
        return bool(one == other)
    except RecursionError:  # nested by the thousand: who knows
        return False


def _is_foreign(tool: Record) -> bool:
    """Say whether a tool is of another kind than a function: a custom one, or one of the server's own."""
    return isinstance(tool.get("type"), str) and tool["type"] != "function" and not {"function", "name"} & set(tool)


def _is_bare(tool: Any) -> bool:
    return isinstance(tool, dict) and "function" not in tool and not _is_foreign(tool)


def _malformed(message: str, *at: str | int) -> Fault:
    return Fault("tools_malformed", message, pointer(*at))
