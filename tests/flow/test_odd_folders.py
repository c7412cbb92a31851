"""Every command in a folder whose name is a pattern to those who expand patterns: a name is a name."""

from __future__ import annotations

import json

import pytest

from tests.conftest import chat
from tests.evalkit.gate.runs import limits, right, scored


@pytest.fixture
def folder(tmp_path, monkeypatch):
    place = tmp_path / "runs [1-2] *?{a,b}"
    place.mkdir()
    monkeypatch.chdir(place)
    return place


def test_curation_in_a_folder_that_looks_like_a_pattern(thresher, folder):
    rows = [chat(f"What is bird {n}?", f"A wading bird, number {n}.", id=f"b{n}") for n in range(30)]
    (folder / "raw.jsonl").write_text("".join(json.dumps(row) + "\n" for row in [*rows, rows[0]]))

    first = thresher("curate", "raw.jsonl", "--out", "out[1]", "--write-index", "--memory-limit", "1GB")
    again = thresher("curate", "raw.jsonl", "--out", "out[2]", "--against", "out[1]", "--json")
    explained = thresher("explain", "out[1]", "raw.jsonl:31")
    shown = thresher("report", "out[1]", "--output", "page[1].html")

    assert (first.code, again.code, explained.code, shown.code) == (0, 1, 0, 0)
    assert again.json["counts"]["kept"] == 0
    assert "exact_duplicates" in explained.out


def test_evaluation_in_a_folder_that_looks_like_a_pattern(thresher, folder):
    base, new = (scored(folder, name, right([1] * 40)) for name in ("base[1]", "new[1]"))

    ran = [
        thresher("compare", base, new),
        thresher("gate", new, "--baseline", base, "--limits", limits(folder, 'metric = "exact_match"\nmax_drop = 0.5')),
        thresher("report", new, "--output", folder / "page.html"),
    ]

    assert [one.code for one in ran] == [0, 0, 0]
