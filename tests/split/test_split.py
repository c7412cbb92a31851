"""Splits: rows that belong together stay together, draws depend on content alone, sizes are what was asked for."""

from __future__ import annotations

import random
from collections.abc import Iterable

import polars as pl
import pytest

from curate.core.record.draw import draws
from curate.core.run.errors import ConfigError
from curate.split.draw import Sizes, assign, detectable
from tests.conftest import chat
from tests.curated import curate_rows
from tests.curation.corpus import edited, text

THIRDS = {"train": 0.4, "validation": 0.3, "test": 0.3}


def distinct(count: int, seed: int = 1) -> list[dict]:
    draw = random.Random(seed)
    return [chat(text(draw, 20), text(draw, 30), id=str(n)) for n in range(count)]


def split_of(run) -> dict[str, str]:
    return dict(run.ledger.select("id", "split").iter_rows())


def test_without_a_split_every_kept_row_trains(tmp_path):
    run = curate_rows(tmp_path, distinct(20))

    assert set(run.ledger["split"]) == {"train"}
    assert not (run.out / "test.jsonl").exists()


def test_shares_come_out_nearly(tmp_path):
    run = curate_rows(tmp_path, distinct(2000), split={"train": 0.8, "validation": 0.1, "test": 0.1, "similarity": 0.7})
    sizes = run.manifest["counts"]["by_split"]

    assert 1540 < sizes["train"] < 1660
    assert 160 < sizes["validation"] < 240
    assert 160 < sizes["test"] < 240


def test_counts_of_rows_are_kept_exactly(tmp_path):
    run = curate_rows(tmp_path, distinct(200), split={"validation": 30, "test": 50})

    assert run.manifest["counts"]["by_split"] == {"train": 120, "validation": 30, "test": 50}


def test_prompts_are_the_same_only_as_a_whole(tmp_path):
    long = "The kettle sings in the morning. " * 20
    rows = [chat(f"{long}{middle}. {long}", f"Answer {n}") for n, middle in enumerate(["one", "two", "ONE", "three"])]
    run = curate_rows(tmp_path, rows, [], split={"validation": 0.3, "test": 0.3, "similarity": 0})

    assert run.stats["split"]["group_sizes"] == {"1": 2, "2": 1}


@pytest.mark.parametrize("beside", [(), ("prompt",), ("messages",), ("prompt", "messages")])
def test_pairs_of_one_question_stay_together_whatever_repeats_it(tmp_path, beside):
    """As UltraFeedback has them: ``messages`` is the preferred chat."""
    draw = random.Random(1)
    rows = []
    for question in [text(draw, 15) for _ in range(30)] * 2:
        chosen, rejected = (chat(question, text(draw, 40))["messages"] for _ in "ab")
        repeated = {"prompt": question, "messages": chosen}
        rows.append({name: repeated[name] for name in beside} | {"chosen": chosen, "rejected": rejected})
    run = curate_rows(tmp_path, rows, [], split=THIRDS | {"similarity": 0})

    assert run.stats["split"]["group_sizes"] == {"2": 30}


def test_validation_and_test_are_capped(tmp_path):
    run = curate_rows(tmp_path, distinct(200), split=THIRDS | {"max_rows": 10})

    assert run.manifest["counts"]["by_split"] == {"train": 180, "validation": 10, "test": 10}


def test_each_split_keeps_the_order_of_the_input(tmp_path):
    run = curate_rows(tmp_path, distinct(100), split=THIRDS)
    for name in THIRDS:
        ids = [int(row["id"]) for row in run.rows(name)]
        assert ids == sorted(ids)


def same_prompt(n: int, draw: random.Random) -> dict:
    return chat("What is the answer to this question?", text(draw, 30))


def same_prompt_otherwise_written(n: int, draw: random.Random) -> dict:
    return chat(
        ["What is the answer to this question?", "  what is THE answer\nto this question?"][n % 2], text(draw, 30)
    )


def same_thread(n: int, draw: random.Random) -> dict:
    return chat(text(draw, 20), text(draw, 30), thread="t1", meta={"thread": 4})


def same_object(n: int, draw: random.Random) -> dict:
    return chat(text(draw, 20), text(draw, 30), thread=[{"shop": 1, "day": 2}, {"day": 2, "shop": 1}][n % 2])


