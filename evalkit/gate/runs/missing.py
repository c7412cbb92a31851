"""What an item counts that a run did not answer: as a wrong answer would."""

from __future__ import annotations

import numpy as np

from evalkit.metrics.metric import Metric, Numbers

NO_ANSWER = ("request_failed", "no_prediction")  # why an item has no score: nobody answered
SILENT = "empty_prediction"  # the model said nothing: that is its answer, and a wrong one

_OF_REFERENCE = {  # columns that stay
    "bleu": slice(1, 2),
    "chrf": slice(1, None, 3),
    "json_fields": slice(2, 3),
    "check_parts": slice(1, 2),
}
_MAY_NOT_APPLY = ("json_schema", "language", "regex", "tool_calls")
_NO_LABEL = -1.0  # the code of an answer that is no label
_BOUNDED = ("share", "points", "correlation")


def needs_reference(metric: Metric) -> bool:
    """Say whether the statistics of a wrong answer hold something of the item's reference, which only a score tells."""
    return metric.use in ("f1", "mcc") or metric.use in _OF_REFERENCE


def as_wrong(metric: Metric, others: Numbers) -> Numbers | None:
    """Return the statistics of wrong answers to items whose statistics in another run are ``others``.

    None where no answer is the worst (length, cost, perplexity).
    """
    if metric.use in ("f1", "mcc"):
        return np.stack([others[:, 0], np.full(len(others), _NO_LABEL)], axis=1)
    if metric.use in _OF_REFERENCE:
        wrong = np.zeros_like(others)
        kept = _OF_REFERENCE[metric.use]
        wrong[:, kept] = others[:, kept]
        return wrong
    if metric.unit not in _BOUNDED or others.shape[1] != 1 or (metric.better == "lower" and not metric.shares):
        return None
    return np.full_like(others, 0.0 if metric.better == "higher" else 1.0)


def may_not_apply(metric: Metric) -> bool:
    """Say whether an item may have nothing to score, such as no schema, which an empty answer does not show."""
    return metric.use in _MAY_NOT_APPLY


def wrong_alone(metric: Metric) -> Numbers | None:
    """Return the statistics (1, width) of a wrong answer to any item; None where there are none that fit all."""
    return None if needs_reference(metric) else as_wrong(metric, np.zeros((1, metric.width)))
