"""Rows of every layout as chat templates take them; a row that cannot be read stops the training, by its place."""

from __future__ import annotations

import hashlib
import json

import pytest

from curate.core.run.errors import InputError
from tests.curated import curate_rows
from train.data.rehearsal import with_rehearsal
from train.data.rows import read_rows

HI = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]
CALL = {"type": "function", "function": {"name": "weather", "arguments": '{"city": "Rome"}'}}
THOUGHT = {"role": "assistant", "content": "Hello", "reasoning_content": "hm"}


@pytest.mark.parametrize(
    "record",
    [
        pytest.param({"messages": [HI[0], THOUGHT]}, id="messages"),
        pytest.param({"messages": [HI[0], THOUGHT], "prompt": HI[:1]}, id="messages beside a column called prompt"),
        pytest.param({"prompt": HI[:1], "completion": [THOUGHT]}, id="a completion"),
        pytest.param({"prompt": "Hi", "completion": [THOUGHT]}, id="a completion of a prompt that is a text"),
        pytest.param({"prompt": HI[:1], "chosen": [THOUGHT], "rejected": HI[1:]}, id="a pair"),
        pytest.param({"prompt": "Hi", "chosen": THOUGHT, "rejected": "No"}, id="a pair whose answer is one turn"),
        pytest.param({"messages": HI[:1], "chosen": THOUGHT, "rejected": HI[1]}, id="a pair beside messages"),
        pytest.param(
            {"input": {"messages": HI[:1]}, "preferred_output": [THOUGHT], "non_preferred_output": HI[1:]},
            id="a pair as OpenAI has it",
        ),
        pytest.param(
            {"conversations": [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Hello", "reasoning_content": "hm"}]},
            id="ShareGPT",
        ),
    ],
)  # fmt: skip
def test_what_an_answer_holds_beside_its_content_is_kept_in_every_layout(jsonl, record):
    """Templates write ``reasoning_content`` and others, each turn its own."""
    (row,) = read_rows([jsonl([record])])

    assert row.messages == [HI[0], THOUGHT]


def test_a_system_prompt_of_its_own_field_takes_no_turns_thought(jsonl):
    turns = [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Hello", "reasoning_content": "hm"}]
    (row,) = read_rows([jsonl([{"system": "Be kind", "conversations": turns}])])

    assert row.messages == [{"role": "system", "content": "Be kind"}, HI[0], THOUGHT]


@pytest.mark.parametrize(
    ("record", "messages"),
    [
        pytest.param({"messages": HI}, HI, id="messages"),
        pytest.param(
            {"conversations": [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Hello"}]}, HI, id="sharegpt"
        ),
        pytest.param({"prompt": "Hi", "completion": "Hello"}, HI, id="prompt and completion"),
        pytest.param({"prompt": HI[:1], "completion": HI[1:]}, HI, id="prompt and completion as messages"),
        pytest.param({"input": "Hi", "output": "Hello"}, HI, id="input and output"),
        pytest.param(
            {"input": "Hi", "output": "Hello", "system_prompt": "Be kind"},
            [{"role": "system", "content": "Be kind"}, *HI],
            id="input and output with a system prompt",
        ),
        pytest.param(
            {"system": "Be kind", "prompt": "Hi", "completion": [HI[1] | {"reasoning_content": "hm"}]},
            [{"role": "system", "content": "Be kind"}, HI[0], HI[1] | {"reasoning_content": "hm"}],
            id="prompt and completion with a system prompt",
        ),
        pytest.param(
            {"system": "Be kind", "instruction": "Say", "input": "Hi", "chosen": "Hello", "rejected": "No"},
            [{"role": "system", "content": "Be kind"}, {"role": "user", "content": "Say\n\nHi"}, HI[1]],
            id="a pair with a system prompt: the answer preferred",
        ),
        pytest.param(
            {"instruction": "Say", "input": "Hi", "output": "Hello"},
            [{"role": "user", "content": "Say\n\nHi"}, HI[1]],
            id="alpaca",
        ),
        pytest.param({"text": "Hi", "label": "Hello"}, HI, id="classification: the label is the answer"),
        pytest.param({"prompt": "Hi", "chosen": "Hello", "rejected": "No"}, HI, id="a pair: the answer preferred"),
        pytest.param(
            {"messages": [HI[0], HI[1] | {"weight": 0}]}, [HI[0], HI[1] | {"weight": 0}], id="weights are kept"
        ),
        pytest.param(
            {"messages": [HI[0], HI[1] | {"weight": False}]},
            [HI[0], HI[1] | {"weight": 0}],
            id="a weight of false is 0",
        ),
        pytest.param(
            {"messages": [HI[0], HI[1] | {"weight": 1.0}]}, [HI[0], HI[1] | {"weight": 1}], id="a weight of 1.0 is 1"
        ),
        pytest.param({"messages": [HI[0], HI[1] | {"weight": None}]}, HI, id="a weight of null is none"),
        pytest.param(
            {"conversations": [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Hello", "weight": 0.5}]},
            [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}],
            id="ShareGPT has no weight",
        ),
        pytest.param(
            {"messages": [{"role": "developer", "content": "Be kind"}, *HI]},
            [{"role": "developer", "content": "Be kind"}, *HI],
            id="roles of some templates alone",
        ),
        pytest.param(
            {"messages": [HI[0], HI[1] | {"reasoning_content": "hm"}]},
            [HI[0], HI[1] | {"reasoning_content": "hm"}],
            id="reasoning is kept for templates that write it",
        ),
        pytest.param(
            {"messages": [{"role": "user", "content": [{"type": "text", "text": "Hi"}]}, HI[1]]},
            HI,
            id="parts of text are one text",
        ),
        pytest.param({"messages": HI, "image": None, "images": [], "video": "", "audio": {}}, HI, id="empty media"),
        pytest.param(
            {"messages": [HI[0], {"role": "assistant", "content": None, "tool_calls": [CALL]}]},
            [
                HI[0],
                {
                    "role": "assistant",
                    "tool_calls": [CALL | {"function": {"name": "weather", "arguments": {"city": "Rome"}}}],
                },
            ],
            id="arguments of calls are objects",
        ),
    ],
)
def test_layouts(jsonl, record, messages):
    (row,) = read_rows([jsonl([record])])

    assert row.messages == messages
    assert row.text is None


def test_a_text_is_trained_whole(jsonl):
    (row,) = read_rows([jsonl([{"text": "Hi"}])])

    assert (row.text, row.messages) == ("Hi", [])


@pytest.mark.parametrize("tools", [[{"type": "function"}], '[{"type": "function"}]'], ids=["a list", "a text of JSON"])
def test_tools(jsonl, tools):
    (row,) = read_rows([jsonl([{"messages": HI, "tools": tools}])])

    assert row.tools == [{"type": "function"}]


def test_places_names_and_digests(jsonl):
    path = jsonl([{"messages": HI, "id": "one"}, "", {"messages": HI, "id": 7}, {"messages": HI}])
    rows = read_rows([path])
    digest = hashlib.sha256(json.dumps({"messages": HI}).encode()).hexdigest()

    assert [(row.place.line, row.place.id) for row in rows] == [(1, "one"), (3, "7"), (4, digest[:16])]
    assert str(rows[0].place) == f"{path.as_posix()}:1"
    assert rows[2].digest == int(digest[:16], 16)


def test_files_stand_in_the_order_they_are_named_in(jsonl):
    second, first = jsonl([{"text": "b"}], "b.jsonl"), jsonl([{"text": "a"}], "a.jsonl")

    assert [row.text for row in read_rows([second, first])] == ["b", "a"]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        pytest.param('{"messages": [', "cannot be trained on", id="no JSON"),
        pytest.param({"prompt": "Hi", "answer": "Hello"}, "no field 'messages'", id="no layout"),
        pytest.param({"messages": [{"content": "Hi"}]}, "no sound row of layout messages", id="a turn without a role"),
        pytest.param({"messages": "Hi"}, "no sound row of layout messages", id="messages that are no list"),
        pytest.param({"messages": []}, "it has no messages", id="no messages"),
        pytest.param({"messages": HI, "tools": "x"}, "its tools are no list", id="tools that are no list"),
        pytest.param(
            {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]}]},
            "a part of a message is no text: 'image_url'",
            id="an image",
        ),
        pytest.param({"messages": HI, "images": ["a.png"]}, "a part of the row is no text: 'images'", id="its images"),
        pytest.param(
            {"text": "Hi", "audio": {"path": "a"}}, "a part of the row is no text: 'audio'", id="a text's sound"
        ),
        pytest.param(
            {"messages": [HI[0] | {"video": "a.mp4"}, HI[1]]},
            "a part of a message is no text: 'video'",
            id="a turn's film",
        ),
        pytest.param(
            {"messages": [{"role": "assistant", "tool_calls": ["weather"]}]},
            "a tool call has no function with a name",
            id="a call that is a text",
        ),
        *(
            pytest.param(
                {"messages": [HI[0], HI[1] | {"weight": weight}]},
                f"the weight of a message is {told}: 0 takes an answer out",
                id=f"a weight of {told}",
            )
            for weight, told in (("0", "'0'"), (0.5, "0.5"), (-1, "-1"), (2, "2"), ([0], r"\[0\]"))
        ),
        pytest.param(
            {"prompt": HI[:1], "completion": [HI[1] | {"weight": "0"}]},
            "the weight of a message is '0'",
            id="a weight of a completion",
        ),
        pytest.param(
            {
                "input": {"messages": HI[:1]},
                "preferred_output": [HI[1] | {"weight": 0.5}],
                "non_preferred_output": HI[1:],
            },
            "the weight of a message is 0.5",
            id="a weight of a preferred answer",
        ),
        pytest.param(
            {
                "input": {"messages": [HI[0] | {"image": "a.png"}]},
                "preferred_output": HI[1:],
                "non_preferred_output": HI[1:],
            },
            "a part of a message is no text: 'image'",
            id="a picture of a pair's question",
        ),
        pytest.param(
            {"messages": [{"role": "wizard", "content": "Hi"}, HI[1]]}, "'wizard' is no role: system, ", id="a role"
        ),
    ],
)
def test_a_faulty_row_is_told_by_its_place(jsonl, line, problem):
    path = jsonl([{"messages": HI}, line])

    with pytest.raises(InputError, match=problem) as told:
        read_rows([path])

    assert f"{path.as_posix()}:2" in str(told.value)
    hint = "only texts are trained on" if "is no text" in problem else "thresher check"  # which finds no fault in media
    assert hint in str(told.value)


def test_rows_of_several_layouts_as_a_curation_run_writes_them(jsonl):
    rows = read_rows(
        [jsonl([{"messages": HI}, {"messages": HI}, {"prompt": "Hi", "completion": "Hello"}, {"text": "x"}])]
    )

    assert [row.messages for row in rows] == [HI, HI, HI, []]
    assert rows[-1].text == "x"


def test_the_names_of_one_source_are_not_looked_for_in_the_rows_of_another(tmp_path):
    """A pair fits its layout without its prompt, and a row of Alpaca without its input: a map took them away."""
    mapped = [{"question": f"What does shop {n} sell?", "completion": f"Item {n}."} for n in range(4)]
    pairs = [{"prompt": f"Who runs stall {n}?", "chosen": f"Person {n}.", "rejected": "Nobody."} for n in range(4)]
    files = [{"path": "a.jsonl", "map": {"prompt": "question"}}, "b.jsonl"]
    split = {"train": 1.0, "validation": 0.0}
    run = curate_rows(tmp_path, {"a.jsonl": mapped, "b.jsonl": pairs}, [], input={"files": files}, split=split)
    asked = [row.messages[0]["content"] for row in read_rows([run.out / "train.jsonl"])]

    assert asked == [*(row["question"] for row in mapped), *(row["prompt"] for row in pairs)]


@pytest.mark.parametrize("manifest", ["[]", '{"outputs": null}', '{"outputs": [{"name": "x"}]}', '{"config": null}'])
def test_the_manifest_of_another_program_beside_a_file_says_nothing(jsonl, manifest):
    file = jsonl([{"prompt": "Why?", "completion": "So."}])
    (file.parent / "manifest.json").write_text(manifest)

    assert [row.messages[0]["content"] for row in read_rows([file])] == ["Why?"]


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match="there is no file"):
        read_rows([tmp_path / "no.jsonl"])


