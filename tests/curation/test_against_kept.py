"""What an index stands for: kept rows read again, files that changed, other schemes; the same bytes each time."""

from __future__ import annotations

import hashlib
from pathlib import Path

import polars as pl
import pytest

from curate.core.run.errors import ConfigError, InputError
from tests.conftest import chat
from tests.curated import as_line
from tests.curation.corpus import write_corpus
from tests.curation.nights import ANSWER, HERON, KINDS, NEARLY_HERON, QUESTION, STORK
from tests.curation.test_same_bytes import run as run_by_command


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


def test_files_of_which_nothing_was_kept_are_in_nobodys_way(tmp_path, curate):
    files = {"a": b"", "m": as_line(HERON) + b"\n", "x": b'{"foo": 1}\n', "y": b"no JSON\n", "z": b""}
    for name, content in files.items():
        (tmp_path / f"{name}.jsonl").write_bytes(content)
    curate("mon", input={"files": [f"{name}.jsonl" for name in files]})
    against = curate("tue", [NEARLY_HERON, STORK], input={"against": ["mon"]})
    joined = curate("wed", [NEARLY_HERON, STORK], split={"previous": "mon"}, steps=[])

    assert against.reasons == ["near_duplicate_of_earlier", None]
    assert joined.manifest["counts"]["kept"] == 2


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
