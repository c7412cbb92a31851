"""An index in parts: read in place, held against its digests as it is read, and still read as it once was written."""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import polars as pl
import pytest

from curate.core.run.errors import ConfigError, InputError
from curate.index.parquet.pages import Pages
from curate.index.parquet.plain import PAGE, Column, PlainFile
from curate.index.rows.segment import Segment, by_value
from tests.conftest import chat
from tests.curated import Curated, as_line
from tests.curation.corpus import edited, text, write_corpus
from tests.curation.nights import DRAW, HERON, KINDS, NEARLY_HERON, STORK, curating


def folder_bytes(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("index*.parquet")}


# ---- a chain of nights ----


@KINDS
def test_three_nights_keep_what_one_run_of_all_rows_keeps(tmp_path, curate, kind):
    """Oracle: one run of the three files, by their order. Nearly all rows of a night are like some of another night."""
    rows = [chat(text(DRAW, 30), text(DRAW, 60), id=f"row {n}") for n in range(40)]
    rows += [
        chat(row["messages"][0]["content"], edited(DRAW, row["messages"][1]["content"], n % 12), id=f"like {row['id']}")
        for n, row in enumerate(rows)
    ]
    told = [chat(text(DRAW, 30), text(DRAW, 60))["messages"] for _ in range(4)]
    told = [turn for exchange in told for turn in exchange]
    for n in range(12):  # chats of one history, of which some end alike
        rows.append({"messages": [*told, *chat("And so?", f"It is {n % 5}.")["messages"]], "id": f"chat {n}"})
    DRAW.shuffle(rows)
    nights = {"1mon": rows[:30], "2tue": rows[30:55], "3wed": rows[55:]}
    kept, before = [], None
    for name, some in nights.items():
        asked = {"input": {"against": [before]}} if before else {}
        kept += curate(name, some, index={"write": True, "kind": kind}, **asked).lines_kept
        before = name
    together = curate("together", input={"files": [f"{name}.jsonl" for name in nights]})

    assert kept == together.lines_kept
    assert 45 <= len(kept) < 85
    assert sum(b'"chat ' in line for line in kept) == 5


@KINDS
def test_a_night_adds_its_own_rows_and_leaves_the_others_as_they_are(curate, kind):
    index = {"write": True, "kind": kind}
    mon = curate("mon", [HERON], index=index)
    tue = curate("tue", [STORK], index=index, input={"against": ["mon"]})
    [part] = tue.out.glob("index-*.parquet")

    assert part.read_bytes() == (mon.out / "index.parquet").read_bytes()
    assert part.stat().st_ino == (mon.out / "index.parquet").stat().st_ino
    assert pl.read_parquet(tue.out / "index.parquet")["id"].to_list() == ["stork"]
    listed = {one["path"]: one["sha256"] for one in tue.manifest["outputs"]}
    assert {name: listed[name] for name in folder_bytes(tue.out)} == folder_bytes(tue.out)


def test_an_exact_index_needs_nothing_but_its_own_folder(curate, tmp_path):
    index = {"write": True, "kind": "exact"}
    mon = curate("mon", [HERON], index=index)
    curate("tue", [STORK], index=index, input={"against": ["mon"]})
    shutil.rmtree(mon.out)
    shutil.move(tmp_path / "tue", tmp_path / "archive")
    wed = curate("wed", [NEARLY_HERON], input={"against": ["archive/index.parquet"]}, limits={"min_kept": 0})

    assert wed.reasons == ["near_duplicate_of_earlier"]


@KINDS
def test_two_nights_of_the_same_bytes_are_one_part_and_no_file_of_before_is_written(curate, kind):
    """Two nights that bring nothing new have equal indexes; a copied folder too."""
    index = {"write": True, "kind": kind}
    mon = curate("mon", [HERON], index=index)
    for name in ("tue", "wed"):
        shutil.copy(mon.out.with_name("mon.jsonl"), mon.out.with_name("same.jsonl"))
        asked = {"files": ["same.jsonl"], "against": ["mon"]}
        curate(name, index=index, input=asked, limits={"min_kept": 0})
    shutil.copytree(mon.out, mon.out.with_name("copy"))
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in mon.out.parent.glob("*/index*.parquet")}
    thu = curate("thu", [STORK], index=index, input={"against": ["tue", "wed", "copy"]})
    fri = curate("fri", [HERON, STORK], input={"against": ["thu"]}, limits={"min_kept": 0})

    assert (
        before[mon.out.with_name("tue") / "index.parquet"][0] == before[mon.out.with_name("wed") / "index.parquet"][0]
    )
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in before} == before
    assert thu.reasons == [None]
    assert fri.reasons == ["duplicate_of_earlier"] * 2


