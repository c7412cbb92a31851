"""The C kernel under AddressSanitizer and UBSan: random input in buffers of its exact size, through every door."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NATIVE, OWN = ROOT / "curate" / "native", ROOT / "tests" / "native"
FLAGS = "-g -O1 -std=c11 -Wall -Wextra -Werror -fsanitize=address,undefined -fno-sanitize-recover".split()


@pytest.mark.skipif(shutil.which("cc") is None, reason="there is no C compiler on this machine")
@pytest.mark.parametrize(
    ("name", "sources", "rounds", "seed"),
    [
        ("minhash", ["minhash.c", "signs.c", "blocks.c"], 400, 1),
        ("pairs", ["pairs.c"], 400, 1),
        ("fold", ["fold.c", "lines.c"], 400, 1),
        ("scan", ["lines.c", "digest.c"], 3000, 1),  # the fuzzer includes scan.c
        ("scan", ["lines.c", "digest.c"], 3000, 2),
    ],
)
def test_no_fault_under_sanitizers(tmp_path, name, sources, rounds, seed):
    program = tmp_path / "fuzz"
    command = ["cc", *FLAGS, *(NATIVE / source for source in sources), OWN / f"fuzz_{name}.c", "-o", program]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    if "cannot find" in built.stderr and "asan" in built.stderr:
        pytest.skip("the compiler has no sanitizers")
    assert built.returncode == 0, built.stderr
    done = subprocess.run([program, str(rounds), str(seed)], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (0, "no fault\n"), done.stderr