def texts(jsonl, name, count):
    return read_rows([jsonl([{"text": f"{name} {at}"} for at in range(count)], f"{name}.jsonl")])


@pytest.mark.parametrize(
    ("share", "general"),
    [
        pytest.param(0.0, 0, id="none"),
        pytest.param(0.1, 10, id="a tenth of the whole"),
        pytest.param(0.5, 90, id="half of the whole"),
        pytest.param(0.9, 200, id="more than there are: all of them"),
    ],
)
def test_rehearsal_is_a_share_of_the_whole(jsonl, share, general):
    special, other = texts(jsonl, "special", 90), texts(jsonl, "general", 200)
    mixed = with_rehearsal(special, other, share, seed=7)

    assert mixed[:90] == special
    assert len(mixed) == 90 + general
    assert len({row.text for row in mixed}) == len(mixed)


def test_rehearsal_follows_seed_and_content_not_order(jsonl):
    special, other = texts(jsonl, "special", 90), texts(jsonl, "general", 200)

    def chosen(general, seed=7):
        return {row.text for row in with_rehearsal(special, general, 0.1, seed)[90:]}

    assert chosen(other) == chosen(other[::-1])
    assert chosen(other) != chosen(other, seed=8)


def test_a_share_of_one_is_refused(jsonl):
    with pytest.raises(ValueError, match="not 1"):
        with_rehearsal(texts(jsonl, "special", 1), [], 1, seed=7)
