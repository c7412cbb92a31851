"""The earlier runs beside which a run takes place: those whose rows it removes, and the one whose split it goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from curate.core.run.errors import ConfigError
from curate.curation.plan import Plan, shared_keys
from curate.dedupe.sides import CONVERSATION
from curate.index.against import Found, find_index, fits, sign_run
from curate.index.earlier import Earlier
from curate.index.prints import conversation_prints
from curate.index.scheme import Scheme, differences
from curate.steps.exact_duplicates import ExactDuplicates
from curate.steps.near_duplicates import NearDuplicates
from curate.steps.step import DECISIONS


@dataclass(frozen=True)
class Beside:
    """What is known of earlier runs; ``against`` and ``previous`` are None where there are none."""

    against: Earlier | None = None
    previous: Earlier | None = None
    previous_keys: tuple[str, ...] = ()  # the fields whose values the index of ``previous`` has
    inputs: dict[str, list[dict[str, Any]]] = field(default_factory=dict)  # for the manifest, by what they are for
    notes: list[str] = field(default_factory=list)
    found: list[Found] = field(default_factory=list)  # of ``against``, in its order

    @property
    def opened(self) -> list[Earlier]:
        """Return the earlier rows of both, those of ``against`` first: their numbers go on."""
        return [one for one in (self.against, self.previous) if one is not None]

    @property
    def names(self) -> list[str]:
        """Return the sources of the earlier rows, in the order that ``places`` counts them."""
        return [source.source for one in self.opened for source in one.sources]

    @property
    def rows(self) -> int:
        """Return how many earlier rows there are, each once."""
        return 0 if self.against is None else self.against.distinct

    @property
    def previous_splits(self) -> list[str]:
        """Return the splits that earlier rows may hold our rows in."""
        runs = [] if self.previous is None else self.previous.runs
        return [file.split for _, _, run in runs for file in run.files]

    @property
    def folders(self) -> list[Path]:
        """Return the folder of the run of each of these sources."""
        return [source.folder for one in self.opened for source in one.sources]

    def places(self, rows: pl.Series) -> pl.DataFrame:
        """Return row, id, source (a number of ``names``) and line of rows by their numbers, each once."""
        parts, first = [], 0
        for one in self.opened:
            found = one.places(rows.filter(rows.is_between(*one.numbers, closed="left")))
            parts.append(found.with_columns(pl.col("source") + pl.lit(first, dtype=pl.UInt32)))
            first += len(one.sources)
        return pl.concat(parts, how="vertical_relaxed")

    def texts(self, rows: pl.Series) -> dict[int, bytes]:
        """Return the lines of a few rows, by number, of those whose kept files are read."""
        return {row: line for one in self.opened for row, line in one.texts(rows).items()}


ALONE = Beside()


@dataclass(frozen=True)
class Named:
    """The earlier runs that a configuration names, by name; None where a run must be read and signed."""

    against: dict[str, Found | None]
    previous: Found | None = None


def find_earlier(plan: Plan, base: Path, out: Path | None) -> Named:
    """Return the earlier runs that the configuration names; nothing is written yet, and no row is read.

    Raises:
        ConfigError: no step compares rows, an index is of another scheme or kind, or a run is the output itself.
        InputError: there is no such run or index, or a kept file was moved or changed.
    """
    wanted, split = sorted(set(plan.config.input.against)), plan.config.split
    previous = None if split is None else split.previous
    _refuse_own([*wanted, *([previous] if previous else [])], base, out)
    if wanted and not any(isinstance(step, ExactDuplicates | NearDuplicates) for step in plan.steps):
        raise ConfigError(
            "[input] against needs a step that compares rows, and this run has none",
            hint="add exact_duplicates or near_duplicates to [[steps]]",
        )
    against = {name: find_index(name, base) for name in wanted}
    for name, found in against.items():
        if found is not None:
            fits(found, name, plan.scheme)
            _refuse_kind(found, name, plan)
    joined = None if previous is None else _usable(find_index(previous, base), previous, plan)
    Earlier([found.rows for found in [*against.values(), joined] if found is not None], base).check_files()
    return Named(against, joined)


def _usable(found: Found | None, name: str, plan: Plan) -> Found | None:
    """Return the index of ``[split] previous`` where it tells all that the split asks for; else the run is read.

    Raises:
        ConfigError: it does not, and rows of other runs stand in it, which would be forgotten.
    """
    lacks = [] if found is None else _lacks(found, plan)
    if found is None or not lacks:
        return found
    others = len(found.rows.runs) - 1
    if others:
        raise ConfigError(
            f"[split] previous: the index of {name} cannot carry this split on, and {others} earlier "
            f"run{'s are' if others > 1 else ' is'} known by it alone",
            *lacks,
            hint="use the settings of the run that wrote it, or write the index of each of these runs again with "
            "these, the oldest first: thresher curate ... --write-index",
        )
    return None


def _lacks(found: Found, plan: Plan) -> list[str]:
    """Return, in words, what an index does not tell that the split asks for."""
    told = found.rows.told
    lacks = differences(told["scheme"], pair_scheme(plan).as_json(told["kind"]))
    lacks += [f"[split] group_by: it has no {field}" for field in plan.group_by if field not in told["group_by"]]
    if not all(one.has("question") for one in found.rows.held(range(len(found.rows.runs)))):
        lacks.append("questions: not told there, as by an earlier version")
    return lacks


def open_earlier(plan: Plan, base: Path, named: Named, work: Path) -> Beside:
    """Return the earlier runs, those without an index read and signed.

    Raises:
        InputError: a kept file was moved or changed.
    """
    kind, split = plan.config.index.kind, plan.config.split
    notes: list[str] = []
    inputs: dict[str, list[dict[str, Any]]] = {}
    opened = []
    for number, (name, found) in enumerate(named.against.items()):
        one = found or sign_run(name, base, plan.scheme, kind, plan.group_by, work / f"against{number}")
        opened.append(one)
        notes += one.notes
        inputs.setdefault("against", []).extend(one.inputs)
    against = Earlier([one.rows for one in opened], work) if opened else None
    if split is None or split.previous is None:
        return Beside(against, inputs=inputs, notes=notes, found=opened)
    joined = named.previous or sign_run(split.previous, base, pair_scheme(plan), kind, plan.group_by, work / "previous")
    previous = Earlier([joined.rows], work, 0 if against is None else against.rows)
    inputs["previous"] = joined.inputs
    notes += [note for note in joined.notes if note not in notes]
    return Beside(against, previous, tuple(joined.rows.told["group_by"]), inputs, notes, opened)


def pair_scheme(plan: Plan) -> Scheme:
    """Return how rows are signed that a split must keep together: as near-duplicates, where these keys serve both."""
    own, rule = plan.scheme, plan.split_rule
    if rule is None or shared_keys(plan, plan.phases[-1]) is not None:
        return own
    return Scheme(rule, CONVERSATION, own.normalise)


def _refuse_own(names: Sequence[str], base: Path, out: Path | None) -> None:
    for name in names:
        if out is not None and out.resolve() in ((base / name).resolve(), (base / name).resolve().parent):
            raise ConfigError(f"{name} is in the folder that this run writes", hint="name another folder: --out DIR")


def _refuse_kind(found: Found, name: str, plan: Plan) -> None:
    index = plan.config.index
    if index.write and found.rows.told["kind"] != index.kind:
        raise ConfigError(
            f"the index {name} is {found.rows.told['kind']}, and this run would write one of the kind {index.kind}",
            hint=f"--set index.kind={found.rows.told['kind']}, or write none",
        )
    theirs = found.rows.told["group_by"]
    if index.write and theirs != plan.group_by:
        raise ConfigError(
            f"the index {name} was written with [split] group_by = {theirs}, this run has {plan.group_by}",
            hint="use the same fields, or write no index",
        )


def prints_of_block(block: pl.DataFrame, step: ExactDuplicates) -> pl.DataFrame:
    """Return row, print0 and print1 of the rows of a block that can have an equal."""
    rows = block.filter(pl.col("reason").is_null() & pl.col("messages").is_not_null())
    prints = conversation_prints(rows, step.rule)
    return rows.select("row", print0=pl.Series(prints.first), print1=pl.Series(prints.second))


def equal_to_earlier(prints: pl.DataFrame, step: ExactDuplicates, earlier: Earlier) -> pl.DataFrame:
    """Return the decisions on rows whose conversation an earlier run kept."""
    reason = "duplicate_of_earlier"
    return (
        earlier.same_conversation(prints)
        .with_columns(
            reason=pl.lit(reason),
            drops=pl.lit(value=step.drops(reason)),
            detail=pl.lit(None, dtype=pl.String),
            similarity=pl.lit(1.0),
            cluster=pl.lit(None, dtype=pl.UInt64),
        )
        .select(DECISIONS.names())
        .cast(DECISIONS)
        .sort("row")
    )
