"""``--markdown`` and ``--junit``: what a page says, for a pull request's comment and a test report."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from tests.conftest import chat
from tests.evalkit.gate.runs import right, scored
from tests.reports.scored import gated
from tests.reports.test_hostile import HIDDEN, HOSTILE
from tests.reports.trained import trained


@pytest.fixture
def summed(thresher, tmp_path):
    """Return the Markdown and the parsed JUnit of folders."""

    def report(*folders, flags=()):
        files = tmp_path / "summary.md", tmp_path / "junit.xml"
        named = ("--markdown", files[0], "--junit", files[1])
        ran = thresher("report", *folders, "--output", tmp_path / "report.html", "-q", *named, *flags)
        assert ran.code == 0, ran.err
        return files[0].read_text(encoding="utf-8"), ElementTree.parse(files[1]).getroot()

    return report


def outcomes(root) -> dict[str, str]:
    return {case.get("name"): case[0].tag for case in root.iter("testcase")}


def test_a_curation_run(summed, curated, jsonl):
    rows = [chat("Say nothing.", ""), *(chat(f"What is {n}?", f"It is {n} and no other.") for n in range(15))]

    markdown, junit = summed(curated(jsonl(rows)))

    assert "15 of 16 rows were kept" in markdown
    assert "| empty\\_answer | empty | 1 | 6.25% |" in markdown
    assert outcomes(junit) == {"limits": "system-out"}


def test_a_limit_that_was_exceeded_fails(summed, curated, jsonl):
    markdown, junit = summed(curated(jsonl([chat("Hello?", "")]), code=1))

    assert "❌ The only row was dropped" in markdown
    assert "- 0 rows were kept; min\\_kept is 1" in markdown
    assert junit.get("failures") == "1"


def test_a_training_run(summed, tmp_path):
    markdown, junit = summed(trained(tmp_path))

    assert "Validation loss fell from 2.200 to 1.300" in markdown
    assert "| arithmetic | 50.00% | 40.00% | −10.00\u00a0pp |" in markdown
    assert outcomes(junit) == {"no guard ended the run": "system-out", "validation loss fell": "system-out"}


def test_a_guard_that_ended_a_run_fails(summed, tmp_path):
    stopped = {"reason": "regression", "detail": "arithmetic fell", "step": 4}

    _, junit = summed(trained(tmp_path, stopped=stopped))

    assert outcomes(junit)["no guard ended the run"] == "failure"


@pytest.mark.parametrize(
    ("wrong", "outcome"),
    [
        pytest.param(40, "system-out", id="pass"),
        pytest.param(160, "failure", id="fail"),
        pytest.param(46, "error", id="inconclusive"),
    ],
)
def test_a_verdict_has_a_case_for_each_rule(summed, thresher, tmp_path, wrong, outcome):
    gate = gated(thresher, tmp_path, [0] * 40 + [1] * 360, [0] * wrong + [1] * (400 - wrong))

    markdown, junit = summed(gate)

    assert list(outcomes(junit).values()) == [outcome]
    assert "**Rules**" in markdown
    assert "90.00% →" in markdown


def test_scores_that_no_rule_judged_are_skipped(summed, tmp_path):
    run = scored(tmp_path, "run", right([0] * 20 + [1] * 60))

    markdown, junit = summed(run)

    assert outcomes(junit) == {"exact_match": "skipped"}
    assert "| exact\\_match | 75.00% | 64.52 to 83.19% | 80 | 0 |" in markdown


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        pytest.param(right([0] * 30), "## exact\\_match: 0.00%", id="all wrong"),
        pytest.param(right([1] * 30), "## exact\\_match: 100.00%", id="all right"),
        pytest.param([row | {"prediction": ""} for row in right([1] * 30)], "## ⚠️ exact\\_match: no row has a score", id="unscored"),
    ],
)  # fmt: skip
def test_a_number_that_no_rule_judged_has_no_tick(summed, tmp_path, rows, line):
    assert summed(scored(tmp_path, "run", rows))[0].splitlines()[0] == line


def test_a_comparison(summed, tmp_path):
    one = scored(tmp_path, "one", right([0] * 40 + [1] * 60))
    two = scored(tmp_path, "two", right([0] * 10 + [1] * 90))

    markdown, junit = summed(one, two)

    assert "comparison: " in markdown
    assert "error" not in outcomes(junit).values()


def test_a_hundred_runs_stay_under_sixty_thousand_bytes(summed, tmp_path):
    suites = {f"suite {n} of a rather long name": n / 100 for n in range(60)}
    runs = [trained(tmp_path, f"run{n}", base_suites=suites, suites=suites) for n in range(100)]

    markdown, junit = summed(*runs)

    assert len(markdown.encode()) <= 60_000
    assert "more" in markdown.splitlines()[-1]
    assert junit.get("tests") == "200"


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_neither_link_nor_ping_nor_hide(summed, tmp_path, text):
    run = trained(tmp_path, manifest={"adapter": {"name": f"{text} @all https://evil.example #1", "kind": "lora"}})

    markdown, _ = summed(run)

    assert "<" not in markdown
    assert "@" not in markdown
    assert "://" not in markdown
    assert not HIDDEN.search(markdown)


def test_without_text_no_text_of_a_row_is_there(summed, curated, jsonl):
    rows = [chat(f"xyzzyq {n}?", f"xyzzyq {n}.") for n in range(3)] * 2

    markdown, junit = summed(curated(jsonl(rows)), flags=("--no-text",))

    assert "xyzzyq" not in markdown
    assert "xyzzyq" not in ElementTree.tostring(junit).decode()
