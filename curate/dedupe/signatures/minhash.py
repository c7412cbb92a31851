"""MinHash signatures by datasketch's scheme ``affine32``: for the same hashes and seed, equal bit for bit.

Each 32-bit hash h is mixed once by MurmurHash3's finaliser; slot k keeps the minimum of a_k * h + b_k modulo 2^32,
a_k odd (Broder 1997; datasketch 2.0).
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt
import polars as pl

from curate.dedupe.signatures.shingles import I64, U64, Sets, by_numpy
from curate.dedupe.text import MIN_WORDS
from curate.native.kernel import SLOTS, kernel

U32 = npt.NDArray[np.uint32]

SEED = 1
EMPTY = np.uint32(0xFFFFFFFF)  # every slot of a text without shingles


@cache
def permutations() -> tuple[U32, U32]:
    """Return the factors and summands of the slots, drawn as datasketch draws them."""
    draw = np.random.RandomState(SEED)
    factors = draw.randint(0, 1 << 31, SLOTS, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    return factors, draw.randint(0, 1 << 32, SLOTS, dtype=np.uint32)


def mix32(values: U32) -> U32:
    """Return MurmurHash3's 32-bit finaliser of each value."""
    mixed = values ^ (values >> np.uint32(16))
    mixed = mixed * np.uint32(0x85EBCA6B)
    mixed = mixed ^ (mixed >> np.uint32(13))
    mixed = mixed * np.uint32(0xC2B2AE35)
    return np.asarray(mixed ^ (mixed >> np.uint32(16)))


def sign(texts: pl.Series, salt: int = 0) -> tuple[U32, Sets]:
    """Return the signatures (n x 128) of texts that went through ``comparable``, and their sets of shingles.

    ``salt`` keeps the shingles of different sides apart, so that a union of sides is a disjoint one.
    """
    if (texts == "").all():  # as the prompts of bare texts are: no room is taken for signatures that say nothing
        none = np.zeros(len(texts), dtype=np.uint64)
        return np.broadcast_to(EMPTY, (len(texts), SLOTS)), Sets(none[:0], np.zeros(len(texts) + 1, np.int64), none)
    native = kernel()
    if native is not None:
        signed = native.sign(texts, salt, MIN_WORDS, permutations())
        return signed.signatures, Sets(signed.grams, signed.starts, signed.digests)
    found = by_numpy(texts, salt, MIN_WORDS)
    return signatures(found.values, found.starts), found


def signatures(values: U64, offsets: I64) -> U32:
    """Return the signatures (n x 128) of n sets of shingles; the low 32 bits of a shingle are its hash."""
    count = len(offsets) - 1
    out = np.full((count, SLOTS), EMPTY, dtype=np.uint32)
    filled = np.flatnonzero(np.diff(offsets))
    if len(filled) == 0:
        return out
    hashes = mix32(values.astype(np.uint32))
    starts = offsets[:-1][filled]
    for slot, (factor, summand) in enumerate(zip(*permutations(), strict=True)):
        out[filled, slot] = np.minimum.reduceat(hashes * factor + summand, starts)
    return out
