"""Classification: accuracy, F1 and Matthews correlation, with the confusion matrix beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal, Self

import numpy as np
import polars as pl
from pydantic import Field

from evalkit.metrics.classification.labels import OTHER, Extract, Labels, label_of
from evalkit.metrics.metric import Metric, Numbers, as_numbers, fingerprint
from evalkit.unscored import reason

_CELLS_SHOWN = 400  # all of a matrix of 20 labels


class Classification(Metric):
    """What the metrics of labels have in common: the labels, and how a reference and an answer are read as one.

    Of several references the one that the answer says is the wanted label; where it says none of them, the first.
    """

    labels: tuple[str, ...] | None = Field(None, description="The labels; those of the references if absent.")
    extract: Extract = Field(
        "trimmed",
        description="Which answer is a label: the exact text; trimmed of space, quotes and stops in any letter case; "
        "or one that mentions exactly one label.",
    )
    key: str | None = Field(
        None,
        description="Answers are JSON objects with the label under this key: a text, or the JSON of a number or a "
        "truth value. A reference that is an object is read so too; any other is the label itself.",
    )

    def prepared(self, frame: pl.DataFrame) -> Self:
        """Return the metric with its labels: those that references have."""
        if self.labels is not None:
            return self
        told = frame["references"].explode().drop_nulls().unique()
        labels = {label for reference in told if (label := label_of(reference, self.key)) is not None}
        return self.model_copy(update={"labels": tuple(sorted(labels))})

    @property
    def choices(self) -> Mapping[str, object]:
        """Return the labels, and how they are found in answers."""
        labels = self.labels or ()
        told: dict[str, object] = {"labels": f"{len(labels)}-{fingerprint(labels)}", "extract": self.extract}
        return told if self.key is None else told | {"key": self.key}

    def codes(self, frame: pl.DataFrame) -> pl.Series:
        """Return codes of the wanted label and of the answer (-1: no label); null: no reference is a label."""
        labels = Labels(self.labels or (), self.extract, self.key)
        codes: list[list[float] | None] = []
        for references, prediction in zip(frame["references"].to_list(), frame["prediction"], strict=True):
            wanted, said = labels.wanted(references), labels.said(prediction)
            codes.append([float(said if said in wanted else wanted[0]), float(said)] if wanted else None)
        return pl.Series(self.name, codes, dtype=pl.Array(pl.Float64, 2))

    @classmethod
    def together(cls, metrics: Sequence[Self], frame: pl.DataFrame) -> list[pl.Series]:
        """Return the statistics of each; the labels are read once for those that read alike."""
        read: dict[object, pl.Series] = {}
        for metric in metrics:
            how = (metric.labels, metric.extract, metric.key)
            if how not in read:
                read[how] = metric.codes(frame)
        return [
            metric.of_codes(read[metric.labels, metric.extract, metric.key]).alias(metric.name) for metric in metrics
        ]

    def statistics(self, frame: pl.DataFrame) -> pl.Series:
        """Return what the metric keeps of the codes of each row; null where the reference is no label."""
        return self.of_codes(self.codes(frame)).alias(self.name)

    def of_codes(self, codes: pl.Series) -> pl.Series:
        """Return the statistics of each row: the codes themselves."""
        return codes

    @property
    def width(self) -> int:
        """Return 2: the code of the wanted label, and that of the answer."""
        return 2

    def warnings(self, frame: pl.DataFrame) -> list[str]:
        """Warn where no answer at all is a label: the settings, more often than the model, are at fault."""
        able = frame.filter(frame.select(reason(self.needs))["reason"].is_null())["prediction"]
        labels = Labels(self.labels or (), self.extract, self.key)
        if not len(able) or not self.labels or any(labels.said(one) != OTHER for one in able):
            return []
        where = "" if self.key is None else f" under the key {self.key!r}"
        none = f"{self.name}: none of {len(able):,} answers has one of the {len(self.labels):,} labels{where}"
        return [f"{none}, so that each counts as wrong; see the settings extract, key and labels"]

    def details(self, frame: pl.DataFrame, statistics: pl.Series) -> dict[str, Any] | None:
        """Return precision, recall, F1 and support of each label, and the confusion matrix with its "other" column."""
        labels = self.labels or ()
        cells, counts = _cells(self.codes(frame.filter(statistics.is_not_null())))
        if not len(cells):
            return None
        codes = np.arange(len(labels), dtype=np.float64)
        right, said, wanted = _per_label(codes, cells[:, 0], cells[:, 1], counts)
        table = [
            {
                "label": label,
                "precision": _share(right[code], said[code]),
                "recall": _share(right[code], wanted[code]),
                "f1": _share(2 * right[code], said[code] + wanted[code]),
                "n": int(wanted[code]),
            }
            for code, label in enumerate(labels)
        ]
        biggest = sorted(zip(cells.tolist(), counts.tolist(), strict=True), key=lambda cell: (-cell[1], cell[0]))
        return {
            "labels": table,
            "confusion": [
                {"wanted": labels[int(a)], "said": None if b == OTHER else labels[int(b)], "n": int(n)}
                for (a, b), n in biggest[:_CELLS_SHOWN]
            ],
            "confusion_cells": len(biggest),
            "other": int(counts[cells[:, 1] == OTHER].sum()),
        }


class Accuracy(Classification):
    """The share of rows whose answer is the wanted label; of several references any may be it."""

    use: Literal["accuracy"] = "accuracy"
    shares: ClassVar[bool] = True

    @property
    def width(self) -> int:
        """Return 1."""
        return 1

    def of_codes(self, codes: pl.Series) -> pl.Series:
        """Return 1 where both codes are equal, else 0."""
        return (codes.arr.get(0) == codes.arr.get(1)).cast(pl.Float64)


class Confused(Classification):
    """What F1 and correlation have in common: they follow from the confusion matrix, not from sums of rows."""

    def of_cells(self, wanted: Numbers, said: Numbers, counts: Numbers) -> Numbers:
        """Return the value for counts (..., cells) of rows of a wanted and a said code (cells)."""
        raise NotImplementedError(f"{self.use} has no value")

    def replicates(self, statistics: Numbers, weights: Numbers) -> Numbers:
        """Return a value for each line of weights (draws, rows)."""
        cells, place = np.unique(statistics, axis=0, return_inverse=True)
        order = np.argsort(place, kind="stable")
        starts = np.searchsorted(place[order], np.arange(len(cells)))
        counts = np.add.reduceat(weights[:, order], starts, axis=1)
        return self.of_cells(cells[:, 0], cells[:, 1], counts)

    def total(self, statistics: pl.Series) -> float | None:
        """Return the value of the rows that could be scored; None where there are none."""
        cells, counts = _cells(statistics)
        if not len(cells):
            return None
        return float(self.of_cells(cells[:, 0], cells[:, 1], counts))


class F1(Confused):
    """F1 of labels: ``:macro`` is their plain mean, ``:weighted`` by how often each is wanted, ``:micro`` of all rows.

    The labels are those that are wanted or said in the rows at hand; an answer that is no label lowers the recall of
    the wanted one. Of several references the one that the answer says is the wanted one, else the first. As
    scikit-learn's ``f1_score(labels=...)``, with 0 for 0/0.
    """

    use: Literal["f1"] = "f1"
    variants: ClassVar[tuple[str, ...]] = ("macro", "micro", "weighted")

    def of_cells(self, wanted: Numbers, said: Numbers, counts: Numbers) -> Numbers:
        """Return the F1 of the counts."""
        codes = np.unique(np.concatenate([wanted, said[said != OTHER]]))
        right, named, true = _per_label(codes, wanted, said, counts)
        if self.variant == "micro":
            return _ratio(2 * right.sum(axis=-1), named.sum(axis=-1) + true.sum(axis=-1))
        f1 = _ratio(2 * right, named + true)
        if self.variant == "weighted":
            return _ratio((f1 * true).sum(axis=-1), true.sum(axis=-1))
        return _ratio(f1.sum(axis=-1), (named + true > 0).sum(axis=-1))


class MCC(Confused):
    """Matthews correlation of wanted and said labels, -1 to 1; answers that are no label count as one more label.

    Of several references the one that the answer says is the wanted label, else the first. The formula for several
    classes is Gorodkin's (2004), as in scikit-learn's ``matthews_corrcoef``.
    """

    use: Literal["mcc"] = "mcc"
    unit: ClassVar[str] = "correlation"

    def of_cells(self, wanted: Numbers, said: Numbers, counts: Numbers) -> Numbers:
        """Return the correlation of the counts; 0 where one side has a single label."""
        codes = np.unique(np.concatenate([wanted, said]))
        right, named, true = _per_label(codes, wanted, said, counts)
        rows = counts.sum(axis=-1)
        together = right.sum(axis=-1) * rows - (named * true).sum(axis=-1)
        spread = (rows**2 - (named**2).sum(axis=-1)) * (rows**2 - (true**2).sum(axis=-1))
        return _ratio(together, np.sqrt(spread))


def _cells(statistics: pl.Series) -> tuple[Numbers, Numbers]:
    """Return the pairs of codes that occur, and how often each does."""
    numbers = as_numbers(statistics.drop_nulls())
    if not len(numbers):
        return np.empty((0, 2)), np.empty(0)
    cells, counts = np.unique(numbers, axis=0, return_counts=True)
    return cells, counts.astype(np.float64)


def _per_label(codes: Numbers, wanted: Numbers, said: Numbers, counts: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Return for each code how many rows are right, say it, and want it, of counts (..., cells)."""
    is_wanted = (wanted[:, None] == codes[None, :]).astype(np.float64)
    is_said = (said[:, None] == codes[None, :]).astype(np.float64)
    return counts @ (is_wanted * is_said), counts @ is_said, counts @ is_wanted


def _ratio(above: Numbers, below: Numbers) -> Numbers:
    """Return the ratio, 0 where it would be 0/0."""
    return np.divide(above, below, out=np.zeros(np.broadcast(above, below).shape), where=np.asarray(below) > 0)


def _share(above: float, below: float) -> float:
    return float(above / below) if below else 0.0
