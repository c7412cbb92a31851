"""Counts and histograms, block by block: what ``stats.json`` is made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Self

import numpy as np
import polars as pl

from curate.core.read.layouts.messages import ROLES
from curate.core.record.turns import TURN_BREAK, Turns
from curate.core.record.views import ANSWERING, answer, of_prompt, prompt
from curate.curation.output.tally.languages import Languages
from curate.curation.output.tally.tokens import Numbers, Tokens
from curate.curation.plan import Plan

EDGES = (
    *(0, 1, 5, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700),
    *(1_000, 1_500, 2_000, 3_000, 5_000, 7_000, 10_000, 20_000, 50_000, 100_000),
)
MOST_LABELS = 200
LINES, EVERY = 1_000, 64  # of a source, whose language is told: its first lines, and then each so many
LENGTHS = ("answer_chars", "prompt_chars", "tokens")
SHORT = 30  # characters of an answer, from which it tells its language


class Sample:
    """Histograms of one side of a run: of what came in, or of what was kept."""

    def __init__(self, tokens: Tokens) -> None:
        self.rows = self.tokens = 0
        self.lengths = {name: np.zeros(len(EDGES), np.int64) for name in LENGTHS}
        self._counter = tokens
        self.languages = Languages()
        self.turns: Counter[int] = Counter()
        self.roles: Counter[str] = Counter()
        self.labels: Counter[str] = Counter()

    def add(self, block: pl.DataFrame) -> Self:
        """Count the rows of a block, and return the same sample."""
        self.rows += len(block)
        readable = block.filter(pl.col("messages").is_not_null())
        turns = Turns(readable["messages"])
        chars = turns.flat["text"].str.len_chars()
        tokens = self._counter.count(turns, chars.fill_null(0).to_numpy())
        self.tokens += int(tokens.sum())
        for name, sizes in zip(LENGTHS, (*lengths(turns, chars), tokens), strict=True):
            places = np.searchsorted(EDGES, sizes, side="right") - 1
            self.lengths[name] += np.bincount(places, minlength=len(EDGES))
        looked = readable.filter((pl.col("line") <= LINES) | (pl.col("line") % EVERY == 0))
        said = looked.select(answer=answer(), prompt=prompt())
        short = pl.col("answer").str.len_chars().fill_null(0) < SHORT  # a label, a number: the prompt says more
        telling = said.select(pl.when(short).then(pl.coalesce("prompt", "answer")).otherwise("answer"))
        self.languages.add(telling.to_series())
        self.turns.update(Counter(np.bincount(turns.owner, minlength=turns.records).tolist()))
        self.roles.update(dict(turns.flat["role"].value_counts().iter_rows()))
        self.labels.update(dict(block["label"].drop_nulls().value_counts().iter_rows()))
        return self

    def merge(self, other: Sample) -> None:
        """Add what another sample counted, of rows that come after."""
        self.rows += other.rows
        self.tokens += other.tokens
        for name in LENGTHS:
            self.lengths[name] += other.lengths[name]
        self.languages.merge(other.languages)
        self.turns.update(other.turns)
        self.roles.update(other.roles)
        self.labels.update(other.labels)

    def as_json(self, names: Mapping[str, str], left_out: int, *, texts: bool) -> dict[str, Any]:
        """Return the histograms; bin i of a length holds values from edge i up to the next.

        ``names`` maps each label that is told to how it is called, ``left_out`` is how many are not; without texts, a
        role that is no known word is called other.
        """
        roles: Counter[str] = Counter()
        for role, count in self.roles.items():
            roles[role if texts or role in ROLES else "other"] += count
        return {
            "rows": self.rows,
            "answer_chars": self.lengths["answer_chars"].tolist(),
            "prompt_chars": self.lengths["prompt_chars"].tolist(),
            "tokens": self.lengths["tokens"].tolist(),
            "tokens_in_all": self.tokens,
            "languages": self.languages.told(),
            "turns": {str(turns): count for turns, count in sorted(self.turns.items())},
            "roles": dict(sorted(roles.items())),
            "labels": {name: self.labels[label] for label, name in names.items()},
            "labels_left_out": left_out,
        }


def lengths(turns: Turns, chars: pl.Series) -> tuple[Numbers, Numbers]:
    """Return the characters of the answers and of the prompts, of the records that have one, their texts not joined."""
    answers = turns.last(turns.has_role(ANSWERING))
    asked = np.flatnonzero(of_prompt(turns, answers))
    owner = turns.owner[asked]
    counts = np.bincount(owner, minlength=turns.records)
    sizes = np.bincount(owner, weights=chars.fill_null(0).to_numpy()[asked], minlength=turns.records).astype(np.int64)
    sizes += len(TURN_BREAK) * (counts - 1)
    return chars.gather(answers.drop_nulls()).drop_nulls().to_numpy(), sizes[counts > 0]


class Tally:
    """Everything that is counted while a run goes on."""

    def __init__(self, plan: Plan) -> None:
        self._tokens = plan.tokens
        self.before = Sample(self._tokens)
        self.after = Sample(self._tokens)
        self.layouts: Counter[tuple[int, str]] = Counter()
        self._sources = [source.name for source in plan.sources]

    def came_in(self, block: pl.DataFrame, counted: Sample) -> None:
        """Take a block as it was read, and what was counted of it."""
        self.before.merge(counted)
        for source, layout, count in block.group_by("source", "layout").len().iter_rows():
            self.layouts[(source, layout or "unknown")] += count

    def as_json(self, *, texts: bool) -> dict[str, Any]:
        """Return the histograms before and after; without texts a label is called by its rank."""
        ranked = sorted(self.before.labels, key=lambda label: (-self.before.labels[label], label))
        told = ranked[:MOST_LABELS]
        names = {label: label if texts else f"label {rank}" for rank, label in enumerate(told, start=1)}
        left_out = len(ranked) - len(told)
        return {
            "edges": list(EDGES),
            "tokens_by": self._tokens.signature,
            "languages_of": f"the first {LINES:,} lines of each source, and every {EVERY}th after",
            "before": self.before.as_json(names, left_out, texts=texts),
            "after": self.after.as_json(names, left_out, texts=texts),
        }

    def layout_of(self, source: int) -> str:
        """Return the layout of a source; only what an earlier run wrote of several sources is mixed."""
        found = [layout for (index, layout) in self.layouts if index == source]
        return "empty" if not found else found[0] if len(found) == 1 else "mixed"