@KINDS
def test_rows_with_nothing_to_compare_are_signed(curate, kind):
    picture = {"type": "image_url", "image_url": {"url": "http://pictures.example/1.png"}}
    shown = {
        "messages": [{"role": "user", "content": [picture]}, {"role": "assistant", "content": "", "refusal": "no"}]
    }
    mon = curate("mon", [shown], index={"write": True, "kind": kind})

    assert mon.reasons == [None]
    assert pl.read_parquet(mon.out / "index.parquet").height == 1


@KINDS
def test_rows_of_several_segments_are_found_like_those_of_one(tmp_path, curate, kind, monkeypatch):
    """Oracle: an index of one segment."""
    north, south = write_corpus(tmp_path, rows=120)[:2]
    pirate = {"role": "system", "content": "You speak as a pirate does, whatever is asked of you on this ship."}
    lines = [{"messages": [pirate, *chat(text(DRAW, 30), text(DRAW, 60))["messages"]]} for _ in range(12)]
    (tmp_path / north).write_bytes(b"".join(as_line(row) + b"\n" for row in lines) + (tmp_path / north).read_bytes())
    (tmp_path / south).write_bytes(
        b"".join(as_line(row) + b"\n" for row in lines[6:]) + (tmp_path / south).read_bytes()
    )
    found = []
    for rows in (7, 1000):
        monkeypatch.setattr("curate.index.write._SEGMENT_ROWS", rows)
        mon = curate(f"mon{rows}", input={"files": [north]}, index={"write": True, "kind": kind})
        segments = _told(mon.out / "index.parquet")["segments"]
        tue = curate(f"tue{rows}", input={"files": [south], "against": [f"mon{rows}"]})
        found.append((tue.lines_kept, tue.ledger.drop("matched_id"), len(segments)))

    assert found[0][0] == found[1][0]
    assert found[0][1].equals(found[1][1])
    assert [count for *_, count in found] == [-(-len(mon.lines_kept) // 7), 1]


def test_a_run_written_again_leaves_no_part_of_before(curate):
    index = {"write": True}
    curate("mon", [HERON], index=index)
    curate("tue", [STORK], index=index, input={"against": ["mon"]})
    again = curate("tue", [STORK], index=index)

    assert [path.name for path in again.out.glob("index*")] == ["index.parquet"]


# ---- what was changed is detected where it is read ----


def _flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 0x10
    path.write_bytes(data)


def _told(path: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(pl.read_parquet_metadata(path)["thresher"])
    return told


@KINDS
@pytest.mark.parametrize("column", ["by_print0", "print1", "b0", "b7", "sketch", "split", "digests", "footer"])
def test_a_changed_part_is_an_error_where_it_is_read(curate, kind, column):
    index = {"write": True, "kind": kind}
    curate("mon", [HERON], index=index)
    tue = curate("tue", [STORK], index=index, input={"against": ["mon"]})
    [part] = tue.out.glob("index-*.parquet")
    told = _told(part)
    size = part.stat().st_size
    places = told["segments"][0]["at"] | {"digests": told["digests"]["at"], "footer": size - 100}
    _flip(part, places[column] + 3)

    with pytest.raises(InputError, match=r"index-\w+.parquet (was changed|is not the file)"):
        curate("wed", [HERON, NEARLY_HERON], input={"against": ["tue"]}, split={"previous": "tue"})


@pytest.mark.parametrize(
    ("damage", "match"),
    [
        pytest.param(lambda path: path.unlink(), "No such file", id="gone"),
        pytest.param(lambda path: path.write_bytes(path.read_bytes()[:-1]), "it was changed", id="cut off"),
    ],
)
def test_a_part_that_is_not_there_is_an_error_before_anything_is_written(curate, damage, match, tmp_path):
    curate("mon", [HERON], index={"write": True})
    tue = curate("tue", [STORK], index={"write": True}, input={"against": ["mon"]})
    damage(next(tue.out.glob("index-*.parquet")))

    with pytest.raises(InputError, match=match):
        curate("wed", [HERON], input={"against": ["tue"]})
    assert not (tmp_path / "wed").exists()


def test_an_index_put_in_the_place_of_another_is_an_error(curate):
    mon = curate("mon", [HERON], index={"write": True})
    other = curate("other", [STORK], index={"write": True})
    shutil.copy(other.out / "index.parquet", mon.out / "index.parquet")

    with pytest.raises(InputError, match="sha256"):
        curate("tue", [HERON], input={"against": ["mon"]})


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        pytest.param("mon", pytest.raises(InputError, match="is not the file that the run wrote"), id="a run's"),
        pytest.param("mon/index.parquet", contextlib.suppress(InputError), id="one named by its path: no bug of ours"),
    ],
)
def test_an_index_damaged_in_its_metadata_is_an_error(curate, named, expected):
    mon = curate("mon", [HERON], index={"write": True})
    path = mon.out / "index.parquet"
    whole = path.read_bytes()
    for place in (whole.rindex(b'"kind"'), len(whole) - 7, len(whole) - 60, len(whole) - 200):
        path.write_bytes(whole)
        _flip(path, place)
        with expected:
            curate("tue", [STORK], input={"against": [named]})


def test_a_kept_line_that_no_new_row_is_like_is_not_read(curate):
    """What a night costs is in proportion to its rows: of a kept file only the lines that are compared are hashed."""
    mon = curate("mon", [STORK, HERON], index={"write": True})
    train = mon.out / "train.jsonl"
    stork, heron = train.read_bytes().splitlines(keepends=True)
    train.write_bytes(stork.swapcase() + heron)

    assert curate("tue", [NEARLY_HERON], input={"against": ["mon"]}, limits={"min_kept": 0}).reasons == [
        "near_duplicate_of_earlier"
    ]
    again = chat(STORK["messages"][0]["content"], edited(DRAW, STORK["messages"][1]["content"], 1))
    with pytest.raises(InputError, match="from byte 0 it does not have the line"):
        curate("wed", [again], input={"against": ["mon"]})


# ---- an index of before ----


def as_it_was(run: Curated, kind: str) -> None:
    """Write the index of a run, an exact one, as one table of all rows with whole band columns, of a kind."""
    path = run.out / "index.parquet"
    told, rows = _told(path), pl.read_parquet(path)
    bands = np.frombuffer(b"".join(rows["bands"].to_list()), dtype=np.uint64).reshape(len(rows), -1)
    places = rows.select(pl.lit(0, pl.UInt16).alias("run"), "source", "line", "id", pl.col("split").cast(pl.UInt8))
    keys = rows.select("start", "size", "print0", "print1", prompt="question")
    columns = (pl.Series(f"b{band}", column) for band, column in enumerate(bands.T.copy()))
    scheme = {name: choice for name, choice in told["scheme"].items() if name != "held"}
    old = {name: told[name] for name in ("group_by", "runs")} | {"scheme": scheme, "kind": kind, "schema_version": 1}
    frame = places.hstack([*keys, *columns, rows["sketch"]])
    path.unlink()
    frame.write_parquet(path, metadata={"thresher": orjson.dumps(old).decode()}, row_group_size=50_000)
    manifest = run.manifest
    del manifest["index"]
    for one in manifest["outputs"]:
        if one["path"] == path.name:
            one |= {"sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "bytes": path.stat().st_size}
    (run.out / "manifest.json").write_bytes(orjson.dumps(manifest))


def test_an_index_of_an_earlier_version_says_the_same(tmp_path):
    """Oracle: the index of this version; the night after goes on from an index that has the old one as a part."""
    told: list[list[Any]] = []
    for old in (False, True):
        folder = tmp_path / f"old {old}"
        folder.mkdir()
        north, south = write_corpus(folder, rows=120)[:2]
        curate = curating(folder)
        mon = curate("mon", input={"files": [north]}, index={"write": True, "kind": "exact" if old else "compact"})
        if old:
            as_it_was(mon, "compact")
        going_on = {"index": {"write": True}, "split": {"test": 0.2, "previous": "mon"}}
        tue = curate("tue", input={"files": [south], "against": ["mon"]}, **going_on)
        wed = curate("wed", [HERON, *map(json.loads, mon.lines_kept[:5])], input={"against": ["tue"]})
        told.append([[row["matched"] for row in run.rows("dropped")] for run in (tue, wed)] + [tue.ledger, wed.ledger])

    new, before = told
    assert new[:2] == before[:2]
    assert len(new[1]) == 5
    assert all(one.equals(other) for one, other in zip(new[2:], before[2:], strict=True))


def test_an_exact_index_of_an_earlier_version_is_refused(curate):
    """What rows are told apart by now does not stand in it."""
    as_it_was(curate("mon", [HERON], index={"write": True, "kind": "exact"}), "exact")

    with pytest.raises(ConfigError, match=r"another scheme.*\n +held: not told there") as told:
        curate("tue", [HERON], input={"against": ["mon"]})
    assert "--write-index" in str(told.value)


def test_an_index_of_an_earlier_version_that_was_changed_is_refused(curate):
    mon = curate("mon", [HERON], index={"write": True, "kind": "exact"})
    as_it_was(mon, "compact")
    _flip(mon.out / "index.parquet", 200)

    with pytest.raises(InputError, match="sha256"):
        curate("tue", [HERON], input={"against": ["mon"]})


# ---- values found in a sorted column ----


def written(path: Path, values: list[int]) -> dict[str, Any]:
    column = np.array(values, dtype=np.uint64)
    columns = {"print0": column, "by_print0": by_value(column)}
    with PlainFile(path) as file:
        made = [Column(name, "u8", 8 * len(values), [array.tobytes()]) for name, array in columns.items()]
        at = file.segment(len(values), made)
        file.finish(made, {})
    return {"rows": len(values), "at": at}


def held(path: Path, told: dict[str, Any]) -> Segment:
    run: Any = None
    return Segment(Pages(path, _told(path)["digests"]), told, run, is_exact=False, bands=0)


@pytest.mark.parametrize(
    ("values", "wanted", "found"),
    [
        pytest.param([7 << 32, 3 << 32, 7 << 32], [7 << 32], [0, 2], id="twice"),
        pytest.param([1, 2, 3], [2], [1], id="the same upper half, another value"),
        pytest.param([(1 << 64) - 1, 1 << 63], [1 << 63, (1 << 64) - 1], [0, 1], id="the largest there is"),
        pytest.param([5 << 40], [4 << 40, 6 << 40], [], id="none"),
        pytest.param([5 << 40], [], [], id="nothing is looked for"),
        pytest.param(list(range(1 << 40, 3000 << 40, 1 << 40)), [2000 << 40], [1999], id="of many pages"),
    ],
)
def test_the_rows_of_a_value_are_found(tmp_path, values, wanted, found):
    path = tmp_path / "index.parquet"
    segment = held(path, written(path, values))

    assert segment.positions("print0", np.array(wanted, dtype=np.uint64)).tolist() == found


@pytest.mark.parametrize("damage", [bytes(PAGE), b"\xff" * PAGE], ids=["zeros", "ones"])
def test_a_search_that_damage_leads_astray_is_an_error(tmp_path, damage):
    """Of a column only the pages where a search ends are hashed: what led there is found out by them."""
    path, found = tmp_path / "index.parquet", 0
    told = written(path, list(range(1 << 40, 4000 << 40, 1 << 40)))
    whole, first = path.read_bytes(), told["at"]["by_print0"] // PAGE
    for page in range(first, first + 32):
        path.write_bytes(whole[: page * PAGE] + damage + whole[(page + 1) * PAGE :])
        segment = held(path, told)
        for number in range(50, 4000, 250):
            with contextlib.suppress(InputError):
                assert segment.positions("print0", np.array([number << 40], dtype=np.uint64)).tolist() == [number - 1]
                found += 1
    assert found < 32 * 16
