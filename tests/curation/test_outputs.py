"""What a run writes: every row once, in the ledger and in a split or among the dropped; untouched bytes untouched."""

from __future__ import annotations

import base64
import hashlib
import json
import stat

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import chat
from tests.curated import as_line, curate_rows

GOOD = chat("What is a heron?", "A wading bird with long legs.")
OTHER = chat("What is a stork?", "A tall bird that nests on chimneys.")


def test_every_row_has_one_ledger_row_in_the_order_it_came(tmp_path):
    run = curate_rows(tmp_path, {"b.jsonl": [GOOD, "{", ""], "a.jsonl": [OTHER, OTHER]})

    assert run.ledger.select("source", "line", "decision", "step", "reason").rows() == [
        ("a.jsonl", 1, "kept", None, None),
        ("a.jsonl", 2, "dropped", "exact_duplicates", "exact_duplicate"),
        ("b.jsonl", 1, "kept", None, None),
        ("b.jsonl", 2, "dropped", "read", "truncated_line"),
    ]


def test_counts_add_up_and_are_those_of_the_files(tmp_path):
    run = curate_rows(tmp_path, [GOOD, GOOD, "no json", chat("Say nothing.", "  "), OTHER])
    counts = run.manifest["counts"]

    assert counts["in"] + counts["added"] == counts["kept"] + counts["dropped"] == len(run.ledger) == 5
    assert counts["kept"] == len(run.rows("train"))
    assert counts["dropped"] == len(run.rows("dropped")) == sum(counts["by_reason"].values())
    assert counts["by_source"] == {"rows.jsonl": {"kept": 2, "dropped": 3}}
    assert counts["by_split"] == {"train": 2}


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(b'{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}', id="compact"),
        pytest.param(b'  {"x" : 1.50, "text":  "caf\\u00e9 \\/ \xc3\xa9"}  ', id="spaces, escapes and number spelling"),
        pytest.param(b'{"text":"big","n":12345678901234567890123}', id="an integer that no double holds"),
        pytest.param('{"text":"日本語\u2028 👩‍👩‍👧 \u200d"}'.encode(), id="joiners and line separators"),
    ],
)
def test_an_untouched_row_is_written_as_the_very_bytes_that_came(tmp_path, line):
    assert curate_rows(tmp_path, [line]).lines("train") == [line]


def test_a_windows_line_end_and_a_byte_order_mark_are_not_of_the_row(tmp_path):
    (tmp_path / "rows.jsonl").write_bytes(b"\xef\xbb\xbf" + as_line(GOOD) + b"\r\n" + as_line(OTHER) + b"\r\n")
    run = curate_rows(tmp_path, {}, input={"files": ["rows.jsonl"]})

    assert run.lines("train") == [as_line(GOOD), as_line(OTHER)]
    assert run.warnings == [["byte_order_mark"], []]


@pytest.mark.parametrize(
    ("line", "record"),
    [
        pytest.param(b'{"text": 1}', {"text": 1}, id="JSON of a wrong shape stays JSON"),
        pytest.param(b'{"text": "a",}', '{"text": "a",}', id="no JSON becomes a string"),
        pytest.param(b"[1, 2]", [1, 2], id="an array stays an array"),
        pytest.param(
            b'{"text": "\xff"}',
            {"base64": base64.b64encode(b'{"text": "\xff"}').decode()},
            id="no UTF-8 becomes base64",
        ),
    ],
)
def test_a_dropped_row_is_kept_as_it_came(tmp_path, line, record):
    run = curate_rows(tmp_path, [{"text": "a good row"}, line])

    assert run.rows("dropped")[0]["record"] == record


def test_dropped_rows_are_for_the_owner_alone_and_can_be_left_out(tmp_path):
    run = curate_rows(tmp_path, [GOOD, GOOD])
    assert stat.S_IMODE((run.out / "dropped.jsonl").stat().st_mode) == 0o600
    assert run.rows("dropped")[0] | {"record": None} == {
        "id": run.ledger["id"][1],
        "source": "rows.jsonl",
        "line": 2,
        "step": "exact_duplicates",
        "reason": "exact_duplicate",
        "detail": None,
        "matched": {"id": run.ledger["id"][0], "source": "rows.jsonl", "line": 1},
        "similarity": 1.0,
        "record": None,
    }

    assert "record" not in curate_rows(tmp_path, [GOOD, GOOD], output={"records": False}).rows("dropped")[0]


def test_an_id_is_the_rows_own_or_of_its_bytes(tmp_path):
    rows = [GOOD | {"id": "heron"}, OTHER | {"id": 7}, chat("Which bird sings?", "The nightingale does.")]
    run = curate_rows(tmp_path, rows)

    assert run.ledger["id"].to_list() == ["heron", "7", hashlib.sha256(as_line(rows[2])).hexdigest()[:16]]


def test_the_manifest_hashes_what_lies_there(tmp_path):
    run = curate_rows(tmp_path, [GOOD, "{", OTHER])

    for folder, files in ((tmp_path, run.manifest["inputs"]), (run.out, run.manifest["outputs"])):
        for file in files:
            data = (folder / file["path"]).read_bytes()
            assert (file["sha256"], file["bytes"]) == (hashlib.sha256(data).hexdigest(), len(data)), file["path"]
    assert {file["path"]: file["rows"] for file in run.manifest["outputs"]} == {
        "train.jsonl": 2,
        "dropped.jsonl": 1,
        "ledger.parquet": 3,
        "stats.json": None,
    }


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.one_of(st.binary(max_size=60), st.sampled_from([as_line(GOOD), as_line(OTHER), b"{}", b"", b"[1]"])),
        max_size=12,
    )
)
def test_no_bytes_are_lost(tmp_path, lines):
    """Property: the lines that are no blanks are, one for one, in a split or among the dropped."""
    lines = [line.replace(b"\n", b" ") for line in lines]
    (tmp_path / "rows.jsonl").write_bytes(b"\n".join(lines))
    run = curate_rows(tmp_path, {}, input={"files": ["rows.jsonl"]})
    counts = run.manifest["counts"]
    rows = [line for line in lines if line.removeprefix(b"\xef\xbb\xbf").strip(b" \t\r\n")]

    assert counts["in"] == len(rows) == len(run.ledger)
    assert len(run.lines("train")) == counts["kept"]
    assert (run.out / "dropped.jsonl").read_bytes().count(b"\n") == counts["dropped"]
    assert json.loads((run.out / "manifest.json").read_bytes())["inputs"][0]["rows"] == len(rows)


