"""``thresher score`` as a user runs it: its files, its folder, what it shows and hides."""

from __future__ import annotations

import hashlib
import json

import polars as pl
import pytest

import thresher as door
from curate.core.run.errors import ThresherError

ROWS = [
    {
        "id": "1",
        "prediction": "Paris",
        "reference": "Paris",
        "prompt": "France?",
        "slices": {"area": "west"},
        "cluster": "c",
    },
    {"id": "2", "prediction": "Bern!", "reference": "Bern", "prompt": "Switzerland?", "slices": {"area": "west"}},
    {"id": "3", "prediction": "Riga", "reference": "Riga", "prompt": "Latvia?", "slices": {"area": "north"}},
    {"id": "4", "prediction": None, "reference": "Oslo", "prompt": "Norway?", "fault": {"kind": "timed_out"}},
]
METRICS = "exact_match,exact_match:squad,bleu"


@pytest.fixture
def file(jsonl):
    return jsonl(ROWS, "predictions.jsonl")


def read(folder):
    return json.loads((folder / "scores.json").read_bytes()), pl.read_parquet(folder / "rows.parquet")


def test_the_files(thresher, file, tmp_path):
    ran = thresher("score", file, "--metrics", METRICS, "--out", tmp_path / "out")

    scores, rows = read(tmp_path / "out")
    assert ran.code == 0
    assert scores["metrics"]["exact_match"] == {
        "value": 2 / 3, "unit": "share", "better": "higher", "n": 3, "unscored": 1, "reasons": {"request_failed": 1},
        "interval": [0.20766, 0.938508], "signature": "exact_match|norm:raw|v:1|ci:wilson",
    }  # fmt: skip
    assert scores["slices"]["area=west"]["exact_match"]["value"] == 0.5
    assert list(scores["metrics"]) == sorted(METRICS.split(","))
    assert (len(scores["data_sha256"]), scores["rows"], scores["model"]) == (64, 4, {})
    assert rows.columns == ["id", "cluster", "slices", "fault", *METRICS.split(","), "unscored"]
    assert rows["exact_match"].to_list() == [1, 0, 1, None]
    assert rows["bleu"].dtype == pl.Array(pl.Float64, 10)
    assert rows["fault"].to_list() == [None, None, None, "timed_out"]


def test_the_value_follows_from_the_rows(thresher, file, tmp_path):
    from evalkit.metrics import make_metric

    thresher("score", file, "--metrics", METRICS, "--out", tmp_path / "out")
    scores, rows = read(tmp_path / "out")

    for name, score in scores["metrics"].items():
        assert make_metric(name).total(rows[name]) == score["value"]


def test_the_same_bytes_twice(thresher, file, tmp_path):
    for name in ("a", "b"):
        thresher("score", file, "--metrics", f"{METRICS},rougeL:stem,f1:macro", "--out", tmp_path / name)

    for name in ("scores.json", "rows.parquet", "manifest.json"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_the_manifest_names_what_went_in_and_out(thresher, file, tmp_path):
    thresher("score", file, "--metrics", "exact_match", "--out", tmp_path / "out")

    manifest = json.loads((tmp_path / "out" / "manifest.json").read_bytes())
    assert [one["rows"] for one in manifest["inputs"]] == [4]
    assert {one["path"] for one in manifest["outputs"]} == {"rows.parquet", "scores.json"}
    assert manifest["config"]["metrics"] == ["exact_match"]


def test_a_folder_is_scored_into_itself_and_its_manifest_stays(thresher, jsonl, tmp_path):
    jsonl(ROWS, "run/predictions.jsonl")
    made = {"thresher": "0", "command": "predict", "model": {"name": "m"}, "outputs": [{"path": "predictions.jsonl"}]}
    (tmp_path / "run" / "manifest.json").write_text(json.dumps(made))

    for _ in range(2):
        assert thresher("score", tmp_path / "run", "--metrics", "exact_match").code == 0

    manifest = json.loads((tmp_path / "run" / "manifest.json").read_bytes())
    assert manifest["command"] == "predict"
    assert [one["path"] for one in manifest["outputs"]] == ["predictions.jsonl", "rows.parquet", "scores.json"]
    assert read(tmp_path / "run")[0]["model"] == {"name": "m"}


def test_a_folder_without_a_manifest_is_scored_too(thresher, jsonl, tmp_path):
    jsonl(ROWS, "run/predictions.jsonl")

    assert thresher("score", tmp_path / "run", "--metrics", "exact_match").code == 0
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == [
        "manifest.json", "predictions.jsonl", "rows.parquet", "scores.json",
    ]  # fmt: skip


def test_a_failed_run_leaves_the_folder_as_it_was(thresher, jsonl, tmp_path):
    jsonl([*ROWS, ROWS[0]], "run/predictions.jsonl")

    assert thresher("score", tmp_path / "run", "--metrics", "exact_match").code == 2
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["predictions.jsonl"]


def test_a_foreign_folder_is_refused(thresher, file, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("keep")

    ran = thresher("score", file, "--metrics", "exact_match", "--out", tmp_path / "mine")

    assert ran.code == 2
    assert "no run of ours wrote" in ran.err


def test_what_is_shown(thresher, file):
    out = thresher("score", file, "--metrics", "exact_match").out

    assert "exact_match  0.6667  0.2077 to 0.9385  3  1 (request_failed 1)" in out
    assert "exact_match|norm:raw|v:1|ci:wilson" in out
    assert "slice area=west" in out
    assert "4 rows. nothing was written" in out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "score needs metrics"),
        (("--metrics", "exact_mach"), "did you mean 'exact_match'?"),
        (("--metrics", "bleu", "--set", "blue.tokenize=zh"), "did you mean 'bleu'?"),
        (("--metrics", "bleu", "--set", "bleu.tokenize=spm"), "tokenize"),
        (("--metrics", "bleu", "--set", "bleu=zh"), "metric.setting=value"),
        (("--metrics", "length", "--set", "length.variant=words"), "'variant' is no setting of length"),
        (("--metrics", "bleu", "--from", "lmeval"), "did you mean 'lm-eval'?"),
    ],
)
def test_wrong_usage_is_exit_2(thresher, file, arguments, told):
    ran = thresher("score", file, *arguments)

    assert ran.code == 2
    assert told in ran.err


