"""A folder is whole, or says that it is not: kills, full disks, locks, changing inputs."""

from __future__ import annotations

import gc
import hashlib
import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import reports.command
import thresher
from curate.core.command.door import run
from curate.core.run.errors import ConfigError, InputError, OutputError
from curate.core.write.folder import output_folder
from curate.curation.memory import SMALLEST_BLOCK, memory_for
from curate.curation.run import Options
from tests.conftest import chat
from tests.curated import as_line, curate_rows
from tests.curation.corpus import write_corpus

ROOT = Path(__file__).resolve().parents[2]
GOOD = chat("What is a heron?", "A wading bird with long legs.")


def command(out: str) -> list[str]:
    return [sys.executable, str(ROOT / "thresher.py"), "curate", "north.jsonl", "south.jsonl", "--out", out, "--quiet"]


def hashes(folder: Path) -> dict[str, str]:
    names = json.loads((folder / "manifest.json").read_bytes())["outputs"]
    return {name["path"]: hashlib.sha256((folder / name["path"]).read_bytes()).hexdigest() for name in names}


def is_whole(folder: Path) -> bool:
    """Say whether a manifest lies there; if so, every output must be what it says."""
    if not (folder / "manifest.json").exists():
        return False
    outputs = json.loads((folder / "manifest.json").read_bytes())["outputs"]
    assert hashes(folder) == {output["path"]: output["sha256"] for output in outputs}
    return True


def test_a_killed_run_leaves_no_manifest_and_is_simply_run_again(tmp_path):
    """``kill -9`` at ten random moments, each followed by the same command again."""
    write_corpus(tmp_path, rows=400)
    started = time.monotonic()
    subprocess.run(command("calm"), cwd=tmp_path, check=True, capture_output=True)
    whole = time.monotonic() - started
    killed = 0
    moments = random.Random().choices(range(1000), k=10)
    for moment in moments:
        with subprocess.Popen(
            command("out"), cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as running:
            try:
                running.wait(whole * moment / 1000)
            except subprocess.TimeoutExpired:
                running.send_signal(signal.SIGKILL)
                killed += 1
        is_whole(tmp_path / "out")
    subprocess.run(command("out"), cwd=tmp_path, check=True, capture_output=True)

    assert killed > 0, moments
    assert is_whole(tmp_path / "out")
    assert hashes(tmp_path / "out") == hashes(tmp_path / "calm")
    assert not (tmp_path / "out" / ".work").exists()


def test_outputs_of_an_older_run_do_not_stay(tmp_path):
    rows = [chat(f"What is bird number {n}?", f"It is the bird with the number {n}.") for n in range(40)]
    first = curate_rows(tmp_path, rows, split={"train": 0.5, "validation": 0.25, "test": 0.25})
    assert {"validation.jsonl", "test.jsonl"} <= {path.name for path in first.out.iterdir()}

    second = curate_rows(tmp_path, rows)
    assert {path.name for path in second.out.iterdir()} == {
        "train.jsonl", "dropped.jsonl", "ledger.parquet", "stats.json", "manifest.json", "run.json",
    }  # fmt: skip


@pytest.mark.parametrize(
    "content", [{"notes.txt": "mine"}, {"manifest.json": "{}"}, {"manifest.json": "no json", "train.jsonl": "{}"}]
)
def test_a_folder_that_is_not_ours_is_refused_and_left_alone(tmp_path, content):
    (tmp_path / "out").mkdir()
    for name, text in content.items():
        (tmp_path / "out" / name).write_text(text)

    with pytest.raises(OutputError, match="no run of ours wrote"):
        curate_rows(tmp_path, [GOOD])
    assert {path.name: path.read_text() for path in (tmp_path / "out").iterdir()} == content


def test_two_runs_do_not_share_a_folder(tmp_path):
    with output_folder(tmp_path / "out", "curate"), pytest.raises(OutputError, match="another run"):
        curate_rows(tmp_path, [GOOD])


def test_the_folder_is_locked_until_its_report_is_made(tmp_path, monkeypatch):
    """Oracle: another run that starts while the page is made: it is refused, and what the page tells of stays."""
    (tmp_path / "rows.jsonl").write_bytes(as_line(GOOD))
    made, refused = reports.command.page, []

    def page(*given: Any, **more: Any) -> bytes:
        with pytest.raises(OutputError, match="another run"), output_folder(tmp_path / "out", "curate"):
            pass
        refused.append(True)
        return made(*given, **more)

    monkeypatch.setattr(reports.command, "page", page)
    again = ["curate", str(tmp_path / "rows.jsonl"), "--out", str(tmp_path / "out"), "--quiet"]

    assert (run(again), refused, is_whole(tmp_path / "out")) == (0, [True], True)
    assert run([*again, "--no-report"]) == 0


def test_a_full_disk_is_exit_2_and_leaves_no_half_output(tmp_path):
    """The oracle of a full disk that needs no disk: a limit on the size of files, of this process alone."""
    write_corpus(tmp_path, rows=400)

    def small_files() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    alone = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}  # a module's bytecode would be cut too, and stay so
    done = subprocess.run(
        command("out"), cwd=tmp_path, env=alone, capture_output=True, text=True, preexec_fn=small_files, check=False
    )

    assert done.returncode == 2, done.stderr
    assert "disk is full" in done.stderr
    assert "Traceback" not in done.stderr
    assert [path.name for path in (tmp_path / "out").iterdir()] == []


