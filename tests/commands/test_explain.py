"""``thresher explain``: the whole history of one row."""

from __future__ import annotations

import json

import pytest

from tests.conftest import chat
from tests.curated import curate_rows


@pytest.fixture
def run(tmp_path):
    rows = [chat("What is a heron?", "A wading bird.", id="heron"), chat("what is a heron?", "A wading  bird.", id="again"), "{broken",
            chat("Say it.", "N/A", id="nothing"), chat("Say \x1b[31mred\u202e", "", id="red")]  # fmt: skip
    return curate_rows(tmp_path, {"raw/birds.jsonl": rows}, split={"train": 1.0})


@pytest.mark.parametrize(
    ("row", "said"),
    [
        pytest.param("raw/birds.jsonl:1", ["id heron", "kept, in train.jsonl", "birds.jsonl:2 went for it"], id="kept"),
        pytest.param("birds.jsonl:2", ["dropped by exact_duplicates", "birds.jsonl:1 (id heron), kept"], id="a twin, by the file's name"),
        pytest.param("again", ["dropped by exact_duplicates"], id="by id"),
        pytest.param("birds.jsonl:3", ["dropped by read", "at column 2", "{broken"], id="unreadable"),
        pytest.param("nothing", ["warned of answer_says_nothing", "kept"], id="warned of"),
        pytest.param("red", ["dropped by empty: empty_answer"], id="empty"),
    ],
)  # fmt: skip
def test_a_row_is_explained(thresher, run, row, said):
    ran = thresher("explain", run.out, row)

    assert ran.code == 0
    assert [words for words in said if words not in ran.out] == []
    assert "\x1b" not in ran.out
    assert "\u202e" not in ran.out


def test_evidence_stands_with_the_warning_that_it_is_of(thresher, jsonl, tmp_path):
    jsonl([{"id": "mars", "question": "How big is Mars?", "answer": "7"}], "items.jsonl")
    steps = [{"use": "contamination", "sets": ["items.jsonl"]}, {"use": "near_duplicates"}]
    rows = [chat("how big is mars?", "3", id="a"), chat("how big is  Mars?", "Nobody knows", id="b")]
    run = curate_rows(tmp_path, rows, steps, split={"train": 1.0})

    lines = thresher("explain", run.out, "b").out.splitlines()
    told = [run.stats["examples"][word][-1] for word in ("evaluation_question", "same_prompt")]

    assert [line.split(":")[0] for line in lines[1:4]] == [
        "  warned of evaluation_question",
        "  why",
        "  warned of same_prompt",
    ]
    assert lines[2] == "  why: items mars: 1.00 of it by exact:question"
    assert not any("similarity" in line for line in lines)
    assert [(one["id"], one["similarity"], one["twin"]) for one in told] == [("b", 1.0, None), ("b", None, None)]


def test_json_and_no_text(thresher, run):
    (row,) = thresher("explain", run.out, "again", "--json").json["rows"]
    assert (row["reason"], row["twin"]["id"]) == ("exact_duplicate", "heron")
    assert "wading" in row["text"]

    assert "wading" not in thresher("explain", run.out, "again", "--no-text").out


@pytest.mark.parametrize(
    ("row", "said"),
    [
        pytest.param("birds.jsonl:9", "has no row 9", id="no such line"),
        pytest.param("bird.jsonl:1", "did you mean 'raw/birds.jsonl'?", id="no such file"),
        pytest.param("stork", "no row of", id="no such id"),
    ],
)
def test_a_row_that_is_not_there_is_exit_2(thresher, run, row, said):
    ran = thresher("explain", run.out, row)

    assert (ran.code, said in ran.err) == (2, True)


def test_a_folder_without_a_finished_run_is_exit_2(thresher, tmp_path):
    assert thresher("explain", tmp_path, "a:1").code == 2


def test_the_text_is_the_rows_own(thresher, tmp_path):
    """Each row of a larger run, by place: the text that is shown has the row's own id."""
    rows = [chat(f"Question {n % 40}?", f"Answer {n % 40}.", id=f"row{n}") for n in range(60)]
    run = curate_rows(tmp_path, rows, split={"train": 0.5, "validation": 0.2, "test": 0.3})
    for line in range(1, 61, 7):
        (row,) = thresher("explain", run.out, f"rows.jsonl:{line}", "--json").json["rows"]
        assert f'"row{line - 1}"' in row["text"]


