"""The commands that pages show are run as they stand, on small files of the names that they use; output is compared."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest

from evalkit.review.kappa import agreement
from tests.flow.pages import DOCS, ROOT, blocks, commands

NUMBER_RULE = '[[limits]]\nmetric = "exact_match:gsm8k_flexible"\nmax_drop = 0.02\n'
# needs a model, a file of others, or what a browser exported
ELSEWHERE = ("openai:", "local:", "tuned/", "judge.config", "gsm8k ", "--from", "NAME", "--ratings", "runs/tuned")
PAGES = ("curate.md", "leaks.md", "incremental.md", "scores.md", "gate.md", "reports.md", "review.md", "suites.md")


def lines(path: Path, rows: list[dict[str, object]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def answers(right: list[bool]) -> list[dict[str, object]]:
    """Return predictions to sums, right or one short."""
    return [
        {
            "id": f"q{n + 1:02}",
            "prompt": f"{n} and one?",
            "prediction": f"#### {n + good}",
            "reference": f"#### {n + 1}",
        }
        for n, good in enumerate(right)
    ]


@pytest.fixture
def project(tmp_path, monkeypatch, thresher) -> Path:
    """Return the current folder, with the files that pages name: 20 of 60 sums right in prod, 16 others of them in new."""
    prod = [n < 20 for n in range(60)]
    new = [not good if n < 9 or 20 <= n < 27 else good for n, good in enumerate(prod)]
    monkeypatch.chdir(tmp_path)
    rows = [
        {"prompt": f"How far is village number {n} of {n * n}?", "completion": f"{n + 3} miles."} for n in range(40)
    ]
    for name, part in {
        "raw/rows": rows, "train": rows, "test": [{**rows[3], "id": "held", "reference": "6 miles."}],
        "monday": rows[:20], "tuesday": [rows[1], rows[5], rows[6], rows[7], *rows[20:30]], "tonight": rows[25:],
        "predictions": [{**one, "lang": "en", "prediction": "It is rather far to walk there."} for one in answers(prod)],
    }.items():  # fmt: skip
        lines(tmp_path / f"{name}.jsonl", part)
    for name, right in {"scores/prod": prod, "scores/new": new, "base": prod, "new": new, "run": new}.items():
        lines(tmp_path / name / "predictions.jsonl", answers(right))
        thresher("score", name, "--metrics", "exact_match:gsm8k_flexible,exact_match")
    for name, of in (("scores", "scores/prod"), ("runs/new", "scores/new"), ("runs/base", "scores/prod")):
        shutil.copytree(of, name, dirs_exist_ok=True)
    Path("gate.toml").write_text(NUMBER_RULE)
    Path("curate.toml").write_text('[input]\nfiles = ["raw"]\n')
    lines(tmp_path / "answers.jsonl", answers(new))
    Path("eval.toml").write_text(
        '[score]\nmetrics = ["exact_match:gsm8k_flexible"]\npredictions = "answers.jsonl"\n\n'
        '[gate]\nlimits = "gate.toml"\nbaseline = "scores/prod"\n\n[report]\n'
    )
    thresher("gate", "run", "--baseline", "base", "--limits", "gate.toml", "--out", "gate")
    return tmp_path


@pytest.mark.parametrize("page", PAGES)
def test_the_commands_of_a_page_run(project, thresher, page):
    shown = [words for words in commands(DOCS / page) if not any(part in " ".join(words) for part in ELSEWHERE)]
    told = []
    for words in shown:
        ran = thresher(*words)
        if ran.code not in (0, 1, 3):
            told.append(f"thresher {shlex.join(words)}: {ran.code} {ran.err}")

    assert shown
    assert told == []


def test_the_gate_prints_what_its_page_shows(project, thresher):
    ran = thresher("gate", "scores/new", "--baseline", "scores/prod", "--limits", "gate.toml")

    assert ran.out in blocks(DOCS / "gate.md", "")
    assert ran.code == 3


def test_a_score_looks_as_its_page_shows(project, thresher):
    rows = [{"id": f"q{n}", "prediction": "Paris" if n < 838 else "Rome", "reference": "Paris"} for n in range(1990)]
    rows += [{"id": f"e{n}", "prediction": "", "reference": "Paris"} for n in range(8)]
    rows += [{"id": f"n{n}", "prediction": "Paris"} for n in range(2)]
    ran = thresher("score", lines(project / "paris.jsonl", rows), "--metrics", "exact_match")

    assert any(ran.out.startswith(block) for block in blocks(DOCS / "scores.md", "") if "unscored" in block)


def test_kappa_on_the_page_of_reviews_is_that_of_its_table():
    (shown,) = [block for block in blocks(DOCS / "review.md", "") if "kappa" in block]
    table = [[int(number) for number in re.findall(r"\d+", line)] for line in shown.splitlines()[5:8]]
    pairs = [(a, b) for a, row in enumerate(table) for b, count in enumerate(row) for _ in range(count)]
    found = agreement([a for a, _ in pairs], [b for _, b in pairs], (0, 1, 2), seed=0)

    assert f"agree on {found.share:.1%} of {found.n} rows" in shown
    assert f"kappa {found.kappa:.3f} ({found.interval[0]:.3f} to {found.interval[1]:.3f})" in shown
    low, high = found.weighted_interval
    assert f"weighted kappa {found.weighted:.3f} ({low:.3f} to {high:.3f})" in shown


def test_an_index_of_another_scheme_is_refused_as_its_page_shows(project, thresher):
    thresher("curate", "monday.jsonl", "--out", "runs/monday", "--write-index", "--quiet")
    Path("strict.toml").write_text(
        '[input]\nfiles = ["tuesday.jsonl"]\nagainst = ["runs/monday"]\n'
        "[defaults.near_duplicates]\nthreshold = 0.9\nwarn_from = 0.85\n"
    )
    ran = thresher("curate", "strict.toml", "--out", "runs/strict")

    assert ran.code == 2
    assert ran.err in blocks(DOCS / "incremental.md", "")


def test_numbers_of_the_readme_stand_on_the_pages_that_it_names():
    table = re.findall(
        r"^\| (.+) \| \[[^]]+\]\((docs/[a-z-]+\.md)[^)]*\) \|$", (ROOT / "README.md").read_text(), re.MULTILINE
    )
    lost = [
        (number, page)
        for sentence, page in table
        if "`thresher" not in sentence
        for number in re.findall(r"\d[\d,]*(?:\.\d+)?", sentence)
        if not re.search(rf"(?<![\d.,]){re.escape(number)}(?![\d]|[.,]\d)", (ROOT / page).read_text())
    ]

    assert lost == []
