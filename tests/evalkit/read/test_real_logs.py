"""Logs as the tools write them: lm-evaluation-harness 0.4.13's dummy model, Inspect's mockllm and promptfoo's echo.

They answered items of our own; the rows here are theirs, with long parts left out.
"""

from __future__ import annotations

import json
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
import zstandard

from tests.evalkit.read.test_read import read


def sample(target: str, choices: list[str], likelihoods: list[str], **more: Any) -> dict[str, Any]:
    """Return a row of ``samples_TASK_*.jsonl`` of multiple choice: numbers and places are texts."""
    asked = {f"gen_args_{n}": {"arg_0": "Q: a?\nA:", "arg_1": f" {one}"} for n, one in enumerate(choices)}
    return {
        "doc_id": 0,
        "doc": {"question": "a?"},
        "target": target,
        "arguments": asked,
        "resps": [[[one, "False"]] for one in likelihoods],
        "filtered_resps": [[one, "False"] for one in likelihoods],
        "filter": "none",
        "metrics": ["acc", "acc_norm"],
        "doc_hash": "297caa40",
        **more,
    }


LIKELIHOODS = ["-0.898173121357879", "-0.5405999249480544", "-0.9230824398201768"]


@pytest.mark.parametrize(
    ("row", "prediction", "references"),
    [
        pytest.param(
            sample("1", ["Rome", "Paris", "Oslo"], LIKELIHOODS, acc=1.0), "Paris", ["Paris"], id="a place as a text"
        ),
        pytest.param(sample("0", ["Rome", "Paris"], LIKELIHOODS[:2], acc=0.0), "Paris", ["Rome"], id="another place"),
        pytest.param(sample("Oslo", ["Rome", "Oslo"], LIKELIHOODS[:2], acc=1.0), "Oslo", ["Oslo"], id="a text"),
        pytest.param(sample("4", ["3", "4", "5"], LIKELIHOODS, acc=1.0), "4", ["4"], id="a number beyond the places"),
        pytest.param(sample("1", ["1", "4", "5"], LIKELIHOODS, acc=1.0), "4", ["4"], id="accuracy says it is a place"),
        pytest.param(sample("0", ["1", "0", "5"], LIKELIHOODS, acc=1.0), "0", ["0"], id="accuracy says it is a text"),
        pytest.param(sample("[0, 1]", ["a", "b", "c"], LIKELIHOODS), "b", ["a", "b"], id="several places"),
    ],
)
def test_lm_eval_multiple_choice(jsonl, row, prediction, references):
    one = read(jsonl([row]), "lm-eval").row(0, named=True)

    assert (one["prediction"], one["references"], one["prompt"]) == (prediction, references, "Q: a?\nA:")


def test_lm_eval_likelihoods_of_choices_give_its_own_accuracies(jsonl, thresher):
    """Oracle: the log's ``acc`` and ``acc_norm``; by character the longest choice wins."""
    choices = ["Rome", "Oslo", "The city of Paris"]
    path = jsonl([sample("2", choices, LIKELIHOODS, acc=0.0, acc_norm=1.0)])

    told = thresher("score", path, "--from", "lm-eval", "--metrics", "choice,choice:normalised", "--json").json[
        "metrics"
    ]

    assert [told[name]["value"] for name in ("choice", "choice:normalised")] == [0.0, 1.0]


def test_lm_eval_generation_by_two_filters(jsonl):
    """``repeats: 2``: two responses of one request; two filters: the document stands twice."""
    row = {
        "doc_id": 0,
        "doc": {"question": "a?", "answer": "b"},
        "target": "b",
        "arguments": {"gen_args_0": {"arg_0": "Q: a?\nA:", "arg_1": {"until": ["\n"], "do_sample": False}}},
        "resps": [["lol", "lol"]],
        "metrics": ["exact_match"],
        "exact_match": 0.0,
    }
    filtered = [
        row | {"filter": "strict", "filtered_resps": ["[invalid]"]},
        row | {"filter": "flexible", "filtered_resps": ["lol"]},
    ]

    frame = read(jsonl(filtered), "lm-eval")

    assert frame.select("id", "prediction", "references").rows() == [("0", "lol", ["b"])]


@pytest.mark.parametrize(
    ("asked", "responses"),
    [
        pytest.param({"arg_0": "The capital of France?"}, [["-0.5898011835311598"]], id="rolling"),
        pytest.param(
            {"arg_0": "Ask:", "arg_1": "The capital of France?"}, [[["-0.5898011835311598", "False"]]], id="a continuation"
        ),
    ],
)  # fmt: skip
def test_lm_eval_log_likelihoods_are_no_answers(jsonl, thresher, asked, responses):
    row = {"doc_id": 0, "target": "The capital of France?", "arguments": {"gen_args_0": asked}, "filter": "none"}
    path = jsonl([row | {"resps": responses, "filtered_resps": [responses[0][0]]}])

    told = thresher(
        "score", path, "--from", "lm-eval", "--metrics", "perplexity:bits_per_byte,perplexity:token,length", "--json"
    ).json["metrics"]

    assert told["perplexity:bits_per_byte"]["value"] == pytest.approx(0.5898011835311598 / 22 / 0.6931471805599453)
    assert told["perplexity:token"]["reasons"] == {"no_logprobs": 1}  # it does not say how many tokens
    assert told["length"]["reasons"] == {"no_prediction": 1}


