"""A row that goes for an earlier one names it, its run and why, in the files and on the terminal."""

from __future__ import annotations

import json
import shutil

from tests.conftest import chat
from tests.curation.corpus import text
from tests.curation.nights import ANSWER, DRAW, HERON, KINDS, NEARLY_HERON, QUESTION, STORK, dropped


@KINDS
def test_a_row_that_goes_names_the_earlier_row_and_its_run(curate, kind):
    curate("mon", [STORK, HERON], index={"write": True, "kind": kind})
    tue = curate("tue", [NEARLY_HERON, {**STORK, "id": "again"}], input={"against": ["mon"]}, limits={"min_kept": 0})

    near, same = dropped(tue)["nearly heron"], dropped(tue)["again"]
    assert near["matched"] == {"id": "heron", "source": "mon.jsonl", "line": 2, "run": "../mon"}
    assert (near["step"], near["reason"]) == ("near_duplicates", "near_duplicate_of_earlier")
    assert 0.8 <= near["similarity"] < 1
    assert (same["step"], same["reason"], same["similarity"]) == ("exact_duplicates", "duplicate_of_earlier", 1.0)
    assert tue.ledger["matched_id"].to_list() == ["heron", "stork"]
    index = tue.manifest["against"][0]
    assert (index["path"], index["rows"]) == ("mon/index.parquet", 2)
    assert index["sha256"] in {
        one["sha256"] for one in json.loads((tue.out.parent / "mon/manifest.json").read_bytes())["outputs"]
    }


@KINDS
def test_other_instructions_only_warn(curate, kind):
    system = {"role": "system", "content": "You speak as a pirate does, whatever is asked of you."}
    curate("mon", [HERON], index={"write": True, "kind": kind})
    tue = curate("tue", [{"messages": [system, *HERON["messages"]], "id": "pirate"}], input={"against": ["mon"]})

    assert tue.warnings == [["other_instructions"]]
    assert tue.reasons == [None]


@KINDS
def test_instructions_of_which_one_word_is_another_only_warn(curate, kind):
    rules = text(DRAW, 200)
    told = [{"role": "system", "content": f"{rules} {word} give refunds."} for word in ("Always", "Never", "always")]
    curate("mon", [{"messages": [told[0], *HERON["messages"]]}], index={"write": True, "kind": kind})
    rows = [{"messages": [system, *NEARLY_HERON["messages"]], "id": system["content"][-20:]} for system in told[1:]]
    tue = curate("tue", rows, input={"against": ["mon"]})

    assert tue.warnings == [["other_instructions"], []]
    assert tue.reasons == [None, "near_duplicate_of_earlier"]


@KINDS
def test_another_answer_to_an_earlier_prompt_stays(curate, kind):
    curate("mon", [HERON], index={"write": True, "kind": kind})
    tue = curate("tue", [chat(QUESTION, text(DRAW, 60), id="other")], input={"against": ["mon"]})

    assert tue.reasons == [None]


def test_an_earlier_row_stays_whatever_is_worth_more(curate):
    """``keep = "longest_answer"`` chooses among new rows alone."""
    longer = chat(QUESTION, f"{ANSWER} And more of it.", id="longer")
    asked = {"defaults": {"near_duplicates": {"keep": "longest_answer"}}, "limits": {"min_kept": 0}}
    curate("mon", [HERON], index={"write": True}, **asked)
    tue = curate("tue", [longer], input={"against": ["mon"]}, **asked)

    assert tue.reasons == ["near_duplicate_of_earlier"]


def test_steps_that_only_warn_only_warn(curate):
    warn = {"exact_duplicates": {"action": "warn"}, "near_duplicates": {"action": "warn"}}
    curate("mon", [HERON], index={"write": True})
    tue = curate("tue", [HERON, NEARLY_HERON], input={"against": ["mon"]}, defaults=warn)

    assert tue.reasons == [None, None]
    assert tue.warnings[0][0] == "duplicate_of_earlier"
    assert tue.warnings[1] == ["near_duplicate_of_earlier"]


def test_a_dry_run_shows_what_would_go(curate, tmp_path, thresher, jsonl):
    curate("mon", [HERON], index={"write": True})
    ran = thresher("curate", jsonl([NEARLY_HERON, STORK]), "--against", tmp_path / "mon", "--dry-run")

    assert ran.code == 0
    assert "near_duplicates: near_duplicate_of_earlier" in ran.out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mon", "mon.jsonl", "rows.jsonl"]


def test_explain_shows_where_the_earlier_row_lies(curate, thresher):
    """Also where an earlier row has the same id, as one that is delivered again."""
    mon = curate("mon", [STORK, HERON], index={"write": True})
    tue = curate("tue", [{**NEARLY_HERON, "id": "heron"}], input={"against": ["mon"]}, limits={"min_kept": 0})
    told = thresher("explain", tue.out, "tue.jsonl:1")

    assert "near_duplicate_of_earlier" in told.out
    assert "mon.jsonl:2 (id heron), kept in train.jsonl of the earlier run" in told.out
    shutil.rmtree(mon.out)
    assert "which is not there any more" in thresher("explain", tue.out, "tue.jsonl:1").out
