"""Steps of the run that choose among rows: those of the run stay, and new ones yield to them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.augment.gating.test_gates import chat, fates
from tests.augment.made import augment, curated, questions

ASKED = "How many days do I have to return a parcel that came to my door by mistake?"
THIRTY = "You have 30 days."
FOURTEEN = "You have 14 days to return it, as every customer of ours has."


def test_rows_of_the_run_fill_a_cap_first(tmp_path: Path) -> None:
    texts = [row["messages"][0]["content"] for row in questions(12)]
    rows = [{"id": f"r{at}", "text": text, "label": "ab"[at % 2]} for at, text in enumerate(texts[:7])]
    before = curated(tmp_path, rows, steps=[{"use": "balance", "by": "label", "cap": 4}])
    assert Counter(row["label"] for row in before.rows("train")) == {"a": 4, "b": 3}
    new = [
        {"of": of, "texts": [text, label]} for of, text, label in zip(["r0", "r1"] * 2, texts[8:], "abab", strict=True)
    ]

    after = augment(tmp_path, [{"use": "written", "rows": new}])

    assert Counter(row["label"] for row in after.rows("train")) == {"a": 4, "b": 4}
    assert after.rows("train")[:7] == before.rows("train")
    assert Counter(after.ledger.filter(origin="synthetic")["reason"]) == {"over_cap": 3, None: 1}


@pytest.mark.parametrize(
    ("policy", "new", "fate"),
    [
        pytest.param("keep_longest", [FOURTEEN], ["contradiction"], id="longer than an answer of the run"),
        pytest.param("keep_majority", [FOURTEEN] * 2, ["contradiction"] * 2, id="more than it"),
        pytest.param(
            "drop_all", [FOURTEEN, "You have 30 days for that."], ["contradiction", None], id="what agrees stays"
        ),
        pytest.param("warn", [FOURTEEN], [None], id="a run that only warns"),
    ],
)
def test_what_excludes_an_answer_of_the_run_goes(
    tmp_path: Path, policy: str, new: list[str], fate: list[object]
) -> None:
    curated(
        tmp_path, [chat("q1", ASKED, THIRTY), *questions(3)[1:]], steps=[{"use": "contradictions", "policy": policy}]
    )

    assert fates(tmp_path, *((ASKED, answer) for answer in new)) == fate


def test_new_answers_that_exclude_each_other_are_judged_by_the_policy(tmp_path: Path) -> None:
    curated(tmp_path, questions(3), steps=[{"use": "contradictions", "policy": "keep_longest"}])

    assert fates(tmp_path, (ASKED, THIRTY), (ASKED, FOURTEEN)) == ["contradiction", None]
