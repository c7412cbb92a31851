"""Items out of whatever people have: layouts, suites, named fields; their ids, clusters and choices."""

from __future__ import annotations

import json

import pytest

from curate.core.run.errors import InputError
from evalkit.answers.items import ItemFields, read_items
from evalkit.read.records import InputFile
from tests.conftest import chat

SYSTEM = {"role": "system", "content": "Be kind."}
CALL = {"id": "c", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}


def one(jsonl, row, **fields):
    (item,) = read_items(InputFile(jsonl([row])), ItemFields(**fields))
    return item


@pytest.mark.parametrize(
    ("row", "asked", "references"),
    [
        pytest.param(chat("Hi", "Hello"), [{"role": "user", "content": "Hi"}], ("Hello",), id="messages"),
        pytest.param(
            {"messages": [SYSTEM, *chat("a", "b", "c", "d")["messages"]]},
            [SYSTEM, *chat("a", "b", "c")["messages"]], ("d",), id="the last answer alone is wanted",
        ),
        pytest.param(chat("Hi"), chat("Hi")["messages"], (), id="no answer to compare with"),
        pytest.param({"messages": chat("Hi")["messages"], "reference": "Hello"}, chat("Hi")["messages"], ("Hello",), id="messages of a suite"),
        pytest.param({"messages": [{**m, "weight": 1} for m in chat("Hi", "Yo")["messages"]]}, chat("Hi")["messages"], ("Yo",), id="weights are not sent"),
        pytest.param({"messages": [*chat("Hi")["messages"], {"role": "assistant", "tool_calls": [CALL]}]}, chat("Hi")["messages"],
                     ('[{"name":"f","arguments":"{\\"a\\": 1}"}]',), id="a call is wanted"),
        pytest.param({"prompt": "2+2?", "completion": "4"}, "2+2?", ("4",), id="prompt and completion"),
        pytest.param({"prompt": "2+2?", "reference": "4"}, "2+2?", ("4",), id="an item of a suite"),
        pytest.param({"prompt": "2+2?", "references": ["4", "four"]}, "2+2?", ("4", "four"), id="several references"),
        pytest.param({"prompt": "2+2?"}, "2+2?", (), id="a bare prompt"),
        pytest.param({"text": "Where is my card?", "label": "card"}, "Where is my card?", ("card",), id="classification"),
        pytest.param({"instruction": "Add", "input": "2 2", "output": "4"}, [{"role": "user", "content": "Add\n\n2 2"}], ("4",), id="alpaca"),
        pytest.param({"text": "All of it."}, "", ("All of it.",), id="a text answers nothing"),
    ],
)  # fmt: skip
def test_what_is_asked_and_wanted(jsonl, row, asked, references):
    item = one(jsonl, row)

    assert (item.prompt if isinstance(asked, str) else list(item.messages)) == asked
    assert item.references == references


def test_fields_are_named(jsonl):
    row = {"q": "2+2?", "doc": {"a": 4}, "n": "x1", "lang": "en", "thread": 7}

    item = one(jsonl, row, prompt="q", reference="doc.a", id="n", slices=("lang",), cluster="thread")

    assert (item.id, item.prompt, item.references) == ("x1", "2+2?", ("4",))
    assert (item.slices, item.cluster) == ({"lang": "en"}, "7")


def test_a_row_without_an_id_has_that_of_a_ledger(jsonl, thresher, tmp_path):
    """Oracle: what a curation run calls the same line."""
    import polars as pl

    file = jsonl([chat("Which way?", "That way, along the river.")], "raw.jsonl")
    thresher("curate", file, "--out", tmp_path / "run")

    ledger = pl.read_parquet(tmp_path / "run" / "ledger.parquet")
    assert [item.id for item in read_items(InputFile(file), ItemFields())] == ledger["id"].to_list()


def test_clusters_of_a_ledger_win(jsonl):
    file = jsonl([{"id": "a", "prompt": "?", "cluster": "own"}, {"id": "b", "prompt": "?", "cluster": "own"}])

    items = read_items(InputFile(file), ItemFields(), {"a": "7", "b": None})

    assert [item.cluster for item in items] == ["7", "own"]


def test_a_ledger_of_another_file_is_an_error(jsonl):
    with pytest.raises(InputError, match="the ledger knows none of the 1 ids"):
        read_items(InputFile(jsonl([{"id": "a", "prompt": "?"}])), ItemFields(), {"z": "7"})


@pytest.mark.parametrize("told", [1, "B", "b", "Paris"])
def test_the_right_choice_is_told_by_place_letter_or_text(jsonl, told):
    item = one(jsonl, {"prompt": "France?", "choices": ["Rome", "Paris"], "answer": told})

    assert (item.choices, item.gold, item.references) == (("Rome", "Paris"), 1, ("Paris",))


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([{"id": "a", "prompt": "x"}, {"id": "a", "prompt": "y"}], "stands twice"),
        ([{"question": "x"}], "is of no layout, and has no 'prompt'"),
        ([{"prompt": 3}], "has neither a text nor messages in 'prompt'"),
        (
            [{"messages": [{"role": "user", "content": "x"}, {"role": "assistant", "tool_calls": ["f"]}]}],
            "tool calls that",
        ),
        ([{"messages": "Hi"}], "no sound row of layout messages"),
        ([{"prompt": "x", "choices": ["a"]}], "no list of two texts"),
        ([{"prompt": "x", "choices": ["a", "b"], "answer": 2}], "does not say which of its 2 choices is right: 2"),
        ([{"id": [], "prompt": "x"}], "neither text nor a whole number in 'id'"),
        (["{"], "cannot be read"),
        ([{"prompt": "x", "tools": "f"}], "has tools that are no list"),
        ([], "holds no rows"),
    ],
)
def test_what_is_no_item_is_an_error(jsonl, rows, told):
    with pytest.raises(InputError, match=told):
        read_items(InputFile(jsonl(rows)), ItemFields())


def test_a_field_that_no_row_has(jsonl):
    with pytest.raises(InputError, match="has a field 'lang'"):
        one(jsonl, {"prompt": "x"}, slices=("lang",))


def test_a_json_array_is_read_too(jsonl):
    file = jsonl(['[{"id": 1, "prompt": "a"}, {"id": 2, "prompt": "b"}]'], "rows.json")

    assert [item.id for item in read_items(InputFile(file), ItemFields())] == ["1", "2"]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        pytest.param([{"id": 1, "prompt": "a"}, {"id": 1, "prompt": "b"}], "row 1 and row 2", id="an id twice"),
        pytest.param([{"prompt": "a"}, {"prompt": 5}], r"rows.json \(row 2\) has neither a text nor", id="a number"),
    ],
)
def test_a_place_in_an_array_is_its_row(tmp_path, rows, told):
    (tmp_path / "rows.json").write_text(json.dumps(rows))

    with pytest.raises(InputError, match=told) as raised:
        read_items(InputFile(tmp_path / "rows.json"), ItemFields())
    assert "did you mean 'prompt'" not in str(raised.value)
