"""Known answers of real data, counted by others; skipped where the data is absent."""

from __future__ import annotations

import pytest

import thresher
from curate.core.run.settings import validate
from curate.curation.config import CurateConfig
from curate.curation.run import Options, run_curation
from tests.curated import Curated


@pytest.fixture
def curate_real(real_data, tmp_path):
    def run(*names: str, **settings) -> Curated:
        settings = {"input": {"files": [f"jsonl/{name}.jsonl" for name in names]}} | settings
        config = validate(CurateConfig, settings, "the test")
        return Curated(tmp_path, run_curation(config, real_data, tmp_path, Options(quiet=True)))

    return run


def by_reason(run: Curated) -> dict[str, int]:
    return run.manifest["counts"]["by_reason"]


def test_alpaca_random9k_has_4_empty_answers_and_no_duplicates(curate_real):
    run = curate_real("alpaca_random9k.chat")

    assert run.manifest["counts"]["in"] == 9229
    assert by_reason(run) == {"empty_answer": 4}
    assert run.manifest["counts"]["by_warning"]["answer_equals_prompt"] == 13
    assert run.manifest["counts"]["by_warning"]["answer_says_nothing"] == 14


def test_alpaca_en_demo_has_14_full_duplicates(curate_real):
    assert by_reason(curate_real("alpaca_en_demo.chat")) == {"exact_duplicate": 14}


def test_no_banking77_test_row_leaks_through_the_split(curate_real):
    """25 test rows stand in train too: by normalised text, no text may be in two splits."""
    files = ("banking77_train.cls", "banking77_test.cls")
    run = curate_real(*files, split={"train": 0.8, "validation": 0.1, "test": 0.1}, steps=[])
    splits: dict[str, set[str]] = {}
    for name in ("train", "validation", "test"):
        for row in run.rows(name):
            splits.setdefault(" ".join(row["text"].lower().split()), set()).add(name)

    assert len(run.ledger) == 13083
    assert [text for text, found in splits.items() if len(found) > 1] == []


def test_oasst_threads_of_one_tree_stay_together(curate_real, real_data):
    run = curate_real("oasst_threads.chat", split={"train": 0.8, "test": 0.2, "group_by": ["tree"]})
    trees: dict[str, set[str]] = {}
    for name in ("train", "test"):
        for row in run.rows(name):
            trees.setdefault(row["tree"], set()).add(name)

    assert len(trees) == 100
    assert {len(found) for found in trees.values()} == {1}


@pytest.mark.parametrize("name", ["oasst_threads.chat", "restaurant8k_test.extract", "banking77_train.cls"])
def test_no_split_of_a_run_leaks_into_another(curate_real, name):
    """Oracle: the search for leaks, on the files that were written: threads that go on, questions written otherwise."""
    names = ("train", "validation", "test")
    run = curate_real(name, split={"train": 0.6, "validation": 0.2, "test": 0.2})
    files = {split: run.out / f"{split}.jsonl" for split in names}
    for split, file in files.items():
        others = [files[other] for other in names if other != split]
        assert thresher.leaks(file, others).sure == []


def test_the_torture_rows_get_the_right_answers(real_data, tmp_path):
    config = validate(CurateConfig, {"input": {"files": ["torture/chat.jsonl"]}}, "the test")
    run = Curated(tmp_path, run_curation(config, real_data, tmp_path, Options(quiet=True)))
    found = run.ledger.select("line", "reason", "warnings").rows()

    assert {line: reason for line, reason, _ in found if reason} == {
        3: "arguments_schema",
        6: "bad_weight",
        7: "mixed_layout",
        10: "not_finite",
        11: "duplicate_key",
        12: "trailing_comma",
        13: "lone_surrogate",
        15: "exact_duplicate",
    }
    assert {line: warnings for line, _, warnings in found if warnings} == {5: ["developer_role"]}
