"""The step by its public door: which rows go, which items are tainted, and what the files of a run say of both."""

from __future__ import annotations

import hashlib
import json

import pytest

from curate.core.run.errors import ConfigError, InputError
from curate.curation.run import Options
from tests.conftest import chat
from tests.curated import curate_rows

ONE = (
    "Ann picks nineteen apples from the old tree behind the mill and gives a third of them, rounded down, to her aunt."
)
TWO = "A ferry needs forty minutes for the way out and fifty for the way back; how often does it sail in a working day?"
ITEMS = [{"id": "one", "question": ONE, "answer": "6"}, {"id": "two", "question": TWO, "answer": "5"}]
CLEAN = chat("What is the capital of the country where the ferry sails?", "That depends on the ferry.")
HALF = " ".join(ONE.split()[:14])


@pytest.fixture
def sets(jsonl):
    jsonl(ITEMS, "evals/sums.jsonl")
    return ["evals/sums.jsonl"]


def step(sets, **settings):
    return [{"use": "contamination", "sets": sets, **settings}]


def test_both_directions(tmp_path, sets):
    rows = [CLEAN, chat(HALF, "?", id="half"), chat(f"{ONE} And: {TWO}", "?", id="both"), chat(ONE, "6", id="again")]
    run = curate_rows(tmp_path, rows, step(sets))
    dropped = run.rows("dropped")

    assert [(row["id"], row["reason"], row["similarity"], row["matched"]) for row in dropped] == [
        ("both", "contaminated", 1.0, None),
        ("again", "contaminated", 1.0, None),
    ]
    assert [row["detail"] for row in dropped] == [
        "sums one: 1.00 of it by ngram8_half, and 1 more",
        "sums one: 1.00 of it by ngram8_half",
    ]
    assert run.lines("tainted") == [
        b'{"suite":"sums","id":"one","rule":"ngram8_half","score":1.0,"source":"rows.jsonl","line":3}',
        b'{"suite":"sums","id":"two","rule":"ngram8_half","score":1.0,"source":"rows.jsonl","line":3}',
    ]


def test_a_warned_row_taints_its_item_too(tmp_path, sets):
    run = curate_rows(tmp_path, [chat(HALF, "?")], step(sets))
    (item,) = run.rows("tainted")

    assert (run.reasons, run.warnings) == ([None], [["evaluation_overlap"]])
    assert (item["id"], round(item["score"], 2)) == ("one", 0.64)


def test_the_manifest_and_the_stats_name_sets_and_counts(tmp_path, sets):
    run = curate_rows(tmp_path, [CLEAN, chat(ONE, "6")], step(sets))
    data = (tmp_path / "evals/sums.jsonl").read_bytes()
    (listed,) = [file for file in run.manifest["outputs"] if file["path"] == "tainted.jsonl"]

    assert run.manifest["evaluation_sets"] == [
        {
            "suite": "sums",
            "path": "evals/sums.jsonl",
            "layout": "question_answer",
            "sha256": hashlib.sha256(data).hexdigest(),
            "bytes": len(data),
            "items": 2,
        }
    ]
    assert listed["rows"] == 1
    assert listed["sha256"] == hashlib.sha256((run.out / "tainted.jsonl").read_bytes()).hexdigest()
    assert run.stats["tainted"] == {"sums": {"items": 2, "tainted": 1}}
    assert "1 of the 2 items of sums were found in the rows (tainted.jsonl)" in run.stats["notes"]
    assert run.manifest["counts"]["by_reason"] == {"contaminated": 1}


@pytest.mark.parametrize(
    ("settings", "reasons", "warnings"),
    [
        pytest.param({}, ["contaminated", None], [[], ["evaluation_overlap"]], id="proofs drop, guesses warn"),
        pytest.param({"action": "warn"}, [None, None], [["contaminated"], ["evaluation_overlap"]], id="only warn"),
        pytest.param({"drop": ["evaluation_overlap"]}, ["contaminated", "evaluation_overlap"], [[], []], id="drop all"),
    ],
)
def test_what_a_mark_does_is_a_choice(tmp_path, sets, settings, reasons, warnings):
    run = curate_rows(tmp_path, [chat(ONE, "6"), chat(HALF, "?")], step(sets, **settings))

    assert (run.reasons, run.warnings) == (reasons, warnings)
    assert len(run.lines("tainted")) == 1


def test_a_table_of_defaults_adds_the_step_to_the_preset(tmp_path, sets):
    run = curate_rows(tmp_path, [CLEAN, chat(ONE, "6"), CLEAN], defaults={"contamination": {"sets": sets}})

    assert [one["use"] for one in run.manifest["config"]["steps"]] == [
        "normalise", "empty", "truncated", "repetition", "contamination", "exact_duplicates", "near_duplicates",
    ]  # fmt: skip
    assert run.reasons == [None, "contaminated", "exact_duplicate"]


def test_a_set_as_a_table(tmp_path, jsonl):
    jsonl([{"nr": 4, "ask": ONE}], "own.jsonl")
    sets = [{"path": "own.jsonl", "name": "ours", "question": "ask", "id": "nr"}]
    run = curate_rows(tmp_path, [chat(ONE, "6")], step(sets))

    assert [(item["suite"], item["id"]) for item in run.rows("tainted")] == [("ours", "4")]


