"""New rows beside what earlier runs kept: the same rows stay as when all are curated together."""

from __future__ import annotations

import random
import shutil
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import chat
from tests.curation.corpus import text
from tests.curation.nights import HERON, KINDS, NEARLY_HERON, STORK, curating, dropped

_SAYINGS = [text(random.Random(seed), 14) for seed in range(6)]
_UNDER = st.sampled_from([None, "Be brief.", "You speak as a pirate does, whatever is asked of you on this ship."])


@st.composite
def rows(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Chats of a few sayings, some words of which are exchanged: equal, near, nearly near and other rows."""
    made = []
    for _ in range(draw(st.integers(1, 9))):
        sides = []
        for _side in range(2):
            words = draw(st.sampled_from(_SAYINGS)).split() * 2
            for place in draw(st.lists(st.integers(0, len(words) - 1), max_size=2)):
                words[place] = draw(st.sampled_from(["ember", "Willow", "C++"]))
            sides.append(" ".join(words[: draw(st.sampled_from([3, 28, 28, 28]))]))
        under = draw(_UNDER)
        system = [] if under is None else [{"role": "system", "content": under}]
        made.append({"messages": [*system, *chat(*sides)["messages"]]})
    return made


@pytest.mark.parametrize("kind", ["compact", "exact", None])
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=rows(), second=rows())
def test_new_rows_against_earlier_ones_keep_what_both_together_keep(tmp_path_factory, kind, first, second):
    """Oracle: one run of both, A first. ``kind`` None is a run without an index."""
    folder = tmp_path_factory.mktemp("made")
    curate = curating(folder)
    index = {"index": {"write": True, "kind": kind}} if kind else {}
    a = curate("a", first, **index, limits={"min_kept": 0})
    b = curate("b", second, input={"against": ["a"]}, limits={"min_kept": 0})
    both = curate("both", input={"files": ["b.jsonl", "a.jsonl"], "priority": ["a.jsonl"]}, limits={"min_kept": 0})
    shutil.rmtree(folder)

    assert a.lines_kept + b.lines_kept == both.lines_kept


@pytest.mark.parametrize("kind", ["compact", "exact"])
def test_a_real_file_in_two_halves_keeps_what_it_keeps_as_a_whole(real_data, tmp_path, kind):
    lines = (real_data / "jsonl" / "gpteacher_toolformer-dedupe-only.chat.jsonl").read_bytes().splitlines()[:5000]
    curate = curating(tmp_path)
    a = curate("a", lines[:3500], index={"write": True, "kind": kind})
    b = curate("b", lines[3500:], input={"against": ["a"]})
    whole = curate("whole", lines)

    assert a.lines_kept + b.lines_kept == whole.lines_kept
    assert b.manifest["counts"]["by_reason"]["near_duplicate_of_earlier"] > 50


@KINDS
def test_the_index_of_a_night_holds_all_nights_before(curate, kind):
    index = {"write": True, "kind": kind}
    curate("mon", [HERON], index=index)
    curate("tue", [STORK], index=index, input={"against": ["mon"]})
    wed = curate(
        "wed", [NEARLY_HERON, STORK, chat("Something else?", "Yes, quite.", id="new")], input={"against": ["tue"]}
    )

    found = dropped(wed)
    assert {id_: (row["reason"], row["matched"]["run"]) for id_, row in found.items()} == {
        "nearly heron": ("near_duplicate_of_earlier", "../mon"),
        "stork": ("duplicate_of_earlier", "../tue"),
    }
    assert [row["id"] for row in wed.rows("train")] == ["new"]


def test_a_run_that_stands_in_two_indexes_counts_once(curate):
    index = {"write": True}
    curate("mon", [HERON], index=index)
    curate("tue", [STORK], index=index, input={"against": ["mon"]})
    wed = curate(
        "wed", [chat("Something else?", "Yes, quite.", id="new")], index=index, input={"against": ["tue", "mon"]}
    )

    assert sorted(pl.read_parquet(wed.out / "index*.parquet")["id"]) == ["heron", "new", "stork"]
    assert [one["rows"] for one in wed.manifest["outputs"] if one["path"].startswith("index")] == [1, 1, 1]