@pytest.mark.parametrize("size", [1, 7, 64, 1 << 20])
def test_a_rows_text_is_found_however_the_file_is_read(thresher, tmp_path, monkeypatch, size):
    """Oracle: the rows that came in, all of which are kept."""
    monkeypatch.setattr("curate.curation.history.PIECE_BYTES", size)
    rows = [chat(f"What is number {n}?", f"It is {'very ' * n}long.", id=f"row{n}") for n in range(12)]
    run = curate_rows(tmp_path, rows, [], split={"train": 0.5, "validation": 0.5})

    for n, row in enumerate(rows):
        (found,) = thresher("explain", run.out, f"row{n}", "--json").json["rows"]
        assert json.loads(found["text"]) == row


@pytest.mark.parametrize(
    "line",
    [
        pytest.param('{"messages": [], "messages": [{"role": "user",  "content": "Hi"}]}', id="a repeated key, and spaces"),
        pytest.param('{"messages": [], "n": 99999999999999999999999, "similarity": 1.50}', id="numbers as they were spelt"),
        pytest.param('{"messages": [], "record": ",\\"record\\":"}', id="a record in the record"),
        pytest.param('{"messages": "é "} x', id="no JSON"),
        pytest.param(',"record":{"a"}', id="no JSON that looks like the end of the line"),
    ],
)  # fmt: skip
def test_a_dropped_row_is_shown_as_it_came(thresher, tmp_path, line):
    run = curate_rows(tmp_path, {"rows.jsonl": [line, chat("What is a heron?", "A wading bird.")]})

    assert thresher("explain", run.out, "rows.jsonl:1", "--json").json["rows"][0]["text"] == line


@pytest.mark.parametrize(
    ("name", "called"),
    [
        pytest.param("rows.jsonl", "short", id="its own name, the tail of another's"),
        pytest.param("./rows.jsonl", "short", id="its own name with a dot"),
        pytest.param("extra/rows.jsonl", "long", id="the longer name"),
        pytest.param("{base}/rows.jsonl", "short", id="the path of the one"),
        pytest.param("{base}/extra/rows.jsonl", "long", id="the path of the other, which ends with both names"),
        pytest.param("../extra/rows.jsonl", "long", id="more of the path than its name has"),
    ],
)
def test_a_source_is_named_that_is_the_tail_of_another(thresher, tmp_path, monkeypatch, name, called):
    """Oracle: the ids, one of each file. The folder that names are relative to is not the current one."""
    files = {"rows.jsonl": [chat("Hi", "Ho", id="short")], "extra/rows.jsonl": [chat("He", "Ha", id="long")]}
    run = curate_rows(tmp_path / "base", files, [])
    base = run.out.parent
    (base / "elsewhere").mkdir()
    monkeypatch.chdir(base / "elsewhere")

    (row,) = thresher("explain", run.out, f"{name.format(base=base)}:1", "--json").json["rows"]

    assert row["id"] == called


def test_a_path_that_may_be_two_sources_is_exit_2(thresher, tmp_path):
    files = {"rows.jsonl": [chat("Hi", "Ho")], "extra/rows.jsonl": [chat("He", "Ha")]}
    ran = thresher("explain", curate_rows(tmp_path, files, []).out, "/moved/extra/rows.jsonl:1")

    assert (ran.code, "may be extra/rows.jsonl or rows.jsonl" in ran.err) == (2, True)


def test_rows_of_an_array_are_named_as_the_check_names_them(thresher, jsonl, tmp_path):
    """Oracle: which element is the empty one; the place is taken out of what the check prints."""
    array = jsonl(['[{"prompt": "one",\n "completion": "b"},\n\n {"prompt": "two",\n "completion": ""}]'], "arr.json")
    checked = thresher("check", array).out
    fault = thresher("check", array, "--json").json["faults"][0]
    thresher("curate", array, "--out", tmp_path / "run", "--no-report", "--quiet")

    place = next(line.split("  ")[1] for line in checked.splitlines() if "arr.json:" in line)
    (pasted,) = thresher("explain", tmp_path / "run", place, "--json").json["rows"]
    told = thresher("explain", tmp_path / "run", "arr.json:2")
    none = thresher("explain", tmp_path / "run", "arr.json:4")

    assert (place, fault["line"]) == (f"{array}:4 (row 2)", 4)
    assert (pasted["line"], pasted["reason"]) == (2, "empty_answer")
    assert (told.code, "row 2 of the file: its values are counted, not its lines" in told.out) == (0, True)
    assert (none.code, "its values are counted from 1, not its lines" in none.err) == (2, True)


