"""Logs of other tools: which fields flags name in them, what is no log, and what is no likelihood."""

from __future__ import annotations

import json

import pytest

from tests.evalkit.read.test_read import GSM, columns, read, result


@pytest.mark.parametrize(("value", "reference"), [(42, "42"), (0.5, "0.5"), (True, "true"), ("{{expected}}", "v")])
def test_an_assertion_of_promptfoo_may_hold_a_number(tmp_path, value, reference):
    path = tmp_path / "results.json"
    row = result(0, "a", testCase={"assert": [{"type": "equals", "value": value}]})
    path.write_text(json.dumps({"results": {"results": [row]}}))

    assert read(path, "promptfoo")["references"].to_list() == [[reference]]


def logged(folder, source):
    """Return a log of one answer in German: "raw" as the tool takes it, "other" in a field of its own."""
    rows = {
        "lm-eval": GSM | {"doc": {"lang": "de", "asked": "Was?"}, "resps": [["raw"]], "filtered_resps": ["other"]},
        "inspect": {"id": "q", "input": "?", "output": {"completion": "raw"}, "metadata": {"lang": "de", "asked": "Was?", "x": "other"}},
        "promptfoo": result(0, "raw", vars={"lang": "de", "asked": "Was?", "x": "other"}),
    }  # fmt: skip
    row = rows[source]
    told = {"lm-eval": row, "inspect": {"samples": [row]}, "promptfoo": {"results": {"results": [row]}}}
    path = folder / "log.json"
    path.write_text(json.dumps(told[source]))
    return path


@pytest.mark.parametrize(
    ("source", "lang", "asked", "other"),
    [
        ("lm-eval", "doc.lang", "doc.asked", "filtered_resps"),
        ("inspect", "metadata.lang", "metadata.asked", "metadata.x"),
        ("promptfoo", "lang", "asked", "x"),
    ],
)
def test_flags_name_fields_of_logs_too(tmp_path, source, lang, asked, other):
    path = logged(tmp_path, source)

    frame = read(path, source, prediction=other, prompt=asked, reference=lang, slices=(lang,))

    assert read(path, source)["prediction"].to_list() == ["raw"]
    assert columns(frame, "prediction", "prompt", "references", "slices") == [
        ("other", "Was?", ["de"], json.dumps({lang: "de"}, separators=(",", ":")))
    ]


@pytest.mark.parametrize("source", ["lm-eval", "inspect", "promptfoo"])
@pytest.mark.parametrize("flag", ["--id-field", "--prediction-field", "--reference-field", "--prompt-field", "--slice"])
def test_a_named_field_that_no_row_of_a_log_has_is_exit_2(thresher, tmp_path, source, flag):
    ran = thresher("score", logged(tmp_path, source), "--from", source, "--metrics", "exact_match", flag, "doc.golf")

    assert ran.code == 2
    assert "log.json has a field 'doc.golf'" in ran.err
    assert f"hint: {flag} FIELD" in ran.err


def test_slices_of_a_log_stand_beside_its_own(tmp_path):
    path = tmp_path / "results.json"
    rows = [result(0, "a", provider, vars={"lang": "de"}) for provider in "pq"]
    path.write_text(json.dumps({"results": {"results": rows}}))

    slices = read(path, "promptfoo", slices=("lang",))["slices"].to_list()

    assert slices == [f'{{"lang":"de","prompt":"0","provider":"{one}"}}' for one in "pq"]


@pytest.mark.parametrize(
    ("source", "row", "told"),
    [
        ("lm-eval", GSM | {"arguments": 3}, "log.json:1: 'arguments' is 3, and no object"),
        ("inspect", {"output": "x"}, "log.json (sample 1): 'output' is \"x\", and no object"),
        ("inspect", {"output": {"choices": ["x"]}}, "(sample 1): 'output.choices.0' is \"x\", and no object"),
        ("inspect", {"output": {"choices": {"a": 1}}}, "(sample 1): 'output.choices' is {\"a\":1}, and no list"),
        ("inspect", {"output": {"usage": [1]}}, "(sample 1): 'output.usage' is [1], and no object"),
        ("inspect", {"attachments": [1]}, "(sample 1): 'attachments' is [1], and no object"),
        ("promptfoo", result(0, "a", response={"output": "a", "tokenUsage": 5}), "(result 1): 'tokenUsage' is 5"),
        ("promptfoo", result(0, "a", testCase={"assert": -1}), "(result 1): 'assert' is -1, and no list"),
    ],
)  # fmt: skip
def test_a_part_of_another_kind_is_exit_2_with_its_place(thresher, tmp_path, monkeypatch, source, row, told):
    whole = {"lm-eval": row, "inspect": {"samples": [row]}, "promptfoo": {"results": {"results": [row]}}}
    (tmp_path / "log.json").write_text(json.dumps(whole[source]))
    monkeypatch.chdir(tmp_path)

    ran = thresher("score", "log.json", "--from", source, "--metrics", "exact_match")

    assert ran.code == 2
    assert told in ran.err


@pytest.mark.parametrize("arguments", [
    pytest.param({"gen_args_0": {"arg_0": "Q", "arg_1": {"until": ["\n"], "do_sample": True}}}, id="objects"),
    pytest.param([["Q", {"until": ["\n"]}]], id="lists, as older logs have them"),
])  # fmt: skip
@pytest.mark.parametrize("said", [["42", "1"], ["7", "0"], ["5", "5"], ["5", "True"]])
def test_two_numbers_that_were_generated_are_answers_and_no_likelihood(jsonl, arguments, said):
    row = GSM | {"target": said[0], "arguments": arguments, "resps": [said], "filtered_resps": [said[0]]}

    frame = read(jsonl([row]), "lm-eval")

    assert columns(frame, "prediction", "references", "prompt", "log_likelihood") == [(said[0], [said[0]], "Q", None)]
