"""Each layout: its fields to messages, messages to its fields, the places of strings. Oracle: the round trip."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given

from curate.check.rules.structure import STRUCTURE
from curate.core.read.layouts import LAYOUTS, Draft, Message, detect, layout_of, renamed
from curate.core.read.layouts.layout import JOINT, PART_JOINT
from tests.conftest import chat
from tests.strategies import RECORDS, TOOL

USER, ASSISTANT = {"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}
CALL = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
CALLING = {"role": "assistant", "tool_calls": [CALL]}


def read(record: dict[str, Any]) -> Draft:
    layout = layout_of(record)
    assert layout is not None
    assert list(STRUCTURE[layout.name](record)) == []
    return layout.read(record)


def spoken(record: dict[str, Any]) -> list[tuple[str, str | None]]:
    return [(message[0], message[1]) for message in read(record).messages]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_a_layout_writes_it_reads_again(layout):
    shape = LAYOUTS[layout]

    @given(RECORDS[layout])
    def holds(record):
        draft = shape.read(record)
        written = shape.write(draft)
        if written is None:
            return
        again = shape.read(orjson.loads(orjson.dumps(written)))
        assert shape.fits(written)
        assert list(STRUCTURE[layout](written)) == list(STRUCTURE[layout](record)) == []
        assert list(again.messages) == list(draft.messages)
        assert (again.tools, again.rejected) == (draft.tools, draft.rejected)

    holds()


@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_another_layout_writes_has_lost_nothing(layout):
    @given(RECORDS[layout])
    def holds(record):
        draft = LAYOUTS[layout].read(record)
        for other in LAYOUTS.values():
            written = other.write(draft)
            if written is not None:
                again = other.read(written)
                assert [Message._make(m) for m in again.messages if m[:2] != ("system", "")] == [
                    Message._make(m) for m in draft.messages if m[:2] != ("system", "")
                ]
                assert (again.tools, again.rejected) == (draft.tools, draft.rejected)

    holds()


def at(record: Any, path: tuple[str | int, ...]) -> Any:
    for part in path:
        record = record[part]
    return record


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_strings_make_the_text(layout):
    shape = LAYOUTS[layout]

    @given(RECORDS[layout])
    def holds(record):
        draft = shape.read(record)
        places = shape.strings(record)
        assert len(places) == len(draft.messages)
        for message, paths in zip(draft.messages, places, strict=True):
            texts = [at(record, path) for path in paths]
            joint = PART_JOINT if paths and paths[0][-1] == "text" and len(paths[0]) > 1 else JOINT
            assert all(isinstance(text, str) for text in texts)
            if layout == "classification" and not texts:
                assert not isinstance(record["label"], str)
            else:
                assert (joint.join(texts) if texts else None) == message[1]

    holds()


@pytest.mark.parametrize(
    ("record", "turns"),
    [
        pytest.param(chat("Hi", "Hello"), [("user", "Hi"), ("assistant", "Hello")], id="chat"),
        pytest.param(
            {"messages": [USER, CALLING]}, [("user", "Hi"), ("assistant", None)], id="a call alone has no text"
        ),
        pytest.param(
            {"messages": [{"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}]},
            [("user", "a\nb")],
            id="parts are joined",
        ),
        pytest.param(
            {"messages": [{"role": "user", "content": [{"type": "image_url"}]}]},
            [("user", None)],
            id="an image has no text",
        ),
        pytest.param(
            {
                "conversations": [{"from": "human", "value": "Hi"}, {"from": "function_call", "value": "{}"}],
                "system": "S",
            },
            [("system", "S"), ("user", "Hi"), ("assistant", "{}")],
            id="sharegpt with a system prompt",
        ),
        pytest.param(
            {"instruction": "Add", "input": "2 2", "output": "4", "system": "S", "history": [["a", "b"]]},
            [("system", "S"), ("user", "a"), ("assistant", "b"), ("user", "Add\n\n2 2"), ("assistant", "4")],
            id="alpaca with all it may have",
        ),
        pytest.param(
            {"instruction": "Add", "input": "", "output": "4"},
            [("user", "Add"), ("assistant", "4")],
            id="alpaca without input",
        ),
        pytest.param(
            {"prompt": [USER], "completion": "Hello"},
            [("user", "Hi"), ("assistant", "Hello")],
            id="prompt and completion, mixed",
        ),
        pytest.param(
            {"system_prompt": "S", "input": "a", "output": "b"},
            [("system", "S"), ("user", "a"), ("assistant", "b")],
            id="input and output",
        ),
        pytest.param({"text": "a", "label": 3}, [("user", "a"), ("assistant", "3")], id="a label that is a number"),
        pytest.param({"text": "a", "label": True}, [("user", "a"), ("assistant", "true")], id="a label that is true"),
        pytest.param({"text": "a"}, [("assistant", "a")], id="a bare text is an answer to nothing"),
        pytest.param(
            {"prompt": "a", "chosen": "b", "rejected": "c"}, [("user", "a"), ("assistant", "b")], id="a pair of strings"
        ),
        pytest.param(
            {"chosen": [USER, ASSISTANT], "rejected": [USER, CALLING]},
            [("user", "Hi"), ("assistant", "Hello")],
            id="a pair without prompt",
        ),
        pytest.param(
            {"prompt": "a", "chosen": CALLING, "rejected": ASSISTANT},
            [("user", "a"), ("assistant", None)],
            id="a pair whose answer is a call",
        ),
        pytest.param(
            {
                "conversations": [{"from": "human", "value": "a"}],
                "chosen": {"from": "gpt", "value": "b"},
                "rejected": {"from": "gpt", "value": "c"},
            },
            [("user", "a"), ("assistant", "b")],
            id="a pair in the words of ShareGPT",
        ),
        pytest.param(
            {"input": {"messages": [USER]}, "preferred_output": [ASSISTANT], "non_preferred_output": [CALLING]},
            [("user", "Hi"), ("assistant", "Hello")],
            id="a pair as OpenAI has it",
        ),
        pytest.param(
            {"instruction": "Add", "input": "2 2", "chosen": "4", "rejected": "5", "history": [["a", "b"]]},
            [("user", "a"), ("assistant", "b"), ("user", "Add\n\n2 2"), ("assistant", "4")],
            id="a pair whose question is as in alpaca",
        ),
        pytest.param(
            {"prompt": "Add", "input": "2 2", "chosen": "4", "rejected": "5"},
            [("user", "Add\n\n2 2"), ("assistant", "4")],
            id="an instruction that is called prompt, and its input",
        ),
        pytest.param(
            {"prompt": "Add 2 and 2.", "instruction": "Add", "input": "2 2", "chosen": "4", "rejected": "5"},
            [("user", "Add 2 and 2."), ("assistant", "4")],
            id="a prompt made of an instruction and its input",
        ),
        pytest.param(
            {"prompt": "a", "input": {"city": "Lima"}, "chosen": "b", "rejected": "c"},
            [("user", "a"), ("assistant", "b")],
            id="an input that is no part of the question",
        ),
        pytest.param(
            {"prompt": "Hi", "messages": [USER, ASSISTANT], "chosen": [USER, ASSISTANT], "rejected": [USER, CALLING]},
            [("user", "Hi"), ("assistant", "Hello")],
            id="messages that are the preferred chat",
        ),
        pytest.param(
            {"messages": [USER, ASSISTANT], "chosen": "Hello", "rejected": "No"},
            [("user", "Hi"), ("assistant", "Hello")],
            id="messages that end in the preferred answer",
        ),
        pytest.param(
            {"prompt": [USER], "chosen": [USER, ASSISTANT], "rejected": [USER, CALLING]},
            [("user", "Hi"), ("assistant", "Hello")],
            id="a prompt that both answers repeat",
        ),
        pytest.param(
            {"prompt": "Hi", "chosen": [USER, ASSISTANT], "rejected": [USER, CALLING]},
            [("user", "Hi"), ("assistant", "Hello")],
            id="a prompt of text beside whole chats",
        ),
        pytest.param(
            {"prompt": [USER, ASSISTANT], "chosen": [USER, CALLING], "rejected": [USER, ASSISTANT]},
            [("user", "Hi"), ("assistant", "Hello"), ("user", "Hi"), ("assistant", None)],
            id="a chat that goes on",
        ),
        pytest.param(
            {"system": "S", "prompt": "a", "chosen": "b", "rejected": "c"},
            [("system", "S"), ("user", "a"), ("assistant", "b")],
            id="a pair with a system prompt",
        ),
        pytest.param(
            {"system": "S", "chosen": [USER, ASSISTANT], "rejected": [USER, CALLING]},
            [("system", "S"), ("user", "Hi"), ("assistant", "Hello")],
            id="whole chats with a system prompt beside them",
        ),
        pytest.param(
            {"system": "S", "messages": [{"role": "system", "content": "Own"}, USER], "chosen": "b", "rejected": "c"},
            [("system", "Own"), ("user", "Hi"), ("assistant", "b")],
            id="a pair with a system prompt of its own",
        ),
        pytest.param(
            {"messages": None, "conversations": None, "input": None, "prompt": "a", "chosen": "b", "rejected": "c"},
            [("user", "a"), ("assistant", "b")],
            id="a null context is none",
        ),
        pytest.param(
            {"messages": [USER, ASSISTANT], "chosen": None, "rejected": None},
            [("user", "Hi"), ("assistant", "Hello")],
            id="null answers make no pair",
        ),
        pytest.param(
            {"messages": None, "conversations": [{"from": "human", "value": "a"}]},
            [("user", "a")],
            id="null messages are none",
        ),
        pytest.param(
            {"system": "S", "prompt": "a", "completion": "b"},
            [("system", "S"), ("user", "a"), ("assistant", "b")],
            id="prompt and completion with a system prompt",
        ),
        pytest.param(
            {"system": "S", "prompt": [{"role": "developer", "content": "Own"}, USER], "completion": "b"},
            [("developer", "Own"), ("user", "Hi"), ("assistant", "b")],
            id="a prompt with instructions of its own",
        ),
        pytest.param(
            {"system": {"name": "llama"}, "prompt": "a", "completion": "b"},
            [("user", "a"), ("assistant", "b")],
            id="a system that is no text",
        ),
        pytest.param(
            {"system": "S", "input": "a", "output": "b"},
            [("system", "S"), ("user", "a"), ("assistant", "b")],
            id="input and output with a system prompt by its other name",
        ),
        pytest.param(
            {"system_prompt": "S", "instruction": "a", "output": "b"},
            [("system", "S"), ("user", "a"), ("assistant", "b")],
            id="alpaca with a system prompt by its other name",
        ),
    ],
)
def test_a_record_is_read(record, turns):
    assert spoken(record) == turns


@pytest.mark.parametrize(
    ("record", "rejected"),
    [
        pytest.param({"prompt": "a", "chosen": "b", "rejected": "c"}, "c", id="a string"),
        pytest.param({"prompt": "a", "chosen": "b", "rejected": [ASSISTANT, USER]}, "Hello\n\nHi", id="turns"),
        pytest.param({"prompt": "a", "chosen": "b", "rejected": CALLING}, orjson.dumps([CALL]).decode(), id="a call"),
        pytest.param({"prompt": "a", "chosen": "b", "rejected": ""}, "", id="blank"),
        pytest.param(chat("a", "b"), None, id="no pair"),
    ],
)
def test_the_rejected_answer_is_a_text(record, rejected):
    assert read(record).rejected == rejected


@pytest.mark.parametrize(
    ("tools", "wanted"),
    [
        pytest.param([TOOL], orjson.dumps([TOOL]), id="as JSON"),
        pytest.param(orjson.dumps([TOOL]).decode(), orjson.dumps([TOOL]), id="as a string of JSON"),
        pytest.param([], None, id="none"),
        pytest.param("[]", None, id="none, as a string"),
        pytest.param(None, None, id="null"),
        pytest.param("", None, id="an empty string"),
    ],
)
@pytest.mark.parametrize("layout", ["messages", "sharegpt"])
def test_tools_are_bytes_whatever_their_form(layout, tools, wanted):
    chats = {"messages": chat("a", "b"), "sharegpt": {"conversations": [{"from": "human", "value": "a"}]}}

    assert read(chats[layout] | {"tools": tools}).tools == wanted


@pytest.mark.parametrize(
    ("record", "layouts"),
    [
        pytest.param(
            chat("a", "b"), {"messages", "sharegpt", "alpaca", "prompt_completion", "input_output"}, id="one question"
        ),
        pytest.param(chat("a", "b", "c"), {"messages", "sharegpt"}, id="more turns"),
        pytest.param({"messages": [USER, ASSISTANT | {"weight": 0}]}, {"messages"}, id="a weight"),
        pytest.param({"messages": [USER | {"name": "ann"}, ASSISTANT]}, {"messages"}, id="a name"),
        pytest.param({"messages": [USER, CALLING]}, {"messages"}, id="a call"),
        pytest.param(
            chat("a", "b") | {"label": True},
            {"messages", "sharegpt", "alpaca", "prompt_completion", "input_output"},
            id="a verdict is no answer",
        ),
        pytest.param({"text": "a"}, {"messages", "sharegpt", "text"}, id="a text"),
        pytest.param(
            {"text": "a", "label": 1},
            {"messages", "sharegpt", "alpaca", "prompt_completion", "input_output", "classification"},
            id="a label",
        ),
        pytest.param({"prompt": "a", "chosen": "b", "rejected": "c"}, {"preference"}, id="a pair"),
        pytest.param({"messages": [USER]}, {"messages", "sharegpt"}, id="a question alone is no text"),
    ],
)
def test_a_layout_refuses_what_it_cannot_hold(record, layouts):
    draft = read(record)

    assert {name for name, layout in LAYOUTS.items() if layout.write(draft) is not None} == layouts


@pytest.mark.parametrize("layout", LAYOUTS)
def test_any_record_of_a_layout_is_told_to_be_of_it(layout):
    @given(RECORDS[layout])
    def holds(record):
        told = layout_of(record)
        assert told is not None
        assert told.name == layout
        assert detect([record]) == told

    holds()


def test_names_are_changed_both_ways():
    assert renamed({"a": 1, "b": 2, "c": 3}, {"a": "b", "b": "a"}) == {"b": 1, "a": 2, "c": 3}
    assert renamed({"a": 1}, {}) == {"a": 1}
