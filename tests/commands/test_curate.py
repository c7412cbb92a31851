"""``thresher curate`` from the shell: exit codes, flags, mistakes in words."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import thresher as api
from tests.conftest import chat

GOOD = [chat(f"What is bird number {n} called?", f"It is called the bird of the number {n}.") for n in range(20)]
CONFIG = """
seed = 3
[input]
files = ["rows.jsonl"]
"""


@pytest.fixture
def folder(tmp_path, monkeypatch, jsonl):
    monkeypatch.chdir(tmp_path)
    jsonl(GOOD)
    (tmp_path / "curate.toml").write_text(CONFIG)
    return tmp_path


def names(folder):
    return {path.name for path in folder.iterdir()}


def test_files_run_the_preset_and_split_it(thresher, folder):
    ran = thresher("curate", "rows.jsonl", "--out", "out")

    assert ran.code == 0
    assert names(folder / "out") >= {"train.jsonl", "validation.jsonl", "test.jsonl", "manifest.json", "report.html"}
    assert "rows kept" in ran.out
    assert "thresher explain out" in ran.out.splitlines()[-1]


def test_a_configuration_without_a_split_only_trains(thresher, folder):
    assert thresher("curate", "curate.toml", "--out", "out").code == 0
    assert "test.jsonl" not in names(folder / "out")


def test_paths_are_relative_to_the_configuration(thresher, folder, monkeypatch):
    (folder / "elsewhere").mkdir()
    monkeypatch.chdir(folder / "elsewhere")

    assert thresher("curate", "../curate.toml", "--out", "out").code == 0
    manifest = json.loads((folder / "elsewhere" / "out" / "manifest.json").read_bytes())
    assert [one["path"] for one in manifest["inputs"]] == ["rows.jsonl"]


def test_a_dry_run_shows_and_writes_nothing(thresher, folder, jsonl):
    jsonl([*GOOD, GOOD[0], chat("Say it.", "N/A"), "{broken"])
    before = names(folder)
    ran = thresher("curate", "rows.jsonl", "--dry-run")

    assert ran.code == 0
    assert names(folder) == before
    assert "exact_duplicates: exact_duplicate" in ran.out
    assert "rows.jsonl:21" in ran.out
    assert "answer_says_nothing" in ran.out
    assert "nothing was written" in ran.out


def test_no_text_leaves_texts_out_everywhere(thresher, folder, jsonl):
    jsonl([*GOOD, chat("Say MARKER please.", "N/A"), "{MARKER"])
    ran = thresher("curate", "rows.jsonl", "--dry-run", "--no-text")
    thresher("curate", "rows.jsonl", "--out", "out", "--no-text")

    assert "MARKER" not in ran.out
    assert "MARKER" not in (folder / "out" / "stats.json").read_text()
    assert "MARKER" not in (folder / "out" / "report.html").read_text()


def test_json_prints_one_object(thresher, folder):
    counts = thresher("curate", "rows.jsonl", "--out", "out", "--json").json["counts"]

    assert counts["in"] == counts["kept"] == 20


@pytest.mark.parametrize(
    ("flags", "code", "said"),
    [
        pytest.param([], 0, "", id="dropped rows alone are no failure"),
        pytest.param(["--strict"], 1, "See them: thresher check rows.jsonl", id="strict"),
        pytest.param(["--set", "limits.max_unreadable=0.01"], 1, "1 of 22 rows (4.55%)", id="too many unreadable"),
        pytest.param(["--set", "limits.max_unreadable=0.05"], 0, "", id="few enough"),
        pytest.param(["--set", "limits.max_dropped_per_source=0.05"], 1, "rows.jsonl lost 2 of 22", id="a source"),
        pytest.param(["--set", "limits.min_kept=21"], 1, "20 rows were kept", id="too few kept"),
    ],
)
def test_limits_decide_the_exit_code_and_the_outputs_are_written(thresher, folder, jsonl, flags, code, said):
    jsonl([*GOOD, GOOD[0], "{broken"])
    ran = thresher("curate", "rows.jsonl", "--out", "out", *flags)

    assert ran.code == code
    assert said in ran.out
    assert "manifest.json" in names(folder / "out")


def test_nothing_kept_is_exit_1(thresher, folder, jsonl):
    jsonl(["{broken"])

    assert thresher("curate", "rows.jsonl", "--out", "out").code == 1


def test_limit_reads_the_first_rows_only(thresher, folder):
    assert thresher("curate", "rows.jsonl", "--out", "out", "--limit", "5", "--json").json["counts"]["in"] == 5


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        pytest.param(["rows.jsonl"], "needs a folder", id="no --out"),
        pytest.param(["rowz.jsonl", "--out", "out"], "beside it there is: rows.jsonl", id="a missing file"),
        pytest.param(["curate.toml", "rows.jsonl", "--out", "out"], "one configuration, or files", id="both"),
        pytest.param(["rows.jsonl", "--out", "out", "--set", "sead=1"], "did you mean 'seed'?", id="a misspelt setting"),
        pytest.param(["rows.jsonl", "--out", "out", "--set", "split.tran=1"], "did you mean 'train'?", id="inside a table"),
        pytest.param(["rows.jsonl", "--out", "out", "--set", "preset=sft"], "did you mean 'sft-1'?", id="a preset"),
        pytest.param(["rows.jsonl", "--out", "out", "--set", "steps=[{use='lenght'}]"], "did you mean 'length'?", id="a step"),
        pytest.param(["rows.jsonl", "--out", "out", "--set", "defaults.empty.dorp=[]"], "did you mean 'drop'?", id="a knob"),
        pytest.param(["rows.jsonl", "--out", "out", "--set", "defaults.length.min_chars=3"], "does not have", id="a step that is off"),
        pytest.param(["rows.jsonl", "--out", "out", "--set", "split.train=0.5"], "add up to 0.6", id="shares"),
        pytest.param(["rows.jsonl", "--out", "out", "--set", "output.layout=massages"], "did you mean 'messages'?", id="a layout"),
        pytest.param(["rows.jsonl", "--out", "out", "--memory-limit", "lots"], "no amount of memory", id="a memory limit"),
        pytest.param(["rows.jsonl", "--out", "out", "--memory-limit", "-1GB"], "no amount of memory", id="less than none"),
        pytest.param(["rows.jsonl", "--out", "out", "--engine", "ray"], "there is local", id="an engine"),
        pytest.param(["none.toml", "--out", "out"], "cannot be read", id="no configuration"),
        pytest.param(["rows.jsonl", "--out", "rows.jsonl"], "is a file", id="--out is a file"),
    ],
)  # fmt: skip
def test_a_mistake_is_exit_2_with_the_next_thing_to_do(thresher, folder, flags, said):
    ran = thresher("curate", *flags)

    assert ran.code == 2
    assert said in ran.err
    assert "Traceback" not in ran.err
    assert "out" not in names(folder)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the system does not say what a process takes")
@pytest.mark.parametrize(("limit", "said"), [("1MB", True), ("1000GB", False)])
def test_a_memory_limit_that_was_passed_is_told_and_is_no_failure(thresher, folder, limit, said):
    ran = thresher("curate", "rows.jsonl", "--out", "out", "--memory-limit", limit)

    assert ran.code == 0
    assert (f"--memory-limit {limit} was passed: the run took" in ran.err) == said
    assert json.loads((folder / "out" / "run.json").read_bytes())["peak_memory_bytes"] > 10_000_000


def test_a_broken_configuration_is_told_with_its_place(thresher, folder):
    (folder / "curate.toml").write_text("[input\nfiles = 3")
    ran = thresher("curate", "curate.toml", "--out", "out")

    assert ran.code == 2
    assert "line 1" in ran.err


def test_each_source_may_have_its_own_layout_and_field_names(thresher, folder, jsonl):
    jsonl([{"frage": "Was ist ein Reiher?", "antwort": "Ein Vogel."}], "de.jsonl")
    (folder / "curate.toml").write_text(
        '[[input.files]]\npath = "rows.jsonl"\n[[input.files]]\npath = "de.jsonl"\nlayout = "prompt_completion"\n'
        'map = { prompt = "frage", completion = "antwort" }\n'
    )
    ran = thresher("curate", "curate.toml", "--out", "out", "--json")

    assert ran.json["counts"]["by_source"]["de.jsonl"] == {"dropped": 0, "kept": 1}
    assert json.loads((folder / "out" / "train.jsonl").read_bytes().splitlines()[0])["frage"] == "Was ist ein Reiher?"


def test_files_may_have_other_field_names(thresher, folder, jsonl):
    jsonl([{"q": f"Question {n}?", "a": f"Answer {n}."} for n in range(5)])
    flags = ["--map", "prompt=q", "--map", "completion=a", "--layout", "prompt_completion"]
    ran = thresher("curate", "rows.jsonl", "--out", "out", "--json", *flags)

    assert ran.json["counts"]["kept"] == 5
    assert thresher("curate", "curate.toml", "--out", "out", *flags).code == 2


def test_an_answer_schema_drops_what_breaks_it(thresher, folder, jsonl):
    (folder / "answer.json").write_text('{"type": "object", "required": ["name"]}')
    jsonl([chat("Name it.", '{"name": "heron"}'), chat("Name that.", '{"bird": 1}'), chat("Name this.", "heron")])
    counts = thresher(
        "curate", "rows.jsonl", "--out", "out", "--json", "--set", "check.answer_schema=answer.json"
    ).json["counts"]

    assert counts["by_reason"] == {"answer_not_json": 1, "answer_schema": 1}


def test_priority_files_come_first_and_keep_their_twins(thresher, folder, jsonl):
    jsonl(GOOD, "b.jsonl")
    jsonl(GOOD, "a.jsonl")
    (folder / "curate.toml").write_text('[input]\nfiles = ["a.jsonl", "b.jsonl"]\npriority = ["b.jsonl"]\n')
    counts = thresher("curate", "curate.toml", "--out", "out", "--json").json["counts"]

    assert counts["by_source"] == {"a.jsonl": {"dropped": 20, "kept": 0}, "b.jsonl": {"dropped": 0, "kept": 20}}


def test_a_profile_only_warns(thresher, folder, jsonl):
    jsonl([chat("Hi"), *GOOD])
    counts = thresher("curate", "rows.jsonl", "--out", "out", "--json", "--set", "check.profile=trl").json["counts"]

    assert (counts["dropped"], counts["by_warning"]) == (0, {"no_assistant": 1})


def test_the_python_api_does_the_same(folder):
    outcome = api.curate("curate.toml", "out")
    dry = api.curate({"input": {"files": ["rows.jsonl"]}}, None)

    assert outcome.manifest["counts"]["kept"] == dry.manifest["counts"]["kept"] == 20
    assert api.check(["rows.jsonl"]).counts()["errors"] == 0


EDITING = ["--set", 'steps=[{use="normalise", edit=true}]', "--dry-run"]


def test_a_dry_run_shows_what_would_be_edited(thresher, folder, jsonl):
    jsonl([chat("What  is a   heron?", "A wading bird."), chat("What is a finch?", "A small bird.")])

    ran = thresher("curate", "rows.jsonl", *EDITING)

    assert "rows.jsonl:1  normalise" in ran.out
    assert "What  is a   heron?" in ran.out
    assert "+ " in ran.out
    assert "What is a heron?" in ran.out
    assert "rows.jsonl:2  normalise" not in ran.out


def test_edits_are_shown_without_texts_where_those_are_not_wanted(thresher, folder, jsonl):
    jsonl([chat("What  is a   heron?", "A wading bird.")])
    ran = thresher("curate", "rows.jsonl", *EDITING, "--no-text")

    assert "rows.jsonl:1  normalise" in ran.out
    assert "heron" not in ran.out


@pytest.mark.parametrize(
    ("names", "told"),
    [
        pytest.param({"promt": "q"}, "no layout has a field 'promt'; did you mean 'prompt'?", id="no name of ours"),
        pytest.param({"zzz": "q"}, "completion, ", id="none near, and all are told"),
        pytest.param({"prompt": ""}, "the field 'prompt' is mapped to no name", id="no name of theirs"),
        pytest.param({"prompt": "q", "system": "q"}, "the field 'q' is mapped a second time", id="one for two"),
    ],
)
@pytest.mark.parametrize("part", ["files", "protect"])
def test_a_map_that_names_no_field_of_ours_is_a_mistake(jsonl, tmp_path, names, told, part):
    jsonl([{"q": "Hello?", "completion": "Hello."}], "rows.jsonl")
    path = str(tmp_path / "rows.jsonl")
    settings = {"files": [path], part: [{"path": path, "map": names}]}

    with pytest.raises(api.ThresherError, match=re.escape(told)):
        api.curate({"input": settings}, out=None)


def test_a_mapped_field_that_stands_in_no_row_is_noted_with_those_that_do(thresher, jsonl, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = [{"q": f"What is bird {n}?", "completion": f"It is the bird {n}."} for n in range(3)]
    jsonl([*rows[:2], {**rows[2], "tools": None, "given": "x"}], "rows.jsonl")
    jsonl([{"q": "How high is the sky?", "completion": "High."}], "test.jsonl")
    flags = ["--map", "prompt=q", "--map", "tools=given", "--map", "system=sytsem"]
    told = "no row has the field {}, mapped to {}; the first has ['q', 'completion']"
    ran = thresher("curate", "rows.jsonl", "--protect", "test.jsonl", *flags, "--dry-run", "--json")
    leaked = thresher("leaks", "rows.jsonl", "test.jsonl", *flags, "--json")
    checked = thresher("check", "rows.jsonl", "test.jsonl", *flags, "--json")
    given, system = told.format("'given'", "'tools'"), told.format("'sytsem'", "'system'")
    wanted = [f"rows.jsonl: {system}", f"test.jsonl: {given}", f"test.jsonl: {system}"]

    assert [note for note in ran.json["notes"] if "no row has" in note] == wanted
    assert leaked.json["notes"] == wanted
    assert [f"{one['file']}: {one['message']}" for one in checked.json["faults"] if one["code"] == "TH213"] == wanted
    assert checked.json["counts"]["errors"] == 0
