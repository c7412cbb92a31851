"""An augmented run as an earlier one: its rows, given and made, in any layout and under any names, are found again."""

from __future__ import annotations

import json

import polars as pl
import pytest

from tests.conftest import chat

CHATS = [
    chat("Where does the heron stand all day in the fog?", "In the reeds beside the old mill pond.", id="heron"),
    chat("Which bird sings at night near the river bank?", "The nightingale, from April until June.", id="nightingale"),
]
PAIRS = [
    {"id": "peru", "prompt": "What is the capital of Peru these days?", "completion": "It is Lima, on the coast."},
    {"id": "loire", "prompt": "Name the longest river that France has", "completion": "The Loire, at a thousand km."},
]
MAPPED = [{"id": row["id"], "asks": row["prompt"], "says": row["completion"]} for row in PAIRS]
CONFIG = """
[input]
files = ["chats.jsonl", "empty.jsonl", {path = "pairs.jsonl", map = {prompt = "asks", completion = "says"}}]
[split]
train = 0.5
test = 0.5
"""


@pytest.fixture(params=["as they came", "messages"])
def more(request, thresher, jsonl, tmp_path, monkeypatch):
    """A curation run of two layouts, one under names of its own, and what noise made of its training rows."""
    monkeypatch.chdir(tmp_path)
    jsonl(CHATS, "chats.jsonl")
    jsonl([], "empty.jsonl")
    jsonl(MAPPED, "pairs.jsonl")
    layout = "" if request.param == "as they came" else '[output]\nlayout = "messages"\n'
    (tmp_path / "curate.toml").write_text(CONFIG + layout)
    (tmp_path / "augment.toml").write_text('[input]\nrun = "clean"\n[[steps]]\nuse = "noise"\n')
    assert thresher("curate", "curate.toml", "--out", "clean", "--quiet").code == 0
    assert thresher("augment", "augment.toml", "--out", "more", "--quiet").code == 0
    return tmp_path / "more"


def rows_of(run, *names):
    return [json.loads(line) for name in names for line in (run / f"{name}.jsonl").read_text().splitlines()]


def again(rows, jsonl):
    """Write rows of a run as new files, each in a layout of its own, beside one that is new."""
    jsonl([row for row in rows if "messages" in row], "chats.jsonl")
    pairs = [row for row in rows if "asks" in row]
    jsonl([{"id": row["id"], "prompt": row["asks"], "completion": row["says"]} for row in pairs], "pairs.jsonl")
    jsonl([chat("How deep is the lake in the park?", "Eleven metres at most.", id="lake")], "new.jsonl")
    return "chats.jsonl", "pairs.jsonl", "new.jsonl"


def test_every_row_of_it_is_found_and_no_other(more, thresher, jsonl, tmp_path):
    """Oracle: the rows of its files themselves."""
    rows = rows_of(more, "train", "test")
    made = [row["id"] for row in rows if "~" in row["id"]]
    ran = thresher("curate", *again(rows, jsonl), "--against", "more", "--out", "night", "--write-index", "--quiet")
    dropped = rows_of(tmp_path / "night", "dropped")

    assert (ran.code, len(made)) == (0, len(rows) - 4), ran.err
    assert made
    assert {row["id"]: row["reason"] for row in dropped} == {row["id"]: "duplicate_of_earlier" for row in rows}
    assert all(row["matched"]["id"] == row["id"] for row in dropped)
    assert [row["id"] for row in rows_of(tmp_path / "night", "train")] == ["lake"]

    later = thresher("curate", *again(rows, jsonl), "--against", "night", "--dry-run", "--json", "--quiet")
    assert later.json["counts"]["by_reason"] == {"duplicate_of_earlier": len(rows) + 1}


def test_its_split_goes_on(more, thresher, jsonl, tmp_path):
    rows = rows_of(more, "train", "test")
    ledger = pl.read_parquet(more / "ledger.parquet").filter(decision="kept")
    asked = (
        "--set",
        'split.previous="more"',
        "--set",
        "split.validation=0.0",
        "--set",
        "split.test=0.5",
        "--set",
        "split.train=0.5",
    )
    ran = thresher("curate", *again(rows, jsonl), *asked, "--set", "steps=[]", "--out", "night", "--quiet")
    assert ran.code == 0, ran.err

    after = pl.read_parquet(tmp_path / "night" / "ledger.parquet").filter(pl.col("id") != "lake")
    assert dict(after.select("id", "split").iter_rows()) == dict(ledger.select("id", "split").iter_rows())
