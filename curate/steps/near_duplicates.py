"""Records that say nearly the same."""

from __future__ import annotations

import math
from typing import ClassVar, Literal, Self

import numpy as np
import polars as pl
from pydantic import Field, model_validator

from curate.core.record.block import EARLIER
from curate.core.record.fields import field_values
from curate.core.record.marks import alive
from curate.core.record.tables import Columns, Engine
from curate.core.record.views import answer
from curate.dedupe.keys import near_keys
from curate.dedupe.pairs.kinds import Kind
from curate.dedupe.pairs.twins import find_twins
from curate.dedupe.rule import PairRule
from curate.steps.step import DECISIONS, SetStep


class NearDuplicates(SetStep):
    """Keep one of the records that are alike at ``threshold`` on the prompt side and on the answer side.

    Alike is the exact Jaccard similarity of word 5-grams; MinHash only proposes. A row goes only for one row that is
    kept. Texts under 8 words are compared for equality; scripts without spaces by characters, where near only warns.
    """

    use: Literal["near_duplicates"] = "near_duplicates"
    threshold: float = Field(0.8, gt=0, le=1, description="Similarity, of both sides, from which the later row goes.")
    warn_from: float = Field(
        0.7, gt=0, le=1, description="Similarity from which a row below the threshold is warned of."
    )
    compare: Literal["conversation", "prompt", "answer"] | tuple[str, ...] = Field(
        "conversation",
        description="What is compared: prompt and answer, one of them, or fields of the records by name, as one text.",
    )
    linkage: Literal["star", "single"] = Field(
        "star",
        description="A row goes for a kept row that is alike (star), or for one that a chain of likenesses leads to "
        "(single).",
    )
    keep: Literal["first", "longest_answer", "highest"] = Field(
        "first", description="Which of the twins stays: the first, or that of the longest answer or highest keep_field."
    )
    keep_field: str | None = Field(None, description="The field, a number, of which the highest value stays.")
    tell_prompts: bool = Field(
        default=True, description="Whether rows are warned of that share a prompt with a kept row and nothing else."
    )
    tell_clusters: bool = Field(
        default=True, description="Whether the ledger has the cluster of each row: all rows that twins lead to."
    )
    recall: float = Field(0.9999, gt=0, lt=1, description="Chance that a pair at the threshold is found.")
    by_column: ClassVar[bool] = True
    reasons: ClassVar[dict[str, str]] = {
        "near_duplicate": "A kept row has nearly the same prompt and nearly the same answer.",
        "near_duplicate_of_earlier": "A row that an earlier run kept has nearly the same prompt and answer.",
        "nearly_alike": "A kept row is alike, but less than the threshold.",
        "same_prompt": "A kept row has nearly the same prompt, with another answer.",
        "other_instructions": "A kept row is alike, under another system prompt or with other tools.",
        "told_apart": "A kept row is alike; the last question or the last answer of several, a tool call, the "
        "reasoning, the rejected answer or the label is another, or, of equal words, a sign is (< or >, 5 or -5), or "
        "how deep a line of a program stands.",
        "alike_by_characters": "A kept row is alike by characters: this script has no spaces to tell words by.",
    }
    guesses: ClassVar[frozenset[str]] = frozenset(
        {"nearly_alike", "same_prompt", "other_instructions", "told_apart", "alike_by_characters"}
    )

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if (self.keep == "highest") != (self.keep_field is not None):
            raise ValueError("keep = 'highest' and keep_field go together: name the field whose highest value stays")
        if "near_duplicate_of_earlier" in self.drop and not self.drops("near_duplicate"):
            raise ValueError("drop: near_duplicate_of_earlier goes with near_duplicate: name both")
        if not self.compare:
            raise ValueError("compare: name at least one field")
        return self

    @property
    def rule(self) -> PairRule:
        """Return the bands, and which pairs are worth a look."""
        prompts = self.tell_prompts or self.drops("same_prompt")
        return PairRule(min(self.warn_from, self.threshold), self.threshold, self.recall, prompts)

    @property
    def reads_fields(self) -> bool:
        """Say whether fields of the records are looked at, beside their conversations."""
        return self.keep_field is not None or not isinstance(self.compare, str)

    @property
    def signature(self) -> str:
        """Return the choices that decide which rows go."""
        bands, rows = self.rule.bands
        compared = self.compare if isinstance(self.compare, str) else "+".join(self.compare)
        keep = self.keep if self.keep_field is None else f"highest({self.keep_field})"
        return (
            f"near_duplicates|jaccard:word5+char5|signs:3|compare:{compared}|scheme:affine32|slots:128|seed:1"
            f"|bands:{bands}x{rows}|threshold:{self.threshold:g}|instructions:text|last:alike|linkage:{self.linkage}|keep:{keep}"
        )

    def keys(self, block: pl.DataFrame) -> pl.DataFrame:
        """Return the band keys, sketch and sets of each row that has words, and what it is worth to keep."""
        takes_part = block.select(alive() & pl.col("messages").is_not_null()).to_series()
        rows = block if takes_part.all() else block.filter(takes_part)
        keys = near_keys(rows, self.rule, self.compare)
        if self.keep == "first":
            return keys
        return keys.join(self._worth(rows), on="row", how="left", maintain_order="left")

    def _worth(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Return (row, worth): rows of more worth are kept first; one without the field has the least."""
        if self.keep_field is None:
            return rows.select("row", worth=answer().str.len_chars().fill_null(0).cast(pl.Float64))
        values = [value for (value,) in field_values(rows["raw"], [self.keep_field])]
        numbers = [float(value) if isinstance(value, (int, float)) else -math.inf for value in values]
        return pl.DataFrame({"row": rows["row"], "worth": pl.Series(numbers, dtype=pl.Float64)})

    def missing(self, keys: Columns) -> str | None:
        """Return which field that is named no row has, as a sentence; None where one has each."""
        found = len(keys.places())
        if not isinstance(self.compare, str) and not found:
            return f"near_duplicates compare: no row has a text in {' or '.join(map(repr, self.compare))}"
        if self.keep_field is not None and found and not np.isfinite(keys.numbers("worth")).any():
            return f"near_duplicates keep_field: no row has a number in {self.keep_field!r}; the first of twins stays"
        return None

    def decide(self, keys: Columns, engine: Engine) -> pl.DataFrame:
        """Mark rows that resemble a kept row; rows of earlier runs, which stand at the end, are taken first."""
        places = keys.places()
        own = int(np.searchsorted(keys.numbers("row")[places], EARLIER))
        order = np.argsort(-keys.numbers("worth")[places[:own]], kind="stable") if self.keep != "first" else None
        if own < len(places):
            order = np.concatenate([np.arange(own, len(places)), np.arange(own) if order is None else order])
        drops = [kind for kind, reason in _REASONS.items() if self.drops(reason)]
        twins = find_twins(
            keys, self.rule, drops, order, self.linkage, clusters=self.tell_clusters, frozen=len(places) - own
        )
        silent = () if self.rule.prompts else (Kind.SAME_PROMPT,)  # bands propose some of them all the same
        told = [(None if kind in silent else _REASONS.get(kind), kind in drops) for kind in Kind]
        word = pl.Series("reason", [reason for reason, _ in told]).gather(twins.kind)
        old = pl.Series("earlier", twins.kept >= EARLIER) & (word == "near_duplicate")
        dropped = pl.Series([drop for _, drop in told]).gather(twins.kind)
        similarity = pl.Series(twins.similarity).round(6)
        columns = {"row": twins.row, "reason": word, "drops": dropped, "matched": twins.kept}
        marked = pl.DataFrame({**columns, "similarity": similarity}).with_columns(
            reason=pl.when(old).then(pl.lit("near_duplicate_of_earlier")).otherwise("reason"),
            detail=pl.lit(None, dtype=pl.String),
        )
        found = marked.join(twins.clusters, on="row", how="full", coalesce=True).filter(pl.col("row") < EARLIER)
        return found.select(DECISIONS.names()).cast(DECISIONS)


_REASONS = {
    Kind.NEAR: "near_duplicate",
    Kind.NEARLY: "nearly_alike",
    Kind.SAME_PROMPT: "same_prompt",
    Kind.INSTRUCTIONS: "other_instructions",
    Kind.CHARACTERS: "alike_by_characters",
    Kind.APART: "told_apart",
}
