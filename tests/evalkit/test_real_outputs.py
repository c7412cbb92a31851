"""Outputs of real models: every file is scored without a crash, the same bytes twice; known numbers come out."""

from __future__ import annotations

import pytest

from tests.conftest import REAL_DATA
from tests.evalkit.answers import answers, measured, rows_of

FOLDER = REAL_DATA / "jsonl"
BEHAVIOUR = "length,refusal,repetition,empty,json_extracted,python_parses"
COMPARED = "exact_match:squad,token_f1,rougeL,contains:ignore_case"
FILES = [
    *((path, ("output", None), BEHAVIOUR) for path in sorted(FOLDER.glob("alpaca_eval_*.outputs.jsonl"))),
    *((path, ("response", None), BEHAVIOUR) for path in sorted(FOLDER.glob("ifeval_en_*.outputs.jsonl"))),
    *((path, ("response", "target"), COMPARED) for path in sorted(FOLDER.glob("user252_*.outputs.jsonl"))),
    *((path, ("output", "reference"), COMPARED) for path in sorted(FOLDER.glob("gsm8k_preds_*.jsonl"))),
    *((path, ("text", None), "length,empty") for path in sorted(FOLDER.glob("wmt17_ende_newstest2017.*.jsonl"))),
    (FOLDER / "spider_gold_pred.jsonl", ("pred", "gold"), f"{COMPARED},sql_parses"),
    (FOLDER / "xsum_system_summaries.jsonl", ("summary", None), "length,repetition,refusal"),
]


@pytest.mark.parametrize(("path", "fields", "metrics"), FILES, ids=[path.name for path, _, _ in FILES])
def test_every_outputs_file_is_scored_the_same_twice(thresher, real_data, tmp_path, path, fields, metrics):
    prediction, reference = fields
    asked = ["--metrics", metrics, "--prediction-field", prediction]
    asked += [] if reference is None else ["--reference-field", reference]

    for name in ("a", "b"):
        ran = thresher("score", path, *asked, "--out", tmp_path / name, "--quiet")
        assert (ran.code, ran.err) == (0, "")

    for name in ("scores.json", "rows.parquet", "manifest.json"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_ids_that_repeat_are_exit_2(thresher, real_data):
    ran = thresher(
        "score", FOLDER / "oasst_sft_pythia_1b.outputs.jsonl", "--prediction-field", "outputs", "--metrics", "length"
    )

    assert ran.code == 2
    assert "stands twice" in ran.err


@pytest.mark.parametrize(
    ("model", "accuracy"),
    [
        ("6b_finetuning", 0.2168),
        ("6b_verification", 0.3904),
        ("175b_finetuning", 0.3472),
        ("175b_verification", 0.5625),
    ],
)
def test_gsm8k_accuracies(real_data, model, accuracy):
    """Oracle: the accuracies that the authors recorded, and their flag of every solution."""
    rows = rows_of(FOLDER / f"gsm8k_preds_{model}.jsonl")
    frame = answers(*((row["output"], row["reference"]) for row in rows))

    one = measured(frame, "exact_match:gsm8k_flexible")[0]

    assert one.statistics.to_list() == [float(row["correct"]) for row in rows]
    assert one.metric.total(one.statistics) == pytest.approx(accuracy, abs=5e-5)
