"""A page to rate a sample in, and what people said: by the command line; kappa as scikit-learn has it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from evalkit.review.kappa import agreement
from evalkit.review.sample import draw

HOSTILE = "</script><script>alert(1)</script><!-- \u2028 \u202egnp.exe {{7*7}} <img src=x onerror=alert(1)>"


def payload(page: Path) -> Any:
    html = page.read_text(encoding="utf-8")
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.DOTALL)
    return json.loads(found.group(1))


def rows(count: int, right: Callable[[int], bool] = lambda n: n % 4 != 0) -> list[dict[str, Any]]:
    return [
        {
            "id": f"q{n}",
            "messages": [{"role": "user", "content": f"Question {n}?"}],
            "prediction": "yes" if right(n) else "no",
            "reference": "yes",
            "slices": {"lang": "de" if n % 10 == 0 else "en"},
        }
        for n in range(count)
    ]


@pytest.fixture
def run(thresher, jsonl, tmp_path) -> Callable[..., Path]:
    """Score rows into a folder."""

    def score(lines: list[dict[str, Any]], name: str = "run", metrics: str = "exact_match") -> Path:
        file = jsonl(lines, f"{name}.jsonl")
        assert thresher("score", file, "--metrics", metrics, "--out", tmp_path / name, "--quiet").code == 0
        return tmp_path / name

    return score


def test_a_sample_has_each_kind_of_row_in_its_share(thresher, run):
    folder = run(rows(400))

    ran = thresher("review", folder, "--sample", 100, "--metric", "exact_match")

    items = payload(folder / "review.html")["items"]
    ids = [int(one["id"][1:]) for one in items]
    assert ran.code == 0
    assert len(set(ids)) == 100
    assert Counter((n % 10 == 0, n % 4 == 0) for n in ids) == {
        (False, False): 70, (False, True): 20, (True, False): 5, (True, True): 5
    }  # fmt: skip
    assert ids != sorted(ids)


def test_the_same_run_gives_the_same_page_and_another_seed_another(thresher, run, tmp_path):
    folder = run(rows(50))
    pages = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        assert thresher("review", folder, "--seed", seed, "--sample", 20, "--output", tmp_path / name).code == 0
        pages.append((tmp_path / name).read_bytes())

    assert pages[0] == pages[1] != pages[2]


def test_no_text_leaves_ids_and_values(thresher, run):
    folder, base = run(rows(20)), run(rows(20, lambda n: True), "base")
    assert thresher("review", folder, "--no-text", "--metric", "exact_match").code == 0
    assert thresher("review", folder, "--no-text", "--flips", base, "--metric", "exact_match").code == 0

    rated, flipped = payload(folder / "review.html")["items"], payload(folder / "flips.html")["items"]
    assert len(rated) == 20
    assert {one["remark"] for one in flipped} == {"exact_match: 1 → 0"}
    assert all(one["turns"] == one["references"] == [] for one in rated + flipped)
    assert {answer["text"] for one in rated + flipped for answer in one["answers"]} == {"(left out: --no-text)"}


def test_a_draw_does_not_follow_the_order_of_rows():
    ids = [f"r{n}" for n in range(30)]
    strata = {name: "rare" if name == "r7" else "usual" for name in ids}

    drawn = draw(ids, strata, 5, 0)

    assert drawn == draw(ids[::-1], strata, 5, 0)
    assert "r7" in drawn


def test_hostile_text_stays_data(thresher, run):
    folder = run([{"id": HOSTILE, "prompt": HOSTILE, "prediction": HOSTILE, "reference": HOSTILE}])

    assert thresher("review", folder).code == 0

    html = (folder / "review.html").read_text(encoding="utf-8")
    scripts = re.findall(r"<script[^>]*>(.*?)</script>", html, re.DOTALL)
    assert len(scripts) == 2
    assert not re.search(r"<(?!\\)", scripts[0])
    for text in (scripts[1], re.search("<style>(.*?)</style>", html, re.DOTALL).group(1)):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in unescape(html)
    assert "default-src 'none'" in unescape(html)
    assert "unsafe" not in html
    assert not re.search(r"https?://", html)
    assert "\u202e" not in html
    item = payload(folder / "review.html")["items"][0]
    assert item["id"] == HOSTILE  # to pair by
    assert "⟨U+202E⟩gnp.exe" in item["answers"][0]["text"]


def rated(folder: Path, path: Path, say: Callable[[str], Any], rater: str = "anna", ending: str = "jsonl") -> Path:
    """Write what the page exports."""
    told = payload(folder / "review.html")
    lines = [{"id": one["id"], "rater": rater, "run": told["run"], **say(one["id"])} for one in told["items"]]
    path = path.with_suffix(f".{ending}")
    path.write_text(json.dumps(lines) if ending == "json" else "".join(json.dumps(line) + "\n" for line in lines))
    return path


def good(name: str) -> dict[str, Any]:
    return {"grades": {"good": int(int(name[1:]) % 5 != 0)}}


def test_people_beside_a_metric_and_beside_each_other(thresher, run, tmp_path):
    folder = run(rows(200))
    asked = ["review", folder, "--metric", "exact_match"]
    assert thresher(*asked).code == 0
    anna = rated(folder, tmp_path / "anna", good)
    ben = rated(folder, tmp_path / "ben", lambda name: {"grades": {"good": 1 - (name == "q3")}}, "ben", "json")

    ran = thresher(*asked, "--ratings", anna, "--ratings", ben)

    told = json.loads((folder / "agreement.json").read_text())
    assert [(one["first"], one["second"], one["n"]) for one in told["pairs"]] == [
        ("anna", "exact_match", 150),
        ("ben", "exact_match", 150),
        ("anna", "ben", 150),
    ]
    first = told["pairs"][0]
    ids = [one["id"] for one in payload(folder / "review.html")["items"]]
    said = ([good(name)["grades"]["good"] for name in ids], [int(int(name[1:]) % 4 != 0) for name in ids])
    assert first["kappa"] == pytest.approx(cohen_kappa_score(*said), abs=1e-6)
    assert first["interval"][0] < first["kappa"] < first["interval"][1]
    assert first["table"] == np.histogram2d(*said, bins=2)[0].astype(int).tolist()
    assert (
        f"anna and exact_match: good\n  agree on {first['share']:.1%} of 150 rows\n  kappa {first['kappa']:.3f}"
        in ran.out
    )
    assert thresher(*asked, "--ratings", anna, "--ratings", ben, "--json").json == told


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        pytest.param({"id": "stranger"}, "which is not in the run", id="another row"),
        pytest.param({"run": "0123456789abcdef"}, "made for another run", id="another run"),
        pytest.param({"grades": {"good": 7}}, "answers 'good' by 7; there is 0, 1", id="an answer there was not"),
        pytest.param({"grades": {"good": True}}, "answers 'good' by True", id="true is no grade"),
        pytest.param({"grades": None}, "answers 'good' by None", id="no answer"),
        pytest.param({"id": "q1"}, "a second time", id="twice"),
    ],
)
def test_ratings_that_were_not_asked_for_are_refused(thresher, run, tmp_path, change, problem):
    folder = run(rows(3))
    assert thresher("review", folder).code == 0
    path = rated(folder, tmp_path / "anna", good)
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    at = next(place for place, line in enumerate(lines) if line["id"] != "q1")
    lines[at] |= change
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))

    ran = thresher("review", folder, "--ratings", path)

    assert ran.code == 2
    assert problem in ran.err


def test_pairs_are_shown_blind_and_held_against_the_judge(thresher, run, tmp_path, jsonl):
    folder = run(rows(40), metrics="length")
    other = jsonl([{"id": f"q{n}", "prediction": "perhaps"} for n in range(40)], "other.jsonl")
    verdicts = ["win", "loss", "tie", "inconsistent"]
    lines = [
        {"id": f"q{n}", "metric": "judge:pairwise", "fault": None, "score": 0.5, "verdict": verdicts[n % 4]}
        for n in range(40)
    ]
    (folder / "judgements.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    scores = json.loads((folder / "scores.json").read_text())
    scores["metrics"]["judge:pairwise"] = scores["metrics"]["length"]
    (folder / "scores.json").write_text(json.dumps(scores))

    assert thresher("review", folder, "--against", other).code == 0

    told = payload(folder / "review.html")
    assert {one["answers"][0]["whose"] for one in told["items"]} == {"this", "other"}  # the order tells nothing
    assert {one["answers"][0]["label"] for one in told["items"]} == {"Answer 1"}
    assert "verdict" not in json.dumps(told)
    said = {"0": "this", "1": "other", "2": "tie", "3": "this"}
    path = rated(folder, tmp_path / "anna", lambda name: {"verdict": said[str(int(name[1:]) % 4)]})

    pair = thresher("review", folder, "--ratings", path, "--json").json["pairs"][0]

    assert (pair["second"], pair["values"], pair["table"]) == (
        "judge:pairwise", ["this", "tie", "other"], [[10, 10, 0], [0, 10, 0], [0, 0, 10]]
    )  # fmt: skip


def test_equal_answers_are_nothing_to_agree_on(thresher, run, tmp_path, jsonl):
    folder = run(rows(40), metrics="length")
    other = jsonl([{"id": f"q{n}", "prediction": "perhaps"} for n in range(40)], "other.jsonl")
    judged = {"metric": "judge:pairwise", "fault": None, "score": 0.5, "verdict": "tie"}
    lines = [{"id": f"q{n}", **judged, "orders": ["tie", "tie"] if n < 10 else None} for n in range(40)]
    (folder / "judgements.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    scores = json.loads((folder / "scores.json").read_text())
    scores["metrics"]["judge:pairwise"] = scores["metrics"]["length"]
    (folder / "scores.json").write_text(json.dumps(scores))

    ran = thresher("review", folder, "--against", other)
    said = {f"q{n}": "tie" if n % 2 or n >= 10 else "this" for n in range(12)}
    path = tmp_path / "ratings.jsonl"
    identity = payload(folder / "review.html")["run"]
    told = [{"id": name, "rater": "anna", "run": identity, "verdict": word} for name, word in said.items()]
    path.write_text("".join(json.dumps(line) + "\n" for line in told))
    found = thresher("review", folder, "--ratings", path, "--json").json

    assert "none of the 30 with two equal answers" in ran.out
    assert {one["id"] for one in payload(folder / "review.html")["items"]} == {f"q{n}" for n in range(10)}
    assert (found["pairs"][0]["n"], found["pairs"][0]["share"], found["left_out"]) == (10, 0.5, 2)
    assert "left out: 2 rated rows" in thresher("review", folder, "--ratings", path).out


@pytest.mark.parametrize("levels", [2, 3, 5])
def test_kappa_is_that_of_scikit_learn(levels):
    random = np.random.default_rng(levels)
    first = random.integers(0, levels, 120)
    second = np.where(random.random(120) < 0.6, first, random.integers(0, levels, 120))

    found = agreement(first.tolist(), second.tolist(), range(levels), 0)

    assert found.kappa == pytest.approx(cohen_kappa_score(first, second), abs=1e-6)
    if levels > 2:
        assert found.weighted == pytest.approx(cohen_kappa_score(first, second, weights="quadratic"), abs=1e-6)
    else:
        assert found.weighted is None


@pytest.mark.parametrize("rows", [10, 150])
def test_the_interval_of_kappa_covers_what_it_should(rows):
    """Oracle: kappa of the whole population, of which samples are drawn. Percentiles miss it in 13 of 100 at ten."""
    random = np.random.default_rng(1)
    first = random.integers(0, 3, 200_000)
    second = np.where(random.random(200_000) < 0.5, first, random.integers(0, 3, 200_000))
    true = agreement(first.tolist(), second.tolist(), range(3), 0)
    plain = weighted = 0
    for start in range(0, 300 * rows, rows):
        one = agreement(first[start : start + rows].tolist(), second[start : start + rows].tolist(), range(3), 0)
        plain += one.interval[0] <= true.kappa <= one.interval[1]
        weighted += one.weighted_interval[0] <= true.weighted <= one.weighted_interval[1]

    assert 277 <= plain <= 300
    assert 277 <= weighted <= 300


def test_few_who_always_agree_are_not_sure_to():
    """Oracle: Wilson's bound of ten right of ten, 0.722, on the scale of -1 to 1: no narrower than that."""
    found = agreement([0, 1] * 5, [0, 1] * 5, [0, 1], 0)

    assert found.kappa == 1.0
    assert 0.4 < found.interval[0] <= 2 * 0.7224672 - 1
    assert found.interval[1] == 1.0


