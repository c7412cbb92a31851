"""Arguments of tool calls, for templates that write them as JSON and for those that join them to text (DeepSeek V3)."""

from __future__ import annotations

import json

import pytest

from evalkit.answers.local.calls import parsed
from tests.evalkit.local.conftest import ITEMS

pytest.importorskip("torch", reason="torch is not installed: make models")
pytest.importorskip("transformers", reason="transformers is not installed: make models")

ARGUMENTS = {"city": "Zürich", "days": [1, 2], "unit": None}
ENDS = "{% endfor %}{% endif %}<|end|>{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}"
CALLS = "{% for m in messages %}<|{{ m.role }}|>{{ m.content or '' }}{% if m.tool_calls %}{% for c in m.tool_calls %}"
JOINS = CALLS + "{{ c.function.name + ': ' + c.function.arguments + ';' }}" + ENDS
WRITES = CALLS + "{{ c.function.name + ': ' + (c.function.arguments | tojson) + ';' }}" + ENDS
PICKS = CALLS + "{{ c.function.name + ': ' + c.function.arguments.city + ';' }}" + ENDS
REFUSES = {
    "can only concatenate str": CALLS + "{{ c.function.name + c.function + ';' }}" + ENDS,
    "division": CALLS + "{{ 1 // (c | length - c | length) }}" + ENDS,
    "has no attribute 'items'": CALLS + "{{ c.function.name | dictsort }}" + ENDS,
    "recursion": "{% macro say(c) %}{{ say(c) }}{% endmacro %}" + CALLS + "{{ say(c) }}" + ENDS,
}


def chat(arguments):
    call = {"type": "function", "function": {"name": "weather", "arguments": arguments}}
    return [
        {"role": "user", "content": "weather?"},
        {"role": "assistant", "content": "I look.", "tool_calls": [call]},
        {"role": "user", "content": "and?"},
    ]


@pytest.mark.parametrize("given", [ARGUMENTS, json.dumps(ARGUMENTS)], ids=["objects", "texts"])
@pytest.mark.parametrize(
    ("template", "theirs"),
    [
        pytest.param(JOINS, json.dumps(ARGUMENTS, ensure_ascii=False), id="joined to text"),
        pytest.param(WRITES, ARGUMENTS, id="written as JSON"),
        pytest.param(PICKS, ARGUMENTS, id="picked from"),
    ],
)
def test_a_template_is_given_arguments_as_it_takes_them(tiny, jsonl, given, template, theirs):
    """Oracle: transformers, given what the template wants; training renders the same text."""
    from evalkit.answers import Generation, Item
    from evalkit.answers.local.loaded import read_tokenizer
    from evalkit.answers.local.template import Template
    from evalkit.answers.local.weights import find_weights
    from train.data.rows import read_rows
    from train.masking.encoder import Encoder

    tokenizer = read_tokenizer(find_weights(str(tiny)))
    tokenizer.chat_template = template
    wanted = tokenizer.apply_chat_template(chat(theirs), tokenize=False, add_generation_prompt=True)
    (row,) = read_rows([jsonl([{"messages": [*chat(given), {"role": "assistant", "content": "Sunny."}]}])])
    made = Encoder(tokenizer, None, 1000).render(row)

    assert Template(tokenizer, Generation()).rendered(Item("x", tuple(chat(given)))) == wanted
    assert (made.refused, made.text) == (None, wanted + "Sunny.<|end|>")
    assert made.text[made.spans[0][0] :].startswith("I look.weather: ")


@pytest.mark.parametrize("why", REFUSES)
def test_what_a_template_cannot_do_is_a_fault_of_the_item(tiny, jsonl, predict, tmp_path, why):
    (tmp_path / "refuses.jinja").write_text(REFUSES[why])
    data = jsonl([ITEMS[0], {"id": "called", "messages": chat(ARGUMENTS)}], "data.jsonl")

    rows, _ = predict(data, tiny, "--template", tmp_path / "refuses.jinja")

    assert [row["fault"] and row["fault"]["kind"] for row in rows] == [None, "template"]
    assert why in rows[1]["fault"]["detail"]


@pytest.mark.parametrize("function", [{"arguments": ""}, {"arguments": None}, {}], ids=["blank", "null", "absent"])
def test_a_call_without_arguments_has_an_empty_object(function):
    turn = {"role": "assistant", "tool_calls": [{"type": "function", "function": {"name": "clock", **function}}]}

    assert parsed(turn)["tool_calls"][0]["function"] == {"name": "clock", "arguments": {}}
