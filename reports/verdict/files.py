"""``verdict.json`` as the page reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from reports.files import Part

Said = Literal["pass", "fail", "inconclusive"]
Bounds = tuple[float | None, float | None]


class Estimate(Part):
    """What a rule is held against."""

    of: Literal["difference", "ratio", "value"]
    value: float | None


class Line(Part):
    """Where the margin lies on the scale of the estimate, and on which side a rule passes."""

    at: float
    passes: Literal["above", "below"]


class Waiver(Part):
    """Why a rule may stay unmet."""

    reason: str
    who: str
    until: str


class Untainted(Part):
    """The same rule without tainted items."""

    n: int
    estimate: float | None
    interval: Bounds
    verdict: Said


class Test(Part):
    """A test of no difference."""

    name: str
    p_value: float | None


class Row(Part):
    """A rule with its numbers."""

    name: str
    metric: str
    slice: str | None
    rule: str
    baseline: str | None
    level: Literal["confident", "point"] = "confident"
    unit: str
    better: Literal["higher", "lower"]
    base: float | None
    candidate: float | None
    estimate: Estimate
    interval: Bounds
    margin: float
    line: Line
    p_value: float | None
    p_adjusted: float | None
    verdict: Said
    counts_as: Said | None = None  # None of slices, which only inform
    smallest_detectable: float | None
    n: int
    units: int
    unpaired: int
    counted_wrong: Mapping[str, int]
    needed_n: int | None
    signature: str
    test: Test | None
    next: list[str]
    waiver: Waiver | None = None
    without_tainted: Untainted | None = None


class Judged(Part):
    """A run that was judged, or judged against."""

    path: str
    rows: int
    data_sha256: str | None
    model: Mapping[str, Any]


class Runs(Part):
    """The runs of a verdict."""

    candidate: Judged
    baselines: Mapping[str, Judged]


class Tainted(Part):
    """Items that training rows hold."""

    listed: int
    items: int
    of: int


class Settings(Part):
    """How sure the gate was asked to be."""

    alpha: float
    power: float
    draws: int
    seed: int


class Verdict(Part):
    """The whole file."""

    verdict: Said
    exit_code: int
    limits: list[Row]
    slices: list[Row]
    flips: Mapping[str, Mapping[str, Mapping[str, Any]]]
    tainted: Tainted
    warnings: list[str]
    runs: Runs
    settings: Settings
