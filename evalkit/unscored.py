"""Why a row has no score. Such a row is counted apart with its reason, and is never a 0."""

from __future__ import annotations

from typing import Literal

import polars as pl

Need = Literal["answer", "text", "reference", "value", "likelihood", "choices"]

REASONS = {
    "request_failed": "The request failed, so that there is no answer to judge.",
    "ignored_capability": "The server ignored what the metric needs of it.",
    "no_prediction": "The row has no prediction.",
    "empty_prediction": "The prediction is empty, or white space alone.",
    "no_reference": "The row has no reference.",
    "bad_reference": "The reference is nothing that this metric can compare with.",
    "bad_schema": "The row has no JSON Schema, or one that cannot be used.",
    "bad_check": "The row has no checks, or one that cannot be made.",
    "no_finish": "The row does not say why the model stopped.",
    "no_usage": "The row does not say what the answer took.",
    "too_short": "The answer, or the text that tells what is expected, is too short to tell its language.",
    "no_language": "Nothing says in which language the answer should be.",
    "judge_failed": "The request to the judge failed.",
    "judge_refused": "The judge declined to judge the answer.",
    "judge_unclear": "The judge's reply is no verdict: cut, empty, or not of the form that it was asked for.",
    "no_other": "The other run has no answer to compare with.",
    "no_logprobs": "The row holds no log-probabilities of its reference.",
    "no_choices": "The row holds no choices with their log-probabilities, or does not say which is right.",
}


def reason(needs: tuple[Need, ...]) -> pl.Expr:
    """Return why a row cannot be scored by a metric with these needs; null where it can.

    ``answer``: the request succeeded and there is a prediction, maybe an empty one; ``text``: one that is not empty.
    ``value``: a reference of JSON, which an empty list is too. ``likelihood``: of the reference; ``choices``: of each
    choice, and which is right.
    """
    found = pl.lit(None, dtype=pl.String)
    if "likelihood" in needs:
        found = _untold("log_likelihood", "no_logprobs", found)
    if "choices" in needs:
        found = _untold("choice_likelihoods", "no_choices", found)
        found = pl.when(pl.col("gold").is_null()).then(pl.lit("no_choices")).otherwise(found)
    if "reference" in needs:
        found = pl.when(pl.col("references").list.len().fill_null(0) == 0).then(pl.lit("no_reference")).otherwise(found)
    if "value" in needs:
        found = pl.when(pl.col("references").is_null()).then(pl.lit("no_reference")).otherwise(found)
    silence = _silence(needs)
    silent = (silence == "empty_prediction").fill_null(value=False)  # a wrong answer only where there is a right one
    return pl.when(silent).then(pl.coalesce(found, silence)).otherwise(pl.coalesce(silence, found)).alias("reason")


def _silence(needs: tuple[Need, ...]) -> pl.Expr:
    """Return why there is no answer to judge; null where there is one, or none is needed."""
    found = pl.lit(None, dtype=pl.String)
    if "text" in needs:
        blank = pl.col("prediction").str.strip_chars() == ""
        found = pl.when(blank.fill_null(value=False)).then(pl.lit("empty_prediction")).otherwise(found)
    if "answer" in needs or "text" in needs:
        found = pl.when(pl.col("prediction").is_null()).then(pl.lit("no_prediction")).otherwise(found)
        found = pl.when(pl.col("fault").is_not_null()).then(_failure()).otherwise(found)
    return found


def _untold(column: str, reason: str, otherwise: pl.Expr) -> pl.Expr:
    """Return why a likelihood is not there: it was asked for and not told, or never asked for."""
    ignored = pl.when(pl.col("likelihood_fault") == "ignored_capability").then(pl.lit("ignored_capability"))
    failed = ignored.when(pl.col("likelihood_fault").is_not_null()).then(pl.lit("request_failed"))
    return pl.when(pl.col(column).is_null()).then(failed.otherwise(pl.lit(reason))).otherwise(otherwise)


def _failure() -> pl.Expr:
    """Return the reason that a fault stands for: three kinds are told apart from a failed request."""
    kind = pl.col("fault")
    return (
        pl.when(kind == "ignored_capability")
        .then(pl.lit("ignored_capability"))
        .when(kind == "empty")
        .then(pl.lit("empty_prediction"))
        .when(kind == "missing")
        .then(pl.lit("no_prediction"))
        .otherwise(pl.lit("request_failed"))
    )
