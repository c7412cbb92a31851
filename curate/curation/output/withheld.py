"""Details of the ledger and of ``dropped.jsonl`` that quote nothing of the rows."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from curate.check.codes import CODES
from curate.core.record.marks import told_of

_COUNTING = frozenset({"contamination", "leaks", "repetition", "split"})  # steps whose details are counts and places
_COLUMN = r"^[^;]*( at column [0-9]+)$"  # of a lone fault, whose message may quote the row


def without_text(block: pl.DataFrame, step_of: Mapping[str, str]) -> pl.DataFrame:
    """Return a block whose details quote no row: the sentence of a fault with its column, as a check has it, or none.

    ``step_of`` has the step of each reason; the details of steps that are known to quote nothing stay.
    """
    counting = [reason for reason, step in step_of.items() if step in _COUNTING]
    sentences = {slug: code.sentence.removesuffix(".") for slug, code in CODES.items()}
    sentence = pl.col("reason").replace_strict(sentences, default=None, return_dtype=pl.String)
    column = pl.col("detail").str.extract(_COLUMN).fill_null("")
    bare = pl.when(told_of().is_in(counting)).then("detail").otherwise(sentence + column)
    return block.with_columns(detail=pl.when(pl.col("detail").is_not_null()).then(bare))