def test_blank_lines_are_counted_apart(thresher, jsonl, tmp_path):
    """Oracle: the lines that were written. A row of the array that follows is no line, so that none of it is blank."""
    rows = jsonl(["", chat("What is a heron?", "A bird."), "  ", chat("And a newt?", "No bird.")], "a.jsonl")
    array = jsonl(["[", "", json.dumps(chat("A toad?", "No bird either.")), "]"], "b.json")

    checked = thresher("check", rows, array)
    ran = thresher("curate", rows, array, "--out", tmp_path / "out", "--no-report", "--quiet")
    stats = json.loads((tmp_path / "out" / "stats.json").read_bytes())

    assert thresher("check", rows, array, "--json").json["counts"]["blank_lines"] == 2
    assert "2 blank lines, which are no rows" in checked.out
    assert next(line.split()[-1] for line in ran.out.splitlines() if "blank lines, which are no rows" in line) == "2"
    assert (stats["blank_lines"], stats["counts"]["in"]) == (2, 3)
    assert [(one["blank_lines"], one["rows_are"]) for one in stats["sources"]] == [(2, "lines"), (0, "values")]
    assert "which are no rows" not in thresher("check", array).out


@pytest.mark.parametrize("flags", [["--no-text"], ["--no-records"], ["--no-text", "--no-records"]])
def test_no_detail_quotes_a_row_where_texts_or_records_are_left_out(thresher, jsonl, tmp_path, flags):
    """Oracle: the words of the rows, which all stand in the details otherwise; columns and places stay."""
    secret = "hunter2"
    odd = [chat("Who?", f"It is {n}.", team=secret) for n in range(3)] + [
        chat("Two days?", "It takes 14 days.", team="b")
    ]
    rows = [
        f"{secret} IS MY PASSWORD",
        f'{{"messages": [{{"role": "{secret}", "content": "x"}}]}}',
        '{"messages": [1, }',
    ]
    jsonl([*odd, *rows, chat("Seen?", "It was seen.", team="c")])
    jsonl([chat("Seen?", "It was seen.")], "unseen.jsonl")
    (tmp_path / "curate.toml").write_text(
        '[input]\nfiles = ["rows.jsonl"]\nprotect = ["unseen.jsonl"]\n'
        '[[steps]]\nuse = "leaks"\n[[steps]]\nuse = "balance"\nby = "team"\ncap = 1\n'
    )

    for out, more in (("told", []), ("bare", flags)):
        ran = thresher("curate", tmp_path / "curate.toml", "--out", tmp_path / out, "--no-report", "--quiet", *more)
        assert ran.code == 0, ran.err
    told, bare = (
        [json.loads(line) for line in (tmp_path / out / "dropped.jsonl").read_bytes().splitlines()]
        for out in ("told", "bare")
    )
    details = {one["reason"]: one["detail"] for one in bare}

    assert [(one["line"], one["reason"]) for one in told] == [(one["line"], one["reason"]) for one in bare]
    assert sum(secret in (one["detail"] or "") for one in told) == 4
    assert not any(secret in (detail or "") for detail in details.values())
    assert secret.encode() not in pl.read_parquet(tmp_path / "bare" / "ledger.parquet").write_ndjson().encode()
    assert details["not_json"] == "The line is not JSON (RFC 8259) at column 1"
    assert details["leak_exact"] == "unseen.jsonl:1"
    assert details["over_cap"] is None


def test_the_ledger_has_its_sources_in_the_order_they_were_read_as_the_splits_have(tmp_path):
    """Oracle: the order that [input] priority asks for; the n-th kept row of the ledger is the n-th line of its split."""
    files = {
        name: [chat(f"{name} {n}?", f"{n}.", id=f"{name}{n}") for n in range(2)] for name in ("a.jsonl", "b.jsonl")
    }
    run = curate_rows(tmp_path, files, [], input={"files": list(files), "priority": ["b.jsonl"]})

    assert run.ledger["source"].to_list() == ["b.jsonl", "b.jsonl", "a.jsonl", "a.jsonl"]
    assert run.ledger["id"].to_list() == [row["id"] for row in run.rows("train")]


def test_a_file_in_utf_16_is_noted_with_its_encoding(thresher, jsonl, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    jsonl([chat("Hello?", "Hello.")], "good.jsonl")
    text = "".join(json.dumps(chat(f"Hello {n}?", f"Hello to {n}.")) + "\n" for n in range(3))
    (tmp_path / "wide.jsonl").write_bytes(text.encode("utf-16-le"))
    ran = thresher("curate", "good.jsonl", "wide.jsonl", "--dry-run", "--json")

    assert ran.json["counts"]["by_reason"] == {"utf16": 3}
    (note,) = [note for note in ran.json["notes"] if "wide.jsonl" in note]
    assert note.startswith("wide.jsonl starts as UTF-16LE and not UTF-8")
    assert "thresher check wide.jsonl" in note
