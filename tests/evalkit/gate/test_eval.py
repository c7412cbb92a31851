"""``thresher eval``: one configuration, the gate's exit code."""

from __future__ import annotations

import json
import os
import tomllib
from pathlib import Path

import jsonschema
import pytest

from tests.evalkit.gate.runs import limits, right, scored

ROOT = Path(__file__).parents[3]
UNGATED = """
[predict]
data = "items.jsonl"
model = "replay:answers.jsonl"
slice = ["area"]

[score]
metrics = ["exact_match", "bleu"]

[score.settings.bleu]
tokenize = "char"
"""
PREDICT = f"""{UNGATED}
[gate]
limits = "gate.toml"
baseline = {{ prod = "base" }}
"""


@pytest.fixture
def project(tmp_path, jsonl, monkeypatch):
    """Make items, answers that are wrong on some of them, and rules; the current folder is another one."""
    items = [
        {"id": f"q{n:03d}", "prompt": f"question {n}?", "reference": "yes", "area": "ab"[n % 2]} for n in range(400)
    ]
    jsonl(items, "items.jsonl")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    limits(tmp_path)

    def answer(wrong: int, name: str = "answers.jsonl") -> None:
        jsonl([{"id": one["id"], "prediction": "no" if n < wrong else "yes"} for n, one in enumerate(items)], name)

    return answer


@pytest.mark.parametrize(("wrong", "verdict", "code"), [(40, "pass", 0), (120, "fail", 1), (48, "inconclusive", 3)])
def test_the_whole_road_ends_with_the_gates_code(thresher, tmp_path, project, wrong, verdict, code):
    ran = evaluated(thresher, tmp_path, project, PREDICT, "--quiet", wrong=wrong)

    assert ran.code == code
    told = json.loads((tmp_path / "out" / "gate" / "verdict.json").read_bytes())
    assert (told["verdict"], told["limits"][0]["baseline"]) == (verdict, "prod")
    assert {path.name for path in (tmp_path / "out" / "run").iterdir()} >= {
        "predictions.jsonl",
        "scores.json",
        "rows.parquet",
    }
    assert "tok:char" in (tmp_path / "out" / "run" / "scores.json").read_text()
    assert "What changed" in (tmp_path / "out" / "compare.md").read_text() or wrong == 40
    assert [row["slice"] for row in told["slices"]] == ["area=a", "area=b"]


@pytest.mark.parametrize(
    ("was", "now", "told"),
    [
        ('["exact_match", "bleu"]', '["exact_mach", "bleu"]', "did you mean 'exact_match'?"),
        ('tokenize = "char"', "tokenise = 1", "did you mean 'tokenize'?"),
        ('["exact_match", "bleu"]', '["bleu"]', "a rule on 'exact_match', which is not scored"),
        ('{ prod = "base" }', '{ prod = "nothing" }', "a first run has none: run it without [gate]"),
        ('{ prod = "base" }', '{ prod = "base", old = "base" }', "does not say which baseline"),
        ('{ prod = "base" }', '"base"\ntainted = "none.jsonl"', "none.jsonl cannot be read"),
        ('{ prod = "base" }', '"base"\nwaivers = "none.toml"', "none.toml"),
        ('limits = "gate.toml"', 'limits = "none.toml"', "none.toml"),
    ],
)
def test_what_the_gate_would_refuse_is_said_before_a_model_is_asked(thresher, tmp_path, project, was, now, told):
    assert was in PREDICT
    evaluated(thresher, tmp_path, project, PREDICT, "--quiet", wrong=40)
    (tmp_path / "eval.toml").write_text(PREDICT.replace(was, now))

    ran = thresher("eval", tmp_path / "eval.toml", "--out", tmp_path / "out2")

    assert ran.code == 2
    assert told in ran.err
    assert "predict" not in ran.out
    assert not (tmp_path / "out2" / "run").exists()


def test_predictions_that_are_there(thresher, tmp_path, jsonl):
    base = scored(tmp_path, "base", right([1] * 300))
    jsonl(right([1] * 300), "new.jsonl")
    limits(tmp_path)
    (tmp_path / "eval.toml").write_text(
        f'[score]\nmetrics = ["exact_match"]\npredictions = "new.jsonl"\n[gate]\nlimits = "gate.toml"\nbaseline = "{base}"\n'
    )

    assert thresher("eval", tmp_path / "eval.toml", "--out", tmp_path / "out").code == 0


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[score]\nmetrics = ["bleu"]', "answers come from [predict] or from predictions"),
        ('[score]\nmetrics = ["bleu"]\npredictions = "a"\n[gate]\nlimit = "b"', "did you mean 'limits'?"),
        ("", "score: Field required"),
    ],
)
def test_mistakes(thresher, tmp_path, text, told):
    (tmp_path / "eval.toml").write_text(text)

    ran = thresher("eval", tmp_path / "eval.toml", "--out", tmp_path / "out")

    assert ran.code == 2
    assert told in ran.err


