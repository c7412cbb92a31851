"""The ids of rows: from the field that the user names, and the run says so where no row has it."""

from __future__ import annotations

import pytest

from curate.curation.run import Options
from tests.conftest import chat
from tests.curated import curate_rows

BARE = [chat(f"What is bird {n}?", f"A wading bird, number {n}.") for n in range(20)]
NOTE = "no row has an id in 'key', which [input] id names: they are called by their digests"


@pytest.mark.parametrize(
    ("rows", "settings", "noted"),
    [
        pytest.param(BARE, {"id": "key"}, True, id="no row has it"),
        pytest.param([*BARE, BARE[0] | {"key": "k1"}], {"id": "key"}, False, id="one row has it"),
        pytest.param([row | {"key": n} for n, row in enumerate(BARE)], {"id": "key"}, False, id="numbers"),
        pytest.param(BARE, {}, False, id="none was named"),
        pytest.param([], {"id": "key"}, False, id="there are no rows"),
    ],
)
@pytest.mark.parametrize("block_bytes", [300, None])
def test_a_field_of_ids_that_no_row_has_is_noted(tmp_path, rows, settings, noted, block_bytes):
    options = Options(quiet=True, block_bytes=block_bytes)
    run = curate_rows(tmp_path, rows, [], options, input={"files": ["rows.jsonl"], **settings})
    assert (NOTE in run.outcome.notes) == noted
