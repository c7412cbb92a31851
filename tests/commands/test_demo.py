"""``thresher demo``: the sample data hold every flaw, and the tour runs on them."""

from __future__ import annotations

import json
import re
import socket
from collections import defaultdict
from contextlib import chdir
from pathlib import Path

import polars as pl
import pytest

from curate.check.codes import CODES
from curate.core.command.door import run
from curate.steps.registry import PRESETS, STEPS
from examples.demo.make_data import main as write_tickets

SAMPLE = Path(__file__).parents[2] / "curate" / "demo"
TOLD = (SAMPLE / "README.md").read_text(encoding="utf-8")
FLAWS = [
    pytest.param(file, int(row) if row else None, word, id=f"{word} in {file}:{row}")
    for file, row, word in re.findall(r"^\| (\S+) \| (\d*) \| `(\w+)` \|", TOLD, re.MULTILINE)
]
WORDS = {flaw.values[2] for flaw in FLAWS}
ONLY_CHECKED = {"empty_file", "unknown_key"}  # of a file without rows; of a profile
NOT_IN_A_SMALL_TEXT_FILE = {"utf16", "nul_byte", "line_too_long", "file_too_large"}
NEED_A_SETTING = {"answer_not_json", "answer_schema", "too_many_tokens", "unmapped_field"}
NEED_AN_EARLIER_RUN = {"duplicate_of_earlier", "near_duplicate_of_earlier"}
OF_A_PROFILE = {"profile_fields", "profile_layout", "too_few_rows", "unknown_key"}


@pytest.fixture(scope="module")
def curated(tmp_path_factory):
    """Curate the sample data by the default preset; return the ledger."""
    out = tmp_path_factory.mktemp("sample") / "out"
    with chdir(SAMPLE):
        assert run(["curate", "raw", "--out", str(out), "--quiet", "--no-report"]) == 0
    return pl.read_parquet(out / "ledger.parquet")


@pytest.fixture(scope="module")
def found(curated):
    """Return the words of the ledger by file and row; those of a file as a whole by None."""
    words = defaultdict(set)
    for row in curated.iter_rows(named=True):
        for word in [row["reason"], *row["warnings"]]:
            for place in (row["line"], None) if word else ():
                words[Path(row["source"]).name, place].add(word)
    return words


@pytest.mark.parametrize(("file", "row", "word"), [flaw for flaw in FLAWS if flaw.values[2] not in ONLY_CHECKED])
def test_a_run_finds_each_flaw_where_the_readme_says(found, file, row, word):
    assert word in found[file, row]


def test_a_run_finds_nothing_in_the_other_rows(found):
    told = {(flaw.values[0], flaw.values[1]) for flaw in FLAWS}

    assert {place for place in found if place[1] is not None and (place[0], None) not in told} - told == set()


def test_most_rows_are_good(curated):
    good = curated.filter(pl.col("reason").is_null() & (pl.col("warnings").list.len() == 0))

    assert (len(curated) > 200, len(good) > 130) == (True, True)


def test_check_finds_each_flaw_of_its_own(thresher):
    words = {code.code: slug for slug, code in CODES.items()}
    with chdir(SAMPLE):
        checked = thresher("check", "raw", "--format", "json")
        strict = thresher("check", "raw", "--profile", "openai", "--format", "json")
    faults = {words[fault["code"]] for fault in [*checked.json["faults"], *strict.json["faults"]]}

    assert checked.code == 1
    assert faults == (WORDS & set(CODES)) | OF_A_PROFILE


def test_no_code_and_no_reason_is_without_a_row():
    reasons = {word for use in PRESETS["sft-1"] for word in STEPS[use].reasons}

    needs = NEED_A_SETTING | NEED_AN_EARLIER_RUN | (OF_A_PROFILE - WORDS)
    assert (set(CODES) | reasons) - WORDS == NOT_IN_A_SMALL_TEXT_FILE | needs


