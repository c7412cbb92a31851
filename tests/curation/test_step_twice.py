"""A step on the whole set may stand twice: each decides on keys of its own, and no row is counted twice."""

from __future__ import annotations

import json

import pytest

from tests.curated import curate_rows
from tests.curation.corpus import write_corpus


def kept(run):
    return [row["id"] for row in run.rows("train")]


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param([{"use": "near_duplicates", "threshold": t} for t in (0.9, 0.8)], id="near duplicates"),
        pytest.param([{"use": "exact_duplicates"}] * 2, id="exact duplicates"),
        pytest.param([{"use": "balance", "by": by, "cap": 2} for by in ("thread", "kind")], id="balance"),
    ],
)
def test_twice_in_one_run_is_once_in_each_of_two(tmp_path, steps):
    """Oracle: a run with the first step, and one with the second on what that kept."""
    (tmp_path / "raw").mkdir()
    lines = [
        line for name in write_corpus(tmp_path / "raw") for line in (tmp_path / "raw" / name).read_bytes().splitlines()
    ]
    rows = [json.loads(line) for line in lines if line.endswith(b"}")]
    rows = [row | {"thread": number % 40, "kind": number % 7} for number, row in enumerate(rows)]

    both = curate_rows(tmp_path / "both", rows, steps)
    first = curate_rows(tmp_path / "first", rows, steps[:1])
    second = curate_rows(tmp_path / "second", first.rows("train"), steps[1:])

    assert both.manifest["counts"]["in"] == len(rows) == both.manifest["inputs"][0]["rows"]
    assert len(both.ledger.select("source", "line").unique()) == len(both.ledger) == len(rows)
    assert not (both.ledger["id"] == both.ledger["matched_id"]).any()
    assert kept(both) == kept(second)
