"""A verdict in words: what was decided, by which rule, and what stands in the way."""

from __future__ import annotations

from reports.numbers import count, plural
from reports.values import between, change, estimate, value
from reports.verdict.files import Row, Said, Untainted, Verdict
from reports.verdict.tally import outcomes, tally
from reports.view import Headline, Tone

TONES: dict[Said, Tone] = {"pass": "ok", "fail": "bad", "inconclusive": "unsure"}
HEADLINES = {
    "pass": "Pass: The candidate may ship",
    "fail": "Fail: The candidate may not ship",
    "inconclusive": "Inconclusive: The evidence does not decide",
}


def headline(verdict: Verdict) -> Headline:
    """Return pass, fail or inconclusive, in words."""
    return Headline(HEADLINES[verdict.verdict], TONES[verdict.verdict])


def deciding(verdict: Verdict) -> list[Row]:
    """Return the rules that made the verdict what it is; of a pass the one that came closest to its line."""
    if verdict.verdict != "pass":
        return [row for row in verdict.limits if row.counts_as == verdict.verdict]
    held = [row for row in verdict.limits if row.verdict == "pass" and _room(row) is not None]
    return sorted(held, key=lambda row: _room(row) or 0.0)[:1]


def sentences(verdict: Verdict) -> list[str]:
    """Return the verdict in a few sentences, the rule that decided first."""
    rows = deciding(verdict)
    if verdict.verdict == "pass":
        return [*outcomes(tally(verdict)), *(f"Closest to its line: {spoken(row)}" for row in rows)]
    first = sorted(rows, key=lambda row: row.p_adjusted or 0.0)[:1]
    return [*outcomes(tally(verdict)), *(f"Decided by {spoken(row)}" for row in first)]


def decides(verdict: Verdict) -> str:
    """Return how the rules of the verdict are decided, for whom looks at their plot."""
    sure = f"{1 - 2 * verdict.settings.alpha:.0%}"
    told = [f"A dot is what was measured, its line the {sure} interval."]
    levels = {row.level for row in verdict.limits}
    if levels == {"point"}:
        told.append(
            'The rules look at the dot alone (level = "point"): one passes where it lies outside the shaded side.'
        )
        return " ".join(told)
    told.append(
        "A rule passes where the whole line lies outside the shaded side, and fails where all of it lies inside."
    )
    if "point" in levels:
        told.append('A rule of level "point" looks at its dot alone.')
    if held := sum(_held_back(row, verdict.settings.alpha) for row in verdict.limits):
        lie, are, each = ("lies", "is", "it") if held == 1 else ("lie", "are", "each")
        told.append(
            f"{plural(held, 'rule')} {lie} inside with the whole line and {are} undecided: alone {each} would fail, "
            "and Holm's correction for several rules asks for more."
        )
    return " ".join(told)


def _held_back(row: Row, alpha: float) -> bool:
    """Say whether a rule is undecided that would be a fail without the correction for several rules."""
    if row.level == "point" or row.verdict != "inconclusive" or row.p_value is None or row.p_adjusted is None:
        return False
    low, high = row.interval
    inside = (
        high is not None and high < row.line.at if row.line.passes == "above" else low is not None and low > row.line.at
    )
    return inside and row.p_value <= alpha < row.p_adjusted


def spoken(row: Row) -> str:
    """Return a rule's result as a sentence."""
    of, unit = row.estimate.of, row.unit
    told = f"{row.name}: "
    if row.base is not None:
        told += f"{value(row.base, unit)} before, {value(row.candidate, unit)} now, "
        told += "a difference of " if of == "difference" else "a ratio of "
    told += f"{estimate(row.estimate.value, unit, of)} ({between(*row.interval, unit, of)})"
    return f"{told}; the line is at {estimate(row.line.at, unit, of)}, on {plural(row.n, 'item')}."


def counted(row: Row) -> str:
    """Return a rule's verdict, and what it counts as where that is another."""
    if row.counts_as in (None, row.verdict):
        return row.verdict
    return "waived" if row.waiver else f"{row.verdict}, counts as {row.counts_as}"


def allowed(row: Row) -> str:
    """Return a rule in words: ``may drop by 2.00 pp``."""
    unit = row.unit
    return {
        "max_drop": f"may get worse by at most {change(row.margin, unit).lstrip('+')}",
        "min_gain": f"has to get better by {change(row.margin, unit).lstrip('+')}",
        "max_ratio": f"may be at most {row.margin:g} times the baseline",
        "min_value": f"has to be at least {value(row.margin, unit)}",
        "max_value": f"may be at most {value(row.margin, unit)}",
    }.get(row.rule, f"{row.rule} {row.margin:g}")


def notes(row: Row) -> list[str]:
    """Return what else has to be known of a rule."""
    told = []
    if row.waiver is not None:
        told.append(f"Waived until {row.waiver.until} by {row.waiver.who}: {row.waiver.reason}")
    elif row.counts_as is not None and row.counts_as != row.verdict:
        told.append(f"Counts as {row.counts_as} (on_inconclusive).")
    if row.without_tainted is not None:
        told.append(_untainted(row, row.without_tainted))
    if row.units != row.n:
        told.append(f"{plural(row.n, 'item')} in {plural(row.units, 'cluster')}.")
    if row.unpaired:
        told.append(f"{plural(row.unpaired, 'item')} left out, for a run has no score of them.")
    told += [
        f"{plural(items, 'item')} without an answer in {run} counted as wrong."
        for run, items in row.counted_wrong.items()
    ]
    if row.verdict == "inconclusive" and row.needed_n and row.needed_n > row.n:
        told.append(f"{count(row.needed_n)} items would decide; there are {count(row.n)}.")
    return told


def _untainted(row: Row, own: Untainted) -> str:
    if not own.n:
        return "All of its items are tainted: nothing is left without them."
    numbers = f"{estimate(own.estimate, row.unit, row.estimate.of)}"
    numbers += f" ({between(*own.interval, row.unit, row.estimate.of)})"
    return f"Without tainted items: {own.verdict}, {numbers}, on {plural(own.n, 'item')}."


def _room(row: Row) -> float | None:
    """Return how far the interval stays from the line, in margins."""
    bound = row.interval[0] if row.line.passes == "above" else row.interval[1]
    if bound is None:
        return None
    room = bound - row.line.at if row.line.passes == "above" else row.line.at - bound
    return room / (abs(row.line.at) or 1.0)
