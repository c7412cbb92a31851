"""The chain of the runs on a page: what one wrote and another read, by sha256."""

from __future__ import annotations

import hashlib
import json

from reports.provenance.model import flat
from tests.conftest import chat
from tests.evalkit.gate.runs import right, scored
from tests.reports.trained import trained


def hashed(path, name):
    data = (path / name).read_bytes()
    return {"path": f"clean/{name}", "sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data), "rows": None}


def test_a_file_that_one_run_wrote_and_another_read_links_them(thresher, curated, jsonl, page, tmp_path):
    rows = jsonl([chat(f"What is {n}?", f"It is {n} and no other.") for n in range(9)])
    clean = curated(rows)
    tuned = trained(tmp_path, manifest={"inputs": [hashed(clean, "train.jsonl"), hashed(clean, "manifest.json")]})

    thresher("report", tuned, clean, "--output", tmp_path / "report.html", "-q")

    text = page(tmp_path / "report.html").text
    chain = text[text.index("Where it all comes from") :]
    assert (
        f"clean/train.jsonlsha256 {hashed(clean, 'train.jsonl')['sha256']}curation: {clean}training: tickets" in chain
    )
    assert f"clean/manifest.jsonsha256 {hashed(clean, 'manifest.json')['sha256']}curation" in chain
    outside = chain[chain.index("From outside") :]
    assert hashlib.sha256(rows.read_bytes()).hexdigest() in outside
    assert "thresher train train.toml --out NEW_DIR" in outside
    assert f"thresher report {tuned} {clean} --output report.html" in outside
    assert "torch 2.13.0" in outside


def test_runs_that_share_nothing_stand_side_by_side(thresher, page, tmp_path):
    one, two = trained(tmp_path, "one"), trained(tmp_path, "two", rows=121)

    thresher("report", one, two, "--output", tmp_path / "report.html", "-q")

    text = page(tmp_path / "report.html").text
    assert "No run here read a file that another run here wrote" in text
    assert text.count("ef" * 32) == 3  # of each its own inputs, and what both read from outside once


def test_a_scored_run_is_made_again_by_its_whole_command(thresher, page, tmp_path):
    one, two = (scored(tmp_path, name, right([1, 0])) for name in ("one", "two"))

    thresher("report", one, two, "--output", tmp_path / "report.html", "-q")

    again = page(tmp_path / "report.html").text.partition("Each again")[2]
    assert f"thresher score {tmp_path / 'one.jsonl'} --out NEW_DIR --metrics exact_match" in again


def test_what_a_run_says_of_its_model_is_words_of_one_level():
    told = {"name": "tickets", "revision": None, "adapter": {"path": "a", "sha256": "ab"}}

    assert list(flat(told)) == [("adapter path", "a"), ("adapter sha256", "ab"), ("name", "tickets")]


def test_a_run_alone_has_no_chain(thresher, page, tmp_path):
    thresher("report", trained(tmp_path), "--output", tmp_path / "report.html", "-q")

    assert "Where it all comes from" not in page(tmp_path / "report.html").text


def test_every_input_stands_with_its_hash(thresher, curated, jsonl, page):
    rows = jsonl([chat("What is one?", "It is one and no other.")])
    test = jsonl([chat("What is two?", "It is two and no other.")], "test.jsonl")

    folder = curated(rows, "--protect", test)

    text = page(folder / "report.html").text
    for one in json.loads((folder / "manifest.json").read_text())["inputs"]:
        assert one["sha256"] in text