def test_an_input_that_changes_while_it_is_read_is_exit_2(tmp_path, monkeypatch):
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b"\n".join(as_line(GOOD | {"id": n, "tools": 7}) for n in range(100)))  # each is looked at
    judged = []

    def appending(self, record, layout, line):
        if not judged:
            judged.append(record)
            with path.open("ab") as stream:
                stream.write(b"\n" + as_line(GOOD))
            os.utime(path, ns=(1, 1))
        return ()

    monkeypatch.setattr("curate.check.judge.Judge.faults", appending)
    with pytest.raises(InputError, match="changed while it was read"):
        curate_rows(tmp_path, {}, input={"files": ["rows.jsonl"]})
    assert not (tmp_path / "out" / "manifest.json").exists()


@pytest.mark.parametrize(
    ("limit", "threads", "size"),
    [
        pytest.param(None, 1, 16 << 20, id="no limit"),
        pytest.param(None, 2, 16 << 20, id="two threads"),
        pytest.param(None, 30, 2 << 20, id="together they are not larger"),
        pytest.param(None, 500, (64 << 20) // 34, id="more threads than one that reads can feed"),
        pytest.param(10**9, 1, 10**9 // 64, id="a share of the limit"),
        pytest.param(10**9, 4, 10**9 // 64 // 6, id="and of the threads, one block read and one done"),
        pytest.param(1, 2, SMALLEST_BLOCK, id="never too small to work"),
    ],
)
def test_blocks_follow_the_memory_limit_and_the_threads(limit, threads, size):
    assert memory_for(limit, threads).block == size


@pytest.mark.parametrize(
    ("limit", "threads", "most"),
    [(None, 5, 5), (None, 500, 32), (10**9, 4, 4), (300 << 20, 64, 2), (128 << 20, 64, 1), (1, 64, 1)],
)
def test_fewer_threads_work_where_memory_is_short(limit, threads, most):
    bounds = memory_for(limit, threads)
    assert bounds.threads == most
    if limit is not None and limit >= 64 << 20:
        assert (most + 2 if most > 1 else 1) * bounds.block * 64 <= limit


@pytest.mark.parametrize("threads", [0, -2])
def test_no_thread_is_refused(tmp_path, threads):
    (tmp_path / "rows.jsonl").write_bytes(as_line(GOOD) + b"\n")
    with pytest.raises(ConfigError, match=f"{threads} threads do no work"):
        thresher.deduplicate(tmp_path / "rows.jsonl", tmp_path / "fewer.jsonl", threads=threads)
    with pytest.raises(ConfigError, match=f"{threads} threads do no work"):
        curate_rows(tmp_path, [GOOD], [], Options(quiet=True, threads=threads))
    assert not (tmp_path / "fewer.jsonl").exists()


def test_runs_one_after_another_hold_no_files_open(tmp_path):
    """A program that curates many sets, by ``thresher.curate``, must not run out of them before memory is tidied up."""
    words = " ".join(f"word{n}" for n in range(40))
    rows = [chat(f"What is it? {words}", f"It is {n}. {words}") for n in range(4)]

    def held(name: str) -> int:
        (tmp_path / name).mkdir()
        curate_rows(tmp_path / name, rows, split={"train": 0.5, "test": 0.5})
        return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - its entries vanish while they are listed

    gc.collect()
    gc.disable()
    try:
        first = held("first")
        assert held("second") <= first
    finally:
        gc.enable()
