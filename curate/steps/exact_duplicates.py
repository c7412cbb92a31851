"""Records that are the same conversation."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import ClassVar, Literal

import numpy as np
import polars as pl
from pydantic import Field

from curate.core.record.marks import alive
from curate.core.record.tables import Engine, Table
from curate.core.record.turns import Turns
from curate.dedupe.ends import ends
from curate.dedupe.signatures.blocks import block_digests
from curate.steps.normalise import Normalise
from curate.steps.step import DECISIONS, SetStep

_BESIDE = ("media", "shown", "taught")
_IN_KEY = ("row", "messages", "tools", "rejected", *_BESIDE)
_ROWS_AT_ONCE = 1000  # that are fetched
_SEEDS = (0x7EE1, 0x5EED)  # two 64-bit hashes: a chance collision among 10^9 rows has probability 10^-21


class ExactDuplicates(SetStep):
    """Keep the first of the records whose whole conversation is the same after normalising.

    System prompt, tools, every turn with its tool calls and the rejected answer are in the key; so are the pictures,
    sounds, films and documents of the record, the reasoning of its turns, which of them are trained, and KTO's label.
    Other fields are not. A line that stands deeper or less deep in a block, as programs have them, is another one.
    """

    use: Literal["exact_duplicates"] = "exact_duplicates"
    normalise: Normalise | None = Field(None, description="How texts are made comparable; as the run does, if absent.")
    reasons: ClassVar[dict[str, str]] = {
        "exact_duplicate": "The same conversation stands earlier.",
        "duplicate_of_earlier": "An earlier run kept the same conversation.",
    }

    def keys(self, block: pl.DataFrame) -> pl.DataFrame:
        """Return a hash of the ends of each turn: rows that differ in it are no duplicates."""
        rows = block.filter(alive() & pl.col("messages").is_not_null())
        return pl.DataFrame(
            {"row": rows["row"], "ends": whole_text(rows, partial(ends, key=self.rule.keys)).hash(_SEEDS[0])}
        )

    def decide(self, keys: Table, engine: Engine) -> pl.DataFrame:
        """Mark every row whose key stood before, matched with the first."""
        alike = engine.group(keys, "ends", lambda rows: rows.filter(pl.col("ends").is_duplicated()))
        if "ends" not in alike.columns:
            return DECISIONS.to_frame()
        suspects = alike.read(["row"])["row"].sort()
        parts = (suspects[start : start + _ROWS_AT_ONCE] for start in range(0, len(suspects), _ROWS_AT_ONCE))
        known = [self._keys(engine.fetch(part, list(_IN_KEY))) for part in parts]
        if not known:
            return DECISIONS.to_frame()
        first = pl.col("row").first().over("key0", "key1")
        return (
            pl.concat(known)
            .with_columns(matched=first)
            .filter(pl.col("matched") != pl.col("row"))
            .select(
                "row",
                reason=pl.lit("exact_duplicate"),
                drops=pl.lit(value=self.drops("exact_duplicate")),
                detail=pl.lit(None, dtype=pl.String),
                matched="matched",
                similarity=pl.lit(1.0),
                cluster="matched",
            )
            .cast(DECISIONS)
        )

    @property
    def rule(self) -> Normalise:
        """Return how texts are made comparable."""
        return self.normalise or Normalise()

    def _keys(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Return two 64-bit hashes of the normalised conversation."""
        whole = whole_text(rows, self.rule.keys)
        return rows.select("row").with_columns(whole.hash(seed).alias(f"key{i}") for i, seed in enumerate(_SEEDS))


def whole_text(rows: pl.DataFrame, key: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """Return each row's conversation, tools, rejected answer and what stands beside as one text, of keys of its texts.

    All turns are worked on together, not list by list.
    """
    turns = Turns(rows["messages"])
    turn = turns.flat.with_columns(text=_told(turns.flat["text"], key)).select(
        pl.concat_str(
            "role",
            "text",
            pl.col("parts").cast(pl.String).fill_null(""),
            pl.col("calls").cast(pl.String).fill_null(""),
            pl.col("name").fill_null(""),
            separator="\x1f",
        )
    )
    owned = turn.to_series().to_frame("turn").with_columns(owner=pl.Series(turns.owner).set_sorted())
    joined = owned.group_by("owner", maintain_order=True).agg("turn").with_columns(pl.col("turn").list.join("\x1e"))
    everyone = pl.DataFrame({"owner": np.arange(len(rows))})
    said = everyone.join(joined, on="owner", how="left", maintain_order="left")["turn"].fill_null("")
    return rows.select(
        pl.concat_str(
            pl.lit(said),
            pl.col("tools").cast(pl.String).fill_null(""),
            pl.lit(_told(rows["rejected"], key)),
            *(pl.format(f"{name}:{{}}", name) for name in _BESIDE if rows[name].null_count() < len(rows)),
            separator="\x1d",
            ignore_nulls=True,
        )
    ).to_series()


def _told(texts: pl.Series, key: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """Return the key of each text, and how deep its lines stand where that says something; of null that of U+0000."""
    whole = texts.fill_null("\x00")
    blocks = pl.Series("blocks", block_digests(whole))
    keys = key(whole)
    at = (blocks != 0).arg_true()
    return keys.scatter(at, keys.gather(at) + "\x1f" + blocks.gather(at).cast(pl.String)) if len(at) else keys
