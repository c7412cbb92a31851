"""The same input gives the same bytes, whatever the machine does; another order of rows the same clusters."""

from __future__ import annotations

import hashlib
import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet
import pytest

from tests.curated import curate_rows
from tests.curation.corpus import write_corpus

ROOT = Path(__file__).resolve().parents[2]


def run(folder: Path, out: str, *flags: str, **environment: str) -> dict[str, str]:
    """Curate by the command line in a process of its own; return the hash of every file but the run's own view."""
    command = [sys.executable, str(ROOT / "thresher.py"), "curate", *flags, "--out", out, "--quiet"]
    done = subprocess.run(
        command, cwd=folder, env=os.environ | environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    files = sorted((folder / out).iterdir())
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files if path.name != "run.json"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("same")
    write_corpus(folder)
    return folder


@pytest.fixture(scope="module")
def plain(folder) -> dict[str, str]:
    return run(folder, "plain", "north.jsonl", "south.jsonl")


@pytest.mark.parametrize(
    ("flags", "environment"),
    [
        pytest.param(["south.jsonl", "north.jsonl"], {}, id="the other order on the command line"),
        pytest.param(["north.jsonl", "south.jsonl", "--threads", "1"], {}, id="one thread"),
        pytest.param(["north.jsonl", "south.jsonl", "--threads", "3"], {}, id="three threads"),
        pytest.param(["north.jsonl", "south.jsonl", "--block-bytes", "700"], {}, id="blocks of a row or two"),
        pytest.param(["north.jsonl", "south.jsonl", "--block-bytes", "20000"], {}, id="blocks of some rows"),
        pytest.param(["north.jsonl", "south.jsonl", "--memory-limit", "300MB"], {}, id="a memory limit"),
        pytest.param(["north.jsonl", "south.jsonl"], {"PYTHONHASHSEED": "99"}, id="another hash seed"),
    ],
)
def test_same_input_same_bytes(folder, plain, flags, environment, request):
    out = hashlib.sha256(request.node.name.encode()).hexdigest()[:8]

    assert run(folder, out, *flags, **environment) == plain


def test_a_second_run_into_the_same_folder_gives_the_same_bytes(folder, plain):
    assert run(folder, "plain", "north.jsonl", "south.jsonl") == plain


def test_another_order_of_rows_gives_the_same_clusters(tmp_path):
    """And the same rows kept: copies make no chains."""
    write_corpus(tmp_path, rows=120)
    lines = (tmp_path / "north.jsonl").read_bytes().splitlines()
    shuffled = lines.copy()
    random.Random(1).shuffle(shuffled)
    clusters = []
    for name, rows in (("first", lines), ("second", shuffled)):
        (tmp_path / name).mkdir()
        ran = curate_rows(tmp_path / name, rows, [{"use": "exact_duplicates"}])
        groups = ran.ledger.drop_nulls("cluster").group_by("cluster").agg("id")
        contents = {row["id"]: json.dumps(row["messages"]) for row in ran.rows("train")}
        kept = {json.dumps(row["messages"]) for row in ran.rows("train")}
        clusters.append((sorted(sorted(ids) for ids in groups["id"].to_list()), kept, len(contents)))

    assert clusters[0] == clusters[1]


@pytest.mark.parametrize("seed", range(3))
def test_chains_of_near_duplicates_are_the_same_clusters_in_any_order(tmp_path, seed):
    """Which row of a chain stays follows the order; what belongs together does not. Six rows, each near the next."""
    words = [f"word{n}" for n in range(60)]
    rows = [
        {"text": " ".join([*(f"new{chain}x{n}" for n in range(2 * step)), *words[2 * step :], f"end{chain} " * 9])}
        for chain in range(3)
        for step in range(6)
    ]
    found = []
    for name in ("given", "shuffled"):
        (tmp_path / name).mkdir()
        ran = curate_rows(tmp_path / name, rows, [{"use": "near_duplicates"}])
        groups = ran.ledger.drop_nulls("cluster").group_by("cluster").agg("id")
        found.append(sorted(sorted(ids) for ids in groups["id"].to_list()))
        random.Random(seed).shuffle(rows)

    assert found[0] == found[1]
    assert sum(map(len, found[0])) == len(rows)


def test_the_ledger_has_row_groups_of_a_fixed_size(tmp_path):
    """Oracle: pyarrow, which reads the footer."""
    ran = curate_rows(tmp_path, [{"text": f"row number {n}"} for n in range(120_001)], [])
    file = pyarrow.parquet.ParquetFile(ran.out / "ledger.parquet")

    assert [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)] == [50_000, 50_000, 20_001]
