"""Standard streams that are closed, full or cut: the exit code stays what the command did."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from curate.core.run import progress
from curate.core.run.progress import Progress
from tests.conftest import chat

ROOT = Path(__file__).resolve().parents[2]
RUN = f"{sys.executable} {ROOT / 'thresher.py'}"
FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")


def shell(folder: Path, command: str, stderr: int = subprocess.PIPE) -> subprocess.CompletedProcess[str]:
    """Run a line of the shell in which ``thresher`` is ours."""
    line = f'thresher() {{ {RUN} "$@"; }}\n{command}'
    return subprocess.run(
        ["bash", "-c", line], cwd=folder, stdout=subprocess.PIPE, stderr=stderr, text=True, check=False
    )


@pytest.fixture
def cut() -> Iterator[int]:
    """Return the end of a pipe that nobody reads."""
    read, write = os.pipe()
    os.close(read)
    yield write
    os.close(write)


@pytest.fixture
def folder(tmp_path, jsonl):
    jsonl([chat(f"What is bird {n} called?", f"It is the bird of number {n}.") for n in range(20)])
    return tmp_path


class Cut:
    """A standard error that cannot be written."""

    def __init__(self, number: int) -> None:
        self.number = number

    def isatty(self) -> bool:
        return False

    def write(self, text: str) -> int:
        raise OSError(self.number, os.strerror(self.number))


@pytest.mark.parametrize("stream", [Cut(errno.ENOSPC), Cut(errno.EIO), None])
def test_progress_that_nobody_can_read_is_quiet(monkeypatch, stream):
    monkeypatch.setattr(progress, "QUIET_SECONDS", 0.0)
    monkeypatch.setattr(sys, "stderr", stream)

    with Progress() as told:
        told.tell("read", 1)


def test_a_run_goes_on_after_the_reader_of_its_progress_left(folder, cut):
    code = (
        "import sys; sys.path.insert(0, sys.argv.pop(1)); import thresher\n"
        "from curate.core.run import progress; progress.QUIET_SECONDS = 0.0\n"
        "thresher.main()"
    )
    (folder / "main.py").write_text(code)
    command = f"{sys.executable} main.py {ROOT} curate rows.jsonl --block-bytes 100 --out out >/dev/null; echo $?"
    ran = shell(folder, command, cut)

    assert ran.stdout == "0\n"
    assert (folder / "out" / "manifest.json").exists()


@pytest.mark.parametrize("command", ["check nosuch.jsonl", "frob", "check"])
@pytest.mark.parametrize("stream", ["", "2>&-", pytest.param("2>/dev/full", marks=FULL)])
def test_an_error_that_cannot_be_told_has_its_code(folder, cut, command, stream):
    assert shell(folder, f"thresher {command} {stream}; echo $?", cut).stdout == "2\n"


@pytest.mark.parametrize("buffered", ["", "1"])
@pytest.mark.parametrize("command", ["--help", "check --help", "steps", "check rows.jsonl --json"])
def test_a_closed_pipe_is_quiet(folder, cut, command, buffered):
    ran = subprocess.run(
        [sys.executable, ROOT / "thresher.py", *command.split()],
        cwd=folder,
        stdout=cut,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        env=os.environ | {"PYTHONUNBUFFERED": buffered},
    )

    assert (ran.returncode, ran.stderr) == (0, "")


def test_a_pipe_of_another_program_that_was_cut_is_an_error(thresher, monkeypatch, jsonl):
    def cut(*_: object, **__: object) -> None:
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    monkeypatch.setattr("curate.check.judge.Judge.faults", cut)
    ran = thresher("check", jsonl([{"text": " "}]))

    assert (ran.code, ran.err.splitlines()[0]) == (2, "error: Broken pipe")


@pytest.mark.parametrize("command", ["check rows.jsonl", "curate rows.jsonl --out out", "steps"])
@pytest.mark.parametrize("streams", [">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_are_as_the_null_device(folder, command, streams):
    ran = shell(folder, f"(thresher {command} {streams}); echo $?")

    assert (ran.stdout.splitlines()[-1], ran.stderr) == ("0", "")
    assert "curate" not in command or (folder / "out" / "manifest.json").exists()


def test_a_closed_standard_input_is_said(folder):
    ran = shell(folder, "thresher check - <&-; echo $?")

    assert ran.stdout == "2\n"
    assert "standard input is closed" in ran.stderr


@FULL
@pytest.mark.parametrize("command", ["steps", "--help", "check rows.jsonl"])
def test_an_output_without_room_is_exit_2(folder, command):
    ran = shell(folder, f"thresher {command} >/dev/full; echo $? >&2")

    assert ran.stderr.splitlines()[0] == "error: No space left on device"
    assert ran.stderr.splitlines()[-1] == "2"
