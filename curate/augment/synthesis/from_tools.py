"""Rows in which the assistant calls a tool; the arguments keep the tool's schema."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal, NamedTuple

import orjson
from pydantic import Field

from curate.augment.asking.answer import TEXT, Fault, schema_of
from curate.augment.asking.template import Holes, Template
from curate.augment.draw import Draw
from curate.augment.synthesis.from_task import read_json
from curate.augment.synthesis.wish import Given, Order, Source, Wish, Written, blank, nested
from curate.core.chat.schema import breach, check_schema
from curate.core.run.errors import ConfigError


class FromTools(Source):
    """Rows in which the assistant calls one of the tools given; the arguments keep the tool's schema."""

    kind: Literal["tools"] = "tools"
    tools: str = Field(description="A file with the array of tools, as rows and endpoints have it.")

    template: ClassVar[str] = "tools"
    holes: ClassVar[Holes] = Holes(data=("tool",), words=("attributes", "number"), required=("tool",))

    def make(self, given: Given) -> ToolWishes:
        """Return where the rows come from.

        Raises:
            ConfigError: the file holds no tools, or one whose parameters are no schema.
        """
        return ToolWishes(given_tools(given.folder / self.tools))


class Tool(NamedTuple):
    """A tool that can be called."""

    name: str
    function: Mapping[str, Any]
    parameters: Mapping[str, Any]


def given_tools(path: Path) -> list[Tool]:
    """Return the tools of a file.

    Raises:
        ConfigError: it holds none, or one whose parameters are no schema.
    """
    told = read_json(path)
    if not isinstance(told, list) or not told:
        raise ConfigError(f"{path} is no array of tools", hint='[{"type": "function", "function": {"name": ...}}]')
    tools = []
    for number, one in enumerate(told, 1):
        function = one.get("function", one) if isinstance(one, dict) else None
        if not isinstance(function, dict) or not isinstance(function.get("name"), str):
            raise ConfigError(f"{path}: tool {number} has no name", hint='"function": {"name": "...", ...}')
        parameters = function.get("parameters") or {"type": "object", "properties": {}}
        try:
            check_schema(parameters)
        except ConfigError as error:
            raise ConfigError(
                f"{path}: the parameters of {function['name']!r} are no JSON Schema", str(error)
            ) from error
        tools.append(Tool(function["name"], function, parameters))
    return tools


class ToolWishes:
    """Goes through all tools before it asks for a call of one again."""

    def __init__(self, tools: Sequence[Tool]) -> None:
        self._tools = tools
        self._column = orjson.dumps([{"type": "function", "function": tool.function} for tool in tools])
        self.amount: int | None = len(tools)

    def wish(self, order: Order, template: Template, draw: Draw) -> Wish:
        """Return the wish for a call of a tool."""
        round_, place = divmod(order.number, len(self._tools))
        tool = self._tools[place]
        data = {"tool": orjson.dumps(tool.function, option=orjson.OPT_INDENT_2).decode()}
        filled = template.fill(data, {"attributes": order.said, "number": str(round_ + 1)})
        digest = hashlib.sha256(orjson.dumps(tool.function)).digest()
        return Wish(
            int.from_bytes(digest[:8], "big"),
            filled,
            schema_of(question=TEXT, arguments=nested(tool.parameters)),
            lambda value: _written(value, tool, order.number + 1),
            root=f"tool-{digest.hex()[:12]}",
            tools=self._column,
        )


def _written(value: Mapping[str, Any], tool: Tool, number: int) -> Written | Fault:
    arguments = value["arguments"]
    if (broken := breach(tool.parameters, arguments)) is not None:
        return Fault("breaks_schema", f"arguments of {tool.name}: {broken}")
    if not isinstance(arguments, dict):
        return Fault("breaks_schema", f"arguments of {tool.name}: no object")
    if blank(value["question"]):
        return Fault("empty", "a question without a text")
    function = {"name": tool.name, "arguments": orjson.dumps(arguments).decode()}
    call = {"id": f"call_{number}", "type": "function", "function": function}
    turns = [{"role": "user", "text": value["question"].strip()}, {"role": "assistant", "calls": orjson.dumps([call])}]
    return Written(turns, {"tool": tool.name}, [])
