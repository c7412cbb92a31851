"""The run that candidates are held against."""

from __future__ import annotations

import pytest

from tests.evalkit.gate.runs import AREAS, GOOD, right, scored


@pytest.fixture
def base(tmp_path):
    return scored(tmp_path, "base", right(GOOD, **AREAS))
