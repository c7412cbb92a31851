"""Numbers with their units, as pages write them."""

from __future__ import annotations

import pytest

from reports.values import between, chance, change, estimate, value


@pytest.mark.parametrize(
    ("number", "unit", "told"),
    [
        pytest.param(0.3472, "share", "34.72%", id="a share"),
        pytest.param(27.309, "points", "27.31", id="points"),
        pytest.param(215.2112, "count", "215.2", id="a large mean"),
        pytest.param(0.0305, "count", "0.030", id="a small one"),
        pytest.param(1.456, "seconds", "1.46\u00a0s", id="seconds"),
        pytest.param(1234567.8, "currency", "1,234,568", id="millions"),
        pytest.param(0.0123, "currency", "0.0123", id="a cost"),
        pytest.param(0.00004, "currency", "0.0000400", id="a cost far below a cent"),
        pytest.param(1e-17, "currency", "0.0000", id="what is left of a sum"),
        pytest.param(-0.52, "correlation", "−0.520", id="below zero"),
        pytest.param(None, "share", "–", id="none"),
        pytest.param(float("nan"), "share", "–", id="no number"),
    ],
)
def test_a_value(number, unit, told):
    assert value(number, unit) == told


@pytest.mark.parametrize(
    ("number", "unit", "told"),
    [
        pytest.param(-0.130402, "share", "−13.04\u00a0pp", id="a drop of a share is in percentage points"),
        pytest.param(0.02, "share", "+2.00\u00a0pp", id="a gain"),
        pytest.param(-0.000001, "share", "0.00\u00a0pp", id="no minus before nothing"),
        pytest.param(1.5, "points", "+1.50", id="points"),
        pytest.param(-5790365.4, "perplexity", "−5,790,365", id="a drop of millions"),
        pytest.param(5790365.4, "seconds", "+5,790,365\u00a0s", id="a rise of millions"),
        pytest.param(0.0001, "count", "0.000", id="no plus before nothing"),
        pytest.param(-0.0000113, "currency", "−0.0000113", id="a drop of a small cost"),
        pytest.param(-1.234e300, "perplexity", "−1.23e+300", id="beyond what anyone reads"),
    ],
)
def test_a_difference(number, unit, told):
    assert change(number, unit) == told


def test_a_ratio_and_an_interval():
    assert estimate(1.0007, "count", "ratio") == "×1.001"
    assert between(-0.153068, -0.107992, "share", "difference") == "−15.31 to −10.80\u00a0pp"
    assert between(0.25, 0.5, "share", "value") == "25.00 to 50.00%"
    assert between(None, 0.5, "share", "value") == "– to 50.00%"
    assert between(0.00004, 0.000513, "currency", "value") == "0.000040 to 0.000513"
    assert between(-7495774.5, 1.5, "perplexity", "difference") == "−7,495,774 to +2"


def test_a_p_value_is_never_zero():
    assert [chance(p) for p in (1e-9, 0.0421, None)] == ["<0.001", "0.042", "–"]


def test_an_interval_has_one_precision_and_whole_counts_have_no_zeros():
    assert between(-0.0831, 0.1712, "seconds", "difference") == "−0.08 to +0.17\u00a0s"
    assert between(0.756, 8.7, "count", "difference") == "+0.76 to +8.70"
    assert [value(300.0, "count"), value(300.5, "count"), value(286.0, "seconds")] == ["300", "300.5", "286.0\u00a0s"]
