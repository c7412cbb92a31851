"""Rows that stand in files which must stay unseen."""

from __future__ import annotations

from typing import ClassVar, Literal

import polars as pl
from pydantic import Field

from curate.core.record.marks import alive
from curate.core.record.tables import Columns, Engine
from curate.dedupe.rule import PairRule
from curate.leaks.keys import leak_keys
from curate.leaks.overlap import Leak, overlap
from curate.steps.normalise import Normalise
from curate.steps.step import DECISIONS, SetStep


class Leaks(SetStep):
    """Drop records that stand in a protected file; a run that protects files (``--protect``) has this step unlisted.

    They stand in it as they are, nearly as they are, or by their prompt. The step comes before all others that compare
    rows. System prompts and tools do not count: a question that was seen under another one was seen.
    """

    use: Literal["leaks"] = "leaks"
    threshold: float = Field(0.8, gt=0, le=1, description="Similarity of prompt and answer from which a row is a leak.")
    recall: float = Field(0.9999, gt=0, lt=1, description="Chance that a pair at the threshold is found.")
    normalise: Normalise | None = Field(None, description="How texts are made comparable; as the run does, if absent.")
    by_column: ClassVar[bool] = True
    sees_protected: ClassVar[bool] = True
    reasons: ClassVar[dict[str, str]] = {
        "leak_exact": "A protected file has the same conversation, punctuation aside.",
        "leak_near": "A protected file has nearly the same prompt with nearly the same answer.",
        "leak_prompt": "A protected file has the same prompt, punctuation aside, with another answer.",
        "leak_prompt_near": "A protected file has nearly the same prompt, with another answer.",
        "leak_by_characters": "A protected file has a row alike by characters: its script has no spaces.",
    }
    guesses: ClassVar[frozenset[str]] = frozenset({"leak_prompt_near", "leak_by_characters"})

    @property
    def rule(self) -> PairRule:
        """Return which pairs must be found."""
        return PairRule(self.threshold, self.threshold, self.recall)

    def keys(self, block: pl.DataFrame) -> pl.DataFrame:
        """Return the keys of each row that has words; those of protected rows are ``held``."""
        return leak_keys(block.filter(alive() & pl.col("messages").is_not_null()), self.rule, self._key)

    def _key(self, texts: pl.Series) -> pl.Series:
        return (self.normalise or Normalise()).questions(texts)

    def decide(self, keys: Columns, engine: Engine) -> pl.DataFrame:
        """Mark the rows that stand in a protected file, each with the first row there that shows it most surely."""
        del engine
        words = pl.Series([REASONS[leak] for leak in Leak])
        drops = pl.Series([self.drops(REASONS[leak]) for leak in Leak])
        inside = (pl.col("depth") > 0) & (pl.col("answers") > 1)
        return (
            overlap(keys, self.rule)
            .leaks.select(
                "row",
                pl.lit(words).gather("leak").alias("reason"),
                pl.lit(drops).gather("leak").alias("drops"),
                pl.when(inside).then(pl.format("the prompt of answer {} of {}", "depth", "answers")).alias("detail"),
                "matched",
                pl.col("similarity").round(6),
                pl.lit(None, dtype=pl.UInt64).alias("cluster"),
            )
            .cast(DECISIONS)
        )


REASONS = {
    Leak.EXACT: "leak_exact",
    Leak.NEAR: "leak_near",
    Leak.PROMPT: "leak_prompt",
    Leak.PROMPT_NEAR: "leak_prompt_near",
    Leak.CHARACTERS: "leak_by_characters",
}
