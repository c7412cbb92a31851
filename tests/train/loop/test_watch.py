"""What ends a run: tables of numbers, and the reason each is given."""

from __future__ import annotations

import math

import pytest

from train.config import EvaluationTable
from train.loop.watch import watch_losses, watch_step, watch_suites


@pytest.mark.parametrize(
    ("loss", "norm", "reason"),
    [
        pytest.param(1.2, 0.4, None, id="sound"),
        pytest.param(math.nan, 0.4, "loss_not_finite", id="no number"),
        pytest.param(math.inf, math.nan, "loss_not_finite", id="infinite"),
        pytest.param(0.0, 0.0, "loss_zero", id="nothing is trained"),
        pytest.param(1.2, math.inf, "gradient_not_finite", id="gradient too wide for the numbers"),
        pytest.param(1.2, 0.0, "gradient_zero", id="nothing would be learnt"),
    ],
)
def test_numbers_that_cannot_be_right_stop_a_step(loss, norm, reason):
    stopped = watch_step(3, loss, norm)

    assert (stopped and stopped.reason) == reason
    assert stopped is None or stopped.is_guard


@pytest.mark.parametrize(
    ("losses", "patience", "reason"),
    [
        pytest.param([3.0, 2.0, 1.0], None, None, id="falling"),
        pytest.param([3.0, 1.0, 1.1, 1.2], None, None, id="risen twice"),
        pytest.param([3.0, 1.0, 1.1, 1.2, 1.3], None, "eval_loss_rising", id="risen three times"),
        pytest.param([1.0, 1.1, 1.2, 1.3], None, "eval_loss_rising", id="risen from the base on"),
        pytest.param([3.0, 1.0, 1.1, 1.1, 1.2], None, None, id="with a pause"),
        pytest.param([3.0, 1.0, 1.1, 1.2], 2, "early_stopping", id="patience at an end"),
        pytest.param([3.0, 1.0, 1.1], 2, None, id="one evaluation more is allowed"),
        pytest.param([3.0, 1.0, 1.1, 0.9], 2, None, id="a new best"),
        pytest.param([0.5, 1.0, 0.9, 0.8], 2, None, id="the base's own loss is no best"),
        pytest.param([3.0, 1.0, 1.1, 1.2, 1.3], 9, None, id="patience asked for more"),
        pytest.param([3.0, math.nan], 9, "eval_loss_not_finite", id="no number"),
        pytest.param([3.0], 1, None, id="the base alone"),
        pytest.param([], 1, None, id="nothing"),
    ],
)
def test_validation_losses_end_a_run(losses, patience, reason):
    stopped = watch_losses(list(enumerate(losses)), EvaluationTable(patience=patience))

    assert (stopped and stopped.reason) == reason


@pytest.mark.parametrize(
    ("now", "margin", "reason"),
    [
        pytest.param({"a": 0.5, "b": 0.5}, 0.05, None, id="as the base"),
        pytest.param({"a": 0.44, "b": 0.9}, 0.05, "regression", id="one fell, another rose"),
        pytest.param({"a": 0.46, "b": 0.5}, 0.05, None, id="within the margin"),
        pytest.param({"a": 0.0, "b": 0.0}, None, None, id="no margin"),
    ],
)
def test_a_suite_ends_a_run_where_it_falls_by_more_than_the_margin(now, margin, reason):
    stopped = watch_suites(7, {"a": 0.5, "b": 0.5}, now, margin)

    assert (stopped and stopped.reason) == reason
