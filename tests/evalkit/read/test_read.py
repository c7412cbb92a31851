"""Predictions that no one here made: any JSON Lines, and the logs of three other tools."""

from __future__ import annotations

import hashlib
import json
import zipfile

import polars as pl
import pytest

from evalkit.predictions import data_sha256, to_frame
from evalkit.read import READERS, Fields, InputFile


def read(path, source="jsonl", **fields):
    return to_frame(READERS[source](InputFile(path), Fields(**fields)), path.name)


def columns(frame, *names):
    return frame.select(names or ("id", "prediction", "references")).rows()


@pytest.mark.parametrize(
    ("row", "prediction", "references"),
    [
        pytest.param({"prediction": "a", "reference": "b"}, "a", ["b"], id="texts"),
        pytest.param({"prediction": "a", "reference": ["b", "c"]}, "a", ["b", "c"], id="a list of texts is several"),
        pytest.param({"prediction": "a", "references": ["b", "c"]}, "a", ["b", "c"], id="references"),
        pytest.param(
            {"prediction": {"x": 1}, "reference": {"y": [2]}}, '{"x":1}', ['{"y":[2]}'], id="objects are JSON"
        ),
        pytest.param({"prediction": 4, "reference": 5}, "4", ["5"], id="numbers"),
        pytest.param({"prediction": [], "reference": [{"n": 1}]}, "[]", ['[{"n":1}]'], id="a list of objects is one"),
        pytest.param({"prediction": None}, None, None, id="nothing"),
    ],
)
def test_values(jsonl, row, prediction, references):
    assert columns(read(jsonl([{"id": "1", **row}])), "prediction", "references") == [(prediction, references)]


def test_fields_by_name_and_inside_objects(jsonl):
    rows = [{"key": 7, "out": {"text": "a"}, "doc": {"answer": "b"}, "q": "?", "lang": "de"}]

    frame = read(jsonl(rows), id="key", prediction="out.text", reference="doc.answer", prompt="q", slices=("lang",))

    assert columns(frame, "id", "prediction", "references", "prompt", "slices") == [
        ("7", "a", ["b"], "?", '{"lang":"de"}')
    ]


def test_what_our_own_file_holds(jsonl):
    row = {
        "id": "1", "prediction": "a", "reference": "b", "messages": [{"role": "user", "content": "?"}],
        "slices": {"n": 1}, "cluster": "c", "finish": "length", "fault": None,
        "usage": {"completion_tokens": 5, "seconds": 0.5, "cost": 0.01},
        "logprobs": {"sum": -3.0, "tokens": 2, "conditions": "bos:yes"},
    }  # fmt: skip

    frame = read(jsonl([row]))

    others = (
        "prediction",
        "references",
        "schema",
        "check",
        "likelihood_fault",
        "choices",
        "choice_likelihoods",
        "gold",
    )
    assert frame.drop(others).rows() == [
        ("1", '[{"content":"?","role":"user"}]', '{"n":"1"}', "c", "length", None, 5.0, 0.5, 0.01, -3.0, 2.0, "bos:yes")
    ]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        pytest.param(
            {"choices": ["a", "b"], "gold": 1, "choice_logprobs": {"sums": [-2, -1.5], "conditions": "bos:no"}},
            (["a", "b"], [-2.0, -1.5], 1, "bos:no", None), id="told",
        ),
        pytest.param(
            {"choices": ["a", "b"], "gold": 1, "choice_logprobs": {"fault": {"kind": "ignored_capability"}}},
            (["a", "b"], None, 1, None, "ignored_capability"), id="not told",
        ),
        pytest.param({"choices": ["a", "b"], "choice_logprobs": {"sums": [-2]}}, (["a", "b"], None, None, None, None), id="too few"),
        pytest.param({"choices": [{"index": 0}], "gold": 0}, (None, None, None, None, None), id="of another tool"),
    ],
)  # fmt: skip
def test_choices(jsonl, row, told):
    frame = read(jsonl([{"id": "1", "prediction": "a", **row}]))

    assert columns(frame, "choices", "choice_likelihoods", "gold", "conditions", "likelihood_fault") == [told]