def test_the_files_hold_what_the_readme_says_of_their_bytes():
    vendor = (SAMPLE / "raw" / "vendor.jsonl").read_bytes()

    assert vendor.startswith(b"\xef\xbb\xbf")
    assert vendor.count(b"\n") == vendor.count(b"\r\n")
    assert b"\r\n\r\n" in vendor
    assert not vendor.endswith(b"\n")
    assert b"\x92" in (SAMPLE / "raw" / "latin1.jsonl").read_bytes()
    assert (SAMPLE / "raw" / "empty.jsonl").read_bytes() == b""


@pytest.fixture
def at_home(tmp_path, monkeypatch):
    """Stand in an empty folder, as a user does."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_tour_prints_each_command_and_what_it_said(thresher, at_home):
    told = thresher("demo", "--replay")

    assert told.code == 0, told.err
    data = ["check", "curate", "explain", "explain"]
    model = ["curate", "predict", "predict", "score", "score", "compare", "gate", "report"]
    assert re.findall(r"^\$ thresher (\w+)", told.out, re.MULTILINE) == data + model
    assert "TH102 trailing_comma" in told.out
    assert "near_duplicate" in told.out.split("$ thresher explain")[1]
    assert "arguments_schema" in told.out.split("$ thresher explain")[2]
    assert "thresher-demo/clean/report.html" in told.out
    assert str(at_home) not in told.out
    assert "pass: 2 pass of 2 rules" in told.out
    assert Path.cwd() == at_home
    assert (at_home / "thresher-demo" / "tuning" / "report.html").is_file()
    assert (at_home / "thresher-demo" / "clean" / "report.html").is_file()


def test_counts_are_conserved_and_mapped_fields_are_read(thresher, at_home):
    thresher("demo", "d", "--replay")
    counts = json.loads((at_home / "d" / "clean" / "manifest.json").read_bytes())["counts"]

    assert counts["in"] + counts["added"] == counts["kept"] + counts["dropped"]
    assert counts["by_source"]["raw/tickets.jsonl"] == {"kept": 4, "dropped": 0}
    assert set(counts["by_split"]) == {"train", "validation", "test"}


def test_twice_is_the_same(thresher, at_home):
    first = thresher("demo", "d", "--replay")
    manifest = (at_home / "d" / "clean" / "manifest.json").read_bytes()
    second = thresher("demo", "d", "--replay")

    assert (second.code, second.out) == (0, first.out)
    assert (at_home / "d" / "clean" / "manifest.json").read_bytes() == manifest


def test_what_the_user_changed_stays(thresher, at_home):
    thresher("demo", "d", "--replay")
    config = at_home / "d" / "curate.toml"
    config.write_text(config.read_text().replace("threshold = 0.8 ", "threshold = 0.7 "))
    again = thresher("demo", "d", "--replay")

    assert "left alone d/curate.toml, which you changed" in again.out
    assert "threshold = 0.7 " in config.read_text()
    assert again.code == 0


def test_a_folder_that_is_not_ours_is_refused(thresher, at_home):
    (at_home / "d").mkdir()
    (at_home / "d" / "thesis.tex").write_text("x")
    told = thresher("demo", "d", "--replay")

    assert told.code == 2
    assert "d holds files that no demo wrote (thesis.tex)" in told.err
    assert [entry.name for entry in (at_home / "d").iterdir()] == ["thesis.tex"]


def test_a_file_is_no_folder(thresher, at_home):
    (at_home / "d").write_text("x")

    assert thresher("demo", "d", "--replay").code == 2


def test_what_is_tuned_on_is_as_its_script_writes_it(tmp_path):
    written = Path(__file__).parents[2] / "train" / "demo" / "tuning"
    write_tickets(tmp_path)

    made = {file.relative_to(tmp_path): file.read_bytes() for file in tmp_path.rglob("*.jsonl")}
    assert made == {file.relative_to(written): file.read_bytes() for file in written.rglob("*.jsonl")}


def test_nothing_is_fetched(thresher, at_home, monkeypatch):
    def refuse(*_):
        raise AssertionError("the demo opened a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)

    assert thresher("demo", "d", "--replay").code == 0
