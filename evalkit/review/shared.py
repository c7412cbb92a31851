"""The metrics by which the rows of two runs can be shown as flips, and what to do where there is none."""

from __future__ import annotations

from curate.core.command.words import path_word
from curate.core.run.errors import ConfigError, InputError, nearest
from evalkit.gate.runs import flips as gate
from evalkit.gate.runs.again import score_again
from evalkit.gate.runs.pairing import NotComparableError, Pair
from evalkit.metrics import known_metrics, make_metric
from evalkit.scored_run import ScoredRun


def chosen(base: ScoredRun, candidate: ScoredRun, metric: str | None) -> str:
    """Return the metric that was named, or the one that both runs have a value a row of.

    Raises:
        ConfigError: they have none, several and none was named, or not the one that was.
    """
    shared = _shared(base, candidate)
    if metric is None and len(shared) == 1:
        metric = shared[0]
    if metric in shared:
        return metric
    known = ", ".join(shared) or "none"
    close = "" if metric is None else nearest(metric, shared).partition("; there is")[0]
    problem = "which metric" if metric is None else f"both runs have no value a row of {metric!r}{close}"
    raise ConfigError(f"{problem}; in common, with a value a row: {known}", hint=_hint(base, candidate, shared, metric))


def unmoved(base: ScoredRun, candidate: ScoredRun, pair: Pair, metric: str) -> InputError:
    """Return the error of runs of which no row differs by a metric, with those by which one does."""
    others = [name for name in _shared(base, candidate) if name != metric and _moves(pair, name)]
    told = f"rows differ by {', '.join(others)}" if others else "nor by another metric that both have"
    whole = f"thresher compare {path_word(base.folder)} {path_word(candidate.folder)}"
    return InputError(
        f"no row of {candidate.folder} and {base.folder} differs by {metric}; {told}",
        hint=f"--metric {others[0]}" if others else f"{whole} shows what else there is",
    )


def _shared(base: ScoredRun, candidate: ScoredRun) -> list[str]:
    return [name for name in _of_rows(base) if name in candidate.metrics]


def _of_rows(run: ScoredRun) -> list[str]:
    """Return the metrics of a run that have a value a row."""
    rules = known_metrics()
    return [
        name
        for name in sorted(run.metrics)
        if (use := name.partition(":")[0]) in rules and use != "judge" and make_metric(name).width == 1
    ]


def _hint(base: ScoredRun, candidate: ScoredRun, shared: list[str], metric: str | None) -> str:
    """Return what to do: name a metric that both have, or score the run that lacks one by it."""
    for run, other in ((base, candidate), (candidate, base)):
        lacking = [name for name in _of_rows(other) if name not in run.metrics and metric in (None, name)]
        if lacking and (metric is not None or not shared):
            return score_again(str(run.folder), run.manifest, [*run.metrics, lacking[0]], {})
    if shared:
        return f"--metric {shared[0]}"
    return "score both runs by a metric with a value a row, such as exact_match: thresher metrics"


def _moves(pair: Pair, name: str) -> bool:
    try:
        found = gate.flips(pair.scored(name), pair.ids)
    except NotComparableError:
        return False
    return bool(found.worse or found.better)
