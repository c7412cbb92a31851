"""Curation runs in the folder of a test."""

from __future__ import annotations

import pytest

from tests.curation.nights import Curating, curating


@pytest.fixture
def curate(tmp_path) -> Curating:
    return curating(tmp_path)
