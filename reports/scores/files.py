"""``scores.json`` as the page reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from reports.files import Part


class Value(Part):
    """What a metric says of some rows."""

    value: float | None
    interval: tuple[float, float] | None
    n: int
    unscored: int
    reasons: Mapping[str, int]


class Metric(Value):
    """What a metric says of all rows."""

    unit: str
    better: Literal["higher", "lower"]
    signature: str
    warnings: list[str] = []
    details: Mapping[str, Any] | None = None


class Scores(Part):
    """The whole file."""

    metrics: Mapping[str, Metric]
    slices: Mapping[str, Mapping[str, Value]]
    rows: int
    data_sha256: str
    model: Mapping[str, Any]
