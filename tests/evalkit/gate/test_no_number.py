"""What a gate says where a value is no number: whose it is, why, and what to take; of fields that are 0/0 there is one."""

from __future__ import annotations

import pytest

from tests.evalkit.gate.runs import gate, limits, scored


def counted(tmp_path, name, seconds):
    rows = [{"id": str(n), "prediction": "a", "usage": {"seconds": seconds}} for n in range(40)]
    return scored(tmp_path, name, rows, "latency")


def unlikely(tmp_path, name, nats):
    """Return a run of references without spaces: a word of so many nats each."""
    rows = [{"id": str(n), "prediction": "a", "reference": "字" * 300, "logprobs": {"sum": -nats, "tokens": 300}} for n in range(40)]  # fmt: skip
    return scored(tmp_path, name, rows, "perplexity:word")


def said(ran):
    return ran.code, ran.json["warnings"], ran.json["limits"][0]["next"][0]


def test_a_ratio_to_0(thresher, tmp_path):
    old, new = counted(tmp_path, "old", 0.0), counted(tmp_path, "new", 1.0)
    ran = gate(thresher, new, old, limits(tmp_path, 'metric = "latency"\nmax_ratio = 1.1'), "--json")

    assert said(ran) == (
        3,
        [f"latency max_ratio: there is no ratio, for latency of {old} is 0"],
        "hold the candidate's own value: max_value needs no baseline, and a ratio to 0 says nothing",
    )


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("nats", "rule", "kind", "whose"),
    [
        pytest.param((900.0, 1200.0), "max_ratio = 1.1", "ratio", "{old} and {new} is", id="both"),
        pytest.param((90.0, 1200.0), 'max_drop = 1\nlevel = "point"', "difference", "{new} is", id="the candidate"),
        pytest.param((900.0, 1200.0), "max_value = 50", "value", "{new} is", id="the candidate alone"),
    ],
)
def test_a_value_that_is_too_large(thresher, tmp_path, nats, rule, kind, whose):
    old, new = unlikely(tmp_path, "old", nats[0]), unlikely(tmp_path, "new", nats[1])
    ran = gate(thresher, new, old, limits(tmp_path, f'metric = "perplexity:word"\n{rule}'), "--json")

    warning = next(one for one in ran.json["warnings"] if "there is no" in one)
    assert ran.json["verdict"] != "pass"
    assert f"there is no {kind}, for perplexity:word of {whose.format(old=old, new=new)} too large" in warning
    assert "perplexity:bits_per_byte has a value" in warning
    for step in ran.json["limits"][0]["next"][:1]:
        assert step.startswith("gate on perplexity:bits_per_byte")


def test_a_model_that_stopped_writing_json_fails_by_precision(thresher, tmp_path):
    def run(name, prediction):
        rows = [{"id": str(n), "prediction": prediction, "reference": '{"a": 1}'} for n in range(300)]
        return scored(tmp_path, name, rows, "json_fields:precision")

    old, new = run("old", '{"a": 1}'), run("new", "Sure! It is 1.")
    ran = gate(thresher, new, old, limits(tmp_path, 'metric = "json_fields:precision"\nmax_drop = 0.05'), "--json")

    row = ran.json["limits"][0]
    assert (ran.code, row["verdict"], row["candidate"], row["difference"]) == (1, "fail", 0.0, -1.0)
    assert row["interval"][1] < -0.9
