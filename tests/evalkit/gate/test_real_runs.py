"""The whole road on outputs of real models: score, compare, gate, with the verdicts one expects."""

from __future__ import annotations

import json

import numpy as np
import pytest

from evalkit.gate.statistics.estimate import Settings, estimate
from evalkit.gate.statistics.sample import Sample
from evalkit.metrics import make_metric
from tests.conftest import REAL_DATA
from tests.evalkit.answers import answers, measured, rows_of
from tests.evalkit.gate.runs import limits

FOLDER = REAL_DATA / "jsonl"
GSM8K = ("--prediction-field", "output", "--reference-field", "reference", "--prompt-field", "question")
FLEXIBLE = 'metric = "exact_match:gsm8k_flexible"\nmax_drop = 0.02'


@pytest.fixture
def score(thresher, tmp_path, real_data):
    def run(file, *more, name=None):
        target = tmp_path / (name or file.stem)
        ran = thresher("score", file, *more, "--out", target, "--quiet")
        assert ran.code == 0, ran.err
        return target

    return run


@pytest.mark.parametrize(
    ("base", "new", "verdict"),
    [
        pytest.param("6b_finetuning", "175b_finetuning", "pass", id="a better model"),
        pytest.param("175b_finetuning", "6b_finetuning", "fail", id="a worse one"),
        pytest.param("175b_verification", "6b_verification", "fail", id="17 points"),
        pytest.param("175b_finetuning", "6b_verification", "pass", id="a small one with a verifier"),
    ],
)
def test_gsm8k(thresher, tmp_path, score, base, new, verdict):
    """Oracle: the recorded accuracies 21.68, 39.04, 34.72 and 56.25%."""
    runs = [
        score(FOLDER / f"gsm8k_preds_{name}.jsonl", *GSM8K, "--metrics", "exact_match:gsm8k_flexible")
        for name in (base, new)
    ]

    ran = thresher("gate", runs[1], "--baseline", runs[0], "--limits", limits(tmp_path, FLEXIBLE), "--json")
    compared = thresher("compare", *runs, "--json").json

    assert ran.json["verdict"] == verdict
    rows = [rows_of(FOLDER / f"gsm8k_preds_{name}.jsonl") for name in (base, new)]
    lost = sum(a["correct"] and not b["correct"] for a, b in zip(*rows, strict=True))
    assert compared["flips"]["exact_match:gsm8k_flexible"]["right_to_wrong"] == lost


def test_sixty_items_do_not_decide(thresher, tmp_path, score, jsonl):
    runs = []
    for name in ("6b_verification", "175b_finetuning"):
        rows = rows_of(FOLDER / f"gsm8k_preds_{name}.jsonl")[:60]
        runs.append(score(jsonl(rows, f"{name}.jsonl"), *GSM8K, "--metrics", "exact_match:gsm8k_flexible"))

    ran = thresher("gate", runs[1], "--baseline", runs[0], "--limits", limits(tmp_path, FLEXIBLE))

    assert ran.code == 3
    assert "items (now 60, needed" in ran.out


def test_alpaca_eval(thresher, tmp_path, score):
    asked = (
        "--prediction-field",
        "output",
        "--id-field",
        "id",
        "--metrics",
        "length:words,repetition,refusal",
        "--slice",
        "dataset",
    )
    runs = {
        name: score(FOLDER / f"alpaca_eval_{name}.outputs.jsonl", *asked)
        for name in ("gpt4", "vicuna-7b", "oasst-sft-pythia-12b", "text_davinci_001")
    }
    rules = limits(tmp_path, 'metric = "length:words"\nmax_ratio = 1.5\n\nmetric = "refusal"\nmax_value = 0.1')

    same = thresher("gate", runs["vicuna-7b"], "--baseline", runs["gpt4"], "--limits", rules, "--json")
    fewer = thresher("gate", runs["text_davinci_001"], "--baseline", runs["gpt4"], "--limits", rules)
    allowed = thresher(
        "gate",
        runs["text_davinci_001"],
        "--baseline",
        runs["gpt4"],
        "--limits",
        limits(tmp_path, 'metric = "repetition"\nmax_drop = 0.05'),
        "--allow-missing",
    )

    assert (same.code, [row["verdict"] for row in same.json["limits"]]) == (0, ["pass", "pass"])
    assert fewer.code == 2
    assert "only in" in fewer.err
    assert "2 of 805" in fewer.err
    assert allowed.code in (0, 1, 3)
    assert "repetition: 2 items without an answer" in allowed.out


