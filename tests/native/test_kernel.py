"""The C kernel: the same bits as numpy at every level, no fault under sanitizers, and a note where it is missing."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.dedupe.minhash import permutations, signatures
from curate.dedupe.shingles import buffers, by_numpy
from curate.dedupe.text import comparable
from curate.native import kernel as loader

ROOT = Path(__file__).resolve().parents[2]
NATIVE = ROOT / "curate" / "native"

needs_compiler = pytest.mark.skipif(shutil.which("cc") is None, reason="there is no C compiler on this machine")

TEXTS = st.lists(
    st.one_of(
        st.text(max_size=40),
        st.lists(
            st.sampled_from(["one", "Two", "  three\t", "é", "日", "x_1", "-", "++\n", "0", "\x1f"]), max_size=40
        ).map(" ".join),
    ),
    max_size=8,
)


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    """Compile the kernel afresh, as the package's own build does."""
    target = tmp_path_factory.mktemp("kernel") / "_kernel.so"
    subprocess.run(["cc", "-O2", "-std=c11", "-fPIC", "-shared", NATIVE / "minhash.c", "-o", target], check=True)
    return target


@needs_compiler
@pytest.mark.parametrize("level", loader.LEVELS)
def test_every_level_gives_the_bits_of_numpy(built, level):
    """Oracle: the numpy path, which is held to the definition and to datasketch elsewhere."""
    native = loader.load(built, level)

    @settings(deadline=None, derandomize=True, max_examples=100)
    @given(TEXTS, st.sampled_from([0, 7, 2**63]), st.sampled_from([0, 1, 5, 8, 20]))
    def holds(texts: list[str], salt: int, min_words: int) -> None:
        series = comparable(pl.Series(texts, dtype=pl.String))
        data, offsets = buffers(series)
        plain = by_numpy(series, salt, min_words)
        grams = native.shingles(data, offsets, salt, min_words)
        signed = native.sign(data, offsets, salt, min_words, permutations())

        assert np.array_equal(grams.values, plain.values)
        assert np.array_equal(grams.offsets, plain.offsets)
        assert np.array_equal(signed.signatures, signatures(plain.values, plain.offsets))
        assert np.array_equal(signed.shingles, np.diff(plain.offsets))

    holds()


@needs_compiler
def test_a_text_longer_than_the_kernels_chunks(built):
    texts = pl.Series([" ".join(f"w{n}" for n in range(5000)), "short", ""])
    data, offsets = buffers(texts)
    plain = by_numpy(texts, 3, 8)

    assert np.array_equal(loader.load(built, "avx512").shingles(data, offsets, 3, 8).values, plain.values)


@needs_compiler
@settings(deadline=None, derandomize=True, max_examples=200)
@given(st.lists(st.lists(st.one_of(st.integers(0, 9), st.integers(0, 2**64 - 1)), max_size=90), min_size=1, max_size=6))
def test_sets_and_what_they_share(built, texts):
    """Oracle: Python's own sets."""
    native = loader.load(built)
    offsets = np.cumsum([0, *map(len, texts)]).astype(np.int64)
    values, starts = native.sets(np.array([v for text in texts for v in text], dtype=np.uint64), offsets)
    left, right = (side.ravel().astype(np.int64) for side in np.indices((len(texts), len(texts))))

    assert [values[a:b].tolist() for a, b in itertools.pairwise(starts)] == [sorted(set(t)) for t in texts]
    common = native.shared(values, starts, left, right).tolist()
    assert common == [len(set(texts[a]) & set(texts[b])) for a, b in zip(left, right, strict=True)]


@needs_compiler
def test_many_equal_and_many_sorted_values_sort_too(built):
    native = loader.load(built)
    for values in ([7] * 5000, list(range(5000)), list(range(5000, 0, -1)), [n % 3 for n in range(5000)]):
        found, _ = native.sets(np.array(values, dtype=np.uint64), np.array([0, 5000], dtype=np.int64))
        assert found.tolist() == sorted(set(values))


@needs_compiler
def test_sketches_agree_where_they_are_equal(built):
    draw = np.random.default_rng(3)
    sketches = draw.integers(0, 3, (20, 128)).astype(np.uint8)
    left, right = draw.integers(0, 20, 100), draw.integers(0, 20, 100)

    assert np.array_equal(
        loader.load(built).agree(sketches, left, right), (sketches[left] == sketches[right]).sum(axis=1)
    )


@needs_compiler
@pytest.mark.parametrize("seed", [1, 2])
def test_no_fault_under_sanitizers(tmp_path, seed):
    program = tmp_path / "fuzz"
    flags = [
        "-g",
        "-O1",
        "-std=c11",
        "-Wall",
        "-Wextra",
        "-Werror",
        "-fsanitize=address,undefined",
        "-fno-sanitize-recover",
    ]
    sources = [NATIVE / "minhash.c", ROOT / "tests" / "native" / "fuzz_minhash.c"]
    built = subprocess.run(["cc", *flags, *sources, "-o", program], capture_output=True, text=True, check=False)
    if "cannot find" in built.stderr and "asan" in built.stderr:
        pytest.skip("the compiler has no sanitizers")
    assert built.returncode == 0, built.stderr
    done = subprocess.run([program, "400", str(seed)], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (0, "no fault\n"), done.stderr


@pytest.mark.parametrize(
    ("environment", "note"),
    [
        pytest.param({"THRESHER_KERNEL": "off"}, "", id="switched off"),
        pytest.param({}, "was not built", id="not there"),
    ],
)
def test_without_the_kernel_numpy_does_it_and_it_is_said_once(tmp_path, environment, note):
    code = (
        "from pathlib import Path\n"
        "import polars as pl\n"
        "from curate.native import kernel\n"
        "kernel.FILE = Path('nowhere.so')\n"
        "from curate.dedupe.minhash import sign\n"
        "print(sign(pl.Series(['a b', 'c']))[1].tolist(), sign(pl.Series(['', 'c']))[1].tolist())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={k: v for k, v in os.environ.items() if k != loader.SWITCH} | environment,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == "[True, True] [False, True]\n"
    assert done.stderr.count("was not built") == (1 if note else 0)
