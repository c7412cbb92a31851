"""Tools and tool calls that the chat template leaves out: the answer would be trained as an empty one."""

from __future__ import annotations

from collections.abc import Iterator

from curate.core.command.terminal import inert
from train.data.rows import Row
from train.guards.finding import Examined, Finding
from train.masking.chat import REFUSALS

HINT = "take a template that writes tools, such as the one the model was published with: --template F"


def tools_left_out(examined: Examined) -> Iterator[Finding]:
    """Yield an error for each row with a call that the text lacks; a warning for the first row whose tools it lacks."""
    chat = examined.encoder.chat
    if chat is None:
        return
    listed = False
    for row in examined.rows:
        calls = _called(row)
        if not calls and (row.tools is None or listed):
            continue
        messages = [{key: value for key, value in turn.items() if key != "weight"} for turn in row.messages]
        try:
            text = chat.render(messages, row.tools)
            bare = text if listed or row.tools is None else chat.render(messages, None)
        except REFUSALS:
            continue  # another guard tells it
        for name in [name for name in calls if name not in text][:1]:
            message = f"the template leaves out its call of {inert(name, 60)}"
            yield Finding("tool_call_left_out", "error", message, HINT, row.place)
        if row.tools is not None and not listed and text == bare:
            listed = True
            yield Finding("tools_left_out", "warning", "the template does not write the row's tools", HINT, row.place)


def _called(row: Row) -> list[str]:
    return [call["function"]["name"] for turn in row.messages for call in turn.get("tool_calls", ())]
