"""Two runs item by item, or why they cannot be compared."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from curate.core.run.errors import ThresherError
from evalkit.gate.runs.again import settings_of
from evalkit.gate.runs.lent import Lender, Places, reasons, with_lent
from evalkit.gate.runs.missing import NO_ANSWER, SILENT, as_wrong, needs_reference, wrong_alone
from evalkit.gate.runs.run import Run
from evalkit.gate.runs.signature import other_items, signature_of
from evalkit.gate.runs.silent import Side, empty_answers
from evalkit.gate.statistics.sample import Sample
from evalkit.metrics.metric import Numbers
from evalkit.score import slices
from evalkit.statistics.clusters import closed_up, numbered

Failed = Literal["refused", "wrong", "left out"]  # what becomes of an item that a run has no score of

NEITHER = "neither run"
BOTH_SILENT = "both runs, by empty answers"
_SHOWN = 3


class NotComparableError(ThresherError):
    """Two runs that differ in what was asked, or in how it was scored."""


@dataclass(frozen=True)
class Scored:
    """What both runs have of one metric."""

    sample: Sample
    places: Places  # of its items among the pair's
    wrong: dict[str, Places]  # run -> those of items without an answer, which count as wrong
    lacking: dict[str, Places]  # who has no score -> those of items that are left out for it

    def counted_wrong(self, among: Places | None = None) -> dict[str, int]:
        """Return how many items without an answer count as wrong, by run; ``among`` are the places of a slice."""
        return _counts(self.wrong, among)

    def left_out(self, among: Places | None = None) -> dict[str, int]:
        """Return how many items are left out, by who has no score of them: no wrong answer can stand for it."""
        return _counts(self.lacking, among)


@dataclass
class Pair:
    """The items of a candidate and a baseline, or of a candidate by itself, sorted by id."""

    candidate: Run
    base: Run | None
    ids: NDArray[np.object_]
    rows: Places  # of each item in the candidate, -1 where it is missing
    lenders: list[Lender]  # who has what of the items: the baseline, or all where none is held against
    clusters: Places | None
    slices: dict[str, Places]
    failed: Failed
    notes: list[str]
    _scored: dict[str, Scored] = field(default_factory=dict)
    _spread: dict[str, Scored] = field(default_factory=dict)

    @property
    def base_rows(self) -> Places:
        """Return the row of each item in the baseline, -1 where it is missing."""
        return self.lenders[0][1]

    def scored(self, name: str) -> Scored:
        """Return the paired statistics of a metric.

        Raises:
            NotComparableError: the signatures differ, or items have a score in one run only.
        """
        if name not in self._scored:
            self._scored[name] = self._alone(name) if self.base is None else self._score(name, self.base)
        return self._scored[name]

    def spread(self, name: str) -> Scored:
        """Return one run's statistics for its spread, without failed requests and what cannot count as wrong alone.

        Raises:
            NotComparableError: answers are missing, and that is not allowed.
        """
        if self.base is not None:
            return self.scored(name)
        if name not in self._spread:
            self._spread[name] = self._alone(name, own=False)
        return self._spread[name]

    def _score(self, name: str, base_run: Run) -> Scored:
        metric, all_numbers = self.candidate.statistics(name)
        numbers = _at(all_numbers, self.rows)
        self.refuse_other_signature(name)
        base = _at(base_run.statistics(name)[1], self.base_rows)
        sides: tuple[Side, Side] = ((self.candidate, numbers, self.rows), (base_run, base, self.base_rows))
        counted, both_silent = empty_answers(name, metric, sides)
        for (run, own, rows), (_, other, _) in zip(sides, sides[::-1], strict=True):
            lacks = np.flatnonzero(np.isnan(own[:, 0]) & ~np.isnan(other[:, 0]))
            if not len(lacks):
                continue
            wrong = as_wrong(metric, other[lacks])
            silent = run.reasons(name, rows[lacks]) == SILENT
            if self.failed == "refused" and (wrong is None or not silent.all()):
                counts = run is self.candidate and wrong is not None
                raise self._lacking(run, name, lacks[~silent] if wrong is not None else lacks, counts=counts)
            if run is base_run or self.failed == "left out":  # a baseline that lacks an answer must not look worse
                lacks, wrong = lacks[silent], None if wrong is None else wrong[silent]
            if wrong is not None and len(lacks):
                own[lacks] = wrong
                counted[run.name] = np.union1d(counted.get(run.name, lacks), lacks)
        old, new = np.isnan(base[:, 0]), np.isnan(numbers[:, 0])
        places = np.flatnonzero(~old & ~new)
        sample = Sample(metric, base[places], numbers[places], self._clusters(places))
        lacking = {
            NEITHER: np.setdiff1d(np.flatnonzero(old & new), both_silent),
            BOTH_SILENT: both_silent,
            base_run.name: np.flatnonzero(old & ~new),
            self.candidate.name: np.flatnonzero(new & ~old),
        }
        return Scored(sample, places, {who: np.intersect1d(own, places) for who, own in counted.items()}, lacking)

    def _alone(self, name: str, *, own: bool = True) -> Scored:
        """Return the candidate's statistics; answers that are missing or empty are wrong ones here too.

        Unless its ``own`` value is what counts, those that failed, or that no wrong one can stand for, are left out.

        Raises:
            NotComparableError: answers are missing, or what a wrong one would add cannot be known.
        """
        metric, all_numbers = self.candidate.statistics(name)
        numbers = _at(all_numbers, self.rows)
        why = reasons(name, self.candidate, self.rows, self.lenders)
        silent, failed = why == SILENT, np.isin(why, NO_ANSWER)
        if failed.any() and self.failed == "refused":
            raise self._lacking(self.candidate, name, np.flatnonzero(failed), counts=own)
        lacks = np.flatnonzero(silent | failed if own else silent)
        if own and len(lacks) and needs_reference(metric):
            raise self._unanswered(name, lacks)
        wrong = wrong_alone(metric)
        if wrong is not None:
            numbers[lacks] = wrong
        counted = {} if wrong is None else {self.candidate.name: lacks}
        lacking = np.isnan(numbers[:, 0])
        places = np.flatnonzero(~lacking)
        sample = Sample(metric, numbers[places, :0], numbers[places], self._clusters(places))
        return Scored(sample, places, counted, {self.candidate.name: np.flatnonzero(lacking)})

    def _clusters(self, places: Places) -> Places | None:
        return None if self.clusters is None else closed_up(self.clusters[places])

    def refuse_other_signature(self, name: str) -> None:
        """Refuse a metric that the two runs were scored by with different rules.

        Raises:
            NotComparableError: they were.
        """
        if self.base is None:
            return
        runs = (self.candidate, self.base)
        told = [(run.name, signature_of(run.metrics[name])) for run in runs if name in run.metrics]
        if len({signature for _, signature in told}) > 1:
            raise NotComparableError(
                f"{self.candidate.name} and {self.base.name} were scored by different rules for {name!r}",
                *(f"{run}: {signature}" for run, signature in told),
                hint=other_items(name, self.candidate, self.base)
                or self.base.again(name, settings_of(self.candidate.manifest, name)),
            )

    def _lacking(self, run: Run, name: str, places: Places, *, counts: bool) -> NotComparableError:
        """Return the error of items without a score; ``counts``: --allow-missing counts them as wrong."""
        ids = self.ids[places]
        rows = self.rows if run is self.candidate else self.base_rows
        told: dict[str, int] = {}
        for one in run.reasons(name, rows[places]):
            told[one or "missing"] = told.get(one or "missing", 0) + 1
        return NotComparableError(
            f"{run.name} has no {name} of {len(ids):,} items that it has to have one of",
            f"{', '.join(f'{reason} {n:,}' for reason, n in sorted(told.items()))}; such as {_some(ids)}",
            hint=f"answer them, or --allow-missing {'counts them as wrong' if counts else 'leaves them out'}",
        )

    def _unanswered(self, name: str, places: Places) -> NotComparableError:
        return NotComparableError(
            f"{self.candidate.name} has no answer to {len(places):,} items, which {name} cannot count as wrong alone",
            f"what a wrong answer adds to it depends on the item's reference; such as {_some(self.ids[places])}",
            hint="hold it against a baseline (max_drop), whose scores tell the references; or answer the items; or "
            "take a rule on accuracy or exact_match, which count them",
        )


def by_itself(candidate: Run, baselines: Iterable[Run] = (), *, allow_missing: bool = False) -> Pair:
    """Return a run by item; where some may be missing, by those too that it lacks and a baseline has."""
    lending = list(baselines) if allow_missing else []
    ids = with_lent(candidate, lending)
    lenders = [(run, _rows(run.rows["id"], ids)) for run in lending]
    return _pair(candidate, None, ids, lenders, "wrong" if allow_missing else "refused", [])


def pair(candidate: Run, base: Run, *, allow_missing: bool = False) -> Pair:
    """Return two runs by item.

    Raises:
        NotComparableError: their items differ, or what was asked does.
    """
    ids, base_ids = candidate.rows["id"], base.rows["id"]
    missing, extra = base_ids.filter(~base_ids.is_in(ids.implode())), ids.filter(~ids.is_in(base_ids.implode()))
    notes = []
    if len(missing) or len(extra):
        told = [
            f"only in {run.name}: {len(some):,} of {len(run.rows):,}, such as {_some(some)}"
            for run, some in ((base, missing), (candidate, extra))
            if len(some)
        ]
        becomes = ["counts the candidate's missing ones as wrong"] if len(missing) else []
        becomes += ["leaves out those that the baseline lacks"] if len(extra) else []
        if not allow_missing:
            raise NotComparableError(
                f"{candidate.name} and {base.name} hold different items",
                *told,
                hint=f"answer the same items with both, or --allow-missing {' and '.join(becomes)}",
            )
        notes += [f"{told[0]}; the hash of the data cannot say whether the other items are the same"]
        if len(extra):
            notes.append(f"{len(extra):,} items that {base.name} does not have are left out of what is held against it")
    elif candidate.scores.get("data_sha256") != base.scores.get("data_sha256"):
        raise NotComparableError(
            f"{candidate.name} and {base.name} were asked different things: prompts, references or choices differ",
            *(f"{run.name}: data {str(run.scores.get('data_sha256'))[:12]}" for run in (candidate, base)),
            hint="predict and score both runs on one file; thresher compare shows what changed",
        )
    together = base_ids.sort()
    lenders = [(base, _rows(base_ids, together))]
    return _pair(candidate, base, together, lenders, "wrong" if allow_missing else "refused", notes)


def common(candidate: Run, base: Run, failed: Failed = "left out") -> Pair:
    """Return the items that two runs share, whatever else differs: for showing, never for a verdict.

    What one of them did not answer is left out, unless it is to count as it does in a gate that allows it (``wrong``).
    """
    ids, base_ids = candidate.rows["id"], base.rows["id"]
    together = base_ids.filter(base_ids.is_in(ids.implode())).sort()
    return _pair(candidate, base, together, [(base, _rows(base_ids, together))], failed, [])


def _pair(
    candidate: Run, base: Run | None, ids: pl.Series, lenders: list[Lender], failed: Failed, notes: list[str]
) -> Pair:
    """Return the pair; cluster and slices of an item are the candidate's, or a baseline's where it is missing."""
    rows = _rows(candidate.rows["id"], ids)
    columns = []
    for column in ("cluster", "slices"):
        own = _at_rows(candidate.rows[column], rows)
        for run, lent in lenders:
            own = own.fill_null(_at_rows(run.rows[column], lent))
        columns.append(own)
    return Pair(
        candidate, base, ids.to_numpy().astype(object), rows, lenders, numbered(columns[0]), slices(columns[1]),
        failed, notes,
    )  # fmt: skip


def _counts(named: dict[str, Places], among: Places | None) -> dict[str, int]:
    """Return how many places each has, of all or of some; without those that have none."""
    found = {who: own if among is None else np.intersect1d(own, among) for who, own in named.items()}
    return {who: len(own) for who, own in found.items() if len(own)}


def _rows(ids: pl.Series, wanted: pl.Series) -> Places:
    places = dict(zip(ids.to_list(), range(len(ids)), strict=True))
    return np.array([places.get(one, -1) for one in wanted.to_list()], dtype=np.intp)


def _at(numbers: Numbers, rows: Places) -> Numbers:
    found = numbers[rows] if len(numbers) else np.full((len(rows), numbers.shape[1]), np.nan)
    found[rows < 0] = np.nan
    return found


def _at_rows(column: pl.Series, rows: Places) -> pl.Series:
    return column.gather(pl.Series([None if row < 0 else row for row in rows.tolist()], dtype=pl.UInt32))


def _some(ids: Sequence[object] | pl.Series | NDArray[np.object_]) -> str:
    return ", ".join(repr(str(one)[:40]) for one in list(ids[:_SHOWN]))
