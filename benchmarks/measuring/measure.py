"""Commands as child processes: what each cost in CPU, time and memory."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

# An installed package has its bytecode: that of a clone is written at its first run, whatever the machine says.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
THRESHER = (sys.executable, str(Path(__file__).resolve().parents[2] / "thresher.py"))


class Used(NamedTuple):
    """What one command used."""

    cpu: float  # seconds, user and system, of all threads
    wall: float  # seconds
    peak: int  # bytes of memory at once
    code: int  # its exit code


def run(command: Sequence[str], answers: Collection[int] = (0, 1)) -> Used:
    """Run a command to its end, its output thrown away; return what it used. Other exit codes end the benchmark.

    The peak that Linux tells of a child is never below the memory of the process that started it: whoever measures
    memory must itself stay small, and import neither Polars nor NumPy.
    """
    started = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=ENVIRONMENT)
    told = child.stderr.read() if child.stderr else b""
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in answers:
        raise SystemExit(f"{' '.join(command)} ended with {child.returncode}:\n{told.decode(errors='replace')}")
    kilobytes = usage.ru_maxrss if sys.platform != "darwin" else usage.ru_maxrss // 1024
    return Used(usage.ru_utime + usage.ru_stime, time.perf_counter() - started, kilobytes * 1024, child.returncode)


def run_in_turn(
    commands: Mapping[str, Sequence[str]], times: int, answers: Collection[int] = (0, 1)
) -> dict[str, list[Used]]:
    """Return what each command used, each ``times`` times: A B C A B C, so that a busy moment hits all alike."""
    used: dict[str, list[Used]] = {name: [] for name in commands}
    for _ in range(times):
        for name, command in commands.items():
            used[name].append(run(command, answers))
    return used


def median_cpu(used: Sequence[Used]) -> float:
    """Return the median of the CPU seconds."""
    return statistics.median(one.cpu for one in used)


def median_wall(used: Sequence[Used]) -> float:
    """Return the median of the seconds that passed."""
    return statistics.median(one.wall for one in used)


def ratio(of: Sequence[Used], to: Sequence[Used], by: Literal["cpu", "wall"] = "cpu") -> float:
    """Return the median, over paired runs, of how many times as fast the first is as the second."""
    pairs = [(one.cpu, other.cpu) if by == "cpu" else (one.wall, other.wall) for one, other in zip(of, to, strict=True)]
    return statistics.median(theirs / ours for ours, theirs in pairs)


def print_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a Markdown table."""
    print(f"| {' | '.join(columns)} |")
    print(f"|{'---|' * len(columns)}")
    for row in rows:
        print(f"| {' | '.join(str(cell) for cell in row)} |")
    sys.stdout.flush()
