"""Slices and ids in the Markdown of a verdict and of a comparison.

Oracle: CommonMark 0.31. HTML and autolinks open with ``<``, links and images with ``[`` and code with a backtick, each
unless an odd number of backslashes stands before it (2.4); GitHub makes a link of what holds ``://``.
"""

from __future__ import annotations

import re

import pytest

from tests.evalkit.gate.runs import GOOD, gate, limits, right, scored

HOSTILE = [
    pytest.param("<img src>[a](b)", id="markup"),
    pytest.param(r"\<img src>\[a](b)", id="markup after a backslash"),
    pytest.param(r"\\\<img src>\\\[a](b)", id="markup after three"),
    pytest.param("a`b <img src>", id="a lone backtick"),
    pytest.param("https://evil.example www.evil.example @all", id="what GitHub links"),
]
LIVE = re.compile(r"(?<!\\)(?:\\\\)*[<\[]|://|www\.|@")


@pytest.fixture
def runs(tmp_path, request):
    """Return two runs whose slices and ids hold a text."""
    more = {"id": lambda n: f"{n:04d} {request.param}", "slices": lambda n: {"area": f"{request.param} {n % 2}"}}
    base = scored(tmp_path, "base", right(GOOD[600:800], **more))
    return base, scored(tmp_path, "new", right([0] * 20 + GOOD[620:800], **more))


def live(markdown: str) -> list[str]:
    """Return the lines in which something would be markup; code is taken out, as pairs of backticks delimit it."""
    return [line for line in markdown.splitlines() if LIVE.search(re.sub(r"(?<!\\)`[^`]*`", "", line))]


@pytest.mark.parametrize("runs", HOSTILE, indirect=True)
def test_nothing_is_live_in_the_summary_of_a_gate(thresher, tmp_path, runs):
    base, new = runs
    rules = limits(tmp_path, 'metric = "exact_match"\nmax_drop = 0.02\nslice = "area"')

    ran = gate(thresher, new, base, rules, "--summary", tmp_path / "summary.md")

    assert ran.code in (1, 3), ran.err
    assert live((tmp_path / "summary.md").read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("runs", HOSTILE, indirect=True)
def test_nothing_is_live_in_a_comparison(thresher, runs):
    ran = thresher("compare", *runs, "--format", "markdown")

    assert ran.code == 0, ran.err
    assert live(ran.out) == []
