"""Which rows stand in a protected file: as a whole, nearly, or by their prompt alone."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from curate.core.record.tables import Columns
from curate.dedupe.pairs.kinds import Kind
from curate.dedupe.rule import PairRule
from curate.leaks.near import near_held

U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]


class Leak(IntEnum):
    """How a row stands in a protected file, the surest way first."""

    EXACT = 0
    NEAR = 1
    PROMPT = 2
    PROMPT_NEAR = 3
    CHARACTERS = 4


LEAKS = pl.Schema(
    {
        "row": pl.UInt64,
        "leak": pl.UInt8,
        "matched": pl.UInt64,  # the first protected row that it is like in this way
        "similarity": pl.Float64,
        "depth": pl.UInt64,  # which answer's prompt it is, from 1; 0 where it is not about one prompt
        "answers": pl.UInt64,  # how many answers the row has
    }
)
_NEAR = {
    Kind.NEAR: Leak.NEAR,
    Kind.INSTRUCTIONS: Leak.NEAR,  # a question that was seen under another system prompt was seen
    Kind.SAME_PROMPT: Leak.PROMPT_NEAR,
    Kind.CHARACTERS: Leak.CHARACTERS,
}


class Overlap(NamedTuple):
    """Leaks of the rows, one a row, and which protected rows they give away."""

    leaks: pl.DataFrame  # of LEAKS
    seen: pl.DataFrame  # row, leak, matched: each protected row that a row shows, how, and the first row that does


def overlap(keys: Columns, rule: PairRule) -> Overlap:
    """Return what of the rows stands in the protected ones, each in the surest way."""
    places = keys.places()
    held = keys.numbers("held")[places] == 1
    ours, theirs = places[~held], places[held]
    numbers = keys.numbers("row")
    own, their = numbers[ours], numbers[theirs]
    whole = keys.numbers("whole")
    prompts = _prompts(keys, ours), _prompts(keys, theirs)
    near = near_held(keys, ours, theirs, rule)
    kinds = np.array([_NEAR.get(Kind(kind), 255) for kind in range(len(Kind))], dtype=np.uint8)[near.kind]
    pairs = [
        _equal(Leak.EXACT, (own, whole[ours]), (their, whole[theirs])),
        pl.DataFrame({"row": near.row, "leak": kinds, "matched": near.held, "similarity": near.similarity}),
        _equal(Leak.PROMPT, (own[prompts[0].owner], prompts[0].key), (their[prompts[1].owner], prompts[1].key))
        .join(prompts[0].frame(own), on=["row", "key"], how="left", maintain_order="left")
        .drop("key"),
    ]
    shape = {name: pl.lit(0, dtype=kind) for name, kind in LEAKS.items()}
    told = [
        pair.drop("key", strict=False)
        .with_columns(value.alias(name) for name, value in shape.items() if name not in pair.columns)
        .select(LEAKS.names())
        .cast(LEAKS)
        for pair in pairs
    ]
    every = pl.concat(told).filter(pl.col("leak") != 255)
    best = every.sort("row", "leak", "depth", "matched").unique("row", keep="first", maintain_order=True)
    return Overlap(best, _seen(every, (their, whole[theirs]), (their[prompts[1].owner], prompts[1].key)))


class _Prompts(NamedTuple):
    owner: I64  # position of each prompt's row
    key: U64
    depth: U64
    answers: U64

    def frame(self, numbers: U64) -> pl.DataFrame:
        """Return row, key, depth and answers, the first of equal prompts of a row."""
        columns = {"row": numbers[self.owner], "key": self.key, "depth": self.depth, "answers": self.answers}
        return pl.DataFrame(columns).unique(["row", "key"], keep="first", maintain_order=True)


def _prompts(keys: Columns, places: npt.NDArray[np.uint32]) -> _Prompts:
    values, starts = keys.lists("prompts")
    depths, _ = keys.lists("depths")
    sizes = np.diff(starts)[places]
    owner = np.repeat(np.arange(len(places)), sizes)
    within = np.arange(len(owner)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    at = starts[places][owner] + within
    return _Prompts(owner, values[at], depths[at], sizes[owner].astype(np.uint64))


def _equal(leak: Leak, ours: tuple[U64, U64], theirs: tuple[U64, U64]) -> pl.DataFrame:
    """Return (row, key, leak, matched, similarity) of rows whose key a protected row has, with the first of those."""
    held, first = np.unique(theirs[1], return_index=True)
    if len(held) == 0:
        return pl.DataFrame(schema={"row": pl.UInt64, "key": pl.UInt64})
    at = np.minimum(np.searchsorted(held, ours[1]), len(held) - 1)
    found = np.flatnonzero(held[at] == ours[1])
    columns = {"row": ours[0][found], "key": ours[1][found], "matched": theirs[0][first[at[found]]]}
    return pl.DataFrame(columns).with_columns(leak=pl.lit(int(leak), dtype=pl.UInt8), similarity=pl.lit(1.0))


def _seen(leaks: pl.DataFrame, whole: tuple[U64, U64], prompts: tuple[U64, U64]) -> pl.DataFrame:
    """Return (row, leak, matched) of the protected rows: those that leaks name, and all with the same text."""
    named = leaks.select(row="matched", leak="leak", matched="row")
    parts = [named]
    for leak, (rows, keys) in ((Leak.EXACT, whole), (Leak.PROMPT, prompts)):
        alike = pl.DataFrame({"row": rows, "key": keys})
        mine = named.filter(pl.col("leak") == int(leak)).join(alike, on="row").drop("row")
        parts.append(mine.unique(["key", "matched"]).join(alike, on="key").select("row", "leak", "matched"))
    return pl.concat(parts).sort("row", "leak", "matched").unique("row", keep="first", maintain_order=True)
