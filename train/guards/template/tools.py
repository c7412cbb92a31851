"""Tools and tool calls that the chat template leaves out: the answer would be trained as an empty one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from train.guards.finding import Examined, Finding

LOOKED_AT = 50  # rows with tools
HINT = "take a template that writes tools, such as the one the model was published with: --template F"


def tools_left_out(examined: Examined) -> Iterator[Finding]:
    """Yield an error for each row with a call that the text lacks; a warning for the first row whose tools it lacks."""
    chat = examined.encoder.chat
    if chat is None:
        return
    for row in examined.rows:
        if any("tool_calls" in turn for turn in row.messages):
            text = chat.tried(row.turns, row.tools)
            without = chat.tried([_without_calls(turn) for turn in row.turns], row.tools)
            if text is not None and text == without:
                yield Finding("tool_call_left_out", "error", "the template leaves out its tool calls", HINT, row.place)
    for row in [row for row in examined.rows if row.tools is not None][:LOOKED_AT]:
        text = chat.tried(row.turns, row.tools)
        if text is not None and text == chat.tried(row.turns, None):
            yield Finding("tools_left_out", "warning", "the template does not write the row's tools", HINT, row.place)
            return


def _without_calls(turn: Mapping[str, Any]) -> dict[str, Any]:
    return {"content": ""} | {key: value for key, value in turn.items() if key != "tool_calls"}
