"""The split of a staged run: groups, draws, and what is worth telling about them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import polars as pl

from curate.core.record.block import EARLIER, place_of
from curate.curation.config import Split
from curate.curation.earlier.joining import Alike, as_splits, beside_ours, join_previous
from curate.curation.passes.staged import Staged
from curate.curation.plan import Plan
from curate.dedupe.pairs.links import linked
from curate.engines.columns import ColumnTable
from curate.engines.local import LocalEngine
from curate.engines.tables import DiskTable
from curate.split.draw import NAMES, Sizes, assign, detectable
from curate.split.groups import find_groups
from curate.split.missed import missed
from curate.split.questions import same_questions
from curate.split.repeated import repeated

LARGE_GROUP = 0.05  # share of the rows above which a group is told of
ROUNDS = 10  # in which rows that went for a bridge are decided about once more
EXAMPLES = ROWS_SHOWN = 3  # groups that stay together, and rows of each


@dataclass(frozen=True)
class Division:
    """Which kept row goes where: columns row and split; and notes for the user."""

    rows: pl.DataFrame
    stats: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def divide(plan: Plan, staged: Staged) -> Division:
    """Return the split of every row that is kept; nothing is decided again after it."""
    try:
        return _settled(plan, staged)
    finally:
        staged.again = None  # it holds the tables of keys, and they hold many open files


def _settled(plan: Plan, staged: Staged) -> Division:
    split, keys = plan.config.split, staged.split_keys
    if split is None or keys is None or not keys.rows:
        return Division(pl.DataFrame(schema={"row": pl.UInt64, "split": pl.String}))
    rows = _divided(plan, split, staged, keys)
    rounds = 1
    while staged.twins_of_bridges and rounds < ROUNDS:
        staged.decide_again()
        rows = _divided(plan, split, staged, keys)
        rounds += 1
    if lost := staged.twins_of_bridges + staged.lost_twins:
        last = "; list the steps that find duplicates last, and they decide once more" if staged.lost_twins else ""
        return _told(rows, plan, f"rows that went for a row which the split dropped later: {lost:,}{last}")
    return _told(rows, plan)


def _divided(plan: Plan, split: Split, staged: Staged, keys: DiskTable) -> pl.DataFrame:
    """Return row, group and split of every row that is kept; what bridges two splits of earlier rows is noted."""
    gone = pl.concat(
        [decision.filter("drops")["row"] for decision in staged.decisions] or [pl.Series([], dtype=pl.UInt64)]
    )
    kept = keys.without(gone).read(keys.columns)
    engine = LocalEngine(staged.blocks)
    links = [*staged.removals, same_questions(kept, engine, plan.normalise.questions)]
    rule = plan.split_rule
    earlier = staged.beside.previous
    pairs = None
    alike = Alike(None, {})
    if rule is not None and staged.pair_keys is not None and staged.pair_keys.rows:
        first = find_groups(kept, links, engine)
        known = first.filter(pl.col("group") != pl.col("row")).select(a="group", b="row")
        own = _own_rows(staged.pair_keys, gone)
        if earlier is not None:
            alike = beside_ours(plan, own, earlier)
        pairs = linked(alike.keys or own, rule, known)
        links.append(pairs)
    groups = find_groups(kept, links, engine)
    sizes = Sizes(split.validation, split.test, split.max_rows)
    if earlier is None:
        return assign(kept, groups, sizes, plan.config.seed)
    joined = join_previous(plan, staged, groups, alike, pairs)
    staged.bridges.append(joined.bridges)
    drawn = assign(kept.join(joined.groups, on="row", how="semi"), joined.groups, sizes, plan.config.seed)
    return pl.concat([as_splits(joined.held), drawn]).sort("row")


def _own_rows(keys: ColumnTable, gone: pl.Series) -> ColumnTable:
    """Return the keys of the rows that are kept, without those of earlier runs that came to them."""
    kept = keys.without(gone)
    rows = kept.read(["row"])["row"]
    theirs = rows.filter(rows >= EARLIER)
    return keys.without(pl.concat([gone, theirs])) if len(theirs) else kept


def _told(rows: pl.DataFrame, plan: Plan, *known: str) -> Division:
    split = plan.config.split
    counts = dict(rows["split"].value_counts().iter_rows())
    several = rows[repeated(rows["group"].to_numpy())]
    sizes = several.group_by("group").len().sort("len", "group", descending=[True, False])
    alone = len(rows) - len(several)
    asked = {"validation": split.validation, "test": split.test} if split else {}
    wanted = [name for name in NAMES if name == "train" or asked.get(name, 0) > 0]
    largest = int(sizes["len"][0]) if len(sizes) else min(alone, 1)
    smallest = min((counts.get(name, 0) for name in wanted), default=0)
    notes = list(known)
    if largest > max(LARGE_GROUP * len(rows), 1) or (largest > smallest and largest > 1 and len(wanted) > 1):
        place = rows.filter(pl.col("group") == sizes["group"][0])["split"][0]
        notes.append(
            f"one group of rows that belong together holds {largest:,} of {len(rows):,} rows "
            f"and went to {place} as a whole; "
            "if they only share a template, move it into the system prompt or raise [split] similarity; "
            "if chats go on from a question that one row asks alone, leave that row out"
        )
    notes += missed(asked, split.train if split else None, counts)
    if counts.get("test"):
        points = 100 * detectable(counts["test"])
        notes.append(
            f"a test split of {counts['test']:,} rows can show a difference of {points:.1f} points "
            "(two models that differ on 10% of the rows, level 5%, power 80%)"
        )
    stats = {
        "rows": {name: counts.get(name, 0) for name in wanted},
        "groups": len(sizes) + alone,
        "largest_group": largest,
        "group_sizes": ({"1": alone} if alone else {})
        | {str(size): n for size, n in sizes.group_by("len").len("n").sort("len").iter_rows()},
        "together": {"groups": len(sizes), "rows": len(several), "examples": _examples(several, sizes, plan)},
    }
    return Division(rows.select("row", "split"), stats, notes)


def _examples(several: pl.DataFrame, sizes: pl.DataFrame, plan: Plan) -> list[dict[str, Any]]:
    """Return the largest groups that stay together, each with its size, its split and the places of its first rows."""
    told = []
    for group, size in sizes.head(EXAMPLES).iter_rows():
        rows = several.filter(pl.col("group") == group)
        places = [place_of(row) for row in rows["row"].head(ROWS_SHOWN)]
        shown = [{"source": plan.names[source], "line": line} for source, line in places]
        told.append({"size": size, "split": rows["split"][0], "rows": shown})
    return told
