"""The split of rows beside those of an earlier run: groups join the split that holds earlier rows of theirs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import polars as pl

from curate.core.record.block import EARLIER
from curate.core.record.marks import alive
from curate.curation.earlier.beside import pair_scheme
from curate.curation.passes.stage import marked_blocks
from curate.curation.passes.staged import Staged
from curate.curation.plan import Plan
from curate.dedupe.sides import CONVERSATION
from curate.engines.columns import ColumnTable
from curate.index.earlier import Earlier
from curate.index.prints import conversation_prints, question_prints, text_prints
from curate.split.draw import NAMES
from curate.split.groups import group_values
from curate.split.previous import ASKED_BEFORE, QUESTION, Old, Row, settle

_HELD = {"row": pl.UInt64, "split": pl.UInt8}


class Joined(NamedTuple):
    """Rows that earlier ones hold (row, split), the groups of the others (row, group), and the rows that go."""

    held: pl.DataFrame
    groups: pl.DataFrame
    bridges: pl.DataFrame  # as the decisions of a step


class Alike(NamedTuple):
    """What is alike in earlier rows: keys of ours and theirs together, and the split of each of theirs by number."""

    keys: ColumnTable | None
    splits: dict[int, int]


def beside_ours(plan: Plan, keys: ColumnTable, earlier: Earlier) -> Alike:
    """Return the pair keys of our rows, and of the earlier rows that may be alike."""
    rule = plan.split_rule
    signing = pair_scheme(plan).rule
    found = pl.DataFrame() if rule is None else earlier.alike(keys, signing, CONVERSATION, rule.agreement(rule.least))
    if found.is_empty():
        return Alike(keys, {})
    missing = [name for name in keys.columns if name not in found.columns]
    found = found.with_columns(pl.lit(0, dtype=keys.kind(name)).alias(name) for name in missing)
    splits = earlier.column_of(found["row"], "split")
    return Alike(keys.extended(found), dict(splits.iter_rows()))


def join_previous(plan: Plan, staged: Staged, groups: pl.DataFrame, alike: Alike, pairs: pl.DataFrame | None) -> Joined:
    """Return what becomes of groups of rows (row, group) beside the rows of ``[split] previous``.

    ``pairs`` (a, b) belong together by likeness, earlier rows among them.
    """
    links = pl.DataFrame(schema={"a": pl.UInt64, "b": pl.UInt64}) if pairs is None else pairs
    earlier, split = staged.beside.previous, plan.config.split
    if earlier is None or split is None:
        return Joined(pl.DataFrame(schema=_HELD), groups, _bridges({}))
    values, asked = _values(plan, staged, split.group_by)
    stays = _stays(values, earlier)
    by_value = [stays.select("row", "split")]
    columns = {"question": asked.select("row", value="key")}
    for number, name in enumerate(split.group_by):
        columns[_column(staged, name)] = values.select("row", value=f"key_{number}")
    for theirs, own in columns.items():
        known = earlier.splits_by(theirs, own["value"].to_numpy())
        by_value.append(own.join(known, on="value", how="inner", maintain_order="left").select("row", "split"))
    attached = pl.concat(by_value).unique(maintain_order=True)
    near = links.filter((pl.col("b") >= EARLIER) & (pl.col("a") < EARLIER))
    splits = pl.Series([alike.splits[row] for row in near["b"].to_list()], dtype=pl.UInt8)
    reached = pl.concat([attached, near.select(row="a").with_columns(split=splits)])
    of_group = reached.join(groups, on="row", how="inner").select("group", "split").unique()
    counts = of_group.group_by("group").agg(pl.col("split").n_unique().alias("splits"), pl.col("split").first())
    known = groups.join(counts, on="group", how="left", maintain_order="left")
    open_ = known.filter(pl.col("splits").is_null()).select("row", "group")
    held = known.filter(pl.col("splits") == 1).select("row", "split")
    torn = known.filter(pl.col("splits") > 1).select("row", "group")
    if torn.is_empty():
        return Joined(held, open_, _bridges({}))
    old = _of_groups(torn, links, alike.splits)
    settled = settle(_rows(torn, values, asked, attached, stays), alike.keys, old, plan.split_rule)
    joined = pl.DataFrame(list(settled.split.items()), schema=_HELD, orient="row")
    drawn = pl.DataFrame(list(settled.group.items()), schema={"row": pl.UInt64, "group": pl.UInt64}, orient="row")
    return Joined(
        pl.concat([held, joined]).sort("row"), pl.concat([open_, drawn]).sort("row"), _bridges(settled.bridges)
    )


def _values(plan: Plan, staged: Staged, group_by: Sequence[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the prints of what keeps rows together, a row each; and (row, key, last) of every question they ask."""
    rule = plan.scheme.normalise
    parts, asked = [], [pl.DataFrame(schema={"row": pl.UInt64, "key": pl.UInt64, "last": pl.Boolean})]
    for block in marked_blocks(staged.blocks, staged.decisions):
        rows = block.filter(alive() & pl.col("messages").is_not_null())
        if rows.is_empty():
            continue
        whole = conversation_prints(rows, rule)
        prints = {"print0": whole.first, "print1": whole.second}
        asked.append(question_prints(rows, rule))
        fields = group_values(rows["raw"], group_by) if group_by else []
        for number in range(len(group_by)):
            prints[f"key_{number}"] = text_prints(pl.Series([own[number] for own in fields], dtype=pl.String))
        parts.append(rows.select("row", *(pl.Series(name, column) for name, column in prints.items())))
    names = ("row", "print0", "print1", *(f"key_{number}" for number in range(len(group_by))))
    values = pl.concat(parts) if parts else pl.DataFrame(schema=dict.fromkeys(names, pl.UInt64))
    return values, pl.concat(asked).unique(maintain_order=True)


