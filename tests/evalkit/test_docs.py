"""The page of metrics is what the command prints; the page of scores names only what there is."""

from __future__ import annotations

import re
from pathlib import Path

from evalkit.metrics import METRICS, metric_names
from evalkit.unscored import REASONS

DOCS = Path(__file__).parents[2] / "docs"


def test_the_page_of_metrics_is_what_the_command_prints(thresher):
    assert thresher("metrics", "--markdown").out == (DOCS / "metrics.md").read_text(encoding="utf-8")


def test_every_metric_says_what_it_does():
    assert [name for name, metric in METRICS.items() if not (metric.__doc__ or "").strip().endswith(".")] == []


def test_the_page_of_scores_asks_for_metrics_that_there_are():
    page = (DOCS / "scores.md").read_text(encoding="utf-8")
    asked = {name for names in re.findall(r"--metrics (\S+)", page) for name in names.split(",")}

    assert asked <= set(metric_names(METRICS))
    assert set(re.findall(r"`((?:no|empty|request|ignored|bad)_\w+)`", page)) <= set(REASONS)
