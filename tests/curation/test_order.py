"""Steps in an order in which rows may go for rows that go themselves: a run says so."""

from __future__ import annotations

import pytest

from tests.conftest import chat
from tests.curated import curate_rows

NEAR, LENGTH = {"use": "near_duplicates"}, {"use": "length", "max_chars": 400}


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        pytest.param([NEAR, LENGTH], ["length stands after near_duplicates"], id="after"),
        pytest.param([LENGTH, NEAR], [], id="before"),
        pytest.param([NEAR, {"use": "truncated"}], [], id="one that only warns"),
    ],
)
def test_a_step_that_drops_after_twins_went_is_noted(tmp_path, steps, told):
    run = curate_rows(tmp_path, [chat("What is this?", "A test.")], steps)

    assert [note.partition(":")[0] for note in run.stats["notes"] if "twin" in note] == told