@pytest.mark.parametrize(
    ("together", "settings"),
    [
        pytest.param(same_prompt, {}, id="equal prompts"),
        pytest.param(same_prompt_otherwise_written, {}, id="prompts equal after normalising"),
        pytest.param(same_thread, {"group_by": ["thread"]}, id="a field"),
        pytest.param(same_thread, {"group_by": ["meta.thread"]}, id="a field inside a field"),
        pytest.param(same_object, {"group_by": ["thread"]}, id="a field that holds an object, its keys in any order"),
    ],
)
def test_rows_that_belong_together_stay_together(tmp_path, together, settings):
    draw = random.Random(2)
    rows = distinct(60) + [together(n, draw) | {"id": f"t{n}"} for n in range(12)]
    run = curate_rows(tmp_path, rows, split=THIRDS | settings)
    splits = split_of(run)

    assert run.stats["split"]["group_sizes"]["12"] == 1
    assert len({split for id_, split in splits.items() if id_.startswith("t")}) == 1
    assert len(set(splits.values())) == 3


@pytest.mark.parametrize("steps", [pytest.param([], id="near_duplicates did not run"), pytest.param(None, id="it ran")])
def test_similar_rows_stay_together(tmp_path, steps):
    """Planted: each original with an edit at a similarity of 0.7 to 0.8, below the threshold that removes it."""
    draw = random.Random(4)
    rows = []
    for number in range(60):
        question, answer = text(draw, 12), text(draw, 100)
        rows.append(chat(question, answer, id=f"{number}a"))
        rows.append(chat(edited(draw, question, 1), edited(draw, answer, 2), id=f"{number}b"))
    splits = split_of(curate_rows(tmp_path, rows, steps, split=THIRDS))

    assert [n for n in range(60) if splits[f"{n}a"] != splits[f"{n}b"]] == []
    assert len(set(splits.values())) == 3


def test_a_row_moves_only_if_its_group_changes(tmp_path):
    rows = distinct(150)
    new = [row | {"id": f"new{row['id']}"} for row in distinct(40, seed=8)]
    before = split_of(curate_rows(tmp_path, rows, split=THIRDS))
    after = split_of(curate_rows(tmp_path, new + rows[20:], split=THIRDS))

    assert {id_: split for id_, split in after.items() if id_ in before} == {
        id_: split for id_, split in before.items() if int(id_) >= 20
    }


def test_another_seed_draws_anew(tmp_path):
    rows = distinct(100)

    assert split_of(curate_rows(tmp_path, rows, split=THIRDS)) != split_of(
        curate_rows(tmp_path, rows, split=THIRDS, seed=8)
    )


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param({}, id="one pass"),
        pytest.param({"output": {"layout": "messages"}}, id="several passes"),
        pytest.param({"steps": []}, id="no steps"),
    ],
)
def test_a_field_that_no_row_has_is_a_mistake(tmp_path, settings):
    rows = [{**row, "meta": {"thread": n}} for n, row in enumerate(distinct(5))]
    fields = ["id", "meta.thread", "tread"]
    with pytest.raises(ConfigError, match="no row has the field 'tread'"):
        curate_rows(tmp_path, rows, split=THIRDS | {"group_by": fields}, **settings)
    run = curate_rows(tmp_path, rows, split=THIRDS | {"group_by": fields[:2]}, **settings)

    assert run.manifest["counts"]["kept"] == 5


def test_a_field_that_one_row_has_is_none(tmp_path):
    rows = [*distinct(5), {**distinct(1, seed=2)[0], "thread": 1}]

    assert curate_rows(tmp_path, rows, split=THIRDS | {"group_by": ["thread"]}).manifest["counts"]["kept"] == 6


def test_a_large_group_is_told_of(tmp_path):
    draw = random.Random(2)
    rows = distinct(30) + [chat("What is the answer to this question?", text(draw, 30)) for _ in range(30)]
    notes = curate_rows(tmp_path, rows, split=THIRDS).outcome.notes

    assert any("30 of 60 rows" in note for note in notes)


def test_the_run_says_what_a_test_split_can_show(tmp_path):
    notes = curate_rows(tmp_path, distinct(200), split={"test": 100}).outcome.notes

    assert any("a test split of 100 rows can show a difference of 8.9 points" in note for note in notes)


@pytest.mark.parametrize("rows", [100, 400, 2000])
def test_detectable_differences_have_the_power_they_claim(rows):
    """Oracle: simulated pairs of models that differ on 10% of the items; McNemar's test, level 5%."""
    draw = random.Random(rows)
    difference = detectable(rows)
    better, worse = (0.1 + difference) / 2, (0.1 - difference) / 2
    found = 0
    for _ in range(400):
        b = c = 0
        for _ in range(rows):
            u = draw.random()
            b += u < better
            c += better <= u < better + worse
        found += b + c > 0 and abs(b - c) / (b + c) ** 0.5 > 1.959964
    assert 0.7 < found / 400 < 0.95


