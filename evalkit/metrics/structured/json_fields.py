"""Fields of a JSON answer against those of a reference: how many are right, wrong, missing, or too many."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Literal

import numpy as np
import polars as pl
from pydantic import Field

from evalkit.metrics.metric import Metric, Numbers
from evalkit.metrics.structured.equal import equal
from evalkit.metrics.structured.json_text import NOTHING, as_told, extracted
from evalkit.unscored import Need

_FIELDS_SHOWN = 200
_INDEX = re.compile(r"(?<=/)~\[\d*\](?=/|$)")
Leaf = tuple[str, str, object]  # the pointer (of a list: ~[place], which no key is), the kind of the value, the value


class JsonFields(Metric):
    """Fields of the answer that the reference has with the same value, over all rows together.

    A field is a leaf: a JSON pointer and what stands there, where the order of keys does not matter. ``:precision`` is
    the share of the answers' fields that are right, ``:recall`` the share of the references' fields that are found,
    ``:f1`` their harmonic mean, ``:exact`` the share of rows where all fields are right and none is too many. An answer
    that is no JSON has no field; where no answer has one, precision is 0. Of several references each row takes the one
    with the highest F1.
    """

    use: Literal["json_fields"] = "json_fields"
    variants: ClassVar[tuple[str, ...]] = ("f1", "precision", "recall", "exact")
    needs: ClassVar[tuple[Need, ...]] = ("text", "value")
    lists: Literal["ordered", "unordered"] = Field(
        "ordered",
        description="Whether the place in a list counts; unordered, :exact alone tells which fields stand together.",
    )
    extract: bool = Field(default=False, description="Take the value out of other text, as json_extracted does.")

    @property
    def version(self) -> int:
        """Return 2: an empty list is a reference, long numbers are exact, and so is ``:exact`` of unordered lists."""
        return 2

    @property
    def width(self) -> int:
        """Return 4: right fields, the answer's fields, the reference's fields, and whether all are right."""
        return 4

    @property
    def choices(self) -> Mapping[str, object]:
        """Return how lists are compared and how the value is read."""
        return {"lists": self.lists, "rule": "whole-fence-value" if self.extract else "whole"}

    def statistics(self, frame: pl.DataFrame) -> pl.Series:
        """Return the counts of each row, of the reference that fits best; null where no reference is JSON."""
        counted = [None if row is None else _counts(*row) for row in self._read(frame)]
        return pl.Series(self.name, counted, dtype=pl.Array(pl.Float64, self.width))

    @classmethod
    def together(cls, metrics: Any, frame: pl.DataFrame) -> list[pl.Series]:
        """Return the counts, which are the same for every variant, read once."""
        read = {(one.lists, one.extract): one for one in metrics}
        found = {how: one.statistics(frame) for how, one in read.items()}
        return [found[one.lists, one.extract].alias(one.name) for one in metrics]

    def _read(self, frame: pl.DataFrame) -> Iterator[tuple[Counter[Leaf], Counter[Leaf], bool] | None]:
        """Yield the leaves of an answer, of its best reference, and if they are equal; None where none is JSON."""
        for text, references in zip(frame["prediction"], frame["references"].to_list(), strict=True):
            wanted, read = as_told(references)
            if not wanted:
                yield None
                continue
            value = extracted(text, read) if self.extract else read(text)
            said = Counter[Leaf]() if value is NOTHING else self._leaves(value)
            fits = [(own := self._leaves(one), self._equal(value, said, one, own)) for one in wanted]
            yield said, *max(fits, key=lambda fit: (*_fit(said, fit[0]), fit[1]))

    def _equal(self, value: Any, said: Counter[Leaf], other: Any, wanted: Counter[Leaf]) -> bool:
        """Say whether two values are equal; where lists have no order, equal leaves may stand in other elements."""
        return said == wanted and (self.lists == "ordered" or equal(value, other, ordered=False))

    def _leaves(self, value: Any) -> Counter[Leaf]:
        return Counter(leaves(value, ordered=self.lists == "ordered"))

    def of_sums(self, sums: Numbers, rows: Numbers) -> Numbers:
        """Return the variant's value of summed counts (..., 4): 0 for 0/0, nan where there are no rows."""
        right, said, wanted, exact = (sums[..., place] for place in range(4))
        above, below = {
            "f1": (2 * right, said + wanted),
            "precision": (right, said),
            "recall": (right, wanted),
            "exact": (exact, rows),
        }[self.variant]
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(np.asarray(below) > 0, above / below, np.where(np.asarray(rows) > 0, 0.0, np.nan))

    def details(self, frame: pl.DataFrame, statistics: pl.Series) -> dict[str, Any] | None:
        """Return precision, recall and F1 of each field, of rows with a score; every index of a list is ``*``."""
        right: Counter[str] = Counter()
        said: Counter[str] = Counter()
        wanted: Counter[str] = Counter()
        for row in self._read(frame.filter(statistics.is_not_null())):
            if row is not None:
                for counts, leaves_ in ((said, row[0]), (wanted, row[1]), (right, row[0] & row[1])):
                    for (pointer, _, _), times in leaves_.items():
                        counts[_general(pointer)] += times
        fields = sorted(said | wanted, key=lambda field: (-wanted[field], field))
        shown = [
            {
                "field": field,
                "precision": right[field] / said[field] if said[field] else 0.0,
                "recall": right[field] / wanted[field] if wanted[field] else 0.0,
                "f1": 2 * right[field] / (said[field] + wanted[field]),
                "n": wanted[field],
            }
            for field in fields[:_FIELDS_SHOWN]
        ]
        return {"fields": shown, "field_kinds": len(fields)}


def leaves(value: Any, *, ordered: bool) -> Iterator[Leaf]:
    """Yield the leaves of a value; an empty object or list is one. 1 and 1.0 are one number, 1 and true are not."""
    stack: list[tuple[str, Any]] = [("", value)]
    while stack:
        pointer, inner = stack.pop()
        if isinstance(inner, dict) and inner:
            stack += [(f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}", one) for key, one in inner.items()]
        elif isinstance(inner, list) and inner:
            stack += [(f"{pointer}/~[{place if ordered else ''}]", one) for place, one in enumerate(inner)]
        elif isinstance(inner, dict | list):
            yield pointer, type(inner).__name__, ""
        elif isinstance(inner, int | float) and not isinstance(inner, bool):
            yield pointer, "number", inner
        else:
            yield pointer, type(inner).__name__, inner


def _general(pointer: str) -> str:
    return _INDEX.sub("*", pointer)


def _counts(said: Counter[Leaf], wanted: Counter[Leaf], same: bool) -> list[float]:
    right = (said & wanted).total()
    return [float(right), float(said.total()), float(wanted.total()), float(same)]


def _fit(said: Counter[Leaf], wanted: Counter[Leaf]) -> tuple[float, int, int]:
    """Return how well a reference fits an answer: their F1, then the fields that are right, then its fewness."""
    right, fields = (said & wanted).total(), wanted.total()
    return 2 * right / (said.total() + fields), right, -fields