@pytest.mark.parametrize(
    ("rows", "fields", "told"),
    [
        pytest.param(
            [{"id": "1", "output": "a"}], {}, "no row of rows.jsonl has a field 'prediction'", id="no prediction"
        ),
        pytest.param([{"id": "1", "output": "a"}], {"prediction": "outputs"}, "did you mean 'output'?", id="a slip"),
        pytest.param([{"id": "1", "prediction": "a"}], {"reference": "gold"}, "has a field 'gold'", id="no reference"),
        pytest.param([{"id": "1", "prediction": "a"}] * 2, {}, "the id '1' stands twice", id="an id twice"),
        pytest.param(
            [{"id": "1", "prediction": "a"}, {"prediction": "b"}], {}, "rows.jsonl:2 has no field 'id'", id="no id"
        ),
        pytest.param(
            [{"id": [1], "prediction": "a"}], {}, "neither text nor a whole number in 'id'", id="a list as id"
        ),
        pytest.param([{"id": 1, "prediction": "a"}, {"id": "1", "prediction": "a"}], {}, "stands twice", id="1 is '1'"),
        pytest.param(['{"id": "1", '], {}, "rows.jsonl:1 cannot be read", id="a broken line"),
        pytest.param(["[]"], {}, "rows.jsonl:1 cannot be read", id="no object"),
        pytest.param([], {}, "holds no rows", id="no rows"),
    ],
)
def test_what_cannot_be_scored_is_exit_2(thresher, jsonl, rows, fields, told, monkeypatch):
    file = jsonl(rows)
    monkeypatch.chdir(file.parent)

    ran = thresher(
        "score", file.name, "--metrics", "exact_match", *(x for k, v in fields.items() for x in (f"--{k}-field", v))
    )

    assert ran.code == 2
    assert told in ran.err


@pytest.mark.parametrize("ending", ["json", "parquet"])
def test_other_files_of_rows_are_read_as_json_lines_are(jsonl, tmp_path, ending):
    rows = [{"id": f"r{n}", "prediction": "a", "reference": ["a", "b"][n % 2], "lang": "de"} for n in range(5)]
    file = tmp_path / f"rows.{ending}"
    if ending == "json":
        file.write_text(json.dumps(rows, indent=1))
    else:
        pl.DataFrame(rows).write_parquet(file)

    here, there = (read(path, slices=("lang",)) for path in (jsonl(rows), file))

    kept = ("id", "prediction", "references", "slices")
    assert columns(there, *kept) == columns(here, *kept)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param('[{"id": "1", "prediction": "a"}, 3]', "rows.json (row 2) cannot be read", id="no object"),
        pytest.param('[{"id": "1", "prediction": "a"}, {}]', "rows.json (row 2) has no field 'id'", id="no id"),
        pytest.param('[{"id": "1", "prediction": "a"}', "rows.json (row 2) cannot be read", id="never closed"),
    ],
)
def test_a_faulty_element_of_an_array_is_exit_2(thresher, tmp_path, monkeypatch, text, told):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rows.json").write_text(text)

    ran = thresher("score", "rows.json", "--metrics", "exact_match")

    assert ran.code == 2
    assert told in ran.err


def test_rows_without_ids_are_named_by_what_was_asked(jsonl):
    rows = [
        {"prompt": "a?", "prediction": "x"},
        {"prompt": "b?", "prediction": "y"},
        {"prompt": "a?", "prediction": "z"},
    ]
    here = read(jsonl(rows))["id"].to_list()
    there = read(jsonl([row | {"prediction": "other"} for row in rows[:2]], "there.jsonl"))["id"].to_list()

    assert here[:2] == there
    assert here[2] == f"{here[0]}#2"
    assert read(jsonl([{"prediction": "x"}], "bare.jsonl"))["id"].to_list() == ["line-1"]