def _stays(values: pl.DataFrame, earlier: Earlier) -> pl.DataFrame:
    """Return (row, split) of our rows that are earlier rows themselves: the same conversation."""
    same = earlier.same_conversation(values)
    splits = earlier.column_of(same["matched"], "split").rename({"row": "matched"})
    return same.join(splits, on="matched", how="left", maintain_order="left").select(
        "row", pl.col("split").cast(pl.UInt8)
    )


def _column(staged: Staged, field: str) -> str:
    return f"key_{staged.beside.previous_keys.index(field)}"


def _of_groups(torn: pl.DataFrame, links: pl.DataFrame, splits: dict[int, int]) -> dict[int, Old]:
    """Return the earlier rows, each with its split, that likeness led to from the rows of some groups."""
    own = links.filter(pl.col("b") >= EARLIER).join(torn, left_on="a", right_on="row", how="inner")
    return {row: Old(splits[row], group) for row, group in own.select("b", "group").iter_rows()}


def _rows(
    torn: pl.DataFrame, values: pl.DataFrame, asked: pl.DataFrame, attached: pl.DataFrame, stays: pl.DataFrame
) -> list[Row]:
    known = dict(stays.iter_rows())
    counting = asked.filter("last").select("key").unique()  # a question that no row asks last keeps none together
    questions: dict[int, list[tuple[str, int]]] = {}
    for row, key, last in asked.join(counting, on="key", how="semi", maintain_order="left").iter_rows():
        questions.setdefault(row, []).append((QUESTION if last else ASKED_BEFORE, key))
    splits: dict[int, list[int]] = {}
    for row, held_in in attached.join(torn, on="row", how="semi", maintain_order="left").iter_rows():
        splits.setdefault(row, []).append(held_in)
    names = [name for name in values.columns if name not in ("row", "print0", "print1")]
    rows = []
    own = values.join(torn, on="row", how="inner", maintain_order="left").select("row", "group", *names)
    for row, group, *found in own.iter_rows():
        keys = [(name, value) for name, value in zip(names, found, strict=True) if value]
        keys += questions.get(row, ())
        stay = known.get(row)
        held = tuple(splits.get(row, ())) if stay is None else (stay,)
        rows.append(Row(row, tuple(keys), held, stays=stay is not None, group=group))
    return rows


def _bridges(found: dict[int, tuple[int, ...]]) -> pl.DataFrame:
    rows = sorted(found)
    told = [" and of ".join(NAMES[split] for split in found[row]) for row in rows]
    return pl.DataFrame(
        {
            "row": pl.Series(rows, dtype=pl.UInt64),
            "reason": pl.repeat("split_bridge", len(rows), dtype=pl.String, eager=True),
            "drops": pl.repeat(value=True, n=len(rows), dtype=pl.Boolean, eager=True),
            "detail": pl.Series([f"it belongs with earlier rows of {splits}" for splits in told], dtype=pl.String),
            "matched": pl.repeat(None, len(rows), dtype=pl.UInt64, eager=True),
            "similarity": pl.repeat(None, len(rows), dtype=pl.Float64, eager=True),
        }
    )


def as_splits(held: pl.DataFrame) -> pl.DataFrame:
    """Return (row, group, split) of rows that earlier ones hold; each is told as a group of its own."""
    numbers = np.array(held["split"].to_numpy(), dtype=np.uint8)
    return pl.DataFrame({"row": held["row"], "group": held["row"], "split": pl.Series(numbers).cat.to(pl.Enum(NAMES))})
