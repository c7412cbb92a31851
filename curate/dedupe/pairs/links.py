"""Which rows are linked by similarity, in a chain of any length: what a split must keep together."""

from __future__ import annotations

from functools import partial

import numpy as np
import numpy.typing as npt
import polars as pl

from curate.core.record.tables import Columns
from curate.dedupe.pairs.mates import comparer, linked_bands, rows_of
from curate.dedupe.pairs.strides import in_strides
from curate.dedupe.pairs.twins import roots
from curate.dedupe.rule import PairRule
from curate.native.pairs import Joined


def linked(keys: Columns, rule: PairRule, known: pl.DataFrame) -> pl.DataFrame:
    """Return (a, b), row numbers: pairs that join the groups of rows at or above ``rule.least``, both sides as one set.

    ``known`` has pairs (a, b) of rows, a < b, that belong together already, and need no look.
    """
    numbers = keys.numbers("row")[keys.places()]
    root = chained(keys, rule, _joined(numbers, known))
    later = np.flatnonzero(root != np.arange(len(root)))
    return pl.DataFrame({"a": numbers[root[later]], "b": numbers[later]}, schema={"a": pl.UInt64, "b": pl.UInt64})


def chained(keys: Columns, rule: PairRule, parents: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    """Return for each place the first of those that pairs at or above ``rule.least`` lead to.

    ``parents`` has an earlier place for each that is known to belong with it, or its own.
    """
    places = keys.places()
    rows = rows_of(keys, rule, places)
    links = linked_bands(keys, places, "b")
    joined = Joined(links, parents, np.zeros(len(places), dtype=np.uint32), twins=False)
    pairs = comparer(rows)
    in_strides(keys, 0, len(places), partial(pairs.join, joined))
    keys.relax(everything=True)
    return roots(parents)


def _joined(numbers: npt.NDArray[np.uint64], known: pl.DataFrame) -> npt.NDArray[np.uint32]:
    """Return for each row the first of those that it is known to belong with."""
    parents = np.arange(len(numbers), dtype=np.uint32)
    both = pl.concat([known.select("a", row="b"), known.select("a", row="a").unique()])
    place = np.searchsorted(numbers, both["row"].to_numpy())
    here = place < len(numbers)
    here[here] = numbers[place[here]] == both["row"].to_numpy()[here]
    found = both.select("a").with_columns(place=pl.Series(place.astype(np.uint32))).filter(pl.Series(here))
    found = found.with_columns(first=pl.col("place").min().over("a"))
    parents[found["place"].to_numpy()] = found["first"].to_numpy()
    return parents