@pytest.mark.parametrize("records", [True, False])
@pytest.mark.parametrize("repeated", [True, False])
def test_the_twin_is_the_row_that_stayed_where_ids_repeat(thresher, tmp_path, records, repeated):
    """Oracle: of three versions the highest stays; with other ids the same is told."""
    rows = [chat("Where is my card?", "On its way.", id="t1" if repeated else f"t{v}", v=v) for v in (1, 2, 3)]
    step = {"use": "near_duplicates", "keep": "highest", "keep_field": "v"}
    run = curate_rows(tmp_path, rows, [step], output={"records": records})

    for line in (1, 2):
        (row,) = thresher("explain", run.out, f"rows.jsonl:{line}", "--json").json["rows"]
        assert (row["twin"]["line"], row["twin"]["decision"], row["twin"]["split"]) == (3, "kept", "train")
    (kept,) = thresher("explain", run.out, "rows.jsonl:3", "--json").json["rows"]
    assert [one["line"] for one in kept["went_for_it"]] == [1, 2]


def test_what_went_for_another_row_of_the_same_id_is_not_told_of_this_one(thresher, tmp_path):
    """Two kept rows of one id, too far apart, in one cluster by a row between them; that and another go for each."""
    words, first, last = [f"word{n}" for n in range(60)], [f"a{n}" for n in range(4)], [f"z{n}" for n in range(4)]
    one, between, other = words, [*words[:56], *last], [*first, *words[4:56], *last]
    texts = [" ".join(text) for text in (one, other, between, other)]
    rows = [chat("What is it?", text, id="t") for text in [*texts[:3], texts[3] + "."]]
    run = curate_rows(tmp_path, rows, [{"use": "near_duplicates"}])
    assert run.reasons == [None, None, "near_duplicate", "near_duplicate"]
    assert run.ledger["cluster"].n_unique() == 1

    for line in (1, 2):
        (row,) = thresher("explain", run.out, f"rows.jsonl:{line}", "--json").json["rows"]
        assert [told["line"] for told in row["went_for_it"]] == [line + 2]


WORDS = [f"w{n}" for n in range(60)]
LIKE = chat("Why?", " ".join([*WORDS[:52], *(f"x{n}" for n in range(8))]), id="new")  # nearly alike
TOLD = chat("Why?", " ".join(WORDS), id="1")
OTHER = chat("What is a heron?", "A wading bird.", id="1")


@pytest.mark.parametrize(
    ("rows", "before", "said"),
    [
        pytest.param([LIKE, TOLD], [], "with rows.jsonl:1 (id new), kept in train.jsonl", id="one row"),
        pytest.param([OTHER, TOLD, LIKE], [], "with rows.jsonl:1 or rows.jsonl:2 (id 1)\n", id="two rows of the id"),
        pytest.param([OTHER, LIKE], [TOLD], "with rows.jsonl:1 or a row of an earlier run (id 1)\n", id="earlier"),
        pytest.param([LIKE], [TOLD], "with a row of an earlier run (id 1)\n", id="earlier alone"),
    ],
)
def test_of_what_a_warned_row_is_like_all_that_may_be_meant_are_named(thresher, tmp_path, rows, before, said):
    asked = {}
    if before:
        curate_rows(tmp_path / "before", before, split={"train": 1.0})
        asked = {"input": {"files": ["rows.jsonl"], "against": ["before/out"]}}
    run = curate_rows(tmp_path, rows, split={"train": 1.0}, **asked)
    told = thresher("explain", run.out, f"rows.jsonl:{len(rows)}").out

    assert "warned of nearly_alike" in told
    assert said in told


def test_a_protected_twin_is_named_whatever_its_file_is_called(thresher, tmp_path):
    (tmp_path / "te, st.jsonl").write_text(json.dumps(OTHER))
    run = curate_rows(tmp_path, [TOLD, OTHER], input={"files": ["rows.jsonl"], "protect": ["te, st.jsonl"]})

    assert "with te, st.jsonl:1 (id 1), which must stay unseen" in thresher("explain", run.out, "rows.jsonl:2").out
