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

from curate.dedupe.signatures.bands import band_keys
from curate.dedupe.signatures.minhash import permutations, signatures
from curate.dedupe.signatures.shingles import by_numpy
from curate.dedupe.signatures.signs import by_python
from curate.dedupe.text import comparable
from curate.native import kernel as loader
from curate.native import library

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
    sources = [NATIVE / name for name in ("minhash.c", "pairs.c", "fold.c", "signs.c", "blocks.c")]
    subprocess.run(["cc", "-O2", "-std=c11", "-fPIC", "-shared", *sources, "-o", target], check=True)
    return target


@needs_compiler
@pytest.mark.parametrize("level", library.LEVELS)
def test_every_level_gives_the_bits_of_numpy(built, level):
    """Oracle: the numpy path, which is held to the definition and to datasketch elsewhere."""
    native = loader.load(built, level)

    @settings(deadline=None, derandomize=True, max_examples=100)
    @given(TEXTS, st.sampled_from([0, 7, 2**63]), st.sampled_from([0, 1, 5, 8, 20]))
    def holds(texts: list[str], salt: int, min_words: int) -> None:
        series = comparable(pl.Series(texts, dtype=pl.String))
        plain = by_numpy(series, salt, min_words)
        signed = native.sign(series, salt, min_words, permutations())

        assert [sorted(s) for s in sets_of(signed.grams, signed.starts)] == sets_of(plain.values, plain.starts)
        assert np.array_equal(signed.digests, plain.digests)
        assert np.array_equal(signed.signatures, signatures(plain.values, plain.starts))
        assert np.array_equal(native.sign(series, salt, min_words, None).grams, signed.grams)

    holds()


def sets_of(values: np.ndarray, starts: np.ndarray) -> list[list[int]]:
    return [values[a:b].tolist() for a, b in itertools.pairwise(starts)]


@needs_compiler
@pytest.mark.parametrize("level", library.LEVELS)
def test_words_lie_anywhere_in_what_the_kernel_cuts_at_once(built, level):
    """It cuts 1,024 bytes, of them 64, and words of up to 16 another way. Oracle: the numpy path."""
    sizes = (1, 7, 8, 9, 15, 16, 17, 24, 40, 64, 1023, 1024, 1025, 3000)
    around = [1024 - 41, *range(1024 - 18, 1024 + 3), 2048 - 1, 2048]
    texts = [
        f"{'a ' * (before // 2)}{'_' * (before % 2)} {'W' * size}{end}"
        for size in sizes
        for before in around
        for end in ("", ".", " z y")
    ]
    series = comparable(pl.Series(texts))
    plain = by_numpy(series, 0, 5)
    signed = loader.load(built, level).sign(series, 0, 5, None)

    assert np.array_equal(signed.digests, plain.digests)
    assert [sorted(one) for one in sets_of(signed.grams, signed.starts)] == sets_of(plain.values, plain.starts)


@needs_compiler
@pytest.mark.parametrize("words", [4096 + 4, 5000, 20_000], ids=["as many as the table holds", "more", "many more"])
def test_a_text_longer_than_the_kernels_table(built, words):
    texts = pl.Series([" ".join(f"w{n % 6000}" for n in range(words)), "short", ""])
    plain = by_numpy(texts, 3, 8)
    signed = loader.load(built, "avx512").sign(texts, 3, 8, permutations())

    assert [sorted(s) for s in sets_of(signed.grams, signed.starts)] == sets_of(plain.values, plain.starts)
    assert np.array_equal(signed.signatures, signatures(plain.values, plain.starts))


@needs_compiler
@pytest.mark.parametrize("flags", [[], ["-DTHRESHER_PLAIN"]], ids=["vectors", "plain"])
def test_signs_are_those_of_python_with_vectors_and_without(tmp_path, flags):
    """At any place of the 64 bytes that are looked at once. Oracle: the definition in Python."""
    sources = [NATIVE / name for name in ("minhash.c", "pairs.c", "fold.c", "signs.c", "blocks.c")]
    command = ["cc", "-O2", "-std=c11", "-fPIC", "-shared", *flags, *sources, "-o", tmp_path / "_kernel.so"]
    subprocess.run(command, check=True)
    marks = ["<", " -5", "a*b", "x#", "!y", "\n+ z", "\n  * z", "é|", "\x7f", "**"]
    texts = pl.Series([f"{'w' * before}{mark}{'w' * 70}" for mark in marks for before in range(130)])

    assert loader.load(tmp_path / "_kernel.so").signs(texts).tolist() == by_python(texts).tolist()


@needs_compiler
def test_slices_and_chunks_of_a_column_are_read_in_place(built):
    texts = pl.concat(
        [pl.Series(["one", "a text of more than twelve bytes", "é"]), pl.Series(["two", ""])], rechunk=False
    )
    native = loader.load(built)

    assert native.sign(texts[1:4], 0, 8, None).digests.tolist() == native.sign(texts, 0, 8, None).digests[1:4].tolist()


@needs_compiler
@pytest.mark.parametrize("level", library.LEVELS)
@pytest.mark.parametrize(("bands", "rows"), [(32, 4), (25, 5), (1, 128), (128, 1)])
def test_band_keys_are_those_of_numpy(built, bands, rows, level, monkeypatch):
    draw = np.random.default_rng(3)
    signed = draw.integers(0, 2**32, (20, 128), dtype=np.uint32)
    ours = loader.load(built, level).bands(signed, bands, rows)
    monkeypatch.setattr("curate.dedupe.signatures.bands.kernel", lambda: None)

    assert np.array_equal(ours, band_keys(signed, bands, rows))


@pytest.mark.parametrize(
    ("environment", "note"),
    [
        pytest.param({"THRESHER_KERNEL": "off"}, "", id="switched off"),
        pytest.param({}, "was not built", id="not there"),
    ],
)
def test_without_the_kernel_numpy_does_it_and_it_is_said_once(tmp_path, environment, note):
    code = (
        "from concurrent.futures import ThreadPoolExecutor\n"
        "from pathlib import Path\n"
        "import polars as pl\n"
        "from curate.native import library\n"
        "library.FILE = Path('nowhere.so')\n"
        "from curate.dedupe.signatures.minhash import sign\n"
        "list(ThreadPoolExecutor(8).map(lambda _: sign(pl.Series(['a b'])), range(8)))\n"
        "print(sign(pl.Series(['a b', 'c']))[1].starts.tolist(), sign(pl.Series(['', 'c']))[1].starts.tolist())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={k: v for k, v in os.environ.items() if k != library.SWITCH} | environment,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == "[0, 1, 2] [0, 0, 1]\n"
    assert done.stderr.count("was not built") == (1 if note else 0)