def test_the_schema_and_the_page_are_what_ships(thresher):
    schema = thresher("eval", "--schema").json

    assert schema == json.loads((ROOT / "evalkit" / "eval" / "eval.schema.json").read_text())
    assert thresher("eval", "--markdown").out == (ROOT / "docs" / "eval-configuration.md").read_text()
    jsonschema.validate(tomllib.loads(PREDICT), schema)


def test_a_report_is_the_last_thing_it_does(thresher, tmp_path, project):
    ran = evaluated(thresher, tmp_path, project, f'{PREDICT}\n[report]\noutput = "page.html"\n', "--quiet")
    again = thresher("report", tmp_path / "out", tmp_path / "base", "--output", tmp_path / "again.html", "--json")

    assert ran.code == 1
    html = (tmp_path / "out" / "page.html").read_text()
    assert "The candidate may not ship" in html
    assert "verdict1-items-data" in html  # with both runs at hand, the flips have their texts
    assert [one["kind"] for one in again.json["runs"]] == ["verdict", "scores", "scores"]


def evaluated(thresher, tmp_path, project, text, *flags, wrong=120):
    """Run the evaluation of a candidate beside its baseline, which was evaluated without a gate."""
    project(40)
    (tmp_path / "first.toml").write_text(UNGATED)
    assert thresher("eval", tmp_path / "first.toml", "--out", tmp_path / "first", "--quiet").code == 0
    (tmp_path / "first" / "run").rename(tmp_path / "base")
    (tmp_path / "eval.toml").write_text(text)
    project(wrong)
    return thresher("eval", tmp_path / "eval.toml", "--out", tmp_path / "out", *flags)


def test_an_evaluation_that_fails_leaves_no_older_verdict(thresher, tmp_path, project, jsonl):
    """An answer that stands twice ends it in its first step, after one that passed."""
    text = f"{PREDICT}\n[report]\n"
    assert evaluated(thresher, tmp_path, project, text, "--quiet").code == 1
    out = tmp_path / "out"
    (out / "gate" / "notes.txt").write_text("ours stay")
    jsonl([{"id": "q000", "prediction": "yes"}] * 2, "answers.jsonl")

    ran = thresher("eval", tmp_path / "eval.toml", "--out", out, "--quiet")
    left = [path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file() and ".work" not in path.parts]
    project(40)
    again = thresher("eval", tmp_path / "eval.toml", "--out", out, "--quiet")

    assert ran.code == 2
    assert not {one for one in left if not one.startswith("run/")} - {"gate/notes.txt", ".thresher"}
    assert again.code == 0
    assert (out / "gate" / "notes.txt").exists()
    assert json.loads((out / "gate" / "verdict.json").read_bytes())["verdict"] == "pass"


def test_a_file_that_is_not_ours_stays_when_an_evaluation_fails(thresher, tmp_path, project, jsonl):
    (tmp_path / "eval.toml").write_text(f'{PREDICT}\n[report]\noutput = "../items.jsonl"\n')
    jsonl([{"id": "q000", "prediction": "yes"}] * 2, "answers.jsonl")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "compare.md").write_text("# How we compare")

    assert thresher("eval", tmp_path / "eval.toml", "--out", tmp_path / "out", "--quiet").code == 2
    assert (tmp_path / "out" / "compare.md").read_text() == "# How we compare"
    assert (tmp_path / "items.jsonl").exists()


def test_json_is_the_verdict_and_no_text(thresher, tmp_path, project):
    ran = evaluated(thresher, tmp_path, project, f"{PREDICT}\n[report]\n", "--json", "--quiet")

    verdict = json.loads((tmp_path / "out" / "gate" / "verdict.json").read_bytes())
    assert (ran.code, ran.json) == (1, verdict | {"out": str(tmp_path / "out")})
    assert ran.err == ""
    assert (tmp_path / "out" / "report.html").exists()


def test_json_without_a_gate_is_the_scores(thresher, tmp_path, project):
    project(40)
    (tmp_path / "eval.toml").write_text(PREDICT.partition("[gate]")[0])
    ran = thresher("eval", tmp_path / "eval.toml", "--out", tmp_path / "out", "--json", "--quiet")

    assert ran.code == 0
    assert ran.json["metrics"]["exact_match"]["value"] == 0.9
    assert ran.json["out"] == str(tmp_path / "out")


@pytest.mark.parametrize("flags", [[], ["--json"]])
def test_answers_to_other_items_are_exit_1_without_a_gate_too(thresher, tmp_path, project, jsonl, flags):
    project(40)
    jsonl([{"id": "another", "prediction": "yes"}], "answers.jsonl")
    (tmp_path / "eval.toml").write_text(PREDICT.partition("[gate]")[0])

    ran = thresher("eval", tmp_path / "eval.toml", "--out", tmp_path / "out", "--quiet", *flags)

    scores = json.loads((tmp_path / "out" / "run" / "scores.json").read_bytes())["metrics"]["exact_match"]
    assert (ran.code, scores["n"], scores["unscored"]) == (1, 0, 400)