def packed(members: dict[str, bytes], *, spoil: bool = False) -> bytes:
    """Return a zip archive whose members are packed by Zstandard (method 93), as Inspect writes it."""
    body, directory = b"", b""
    for name, plain in members.items():
        inner = zstandard.ZstdCompressor().compress(plain)
        crc = zlib.crc32(plain) ^ spoil
        common = struct.pack("<HHHHHIIIHH", 63, 0, 93, 0, 33, crc, len(inner), len(plain), len(name), 0)
        directory += b"PK\x01\x02" + struct.pack("<H", 63) + common
        directory += struct.pack("<HHHII", 0, 0, 0, 0, len(body)) + name.encode()
        body += b"PK\x03\x04" + common + name.encode() + inner
    end = struct.pack("<HHHHIIH", 0, 0, len(members), len(members), len(directory), len(body), 0)
    return body + directory + b"PK\x05\x06" + end


INSPECT: list[dict[str, Any]] = [
    {
        "id": 2,
        "epoch": 1,
        "input": "Two and two?",
        "target": ["4", "four"],
        "output": {
            "model": "mockllm/model",
            "choices": [
                {
                    "message": {"id": "aLPd", "content": "four", "source": "generate", "role": "assistant"},
                    "stop_reason": "max_tokens",
                }
            ],
            "completion": "four",
            "usage": {"input_tokens": 5, "output_tokens": 7, "total_tokens": 12},
            "time": 0.25,
        },
        "scores": {"includes": {"value": "C", "answer": "four", "explanation": "four", "history": []}},
        "metadata": {},
        "error_retries": [],
    },
    {
        "id": 3,
        "epoch": 1,
        "input": "Which one is a fruit?",
        "choices": ["stone", "apple"],
        "target": "B",
        "output": {"model": "mockllm/model", "choices": [], "completion": ""},
        "scores": {},
        "error": {"message": "ConnectionError('down')", "traceback": "", "traceback_ansi": ""},
    },
]


def archive(path: Path, **more: Any) -> Path:
    members = {"_journal/start.json": b"{}", "header.json": json.dumps({"eval": {"model": "mockllm/model"}}).encode()}
    members |= {f"samples/{one['id']}_epoch_1.json": json.dumps(one).encode() for one in INSPECT}
    path.write_bytes(packed(members, **more))
    return path


def test_inspect_archives_are_packed_by_zstandard(tmp_path):
    frame = read(archive(tmp_path / "log.eval"), "inspect")

    assert frame.select("id", "prediction", "references", "finish", "fault", "tokens", "seconds").rows() == [
        ("2", "four", ["4", "four"], "max_tokens", None, 7.0, 0.25),
        ("3", None, ["B"], None, "request_failed", None, None),
    ]


def test_a_damaged_archive_is_told(tmp_path, thresher):
    ran = thresher("score", archive(tmp_path / "log.eval", spoil=True), "--from", "inspect", "--metrics", "length")

    assert ran.code == 2
    assert "header.json is damaged" in ran.err


def result(provider: str, prompt: int, test: int, **more: Any) -> dict[str, Any]:
    """Return one of the results that promptfoo writes; ``promptIdx`` counts the prompts of all providers."""
    template = ["Say {{word}}", "Please say {{word}} now"][prompt % 2]
    word = ["red", "blue"][test]
    said = template.replace("{{word}}", word)
    asserted = [{"type": "icontains", "value": "{{word}}"}]
    return {
        "cost": 0,
        "latencyMs": 6,
        "prompt": {"raw": said, "label": template, "config": {}},
        "promptId": "e996",
        "promptIdx": prompt,
        "provider": {"id": provider, "label": ""},
        "response": {"output": said, "cached": False, "tokenUsage": {"total": 0, "prompt": 0, "completion": 0}},
        "success": True,
        "testCase": {"vars": {"word": word}, "assert": asserted, "options": {}, "metadata": {}},
        "testIdx": test,
        "tokenUsage": {"prompt": 0, "completion": 0, "cached": 0, "total": 0, "numRequests": 1},
        "vars": {"word": word},
        **more,
    }


def test_promptfoo_with_two_providers_and_two_prompts(tmp_path):
    down = {"response": {"error": "it is down"}, "error": "it is down", "success": False}
    rows = [result("echo", prompt, test) for test in (0, 1) for prompt in (0, 1)]
    rows += [result("broken", prompt, 0, **down) for prompt in (2, 3)]
    path = tmp_path / "results.json"
    path.write_text(json.dumps({"evalId": "eval-x", "results": {"version": 3, "results": rows, "stats": {}}}))

    frame = read(path, "promptfoo")

    assert frame.select("id", "prediction", "references", "fault", "slices").rows() == [
        ("0:echo:0", "Say red", ["red"], None, '{"prompt":"0","provider":"echo"}'),
        ("0:echo:1", "Please say red now", ["red"], None, '{"prompt":"1","provider":"echo"}'),
        ("1:echo:0", "Say blue", ["blue"], None, '{"prompt":"0","provider":"echo"}'),
        ("1:echo:1", "Please say blue now", ["blue"], None, '{"prompt":"1","provider":"echo"}'),
        ("0:broken:0", None, ["red"], "request_failed", '{"prompt":"0","provider":"broken"}'),
        ("0:broken:1", None, ["red"], "request_failed", '{"prompt":"1","provider":"broken"}'),
    ]
    assert frame["tokens"].null_count() == frame["cost"].null_count() == 6  # 0 is what it writes for unknown
