"""Scores: the statistics of every row by every metric, in one pass; values, intervals, and why rows have none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
import polars as pl
from numpy.typing import NDArray

from curate.core.run.errors import ConfigError
from evalkit.metrics.metric import Metric, Numbers, as_numbers
from evalkit.statistics.clusters import as_met, numbered
from evalkit.statistics.intervals import SEED, intervals, method
from evalkit.unscored import reason

ROWS_AT_ONCE = 8192  # texts that are Python objects at once
Tell = Callable[[int], None]  # hears how many rows are done
_MAX_VALUES = 500  # of a field that makes slices


@dataclass(frozen=True)
class Measured:
    """What one metric says of every row."""

    metric: Metric
    numbers: Numbers  # (rows, width), nan where the row has no score
    reasons: pl.Series  # null where it has one

    @property
    def statistics(self) -> pl.Series:
        """Return Float64, or arrays of ``width`` of them, a row each; null where the row has no score."""
        return _series(self.metric, self.numbers)


@dataclass(frozen=True)
class Score:
    """A value with what it rests on."""

    value: float | None
    interval: tuple[float, float] | None
    n: int
    reasons: dict[str, int]  # of rows without a score

    @property
    def unscored(self) -> int:
        """Return how many rows have no score."""
        return sum(self.reasons.values())


@dataclass(frozen=True)
class Scored:
    """The scores of a set of predictions."""

    frame: pl.DataFrame
    measured: list[Measured]
    scores: list[Score]
    slices: dict[str, list[Score]]  # "field=value" -> the same for its rows
    signatures: list[str]


@np.errstate(over="ignore", invalid="ignore")  # a sum may be too large for a number: it has no value then
def score(frame: pl.DataFrame, metrics: Sequence[Metric], seed: int = SEED, tell: Tell | None = None) -> Scored:
    """Return the scores of predictions (a frame of ``PREDICTIONS``); ``tell`` hears how many rows are done.

    Rows are summed and drawn by id: the same rows in another order have the same scores, to the last bit.

    Raises:
        ThresherError: a metric cannot be used on these rows, or a field makes too many slices.
    """
    measured = measure(frame, [metric.prepared(frame) for metric in metrics], tell)
    clusters = numbered(frame["cluster"])
    by_id = frame.select("id").with_row_index("row").sort("id", maintain_order=True)["row"].to_numpy().astype(np.intp)
    place = np.empty_like(by_id)
    place[by_id] = np.arange(len(by_id))
    among = {name: by_id[np.sort(place[rows])] for name, rows in slices(frame["slices"]).items()}
    return Scored(
        frame,
        measured,
        _scores(measured, by_id, clusters, seed),
        {name: _scores(measured, rows, clusters, seed) for name, rows in among.items()},
        [f"{m.metric.signature}|ci:{method(m.metric, clustered=clusters is not None, seed=seed)}" for m in measured],
    )


def measure(frame: pl.DataFrame, metrics: Sequence[Metric], tell: Tell | None = None) -> list[Measured]:
    """Return what prepared metrics say of every row; texts are read once, a few thousand rows at a time."""
    groups: dict[object, list[int]] = {}
    for place, metric in enumerate(metrics):
        groups.setdefault((type(metric).together.__func__, metric.needs), []).append(place)  # type: ignore[attr-defined]  # a bound classmethod has it
    numbers = [np.full((len(frame), metric.width), np.nan) for metric in metrics]
    reasons: list[list[pl.Series]] = [[] for _ in metrics]
    for first in range(0, len(frame), ROWS_AT_ONCE):
        block = frame.slice(first, ROWS_AT_ONCE)
        for places in groups.values():
            asked = [metrics[place] for place in places]
            why = block.with_columns(reason(asked[0].needs))["reason"]
            able = why.is_null()
            found = asked[0].together(asked, block.filter(able))
            rows = np.flatnonzero(able.to_numpy()) + first
            for place, metric, statistics in zip(places, asked, found, strict=True):
                has = statistics.is_not_null().to_numpy()
                numbers[place][rows[has]] = as_numbers(statistics.drop_nulls())
                reasons[place].append(_why(why, rows[~has] - first, metric, block))
        if tell is not None:
            tell(min(first + ROWS_AT_ONCE, len(frame)))
    return [Measured(*one) for one in zip(metrics, numbers, map(pl.concat, reasons), strict=True)]


def _why(reasons: pl.Series, places: NDArray[np.intp], metric: Metric, block: pl.DataFrame) -> pl.Series:
    """Return the reasons with those of the metric itself at some places."""
    if not len(places):
        return reasons
    told: list[str | None] = reasons.to_list()
    for place, word in zip(places.tolist(), metric.why(block[places]), strict=True):
        told[place] = word
    return pl.Series(reasons.name, told, dtype=pl.String)


def _series(metric: Metric, numbers: Numbers) -> pl.Series:
    if metric.width == 1:
        return pl.Series(metric.name, numbers[:, 0]).fill_nan(None)
    scored = pl.Series(~np.isnan(numbers[:, 0]))
    whole = pl.Series(metric.name, numbers, dtype=pl.Array(pl.Float64, metric.width))
    return pl.select(pl.when(scored).then(whole).alias(metric.name)).to_series()


def _scores(
    measured: Sequence[Measured], rows: NDArray[np.intp], clusters: NDArray[np.intp] | None, seed: int
) -> list[Score]:
    metrics = [one.metric for one in measured]
    numbers = [one.numbers[rows] for one in measured]
    among = None if clusters is None else as_met(clusters[rows])
    found = intervals(metrics, numbers, among, seed)
    result = []
    for one, own, interval in zip(measured, numbers, found, strict=True):
        why = one.reasons.gather(rows).drop_nulls().value_counts(name="n").sort(pl.first())
        reasons = {str(word): int(n) for word, n in why.iter_rows()}
        value = one.metric.total(_series(one.metric, own))
        n = len(rows) - sum(reasons.values())
        result.append(Score(value, interval if value is not None else None, n, reasons))
    return result


def slices(told: pl.Series) -> dict[str, NDArray[np.intp]]:
    """Return the rows of each slice, ``field=value``, in the order of their names.

    Raises:
        ConfigError: a field has hundreds of values, so that it names rows and not slices.
    """
    rows: dict[str, list[list[int]]] = {}
    values: dict[str, set[str]] = {}
    alike = told.alias("told").to_frame().with_row_index("row").group_by("told", maintain_order=True).agg("row")
    for text, own in alike.iter_rows():  # few texts, of many rows
        fields: dict[str, Any] = {} if text is None else orjson.loads(text)
        for field, value in fields.items():
            rows.setdefault(f"{field}={value}", []).append(own)
            values.setdefault(field, set()).add(value)
    for field, many in values.items():
        if len(many) > _MAX_VALUES:
            raise ConfigError(
                f"the field {field!r} has {len(many):,} values, which is too many for slices",
                hint=f"take a field with at most {_MAX_VALUES} values",
            )
    return {name: np.sort(np.concatenate(rows[name])).astype(np.intp) for name in sorted(rows)}
