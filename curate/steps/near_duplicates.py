"""Records that say nearly the same."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import numpy as np
import polars as pl
from pydantic import Field

from curate.core.record.marks import alive
from curate.core.record.tables import Engine, Table
from curate.core.record.views import answer
from curate.dedupe.engine import PairRule, find_twins, near_keys
from curate.dedupe.verify import Similarity
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
    keep: Literal["first", "longest_answer"] = Field("first", description="Which of the twins stays.")
    recall: float = Field(0.9999, gt=0, lt=1, description="Chance that a pair at the threshold is found.")
    reasons: ClassVar[dict[str, str]] = {
        "near_duplicate": "A kept row has nearly the same prompt and nearly the same answer.",
        "nearly_alike": "A kept row is alike, but less than the threshold.",
        "same_prompt": "A kept row has nearly the same prompt, with another answer.",
        "other_instructions": "A kept row is alike, under another system prompt or with other tools.",
        "alike_by_characters": "A kept row is alike by characters: this script has no spaces to tell words by.",
    }
    guesses: ClassVar[frozenset[str]] = frozenset(
        {"nearly_alike", "same_prompt", "other_instructions", "alike_by_characters"}
    )

    @property
    def rule(self) -> PairRule:
        """Return the bands, and which pairs are worth a look."""
        return PairRule(min(self.warn_from, self.threshold), self.threshold, self.recall)

    def keys(self, block: pl.DataFrame) -> pl.DataFrame:
        """Return the band keys and the sketch of each row that has words, and the length of its answer."""
        rows = block.filter(alive() & pl.col("messages").is_not_null())
        chars = rows.select("row", chars=answer().str.len_chars().fill_null(0))
        return near_keys(rows, self.rule).join(chars, on="row", how="left", maintain_order="left")

    def decide(self, keys: Table, engine: Engine) -> pl.DataFrame:
        """Mark rows that resemble a kept row."""
        order = None
        if self.keep == "longest_answer":
            order = np.argsort(-keys.read(["chars"])["chars"].cast(pl.Int64).to_numpy(), kind="stable")
        twins = find_twins(keys, engine, self.rule, self.judge, order)
        rows: list[dict[str, Any]] = [
            {
                "row": twin.row,
                "reason": twin.reason,
                "drops": twin.drops,
                "detail": self.reasons[twin.reason] if not twin.drops else None,
                "matched": twin.kept,
                "similarity": round(twin.similarity, 6),
            }
            for twin in twins
        ]
        return pl.DataFrame(rows, schema=DECISIONS).sort("row")

    def judge(self, pair: Similarity) -> tuple[str, bool, float] | None:
        """Return (reason, whether the row goes, similarity) of a verified pair; None where they are not alike."""
        lower = pair.lower
        if lower >= self.warn_from and lower < self.threshold:
            reason = "nearly_alike"
        elif lower >= self.threshold:
            if pair.under < self.threshold:
                reason = "other_instructions"
            elif pair.by_characters and not pair.equal:
                reason = "alike_by_characters"
            else:
                reason = "near_duplicate"
        elif pair.asked is not None and pair.answered is not None and pair.asked >= self.threshold:
            return "same_prompt", self.drops("same_prompt"), pair.asked
        else:
            return None
        return reason, self.drops(reason), lower
