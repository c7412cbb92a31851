"""All items of all sets, looked for in rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl

from curate.contamination.by_grams import ByGrams
from curate.contamination.by_substrings import BySubstrings
from curate.contamination.evaluation import gather
from curate.contamination.hits import ANSWERED, CONTAMINATED, FOUND, best_first
from curate.contamination.rules import RULES, GramRule
from curate.contamination.texts import row_texts
from curate.contamination.whole import Whole
from curate.core.items.read import ItemFile

_BYTES_AT_ONCE = 2 << 20  # of texts: their words and n-grams stay near the processor


class Search:
    """The items of evaluation sets, ready to be looked for; what is found in a row depends on no other row."""

    def __init__(self, files: Sequence[ItemFile], rule: str, above: float | None, seed: int) -> None:
        evaluation = gather(files)
        chosen = RULES[rule]
        above = chosen.above if above is None else above
        self.rule = rule
        self.suites, self.ids = evaluation.suites, evaluation.ids
        self._pieces = (
            ByGrams(evaluation, chosen, above)
            if isinstance(chosen, GramRule)
            else BySubstrings(evaluation, chosen, above, seed)
        )
        self._whole = Whole(evaluation, self._pieces.covers)
        self._owners = pl.DataFrame(
            {"text": np.arange(len(evaluation.owners)), "item": evaluation.owners},
            schema={"text": pl.Int64, "item": pl.List(pl.Int64)},
        ).explode("item")

    def hits(self, block: pl.DataFrame) -> pl.DataFrame:
        """Return a row of ``HITS`` for each item found in a row of the block, by the row's place in it; best first."""
        texts = row_texts(block)
        found = pl.concat([FOUND.to_frame(), *(self._found(texts, part) for part in _parts(texts))])
        rule = pl.lit(self.rule) + pl.when(pl.col("means") == ANSWERED).then(pl.lit(":answer")).otherwise(pl.lit(""))
        pieces = found.join(self._owners, on="text", maintain_order="left").select(
            "row", "item", rule=rule, score="score", means="means"
        )
        sure = pieces.filter(pl.col("means") == CONTAMINATED)
        leaked = pieces.filter(pl.col("means") == ANSWERED).join(sure, on=["row", "item"], how="anti")
        pieces = pl.concat([pieces.filter(pl.col("means") != ANSWERED), leaked])
        return best_first(pl.concat([pieces, self._whole.find(block["messages"])]))

    def _found(self, texts: pl.Series, part: slice) -> pl.DataFrame:
        return self._pieces.find(texts[part]).with_columns(pl.col("row") + part.start)


def _parts(texts: pl.Series) -> Iterator[slice]:
    """Yield the texts in parts of about ``_BYTES_AT_ONCE`` bytes."""
    ends = np.cumsum(texts.str.len_bytes().to_numpy().astype(np.int64))
    start = 0
    while start < len(texts):
        before = int(ends[start - 1]) if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, before + _BYTES_AT_ONCE, side="right")))
        yield slice(start, stop)
        start = stop
