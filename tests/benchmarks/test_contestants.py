"""Who enters, who is left out and why, and what the scripts of the peers share."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from datasketch.lsh import _optimal_param

from benchmarks.growth import exponent
from benchmarks.measuring.contestants import CURATE, Contestant, contestants
from benchmarks.measuring.measure import Used, ratio
from benchmarks.measuring.stages import OTHER, START, stage_of
from benchmarks.peers.rows import bands_by_rule, byte_shingles, optimal_bands, shingles


def test_a_peer_that_is_not_there_is_left_out_with_the_reason(tmp_path: Path) -> None:
    empty = tmp_path / "python"
    empty.symlink_to(sys.executable)  # outside of the environment, it has no library
    entered, skipped = contestants(["rensa"], str(empty))

    assert CURATE in [one.name for one in entered]
    assert "No module named" in skipped["rensa"]


def test_a_python_that_is_not_there_is_a_reason_too() -> None:
    assert "no/such/python" in contestants(["rensa"], "no/such/python")[1]["rensa"]


def test_our_command_deduplicates_at_the_threshold_asked(tmp_path: Path) -> None:
    command = Contestant(CURATE, sys.executable).command(Path("rows.jsonl"), tmp_path, 0.75)

    assert command[2:] == [
        "curate",
        str(tmp_path / "curate.toml"),
        "--out",
        str(tmp_path / "run"),
        "--no-report",
        "--quiet",
    ]
    assert "threshold = 0.75" in (tmp_path / "curate.toml").read_text()


@pytest.mark.parametrize("threshold", [0.5, 0.7, 0.8, 0.9])
def test_optimal_bands_are_those_of_datasketch(threshold: float) -> None:
    assert optimal_bands(threshold) == _optimal_param(threshold, 128, 0.5, 0.5)


def test_bands_by_rule_come_near_the_threshold() -> None:
    bands, rows = bands_by_rule(0.8)
    assert bands * rows <= 128
    assert (1 / bands) ** (1 / rows) == pytest.approx(0.8, abs=0.01)


@pytest.mark.parametrize(
    ("text", "grams"),
    [
        pytest.param("A b, c-d E f", ["a b c d e", "b c d e f"], id="five words at a time, punctuation aside"),
        pytest.param("Two words", ["two words"], id="fewer are one"),
        pytest.param("é a b c d", ["é a b c d"], id="letters beyond ASCII"),
        pytest.param("", [""], id="empty"),
    ],
)
def test_peers_get_word_five_grams(text: str, grams: list[str]) -> None:
    assert shingles(text) == grams
    assert byte_shingles(text) == [gram.encode() for gram in grams]


def test_ratios_are_medians_of_paired_runs() -> None:
    ours = [Used(1.0, 2.0, 0, 0), Used(2.0, 2.0, 0, 0), Used(1.0, 2.0, 0, 0)]
    theirs = [Used(4.0, 2.0, 0, 0), Used(6.0, 4.0, 0, 0), Used(9.0, 6.0, 0, 0)]

    assert ratio(ours, theirs) == 4.0
    assert ratio(ours, theirs, "wall") == 2.0


def test_the_exponent_of_growth_is_fitted() -> None:
    rows = [1000, 2000, 4000, 8000]
    assert exponent(rows, [3e-6 * n**1.1 for n in rows]) == pytest.approx(1.1)


@pytest.mark.parametrize(
    ("file", "stage"),
    [
        pytest.param("/x/curate/dedupe/pairs/twins.py", "verification", id="a file of a stage"),
        pytest.param("/x/curate/core/read/lines.py", "parse", id="a folder of a stage"),
        pytest.param("<frozen importlib._bootstrap>", START, id="imports"),
        pytest.param("/lib/python3/threading.py", None, id="a thread that waits"),
        pytest.param("/x/elsewhere.py", OTHER, id="anything else"),
    ],
)
def test_a_stack_belongs_to_a_stage(file: str, stage: str | None) -> None:
    names: dict[str, object] = {}
    exec(compile("def told(f): import sys; return f(sys._getframe())", file, "exec"), names)

    assert names["told"](stage_of) == stage  # type: ignore[operator]
