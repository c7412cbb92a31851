"""What ``balance`` counts, and what it says of a field that it cannot balance by."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.conftest import Ran, chat
from tests.curated import curate_rows

ROWS = [
    {"instruction": f"Say {n}.", "output": f"{n}!", "lang": "de", "meta": {"topic": {"b": 1, "a": [n // 2]}}}
    for n in range(3)
]


@pytest.mark.parametrize(
    ("by", "note"),
    [
        pytest.param("language", "no row has the field 'language'; none was capped", id="a field that is not there"),
        pytest.param("label", "no row has a label; none was capped", id="rows without labels"),
        pytest.param("lang", None, id="a field that is there"),
        pytest.param("meta.lang", "no row has the field 'meta.lang'; none was capped", id="a field of an object"),
    ],
)
def test_a_field_that_no_row_has_is_told(
    by: str, note: str | None, tmp_path: Path, jsonl: Callable[..., Path], thresher: Callable[..., Ran]
) -> None:
    jsonl(ROWS)
    config = tmp_path / "curate.toml"
    config.write_text(f'[input]\nfiles = ["rows.jsonl"]\n[[steps]]\nuse = "balance"\nby = "{by}"\ncap = 2\n')
    done = thresher("curate", config, "--out", tmp_path / "out", "--json")

    assert done.code == 0
    assert done.json["counts"]["kept"] == (2 if note is None else 3)
    assert [one for one in done.json["notes"] if one.startswith("balance")] == ([f"balance by: {note}"] if note else [])


def test_a_name_with_dots_leads_into_objects(tmp_path: Path) -> None:
    run = curate_rows(tmp_path, ROWS, [{"use": "balance", "by": "meta.topic", "cap": 1}])

    assert run.reasons.count("over_cap") == 1
    assert run.reasons[2] is None


WORDS = [f"word{n}" for n in range(60)]
ASKED = " ".join(WORDS[:20])


def about(end: str, **extra: Any) -> dict[str, Any]:
    """Return a chat that resembles every other one, but for the last word."""
    return chat(ASKED, " ".join([*WORDS, end]), **extra)


@pytest.mark.parametrize("split", [None, {"train": 0.5, "test": 0.5}, {"train": 0.5, "test": 0.5, "similarity": 0}])
@pytest.mark.parametrize("before", [[], [{"use": "exact_duplicates"}]])
def test_rows_of_a_cluster_are_capped_where_near_duplicates_only_warn(
    split: dict[str, float] | None, before: list[dict[str, Any]], tmp_path: Path
) -> None:
    """Oracle: of six twins two stay, whichever; the four rows that resemble none stay."""
    others = [chat(f"What is {n} times {n}, and why so?", f"It is {n * n}.", id=f"other{n}") for n in range(4)]
    rows = [*(about(f"end{n}", id=f"twin{n}") for n in range(6)), *others]
    steps = [*before, {"use": "near_duplicates", "action": "warn"}, {"use": "balance", "by": "cluster", "cap": 2}]
    run = curate_rows(tmp_path, rows, steps, **({} if split is None else {"split": split}))
    twins = run.ledger.filter(pl.col("id").str.starts_with("twin"))

    assert run.reasons.count("over_cap") == (twins["decision"] == "dropped").sum() == 4
    assert (run.ledger["decision"] == "kept").sum() == 6
    assert twins["split"].drop_nulls().n_unique() == 1 or split == {"train": 0.5, "test": 0.5, "similarity": 0}
    assert sum("near_duplicate" in words for words in run.warnings) == 5


def test_what_a_cap_leaves_is_split_as_any_rows_are(tmp_path: Path) -> None:
    """The cap draws apart from the split: by the same draws it would keep the very rows that go to train."""
    rows = [chat(f"question {at}", f"answer {at}") for at in range(400)]
    step = {"use": "balance", "by": "source", "cap": 200}
    run = curate_rows(tmp_path, rows, [step], split={"validation": 0.2, "test": 0.2})

    assert sum(reason is None for reason in run.reasons) == 200
    assert all(20 < len(run.rows(name)) < 60 for name in ("validation", "test"))
