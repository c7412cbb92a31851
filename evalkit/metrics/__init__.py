"""The metrics, by name."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import entry_points
from typing import Any

from curate.core.run.errors import ConfigError, nearest
from curate.core.run.settings import validate
from evalkit.metrics.behaviour.language import Language
from evalkit.metrics.behaviour.length import Empty, Length
from evalkit.metrics.behaviour.refusal import Refusal
from evalkit.metrics.behaviour.repetition import Repetition
from evalkit.metrics.behaviour.truncation import Truncation
from evalkit.metrics.behaviour.usage import Cost, Latency, Tokens
from evalkit.metrics.classification.scores import F1, MCC, Accuracy
from evalkit.metrics.metric import Metric
from evalkit.metrics.model.choice import Choice
from evalkit.metrics.model.judge import Judge
from evalkit.metrics.model.perplexity import Perplexity
from evalkit.metrics.structured.check import Check, CheckParts
from evalkit.metrics.structured.json_fields import JsonFields
from evalkit.metrics.structured.json_schema import JsonSchema
from evalkit.metrics.structured.json_valid import JsonExtracted, JsonValid
from evalkit.metrics.structured.parses import PythonParses, SqlParses
from evalkit.metrics.structured.tool_calls import ToolCalls
from evalkit.metrics.text.bleu import Bleu
from evalkit.metrics.text.chrf import Chrf
from evalkit.metrics.text.contains import Contains
from evalkit.metrics.text.exact_match import ExactMatch
from evalkit.metrics.text.regex import Regex
from evalkit.metrics.text.rouge import Rouge
from evalkit.metrics.text.token_f1 import TokenF1

METRICS: dict[str, type[Metric]] = {
    "exact_match": ExactMatch,
    "contains": Contains,
    "regex": Regex,
    "token_f1": TokenF1,
    "json_valid": JsonValid,
    "json_extracted": JsonExtracted,
    "json_schema": JsonSchema,
    "json_fields": JsonFields,
    "tool_calls": ToolCalls,
    "check": Check,
    "check_parts": CheckParts,
    "accuracy": Accuracy,
    "f1": F1,
    "mcc": MCC,
    "rouge1": Rouge,
    "rouge2": Rouge,
    "rougeL": Rouge,
    "rougeLsum": Rouge,
    "bleu": Bleu,
    "chrf": Chrf,
    "perplexity": Perplexity,
    "choice": Choice,
    "judge": Judge,
    "python_parses": PythonParses,
    "sql_parses": SqlParses,
    "length": Length,
    "empty": Empty,
    "refusal": Refusal,
    "language": Language,
    "repetition": Repetition,
    "truncation": Truncation,
    "tokens": Tokens,
    "latency": Latency,
    "cost": Cost,
}


def known_metrics() -> dict[str, type[Metric]]:
    """Return our metrics and those that other packages add (entry points of the group ``thresher.metrics``)."""
    others = {entry.name: entry.load() for entry in entry_points(group="thresher.metrics") if entry.name not in METRICS}
    return METRICS | others


def metric_names(metrics: Mapping[str, type[Metric]]) -> list[str]:
    """Return every name that a metric can be asked for by."""
    return [f"{use}:{variant}" if variant else use for use, kind in metrics.items() for variant in kind.variants]


def make_metric(name: str, settings: Mapping[str, Any] | None = None) -> Metric:
    """Return the metric of a name (``bleu``, ``f1:macro``) with some of its settings changed.

    Raises:
        ConfigError: there is no such metric or setting; the nearest name is said.
    """
    metrics = known_metrics()
    use, _, variant = name.partition(":")
    names = metric_names(metrics)
    if name not in names:
        raise ConfigError(f"no metric is called {name!r}{_near(name, use, names)}", hint="thresher metrics")
    for word in ("use", "variant"):
        if word in (settings or {}):
            raise ConfigError(f"{word!r} is no setting of {use}", hint="the variant stands in the name: length:words")
    return validate(
        metrics[use],
        {**(settings or {}), "use": use, "variant": variant},
        f"metric {use}",
        "thresher metrics lists them",
    )


def _near(name: str, use: str, names: list[str]) -> str:
    """Return the variants there are where only the variant is wrong, else the nearest name."""
    same = [one for one in names if one == use or one.startswith(f"{use}:")]
    return f"; there is {', '.join(same)}" if same else nearest(name, names).partition("; there is")[0]


__all__ = ["METRICS", "Metric", "known_metrics", "make_metric", "metric_names"]
