"""The engine by its Python function: what it keeps, and that a whole run keeps the same."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

import thresher
from curate.core.run.errors import ConfigError, InputError, OutputError
from curate.steps.near_duplicates import NearDuplicates
from tests.conftest import chat
from tests.curated import curate_rows
from tests.curation.corpus import edited, text


def rows_of(seed: int) -> list[bytes]:
    draw = random.Random(seed)
    answers = [text(draw, 60) for _ in range(120)]
    answers += [edited(draw, draw.choice(answers), draw.choice([0, 1, 2])) for _ in range(120)]
    lines = [json.dumps(chat(f"Question {n}? " + answer, answer)).encode() for n, answer in enumerate(answers)]
    return [*lines[:100], b"{broken", b"", *lines[100:]]


def test_it_keeps_what_a_run_with_this_one_step_keeps(tmp_path):
    """Oracle: ``thresher curate``. A line that no one can read is no near-duplicate: here it stays."""
    lines = rows_of(3)
    run = curate_rows(tmp_path, lines, [{"use": "near_duplicates"}])
    found = thresher.deduplicate(tmp_path / "rows.jsonl", tmp_path / "fewer.jsonl")

    left = (tmp_path / "fewer.jsonl").read_bytes().splitlines()
    assert [line for line in left if line not in {b"{broken", b""}] == run.lines("train")
    assert {b"{broken", b""} <= set(left)
    assert (found.rows, found.kept) == (len(lines) - 1, len(run.lines("train")) + 1)
    dropped = run.ledger.filter(run.ledger["reason"] == "near_duplicate")
    assert found.twins["row"].to_list() == dropped["line"].to_list()
    assert found.twins["similarity"].to_list() == dropped["similarity"].to_list()


@pytest.mark.parametrize("rows", [0, 1, 2], ids=["an empty file", "one row", "two rows, of which one goes"])
def test_what_went_has_the_same_columns_whatever_went(tmp_path, rows):
    line = json.dumps(chat("What is this?", "This is a test of one row, in more than a few words of text.")).encode()
    (tmp_path / "in.jsonl").write_bytes((line + b"\n") * rows)
    found = thresher.deduplicate(tmp_path / "in.jsonl", tmp_path / "out.jsonl")

    assert dict(found.twins.schema) == {"row": pl.UInt64, "matched": pl.UInt64, "similarity": pl.Float64}
    assert len(found.twins) == max(0, rows - 1)


@pytest.mark.parametrize("rows", [0, 1], ids=["an empty file", "one row"])
def test_nothing_to_compare_is_no_fault(tmp_path, rows):
    line = json.dumps(chat("What is this?", "This is a test of one row.")).encode() + b"\n"
    (tmp_path / "in.jsonl").write_bytes(line * rows)
    found = thresher.deduplicate(tmp_path / "in.jsonl", tmp_path / "out.jsonl")

    assert (found.rows, found.kept, (tmp_path / "out.jsonl").read_bytes()) == (rows, rows, line * rows)


@pytest.mark.parametrize("source", ["-", "/dev/stdin", "pipe"])
def test_what_can_be_read_once_is_refused_and_what_was_there_stays(tmp_path, monkeypatch, source):
    """Rows are read twice: of a pipe nothing was left to write, and one with a name was waited for without end."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "out.jsonl").write_bytes(b"before\n")
    os.mkfifo(tmp_path / "pipe")
    code = f"import thresher; thresher.deduplicate({source!r}, 'out.jsonl')"
    run = subprocess.run(
        [sys.executable, "-c", code],
        check=False,
        input=b'{"text": "a"}\n',
        capture_output=True,
        env=os.environ | {"PYTHONPATH": str(Path(thresher.__file__).parent)},
        timeout=60,
    )

    assert b"InputError" in run.stderr
    assert b"read twice" in run.stderr
    assert (tmp_path / "out.jsonl").read_bytes() == b"before\n"


def test_a_file_that_changes_between_its_two_readings_is_refused(tmp_path, monkeypatch):
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_bytes(b'{"text": "a"}\n')
    whole = NearDuplicates.decide

    def decide(*given):
        source.write_bytes(b'{"text": "a"}\n{"text": "b"}\n')
        return whole(*given)

    monkeypatch.setattr(NearDuplicates, "decide", decide)
    with pytest.raises(InputError, match="changed while it was read"):
        thresher.deduplicate(source, out)

    assert not out.exists()


def test_an_unknown_setting_is_an_error(tmp_path):
    with pytest.raises(ConfigError, match="treshold"):
        thresher.deduplicate(tmp_path / "in.jsonl", tmp_path / "out.jsonl", treshold=0.5)


