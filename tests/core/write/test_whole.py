"""Files of one command: whole or not at all, and the words of the first thing that went wrong."""

from __future__ import annotations

import errno
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from curate.core.run.errors import OutputError
from curate.core.write.whole import replace_whole, write_whole

ROOT = Path(__file__).resolve().parents[3]
THRESHER = [sys.executable, str(ROOT / "thresher.py")]
SCORED = '{"id": "heron", "prompt": "Which bird?", "prediction": "a", "reference": "a"}\n'
GATE = '[[limits]]\nmetric = "exact_match"\nmin_value = 0.5\n'


def full(folder: Path, *words: str, room: int) -> subprocess.CompletedProcess[str]:
    """Run a command where no file may have more than ``room`` bytes, as on a disk that is full by then."""

    def small_files() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    alone = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}  # a module's bytecode would be cut too, and stay so
    return subprocess.run(
        [*THRESHER, *words], cwd=folder, env=alone, capture_output=True, text=True, preexec_fn=small_files, check=False
    )


def files_in(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(("command", "room"), [("init", 300), ("demo", 5_000)])
def test_after_a_full_disk_the_same_files_are_written_as_on_an_empty_one(thresher, tmp_path, command, room):
    """Oracle: the command in another folder, which had room from the start."""
    done = full(tmp_path, command, "cut", room=room)
    left = files_in(tmp_path / "cut")

    assert (done.returncode, "File too large" in done.stderr) == (2, True), done.stderr
    thresher(command, tmp_path / "whole", *(["--replay"] if command == "demo" else []))
    whole = files_in(tmp_path / "whole")
    assert all(whole[name] == content for name, content in left.items())


@pytest.mark.parametrize("option", ["--junit", "--summary", "--accept"])
def test_a_full_disk_takes_no_older_file_away(thresher, tmp_path, option):
    (tmp_path / "said.jsonl").write_text(SCORED)
    (tmp_path / "gate.toml").write_text(GATE)
    (tmp_path / "old").write_text("older")
    thresher("score", tmp_path / "said.jsonl", "--metrics", "exact_match", "--out", tmp_path / "new")
    done = full(tmp_path, "gate", "new", "--limits", "gate.toml", option, "old", room=50)

    assert (done.returncode, "error: old cannot be written" in done.stderr) == (2, True), done.stderr
    assert (tmp_path / "old").read_text() == "older"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["gate.toml", "new", "old", "said.jsonl"]


def test_where_nothing_can_be_written_the_file_that_was_named_is_told(tmp_path, monkeypatch):
    """A file system that is read only, which takes root to make: every call that would write fails as it does there."""

    def refused(self: Path, *_: object, **__: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(self))

    for name in ("open", "unlink"):
        monkeypatch.setattr(Path, name, refused)
    with pytest.raises(OutputError, match=r"page\.html cannot be written: Read-only file system\n  hint: name another"):
        write_whole(tmp_path / "page.html", b"page", "name another")


def test_a_pipe_is_written_to_and_stays_one(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    reader = subprocess.Popen(["cat", tmp_path / "pipe"], stdout=subprocess.PIPE)
    replace_whole(tmp_path / "pipe", b"page", "name another")

    assert reader.communicate()[0] == b"page"
    assert (tmp_path / "pipe").is_fifo()


def test_a_link_stays_one(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "file")
    replace_whole(tmp_path / "link", b"page", "name another")

    assert ((tmp_path / "link").is_symlink(), (tmp_path / "file").read_bytes()) == (True, b"page")
