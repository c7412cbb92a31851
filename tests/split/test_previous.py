"""A split that goes on: earlier rows never move, new ones join their group, and what would bridge two splits goes."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.core.run.errors import ConfigError
from curate.core.run.settings import validate
from curate.curation.config import CurateConfig
from curate.curation.run import Options, run_curation
from curate.split.previous import ASKED_BEFORE, QUESTION, Row, settle
from tests.conftest import chat
from tests.curated import Curated, as_line

DRAW = random.Random(11)
WORDS = [f"word{number}" for number in range(500)]
SHARES = {"train": 0.5, "validation": 0.25, "test": 0.25, "group_by": ["thread"]}


def text(words: int) -> str:
    return " ".join(DRAW.choice(WORDS) for _ in range(words))


def question(row: dict[str, Any]) -> str:
    return str(row["messages"][0]["content"])


def like(row: dict[str, Any], id_: str) -> dict[str, Any]:
    """Return a row that is no twin, and as alike as a split keeps together: 16 of 100 words are others."""
    words = question(row).split()
    return chat(" ".join([*words[:-5], *(f"other{n}" for n in range(5))]), row["messages"][1]["content"], id=id_)


def far(row: dict[str, Any], id_: str) -> dict[str, Any]:
    """Return a row that is alike as a whole at 0.7, and whose prompt is not at 0.5: eleven of its words are others."""
    words = question(row).split()
    return chat(
        " ".join([*words[:-11], *(f"other{n}" for n in range(11))]), row["messages"][1]["content"], id=id_, thread=id_
    )


def longer(question: str, id_: str) -> dict[str, Any]:
    """Return a chat that asks something else after this question."""
    row = chat(text(40), text(60), id=id_)
    return row | {"messages": [*chat(question, text(60))["messages"], *row["messages"]]}


EARLIER = [chat(text(40), text(60), id=f"old{n}", thread=f"t{n}") for n in range(40)]


@pytest.fixture(params=["index", "no index"])
def curate(request, tmp_path):
    def run(name: str, rows: list[Any], steps: dict[str, Any] | None = None, **split: Any) -> Curated:
        (tmp_path / f"{name}.jsonl").write_bytes(b"".join(as_line(row) + b"\n" for row in rows))
        asked = {
            "input": {"files": [f"{name}.jsonl"]},
            "split": SHARES | split,
            "index": {"write": request.param == "index"},
            **(steps or {}),
        }
        config = validate(CurateConfig, asked, "the test")
        return Curated(tmp_path / name, run_curation(config, tmp_path, tmp_path / name, Options(quiet=True)))

    return run


def splits(run: Curated) -> dict[str, str | None]:
    return dict(run.ledger.select("id", "split").iter_rows())


def test_new_rows_need_not_have_a_field_that_earlier_rows_have(curate):
    curate("old", EARLIER)
    tonight = curate("new", [chat(text(40), text(60), id=f"new{n}") for n in range(5)], previous="old")

    assert None not in splits(tonight).values()
    assert [note for note in tonight.outcome.notes if "group_by" in note] == [
        "[split] group_by: no new row has the field 'thread'; it keeps none with earlier rows"
    ]


def test_new_rows_join_the_split_of_their_group_and_bridges_go(curate):
    where = splits(curate("old", EARLIER))
    train, test = ([row for row in EARLIER if where[row["id"]] == name] for name in ("train", "test"))
    new = [
        like(train[0], "like train"),
        like(test[0], "like test"),
        chat(question(test[1]), text(60), id="prompt of test"),
        chat(question(test[1]).upper() + "!", text(60), id="otherwise written"),
        longer(question(test[1]), "asked before"),
        chat(text(40), text(60), id="thread of test", thread=test[2]["thread"]),
        chat(question(train[1]), text(60), id="bridge", thread=test[3]["thread"]),
        chat(question(test[4]), text(60), id="first of a chain", thread="new"),
        chat(text(40), text(60), id="second of a chain", thread="new"),
        chat(question(train[2]), text(60), id="third, a bridge", thread="new"),
        *(chat(text(40), text(60), id=f"new{n}") for n in range(60)),
    ]
    run = curate("new", new, previous="old")
    found = splits(run)

    assert {id_: split for id_, split in found.items() if not id_.startswith("new")} == {
        "like train": "train",
        "like test": "test",
        "prompt of test": "test",
        "otherwise written": "test",
        "asked before": "test",
        "thread of test": "test",
        "bridge": None,
        "first of a chain": "test",
        "second of a chain": "test",
        "third, a bridge": None,
    }
    assert run.manifest["counts"]["by_reason"] == {"split_bridge": 2}
    assert {row["step"] for row in run.rows("dropped")} == {"split"}
    assert {found[f"new{n}"] for n in range(60)} == {"train", "validation", "test"}
    assert run.stats["flow"][-1]["dropped"] == {"split_bridge": 2}


def test_a_row_that_bridges_brings_no_others_together(curate):
    """What is alike it alone is drawn, or stays where its own like are."""
    where = splits(curate("old", EARLIER))
    train, test = (next(row for row in EARLIER if where[row["id"]] == name) for name in ("train", "test"))
    new = [
        chat(question(train), text(60), id="bridge", thread=test["thread"]),
        chat(question(train), text(60), id="of train"),
        chat(text(40), text(60), id="of test", thread=test["thread"]),
    ]

    assert splits(curate("new", new, previous="old")) == {"bridge": None, "of train": "train", "of test": "test"}


@pytest.mark.parametrize("first", [True, False], ids=["it comes first", "it comes last"])
def test_of_chats_that_begin_alike_only_the_row_that_asks_nothing_else_is_a_bridge(curate, first):
    """What is asked before the last question keeps two chats together only where a kept row asks it last."""
    chats = [longer("Hi", f"chat{n}") | {"thread": f"t{n}"} for n in range(40)]
    where = splits(curate("old", chats))
    again = [row | {"messages": [*row["messages"][:-1], {"role": "assistant", "content": text(60)}]} for row in chats]
    greeting, others = chat("hi!", text(60), id="greeting"), [longer("Hi", f"new{n}") for n in range(60)]
    new = [*again, *others]
    found = splits(curate("new", [greeting, *new] if first else [*new, greeting], previous="old"))

    assert len(set(where.values())) == 3
    assert found["greeting"] is None
    assert {id_: split for id_, split in found.items() if id_.startswith("chat")} == where
    assert {found[f"new{n}"] for n in range(60)} == {"train", "validation", "test"}


def test_an_index_that_alone_knows_of_older_runs_is_not_passed_over(tmp_path, curate, request):
    """Read anew, the run would bring its own rows alone, and those of the run before it would be forgotten."""
    if request.node.callspec.params["curate"] == "no index":
        pytest.skip("a run without an index knows of no other")
    older, newer = EARLIER[:20], EARLIER[20:]
    curate("one", older)
    curate("two", newer, previous="one", steps={"input": {"files": ["two.jsonl"], "against": ["one"]}})
    with pytest.raises(ConfigError, match="1 earlier run is known by it alone") as caught:
        curate("new", EARLIER, previous="two", steps={"defaults": {"near_duplicates": {"threshold": 0.5}}})

    assert any(line.startswith("bands: ") for line in caught.value.details)


def test_a_split_that_an_index_cannot_carry_on_says_which_field_it_lacks(tmp_path, curate, request):
    if request.node.callspec.params["curate"] == "no index":
        pytest.skip("a run without an index is read")
    older, newer = EARLIER[:20], EARLIER[20:]
    curate("one", older)
    curate("two", newer, previous="one", steps={"input": {"files": ["two.jsonl"], "against": ["one"]}})
    with pytest.raises(ConfigError) as caught:
        curate("new", EARLIER, previous="two", group_by=["thread", "author"])

    assert caught.value.details == ("[split] group_by: it has no author",)


def test_rows_that_are_alike_a_bridge_alone_are_drawn_apart(curate):
    """Each is alike the bridge at 0.73, the earlier row that this is alike at 0.65, and the other at 0.52."""
    where = splits(curate("old", EARLIER))
    train, test = ([row for row in EARLIER if where[row["id"]] == name] for name in ("train", "test"))
    new = []
    for number, row in enumerate(train[:8]):
        bridge = like(row, f"bridge{number}") | {"thread": test[0]["thread"]}
        words = bridge["messages"][1]["content"].split()
        others = [f"new{n}" for n in range(14)]
        new += [
            bridge,
            chat(f"{question(bridge)} a", " ".join([*others, *words[14:]]), id=f"a{number}"),
            chat(f"{question(bridge)} b", " ".join([*words[:-14], *others]), id=f"b{number}"),
        ]
    found = splits(curate("new", new, previous="old"))

    assert [found[f"bridge{number}"] for number in range(8)] == [None] * 8
    assert any(found[f"a{number}"] != found[f"b{number}"] for number in range(8))


@pytest.mark.parametrize("against", [[], ["old"]], ids=["alone", "against earlier rows"])
def test_what_went_for_a_bridge_is_decided_about_once_more(curate, against):
    """Its twins bridge nothing: one of them stays, and the others go for that one."""
    where = splits(curate("old", EARLIER))
    train, test = (next(row for row in EARLIER if where[row["id"]] == name) for name in ("train", "test"))
    answer = text(60)
    new = [
        chat(question(train), answer, id="bridge", thread=test["thread"]),
        chat(question(train), answer, id="the same", thread=test["thread"]),
        chat(question(train), f"{answer} once more", id="its twin"),
        chat(question(train), answer, id="third"),
        chat(question(train), f"{answer} again", id="fourth"),
        *({**row, "id": f"again {row['id']}"} for row in EARLIER[:5]),
        like(test, "like test"),
    ]
    run = curate("new", new, previous="old", steps={"input": {"files": ["new.jsonl"], "against": against}})
    told = {row["id"]: (row["reason"], (row["matched"] or {}).get("id")) for row in run.rows("dropped")}

    assert splits(run) | {f"again {row['id']}": None for row in EARLIER[:5]} == {
        **dict.fromkeys(["bridge", "the same", "third", "fourth"]),
        **{f"again {row['id']}": None for row in EARLIER[:5]},
        "its twin": "train",
        "like test": "test",
    }
    assert told["bridge"] == told["the same"] == ("split_bridge", None)
    assert told["third"] == told["fourth"] == ("near_duplicate", "its twin")


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param({"defaults": {"near_duplicates": {"threshold": 0.6, "warn_from": 0.5}}}, id="other bands"),
        pytest.param({"defaults": {"near_duplicates": {"compare": "prompt"}}}, id="another side"),
        pytest.param({"defaults": {"near_duplicates": {"keep": "longest_answer"}}}, id="another order"),
        pytest.param({"steps": [{"use": "near_duplicates"}, {"use": "length"}]}, id="a step after"),
        pytest.param({"steps": []}, id="no step at all"),
    ],
)
def test_whatever_the_steps_compare_likeness_joins(curate, asked):
    where = splits(curate("old", EARLIER, steps=asked))
    found = splits(curate("new", [far(row, f"like {row['id']}") for row in EARLIER], steps=asked, previous="old"))

    assert {id_: found[f"like {id_}"] for id_ in where} == where


def test_earlier_rows_that_are_read_again_never_move(curate):
    """Whatever the seed, the shares and the new rows are, and though a group now bridges two splits."""
    where = splits(curate("old", EARLIER))
    train, test = (next(row for row in EARLIER if where[row["id"]] == name) for name in ("train", "test"))
    merged = [{**row, "thread": "merged"} if row in (train, test) else row for row in EARLIER]
    run = curate(
        "new", [*merged, *(like(row, f"like {row['id']}") for row in EARLIER)], previous="old", train=0.1, test=0.65
    )
    found = splits(run)

    assert {id_: found[id_] for id_ in where} == where
    assert {id_: found[f"like {id_}"] for id_ in where} == where


def test_a_split_that_was_not_asked_for_is_written_where_earlier_rows_lie_in_it(curate):
    where = splits(curate("old", EARLIER))
    test = next(row for row in EARLIER if where[row["id"]] == "test")
    run = curate(
        "new",
        [like(test, "like test"), chat(text(40), text(60), id="new", thread="x")],
        previous="old",
        train=None,
        validation=0,
        test=0,
    )

    assert splits(run) == {"like test": "test", "new": "train"}
    assert [row["id"] for row in run.rows("test")] == ["like test"]


def test_beside_a_protected_file_no_new_row_is_test_and_the_note_says_so(curate, tmp_path):
    curate("old", EARLIER)
    (tmp_path / "unseen.jsonl").write_bytes(as_line(chat("Which bird wades?", "A heron.")))
    new = [chat(text(40), text(60), id=f"new{n}", thread=f"new{n}") for n in range(12)]
    steps = {"input": {"files": ["new.jsonl"], "protect": ["unseen.jsonl"]}}
    run = curate("new", new, previous="old", steps=steps)

    assert "test" not in splits(run).values()
    [note] = [note for note in run.stats["notes"] if "unseen.jsonl" in note]
    assert note.startswith("no new row is drawn into test")


def test_the_manifest_names_the_earlier_run(curate):
    old = curate("old", EARLIER)
    new = curate("new", [chat(text(40), text(60), thread="x")], previous="old")
    named = {(one["path"].removeprefix("old/"), one["sha256"]) for one in new.manifest["previous"]}

    assert named
    assert named <= {(one["path"], one["sha256"]) for one in old.manifest["outputs"]}


@st.composite
def keyed(draw: st.DrawFn) -> list[Row]:
    count = draw(st.integers(1, 12))
    name, value = st.sampled_from(["key", QUESTION, ASKED_BEFORE]), st.integers(1, 5)
    rows = []
    for number in range(count):
        keys = tuple({(draw(name), draw(value)) for _ in range(draw(st.integers(0, 2)))})
        stays = draw(st.integers(0, 4)) == 0
        held = st.sets(st.integers(0, 2), min_size=int(stays), max_size=1 if stays else 2)
        rows.append(Row(number, keys, tuple(sorted(draw(held))), stays=stays))
    return rows


@given(keyed())
def test_what_is_settled_bridges_nothing(rows):
    """Oracle: groups by plain search over the rows that stay, in which no row may reach two splits."""
    found = settle(rows, None, {}, None)
    new = [row for row in rows if not row.stays and row.number not in found.bridges]

    assert not {row.number for row in rows if row.stays} & set(found.bridges)
    assert all(found.split[row.number] == row.splits[0] for row in rows if row.stays)
    for row in new:
        assert _reached(row, rows, new) == ({found.split[row.number]} if row.number in found.split else set())
    for row in rows:
        if row.number in found.bridges:
            assert len(_reached(row, rows, [one for one in new if _turn(one) < _turn(row)])) > 1


def _turn(row: Row) -> tuple[bool, int]:
    """Return when a row is taken: those that earlier rows hold come first."""
    return not row.splits, row.number


def _meet(one: Row, other: Row) -> bool:
    own, theirs = set(one.keys), set(other.keys)
    asked = {(QUESTION, value) for name, value in own if name == ASKED_BEFORE}
    before = {(ASKED_BEFORE, value) for name, value in own if name == QUESTION}
    alone = {key for key in own & theirs if key[0] != ASKED_BEFORE}
    return bool(alone | asked & theirs | before & theirs)


def _reached(row: Row, rows: list[Row], others: list[Row]) -> set[int]:
    """Return the splits that a row reaches over some others, which bring their own and those of the rows that stay."""
    group, left = [row], [other for other in others if other.number != row.number]
    for one in group:
        group += [other for other in left if _meet(one, other)]
        left = [other for other in left if other not in group]
    staying = [one for one in rows if one.stays and any(_meet(one, other) for other in group)]
    return {split for one in group for split in one.splits} | {one.splits[0] for one in staying}
