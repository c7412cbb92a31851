"""No field that says something beside the texts is overlooked by the scanner. The oracle is the path without it."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from curate.core.read.layouts import beside
from tests.conftest import chat
from tests.native.scanning import assert_same, gatherer

pytestmark = pytest.mark.skipif(shutil.which("cc") is None, reason="there is no C compiler on this machine")

CHATS = {
    "messages": chat("Who is that?", "A cat.")["messages"],
    "conversations": [{"from": "human", "value": "Who is that?"}, {"from": "gpt", "value": "A cat."}],
}
RECORDS = {
    "messages": {"messages": CHATS["messages"]},
    "sharegpt": {"conversations": CHATS["conversations"]},
    "alpaca": {"instruction": "Who is that?", "output": "A cat."},
    "prompt_completion": {"prompt": "Who is that?", "completion": "A cat."},
    "input_output": {"input": "Who is that?", "output": "A cat."},
    "classification": {"text": "Who is that?", "label": "cat"},
    "text": {"text": "A cat."},
}
OF_TURNS = ("role", "from", "content", "value", "name", "tool_calls", "function_call", "tool_call_id", "parts", "calls")
OF_RECORDS = (
    "system",
    "system_prompt",
    "history",
    "tools",
    "functions",
    "parallel_tool_calls",
    "label",
    "chosen",
    "input",
)
NAMES = sorted({*beside.BESIDE, *beside._SAID, *beside._TRAINED, *OF_TURNS, *OF_RECORDS, "rejected", "audio"})
CALL = {"id": "a", "type": "function", "function": {"name": "look", "arguments": "{}"}}
VALUES: tuple[Any, ...] = (
    None, "", "No.", 0, 1, 2.5, True, False, [], {}, [None], ["No."], [[]], {"a": 1}, [CALL], [["a", "b"]],
    [{"type": "text", "text": "No."}], [{"type": "image_url", "image_url": {"url": "1.png"}}],
)  # fmt: skip


def holders(record: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a record, and each of its turns."""
    yield record
    for name in CHATS:
        yield from record.get(name, [])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("layout", RECORDS)
def test_a_field_beside_the_texts_is_read_as_by_python(built, tmp_path, layout, name):
    rows = [RECORDS[layout]]
    for place in range(len(list(holders(RECORDS[layout])))):
        for value in VALUES:
            rows.append(copy.deepcopy(RECORDS[layout]))
            list(holders(rows[-1]))[place].setdefault(name, value)
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))

    assert_same(path, gatherer(built), layout)