def test_one_name_of_a_metric_is_a_list_of_one(file):
    assert door.score(file, "exact_match").scores == door.score(file, ["exact_match"]).scores


def test_no_metrics_leave_the_scores_of_a_folder(file, tmp_path):
    door.score(file.parent, ["exact_match"])
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}

    with pytest.raises(ThresherError, match="score needs metrics"):
        door.score(file.parent, [])

    assert {"scores.json", "rows.parquet"} < before.keys()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == before


def test_a_file_that_is_not_there(thresher, tmp_path):
    ran = thresher("score", tmp_path / "none.jsonl", "--metrics", "bleu")

    assert ran.code == 2
    assert "there is no file" in ran.err


def test_settings_reach_the_metric_and_its_signature(thresher, file):
    ran = thresher("score", file, "--metrics", "bleu", "--set", "bleu.tokenize=char", "--json")

    assert "tok:char" in ran.json["metrics"]["bleu"]["signature"]


def test_no_text_leaves_labels_and_pointers_out(thresher, jsonl, tmp_path):
    rows = [
        {"id": "1", "prediction": "secret_a", "reference": "secret_b", "schema": {"required": ["x"]}},
        {"id": "2", "prediction": '{"secret_key": 1}', "reference": '{"secret_key": 2}', "schema": {"required": ["x"]}},
    ]
    asked = ("--metrics", "accuracy,f1:macro,json_schema,json_fields:f1", "--out", tmp_path / "out", "--no-text")

    ran = thresher("score", jsonl(rows), *asked)

    assert "secret" not in ran.out
    assert "secret" not in (tmp_path / "out" / "scores.json").read_text()


def test_text_that_could_steer_a_terminal_is_inert(thresher, jsonl):
    ran = thresher(
        "score",
        jsonl([{"id": "1", "prediction": "b", "reference": "\x1b[31ma", "slices": {"x": "\x1b[2J"}}]),
        "--metrics",
        "accuracy",
    )

    assert "\x1b" not in ran.out


def test_slices_from_a_field(thresher, jsonl):
    rows = [
        {"id": n, "prediction": "a", "reference": "ab"[n % 2], "doc": {"lang": "de" if n < 4 else "en"}}
        for n in range(6)
    ]

    ran = thresher("score", jsonl(rows), "--metrics", "exact_match", "--slice", "doc.lang", "--json")

    assert {name: one["exact_match"]["n"] for name, one in ran.json["slices"].items()} == {
        "doc.lang=de": 4,
        "doc.lang=en": 2,
    }


def test_a_field_of_too_many_values_is_no_slice(thresher, jsonl):
    ran = thresher(
        "score", jsonl([{"id": n, "prediction": "a"} for n in range(600)]), "--metrics", "length", "--slice", "id"
    )

    assert ran.code == 2
    assert "600 values" in ran.err