def test_packed_files(tmp_path):
    import gzip

    path = tmp_path / "rows.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"id": "1", "prediction": "a"}\n'))

    assert read(path)["prediction"].to_list() == ["a"]


def test_the_hash_is_of_what_was_asked_in_any_order(jsonl):
    rows = [{"id": str(n), "prompt": f"{n}?", "prediction": "x", "reference": "y"} for n in range(3)]
    first = data_sha256(read(jsonl(rows)))

    assert data_sha256(read(jsonl([row | {"prediction": "z"} for row in rows[::-1]], "other.jsonl"))) == first
    assert data_sha256(read(jsonl([rows[0] | {"reference": "w"}, *rows[1:]], "changed.jsonl"))) != first
    assert data_sha256(read(jsonl(rows[:2], "fewer.jsonl"))) != first


def test_the_hash_knows_the_right_choice_where_no_reference_tells_it(jsonl):
    """Oracle: lines of (id, prompt, references) hashed by hand, which is all that rows with references have."""
    lines = b'["0","0?",["y"]]\n["1","1?",["y"]]\n'
    rows = [{"id": str(n), "prompt": f"{n}?", "prediction": "x", "choices": ["x", "y"], "gold": 1} for n in range(2)]
    named = [row | {"reference": "y"} for row in rows]

    def of(some, name):
        return data_sha256(read(jsonl(some, name)))

    assert of(named, "named.jsonl") == hashlib.sha256(lines).hexdigest()
    assert of([row | {"gold": 0} for row in named], "mended.jsonl") == of(named, "again.jsonl")
    assert of([row | {"gold": 0} for row in rows], "other.jsonl") != of(rows, "choices.jsonl")
    assert of([row | {"choices": ["x", "z"]} for row in rows], "else.jsonl") != of(rows, "choices.jsonl")


GSM = {
    "doc_id": 0, "doc": {"question": "1+1?"}, "target": "#### 2", "resps": [["It is 2."]], "filter": "strict-match",
    "arguments": {"gen_args_0": {"arg_0": "Q: 1+1?", "arg_1": {"until": ["Q:"]}}}, "filtered_resps": ["[invalid]"],
}  # fmt: skip
CHOICE = {
    "doc_id": 3, "target": 1, "filter": "none", "filtered_resps": [["-2.5", "False"], ["-0.5", "True"], ["-3.0", "False"]],
    "resps": [[["-2.5", "False"]], [["-0.5", "True"]], [["-3.0", "False"]]],
    "arguments": {f"gen_args_{n}": {"arg_0": "Capital?", "arg_1": f" {city}"} for n, city in enumerate(("Rome", "Paris", "Oslo"))},
}  # fmt: skip


def test_lm_eval(jsonl):
    flexible = GSM | {"filter": "flexible-extract", "filtered_resps": ["2"]}
    old = {
        "doc_id": 1,
        "target": ["x", "y"],
        "arguments": [["Q", {"until": []}]],
        "resps": [["x"]],
        "filtered_resps": ["x"],
    }

    frame = read(jsonl([GSM, flexible, old, CHOICE], "samples_gsm8k.jsonl"), "lm-eval")

    assert columns(frame, "id", "prediction", "references", "prompt") == [
        ("0", "It is 2.", ["#### 2"], "Q: 1+1?"),
        ("1", "x", ["x", "y"], "Q"),
        ("3", "Paris", ["Paris"], "Capital?"),
    ]


SAMPLE = {
    "id": "q1", "epoch": 1, "input": "attachment://abc", "target": "4", "attachments": {"abc": "2+2?"},
    "output": {
        "model": "m", "choices": [{"message": {"role": "assistant", "content": "4"}, "stop_reason": "stop"}],
        "usage": {"input_tokens": 9, "output_tokens": 1}, "time": 0.5,
    },
    "scores": {"match": {"value": "C"}},
}  # fmt: skip
SECOND = SAMPLE | {
    "epoch": 2, "output": {"choices": [{"message": {"content": [{"type": "reasoning", "reasoning": "hm"}, {"type": "text", "text": "5"}]}, "stop_reason": "max_tokens"}]},
}  # fmt: skip
FAILED = {
    "id": "q2",
    "epoch": 1,
    "input": [{"role": "user", "content": "?"}],
    "target": ["a", "b"],
    "output": {"choices": []},
    "error": {"message": "timeout"},
}


