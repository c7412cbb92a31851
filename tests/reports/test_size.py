"""How large a page may be: what gives way, in which order, and what is said where nothing can."""

from __future__ import annotations

import json

import pytest

from tests.evalkit.gate.runs import scored
from tests.reports.test_every_kind import unpacked


def sliced(tmp_path, name):
    """Return a run of 600 items in 300 slices."""
    fields = {"prompt": "Is it so?", "prediction": "yes", "reference": "yes"}
    return scored(
        tmp_path, name, [{"id": f"q{n}", **fields, "slices": {"topic": f"topic {n % 300}"}} for n in range(600)]
    )


@pytest.mark.parametrize(
    ("names", "most", "over", "short"),
    [
        pytest.param(["run"], "20", False, False, id="all has room"),
        pytest.param(["run"], "0.1", False, True, id="tables of numbers end early before an item goes"),
        pytest.param(["run", "new"], "0.1", True, True, id="charts alone are larger: it is said, and items stay"),
    ],
)
def test_a_page_keeps_its_limit_or_says_that_it_cannot(thresher, page, tmp_path, names, most, over, short):
    runs = [sliced(tmp_path, name) for name in names]

    ran = thresher("report", *runs, "--output", tmp_path / "report.html", "-q", "--max-mb", most)

    seen = page(tmp_path / "report.html")
    assert (len(seen.html.encode()) > float(most) * 1e6) is over
    assert ("more than --max-mb 0.1 allows" in ran.err) is over
    assert ("The page is larger than the 0.1 MB of --max-mb" in seen.text) is over
    assert ("more, which had no room (--max-mb)" in seen.text) is short
    assert json.loads(unpacked(seen.html).splitlines()[0])["rows"] == 600
