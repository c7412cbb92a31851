"""What a nightly run costs: the same new rows beside ever more earlier ones.

``python -m benchmarks.incremental [--records N] [--new M] [--kinds compact exact] [--upto K] [--times T]`` curates N,
2N, 4N ... earlier rows with ``--write-index``, and then, in turn, the same M new rows by themselves, against each
index, against it with an index written, and going on with its split. The twins of the new rows are among the first N
earlier ones, so that what is found is the same each time. It prints medians of CPU seconds, the ratio of the most
earlier rows to the fewest, and by least squares what each earlier row adds.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from benchmarks.dedupe import write_corpus
from benchmarks.growth import TIMES_AS_MANY
from benchmarks.measuring.measure import THRESHER, Used, median_cpu, print_table, ratio, run, run_in_turn

ALONE, AGAINST, AGAIN, SPLIT = "new rows alone", "against the index", "and an index written", "and its split goes on"


def curate(source: Path, out: Path, *flags: str) -> list[str]:
    """Return the command that curates a file by the defaults."""
    return [*THRESHER, "curate", str(source), "--out", str(out), "--no-report", "--quiet", *flags]


def write_rows(work: Path, records: int, new: int, most: int) -> tuple[Path, list[bytes]]:
    """Return a file of new rows, and ``most`` earlier ones, of which the first ``records`` are of its corpus."""
    first, others = write_corpus(work / "first.jsonl", records + new, []), work / "others.jsonl"
    told = [str(others), "--records", str(most - records), "--seed", "2"]
    run([sys.executable, "-m", "benchmarks.corpora.planted", *told], answers=(0,))
    with first.open("rb") as lines, others.open("rb") as more:
        rows = list(lines)
        (work / "new.jsonl").write_bytes(b"".join(rows[records:]))
        return work / "new.jsonl", [*rows[:records], *more]


def measure(new: Path, earlier: Sequence[Path], kind: str, times: int) -> dict[str, list[Used]]:
    """Return what the new rows cost by themselves, and beside each of the earlier runs."""
    out = new.parent / "out"
    commands = {ALONE: curate(new, out)}
    for folder in earlier:
        against = ("--against", str(folder))
        commands[f"{AGAINST} {folder}"] = curate(new, out, *against)
        commands[f"{AGAIN} {folder}"] = curate(new, out, *against, "--write-index", "--set", f"index.kind={kind}")
        commands[f"{SPLIT} {folder}"] = curate(new, out, *against, "--set", f"split.previous={folder}")
    return run_in_turn(commands, times, answers=(0,))


def print_kind(new: Path, rows: Sequence[bytes], sizes: Sequence[int], kind: str, times: int) -> None:
    """Print the table of a kind of index, and what each earlier row adds."""
    work, earlier = new.parent, []
    for size in sizes:
        (work / "earlier.jsonl").write_bytes(b"".join(islice(rows, size)))
        earlier.append(work / f"{kind}{size}")
        run(curate(work / "earlier.jsonl", earlier[-1], "--write-index", "--set", f"index.kind={kind}"), answers=(0,))
    used = measure(new, earlier, kind, times)
    table = []
    for size, folder in zip(sizes, earlier, strict=True):
        megabytes = (folder / "index.parquet").stat().st_size / 1e6
        runs = [used[ALONE], *(used[f"{name} {folder}"] for name in (AGAINST, AGAIN, SPLIT))]
        peak = max(one.peak for one in runs[1]) / 1e6
        table.append(
            [kind, f"{size:,}", f"{megabytes:.0f}", *(f"{median_cpu(one):.2f}" for one in runs), f"{peak:.0f}"]
        )
    print_table(("index", "earlier rows", "index MB", ALONE, AGAINST, AGAIN, SPLIT, "peak MB against"), table)
    print()
    for name in (AGAINST, AGAIN, SPLIT):
        runs = [used[f"{name} {folder}"] for folder in earlier]
        each = statistics.linear_regression(sizes, [median_cpu(one) for one in runs]).slope * 1e6
        print(
            f"{name}: {sizes[-1]:,} earlier rows cost {1 / ratio(runs[-1], runs[0]):.2f} times what {sizes[0]:,} do; "
            f"each adds {each:.2f} microseconds"
        )
    print()


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.incremental",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--records", type=int, default=10_000, help="the fewest earlier rows (10000)")
    parser.add_argument("--new", type=int, default=1_000, help="new rows (1000)")
    parser.add_argument("--upto", type=int, default=TIMES_AS_MANY[-1], help="the most earlier rows: so many times (8)")
    parser.add_argument("--kinds", nargs="*", choices=("compact", "exact"), default=["compact", "exact"])
    parser.add_argument("--times", type=int, default=3, help="runs of each (3)")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="thresher-benchmark-") as folder:
        work = Path(folder)
        sizes = [asked.records]
        while sizes[-1] * 2 <= asked.records * asked.upto:
            sizes.append(sizes[-1] * 2)
        new, rows = write_rows(work, asked.records, asked.new, sizes[-1])
        for kind in asked.kinds:
            print_kind(new, rows, sizes, kind, asked.times)


if __name__ == "__main__":
    main()