@pytest.mark.parametrize("kind", ["json", "eval"])
def test_inspect(tmp_path, kind):
    path = tmp_path / f"log.{kind}"
    if kind == "json":
        path.write_text(json.dumps({"version": 2, "eval": {"model": "m"}, "samples": [SAMPLE, SECOND, FAILED]}))
    else:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("header.json", json.dumps({"eval": {"model": "m"}}))
            for sample in (SAMPLE, SECOND, FAILED):
                archive.writestr(f"samples/{sample['id']}_epoch_{sample['epoch']}.json", json.dumps(sample))
    file = InputFile(path)

    frame = to_frame(READERS["inspect"](file, Fields()), "log")

    assert columns(
        frame, "id", "prediction", "references", "prompt", "cluster", "finish", "fault", "tokens", "seconds"
    ) == [
        ("q1", "4", ["4"], "2+2?", "q1", "stop", None, 1.0, 0.5),
        ("q1#2", "5", ["4"], "2+2?", "q1", "max_tokens", None, None, None),
        ("q2", None, ["a", "b"], '[{"role":"user","content":"?"}]', "q2", None, "request_failed", None, None),
    ]
    assert (file.models, len(file.sha256)) == ({"m"}, 64)


def result(index, output, provider="p", **more):
    return {
        "testIdx": index, "promptIdx": 0, "provider": {"id": provider, "label": ""}, "prompt": {"raw": f"Q{index}"},
        "vars": {"expected": "v"}, "testCase": {"assert": [{"type": "latency"}, {"type": "equals", "value": "e"}]},
        "response": {"output": output, "tokenUsage": {"completion": 3}, "finishReason": "stop"}, "latencyMs": 250, "cost": 0.1,
    } | more  # fmt: skip


def test_promptfoo(tmp_path):
    path = tmp_path / "results.json"
    failed = result(2, None, response={}, error="API error: 500", testCase={})
    path.write_text(json.dumps({"version": 3, "results": {"results": [result(0, "e"), result(1, {"a": 1}), failed]}}))

    frame = read(path, "promptfoo")

    assert columns(frame, "id", "prediction", "references", "prompt", "fault", "tokens", "seconds", "cost") == [
        ("0", "e", ["e"], "Q0", None, 3.0, 0.25, 0.1),
        ("1", '{"a":1}', ["e"], "Q1", None, 3.0, 0.25, 0.1),
        ("2", None, ["v"], "Q2", "request_failed", None, 0.25, 0.1),
    ]


def test_promptfoo_with_two_providers_keeps_them_apart(tmp_path):
    path = tmp_path / "results.json"
    path.write_text(json.dumps({"results": {"results": [result(0, "a", "p"), result(0, "b", "q")]}}))

    frame = read(path, "promptfoo", reference="expected")

    assert columns(frame, "id", "references", "slices", "cluster") == [
        ("0:p:0", ["v"], '{"prompt":"0","provider":"p"}', "0"),
        ("0:q:0", ["v"], '{"prompt":"0","provider":"q"}', "0"),
    ]


@pytest.mark.parametrize(
    ("source", "content"), [("lm-eval", '{"id": 1}'), ("inspect", "{}"), ("promptfoo", "{}"), ("inspect", "{")]
)
def test_another_file_than_was_said_is_exit_2(thresher, tmp_path, source, content):
    path = tmp_path / "log.json"
    path.write_text(content)

    ran = thresher("score", path, "--from", source, "--metrics", "exact_match")

    assert ran.code == 2
    assert "hint:" in ran.err
