"""``thresher leaks`` as a user runs it, and what ``curate --protect`` and ``explain`` print of leaks."""

from __future__ import annotations

import re

import pytest

import thresher as door
from tests.conftest import chat

TRAIN = [
    chat("Where can I use my card?", "Everywhere.", id="same"),
    chat("Good morning", "Hello!", id="clean"),
    chat("How do I pay?", "In cash.", id="prompt"),
]
TEST = [chat("where can i use my card", "everywhere", id="t1"), chat("How do I pay?", "By card.", id="t2")]


@pytest.fixture
def files(jsonl, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    jsonl(TRAIN, "train.jsonl")
    jsonl(TEST, "test.jsonl")
    jsonl([chat("Is it open?", "Yes.")], "clean.jsonl")


@pytest.mark.usefixtures("files")
def test_leaks_are_told_with_both_places_and_what_to_do_next(thresher):
    ran = thresher("leaks", "train.jsonl", "test.jsonl", "clean.jsonl")

    assert ran.code == 1
    assert "train.jsonl:1 is like test.jsonl:1 (1.00)" in ran.out
    assert "test.jsonl: 2 of 2 rows stand in the training rows" in ran.out
    assert "clean.jsonl: 0 of 1 rows" in ran.out
    assert "next: thresher curate train.jsonl --protect test.jsonl --protect clean.jsonl --out clean" in ran.out


@pytest.mark.usefixtures("files")
def test_several_training_files_are_held_against_the_tests_together(thresher):
    ran = thresher("leaks", "clean.jsonl", "test.jsonl", "--train", "train.jsonl")

    assert ran.code == 1
    assert "clean.jsonl: rows compared" in ran.out
    assert "train.jsonl:1 is like test.jsonl:1 (1.00)" in ran.out
    assert "next: thresher curate clean.jsonl train.jsonl --protect test.jsonl --out clean" in ran.out
    leaked = door.leaks(["clean.jsonl", "train.jsonl"], "test.jsonl")
    assert (list(leaked.train), [found.row.id for found in leaked.sure]) == (
        ["clean.jsonl", "train.jsonl"],
        ["same", "prompt"],
    )


@pytest.mark.usefixtures("files")
def test_json_has_every_leak(thresher):
    ran = thresher("leaks", "train.jsonl", "test.jsonl", "--json")

    assert ran.json["counts"] == {"leak_exact": 1, "leak_prompt": 1}
    assert ran.json["tests"] == {"test.jsonl": {"rows": 2, "seen": 2, "perhaps": 0}}
    leak = ran.json["leaks"][1]
    assert (leak["id"], leak["line"], leak["reason"], leak["sure"]) == ("prompt", 3, "leak_prompt", True)
    assert (leak["matched"]["id"], leak["matched"]["source"], leak["matched"]["line"]) == ("t2", "test.jsonl", 2)


@pytest.mark.usefixtures("files")
def test_without_texts(thresher):
    for flags in ((), ("--json",)):
        assert "card" not in thresher("leaks", "train.jsonl", "test.jsonl", "--no-text", *flags).out


@pytest.mark.usefixtures("files")
def test_no_leak_is_exit_0_and_a_missing_file_exit_2(thresher):
    assert thresher("leaks", "train.jsonl", "clean.jsonl").code == 0
    ran = thresher("leaks", "train.jsonl", "tset.jsonl")
    assert (ran.code, "there is no file 'tset.jsonl'" in ran.err, "test.jsonl" in ran.err) == (2, True, True)
    assert thresher("leaks", "train.jsonl").code == 2


@pytest.mark.usefixtures("files")
def test_a_guess_alone_is_no_failure(thresher, jsonl):
    words = " ".join(f"word{n}" for n in range(60))
    jsonl([chat(words + " here", "One answer.")], "near.jsonl")
    jsonl([chat(words + " there", "Quite another.")], "held.jsonl")
    ran = thresher("leaks", "near.jsonl", "held.jsonl", "--json")

    assert (ran.code, ran.json["counts"]) == (0, {"leak_prompt_near": 1})
    assert ran.json["tests"]["held.jsonl"] == {"rows": 1, "seen": 0, "perhaps": 1}
    assert thresher("leaks", "near.jsonl", "held.jsonl", "--threshold", "0.99").out.count("near.jsonl:1") == 0


@pytest.mark.usefixtures("files")
def test_the_same_from_python():
    leaked = door.leaks("train.jsonl", ["test.jsonl"])

    assert door.leaks("train.jsonl", "test.jsonl").sure == leaked.sure
    assert [(one.row.id, one.reason, one.matched.id) for one in leaked.sure] == [
        ("same", "leak_exact", "t1"),
        ("prompt", "leak_prompt", "t2"),
    ]


@pytest.mark.usefixtures("files")
def test_a_dry_run_shows_leaked_rows_beside_their_places(thresher):
    ran = thresher("curate", "train.jsonl", "--protect", "test.jsonl", "--dry-run", "--quiet")

    assert ran.code == 0
    assert "- leaks: leak_exact" in ran.out
    assert "train.jsonl:1  like test.jsonl:1 (1.00)" in ran.out
    assert "no test split was made" in ran.out


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("named", [("clean/train.jsonl", "test.jsonl"), ("train.jsonl", "clean/train.jsonl")])
def test_the_command_that_it_names_runs_where_a_file_lies_in_a_curation(thresher, named):
    assert thresher("curate", "test.jsonl", "--out", "clean", "--quiet").code == 0
    following = thresher("leaks", *named).out.rpartition("next: thresher ")[2].split()

    assert following[-2:] == ["--out", "clean2"]
    assert thresher(*following, "--quiet", "--set", "limits.min_kept=0").code == 0


@pytest.mark.usefixtures("files")
def test_explain_tells_the_protected_place(thresher):
    assert thresher("curate", "train.jsonl", "--protect", "test.jsonl", "--out", "out", "--quiet").code == 0
    ran = thresher("explain", "out", "train.jsonl:3")
    assert "dropped by leaks: leak_prompt" in ran.out
    assert "with test.jsonl:2 (id t2), which must stay unseen" in ran.out
    ran = thresher("explain", "out", "test.jsonl:2")
    assert ran.code == 0
    assert "test.jsonl is protected" in ran.out
    assert "these rows stand in its line: train.jsonl:3" in ran.out
    told = thresher("explain", "out", "test.jsonl:2", "--json").json
    assert (told["rows"], told["protected"]["rows"]) == ([], ["train.jsonl:3"])


def test_paths_of_the_command_line_are_the_shells_beside_a_configuration_elsewhere(
    thresher, jsonl, tmp_path, monkeypatch
):
    jsonl(TRAIN, "project/train.jsonl")
    jsonl(TEST, "elsewhere/test.jsonl")
    (tmp_path / "project" / "curate.toml").write_text('steps = []\n[input]\nfiles = ["train.jsonl"]\n')
    monkeypatch.chdir(tmp_path / "elsewhere")
    ran = thresher("curate", "../project/curate.toml", "--protect", "test.jsonl", "--dry-run", "--quiet", "--json")

    assert ran.json["counts"]["by_reason"] == {"leak_exact": 1, "leak_prompt": 1}


def test_banking77_has_25_test_rows_in_train(thresher, real_data):
    """Oracle: the facts counted with the data (case, punctuation and white space aside)."""
    train, test = (real_data / "jsonl" / f"banking77_{name}.cls.jsonl" for name in ("train", "test"))
    ran = thresher("leaks", train, test, "--json", "--no-text")

    assert ran.code == 1
    assert ran.json["counts"]["leak_exact"] == 25


def test_gsm8k_train_has_no_test_question(thresher, real_data):
    train, test = (real_data / "jsonl" / f"gsm8k_{name}.chat.jsonl" for name in ("train", "test"))

    assert thresher("leaks", train, test).code == 0


def test_a_dry_run_tells_which_rows_the_split_keeps_together(thresher, jsonl, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pairs = [chat("Tell me a joke", f"Joke {n} of a horse in a bar") for n in range(5)]
    jsonl([*pairs, chat("How far is the moon?", "Far"), chat("How high is the sky?", "High")], "rows.jsonl")
    ran = thresher("curate", "rows.jsonl", "--dry-run", "--quiet")

    assert re.search(r"rows that stay together +5  \(in 1 group\)\n", ran.out)
    assert "rows.jsonl:1, rows.jsonl:2, rows.jsonl:3 and 2 more, in " in ran.out
    told = thresher("curate", "rows.jsonl", "--dry-run", "--quiet", "--json").json["together"]
    assert (told["groups"], told["rows"], [group["size"] for group in told["examples"]]) == (1, 5, [5])
