"""JSON values, records of every layout, and records that are nearly of one: what the property tests draw from."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import strategies as st

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
SPOKEN = st.one_of(TEXT, st.sampled_from(['say "hi"', "日本語", "👋", "\\", "\u2028", "\b", "\f", "\x85", " ", ""]))
NUMBERS = st.one_of(st.integers(-(2**63), 2**64 - 1), st.floats(allow_nan=False, allow_infinity=False))
SCALARS = st.one_of(st.none(), st.booleans(), NUMBERS, SPOKEN)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(SPOKEN, inner, max_size=3), max_leaves=6
)

ROLE = st.sampled_from(["system", "user", "assistant", "tool"])
PARTS = st.lists(
    st.one_of(
        st.fixed_dictionaries({"type": st.just("text"), "text": SPOKEN}),
        st.just({"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}),
    ),
    min_size=1,
    max_size=3,
)
TOOL = {"name": "weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}
TOOLS = st.sampled_from([[{"type": "function", "function": TOOL}], [TOOL]])
CALL = st.sampled_from(
    [{"id": "c1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Oslo"}'}}]
)
MESSAGE = st.one_of(
    st.fixed_dictionaries({"role": ROLE, "content": SPOKEN}),
    st.fixed_dictionaries(
        {"role": ROLE, "content": SPOKEN | PARTS},
        optional={
            "name": TEXT,
            "weight": st.sampled_from([0, 1]),
            "tool_call_id": st.just("c1"),
            "tool_calls": st.lists(CALL, min_size=1, max_size=1),
        },
    ),
    st.fixed_dictionaries(
        {"role": st.just("assistant"), "tool_calls": st.lists(CALL, min_size=1, max_size=2)},
        optional={"content": st.none() | SPOKEN},
    ),
)
MESSAGES = st.lists(MESSAGE, min_size=1, max_size=4)
TURN = st.fixed_dictionaries(
    {"from": st.sampled_from(["human", "gpt", "system", "function", "tool"]), "value": SPOKEN},
    optional={"weight": st.sampled_from([0, 1, None]), "train": st.booleans()},
)
ANSWER = st.one_of(SPOKEN, MESSAGE, MESSAGES)

Records = st.SearchStrategy[dict[str, Any]]
RECORDS: dict[str, Records] = {
    "preference": st.one_of(
        st.fixed_dictionaries(
            {"prompt": SPOKEN | MESSAGES, "chosen": ANSWER, "rejected": ANSWER},
            optional={"system": SPOKEN | st.none(), "input": SPOKEN | st.none(), "messages": st.none()},
        ),
        st.fixed_dictionaries(
            {"instruction": SPOKEN, "chosen": ANSWER, "rejected": ANSWER},
            optional={
                "input": SPOKEN | st.none(),
                "system_prompt": SPOKEN,
                "history": st.lists(st.tuples(SPOKEN, SPOKEN).map(list), max_size=2) | st.none(),
            },
        ),
        MESSAGES.map(lambda chat: {"messages": chat, "chosen": chat, "rejected": chat}),
        st.fixed_dictionaries({"chosen": MESSAGES, "rejected": MESSAGES}, optional={"tools": TOOLS}),
        st.fixed_dictionaries({"messages": MESSAGES, "chosen": MESSAGE, "rejected": MESSAGE | SPOKEN}),
        st.fixed_dictionaries({"conversations": st.lists(TURN, min_size=1), "chosen": TURN, "rejected": TURN}),
        st.fixed_dictionaries(
            {
                "input": st.fixed_dictionaries({"messages": MESSAGES}, optional={"tools": TOOLS}),
                "preferred_output": MESSAGES,
                "non_preferred_output": MESSAGES,
            }
        ),
    ),
    "messages": st.fixed_dictionaries(
        {"messages": MESSAGES}, optional={"tools": TOOLS, "functions": TOOLS, "label": st.booleans()}
    ),
    "sharegpt": st.fixed_dictionaries(
        {"conversations": st.lists(TURN, min_size=1, max_size=4)},
        optional={"system": SPOKEN, "tools": st.sampled_from(["", "[]", '[{"name": "weather"}]'])},
    ),
    "alpaca": st.fixed_dictionaries(
        {"instruction": SPOKEN, "output": SPOKEN},
        optional={
            "input": SPOKEN | st.none(),
            "system": SPOKEN | st.none(),
            "system_prompt": SPOKEN | st.none(),
            "history": st.lists(st.tuples(SPOKEN, SPOKEN).map(list), max_size=2) | st.none(),
        },
    ),
    "prompt_completion": st.fixed_dictionaries(
        {"prompt": SPOKEN | MESSAGES, "completion": SPOKEN | MESSAGES},
        optional={"system": SPOKEN | NUMBERS | st.none(), "system_prompt": SPOKEN | st.none()},
    ),
    "input_output": st.fixed_dictionaries(
        {"input": SPOKEN, "output": SPOKEN},
        optional={"system_prompt": SPOKEN | st.none(), "system": SPOKEN | NUMBERS | st.none()},
    ),
    "classification": st.fixed_dictionaries({"text": SPOKEN, "label": SPOKEN | st.integers(0, 9) | st.booleans()}),
    "text": st.fixed_dictionaries({"text": SPOKEN}, optional={"meta": JSON}),
}

_NAMES = st.sampled_from(
    [
        *("messages", "conversations", "tools", "functions", "role", "content", "name", "weight", "tool_calls"),
        *("function_call", "tool_call_id", "from", "value", "type", "text", "function", "arguments", "parameters"),
        *(
            "system",
            "system_prompt",
            "history",
            "instruction",
            "input",
            "output",
            "prompt",
            "completion",
            "chosen",
            "rejected",
            "label",
            "kto_tag",
            "documents",
            "image_path",
            "id",
            "$ref",
        ),
    ]
)
# Values in whose objects the fields of the layouts turn up where they do not belong.
NEARLY = st.recursive(
    st.one_of(SCALARS, ROLE, st.sampled_from(["human", "gpt", "{}", '{"city": 1}', "[]", "null", '["x"]', "["])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=4),
    max_leaves=8,
)


@st.composite
def broken(draw: st.DrawFn, layout: str) -> dict[str, Any]:
    """Return a record that has the fields of its layout, of which some place holds any value whatever."""
    record = copy.deepcopy(draw(RECORDS[layout]))
    for _ in range(draw(st.integers(0, 3))):
        holder: Any = record
        while True:
            keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
            key = draw(st.sampled_from(keys)) if keys else None
            inner = None if key is None else holder[key]
            if isinstance(inner, dict | list) and inner and draw(st.booleans()):
                holder = inner
                continue
            break
        if isinstance(holder, dict) and (key is None or draw(st.booleans())):
            key = draw(_NAMES)
        if key is not None:
            holder[key] = draw(NEARLY)
    return record