def test_a_rare_value_that_few_rows_show_is_not_known_well():
    """Oracle: simulation; of a fault in one row of twenty, seen by both raters half of the time, percentiles miss 68%."""
    random = np.random.default_rng(3)
    found = []
    for _ in range(200):
        first = random.random(20) < 0.05
        second = np.where(random.random(20) < 0.5, random.random(20) < 0.05, first)
        found.append(agreement(first.astype(int).tolist(), second.astype(int).tolist(), [0, 1], 0).interval)
    known = [one for one in found if one is not None]

    assert sum(one[0] <= 0.5 <= one[1] for one in known) >= 0.95 * len(known)


def test_two_who_always_say_the_same_have_no_kappa():
    found = agreement([1, 1, 1], [1, 1, 1], [0, 1], 0)

    assert (found.kappa, found.interval, found.share) == (None, None, 1.0)


def test_flips_show_what_got_worse_first(thresher, run):
    base = run(rows(12, lambda n: n < 8), "base", "exact_match,length")
    new = run(rows(12, lambda n: n not in (2, 5) and n != 11), "new", "exact_match,length")

    ran = thresher("review", new, "--flips", base, "--metric", "exact_match")

    assert ran.out.startswith("exact_match: 2 rows got worse, 3 got better\n  q2  1 -> 0\n  q5  1 -> 0\n")
    items = payload(new / "flips.html")["items"]
    assert [one["id"] for one in items] == ["q2", "q5", "q10", "q8", "q9"]
    assert [answer["label"] for answer in items[0]["answers"]] == ["base", "candidate"]
    assert items[0]["remark"] == "exact_match: 1 → 0"


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        pytest.param(["--flips", "BASE"], "which metric; in common, with a value a row: exact_match, length", id="which"),
        pytest.param(["--flips", "BASE", "--metric", "bleu"], "no value a row of 'bleu'", id="none"),
        pytest.param(["--flips", "BASE", "--ratings", "x"], "exclude each other", id="both"),
        pytest.param(["--metric", "length"], "length is no yes or no", id="no yes or no"),
        pytest.param(["--metric", "bleu"], "has no metric 'bleu'", id="no such metric"),
        pytest.param(["--ratings", "none.jsonl"], "there is no file 'none.jsonl'", id="no ratings"),
    ],
)  # fmt: skip
def test_what_cannot_be_reviewed_is_told(thresher, run, asked, problem):
    base, new = (run(rows(4), name, "exact_match,length") for name in ("base", "new"))

    ran = thresher("review", new, *(base if one == "BASE" else one for one in asked))

    assert ran.code == 2
    assert problem in ran.err


@pytest.mark.parametrize("metric", ["bleu", "chrf", "f1:macro", "mcc"])
def test_a_metric_of_several_numbers_a_row_is_no_yes_or_no(thresher, run, metric):
    ran = thresher("review", run(rows(8), "several", metric), "--metric", metric)

    assert ran.code == 2
    assert f"{metric} is no yes or no" in ran.err
    assert "leave --metric out" in ran.err


def test_predictions_that_moved_are_named_and_others_refused(thresher, run, tmp_path):
    folder = run(rows(4))
    moved = (tmp_path / "run.jsonl").rename(tmp_path / "moved.jsonl")

    assert "--predictions FILE" in thresher("review", folder).err
    assert thresher("review", folder, "--predictions", moved).code == 0
    moved.write_text(json.dumps({"id": "x", "prediction": "y"}))
    assert "does not hold the rows" in thresher("review", folder, "--predictions", moved).err
    assert "holds no scored run" in thresher("review", tmp_path).err
