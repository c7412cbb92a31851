"""How the engine grows: CPU time and peak memory at 1, 2, 4 and 8 times as many rows, and the exponent.

``python -m benchmarks.growth [--records N] [--files FILES...] [--times K]`` prints medians, and fits, by least squares
of logarithms, time = a * rows ^ k; what one row costs (start-up, imports) is taken off first, or k would look too good.
Peak memory is fitted by a line: so much to start with, and so many bytes a row.
"""

from __future__ import annotations

import argparse
import math
import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.corpora.planted import write_rows
from benchmarks.dedupe import THRESHOLD, write_corpus
from benchmarks.measuring.contestants import CURATE, ENGINE, Contestant, contestants
from benchmarks.measuring.measure import Used, median_cpu, print_table, run

TIMES_AS_MANY = (1, 2, 4, 8)


def exponent(rows: Sequence[int], seconds: Sequence[float]) -> float:
    """Return k of the least-squares fit of seconds = a * rows ^ k."""
    return statistics.linear_regression([math.log(n) for n in rows], [math.log(s) for s in seconds]).slope


def measure(one: Contestant, source: Path, work: Path, times: int) -> list[Used]:
    """Return what a contestant uses on a file."""
    command = one.command(source, one.folder(work), THRESHOLD)
    return [run(command, answers=(0,)) for _ in range(times)]


def grow(one: Contestant, sources: Sequence[Path], work: Path, times: int) -> None:
    """Print how a contestant grows over files of ever more rows."""
    start = median_cpu(measure(one, write_rows(work / "one.jsonl", ["A single row."]), work, times))
    table, rows, seconds, peaks = [], [], [], []
    for source in sources:
        used = measure(one, source, work, times)
        with source.open("rb") as lines:
            rows.append(sum(1 for _ in lines))
        seconds.append(median_cpu(used) - start)
        peaks.append(statistics.median(run.peak for run in used))
        size, each = source.stat().st_size / 1e6, seconds[-1] / rows[-1] * 1e6
        cpu, peak = seconds[-1] + start, peaks[-1] / 1e6
        table.append([one.name, f"{rows[-1]:,}", f"{size:.0f}", f"{cpu:.2f}", f"{each:.1f}", f"{peak:.0f}"])
    print_table(("command", "rows", "MB", "CPU s", "microseconds a row", "peak MB"), table)
    memory = statistics.linear_regression(rows, peaks)
    print(f"\nCPU time less start-up ({start:.2f} s) grows with rows to the power of {exponent(rows, seconds):.2f};")
    print(f"peak memory is {memory.intercept / 1e6:.0f} MB and {memory.slope:.0f} bytes a row\n")


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.growth", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", type=int, default=25_000, help="rows of the smallest corpus (25000)")
    parser.add_argument("--files", nargs="*", type=Path, default=[], help="JSON Lines to plant copies into")
    parser.add_argument("--times", type=int, default=3, help="runs of each (3)")
    parser.add_argument(
        "--ours", nargs="*", choices=(CURATE, ENGINE), default=[CURATE, ENGINE], help="both, if not named"
    )
    asked = parser.parse_args()
    entered, skipped = contestants([], "")
    with tempfile.TemporaryDirectory(prefix="thresher-benchmark-") as folder:
        work = Path(folder)
        sizes = [asked.records * many for many in TIMES_AS_MANY]
        sources = [write_corpus(work / f"{size}.jsonl", size, asked.files) for size in sizes]
        for one in entered:
            if one.name in asked.ours:
                grow(one, sources, work, asked.times)
    for name, reason in skipped.items():
        print(f"skipped {name}: {reason}")


if __name__ == "__main__":
    main()
