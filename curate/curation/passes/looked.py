"""What one pass takes of a block: a pure function of it, so that blocks may be looked at in any thread."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress
from typing import NamedTuple

import orjson
import polars as pl

from curate.core.record.fields import field_of
from curate.core.record.marks import alive
from curate.core.run.errors import ThresherError
from curate.curation.earlier.beside import prints_of_block
from curate.curation.output.tally.tally import Sample
from curate.curation.plan import Phase, Plan, shared_keys
from curate.dedupe.keys import near_keys
from curate.split.groups import split_keys
from curate.steps.contamination import Contamination
from curate.steps.exact_duplicates import ExactDuplicates


class Wanted(NamedTuple):
    """What is to be taken of the blocks, beside the keys of the set steps."""

    counts: bool  # what is counted of rows as they came in
    ids: bool  # whether the rows have ids of their own
    prints: ExactDuplicates | None  # the step by whose rule equal rows of earlier runs are known
    split: bool  # what a split must keep together
    fields: bool  # which fields of ``[split] group_by`` no row has


class Looked(NamedTuple):
    """A block after the steps of a phase, and what is known of it for decisions over all blocks."""

    block: pl.DataFrame
    counted: Sample | None  # of the block before any step
    named: bool  # whether any row has an id of its own, where that is asked, and is not called by its digest
    keys: list[pl.DataFrame]  # one a set step
    tainted: list[pl.DataFrame]  # items of evaluation sets, one for each step that looks for them
    prints: pl.DataFrame | None
    split_keys: pl.DataFrame | None
    pair_keys: pl.DataFrame | None  # None, too, where those of a set step serve
    lacking: frozenset[str] | None  # fields of ``[split] group_by`` that no row has; None where no row was looked at


def look(plan: Plan, phase: Phase, wanted: Wanted, block: pl.DataFrame) -> Looked:
    """Return a block after the steps of a phase, with its keys; rows that an earlier run kept pass the steps by.

    Raises:
        ThresherError: a step lost or moved rows.
    """
    counted = Sample(plan.tokens).add(block) if wanted.counts else None
    tainted: list[pl.DataFrame] = []
    for step in () if plan.is_frozen(block) else phase.steps:
        block = _checked(step.apply(block), block, step.use)
        if isinstance(step, Contamination):
            tainted.append(step.tainted(block))
    split = plan.config.split if wanted.split else None
    pairs = None
    if split is not None and plan.split_rule is not None and shared_keys(plan, phase) is None:
        alive = block.filter(pl.col("reason").is_null() & pl.col("messages").is_not_null())
        pairs = near_keys(alive, plan.split_rule)
    keyed = None
    if split is not None:
        by_words = plan.split_rule is not None
        keyed = split_keys(block, split.group_by, plan.normalise.questions, by_words=by_words)
    return Looked(
        block,
        counted,
        not wanted.ids or _named(block),
        [step.keys(block) for step in phase.set_steps],
        tainted,
        None if wanted.prints is None else prints_of_block(block, wanted.prints),
        keyed,
        pairs,
        _lacking(block, plan.group_by, keyed) if wanted.fields else None,
    )


def _lacking(block: pl.DataFrame, names: Sequence[str], keyed: pl.DataFrame | None) -> frozenset[str] | None:
    """Return the fields that no row has; None where there are no rows. ``keyed`` are the split's keys, if taken."""
    if keyed is not None:
        empty = [keyed[f"key_{at}"].null_count() == len(keyed) for at in range(len(names))]
        return frozenset(compress(names, empty)) if len(keyed) else None
    raws = block.filter(alive() & pl.col("messages").is_not_null())["raw"]
    if raws.is_empty():
        return None
    left = set(names)
    for raw in raws:
        record = orjson.loads(raw)
        left = {name for name in left if field_of(record, name) is None}
        if not left:
            break
    return frozenset(left)


def _named(block: pl.DataFrame) -> bool:
    return any(own != f"{digest:016x}" for own, digest in zip(block["id"], block["digest"], strict=True))


def _checked(after: pl.DataFrame, before: pl.DataFrame, step: str) -> pl.DataFrame:
    """Return the block that a step gave back, having seen that no row was lost or added."""
    if not after["row"].equals(before["row"]):
        raise ThresherError(f"the step {step!r} lost or moved rows: {len(before)} came in, {len(after)} went out")
    return after
