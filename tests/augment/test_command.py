"""``thresher augment`` from the shell and from Python: exit codes, what is printed, the report, explain."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import thresher as door
from curate.core.run.errors import ThresherError
from tests.augment.made import curated, questions
from tests.conftest import Ran

TOML = 'seed = 3\n[input]\nrun = "out"\n[[steps]]\nuse = "noise"\nk = 2\ntypos = 0.5\n'
Command = Callable[..., Ran]


@pytest.fixture
def toml(tmp_path: Path) -> Path:
    """Return a configuration beside a finished run."""
    curated(tmp_path, questions(20), split={"validation": 3, "test": 3})
    path = tmp_path / "augment.toml"
    path.write_text(TOML)
    return path


def test_it_prints_what_became_of_the_new_rows(toml: Path, thresher: Command) -> None:
    ran = thresher("augment", toml, "--out", toml.parent / "more", "-q")
    manifest = json.loads((toml.parent / "more" / "manifest.json").read_bytes())

    assert ran.code == 0
    told = {line[:52].strip(): line[52:].strip() for line in ran.out.splitlines()}
    assert told["rows of the run, as they were"] == "20"
    assert told["rows kept"] == str(manifest["counts"]["kept"])
    assert "noise: new rows, of 14 seeds" in told
    for word in ("distinct-1", "self-BLEU", "likeness to the nearest parent", "next: thresher explain"):
        assert word in ran.out


def test_json_is_one_object_and_set_changes_a_setting(toml: Path, thresher: Command) -> None:
    ran = thresher("augment", toml, "--out", toml.parent / "more", "--json", "--set", "limits.min_added=99")

    assert ran.code == 1
    assert ran.json["added"]["total"]["candidates"] == ran.json["counts"]["added"]
    assert [limit.split(";")[1].split(".")[0] for limit in ran.json["broken_limits"]] == [" min_added is 99"]
    assert (toml.parent / "more" / "manifest.json").exists()


def test_explain_tells_how_a_new_row_was_made(toml: Path, thresher: Command) -> None:
    more = toml.parent / "more"
    thresher("augment", toml, "--out", more, "--no-report", "-q")
    first = json.loads((more / "added.jsonl").read_bytes().splitlines()[0])

    by_id = thresher("explain", more, first["id"])
    by_place = thresher("explain", more, "noise:1", "--json")
    frozen = thresher("explain", more, "out/train.jsonl:1")

    assert f"made by noise from {first['parents'][0]}" in by_id.out
    assert '"changes":{"' in by_id.out
    assert by_place.json["rows"][0]["made"] == first["made"]
    assert "made by" not in frozen.out
    assert "made" not in thresher("explain", more, "noise:1", "--json", "--no-text").json["rows"][0]


def test_the_report_shows_new_rows_by_origin_and_how_diverse_they_are(toml: Path, thresher: Command) -> None:
    more = toml.parent / "more"
    thresher("augment", toml, "--out", more, "-q")
    first = (more / "report.html").read_bytes()
    thresher("augment", toml, "--out", more, "-q")

    html = first.decode()
    assert (more / "report.html").read_bytes() == first
    for words in ("new rows joined 20", "<h2>New rows</h2>", "never became a row", "self-BLEU", "distinct-2"):
        assert words in html
    assert "noise: likeness to the nearest parent" in html
    assert 'thresher augment augment.toml <span class="flag">--out</span> NEW_DIR' in html


def test_without_texts_none_is_shown_or_written(toml: Path, thresher: Command) -> None:
    more = toml.parent / "more"
    ran = thresher("augment", toml, "--out", more, "-q", "--no-text")

    assert ran.code == 0
    for name in ("report.html", "stats.json"):
        assert "Where does the" not in (more / name).read_text()


def test_a_folder_is_needed_unless_it_is_a_dry_run(toml: Path, thresher: Command) -> None:
    ran = thresher("augment", toml)

    assert ran.code == 2
    assert "--out DIR, or --dry-run" in ran.err
    assert thresher("augment", toml, "--dry-run").code == 0
    assert sorted(path.name for path in toml.parent.iterdir()) == ["augment.toml", "out", "rows.jsonl"]


def test_a_run_that_ends_early_leaves_no_manifest_of_an_older_one(toml: Path, thresher: Command) -> None:
    more = toml.parent / "more"
    thresher("augment", toml, "--out", more, "-q")
    (toml.parent / "out" / "train.jsonl").write_bytes(b"")

    assert thresher("augment", toml, "--out", more, "-q").code == 2
    assert not (more / "manifest.json").exists()


def test_the_same_from_python(toml: Path) -> None:
    outcome = door.augment(toml, toml.parent / "more")

    assert outcome.manifest["counts"]["added"] > 0
    with pytest.raises(ThresherError, match="nowhere"):
        door.augment({"input": {"run": "nowhere"}, "steps": [{"use": "noise"}]}, toml.parent / "less")


@pytest.mark.parametrize(
    ("settings", "limit", "next_"),
    [
        pytest.param(
            {},
            "Most went for unchanged (14). See why: report.html",
            "stats.json",
            id="no row",
        ),
        pytest.param({"case": 1.0}, "Most went for exact_duplicate", "dropped.jsonl", id="none kept"),
    ],
)
def test_where_nothing_is_kept_it_says_why_and_where_to_look(
    toml: Path, thresher: Command, settings: dict[str, float], limit: str, next_: str
) -> None:
    rates = dict.fromkeys(("typos", "case", "punctuation", "white_space", "casual"), 0.0) | settings
    changes = [f"{name} = {value}" for name, value in rates.items()]
    toml.write_text("\n".join(['[input]\nrun = "out"\n[[steps]]\nuse = "noise"', *changes, ""]))
    ran = thresher("augment", toml, "--out", toml.parent / "more", "-q", "--no-report")

    assert ran.code == 1
    assert f"limit: 0 new rows were kept; min_added is 1. {limit}" in ran.out
    last = ran.out.splitlines()[-1]
    assert "next: see why" in last
    assert str(toml.parent / "more" / next_) in last
