"""Runs with nothing that varies, nothing at all, or more than a number holds: judged and shown without a word of NumPy's."""

from __future__ import annotations

import warnings
from itertools import product

import pytest

from tests.evalkit.gate.runs import limits, scored

METRICS = "exact_match,token_f1,mcc,f1:macro,json_fields:f1,length,perplexity:token,latency,cost"


def rows(count, used, *, answers="yes", clusters=None, **more):
    return [
        {"id": f"q{n}", "prompt": f"{n}?", "reference": "yes", "slices": {"half": str(n % 2)}}
        | {"prediction": answers if isinstance(answers, str) or answers is None else answers[n % 2]}
        | ({} if used is None else {"usage": {"seconds": used, "cost": used}, "logprobs": {"sum": -used, "tokens": 3}})
        | ({} if clusters is None else {"cluster": clusters})
        | more
        for n in range(count)
    ]


RUNS = {
    "one": rows(1, 1.0),
    "constant": rows(6, 1.0),
    "wrong": rows(6, 0.0, answers="no"),
    "mixed": rows(6, 2.0, answers=("yes", "no")),
    "silent": rows(6, 0.0, answers=""),
    "failed": rows(6, None, answers=None, fault="timed_out"),
    "half failed": rows(6, 1.0)[::2] + rows(6, None, answers=None, fault="timed_out")[1::2],
    "cluster": rows(6, 2.0, answers=("yes", "no"), clusters="c"),
    "huge": rows(6, 1e308),
    "tiny": rows(6, 5e-324),
}


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    return {name: scored(folder, name.replace(" ", "_"), own, METRICS) for name, own in RUNS.items()}


@pytest.mark.parametrize("name", RUNS)
def test_nothing_is_said_to_stderr_and_no_number_is_nan(thresher, tmp_path, runs, name):
    """Warnings are errors here; a run that cannot be compared is refused, and no command ends as a bug."""
    rules = [f'metric = "{metric}"\nmax_drop = 0.1' for metric in ("exact_match", "token_f1", "mcc", "latency")]
    rules.append('metric = "cost"\nmax_ratio = 1.5')
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for other, rule in product(("mixed", "huge"), rules):
            asked = ("--baseline", runs[other], "--limits", limits(tmp_path, rule, "draws = 1000"), "--allow-missing")
            for mode in ((runs[name],), ("--plan",), (runs[name], "--self-test", "--splits", 20)):
                ran = thresher("gate", *mode, *asked)
                assert (ran.code in (0, 1, 2, 3), ran.err.count("Warning"), "nan" in ran.out.split()) == (
                    True,
                    0,
                    False,
                )
        for other in ("constant", "huge", "tiny"):
            compared = thresher("compare", runs[other], runs[name])
            shown = thresher("report", runs[other], runs[name], "--output", tmp_path / "report.html", "-q")
            assert (compared.code, shown.code, "nan" in compared.out.split()) == (0, 0, False)


def test_a_sum_that_no_number_holds_is_no_value(thresher, runs):
    told = thresher("compare", runs["constant"], runs["huge"], "--json").json
    latency = next(one for one in told["drift"] if one["metric"] == "latency")

    assert (latency["base"], latency["candidate"]) == (1.0, None)