def test_mmlu_of_two_models(thresher, tmp_path, score, jsonl):
    rows = rows_of(FOLDER / "mmlu_two_models.jsonl")
    names = ("gpt-4-1106-preview", "mistralai/Mixtral-8x7B-Instruct-v0.1")
    runs = []
    for place, name in enumerate(names):
        made = [
            {"id": row["id"], "prompt": row["prompt"], "prediction": str(row[name]), "reference": "True",
             "slices": {"subject": row["id"].partition(":")[0]}}
            for row in rows
        ]  # fmt: skip
        runs.append(score(jsonl(made, f"{place}.jsonl"), "--metrics", "exact_match"))

    worse = thresher("gate", runs[1], "--baseline", runs[0], "--limits", limits(tmp_path), "--json")
    better = thresher("gate", runs[0], "--baseline", runs[1], "--limits", limits(tmp_path), "--json")

    share = [sum(row[name] for row in rows) / len(rows) for name in names]
    assert worse.json["limits"][0]["base"] == pytest.approx(share[0], abs=1e-6)
    assert (worse.code, better.code) == (1, 0)
    assert worse.json["slices"]


def test_ifeval(thresher, tmp_path, score, jsonl):
    """Oracle: the recorded shares of prompts whose instructions were all followed, 23.84 and 80.41%."""
    runs = {}
    for name in (
        "Qwen__Qwen2.5-0.5B-Instruct-GPTQ-Int4",
        "mistralai__Mistral-7B-Instruct-v0.3",
        "gpt-4o-mini-2024-07-18",
    ):
        made = [
            {
                "id": str(n),
                "prompt": row["prompt"],
                "prediction": str(row["follow_all_instructions"]),
                "reference": "True",
            }
            for n, row in enumerate(rows_of(FOLDER / f"ifeval_en_{name}.outputs.jsonl"))
        ]
        runs[name[:4]] = score(jsonl(made, f"{name[:4]}.jsonl"), "--metrics", "exact_match")

    told = thresher("gate", runs["Qwen"], "--baseline", runs["gpt-"], "--limits", limits(tmp_path), "--json")
    good = thresher("gate", runs["gpt-"], "--baseline", runs["mist"], "--limits", limits(tmp_path))

    assert (told.code, told.json["limits"][0]["base"]) == (1, pytest.approx(0.8041, abs=5e-5))
    assert told.json["limits"][0]["candidate"] == pytest.approx(0.2384, abs=5e-5)
    assert good.code == 0
    assert "too good" in good.out


@pytest.mark.parametrize(
    ("one", "other"), [("LIUM-NMT.4900", "online-A.0"), ("uedin-nmt.4722", "RWTH-nmt-ensemble.4921")]
)
def test_paired_bootstrap_of_bleu(real_data, one, other):
    """Oracle: sacrebleu's paired bootstrap on the systems of WMT17, within the error of its 2,000 draws."""
    from sacrebleu.metrics.bleu import BLEU
    from sacrebleu.significance import PairedTest

    texts = {
        name: [row["text"] for row in rows_of(FOLDER / f"wmt17_ende_{file}.jsonl")]
        for name, file in (
            ("one", f"newstest2017.{one}.en-de"),
            ("other", f"newstest2017.{other}.en-de"),
            ("wanted", "reference"),
        )
    }
    metric = make_metric("bleu")
    runs = [
        measured(answers(*zip(texts[name], texts["wanted"], strict=True)), "bleu")[0].numbers
        for name in ("one", "other")
    ]
    found = estimate(Sample(metric, runs[0], runs[1], None), "difference", Settings())
    test = PairedTest(
        [("one", texts["one"]), ("other", texts["other"])], {"BLEU": BLEU(references=[texts["wanted"]])}, None,
        test_type="bs", n_samples=2000,
    )  # fmt: skip
    _, scores = test()
    theirs = scores["BLEU"][1]

    assert found.value == pytest.approx(theirs.score - scores["BLEU"][0].score, abs=1e-6)
    assert 2 * min(found.tails(0.0)) == pytest.approx(theirs.p_value, abs=0.02)
    alone = estimate(Sample(metric, runs[1], runs[1], None).alone, "value", Settings(alpha=0.025))
    assert (alone.high - alone.low) / 2 == pytest.approx(theirs.ci, rel=0.06)
    assert np.isfinite(json.loads(json.dumps(found.error)))
