"""A file that the system cannot read, or not to its end, is an error of the input, wherever it is read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import thresher as door
from curate.core.run.errors import InputError
from tests.conftest import chat

DAMAGED = Path("/proc/self/mem")  # a file that opens, and of which the first byte is an error of input and output
pytestmark = pytest.mark.skipif(not DAMAGED.exists(), reason="this system has no file that cannot be read")
CALLS = {
    "check": door.check,
    "curate": lambda name: door.curate({"input": {"files": ["good.jsonl", name]}}, out="clean"),
    "protect": lambda name: door.curate({"input": {"files": ["good.jsonl"], "protect": [name]}}, out="clean"),
    "deduplicate": lambda name: door.deduplicate(name, "out.jsonl"),
    "leaks": lambda name: door.leaks("good.jsonl", name),
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, jsonl, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    jsonl([chat("Hello?", "Hello.")], "good.jsonl")
    return tmp_path


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.json", "rows.jsonl.gz", "rows.json.zst"])
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_damaged_disk_is_told_of_the_file_that_lies_on_it(folder, call, name):
    (folder / name).symlink_to(DAMAGED)

    with pytest.raises(InputError, match=f"^{name} cannot be read: Input/output error") as raised:
        call(name)

    assert raised.value.hint == "check the file, its disk and its permissions"
    assert not list(folder.glob("out*")) + list(folder.glob("clean/*.json*"))


def test_the_command_line_says_so_too(folder, thresher):
    (folder / "rows.jsonl").symlink_to(DAMAGED)
    ran = thresher("curate", "rows.jsonl", "--out", "clean")

    assert ran.code == 2
    assert ran.err.startswith("error: rows.jsonl cannot be read: Input/output error\n  hint: check the file")


def test_a_folder_in_the_place_of_standard_input(folder, thresher, monkeypatch):
    with (folder / "good.jsonl").open() as stdin:
        held = os.open(folder, os.O_RDONLY)
        os.dup2(held, stdin.fileno())
        os.close(held)
        monkeypatch.setattr("sys.stdin", stdin)
        ran = thresher("check", "-")

    assert (ran.code, "- cannot be read: Is a directory" in ran.err) == (2, True)
