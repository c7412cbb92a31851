"""Where the time of a run goes: its threads' stacks are read every two milliseconds, and counted by stage.

The shares are of the time in which a thread of Python had work, native code that it called included; a profiler that
counts every call would make the Python parts look larger than they are.
``python -m benchmarks.measuring.stages OUT.json SCRIPT.py|-m MODULE ...`` runs a Python program and writes its shares.
"""

from __future__ import annotations

import json
import runpy
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from benchmarks.measuring.measure import ENVIRONMENT, print_table

EVERY = 0.002  # seconds
# A stack belongs to the first of these, from the inside out, whose file and function it passes through.
STAGES = (
    ("banding", "dedupe/pairs/mates", "linked_bands"),
    ("signature", "dedupe/keys", ""),
    ("verification", "dedupe/pairs/twins", ""),
    ("writing", "curate/core/write/", ""),
    ("writing", "curation/output/outputs", ""),
    ("writing", "curation/output/prepared", ""),
    ("writing", "curation/output/ledger", ""),
    ("writing", "curation/run", "write_rows"),
    ("writing", "curation/run", "prepared"),
    ("writing", "curation/deduplicate", "_copy"),
    ("parse", "curate/core/read/", ""),
)
START, OTHER = "start-up", "other"
ORDER = (START, "parse", "signature", "banding", "verification", "writing", OTHER)
_IDLE = ("threading.py", "concurrent/futures/", "queue.py", "selectors.py")


def stage_of(frame: FrameType) -> str | None:
    """Return the stage of a stack; None where the thread waits for others."""
    if any(part in frame.f_code.co_filename for part in _IDLE):
        return None
    found = None
    at: FrameType | None = frame
    while at is not None:
        file, function = at.f_code.co_filename, at.f_code.co_name
        if file.startswith("<frozen importlib"):
            return START
        if found is None:
            found = next((stage for stage, part, name in STAGES if part in file and name in ("", function)), None)
        at = at.f_back
    return found or OTHER


def sample(seconds: Counter[str], over: threading.Event) -> None:
    """Count the time by stage until it is over: all threads but this one."""
    own, last = threading.get_ident(), time.perf_counter()
    while not over.wait(EVERY):
        now = time.perf_counter()
        for thread, frame in sys._current_frames().items():  # the only door to other threads' stacks
            stage = None if thread == own else stage_of(frame)
            if stage is not None:
                seconds[stage] += now - last  # type: ignore[assignment]  # a counter of seconds
        last = now


def print_stages(name: str, command: Sequence[str], cpu: float, floor: float) -> None:
    """Print the stages of a Python command, as shares and in its CPU seconds, and the floor beside it."""
    with tempfile.TemporaryDirectory(prefix="thresher-benchmark-") as folder:
        out = Path(folder, "shares.json")
        subprocess.run(
            [command[0], "-m", "benchmarks.measuring.stages", str(out), *command[1:]],
            check=True,
            capture_output=True,
            env=ENVIRONMENT,
        )
        shares: dict[str, float] = json.loads(out.read_text())
    rows = [(stage, f"{shares.get(stage, 0):.0%}", f"{shares.get(stage, 0) * cpu:.2f}") for stage in ORDER]
    rows.append(("a bare read, parse and write", f"{floor / cpu:.0%}", f"{floor:.2f}"))
    print_table((f"stage of {name}", "share", "CPU s"), rows)


def main() -> None:
    out, *command = sys.argv[1:]
    seconds: Counter[str] = Counter()
    over = threading.Event()
    watch = threading.Thread(target=sample, args=(seconds, over), daemon=True)
    watch.start()
    try:
        if command[0] == "-m":
            sys.argv = command[1:]
            runpy.run_module(command[1], run_name="__main__", alter_sys=True)
        else:
            sys.argv = command
            runpy.run_path(command[0], run_name="__main__")
    except SystemExit as end:
        if end.code not in (None, 0):
            raise
    finally:
        over.set()
        watch.join()
        total = sum(seconds.values()) or 1
        Path(out).write_text(json.dumps({stage: one / total for stage, one in seconds.items()}))


if __name__ == "__main__":
    main()
