"""How far below an equal model's value its lower bound comes to lie, where units are too few for the normal theory."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from evalkit.gate.statistics.estimate import still_reach, still_units, widest_of
from evalkit.gate.statistics.power import POINT, chance_of_equal_mean, smallest_mean, squared
from evalkit.gate.statistics.sample import Kind, Sample, estimand
from evalkit.metrics.metric import Numbers
from evalkit.statistics.bca import scaled
from evalkit.statistics.few import CAUTIOUS_BELOW
from evalkit.statistics.normal import quantile, t_quantile

_DRAWS = 4000
_DRAWN_BELOW = 4096  # units; of more the normal theory holds
_DRAWN_AT_ONCE = 1 << 20  # units of all draws
_DRAWS_AT_LEAST = 1000
_STILL = 1e-12
_CUBED = 300  # powers of two up to which sums of cubes are finite
_ASSUMED = 4096  # normal units, where only the size of a spread is known


@dataclass(frozen=True, eq=False)
class Spread:
    """What each unit (item, or cluster) adds to a number beyond its share of it."""

    influence: Numbers  # (units,), its mean is 0
    moving: float  # the share of the units on which the runs differ
    widest: float  # the most that a unit can move, of which the gate is wary where none does: infinite where few
    widest_of_many: float  # units do not tell; and where many are

    @property
    def is_still(self) -> bool:
        """Say whether no unit adds anything: the gate looks at how many may have stayed unseen."""
        return not bool(np.any(np.abs(self.influence) > _STILL))

    def error(self, units: int) -> float:
        """Return the standard error of so many units."""
        numbers, exponent = scaled(self.influence)
        return float(np.ldexp(numbers.std(), exponent)) / math.sqrt(units)

    def unseen(self, units: int, alpha: float) -> float:
        """Return how far units that stayed unseen may move a number; a rule on the number alone does not ask."""
        widest = self.widest if units < CAUTIOUS_BELOW else self.widest_of_many
        return 0.0 if alpha >= POINT else still_reach(units, alpha, widest)


@np.errstate(over="ignore", invalid="ignore")  # a sum may be too large for a number: it has no value then
def spread_of(sample: Sample, kind: Kind, *, above: bool) -> Spread:
    """Return the spread of a difference, ratio or value, by leaving out each unit; ``above``: more is better."""
    sample = sample.alone if kind == "value" else sample
    whole = estimand(sample, kind)
    left = np.repeat(whole.left_out(), whole.units.counts.astype(np.intp))
    influence = (left.mean() - left) * (sample.units - 1) * (1 if above else -1)
    widest = (widest_of(sample, kind, whole.value, many=many) for many in (False, True))
    return Spread(influence, sample.moving / sample.units, *widest)


def assumed(error: float, units: int, widest: float, widest_of_many: float) -> Spread:
    """Return a normal spread that gives so many units this standard error."""
    chances = (np.arange(_ASSUMED) + 0.5) / _ASSUMED
    normal = np.array([quantile(float(chance)) for chance in chances])
    return Spread(normal / normal.std() * error * math.sqrt(units), 1.0, widest, widest_of_many)


def hidden(spread: Spread, units: int, alpha: float, shrunk: float) -> tuple[Spread, float]:
    """Return a spread in place of one of which so many units showed nothing, and the share of units that vary by it.

    Those are as many as the rule of three allows, at most half. They vary as right and wrong would, for in a known
    range no spread is wider (Bhatia and Davis 2000), ``shrunk`` times: half of them upwards, half downwards.
    """
    share = min(0.5, still_reach(units, alpha, 1.0))
    error = shrunk * math.sqrt(share * (1 - share)) * spread.widest
    moving = max(1, round(share * _ASSUMED / 2))  # of units, on either side
    influence = np.zeros(_ASSUMED)
    influence[:moving], influence[-moving:] = -1.0, 1.0
    return replace(spread, influence=influence / influence.std() * error, moving=2 * moving / _ASSUMED), share


def chance_of_equal(spread: Spread, units: int, margin: float, alpha: float) -> float:
    """Return the chance that an equal model passes a margin."""
    if spread.is_still:
        return float(spread.unseen(units, alpha) <= margin)
    if units >= _DRAWN_BELOW:
        return chance_of_equal_mean(margin, spread.error(units), alpha)
    return float((_reaches(spread, units, alpha) <= margin).mean())


def affordable_margin(spread: Spread, units: int, alpha: float, wanted: float) -> float:
    """Return the margin that an equal model passes with a chance of ``wanted``; inf where there is none."""
    if spread.is_still:
        return spread.unseen(units, alpha)
    if units >= _DRAWN_BELOW:
        return smallest_mean(spread.error(units), alpha, wanted)
    return float(np.quantile(_reaches(spread, units, alpha), wanted, method="higher"))


def needed_units(spread: Spread, margin: float, alpha: float, wanted: float) -> float:
    """Return the units with which an equal model passes a margin with a chance of ``wanted``; inf where none do."""
    if margin < 0 or (margin == 0 and alpha < POINT):
        return math.inf
    if spread.is_still and alpha >= POINT:
        return 1.0
    if spread.is_still and math.isinf(spread.widest):
        return max(CAUTIOUS_BELOW, still_units(margin, alpha, spread.widest_of_many))
    if spread.is_still:
        return still_units(margin, alpha, spread.widest)
    low = squared(smallest_mean(spread.error(1), alpha, wanted) / margin)
    if low >= _DRAWN_BELOW:
        return low
    few, many = max(1, math.ceil(low) - 1), math.ceil(low) + 1
    while many < _DRAWN_BELOW and affordable_margin(spread, many, alpha, wanted) > margin:
        few, many = many, min(_DRAWN_BELOW, 2 * many - few + 1)
    while many - few > 1:
        middle = (few + many) // 2
        if affordable_margin(spread, middle, alpha, wanted) <= margin:
            many = middle
        else:
            few = middle
    return float(many)


def _reaches(spread: Spread, units: int, alpha: float) -> Numbers:
    """Return how far the gate's bound lies below 0 in draws of so many units of an equal model.

    The bound is BCa's, or where units are few the lower of it and Student's t. Where BCa's lies in a draw follows from
    its skewness to the second order (DiCiccio and Efron 1996, Statistical Science 11:189-228): z + a (2 z^2 + 1) for a
    mean.
    """
    random = np.random.Generator(np.random.Philox(units))
    draws = max(_DRAWS_AT_LEAST, min(_DRAWS, _DRAWN_AT_ONCE // units))
    places = random.integers(0, len(spread.influence), size=(draws, units))
    unit = 2.0 ** max(0, math.frexp(np.abs(spread.influence).max())[1] - _CUBED)
    drawn = spread.influence[places] / unit
    if alpha >= POINT:
        return np.asarray(-drawn.mean(axis=1) * unit)
    centred = drawn - drawn.mean(axis=1, keepdims=True)
    square = (centred**2).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        skew = np.where(square > 0, (centred**3).sum(axis=1) / (6 * square**1.5), 0.0)
    z = -t_quantile(1 - alpha, max(1, units - 1)) * math.sqrt(units / max(1, units - 1))
    bca = drawn.mean(axis=1) + np.sqrt(square) / units * (z + skew * (2 * z * z + 1))
    moving = _moving(spread)[places].sum(axis=1)
    if units < CAUTIOUS_BELOW:
        t = np.array([t_quantile(1 - alpha, max(1, int(many) - 1)) for many in moving])
        bca = np.minimum(bca, drawn.mean(axis=1) - t * np.sqrt(square / (units * max(1, units - 1))))
    still = drawn.mean(axis=1) - spread.unseen(units, alpha) / unit
    seen = (moving > 0) & (square > _STILL * units)  # in a draw of units of one kind alone the gate sees no spread
    return np.asarray(-np.where(seen, bca, still) * unit)


def _moving(spread: Spread) -> np.ndarray:
    """Say of each unit whether the runs differ on it: those that add most to the spread are taken for them."""
    size = np.abs(spread.influence)
    many = round(spread.moving * len(size))
    found = np.zeros(len(size), dtype=bool)
    found[np.argsort(-size, kind="stable")[:many]] = True
    return found
