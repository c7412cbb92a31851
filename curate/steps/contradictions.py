"""Records that answer one prompt in ways that cannot both be right."""

from __future__ import annotations

from typing import ClassVar, Literal, Self

import polars as pl
from pydantic import Field, PrivateAttr, model_validator

from curate.contradictions.camps import Policy
from curate.contradictions.differ import Differ
from curate.contradictions.judge import Rule, fetched, judged
from curate.contradictions.keys import answer_keys
from curate.contradictions.prompts import prompt_groups
from curate.core.record.marks import alive
from curate.core.record.tables import Columns, Engine
from curate.dedupe.rule import LOOSE_RECALL, PairRule
from curate.steps.normalise import Normalise
from curate.steps.step import DECISIONS, Action, SetStep


class Contradictions(SetStep):
    """Warn of records that give the same prompt another answer, most of all one that excludes the first.

    The same prompt stands under the same system prompt and tools, after the same turns; every answer of a chat is
    looked at. One word can turn an answer: a number, a negation, an opposite, a name. ``policy`` says what happens to
    rows that exclude each other.
    """

    use: Literal["contradictions"] = "contradictions"
    action: Action = Field("warn", description="Left at warn: policy says which rows go.")
    policy: Policy = Field(
        "warn",
        description="What happens to answers that exclude each other: only a warning, all of them go, or all but those "
        "that most rows give, or that the longest answer gives. drop and action need another than warn: it names what "
        "stays.",
    )  # fmt: skip
    threshold: float = Field(
        0.2,
        ge=0,
        le=1,
        description="Share of words that differ, from which an answer that excludes no other is told.",
    )
    prompt_similarity: float = Field(
        0.8,
        ge=0,
        le=1,
        description="Similarity from which prompts of the same content words are one; 0: equal ones.",
    )
    normalise: Normalise | None = Field(None, description="How texts are made comparable; as the run does, if absent.")
    by_column: ClassVar[bool] = True
    reasons: ClassVar[dict[str, str]] = {
        "contradiction": "Another row gives the same prompt an answer that this one excludes.",
        "other_answer": "Another row gives the same prompt another answer; both may be right.",
    }
    guesses: ClassVar[frozenset[str]] = frozenset({"other_answer"})
    _spared: int = PrivateAttr(0)  # answers of rows numbered below stay, whatever the policy

    def sparing(self, first: int) -> Self:
        """Return the step as it decides where rows numbered below ``first`` stay: what excludes their answers goes."""
        step = self.model_copy()
        step._spared = first
        return step

    @model_validator(mode="after")
    def _has_policy(self) -> Self:
        if self.policy == "warn" and (self.drop or self.action == "drop"):
            raise ValueError("policy: name what stays: drop_all, keep_majority or keep_longest")
        return self

    def drops(self, reason: str) -> bool:
        """Say whether rows with this reason may go: where the policy is no warning."""
        return self.policy != "warn" and (reason in self.drop or reason not in self.guesses)

    @property
    def _rule(self) -> PairRule | None:
        """Return which prompts must be found; None where only equal ones count."""
        near = self.prompt_similarity
        return PairRule(near, near, LOOSE_RECALL, prompts=False) if near > 0 else None

    def keys(self, block: pl.DataFrame) -> pl.DataFrame:
        """Return keys of the prompt of each answer, and of the answer."""
        return answer_keys(block.filter(alive() & pl.col("messages").is_not_null()), self._rule, self._key)

    def _key(self, texts: pl.Series) -> pl.Series:
        rule = self.normalise or Normalise()
        return texts.to_frame("text").select(rule.key(pl.col("text"))).to_series()

    def decide(self, keys: Columns, engine: Engine) -> pl.DataFrame:
        """Mark each row by the worst of its answers, matched with a row that gives another."""
        units = keys.read(["row", "depth", "prompt", "answer", "own"])
        rule = self._rule
        groups = units["prompt"].to_numpy() if rule is None else prompt_groups(
            keys, rule, lambda few: fetched(few, engine)["asked"].to_list()
        )  # fmt: skip
        dropping = frozenset(word for word, reason in _REASONS.items() if self.drops(reason))
        told = judged(
            units.with_columns(group=pl.Series(groups)),
            engine,
            Rule(self.threshold, self.policy, dropping, self._spared),
        )
        worst = told.sort("row", "drops", "word", "depth", descending=[False, True, True, False])
        words = pl.Series([_REASONS.get(word) for word in Differ], dtype=pl.String)
        return (
            worst.unique("row", keep="first", maintain_order=True)
            .with_columns(reason=pl.lit(words).gather("word"))
            .select(DECISIONS.names())
            .cast(DECISIONS)
        )


_REASONS = {Differ.OTHER: "other_answer", Differ.TURNED: "contradiction"}
