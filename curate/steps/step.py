"""What a step is: its frozen settings, and a pure function on a block that marks, edits or adds rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, Literal, Self

import polars as pl
from pydantic import BaseModel, ConfigDict, Field, model_validator

from curate.core.record.marks import reject, warn
from curate.core.record.tables import Engine
from curate.core.run.errors import nearest

Action = Literal["drop", "warn"]


class Step(BaseModel):
    """The settings of a step and its behaviour.

    ``reasons`` maps each word that the step marks with to a sentence; ``guesses`` are those of them that can be wrong
    about a good row: they warn, unless the user names them in ``drop``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    use: str
    action: Action = Field("drop", description="What the step's marks do: drop the row, or warn of it.")
    drop: tuple[str, ...] = Field((), description="Reasons that only warn by default and shall drop the row.")

    reasons: ClassVar[dict[str, str]] = {}
    guesses: ClassVar[frozenset[str]] = frozenset()

    @model_validator(mode="after")
    def _known_reasons(self) -> Self:
        for word in self.drop:
            if word not in self.reasons:
                known = nearest(word, list(self.reasons)) if self.reasons else ""
                raise ValueError(f"drop: {self.use} has no reason {word!r}{known}")
        return self

    def at(self, base: Path) -> Self:
        """Return the step with the files that its settings name read; their paths are relative to ``base``."""
        return self

    def apply(self, block: pl.DataFrame) -> pl.DataFrame:
        """Return every row of the block exactly once, some of them marked or edited."""
        return block

    def drops(self, reason: str) -> bool:
        """Say whether a mark with this reason drops the row: one that is named in ``drop`` does in any case."""
        return reason in self.drop or (self.action == "drop" and reason not in self.guesses)

    def mark(self, block: pl.DataFrame, where: pl.Expr, reason: str, detail: pl.Expr | None = None) -> pl.DataFrame:
        """Drop or warn of the rows ``where``, as the step's settings have it."""
        return reject(block, where, reason, detail) if self.drops(reason) else warn(block, where, reason)

    def mark_answer(
        self, block: pl.DataFrame, where: pl.Expr, reason: str, detail: pl.Expr | None = None
    ) -> pl.DataFrame:
        """Drop or warn of the rows ``where`` for their answer: one that its row calls bad, as KTO has it, is no fault.

        Such a row is warned of, unless the user names the reason in ``drop``.
        """
        verdicts = block["verdict"]
        if not self.drops(reason) or reason in self.drop or verdicts.null_count() == len(verdicts):
            return self.mark(block, where, reason, detail)
        bad = pl.col("verdict").eq_missing(other=False)
        return warn(reject(block, where & ~bad, reason, detail), where & bad, reason)


class SetStep(Step):
    """A step whose verdict needs the whole set: compact keys of each block, then one decision over all of them."""

    by_column: ClassVar[bool] = False  # whether the decision looks up columns again and again: its keys are ``Columns``
    sees_protected: ClassVar[bool] = False  # whether the keys of protected rows come after those of the run's own

    @property
    def reads_twins(self) -> bool:
        """Say whether its keys are what the set steps before it decided: it starts another pass."""
        return False

    def keys(self, block: pl.DataFrame) -> pl.DataFrame:
        """Return ``row`` and key columns for the rows of a block that take part."""
        raise NotImplementedError(f"{type(self).__name__} has no keys")

    def decide(self, keys: Any, engine: Engine) -> pl.DataFrame:
        """Return a row of ``DECISIONS`` for each row that is marked, and for each of a cluster."""
        raise NotImplementedError(f"{type(self).__name__} decides nothing")

    def sparing(self, first: int) -> Self:
        """Return the step as it decides where rows numbered below ``first`` stay in any case: others yield to them.

        A step that does not say how is spared the choice: its decisions on those rows do not count.
        """
        del first
        return self

    def missing(self, keys: Any) -> str | None:
        """Return which field that the step names no row has, as a sentence; None where one has it."""
        return None


DECISIONS = pl.Schema(
    {
        "row": pl.UInt64,
        "reason": pl.String,
        "drops": pl.Boolean,
        "detail": pl.String,
        "matched": pl.UInt64,
        "similarity": pl.Float64,
        "cluster": pl.UInt64,  # the first of the rows that twins lead to in any order of the rows; null where none do
    }
)
