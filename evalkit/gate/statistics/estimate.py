"""A difference, ratio or value with its bounds: which statistic is right for a sample, and how it was made."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from evalkit.gate.statistics import tango
from evalkit.gate.statistics.inversion import resampled_mean
from evalkit.gate.statistics.mcnemar import mid_p
from evalkit.gate.statistics.resample import DRAWS, FEW_KINDS, replicates, way_of
from evalkit.gate.statistics.sample import Estimand, Kind, Sample, estimand, value_of
from evalkit.gate.statistics.signflip import sign_flip_p
from evalkit.metrics.metric import Numbers
from evalkit.statistics.bca import BCa, Distribution, Drawn, acceleration, jackknife_error
from evalkit.statistics.few import CAUTIOUS_BELOW, RANGES
from evalkit.statistics.intervals import wilson
from evalkit.statistics.normal import below, quantile, t_below, t_quantile

FEW_CLUSTERS = 40  # below it a verdict warns
_INVERTED_FROM = 256
_SPANS = {unit: most - least for unit, (least, most) in RANGES.items()}
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
    is_share: bool = False  # whether it is one run's share of right items, judged by Wilson's bounds
    test: tuple[str, float] | None = None  # the test of no difference that stands beside, and its p value


def estimate(sample: Sample, kind: Kind, settings: Settings) -> Estimate:
    """Return the estimate of a sample; both bounds hold one-sided with chance ``1 - alpha``.

    A difference of shares has Tango's score interval (exact up to 100 items) beside McNemar's mid-p test; a share
    Wilson's; a difference of means BCa bounds of the paired bootstrap beside the sign-flip test; anything else
    (corpus metrics, ratios, clusters) BCa bounds of the bootstrap on sufficient statistics.
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
    n, hits = sample.n, float(sample.candidate.sum())
    share = hits / n
    low, high = wilson(hits, n, quantile(1 - settings.alpha))

    def tails(margin: float) -> tuple[float, float]:
        spread = math.sqrt(margin * (1 - margin) / n) if 0 < margin < 1 else 0.0
        chance = below((share - margin) / spread) if spread else float(share >= margin)
        return chance, 1 - chance

    error = math.sqrt(share * (1 - share) / n)
    method = f"wilson,alpha:{settings.alpha:g}"
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
        value, left, counts = whole.value, whole.left_out(), whole.units.counts
        error, skew = jackknife_error(left, counts), acceleration(left, counts)
    base = value_of(sample.metric, sample.base) if kind != "value" else None
    build = partial(
        Estimate, value=value, base=base, candidate=value_of(sample.metric, sample.candidate), n=sample.n,
        units=sample.units, test=test,
    )  # fmt: skip
    if not error > 1e-12 * max(1.0, abs(value)):
        low, high = _within(sample, kind, *_still(sample, kind, value, settings.alpha))
        return build(
            low=low, high=high, error=0.0, method=f"no_spread,alpha:{settings.alpha:g}", tails=_outside(low, high)
        )
    continuous = plain and sample.n >= _INVERTED_FROM and len(np.unique(sample.moved)) > FEW_KINDS
    drawn = resampled_mean(sample.moved) if continuous else estimand(sample, kind)
    distribution, way = _distribution(drawn, skew, settings)
    bca = BCa(distribution, value, skew, sample.units)
    few = sample.units < CAUTIOUS_BELOW
    low, high, tails = (
        _cautious(bca, error, sample.moving, settings.alpha) if few else (*bca.bounds(settings.alpha), bca.tails)
    )
    low, high = _within(sample, kind, low, high)
    name = ("bca_or_t" if few else "bca") + (",clusters" if sample.clusters is not None else "")
    return build(low=low, high=high, error=error, method=f"{name},{way},alpha:{settings.alpha:g}", tails=tails)


def _moments(numbers: Numbers) -> tuple[float, float, float]:
    """Return mean, standard error and acceleration, as leaving out one number after the other would give them."""
    n, mean = len(numbers), float(numbers.mean())
    centred = numbers - mean
    square = float((centred**2).sum())
    error = math.sqrt(square / (n * (n - 1))) if n > 1 else math.nan
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
    freedom as units that moved, less one.
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
    """Return bounds cut to what the metric can be: a difference to its range on either side."""
    span = _SPANS.get(sample.metric.unit)
    if span is None or kind == "ratio":
        return low, high
    least, most = (-span, span) if kind == "difference" else RANGES[sample.metric.unit]
    return max(low, least), min(high, most)


def _still(sample: Sample, kind: Kind, value: float, alpha: float) -> tuple[float, float]:
    """Return bounds where no unit moved: as many others may move as stay unseen with chance ``alpha``, all the way.

    The rule of three (Hanley and Lippman-Hand 1983, JAMA 249:1743-1745), for any alpha.
    """
    reach = still_reach(sample.units, alpha, widest_of(sample, kind, value))
    return value - reach, value + reach


def still_reach(units: int, alpha: float, widest: float) -> float:
    """Return how far as many units as may have stayed unseen can move a number."""
    return float((1 - alpha ** (1 / units)) * widest)


def widest_of(sample: Sample, kind: Kind, value: float) -> float:
    """Return the most that a unit can move: the metric's range, or that of the numbers seen."""
    numbers = np.hstack([sample.base[:, :1], sample.candidate[:, :1]])
    spread = float(numbers.max() - numbers.min()) if sample.mean else abs(value_of(sample.metric, sample.candidate))
    return value if kind == "ratio" else _SPANS.get(sample.metric.unit, spread)


def _outside(low: float, high: float) -> Tails:
    """Return p values of 0 outside of bounds and 1 inside: all that is known where nothing moved.

    Where there are no bounds, as those of a ratio to 0, nothing is known and both are 1.
    """
    return lambda margin: (float(not high < margin), float(not low > margin))
