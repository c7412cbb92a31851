"""``--baseline``: new faults only."""

from __future__ import annotations

import json

import pytest

from tests.conftest import chat

GOOD = chat("Hi", "Hello")
BAD = {"messages": [{"role": "bot", "content": "x"}]}
BLANK = chat("Hi", "")


@pytest.fixture(autouse=True)
def _in_the_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("before", "after", "new"),
    [
        pytest.param([BAD], [BAD], [], id="nothing changed"),
        pytest.param([BAD, BLANK], [GOOD, GOOD, BAD, GOOD, BLANK], [], id="rows inserted above"),
        pytest.param([BAD], [BAD, BAD], [("TH208", 2)], id="one more of the same"),
        pytest.param([BAD, BAD], [BAD], [], id="one fewer"),
        pytest.param([BAD], [BAD, BLANK], [("TH501", 2)], id="another fault"),
        pytest.param([GOOD], [BAD], [("TH208", 1)], id="a clean baseline"),
        pytest.param([{"x": 1}], [{"x": 1}, {"x": 2}], [], id="a fault of the whole file, whose rows grew"),
    ],
)
@pytest.mark.parametrize("options", [[], ["--no-text"]], ids=["with texts", "without texts"])
def test_only_new_faults_are_reported(thresher, jsonl, options, before, after, new):
    jsonl(before)
    thresher("check", "rows.jsonl", "--json", "--output", "known.json", *options)
    jsonl(after)

    ran = thresher("check", "rows.jsonl", "--json", "--baseline", "known.json")

    assert [(fault["code"], fault["line"]) for fault in ran.json["faults"]] == new
    assert ran.code == bool(new)


def test_how_many_were_left_out_is_said(thresher, jsonl):
    jsonl([BAD, BAD, BLANK])
    thresher("check", "rows.jsonl", "--json", "--output", "known.json")
    jsonl([BAD, BAD, BAD])

    text = thresher("check", "rows.jsonl", "--baseline", "known.json")

    assert "3 rows in 1 file: 1 error, 0 warnings\n2 faults of the baseline left out\n" in text.out
    assert thresher("check", "rows.jsonl", "--baseline", "known.json", "--json").json["known"] == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param("<xml/>", "is no JSON", id="not JSON"),
        pytest.param('{"runs": []}', "is SARIF; it must be of --format json", id="SARIF"),
        pytest.param("[]", "is a GitLab report; it must be of --format json", id="GitLab"),
        pytest.param('{"counts": {}}', "has no list 'faults'", id="another JSON"),
        pytest.param('{"faults": [{"code": "TH101"}]}', "at /faults/0", id="a fault without its file"),
        pytest.param('{"faults": [], "schema_version": 9}', "has schema_version 9, not 1", id="of a later version"),
    ],
)
def test_what_is_no_baseline_is_refused(thresher, jsonl, tmp_path, content, said):
    jsonl([GOOD])
    (tmp_path / "known.json").write_text(content)

    ran = thresher("check", "rows.jsonl", "--baseline", "known.json")

    assert ran.code == 2
    assert said in ran.err
    assert "--format json --output faults.json" in ran.err


def test_a_baseline_may_be_written_over(thresher, jsonl, tmp_path):
    jsonl([BAD])
    thresher("check", "rows.jsonl", "--json", "--output", "known.json")

    thresher("check", "rows.jsonl", "--json", "--baseline", "known.json", "--output", "known.json")

    assert json.loads((tmp_path / "known.json").read_text())["faults"] == []
