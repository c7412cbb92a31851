"""Numbers as a terminal shows them."""

from __future__ import annotations

import pytest

from curate.core.command.figures import many


@pytest.mark.parametrize(
    ("count", "told"),
    [(0, "0 rows"), (1, "1 row"), (2, "2 rows"), (1234, "1,234 rows")],
)
def test_a_count_with_its_word(count, told):
    assert many(count, "row") == told
