"""``thresher metrics``: every metric with its variants, unit, direction and settings."""

from __future__ import annotations

from itertools import groupby
from typing import Any

import click

from curate.core.command.exits import DONE
from curate.core.command.markdown import prose, settings_table, table
from curate.core.command.terminal import emit, styled
from curate.core.run.canonical import SCHEMA_VERSION, canonical
from curate.core.run.errors import ConfigError
from curate.core.run.fields import FieldRow, field_rows
from evalkit.metrics import known_metrics
from evalkit.metrics.metric import Metric
from evalkit.unscored import REASONS

_HEAD = """# Metrics

What `thresher score --metrics` takes. A name is one value, the same on the command line, in TOML and in `scores.json`.
A share is 0 to 1, points are 0 to 100. Settings are changed with `--set METRIC.SETTING=VALUE` and stand in the
signature.

`thresher metrics --markdown` writes this page.
"""


@click.command("metrics")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--markdown", "as_markdown", is_flag=True, help="Print the page docs/metrics.md.")
def command(*, as_json: bool, as_markdown: bool) -> int:
    """List the metrics: what they measure, in which unit, which way is better, and their settings."""
    if as_json and as_markdown:
        raise ConfigError("--json and --markdown exclude each other", hint="leave one of them out")
    metrics = known_metrics()
    emit(_json(metrics) if as_json else _markdown(metrics) if as_markdown else _text(metrics))
    return DONE


def _names(use: str, metric: type[Metric]) -> list[str]:
    return [f"{use}:{variant}" if variant else use for variant in metric.variants]


def _does(metric: type[Metric]) -> str:
    """Return the docstring on one line."""
    return " ".join((metric.__doc__ or "").split())


def _settings(metric: type[Metric]) -> list[FieldRow]:
    return [row for row in field_rows(metric) if row.name not in ("use", "variant")]


def _json(metrics: dict[str, type[Metric]]) -> str:
    told: dict[str, Any] = {
        use: {
            "names": _names(use, metric),
            "does": _does(metric).replace("``", ""),
            "unit": metric.unit,
            "better": metric.better,
            "settings": {row.name: {"kind": row.kind, "default": row.default} for row in _settings(metric)},
        }
        for use, metric in metrics.items()
    }
    return canonical({"schema_version": SCHEMA_VERSION, "metrics": told, "reasons": REASONS}).decode()


def _text(metrics: dict[str, type[Metric]]) -> str:
    lines = []
    for use, metric in metrics.items():
        lines.append(f"{styled(', '.join(_names(use, metric)), 'bold')}  ({metric.unit}; {metric.better} is better)")
        lines.append(f"  {_does(metric).replace('``', '')}")
        lines += [f"    {f'{row.name} = {row.shown}':<24} {row.kind}. {row.description}" for row in _settings(metric)]
        lines.append("")
    return "\n".join([*lines, "thresher score FILE --metrics m1,m2 --set METRIC.SETTING=VALUE"])


def _markdown(metrics: dict[str, type[Metric]]) -> str:
    parts = [_HEAD]
    for _, alike in groupby(metrics.items(), key=lambda item: _does(item[1])):  # the four of ROUGE have one text
        told = list(alike)
        metric = told[0][1]
        names = ", ".join(f"`{name}`" for use, one in told for name in _names(use, one))
        parts += [f"## {', '.join(use for use, _ in told)}\n", f"{names} · {metric.unit}, {metric.better} is better\n"]
        parts += [prose(_does(metric)), ""]
        if settings := _settings(metric):
            parts += [settings_table(settings), ""]
    parts += [
        "## Why a row has no score\n",
        table(["reason", "what it says"], [[f"`{w}`", prose(t)] for w, t in REASONS.items()]),
    ]
    return "\n".join(parts)
