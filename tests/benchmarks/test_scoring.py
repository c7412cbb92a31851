"""What is right, wrong and left, counted by hand on a handful of rows."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.corpora.labelled import Labelled, agreement, from_levels, from_marks, from_pairs
from benchmarks.corpora.truth import Pairs
from benchmarks.measuring.scoring import by_similarity, read_kept, score

# a chain 0-1-2 and a lone pair 3-4; row 5 is like no other
CHAIN = Pairs(np.array([0, 1, 0, 3]), np.array([1, 2, 2, 4]), np.array([0.9, 0.85, 0.7, 0.8]))


def mask(kept: str) -> np.ndarray:
    return np.array([letter == "k" for letter in kept])


@pytest.mark.parametrize(
    ("kept", "removed", "right", "left", "found"),
    [
        pytest.param("kkkkkk", 0, 0, 3, 0, id="nothing removed: each later twin is left"),
        pytest.param("k-kk-k", 2, 2, 0, 3, id="a star: each removed row has a kept twin"),
        pytest.param("k--k-k", 3, 2, 0, 3, id="a chain: row 2 went for row 1, which went itself"),
        pytest.param("k-k-kk", 2, 2, 0, 3, id="which twin stays is no matter"),
        pytest.param("k-k---", 4, 1, 0, 3, id="a whole group, and a row like no other"),
        pytest.param("-kkkkk", 1, 1, 2, 1, id="one of a chain: the other pairs are left"),
    ],
)
def test_removals_are_counted(kept: str, removed: int, right: int, left: int, found: int) -> None:
    told = score(CHAIN, mask(kept), 0.8)

    assert (told.removed, told.right, told.left, told.pairs, told.found) == (removed, right, left, 3, found)
    assert told.precision == pytest.approx(right / removed if removed else 1.0)
    assert told.pair_recall == pytest.approx(found / 3)


def test_bins_count_each_row_by_its_nearest_kept_row() -> None:
    bins = by_similarity(CHAIN, mask("k--k-k"), (0.5, 0.8, 0.9))

    assert bins == [(0.5, 1, 1), (0.8, 1, 1), (0.9, 1, 1)]  # row 2, which only row 0 is left to; row 4; row 1


def test_bins_count_a_pair_that_stays_once() -> None:
    assert by_similarity(CHAIN, mask("kkkkkk"), (0.5, 0.8, 0.9)) == [(0.5, 0, 0), (0.8, 2, 0), (0.9, 1, 0)]


def test_kept_rows_are_told_by_their_ids(tmp_path: Path) -> None:
    kept = tmp_path / "kept.jsonl"
    kept.write_text('{"text": "b", "id": "1"}\n\n{"id": "0", "text": "a"}\n')

    assert read_kept(kept, ["0", "1", "2"]).tolist() == [True, True, False]


def write(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def told(labelled: Labelled, kept: str) -> tuple[int, int, int]:
    one = agreement(labelled, mask(kept))
    return one.removed, one.right, one.should


def test_labelled_pairs_make_groups_of_which_one_should_stay(tmp_path: Path) -> None:
    pairs = [("a", "b", 1), ("c", "b", 1), ("d", "a", 0)]
    labelled = from_pairs(write(tmp_path / "p.jsonl", [{"a": a, "b": b, "same": same} for a, b, same in pairs]))

    assert labelled.texts == ["a", "b", "c", "d"]
    assert told(labelled, "k--k") == (2, 2, 2)
    assert told(labelled, "--k-") == (3, 2, 2)  # d has no twin
    assert told(labelled, "---k") == (3, 0, 2)  # nothing of the group is left


def test_marked_rows_may_keep_another_twin_than_people_kept(tmp_path: Path) -> None:
    rows = [("One title", "unique"), ("one  title!", "duplicate"), ("Other", "unique")]
    file = write(tmp_path / "m.jsonl", [{"title": title, "source": source} for title, source in rows])
    labelled = from_marks(file, ["title", "abstract"], "source=duplicate", "title")

    assert labelled.texts == ["One title\n", "one  title!\n", "Other\n"]
    assert told(labelled, "k-k") == told(labelled, "-kk") == (1, 1, 1)
    assert told(labelled, "--k") == (2, 1, 1)
    assert told(labelled, "kk-") == (1, 0, 1)


def test_a_level_names_the_rows_that_others_removed(tmp_path: Path) -> None:
    base = write(tmp_path / "base.jsonl", [{"text": text} for text in "abc"])
    level = write(tmp_path / "0.8.jsonl", [{"messages": [{"role": "user", "content": "b"}]}])

    assert told(from_levels(base, level), "-k-") == (2, 2, 2)
    assert told(from_levels(base, level), "--k") == (2, 1, 2)


def test_precision_and_recall_of_nothing_are_whole(tmp_path: Path) -> None:
    one = agreement(from_pairs(write(tmp_path / "p.jsonl", [{"a": "a", "b": "b", "same": 0}])), mask("kk"))

    assert (one.precision, one.recall, one.f1) == (1.0, 1.0, 1.0)
