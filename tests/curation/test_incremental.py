"""New rows beside what earlier runs kept: the same rows stay as when all are curated together, and each says why."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curate.core.run.errors import ConfigError, InputError
from curate.core.run.settings import validate
from curate.curation.config import CurateConfig
from curate.curation.run import Options, run_curation
from tests.conftest import chat
from tests.curated import Curated, as_line
from tests.curation.corpus import edited, text, write_corpus
from tests.curation.test_same_bytes import run as run_by_command

KINDS = pytest.mark.parametrize("kind", ["compact", "exact"])
DRAW = random.Random(5)
QUESTION, ANSWER = text(DRAW, 30), text(DRAW, 60)
HERON = chat(QUESTION, ANSWER, id="heron")
NEARLY_HERON = chat(QUESTION, edited(DRAW, ANSWER, 1), id="nearly heron")
STORK = chat(text(DRAW, 30), text(DRAW, 60), id="stork")

Curating = Callable[..., Curated]


def curating(folder: Path) -> Curating:
    def curate(out: str, rows: Sequence[Any] | None = None, options: Options | None = None, **asked: Any) -> Curated:
        if rows is not None:
            (folder / f"{out}.jsonl").write_bytes(b"".join(as_line(row) + b"\n" for row in rows))
            asked.setdefault("input", {})["files"] = [f"{out}.jsonl"]
        config = validate(CurateConfig, asked, "the test")
        return Curated(folder / out, run_curation(config, folder, folder / out, options or Options(quiet=True)))

    return curate


@pytest.fixture
def curate(tmp_path) -> Curating:
    return curating(tmp_path)


def dropped(run: Curated) -> dict[str, Any]:
    return {row["id"]: row for row in run.rows("dropped")}


# ---- the same rows as together ----

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


# ---- what is said of a row that goes ----


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


# ---- what an index is ----


@pytest.mark.parametrize(
    ("asked", "row"),
    [
        pytest.param({}, HERON, id="as it came"),
        pytest.param({"output": {"layout": "prompt_completion"}}, HERON, id="in another layout"),
        pytest.param(
            {"input": {"files": [{"path": "mon.jsonl", "map": {"prompt": "asks", "completion": "says"}}]}},
            {"asks": QUESTION, "says": ANSWER, "id": "heron"},
            id="with names of its own",
        ),
    ],
)
@pytest.mark.parametrize("kind", ["compact", "exact", None])
def test_kept_rows_are_read_as_they_were_written(tmp_path, curate, kind, asked, row):
    (tmp_path / "mon.jsonl").write_bytes(as_line(row) + b"\n")
    index = {"index": {"write": True, "kind": kind}} if kind else {}
    curate("mon", **({"input": {"files": ["mon.jsonl"]}} | asked | index))
    tue = curate("tue", [NEARLY_HERON], input={"against": ["mon"]}, limits={"min_kept": 0})

    assert tue.reasons == ["near_duplicate_of_earlier"]


@KINDS
def test_an_index_holds_what_signing_the_kept_rows_gives(tmp_path, curate, kind):
    """Oracle: the index of a run against the same rows, kept by a run that wrote none."""
    names = write_corpus(tmp_path)
    split = {"train": 0.8, "test": 0.2, "group_by": ["thread"]}
    index = {"write": True, "kind": kind}
    nothing = chat("Nothing of the kind?", "Nothing at all of this kind.", thread="none")
    curate("with", input={"files": names}, split=split, index=index)
    curate("without", input={"files": names}, split=split)
    found = [
        curate(f"after {name}", [nothing], input={"against": [name]}, split=split, index=index)
        for name in ("with", "without")
    ]
    one, other = (pl.read_parquet(run.out / "index*.parquet") for run in found)

    assert one.equals(other)
    assert one.height > 200


def test_a_row_of_a_compact_index_takes_about_480_bytes(tmp_path, curate):
    names = write_corpus(tmp_path, rows=900)
    run = curate("mon", input={"files": names}, index={"write": True})

    assert 400 <= (run.out / "index.parquet").stat().st_size / run.manifest["counts"]["kept"] <= 500


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param({"defaults": {"near_duplicates": {"threshold": 0.95, "warn_from": 0.95}}}, id="bands"),
        pytest.param({"defaults": {"near_duplicates": {"compare": "prompt"}}}, id="compare"),
        pytest.param({"defaults": {"normalise": {"case": False}}}, id="normalise"),
    ],
)
def test_an_index_of_another_scheme_is_refused(curate, asked, request):
    curate("mon", [HERON], index={"write": True})
    with pytest.raises(ConfigError, match=f"another scheme.*\n.*{request.node.callspec.id}: ") as told:
        curate("tue", [HERON], input={"against": ["mon"]}, **asked)

    assert told.value.exit_code == 2


@pytest.mark.parametrize(
    ("damage", "match"),
    [
        pytest.param(lambda path: path.write_bytes(path.read_bytes() + b"{}\n"), "it was changed", id="longer"),
        pytest.param(lambda path: path.write_bytes(path.read_bytes().swapcase()), "sha256", id="as long, but other"),
        pytest.param(lambda path: path.unlink(), "No such file", id="moved"),
    ],
)
def test_kept_files_that_moved_or_changed(curate, damage, match):
    """A compact index needs them, and says so; an exact one does not."""
    for kind in ("compact", "exact"):
        damage(curate(kind, [HERON], index={"write": True, "kind": kind}).out / "train.jsonl")

    with pytest.raises(InputError, match=match):
        curate("tue", [NEARLY_HERON], input={"against": ["compact"]})
    tue = curate("wed", [NEARLY_HERON], input={"against": ["exact"]}, limits={"min_kept": 0})
    assert tue.reasons == ["near_duplicate_of_earlier"]


def test_what_cannot_be_an_earlier_run_is_refused_before_anything_is_removed(curate):
    curate("mon", [HERON], index={"write": True})
    tue = curate("tue", [STORK], index={"write": True, "kind": "exact"})
    for against, match in (
        ("tue", "folder that this run writes"),
        ("nowhere", "no run and no index"),
        ("mon.jsonl", "no index"),
    ):
        with pytest.raises((ConfigError, InputError), match=match):
            curate("tue", input={"files": ["tue.jsonl"], "against": [against]})
    with pytest.raises(ConfigError, match="is compact"):
        curate("wed", [HERON], index={"write": True, "kind": "exact"}, input={"against": ["mon"]})
    with pytest.raises(ConfigError, match="needs a step that compares rows"):
        curate("wed", [HERON], steps=[{"use": "length"}], input={"against": ["mon"]})

    assert (tue.out / "manifest.json").exists()


# ---- the same bytes ----


@pytest.fixture(scope="module")
def nights(tmp_path_factory) -> tuple[Path, dict[str, str]]:
    folder = tmp_path_factory.mktemp("nights")
    write_corpus(folder, rows=140)
    run_by_command(folder, "mon", "north.jsonl", "--write-index")
    return folder, run_by_command(folder, "tue", "south.jsonl", "--against", "mon", "--write-index")


@pytest.mark.parametrize(
    ("flags", "environment"),
    [
        pytest.param(["--threads", "1"], {}, id="one thread"),
        pytest.param(["--block-bytes", "3000"], {}, id="blocks of some rows"),
        pytest.param(["--memory-limit", "300MB"], {}, id="a memory limit"),
        pytest.param([], {"THRESHER_KERNEL": "off"}, id="without the kernel"),
    ],
)
def test_same_rows_same_bytes_against_an_index(nights, flags, environment, request):
    folder, plain = nights
    again = hashlib.sha256(request.node.name.encode()).hexdigest()[:8]
    run_by_command(folder, f"mon{again}", "north.jsonl", "--write-index", *flags, **environment)

    assert (folder / f"mon{again}/index.parquet").read_bytes() == (folder / "mon/index.parquet").read_bytes()
    assert (
        run_by_command(folder, "tue", "south.jsonl", "--against", "mon", "--write-index", *flags, **environment)
        == plain
    )


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
