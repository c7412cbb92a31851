"""What an augmenting run does not touch: the rows it was given, in their bytes, splits and order."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from curate.core.run.errors import ThresherError
from tests.augment.made import augment, curated, questions

NOISE = {"use": "noise", "k": 2, "typos": 0.5}
SPLIT = {"validation": 4, "test": 3}


def test_the_rows_of_the_run_come_first_in_their_very_bytes(tmp_path: Path) -> None:
    odd = (
        '{"id": "odd", "n": 1.50, "messages":[{"role":"user","content":"Caf\\u00e9 au lait for how many of us then?"},'
    )
    odd += '{"role":"assistant","content":"Four."}] }'
    before = curated(tmp_path, [*questions(30), odd], split=SPLIT)
    after = augment(tmp_path, [NOISE])

    assert after.lines("train")[: len(before.lines("train"))] == before.lines("train")
    assert len(after.lines("train")) > len(before.lines("train"))
    for name in ("validation", "test"):
        assert (after.out / f"{name}.jsonl").read_bytes() == (before.out / f"{name}.jsonl").read_bytes()


def test_only_training_rows_are_seeds_and_new_rows_only_train(tmp_path: Path) -> None:
    before = curated(tmp_path, questions(40), split=SPLIT)
    after = augment(tmp_path, [NOISE])

    new = after.ledger.filter(origin="noise")
    train = {row["id"] for row in before.rows("train")}
    assert {parent for parents in new["parents"] for parent in parents} <= train
    assert new.filter(decision="kept")["split"].unique().to_list() == ["train"]


def test_what_came_in_and_what_was_added_is_what_was_kept_and_dropped(tmp_path: Path) -> None:
    curated(tmp_path, questions(20), split=SPLIT)
    after = augment(tmp_path, [NOISE])

    counts = after.manifest["counts"]
    assert counts["in"] == 20
    assert counts["added"] == after.ledger.filter(origin="noise").height > 0
    assert counts["in"] + counts["added"] == counts["kept"] + counts["dropped"] == after.ledger.height
    assert counts["kept"] == sum(counts["by_split"].values())
    assert after.manifest["command"] == "augment"
    by_path = {one["path"]: one["sha256"] for one in after.manifest["inputs"]}
    told = {
        one["path"]: one["sha256"] for one in json.loads((tmp_path / "out" / "manifest.json").read_bytes())["outputs"]
    }
    assert by_path["out/train.jsonl"] == told["train.jsonl"]


def test_a_new_row_that_is_worth_more_takes_no_frozen_row_with_it(tmp_path: Path) -> None:
    rows = questions(3)
    longest = [{"use": "near_duplicates", "keep": "longest_answer"}]
    curated(tmp_path, rows, steps=longest)
    texts = [rows[0]["messages"][0]["content"], rows[0]["messages"][1]["content"] + "  "]

    after = augment(tmp_path, [{"use": "written", "rows": [{"of": "q1", "texts": texts}]}], limits={"min_added": 0})

    assert after.ledger.select("id", "decision", "reason").rows() == [
        *[(f"q{number}", "kept", None) for number in (1, 2, 3)],
        ("q1~written.1", "dropped", "near_duplicate"),
    ]


def test_the_output_can_be_augmented_again_and_k_goes_on(tmp_path: Path) -> None:
    curated(tmp_path, questions(12), split=SPLIT)
    first = augment(tmp_path, [NOISE])
    second = augment(tmp_path, [NOISE], run="more", to="most", seed=8)

    assert second.lines("train")[: len(first.lines("train"))] == first.lines("train")
    assert second.manifest["counts"]["in"] == first.manifest["counts"]["kept"]
    assert second.ledger["id"].is_unique().all()
    assert second.ledger["id"].str.contains(r"^q\d+~noise\.[34]$").any()
    assert second.ledger["id"].str.contains(r"^q\d+~noise\.\d~noise\.\d$").any()
    frozen = second.ledger.filter(source="more/train.jsonl", origin="noise")
    assert frozen["parents"].to_list() == first.ledger.filter(origin="noise", decision="kept")["parents"].to_list()


@pytest.mark.parametrize("layout", ["alpaca", "classification"])
def test_rows_of_several_layouts_are_each_written_in_their_parents(tmp_path: Path, layout: str) -> None:
    flat = {
        "alpaca": {"instruction": "Please translate the whole sentence", "input": "Guten Morgen", "output": "Good day"},
        "classification": {"text": "Please where is the parcel that somebody sent", "label": "delivery"},
    }[layout]
    curated(tmp_path, {"a.jsonl": questions(4), "b.jsonl": [flat | {"id": "b1", "lang": "de"}]})
    after = augment(tmp_path, [NOISE])

    made = [json.loads(line) for line in after.lines("train") if b'"b1~noise.1"' in line]
    assert [list(row) for row in made] == [[*flat, "id", "lang"]]
    last = list(flat)[-1]
    assert made[0][last] == flat[last]


def test_fields_under_other_names_keep_them(tmp_path: Path) -> None:
    rows = [{"question": "Where did the little parcel go yesterday evening", "reply": "Home.", "n": 1.0}]
    named = {"path": "rows.jsonl", "map": {"prompt": "question", "completion": "reply"}}
    curated(tmp_path, rows, input={"files": [named]})
    after = augment(tmp_path, [NOISE])

    assert [list(row) for row in after.rows("train")] == [["question", "reply", "n"]] * len(after.rows("train"))
    assert b'"n": 1.0' in after.lines("train")[1]


def test_the_names_of_one_file_are_not_looked_for_in_the_rows_of_another(tmp_path: Path) -> None:
    plain = {
        "id": "plain",
        "instruction": "Sum it up.",
        "input": "The little parcel went home yesterday",
        "output": "A",
    }
    named = {
        "id": "named",
        "instruction": "Sum it up.",
        "context": "The green garden grows in the summer",
        "output": "B",
    }
    pair = {"id": "pair", "prompt": "Where did the yellow parcel go again?", "chosen": "Home.", "rejected": "Nowhere."}
    files = {"a.jsonl": [plain], "b.jsonl": [named], "c.jsonl": [pair]}
    read = ["a.jsonl", {"path": "b.jsonl", "map": {"input": "context", "prompt": "q"}}, "c.jsonl"]
    curated(tmp_path, files, input={"files": read}, steps=[])
    noise = NOISE | {"k": 1, "typos": 1.0, "punctuation": 0, "casual": 0, "case": 0, "white_space": 0}
    first, second = augment(tmp_path, [noise]), augment(tmp_path, [noise], run="more", to="most", seed=8)

    for run in (first, second):
        new = {row["id"]: row for row in run.rows("train")}
        assert new["plain~noise.1"]["input"] != plain["input"]
        assert new["named~noise.1"]["context"] != named["context"]
        assert new["pair~noise.1"]["prompt"] != pair["prompt"]
        assert set(run.stats["histograms"]["before"]["turns"]) == {"2"}  # each has a question
    assert new["plain~noise.2"]["input"] != plain["input"]
    assert new["named~noise.2"]["context"] != named["context"]
    assert new["pair~noise.2"]["prompt"] != pair["prompt"]


def test_rows_in_the_layout_of_the_output_keep_their_names(tmp_path: Path) -> None:
    named = {"question": "Where did the little parcel go yesterday evening", "reply": "Home."}
    files = {"a.jsonl": questions(3), "b.jsonl": [named]}
    read = ["a.jsonl", {"path": "b.jsonl", "map": {"prompt": "question", "completion": "reply"}}]
    curated(tmp_path, files, input={"files": read}, output={"layout": "prompt_completion"}, steps=[])
    after = augment(tmp_path, [NOISE])

    assert {tuple(row) for row in after.rows("train") if "question" in row} == {("question", "reply")}
    assert sum("question" in row for row in after.rows("train")) > 1


def turns(*texts: str) -> list[dict[str, str]]:
    roles = ["user", "assistant"] * len(texts)
    return [{"role": role, "content": text} for role, text in zip(roles, texts, strict=False)]


ASKED = "Please tell me about the capital of Peru, really?"


@pytest.mark.parametrize(
    ("chosen", "rejected", "new"),
    [
        pytest.param(
            turns(ASKED, "It is Lima."),
            turns(ASKED, "Cannot say."),
            (turns("Which city?", "It is Lima."), turns("Which city?", "Cannot say.")),
            id="one question",
        ),
        pytest.param(
            [{"role": "user", "content": [{"type": "text", "text": ASKED}]}, *turns("", "It is Lima.")[1:]],
            [{"role": "user", "content": [{"type": "text", "text": ASKED}]}, *turns("", "Cannot say.")[1:]],
            (
                [{"role": "user", "content": [{"type": "text", "text": "Which city?"}]}, *turns("", "It is Lima.")[1:]],
                [{"role": "user", "content": [{"type": "text", "text": "Which city?"}]}, *turns("", "Cannot say.")[1:]],
            ),
            id="in parts",
        ),
        pytest.param(
            turns(ASKED, "It is Lima."),
            "Cannot say.",
            (turns("Which city?", "It is Lima."), "Cannot say."),
            id="the other answer alone",
        ),
        pytest.param(
            turns(ASKED, "It is Lima."), [{"role": "system", "content": "Hi."}, *turns(ASKED, "No.")], None, id="moved"
        ),
    ],
)
def test_both_answers_of_a_pair_have_the_new_question(
    tmp_path: Path, chosen: list, rejected: object, new: object
) -> None:
    curated(tmp_path, [{"id": "p", "chosen": chosen, "rejected": rejected}], steps=[])
    written = {"use": "written", "rows": [{"of": "p", "texts": ["Which city?", "It is Lima."]}]}
    after = augment(tmp_path, [written], limits={"min_added": 0})

    assert [(row["chosen"], row["rejected"]) for row in after.rows("train")[1:]] == ([] if new is None else [new])
    assert after.stats["added"]["steps"][0]["faults"] == ({"not_written": 1} if new is None else {})


def test_an_id_that_is_a_number_is_not_left_to_two_rows(tmp_path: Path) -> None:
    curated(tmp_path, [row | {"id": number, "n": 1.50} for number, row in enumerate(questions(5))])
    after = augment(tmp_path, [NOISE])

    assert all("id" not in row for row in after.rows("train")[5:])
    assert after.ledger.filter(origin="noise")["id"].str.contains(r"^\d~noise\.\d$").all()


@pytest.mark.parametrize("name", ["train.jsonl", "test.jsonl", "dropped.jsonl", "added.jsonl", "stats.json"])
def test_a_file_that_was_changed_is_not_augmented(tmp_path: Path, name: str) -> None:
    curated(tmp_path, questions(30), split={"test": 3})
    augment(tmp_path, [NOISE])
    with (tmp_path / "more" / name).open("ab") as file:
        file.write(b"\n")

    with pytest.raises(ThresherError, match=rf"{re.escape(name)} is not the file that the run wrote"):
        augment(tmp_path, [NOISE], run="more", to="most")


def test_a_run_is_not_written_over_itself(tmp_path: Path) -> None:
    before = curated(tmp_path, questions(5))

    with pytest.raises(ThresherError, match="it would be overwritten"):
        augment(tmp_path, [NOISE], to="out")
    assert (before.out / "manifest.json").exists()


@pytest.mark.parametrize(
    ("steps", "more", "told"),
    [
        pytest.param([{"use": "nois"}], {}, "did you mean 'noise'", id="a name that is near"),
        pytest.param([NOISE, NOISE], {}, "2 steps are called 'noise'", id="two steps of one name"),
        pytest.param([NOISE], {"input": {"run": "nowhere"}}, "holds no finished curation run", id="no run"),
        pytest.param([{"use": "noise", "typos": 2}], {}, "typos", id="a share above one"),
    ],
)
def test_mistakes_are_told_before_anything_is_made(tmp_path: Path, steps: list, more: dict, told: str) -> None:
    curated(tmp_path, questions(3))

    with pytest.raises(ThresherError, match=told):
        augment(tmp_path, steps, **more)
    assert not (tmp_path / "more" / "manifest.json").exists()


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    curated(tmp_path, questions(10), split=SPLIT)
    runs = [augment(tmp_path, [NOISE], to=to, seed=seed) for to, seed in (("a", 1), ("b", 1), ("c", 2))]

    names = [one["path"] for one in runs[0].manifest["outputs"]] + ["manifest.json"]
    assert [(runs[0].out / n).read_bytes() for n in names] == [(runs[1].out / n).read_bytes() for n in names]
    assert runs[0].lines("train") != runs[2].lines("train")


def test_a_sample_is_a_share_or_a_number_of_the_training_rows(tmp_path: Path) -> None:
    curated(tmp_path, questions(50))
    few = augment(tmp_path, [NOISE | {"sample": 5}, NOISE | {"sample": 0.5, "name": "half"}])

    five, half = (step["seeds"] for step in few.stats["added"]["steps"])
    assert five == 5
    assert 15 <= half <= 35


def test_rows_that_were_converted_are_augmented_in_the_layout_they_have_now(tmp_path: Path) -> None:
    rows = [{"instruction": f"Please tell me where number {n} of them went", "output": "Home."} for n in range(5)]
    curated(tmp_path, rows, output={"layout": "messages"}, steps=[])
    after = augment(tmp_path, [NOISE])
    again = augment(tmp_path, [NOISE], run="more", to="most")

    assert {tuple(row) for row in again.rows("train")} == {("messages",)}
    assert len(again.rows("train")) > len(after.rows("train")) > 5


def test_rows_of_one_id_do_not_give_two_new_rows_one_id(tmp_path: Path) -> None:
    curated(tmp_path, [row | {"id": "same"} for row in questions(4)])
    after = augment(tmp_path, [NOISE])

    new = after.ledger.filter(origin="noise")["id"].to_list()
    assert new == [f"same~noise.{k}" for k in range(1, len(new) + 1)]


def test_what_an_edit_writes_it_writes_into_new_rows_too(tmp_path: Path) -> None:
    rows = [{"q": f"Where  did  number {n}  of them go to", "a": "Home,  they say."} for n in range(3)]
    named = {"path": "rows.jsonl", "map": {"prompt": "q", "completion": "a"}}
    curated(tmp_path, rows, input={"files": [named]}, steps=[{"use": "normalise", "edit": True}])
    after = augment(tmp_path, [NOISE | {"white_space": 1.0}])

    assert after.ledger.filter(origin="noise")["edited_by"].to_list().count(["normalise"]) > 0
    assert all("  " not in row["q"] for row in after.rows("train"))
