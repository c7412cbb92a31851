"""Check: does the answer do what the row's own checks ask."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from importlib.metadata import version as installed
from typing import Any, ClassVar, Literal, Self

import numpy as np
import orjson
import polars as pl
from pydantic import PrivateAttr

from evalkit.metrics.checks import CHECKS, BadCheckError
from evalkit.metrics.metric import Metric, Numbers, fingerprint, truths
from evalkit.unscored import Need


class Checks(Metric):
    """What `Check` and `CheckParts` share: the checks of each row, and their hash."""

    needs: ClassVar[tuple[Need, ...]] = ("answer",)
    best: ClassVar[float | None] = None  # the reference of a row is one way to answer, where there is one at all
    otherwise: ClassVar[str] = "bad_check"
    _known_by: str = PrivateAttr("")

    def prepared(self, frame: pl.DataFrame) -> Self:
        """Return the metric with the hash of all checks, so that two suites are never taken for one."""
        known = self.model_copy()
        rows = frame.select("id", "check").drop_nulls()
        known._known_by = fingerprint(rows["id"] + " " + rows["check"])
        return known

    @property
    def version(self) -> int:
        """Return 2: the last "the answer is" counts, signs of short answers do, and every check is made or none."""
        return 2

    @property
    def choices(self) -> Mapping[str, object]:
        """Return the checks, and the library that tells languages."""
        return {"checks": self._known_by, "lib": f"py3langid-{installed('py3langid')}"}

    def details(self, frame: pl.DataFrame, statistics: pl.Series) -> dict[str, Any] | None:
        """Return how often each check was asked and failed, the most failed first."""
        asked: Counter[str] = Counter()
        failed: Counter[str] = Counter()
        for answer, told in _rows(frame.filter(statistics.is_not_null())):
            for one, passed in zip(orjson.loads(told or "[]"), _passed(answer, told) or [], strict=True):
                asked[one["is"]] += 1
                failed[one["is"]] += not passed
        ranked = sorted(asked, key=lambda name: (-failed[name], name))
        return {"checks": [{"check": name, "asked": asked[name], "failed": failed[name]} for name in ranked]}


class Check(Checks):
    """1 where the answer passes every check in the row's field ``check``, else 0; an empty answer passes none.

    An item of a suite carries its checks: ``[{"is": "number", "value": 42}]``. With IFEval's items this is the strict
    accuracy of prompts.
    """

    use: Literal["check"] = "check"
    shares: ClassVar[bool] = True

    def statistics(self, frame: pl.DataFrame) -> pl.Series:
        """Return 1 or 0; null where a row has no checks, or one that cannot be made."""
        found = [_passed(answer, told) for answer, told in _rows(frame)]
        return truths(self.name, [None if one is None else all(one) for one in found])


class CheckParts(Checks):
    """The share of all checks that are passed, over all rows; with IFEval's items the strict accuracy of instructions.

    It is finer than ``check`` where an item has several checks.
    """

    use: Literal["check_parts"] = "check_parts"

    @property
    def width(self) -> int:
        """Return 2: checks passed, checks asked."""
        return 2

    def statistics(self, frame: pl.DataFrame) -> pl.Series:
        """Return (passed, asked); null where a row has no checks, or one that cannot be made."""
        found = [_passed(answer, told) for answer, told in _rows(frame)]
        rows = [None if one is None else [float(sum(one)), float(len(one))] for one in found]
        return pl.Series(self.name, rows, dtype=pl.Array(pl.Float64, 2))

    def of_sums(self, sums: Numbers, rows: Numbers) -> Numbers:
        """Return passed over asked."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(sums[..., 0] / sums[..., 1])


def _rows(frame: pl.DataFrame) -> Iterator[tuple[str, str | None]]:
    return zip(frame["prediction"].to_list(), frame["check"].to_list(), strict=True)


def _passed(answer: str, told: str | None) -> list[bool] | None:
    """Return whether each check of a row holds; None where there is none, or one that cannot be made."""
    checks = orjson.loads(told or "[]")
    if not isinstance(checks, list) or not checks:
        return None
    if any(not isinstance(one, dict) or not _is_known(one.get("is")) for one in checks):
        return None
    try:
        return [CHECKS[one["is"]](answer, one) and bool(answer.strip()) for one in checks]
    except BadCheckError:
        return None


def _is_known(name: object) -> bool:
    return isinstance(name, str) and name in CHECKS
