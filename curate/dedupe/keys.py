"""What a block gives to the comparison of all rows: band keys, sketches and sets of shingles."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from curate.dedupe.calls import call_digests
from curate.dedupe.rule import PairRule
from curate.dedupe.seen import seen
from curate.dedupe.sides import ANSWER, ANSWERED_SALT, ASKED_SALT, CONVERSATION, PROMPT, Sides, side_texts
from curate.dedupe.signatures.bands import band_keys
from curate.dedupe.signatures.blocks import block_digests
from curate.dedupe.signatures.minhash import sign
from curate.dedupe.signatures.shingles import mix64, mixed, shingles
from curate.dedupe.signatures.signs import sign_digests
from curate.dedupe.text import comparable
from curate.dedupe.under import under_digests
from curate.native.arrow import lists
from curate.native.kernel import SLOTS

COLUMNS = ("row", "messages", "tools", "raw", "rejected", "media", "shown", "taught")


def near_keys(block: pl.DataFrame, rule: PairRule, compare: str | Sequence[str] = CONVERSATION) -> pl.DataFrame:
    """Return the band keys (b0, b1, ... of both sides; p0, p1, ... of the asked one), sketch and sets of each row.

    ``last`` has those of the last question and the last answer, where there are others before them.
    Rows without a word on either side are left out. MinHash of a union is the minimum of the signatures, slot by
    slot. The sides' shingles are disjoint, so where both sides of a pair reach a similarity, the union does too (a
    mediant lies between its parts).
    """
    sides = side_texts(block.select(COLUMNS), compare)
    (asked_signature, asked), (answered_signature, answered) = (
        sign(sides.asked.texts, ASKED_SALT),
        sign(sides.answered.texts, ANSWERED_SALT),
    )
    asks, answers = np.diff(asked.starts) > 0, np.diff(answered.starts) > 0
    both = asked_signature if asks.any() else answered_signature
    if asks.any() and answers.any():
        both = np.minimum(asked_signature, answered_signature)
    shown = seen(block) if compare in (CONVERSATION, PROMPT) else np.uint64(0)
    bands = band_keys(both, *rule.bands) ^ shown  # rows with other pictures never meet
    prompts = _prompt_keys(asked_signature, asks, rule) ^ shown
    columns = {
        "row": block["row"],
        **{f"b{band}": pl.Series(keys) for band, keys in enumerate(bands)},
        **{f"p{band}": pl.Series(keys) for band, keys in enumerate(prompts)},
        "sketch": pl.Series(both.astype(np.uint8), dtype=pl.Array(pl.UInt8, SLOTS)),
        "asked": lists(asked.values, asked.starts),
        "answered": lists(answered.values, answered.starts),
        "last": _last(sides, len(block)),
        "digest": pl.Series(mix64(asked.digests) ^ answered.digests),
        "beside": pl.Series(_beside(block, compare)),
        "signs": pl.Series(_signs(sides)),
        "spaceless": (sides.asked.spaceless | sides.answered.spaceless).cast(pl.UInt8),
        "under": pl.Series(under_digests(block)),
    }
    keys = pl.DataFrame(columns)
    return keys if (asks | answers).all() else keys.filter(pl.Series(asks | answers))


def _last(sides: Sides, rows: int) -> pl.Series:
    """Return how many shingles the last question has, they, and those of the last answer; of one answer nothing."""
    asked, answered = shingles(sides.last_asked), shingles(sides.last_answered)
    counts = np.diff(asked.starts), np.diff(answered.starts)
    parts = {
        "count": pl.Series(counts[0].astype(np.uint64)),
        "asked": lists(asked.values, asked.starts),
        "answered": lists(answered.values, answered.starts),
    }
    sets = pl.DataFrame(parts).select(pl.concat_list(*parts)).to_series()
    sizes = np.zeros(rows, dtype=np.int64)
    sizes[sides.several] = 1 + sum(counts)
    values = sets.explode(empty_as_null=False, keep_nulls=False).to_numpy()
    return lists(values, np.concatenate([[0], np.cumsum(sizes)]))


def _beside(block: pl.DataFrame, compare: str | Sequence[str]) -> npt.NDArray[np.uint64]:
    """Return the digest of what is taught beside the texts that are compared; 0 where nothing is, or nobody asks."""
    if compare not in (CONVERSATION, ANSWER):
        return np.zeros(len(block), dtype=np.uint64)
    taught, rejected = mixed(block["taught"]) ^ call_digests(block["messages"]), block["rejected"]
    if rejected.null_count() == len(rejected):
        return taught
    texts = comparable(rejected)
    said = shingles(texts).digests ^ _told(texts)
    return np.where(rejected.is_null().to_numpy(), taught, mix64(taught ^ said))


def _signs(sides: Sides) -> npt.NDArray[np.uint64]:
    """Return the digest of what tells both sides from others of the same words, never 0."""
    asked, answered = (_told(side.texts) for side in (sides.asked, sides.answered))
    return mix64(asked) ^ answered | np.uint64(1)


def _told(texts: pl.Series) -> npt.NDArray[np.uint64]:
    """Return the digest of the signs of each text, and of how deep its lines stand where that says something."""
    return sign_digests(texts) ^ block_digests(texts)


def _prompt_keys(
    signature: npt.NDArray[np.uint32], asks: npt.NDArray[np.bool_], rule: PairRule
) -> npt.NDArray[np.uint64]:
    bands, rows = rule.prompt_bands
    return band_keys(signature, bands, rows) if asks.any() else np.zeros((bands, len(asks)), dtype=np.uint64)
