"""What calls a row without an id."""

from __future__ import annotations

import pytest

from curate.core.record.digest import line_digest


@pytest.mark.parametrize(
    ("line", "name"),
    [  # sha256sum says so
        pytest.param(b"", "e3b0c44298fc1c14", id="empty"),
        pytest.param(b"abc", "ba7816bf8f01cfea", id="FIPS 180-2, appendix B.1"),
    ],
)
def test_a_line_is_called_by_its_sha256(line, name):
    assert line_digest(line) == name
