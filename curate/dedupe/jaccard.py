"""Exact comparison of sets of shingles, many pairs at a time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from curate.dedupe.shingles import I64, U64
from curate.native.kernel import kernel

F64 = npt.NDArray[np.float64]


def shared(sets: Sequence[U64], left: I64, right: I64) -> I64:
    """Return how many shingles the sets ``left[k]`` and ``right[k]`` share; each set is sorted, each shingle once."""
    native = kernel()
    if native is None:
        return np.array([_shared(sets[a], sets[b]) for a, b in zip(left, right, strict=True)], dtype=np.int64)
    values = np.concatenate([np.empty(0, dtype=np.uint64), *sets])
    offsets = np.cumsum([0, *map(len, sets)], dtype=np.int64)
    return native.shared(values, offsets, left.astype(np.int64), right.astype(np.int64)).astype(np.int64)


def _shared(one: U64, other: U64) -> int:
    few, many = (one, other) if len(one) <= len(other) else (other, one)
    if len(few) == 0:
        return 0
    return int(np.count_nonzero(many.take(many.searchsorted(few), mode="clip") == few))


def jaccard(common: I64, sizes: I64) -> F64:
    """Return the Jaccard similarity of pairs by what they share and what they hold in all; NaN where both are empty."""
    with np.errstate(invalid="ignore"):
        return np.asarray(common / (sizes - common))
