"""A difference, ratio or value with its bounds: which statistic is right for a sample, and how it was made."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from evalkit.gate.statistics import binomial, tango
from evalkit.gate.statistics.inversion import resampled_mean
from evalkit.gate.statistics.mcnemar import mid_p
from evalkit.gate.statistics.resample import DRAWS, FEW_KINDS, replicates, way_of
from evalkit.gate.statistics.sample import Estimand, Kind, Sample, estimand, of_cells, value_of
from evalkit.gate.statistics.signflip import sign_flip_p
from evalkit.metrics.metric import Numbers
from evalkit.statistics.bca import BCa, Distribution, Drawn, acceleration, jackknife_error, scaled
from evalkit.statistics.few import CAUTIOUS_BELOW, RANGES
from evalkit.statistics.normal import below, t_below, t_quantile

FEW_CLUSTERS = 40  # below it a verdict warns
_INVERTED_FROM = 256
Tails = Callable[[float], tuple[float, float]]  # margin -> p of "below the margin", p of "above it"


@dataclass(frozen=True)
class Settings:
    """How sure, and with which draws."""

    alpha: float = 0.05
    draws: int = DRAWS
    seed: int = 0
    exact: bool = True  # count every outcome of few items; costs a tenth of a second


@dataclass(frozen=True)
class Estimate:
    """A number that a rule is about, and what is known of it."""

    value: float
    base: float | None
    candidate: float
    low: float
    high: float
    error: float  # standard error, cluster-robust where there are clusters
    n: int
    units: int
    method: str  # the interval's name, its level and its draws
    tails: Tails
    discordant: float | None = None  # the share of items on which exactly one run is right
    is_share: bool = False  # whether it is one run's share of right items, judged by exact bounds up to 5,000
    test: tuple[str, float] | None = None  # the test of no difference that stands beside, and its p value
    effective: int | None = None  # units of equal size that clusters tell as much as; None where items stand alone


@np.errstate(over="ignore", invalid="ignore")  # a sum may be too large for a number: it has no value then
def estimate(sample: Sample, kind: Kind, settings: Settings) -> Estimate:
    """Return the estimate of a sample; both bounds hold one-sided with chance ``1 - alpha``.

    A difference of shares has Tango's score interval (exact up to 100 items) beside McNemar's mid-p test; a share
    Clopper and Pearson's up to 5,000 items, Wilson's above; a difference of means BCa bounds of the paired bootstrap
    beside the sign-flip test; anything else (corpus metrics, ratios, clusters) BCa bounds of the bootstrap on
    sufficient statistics.
    """
    if kind == "value":
        sample = sample.alone
    if sample.binary and kind == "value":
        return _share(sample, settings)
    if sample.binary and kind == "difference":
        return _shares(sample, settings)
    return _bootstrapped(sample, kind, settings)


def digits(value: float | None) -> float | None:
    """Return six digits: sums of products differ in the last bits from one number of threads to another."""
    return None if value is None or not math.isfinite(value) else float(f"{value:.6g}")


def _share(sample: Sample, settings: Settings) -> Estimate:
    n, hits = sample.n, round(float(sample.candidate.sum()))
    share = hits / n
    low, high = binomial.bounds(hits, n, settings.alpha)

    def tails(margin: float) -> tuple[float, float]:
        fewer, more = binomial.tails(hits, n, min(1.0, max(0.0, margin)))
        return fewer, more

    error = math.sqrt(share * (1 - share) / n)
    method = f"{'clopper_pearson' if n <= binomial.COUNTED_UP_TO else 'wilson'},alpha:{settings.alpha:g}"
    return Estimate(share, None, share, low, high, error, n, n, method, tails, is_share=True)


def _shares(sample: Sample, settings: Settings) -> Estimate:
    n = sample.n
    base, candidate = sample.base[:, 0], sample.candidate[:, 0]
    gains, losses = int((candidate > base).sum()), int((candidate < base).sum())
    exact = settings.exact and n <= tango.EXACT_UP_TO
    low, high = (tango.exact_interval if exact else tango.score_interval)(gains, losses, n, settings.alpha)

    def tails(margin: float) -> tuple[float, float]:
        if exact:
            return tango.exact_p(gains, losses, n, margin)
        chance = below(float(tango.score_z(gains, losses, n, margin)))
        return chance, 1 - chance

    share, moved = (gains - losses) / n, (gains + losses) / n
    return Estimate(
        value=share,
        base=float(base.mean()),
        candidate=float(candidate.mean()),
        low=low,
        high=high,
        error=math.sqrt(max(moved - share * share, 0.0) / n),
        n=n,
        units=n,
        method=f"{'tango_exact' if exact else 'tango'},alpha:{settings.alpha:g}",
        tails=tails,
        discordant=moved,
        test=("mcnemar_mid_p", mid_p(losses, gains)),
    )


def _bootstrapped(sample: Sample, kind: Kind, settings: Settings) -> Estimate:
    plain = sample.mean and sample.clusters is None and kind != "ratio"
    test = None
    if plain:
        moved = sample.moved
        value, error, skew = _moments(moved)
        if kind == "difference" and error > 0:
            test = ("sign_flip", sign_flip_p(moved, settings.draws, settings.seed))
    else:
        whole = estimand(sample, kind)
        value, error, skew = whole.value, 0.0, 0.0
        if math.isfinite(value):
            left, counts = whole.left_out(), whole.units.counts
            error, skew = jackknife_error(left, counts), acceleration(left, counts)
    base = value_of(sample.metric, sample.base) if kind != "value" else None
    build = partial(
        Estimate, value=value, base=base, candidate=value_of(sample.metric, sample.candidate), n=sample.n,
        units=sample.units, test=test, effective=None if sample.clusters is None else sample.effective,
    )  # fmt: skip
    if not error > 1e-12 * max(1.0, abs(value)):
        still = _still(sample, kind, value, settings.alpha)
        low, high = _within(sample, kind, still.low, still.high)
        return build(low=low, high=high, error=0.0, method=f"no_spread,alpha:{settings.alpha:g}", tails=still.tails)
    continuous = plain and sample.n >= _INVERTED_FROM and len(np.unique(sample.moved)) > FEW_KINDS
    drawn = resampled_mean(sample.moved) if continuous else estimand(sample, kind)
    distribution, way = _distribution(drawn, skew, settings)
    if isinstance(distribution, Drawn) and not len(distribution.values):  # every sum is too large for a number
        low, high = _within(sample, kind, -math.inf, math.inf)
        return build(low=low, high=high, error=error, method=f"no_draw,{way}", tails=lambda _: (1.0, 1.0))
    if isinstance(distribution, Drawn) and of_cells(sample.metric):
        distribution = distribution.around(value)
    bca = BCa(distribution, value, skew, sample.effective)
    few, moving = sample.effective < CAUTIOUS_BELOW, min(sample.moving, sample.effective)
    low, high, tails = (
        _cautious(bca, error, moving, settings.alpha) if few else (*bca.bounds(settings.alpha), bca.tails)
    )
    low, high = _within(sample, kind, low, high)
    name = ("bca_or_t" if few else "bca") + (",clusters" if sample.clusters is not None else "")
    return build(low=low, high=high, error=error, method=f"{name},{way},alpha:{settings.alpha:g}", tails=tails)


def _moments(numbers: Numbers) -> tuple[float, float, float]:
    """Return mean, standard error and acceleration, as leaving out one number after the other would give them."""
    n, mean = len(numbers), float(numbers.mean())
    centred, exponent = scaled(numbers - mean)
    square = float((centred**2).sum())
    error = float(np.ldexp(math.sqrt(square / (n * (n - 1))), exponent)) if n > 1 else math.nan
    return mean, error, float((centred**3).sum()) / (6 * square**1.5) if square > 0 else 0.0


def _distribution(drawn: Estimand | Distribution, skew: float, settings: Settings) -> tuple[Distribution, str]:
    if not isinstance(drawn, Estimand):
        return drawn, "draws:endless"
    way = way_of(drawn.units, skew)
    values = replicates(drawn.units, drawn.of, way, settings.draws, settings.seed)
    return Drawn(values), f"draws:{settings.draws},of:{way},seed:{settings.seed}"


def _cautious(bca: BCa, error: float, moving: int, alpha: float) -> tuple[float, float, Tails]:
    """Return the wider of BCa and Student's t on both sides: a bootstrap of few units is too narrow.

    Cameron, Gelbach and Miller (2008), The Review of Economics and Statistics 90:414-427. Units on which both runs are
    equal say nothing of which way the others lean (McNemar leaves them out for that), so that t has as many degrees of
    freedom as units that moved, less one; of clusters, no more than those of equal size would have that tell as much.
    """
    low, high = bca.bounds(alpha)
    freedom = max(1, moving - 1)
    reach = t_quantile(1 - alpha, freedom) * error

    def tails(margin: float) -> tuple[float, float]:
        chance = t_below((bca.value - margin) / error, freedom)
        less, more = bca.tails(margin)
        return max(less, chance), max(more, 1 - chance)

    return min(low, bca.value - reach), max(high, bca.value + reach), tails


def _within(sample: Sample, kind: Kind, low: float, high: float) -> tuple[float, float]:
    """Return bounds cut to what the metric can be: a difference to its range on either side, a ratio to 0 and more."""
    if kind == "ratio":
        return max(low, 0.0), high
    least, most = _range(sample, kind)
    return max(low, least), min(high, most)


def _range(sample: Sample, kind: Kind) -> tuple[float, float]:
    """Return the least and the most that a difference or a value can be; infinite where nothing bounds it."""
    least, most = RANGES.get(sample.metric.unit, (-math.inf, math.inf))
    return (least, most) if kind == "value" else (least - most, most - least)


@dataclass(frozen=True)
class _Still:
    """What is known where no unit moved a value: as many others may be unseen as the rule of three allows.

    Hanley and Lippman-Hand (1983), JAMA 249:1743-1745, for any alpha: of n units without a difference a share of
    ``1 - alpha^(1/n)`` may differ, each all the way to ``least`` or ``most``.
    """

    value: float
    least: float
    most: float
    units: int
    alpha: float

    @property
    def low(self) -> float:
        """Return the lower bound."""
        return self._at(self.least)

    @property
    def high(self) -> float:
        """Return the upper bound."""
        return self._at(self.most)

    def _at(self, end: float) -> float:
        unseen = 1 - self.alpha ** (1 / self.units)
        return end if math.isinf(end) else self.value + unseen * (end - self.value)

    def tails(self, margin: float) -> tuple[float, float]:
        """Return the p values of the claims that the truth lies below a margin, and above it."""
        return (1.0, self._unseen(margin)) if margin < self.value else (self._unseen(margin), 1.0)

    def _unseen(self, margin: float) -> float:
        """Return the chance that no unit shows a truth as far off as the margin."""
        end = self.least if margin < self.value else self.most
        if margin == self.value or math.isinf(end):
            return 1.0
        if end == self.value:
            return 0.0
        return float(max(0.0, 1 - (margin - self.value) / (end - self.value)) ** self.units)


def _still(sample: Sample, kind: Kind, value: float, alpha: float, *, many: bool | None = None) -> _Still:
    """Return what is known of a value that no unit moved.

    What has no greatest value is known within the range seen, where many units show one; few equal ones tell nothing.
    ``many`` says whether units are that, as those of the sample are if it is absent.
    """
    many = sample.units >= CAUTIOUS_BELOW if many is None else many
    if not math.isfinite(value):
        return _Still(value, -math.inf, math.inf, sample.units, alpha)
    if kind == "ratio":
        base = value_of(sample.metric, sample.base)
        alone = _still(sample.alone, "value", value_of(sample.metric, sample.candidate), alpha, many=many)
        return _Still(value, alone.least / base, alone.most / base, sample.units, alpha)
    least, most = _range(sample, kind)
    if math.isfinite(most):
        return _Still(value, least, most, sample.units, alpha)
    numbers = np.hstack([sample.base[:, :1], sample.candidate[:, :1]])
    reach = float(numbers.max() - numbers.min())
    if not many and (reach == 0 or sample.units < 2 or kind == "value"):
        return _Still(value, -math.inf, math.inf, sample.units, alpha)
    return _Still(value, value - reach - abs(value), value + reach + abs(value), sample.units, alpha)


def still_reach(units: int, alpha: float, widest: float) -> float:
    """Return how far as many units as may have stayed unseen can move a number."""
    return float((1 - alpha ** (1 / units)) * widest)


def still_units(distance: float, alpha: float, widest: float) -> float:
    """Return how many units it takes that those which may have stayed unseen move a number by a distance at most."""
    return max(1.0, math.log(alpha) / math.log1p(-distance / widest)) if distance < widest else 1.0


def widest_of(sample: Sample, kind: Kind, value: float, *, many: bool) -> float:
    """Return the most that an unseen unit can move a value that no unit moved; infinite where nothing tells.

    What few units do not tell (fewer than ``CAUTIOUS_BELOW``) ``many`` of the same may.
    """
    still = _still(sample, kind, value, math.nan, many=many)
    return max(value - still.least, still.most - value)