def test_the_model_that_all_rows_name(thresher, jsonl):
    ran = thresher("score", jsonl([{"id": "1", "prediction": "a", "model": "tuned"}]), "--metrics", "length", "--json")

    assert ran.json["model"] == {"name": "tuned"}


def test_self_check_finds_references_that_the_metric_cannot_pass(thresher, jsonl):
    rows = [
        {"id": "1", "prediction": "x", "reference": '{"a": 1}'},
        {"id": "2", "prediction": "x", "reference": "{'a': 1}"},
    ]

    good = thresher("score", jsonl(rows), "--metrics", "exact_match,token_f1,length", "--self-check")
    bad = thresher("score", jsonl(rows), "--metrics", "json_valid", "--self-check")
    hidden = thresher("score", jsonl(rows), "--metrics", "json_valid", "--self-check", "--no-text")

    assert (good.code, bad.code, hidden.code) == (0, 1, 1)
    assert "ok exact_match: the references get 1.0000 of 1 (n 2)" in good.out
    assert "length: says nothing of references" in good.out
    assert "2: {'a': 1}" in bad.out
    assert "{'a'" not in hidden.out
    assert thresher("score", jsonl(rows), "--metrics", "json_valid", "--self-check", "--json").json["metrics"][
        "json_valid"
    ]["short"] == ["2"]


def test_self_check_does_not_need_predictions_that_worked(thresher, jsonl):
    rows = [{"id": "1", "prediction": None, "reference": "a b c d e", "fault": "timed_out"}]

    assert thresher("score", jsonl(rows), "--metrics", "bleu,chrf,rouge1:stem", "--self-check").code == 0


def test_an_interval_that_nothing_tells_is_null(thresher, jsonl):
    rows = jsonl([{"id": "1", "prediction": "abc"}])

    told = thresher("score", rows, "--metrics", "length", "--json").json["metrics"]["length"]
    shown = next(line for line in thresher("score", rows, "--metrics", "length").out.split("\n") if "3.0000" in line)

    assert (told["value"], told["interval"]) == (3.0, None)
    assert shown.split() == ["length", "3.0000", "-", "1", "0"]


def test_from_python(file, tmp_path):
    outcome = door.score(file, ["exact_match"], out=tmp_path / "out")

    assert outcome.scores["metrics"]["exact_match"]["value"] == pytest.approx(2 / 3)
    assert (tmp_path / "out" / "scores.json").exists()


def test_metrics_lists_them(thresher):
    told = json.loads(thresher("metrics", "--json").out)["metrics"]

    assert told["exact_match"]["names"][:2] == ["exact_match", "exact_match:raw"]
    assert (told["bleu"]["unit"], told["bleu"]["better"], told["perplexity"]["better"]) == ("points", "higher", "lower")
    assert set(told["bleu"]["settings"]) == {"tokenize", "lowercase"}
    assert "rougeLsum:unicode" in thresher("metrics").out


def test_tainted_items_are_a_slice(thresher, jsonl, tmp_path):
    rows = [{"id": f"q{n}", "prediction": "a", "reference": "a" if n < 2 else "b"} for n in range(6)]
    found = jsonl([{"suite": "s", "id": f"q{n}", "rule": "ngram8_half"} for n in (0, 1)], "tainted.jsonl")
    thresher(
        "score", jsonl(rows, "rows.jsonl"), "--metrics", "exact_match", "--tainted", found, "--out", tmp_path / "scored"
    )
    scores = json.loads((tmp_path / "scored" / "scores.json").read_bytes())

    values = {name: one["exact_match"]["value"] for name, one in scores["slices"].items()}
    assert values == {"tainted=yes": 1.0, "tainted=no": 0.0}
    manifest = json.loads((tmp_path / "scored" / "manifest.json").read_bytes())
    assert manifest["config"]["tainted"]["sha256"] == hashlib.sha256(found.read_bytes()).hexdigest()


@pytest.mark.parametrize("slip", ["no such file", "a folder without predictions"])
def test_a_slip_of_the_pen_takes_no_older_scores_away(thresher, file, tmp_path, slip):
    """Oracle: the bytes of all that lay there."""
    out = tmp_path / "out"
    thresher("score", file, "--metrics", METRICS, "--out", out)
    before = {one.name: one.read_bytes() for one in out.iterdir() if one.is_file()}
    given = {"no such file": tmp_path / "none.jsonl", "a folder without predictions": out}[slip]

    ran = thresher("score", given, "--metrics", "token_f1", "--out", out)

    assert ran.code == 2
    assert {one.name: one.read_bytes() for one in out.iterdir() if one.is_file()} == before