def test_a_pattern_names_several_files_of_one_suite(tmp_path, jsonl):
    for item in ITEMS:
        jsonl([item], f"evals/{item['id']}.jsonl")
    run = curate_rows(tmp_path, [chat(f"{TWO} {ONE}", "?")], step([{"path": "evals/*.jsonl", "name": "sums"}]))

    assert [one["path"] for one in run.manifest["evaluation_sets"]] == ["evals/one.jsonl", "evals/two.jsonl"]
    assert run.stats["tainted"] == {"sums": {"items": 2, "tainted": 2}}


def test_two_rules_in_one_run_list_an_item_once(tmp_path, sets):
    steps = [*step(sets, rule="ngram13", action="warn"), *step(sets, rule="ngram8_half")]
    run = curate_rows(tmp_path, [chat(ONE, "6")], steps)

    assert len(run.lines("tainted")) == 1
    assert run.stats["tainted"]["sums"] == {"items": 2, "tainted": 1}


def test_a_run_without_the_step_has_no_such_file(tmp_path, sets):
    first = curate_rows(tmp_path, [chat(ONE, "6")], step(sets))
    assert (first.out / "tainted.jsonl").exists()
    second = curate_rows(tmp_path, [chat(ONE, "6")], [])

    assert not (second.out / "tainted.jsonl").exists()
    assert (second.manifest["evaluation_sets"], second.stats["tainted"]) == ([], {})


def test_another_block_size_gives_the_same_bytes(tmp_path, sets):
    rows = [chat(f"{text} {n}", "?") for n in range(20) for text in (ONE, HALF, "What else?", f"{TWO} {ONE}")]
    written = []
    for name, size in (("whole", None), ("small", 300), ("middle", 3000)):
        (tmp_path / name / "evals").mkdir(parents=True)
        (tmp_path / name / "evals/sums.jsonl").write_bytes((tmp_path / "evals/sums.jsonl").read_bytes())
        run = curate_rows(tmp_path / name, rows, step(sets), Options(quiet=True, block_bytes=size))
        written.append({file.name: file.read_bytes() for file in run.out.iterdir() if file.name != "run.json"})

    assert written[0] == written[1] == written[2]


def test_rows_that_cannot_be_read_and_empty_files_are_no_matter(tmp_path, sets):
    run = curate_rows(tmp_path, ["{broken", '{"messages": []}', chat(ONE, "6")], step(sets))

    assert run.reasons[2] == "contaminated"
    (tmp_path / "other" / "evals").mkdir(parents=True)
    (tmp_path / "other/evals/sums.jsonl").write_text(json.dumps(ITEMS[0]))
    none = curate_rows(tmp_path / "other", [], step(sets))
    assert (none.lines("tainted"), none.stats["tainted"]) == ([], {"sums": {"items": 1, "tainted": 0}})


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        pytest.param({"sets": []}, "sets", id="no sets"),
        pytest.param({}, "sets", id="sets left out"),
        pytest.param({"sets": ["evals/sums.jsonl"], "rule": "ngram9"}, "rule", id="an unknown rule"),
        pytest.param({"sets": ["evals/sums.jsonl"], "drop": ["contaminate"]}, "did you mean", id="an unknown reason"),
    ],
)
def test_settings_that_make_no_sense_say_so(tmp_path, sets, settings, said):
    with pytest.raises(ConfigError, match=said):
        curate_rows(tmp_path, [CLEAN], [{"use": "contamination", **settings}])


def test_a_set_that_is_not_there_ends_the_run_before_it_reads(tmp_path):
    with pytest.raises(InputError, match=r"there is no file .evals/gone\.jsonl"):
        curate_rows(tmp_path, [CLEAN], step(["evals/gone.jsonl"]))


PICTURE = {"type": "image_url", "image_url": {"url": "http://e/1.png"}}
WORDS = {"type": "text", "text": ONE}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        pytest.param(chat([WORDS, PICTURE], "6"), None, id="a picture among the parts"),
        pytest.param(
            chat([WORDS], [{"type": "text", "text": "6"}, PICTURE]), "contaminated", id="a picture in the answer alone"
        ),
        pytest.param(chat(ONE, "6", images=["a.png"]), None, id="a picture of the record"),
        pytest.param(chat([WORDS], "6", images=[]), "contaminated", id="parts of text alone"),
    ],
)
def test_a_row_with_pictures_is_only_warned_of(tmp_path, sets, row, reason):
    """The words of an item may be asked of another picture."""
    run = curate_rows(tmp_path, [row], step(sets, drop=["evaluation_overlap"]))

    assert run.reasons == [reason]
    assert run.warnings == [[] if reason else ["contaminated"]]
    assert [item["id"] for item in run.rows("tainted")] == ["one"]


def test_without_texts_the_item_of_a_warning_is_told_too(tmp_path, sets):
    """Its name and score quote nothing of a row."""
    rows = [chat(HALF, "?"), chat(ONE, "6")]
    ledger = curate_rows(tmp_path, rows, step(sets), options=Options(texts=False)).ledger

    assert [(row["reason"], row["detail"]) for row in ledger.sort("line").iter_rows(named=True)] == [
        (None, "sums one: 0.64 of it by ngram8_half"),
        ("contaminated", "sums one: 1.00 of it by ngram8_half"),
    ]
