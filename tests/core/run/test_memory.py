"""Amounts of memory as users write them, and what the process took."""

from __future__ import annotations

import subprocess
import sys

import pytest

from curate.core.run.errors import ConfigError
from curate.core.run.memory import byte_count, peak_bytes


@pytest.mark.parametrize(
    ("text", "count"),
    [
        pytest.param("1000000", 10**6, id="bytes"),
        pytest.param("2GB", 2 * 10**9, id="decimal"),
        pytest.param("512MiB", 512 << 20, id="binary"),
        pytest.param(" 1.5 gb ", 1_500_000_000, id="a fraction, spaces and small letters"),
        pytest.param("7b", 7, id="b alone"),
    ],
)
def test_an_amount(text, count):
    assert byte_count(text) == count


@pytest.mark.parametrize("text", ["", "lots", "GB", "0", "0.1", "-2GB", "inf", "infGB", "nan", "1e400", "2 TB", "9" * 400, "٢GB", "1_0", "5k"])  # fmt: skip
def test_no_amount(text):
    with pytest.raises(ConfigError, match="no amount of memory"):
        byte_count(text)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the child of a large process: a trap of Linux alone")
def test_the_peak_is_of_this_program_and_counts_what_was_let_go():
    """Known answers: 200 MB that were held and let go are told; those of the process that started this one are not."""
    asked = (
        "from curate.core.run.memory import peak_bytes; before = peak_bytes();"
        "held = bytearray(b'x') * 200_000_000; del held; print(before, peak_bytes())"
    )
    large = bytearray(b"x") * 300_000_000
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    before, after = map(int, said.stdout.split())
    assert before < 100_000_000 < len(large) <= (peak_bytes() or 0)
    assert after >= 200_000_000
