"""One rule held against one estimate: what it is about, where its line is, on which side the estimate lies."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from curate.core.run.errors import ConfigError
from evalkit.gate.config import Level, Limit
from evalkit.gate.statistics.estimate import Estimate
from evalkit.gate.statistics.sample import Kind
from evalkit.metrics.metric import Metric
from evalkit.statistics.few import range_of

Said = Literal["pass", "fail", "inconclusive"]


Rule = tuple[Limit, str | None, Level]  # on which slice, by which level


class Line(NamedTuple):
    """What a rule estimates, and the number it must not pass."""

    kind: Kind
    at: float
    above: bool  # whether the estimate has to lie above it


def line(limit: Limit, better: str) -> Line:
    """Return the line of a rule, in the raw units of candidate minus baseline."""
    higher = better == "higher"
    side = 1.0 if higher else -1.0
    return {
        "max_drop": Line("difference", -side * limit.margin, higher),
        "min_gain": Line("difference", side * limit.margin, higher),
        "max_ratio": Line("ratio", limit.margin, above=False),
        "min_value": Line("value", limit.margin, above=True),
        "max_value": Line("value", limit.margin, above=False),
    }[limit.rule]


@dataclass(eq=False)
class Judged:
    """An estimate on its rule."""

    limit: Limit
    slice: str | None
    baseline: str | None
    better: str
    line: Line
    estimate: Estimate
    level: Level
    p_fail: float  # of the claim that the truth lies beyond the line
    p_adjusted: float
    verdict: Said = "inconclusive"
    held_back: int = 0  # of so many rules together it is no fail by Holm, and alone it would be one
    apart: str = ""  # what tells it from another rule that would be called the same

    @property
    def name(self) -> str:
        """Return what the rule is called, for waivers and reports: ``exact_match max_drop on language=de``."""
        return _name((self.limit, self.slice, self.level), self.apart)

    def conclude(self, p_adjusted: float, alpha: float, rules: int = 1) -> None:
        """Set the verdict: pass needs no correction (all rules must pass), fail stands only if it does after Holm's."""
        self.p_adjusted = p_adjusted
        self.verdict = _point(self) if self.level == "point" else _confident(self, alpha)
        alone = self.verdict == "inconclusive" and self.level == "confident" and _beyond(self)
        self.held_back = rules if alone and self.p_fail <= alpha < p_adjusted else 0


def judged(limit: Limit, where: str | None, baseline: str | None, better: str, found: Estimate, level: Level) -> Judged:
    """Return an estimate on its rule, without a verdict yet."""
    own = line(limit, better)
    less, more = found.tails(own.at)
    p = less if own.above else more
    return Judged(limit, where, baseline, better, own, found, level, p, p)


def refuse_margin(limit: Limit, metric: Metric) -> None:
    """Refuse a rule that would say nothing: a margin in points on a share, or a ratio of what may be negative.

    Raises:
        ConfigError: it is one.
    """
    least, most = range_of(metric.unit)
    if limit.rule == "max_ratio" and least < 0:
        raise ConfigError(
            f"{limit.metric} max_ratio says nothing: the metric goes from {least:g} to {most:g}, and of two numbers "
            "below 0 the smaller ratio may be the worse",
            hint="max_drop, or min_value",
        )
    if math.isinf(most) or limit.rule == "max_ratio":
        return
    moves = limit.rule in ("max_drop", "min_gain")
    if limit.margin >= most - least if moves else not least <= limit.margin <= most:
        raise ConfigError(
            f"{limit.metric} {limit.rule} = {limit.margin:g} can never decide: "
            f"the metric goes from {least:g} to {most:g}",
            hint="a margin is in the metric's own unit: of a share, 0.02 are two percentage points",
        )


def tell_apart(rules: Sequence[Judged]) -> None:
    """Give rules of one name their margins in it, and their levels where margins are not enough."""
    for one, apart in zip(rules, _apart([(one.limit, one.slice, one.level) for one in rules]), strict=True):
        one.apart = apart


def names(rules: Sequence[Rule]) -> list[str]:
    """Return what rules are called beside one another."""
    return [_name(rule, apart) for rule, apart in zip(rules, _apart(rules), strict=True)]


def _name(rule: Rule, apart: str = "") -> str:
    limit, where, _ = rule
    on = f" on {where}" if where else ""
    against = f" against {limit.baseline}" if limit.baseline else ""
    return f"{limit.metric} {limit.rule}{apart}{on}{against}"


def _apart(rules: Sequence[Rule]) -> list[str]:
    """Return what each has in its name to be told from others that would be called the same."""
    named: dict[str, list[Rule]] = {}
    for rule in rules:
        named.setdefault(_name(rule), []).append(rule)
    found = []
    for rule in rules:
        limit, _, level = rule
        same = named[_name(rule)]
        margins = {one.margin for one, _, _ in same}
        levels = {own for _, _, own in same} if len(margins) < len(same) else set()
        margin = f" {limit.margin:g}" if len(margins) > 1 else ""
        found.append(f"{margin} by {level}" if len(levels) > 1 else margin)
    return found


def _point(one: Judged) -> Said:
    value, at, slack = one.estimate.value, one.line.at, _slack(one)
    if math.isnan(value):
        return "inconclusive"
    return "pass" if (value >= at - slack if one.line.above else value <= at + slack) else "fail"


def _slack(one: Judged) -> float:
    """Return what the last bits of a sum may be: 0.70 - 0.72 is a hair below -0.02."""
    return 1e-12 * max(1.0, abs(one.line.at))


def _confident(one: Judged, alpha: float) -> Said:
    low, high, at, slack = one.estimate.low, one.estimate.high, one.line.at, _slack(one)
    if low >= at - slack if one.line.above else high <= at + slack:
        return "pass"
    return "fail" if _beyond(one) and one.p_adjusted <= alpha else "inconclusive"


def _beyond(one: Judged) -> bool:
    """Say whether the whole interval lies on the line's wrong side."""
    return one.estimate.high < one.line.at if one.line.above else one.estimate.low > one.line.at


def holm(p_values: list[float]) -> list[float]:
    """Return p values adjusted by Holm (1979), Scandinavian Journal of Statistics 6:65-70, in the order given."""
    order = sorted(range(len(p_values)), key=lambda place: p_values[place])
    adjusted = [0.0] * len(p_values)
    highest = 0.0
    for rank, place in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[place]))
        adjusted[place] = highest
    return adjusted
