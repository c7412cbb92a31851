"""The chat template of a model, another one, none at all, and what each refuses."""

from __future__ import annotations

import json

import pytest

from tests.evalkit.local.conftest import ITEMS, make_model, said

pytest.importorskip("torch", reason="torch is not installed: make models")
pytest.importorskip("transformers", reason="transformers is not installed: make models")


def test_a_template_file_and_none_at_all(tiny, data, predict, tmp_path):
    (tmp_path / "other.jinja").write_text("{% for m in messages %}{{ m.content }}:{% endfor %}")
    own, _ = predict(data, tiny)
    other, _ = predict(data, tiny, "--template", tmp_path / "other.jinja", out="other")
    bare, _ = predict(data, tiny, "--template", "none", out="bare")

    assert len({json.dumps(said(rows)) for rows in (own, other, bare)}) == 3
    assert json.loads((tmp_path / "bare" / "manifest.json").read_bytes())["model"]["template_sha256"] is None


def test_a_model_without_a_template_says_so(data, predict, tmp_path):
    make_model(tmp_path / "base", template=None)

    _, ran = predict(data, tmp_path / "base", code=2)

    assert "the model has no chat template" in ran.err


def test_what_a_template_refuses_and_what_is_too_long_are_faults(tiny, jsonl, predict, tmp_path):
    (tmp_path / "strict.jinja").write_text(
        "{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('no system') }}{% endif %}{{ m.content }}{% endfor %}"
    )
    system = {"id": "s", "messages": [{"role": "system", "content": "x"}, {"role": "user", "content": "y"}]}
    items = jsonl([ITEMS[0], system, {"id": "long", "prompt": "cat " * 400}], "data2.jsonl")

    rows, _ = predict(items, tiny, "--template", tmp_path / "strict.jinja")

    assert [row["fault"] and row["fault"]["kind"] for row in rows] == [None, "template", "too_long"]


def test_tools_and_system_reach_the_template(tiny, jsonl, predict, tmp_path):
    (tmp_path / "t.jinja").write_text(
        "{% if tools %}{{ tools[0].function.name }}{% endif %}{% for m in messages %}{{ m.role }}={{ m.content }};"
        "{% if m.tool_calls %}{{ m.tool_calls[0].function.arguments.a }}{% endif %}{% endfor %}"
    )
    from evalkit.answers import Generation, Item
    from evalkit.answers.local.loaded import read_tokenizer
    from evalkit.answers.local.template import Template
    from evalkit.answers.local.weights import find_weights

    call = {"function": {"name": "f", "arguments": '{"a": 5}'}}
    turns = ({"role": "user", "content": "q"}, {"role": "assistant", "content": "", "tool_calls": [call]})
    item = Item("x", turns, tools=({"function": {"name": "f"}},))
    template = Template(
        read_tokenizer(find_weights(str(tiny))), Generation(template=str(tmp_path / "t.jinja"), system="S")
    )

    assert template.rendered(item) == "fsystem=S;user=q;assistant=;5"


@pytest.mark.parametrize(
    ("turns", "text"),
    [
        pytest.param([("user", "Q1")], "Q1", id="a prompt"),
        pytest.param([("user", "Q1"), ("assistant", "A1"), ("user", "Q2")], "Q1A1</s>\n\nQ2", id="an answer before it"),
        pytest.param([("system", "S"), ("user", "Q1")], "S\n\nQ1", id="a system prompt"),
        pytest.param(
            [("user", [{"type": "text", "text": "Q"}, {"type": "text", "text": "1"}])], "Q\n1", id="parts of text"
        ),
    ],
)
def test_chats_without_a_template_are_asked_as_they_are_trained(tmp_path, turns, text):
    """Oracle: what training makes of the chat with an answer after it, which goes on from what is asked."""
    from evalkit.answers import Generation, Item
    from evalkit.answers.local.loaded import read_tokenizer
    from evalkit.answers.local.template import Template
    from evalkit.answers.local.weights import find_weights
    from train.data.rows import read_rows
    from train.masking.encoder import Encoder

    tokenizer = read_tokenizer(find_weights(str(make_model(tmp_path / "base", template=None))))
    messages = [{"role": role, "content": content} for role, content in turns]
    item = Item("x", tuple(messages))
    template = Template(tokenizer, Generation(template="none"))
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps({"messages": [*messages, {"role": "assistant", "content": "A"}]}))
    ids, trained = Encoder(tokenizer, None, 1000).encode(read_rows([path])).row(0)

    assert template.rendered(item) == text
    asked = template.tokens(text, item)
    assert ids[: len(asked)].tolist() == asked
    assert trained[len(asked) :].all()
    assert not trained[len(asked) - 1]
