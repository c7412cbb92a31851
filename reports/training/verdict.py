"""What a reader of a training run has to know first, in words."""

from __future__ import annotations

from reports.numbers import count, plural, spoken
from reports.training.files import Stats
from reports.training.read import Training
from reports.values import value
from reports.view import Headline

CUT = 0.01  # share of truncated rows that is worth a look
LITTLE = 0.02  # share of trained tokens below which the mask is
FORGOTTEN = 0.02  # what a suite may lose below the base


def best_of(run: Training) -> int | None:
    """Return the step whose weights were kept."""
    if run.stats is not None and run.stats.best_step is not None:
        return run.stats.best_step
    measured = [(line.eval_loss, line.step) for line in run.lines if line.eval_loss is not None and line.step > 0]
    return min(measured)[1] if measured else None


def eval_losses(run: Training) -> tuple[float | None, float | None]:
    """Return the validation loss before the first step, or the first that was measured, and the best one."""
    measured = {line.step: line.eval_loss for line in run.lines if line.eval_loss is not None}
    best = best_of(run)
    first = min(measured, default=None)
    base = None if first is None else measured[first]
    if run.stats is not None and run.stats.base_eval_loss is not None:
        base = run.stats.base_eval_loss
    return base, None if best is None else measured.get(best)


def headline(run: Training) -> Headline:
    """Return the verdict: a guard's word before all, then whether the validation loss fell."""
    stopped = None if run.stats is None else run.stats.stopped
    if stopped is not None and stopped.is_guard:
        return Headline(f"Stopped by a guard: {stopped.reason}", "bad")
    base, best = eval_losses(run)
    if base is not None and best is not None and base != best:
        if best < base:
            return Headline(f"Validation loss fell from {base:.3f} to {best:.3f}", "unsure" if looks(run) else "ok")
        return Headline(f"Validation loss rose from {base:.3f} to {best:.3f}", "bad")
    steps = max((line.step for line in run.lines), default=0)
    if not steps:
        return Headline("No step was made", "bad")
    return Headline(f"Trained for {plural(steps, 'step')}, held against no validation rows", "unsure")


def sentences(run: Training) -> list[str]:
    """Return what was trained on what, which weights stay, and why it ended."""
    told, stats, model = [], run.stats, run.manifest.model
    if model.get("name"):
        base = f", tuned from {model['base']}" if model.get("base") else ""
        told.append(f"The model is {str(model['name']).rsplit('/', 1)[-1]}{base}.")
    if stats is not None:
        share = spoken(stats.trained_tokens, stats.tokens)
        told.append(f"{plural(stats.rows, 'row')} have {count(stats.tokens)} tokens, of which {share} are trained.")
    best = best_of(run)
    steps = max((line.step for line in run.lines), default=0)
    if best is not None and steps:
        last = "the last one" if best == steps else f"of {count(steps)}"
        told.append(f"The weights kept are those of step {count(best)}, {last}.")
    if stats is not None and stats.stopped is not None and stats.stopped.detail:
        told.append(f"It ended: {stats.stopped.detail.rstrip('.')}.")
    return told


def looks(run: Training) -> list[str]:
    """Return what is worth a look; nothing of the data is quoted."""
    stats, told = run.stats, []
    if stats is None:
        return []
    if stats.rows and stats.truncated > CUT * stats.rows:
        share = spoken(stats.truncated, stats.rows)
        lost = f"and lost {count(stats.truncated_trained_tokens)} tokens that would be trained"
        told.append(f"{plural(stats.truncated, 'row')} ({share}) were cut at max_tokens, {lost}.")
    if stats.tokens and stats.trained_tokens < LITTLE * stats.tokens:
        told.append(
            f"Only {spoken(stats.trained_tokens, stats.tokens)} of the tokens are trained: look at the label mask."
        )
    told += _forgotten(stats)
    if stats.packing_check is not None and not stats.packing_check.holds:
        told.append("Packed rows see each other under this model, so rows were not packed.")
    if stats.findings:
        told.append(f"Guards found {plural(len(stats.findings), 'thing')} to look at, below.")
    return told


def _forgotten(stats: Stats) -> list[str]:
    return [
        f"{name} fell from {value(base, 'share')} to {value(stats.suites[name], 'share')}."
        for name, base in sorted(stats.base_suites.items())
        if name in stats.suites and base - stats.suites[name] > FORGOTTEN
    ]
