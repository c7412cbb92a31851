"""Answers within bounds of length."""

from __future__ import annotations

from typing import ClassVar, Literal

import polars as pl
from pydantic import Field, PositiveInt

from curate.core.record.views import answer, prompt
from curate.steps.step import Step


class Length(Step):
    """Keep records whose answer, and prompt, has between the least and the most characters."""

    use: Literal["length"] = "length"
    min_chars: PositiveInt = Field(1, description="Least characters of an answer.")
    max_chars: PositiveInt = Field(32_000, description="Most characters of an answer.")
    max_prompt_chars: PositiveInt | None = Field(None, description="Most characters of a prompt; no limit if absent.")
    reasons: ClassVar[dict[str, str]] = {
        "answer_too_short": "The answer is shorter than min_chars.",
        "answer_too_long": "The answer is longer than max_chars.",
        "prompt_too_long": "The prompt is longer than max_prompt_chars.",
    }

    def apply(self, block: pl.DataFrame) -> pl.DataFrame:
        """Mark rows whose answer or prompt falls outside the bounds."""
        chars = pl.lit(block.select(answer().str.len_chars()).to_series())
        count = chars.cast(pl.String) + pl.lit(" characters")
        block = self.mark(block, chars < self.min_chars, "answer_too_short", count)
        block = self.mark(block, chars > self.max_chars, "answer_too_long", count)
        if self.max_prompt_chars is None:
            return block
        asked = pl.lit(block.select(prompt().str.len_chars()).to_series())
        return self.mark(
            block, asked > self.max_prompt_chars, "prompt_too_long", asked.cast(pl.String) + pl.lit(" characters")
        )
