"""The sides of a record that are compared: what is asked, what is answered, and under which instructions.

System prompts and tools are a side of their own and never add to the similarity: two unrelated chats under one
200-word system prompt would reach 0.80.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from curate.core.record.views import answered, asked, instructions
from curate.dedupe.minhash import U32, sign
from curate.dedupe.shingles import I64
from curate.dedupe.text import comparable
from curate.native.kernel import kernel

ASKED_SALT, ANSWERED_SALT = 0x51ED270B, 0x2545F491
COLUMNS = ("row", "messages", "tools")


class Signed(NamedTuple):
    """The signatures (n x slots) of n rows, and which rows have something on each side."""

    both: U32  # of both sides as one set
    asked: U32
    answered: U32
    asks: npt.NDArray[np.bool_]
    answers: npt.NDArray[np.bool_]


def side_texts(block: pl.DataFrame) -> pl.DataFrame:
    """Return the comparable text of each side, empty where there is none."""
    tools = pl.col("tools").cast(pl.String).fill_null("")
    texts = block.select(
        asked=asked(),
        answered=answered(),
        under=pl.concat_str([instructions().fill_null(""), tools], separator="\n"),
    )
    return texts.select(comparable(texts[name]).alias(name) for name in texts.columns)


def sign_sides(texts: pl.DataFrame) -> Signed:
    """Return the signatures of ``side_texts``.

    MinHash of a union is the minimum of the signatures, slot by slot. The sides' shingles are disjoint, so where both
    sides of a pair reach a similarity, the union does too (a mediant lies between its parts).
    """
    asked, asks = sign(texts["asked"], ASKED_SALT)
    answered, answers = sign(texts["answered"], ANSWERED_SALT)
    return Signed(np.minimum(asked, answered), asked, answered, asks, answers)


def sketch(signature: U32) -> npt.NDArray[np.uint8]:
    """Return the low byte of each slot: a row in 128 bytes, for a first look at a pair."""
    return signature.astype(np.uint8)


def estimate(sketches: npt.NDArray[np.uint8], left: I64, right: I64) -> npt.NDArray[np.float64]:
    """Return the similarity of pairs of sketches (rows of n x 128), estimated.

    One slot in 256 agrees by chance (b-bit MinHash, Li, König 2010).
    """
    native = kernel()
    if native is not None:
        agreement = native.agree(sketches, left, right) / sketches.shape[1]
    else:
        agreement = (sketches[left] == sketches[right]).mean(axis=1)
    return np.asarray((agreement - 1 / 256) / (1 - 1 / 256))