def test_draws_are_even_and_depend_on_the_seed():
    digests = pl.Series(range(20_000), dtype=pl.UInt64)
    one, other = draws(1, digests), draws(2, digests)

    assert abs(one.mean() - 0.5) < 0.01
    assert [0.23 < (one.is_between(low, low + 0.25)).mean() < 0.27 for low in (0, 0.25, 0.5, 0.75)] == [True] * 4
    assert (one != other).all()


def digested(digests: Iterable[int]) -> pl.DataFrame:
    frame = pl.DataFrame({"digest": digests}, schema={"digest": pl.UInt64})
    return frame.with_row_index("row").cast({"row": pl.UInt64})


def test_a_group_that_does_not_fit_is_passed_over():
    keys = digested(range(6))
    groups = keys.select("row", group=pl.Series([0, 0, 0, 0, 4, 5], dtype=pl.UInt64))
    rows = assign(keys, groups, Sizes(0, 2, 100), seed=1)

    assert rows["split"].to_list() == ["train"] * 4 + ["test"] * 2


def test_counts_fill_with_the_highest_draws_first():
    """Oracle: the draws, sorted: test takes its five, and validation the three below."""
    keys = digested(range(100, 140))
    drawn = draws(1, keys["digest"]).to_list()
    highest = sorted(range(40), key=lambda row: -drawn[row])
    split = assign(keys, keys.select("row", group="row"), Sizes(3, 5, 100), seed=1)["split"].to_list()

    assert {row for row in range(40) if split[row] == "test"} == set(highest[:5])
    assert {row for row in range(40) if split[row] == "validation"} == set(highest[5:8])


def test_a_group_is_drawn_by_its_smallest_digest_in_any_order():
    """Oracle: its row of that digest, drawn alone."""
    sizes = Sizes(0.3, 0.3, 100)
    for least in range(20):
        found = [digested(order) for order in ([least, least + 1000], [least + 1000, least], [least])]
        splits = [assign(keys, keys.select("row", group=pl.lit(0, pl.UInt64)), sizes, seed=1) for keys in found]

        assert len(set(pl.concat(splits)["split"])) == 1


@pytest.mark.parametrize(
    ("split", "told"),
    [
        pytest.param(
            {"validation": 1.5}, "validation = 1.5 is neither a share below 1 nor a whole", id="no whole count"
        ),
        pytest.param({"train": 100, "test": 50}, "train = 100 cannot be", id="a count for train"),
        pytest.param({"train": 0, "test": 1}, "train = 0 cannot be", id="no train beside a count"),
        pytest.param({"train": 1, "test": 20}, "train = 1 cannot be", id="all for train beside a count"),
    ],
)
def test_sizes_that_cannot_be_are_a_mistake(tmp_path, split, told):
    with pytest.raises(ConfigError, match=told):
        curate_rows(tmp_path, distinct(5), split=split)


@pytest.mark.parametrize(
    ("split", "notes"),
    [
        pytest.param(
            {"validation": 20, "test": 30},
            ["validation has 10 of the 20 rows", "train is empty"],
            id="more than there are",
        ),
        pytest.param({"test": 10, "validation": 10}, [], id="counts that are there"),
        pytest.param({"train": 0.5, "test": 10}, ["train = 0.5 says nothing"], id="a share of train beside a count"),
        pytest.param({"test": 1}, ["test has one row: 1 is a count"], id="one is no share"),
        pytest.param({"validation": 0.5, "test": 0.5}, ["train is empty"], id="shares that leave none"),
    ],
)
def test_sizes_that_are_not_obeyed_are_noted(tmp_path, split, notes):
    """Oracle: the sizes asked for, of 40 rows without a group; the notes on steps and on what a test can show aside."""
    told = curate_rows(tmp_path, distinct(40), [], split=split).outcome.notes
    told = [note for note in told if "can show a difference" not in note and "leaves out" not in note]

    assert len(told) == len(notes), told
    assert all(word in note for word, note in zip(notes, told, strict=True))


def test_a_count_that_no_group_fits_is_noted(tmp_path):
    rows = [row | {"thread": n // 4} for n, row in enumerate(distinct(20))]
    told = curate_rows(tmp_path, rows, [], split={"test": 6, "group_by": ["thread"]}).outcome.notes

    assert any(
        "test has 4 of the 6 rows that were asked for: rows that belong together go as a whole" in n for n in told
    )


def test_one_size_of_the_default_split_is_changed_alone(thresher, jsonl, tmp_path):
    rows = jsonl(distinct(40))
    ran = thresher("curate", rows, "--dry-run", "--quiet", "--set", "split.test=10", "--json")

    assert (ran.code, ran.json["counts"]["by_split"]["test"]) == (0, 10)
    assert not any("says nothing" in note for note in ran.json["notes"])
