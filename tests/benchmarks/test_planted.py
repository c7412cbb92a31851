"""The corpora: the same for the same seed, with the near copies that they promise."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest

from benchmarks.corpora.planted import edited, from_files, pairs, reformatted, synthetic, text_of, write_rows
from benchmarks.corpora.truth import find_pairs, read_rows


def test_a_seed_is_a_corpus() -> None:
    assert synthetic(200, seed=5) == synthetic(200, seed=5)
    assert synthetic(200, seed=5) != synthetic(200, seed=6)


def test_three_rows_in_ten_are_copies_near_and_far() -> None:
    texts = synthetic(2000, seed=1)
    found = find_pairs(texts, 0.5)
    counts, _ = np.histogram(found.similarity, [0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1])

    assert len(texts) == 2000
    assert 900 < np.mean([len(text) for text in texts]) < 1200
    assert 400 < len(np.unique(found.right)) < 800
    assert (counts > 30).all()


def test_pairs_are_graded_from_equal_to_half() -> None:
    found = find_pairs(pairs(400, seed=1), 0.4)
    counts, _ = np.histogram(found.similarity, [0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1])

    assert 380 < len(found.left) <= 400
    assert (counts > 20).all()


def test_another_format_is_the_same_text() -> None:
    text = "One two, three four. Five six\nseven eight. Nine ten, eleven twelve."
    forms = {reformatted(text, random.Random(seed)) for seed in range(50)}

    assert len(forms) == 5
    assert all(find_pairs([text, form], 1.0).similarity.tolist() == [1.0] for form in forms)


def test_an_edit_changes_words_and_no_more_than_asked() -> None:
    text = " ".join(f"w{at}" for at in range(1000))

    assert edited(text, 0.0, random.Random(1), ["x"]) == text
    changed = set(text.split()) ^ set(edited(text, 0.05, random.Random(1), ["x"]).split())
    assert 5 < len(changed) < 60


@pytest.mark.parametrize(
    ("row", "text"),
    [
        pytest.param({"id": "1", "text": "a", "label": "b"}, "a", id="text"),
        pytest.param({"messages": [{"content": "a"}, {"content": None}, {"content": "b"}]}, "a\n\nb", id="messages"),
        pytest.param({"conversations": [{"from": "human", "value": "a"}]}, "a", id="sharegpt"),
        pytest.param({"id": "1", "instruction": "a", "n": 3, "output": "b"}, "a\nb", id="any strings but the id"),
    ],
)
def test_rows_of_any_layout_have_a_text(row: dict[str, object], text: str) -> None:
    assert text_of(row) == text


def test_copies_are_planted_into_given_rows(tmp_path: Path) -> None:
    source = tmp_path / "rows.jsonl"
    source.write_text(
        "".join(json.dumps({"text": f"row {at} " + "of some words that are all its own"}) + "\n" for at in range(70))
    )
    texts = from_files([source], 1000, seed=1)

    assert len(texts) == 100
    assert len({text.split()[1] for text in texts}) <= 70
    assert read_rows(write_rows(tmp_path / "out.jsonl", texts)).texts == texts