@pytest.mark.parametrize(("flags", "setting"), [(["--no-text"], "false"), ([], "true")])
def test_without_texts_none_is_shown_or_reported(thresher, tmp_path, project, jsonl, flags, setting):
    said = "a secret answer"
    jsonl([{"id": f"q{n}", "prompt": f"question {n}?", "reference": said} for n in range(3)], "items.jsonl")
    jsonl([{"id": f"q{n}", "prediction": said} for n in range(3)], "answers.jsonl")
    text = PREDICT.partition("[gate]")[0].replace('slice = ["area"]', "").replace('"bleu"', '"accuracy"')
    (tmp_path / "eval.toml").write_text(f"{text.partition('[score.')[0]}\n[report]\nno_text = {setting}\n")
    ran = thresher("eval", tmp_path / "eval.toml", "--out", tmp_path / "out", *flags)

    assert ran.code == 0
    assert said not in ran.out
    assert said not in (tmp_path / "out" / "run" / "scores.json").read_text()
    assert said not in (tmp_path / "out" / "report.html").read_text()


@pytest.mark.parametrize("named", ["eval.toml", "-c/eval.toml", "../here/eval.toml"])
def test_files_are_called_as_seen_from_where_it_runs(thresher, tmp_path, jsonl, monkeypatch, named):
    """The same in two clones of a project: no path of a machine stands in what is written."""
    here = tmp_path / "here"
    place = (here / named).parent
    here.mkdir()
    place.mkdir(exist_ok=True)
    monkeypatch.chdir(here)
    items = [{"id": f"q{n}", "prompt": f"question {n}?", "reference": "yes"} for n in range(200)]
    answers = [{"id": one["id"], "prediction": "yes"} for one in items]
    for name, rows in (("items.jsonl", items), ("answers.jsonl", answers)):
        jsonl(rows, place.resolve() / name)
    limits(place, 'metric = "exact_match"\nmax_drop = 0.5')
    (place / "eval.toml").write_text(
        '[predict]\ndata = "items.jsonl"\nmodel = "replay:answers.jsonl"\n[score]\nmetrics = ["exact_match"]\n'
    )
    assert thresher("eval", "--out", "first", "--", named).code == 0
    with (place / "eval.toml").open("a") as file:
        file.write(f'[gate]\nlimits = "gate.toml"\nbaseline = "{os.path.relpath("first/run", place)}"\n[report]\n')

    assert thresher("eval", "--out", "-out", "--", named).code == 0
    for written in ("-out/run/manifest.json", "-out/run/scores.json", "-out/gate/verdict.json", "-out/compare.md"):
        assert str(tmp_path) not in (here / written).read_text()
    assert (here / "-out" / "report.html").is_file()


@pytest.mark.parametrize("lost", [False, True], ids=["marked", "the mark lost on the way"])
def test_only_a_folder_of_an_evaluation_is_evaluated_into_again(thresher, tmp_path, project, lost):
    """Oracle: the bytes of a folder of others, before and after; and the exit code of a second run."""
    (tmp_path / "eval.toml").write_text(PREDICT.partition("[gate]")[0])
    project(40)
    theirs, ours = tmp_path / "theirs", tmp_path / "ours"
    theirs.mkdir()
    for name in ("compare.md", "report.html"):
        (theirs / name).write_text("mine")

    refused = thresher("eval", tmp_path / "eval.toml", "--out", theirs, "--quiet")
    first = thresher("eval", tmp_path / "eval.toml", "--out", ours, "--quiet")
    (ours / ".thresher").unlink() if lost else (ours / "notes.txt").write_text("mine, added later")
    second = thresher("eval", tmp_path / "eval.toml", "--out", ours, "--quiet")

    assert (refused.code, "files that no run of ours wrote (compare.md, report.html)" in refused.err) == (2, True)
    assert {path.name: path.read_text() for path in theirs.iterdir()} == {"compare.md": "mine", "report.html": "mine"}
    assert (first.code, second.code) == (0, 0)


def test_an_evaluation_that_was_killed_is_run_again(thresher, tmp_path, project, monkeypatch):
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    (tmp_path / "eval.toml").write_text(PREDICT.partition("[gate]")[0])
    project(40)
    for place in ("evalkit.answers.run.read_data", "evalkit.run.write_rows"):
        with monkeypatch.context() as patched:
            patched.setattr(place, killed)
            assert thresher("eval", tmp_path / "eval.toml", "--out", tmp_path / "out", "--quiet").code == 130

    assert thresher("eval", tmp_path / "eval.toml", "--out", tmp_path / "out", "--quiet").code == 0
