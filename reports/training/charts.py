"""The curves of a training run."""

from __future__ import annotations

from collections.abc import Callable
from itertools import accumulate

from reports.charts.series import Axes, Series, series_chart
from reports.charts.svg import Chart
from reports.numbers import MINUS, count
from reports.training.files import Line
from reports.training.read import Training
from reports.training.verdict import best_of

COLOURS = ("accent", "lost", "soft", "second", "unsure", "third")


def loss_chart(run: Training, key: str) -> Chart | None:
    """Return training and validation loss, with the step whose weights were kept."""
    trained, held = _points(run, lambda line: line.loss), _points(run, lambda line: line.eval_loss)
    if not trained and not held:
        return None
    series = [Series("training", trained, "second")] if trained else []
    series += [Series("validation", held, "lost", dots=True)] if held else []
    axes = Axes("Loss per trained token", "loss", _three)
    best = best_of(run)
    return series_chart(f"{key}-chart-loss", axes, series, None if best is None or not held else ("best step", best))


def pace_charts(run: Training, key: str) -> list[Chart]:
    """Return learning rate, gradient norm and tokens per second, each where it was measured."""
    sorts: list[tuple[str, Axes, list[tuple[float, float]]]] = [
        (
            "rate",
            Axes("Learning rate", "learning rate", _short, from_zero=True),
            _points(run, lambda line: line.learning_rate),
        ),
        (
            "norm",
            Axes("Gradient norm, before clipping", "norm", _three, from_zero=True),
            _points(run, lambda line: line.grad_norm),
        ),
        ("pace", Axes("Tokens a second", "tokens/s", _whole, from_zero=True), _pace(run)),
    ]
    return [
        series_chart(f"{key}-chart-{name}", axes, [Series(axes.unit, points)]) for name, axes, points in sorts if points
    ]


def suites_chart(run: Training, key: str) -> Chart | None:
    """Return the scores of the suites along the run."""
    names = sorted({name for line in run.lines for name in line.suites})
    if not names:
        return None
    series = [
        Series(
            name,
            [(line.step, line.suites[name]) for line in run.lines if name in line.suites],
            COLOURS[at % len(COLOURS)],
            dots=True,
        )
        for at, name in enumerate(names)
    ]
    axes = Axes("General abilities along the run", "share", lambda share: f"{share:.0%}")
    return series_chart(f"{key}-chart-suites", axes, series)


def _points(run: Training, value: Callable[[Line], float | None]) -> list[tuple[float, float]]:
    return [(line.step, found) for line in run.lines if (found := value(line)) is not None]


def _pace(run: Training) -> list[tuple[float, float]]:
    """Return tokens a second of the steps that this run made itself, which are the last ones."""
    paces = run.times.steps
    last = max((line.step for line in run.lines), default=0)
    steps = accumulate((1 for _ in paces), initial=last - len(paces))
    return [
        (step + 1, pace.tokens / pace.seconds) for step, pace in zip(steps, paces, strict=False) if pace.seconds > 0
    ]


def _three(number: float) -> str:
    return f"{number:.3g}" if abs(number) < 100 else count(round(number))


def _short(number: float) -> str:
    """Return a rate as papers write it: ``2e−4``."""
    if not number:
        return "0"
    digits, power = f"{number:.2e}".split("e")
    return f"{float(digits):g}e{int(power)}".replace("-", MINUS)


def _whole(number: float) -> str:
    return count(round(number))