def test_a_mistake_tells_of_what_was_given_and_of_nothing_else(tmp_path):
    with pytest.raises(ConfigError) as told:
        thresher.deduplicate(tmp_path / "in.jsonl", tmp_path / "out.jsonl", threshold=2)

    assert str(told.value).splitlines() == [
        "the call has a mistake",
        "  threshold: Input should be less than or equal to 1 (is 2)",
        "  hint: docs/steps.md has the settings of near_duplicates",
    ]


@pytest.mark.parametrize(
    "written",
    [
        pytest.param(b"\n".join, id="without an end after the last line"),
        pytest.param(lambda lines: b"\n".join([*lines, b"", b" ", b""]), id="blank lines at the end"),
        pytest.param(lambda lines: b"\xef\xbb\xbf" + b"\r\n".join([*lines, b""]), id="as Windows writes"),
    ],
)
def test_what_stays_stays_as_it_was(tmp_path, written):
    """Oracle: the input without the line that went."""
    draw = random.Random(5)
    first, second = text(draw, 30), text(draw, 30)
    answers = [first, second, first, text(draw, 30)]
    data = written([json.dumps(chat(f"Say {n}.", answer)).encode() for n, answer in enumerate(answers)])
    (tmp_path / "in.jsonl").write_bytes(data)
    found = thresher.deduplicate(tmp_path / "in.jsonl", tmp_path / "out.jsonl", compare="answer")

    lines = data.splitlines(keepends=True)
    assert found.twins["row"].to_list() == [3]
    assert (tmp_path / "out.jsonl").read_bytes() == b"".join(lines[:2] + lines[3:])


def test_rows_of_an_array_become_lines(tmp_path):
    rows = [chat(f"Say {n}.", "One two three four five six seven eight nine ten.") for n in range(2)]
    (tmp_path / "in.json").write_text(
        json.dumps([*rows, chat("Else?", "Something else altogether, in its own words.")])
    )
    thresher.deduplicate(tmp_path / "in.json", tmp_path / "out.jsonl", compare="answer")

    left = [json.loads(line)["messages"][0]["content"] for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert left == ["Say 0.", "Else?"]


def test_what_cannot_be_done_is_an_error_of_ours(tmp_path):
    for name in ("a.jsonl", "b.jsonl"):
        (tmp_path / name).write_bytes(b"{}\n")

    with pytest.raises(InputError, match="is 2 files"):
        thresher.deduplicate(tmp_path, tmp_path / "out.jsonl")
    with pytest.raises(OutputError, match="packed"):
        thresher.deduplicate(tmp_path / "a.jsonl", tmp_path / "out.jsonl.gz")
    with pytest.raises(OutputError, match="no folder"):
        thresher.deduplicate(tmp_path / "a.jsonl", tmp_path / "nowhere" / "out.jsonl")
    (tmp_path / "folder").mkdir()
    with pytest.raises(thresher.ThresherError, match="folder is a folder\n  hint: name a file"):
        thresher.deduplicate(tmp_path / "a.jsonl", tmp_path / "folder")
    (tmp_path / "folder").rmdir()
    with pytest.raises(thresher.ThresherError, match=r"^/proc/out\.jsonl cannot be written: No such file"):
        thresher.deduplicate(tmp_path / "a.jsonl", "/proc/out.jsonl")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.jsonl", "b.jsonl"]


def test_rows_that_only_a_sign_tells_apart_stay(tmp_path):
    """A known answer: an emoji, a currency and a comparison are all that some short rows say."""
    pairs = [("Rate it.", "👍"), ("Rate it.", "👎"), ("5 €?", "500"), ("5 £?", "500"), ("😀", "ok"), ("💣", "ok")]
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(chat(one, other)) + "\n" for one, other in pairs))

    assert thresher.deduplicate(tmp_path / "in.jsonl", tmp_path / "out.jsonl").kept == 6


@pytest.mark.parametrize("setting", [{"compare": ["titel"]}, {"keep": "highest", "keep_field": "scroe"}], ids=str)
def test_a_field_that_no_row_has_is_told(tmp_path, setting):
    rows = [json.dumps({"title": "A title of two rows", "score": n, **chat("Hi", "Hello")}) for n in range(2)]
    (tmp_path / "in.jsonl").write_text("\n".join(rows) + "\n")
    run = curate_rows(tmp_path, [json.loads(row) for row in rows], [{"use": "near_duplicates"} | setting])

    with pytest.raises(ConfigError, match="no row has"):
        thresher.deduplicate(tmp_path / "in.jsonl", tmp_path / "out.jsonl", **setting)
    assert any("no row has" in note for note in run.stats["notes"])


def test_a_file_that_others_may_not_read_stays_so(tmp_path, jsonl):
    out = tmp_path / "out.jsonl"
    out.write_text("older")
    out.chmod(0o600)
    thresher.deduplicate(jsonl([{"text": "Herons wade."}]), out)

    assert out.stat().st_mode & 0o777 == 0o600
