"""What a block gives to the search for leaks: its near-duplicate keys, its whole texts, and each of its prompts."""

from __future__ import annotations

import numpy as np
import polars as pl

from curate.dedupe.contexts import Key, contexts, questions
from curate.dedupe.keys import near_keys
from curate.dedupe.rule import PairRule
from curate.native.arrow import lists

PROTECTED = "protected"  # the origin of a row that must stay unseen


def leak_keys(block: pl.DataFrame, rule: PairRule, key: Key) -> pl.DataFrame:
    """Return the keys of near-duplicates, and beside them: held, whole, prompts.

    ``held`` is 1 for rows of protected files; ``whole`` is equal where all turns but instructions are; ``prompts`` has
    a hash of what comes before each answer: of a protected row before its last one alone, which is its question. What
    is taught beside the texts, their signs and their last turns do not tell a row from one that was seen.
    """
    found = contexts(block["messages"], block["media"], key)
    held = (block["origin"] == PROTECTED).to_numpy()
    asked = questions(found)
    taken = np.where(held[asked.owner], asked.last, asked.depth > 0)  # a question without its answer is all prompt
    those = np.flatnonzero(taken)
    those = those[np.argsort(asked.owner[those], kind="stable")]
    owner = asked.owner[those]
    starts = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(np.bincount(owner, minlength=len(block)))])
    own = pl.DataFrame(
        {
            "row": block["row"],
            "held": pl.Series(held.astype(np.uint8)),
            "whole": pl.Series(found.whole),
            "prompts": lists(asked.key[those], starts),
            "depths": lists(np.maximum(asked.depth[those], 1).astype(np.uint64), starts),
        }
    )
    none = pl.lit(0, pl.UInt64)
    alone = near_keys(block, rule).with_columns(beside=none, signs=none, last=pl.lit([], dtype=pl.List(pl.UInt64)))
    return alone.join(own, on="row", how="left", maintain_order="left")
