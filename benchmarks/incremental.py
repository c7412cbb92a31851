"""What a nightly run costs: new rows against an index of 1, 2, 4 and 8 times so many earlier ones.

``python -m benchmarks.incremental [--records N] [--kinds compact exact] [--files FILES...] [--times K]`` curates the
first k * N rows of a corpus with ``--write-index``, and then the last N rows by themselves, against that index, and
against it with an index written again, in turn. It prints medians of CPU seconds, and by least squares what one new
row costs and what each earlier row adds.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from benchmarks.dedupe import write_corpus
from benchmarks.growth import TIMES_AS_MANY
from benchmarks.measuring.measure import THRESHER, Used, median_cpu, print_table, run, run_in_turn

ALONE, AGAINST, AGAIN = "new rows alone", "against the index", "and the index written"


def curate(source: Path, out: Path, *flags: str) -> list[str]:
    """Return the command that curates a file by the defaults."""
    return [*THRESHER, "curate", str(source), "--out", str(out), "--no-report", "--quiet", *flags]


def measure(new: Path, earlier: Path, kind: str, times: int) -> dict[str, list[Used]]:
    """Return what the new rows cost by themselves and against the run in the folder ``earlier``."""
    set_kind = ("--set", f"index.kind={kind}")
    out, against = earlier.parent / "out", ("--against", str(earlier))
    commands = {
        ALONE: curate(new, out),
        AGAINST: curate(new, out, *against),
        AGAIN: curate(new, out, *against, "--write-index", *set_kind),
    }
    return run_in_turn(commands, times, answers=(0,))


def slope(rows: Sequence[int], used: Sequence[dict[str, list[Used]]], name: str) -> float:
    """Return the microseconds that each earlier row adds to a command."""
    seconds = [median_cpu(one[name]) for one in used]
    return statistics.linear_regression(rows, seconds).slope * 1e6


def print_kind(corpus: Path, records: int, kind: str, times: int, work: Path) -> None:
    """Print the table of a kind of index."""
    new, sizes, table, used = work / "new.jsonl", [], [], []
    with corpus.open("rb") as lines:
        everything = list(lines)
    new.write_bytes(b"".join(everything[-records:]))
    for many in TIMES_AS_MANY:
        earlier = work / "earlier.jsonl"
        earlier.write_bytes(b"".join(islice(everything, many * records)))
        run(curate(earlier, work / "earlier", "--write-index", "--set", f"index.kind={kind}"), answers=(0,))
        used.append(measure(new, work / "earlier", kind, times))
        sizes.append(many * records)
        megabytes = (work / "earlier" / "index.parquet").stat().st_size / 1e6
        cpu = [f"{median_cpu(used[-1][name]):.2f}" for name in (ALONE, AGAINST, AGAIN)]
        peak = max(one.peak for one in used[-1][AGAINST]) / 1e6
        table.append([kind, f"{records:,}", f"{sizes[-1]:,}", f"{megabytes:.0f}", *cpu, f"{peak:.0f}"])
    columns = ("index", "new rows", "earlier rows", "index MB", ALONE, AGAINST, AGAIN, "peak MB against")
    print_table(columns, table)
    added = [f"{slope(sizes, used, name):.1f}" for name in (AGAINST, AGAIN)]
    each = statistics.median(median_cpu(one[ALONE]) for one in used) / records * 1e6
    print(
        f"\na new row costs {each:.0f} microseconds, start-up among it; an earlier row adds {added[0]} to a run against"
    )
    print(f"the index, and {added[1]} to one that writes it again\n")


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.incremental",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--records", type=int, default=20_000, help="new rows, and the least earlier ones (20000)")
    parser.add_argument("--kinds", nargs="*", choices=("compact", "exact"), default=["compact", "exact"])
    parser.add_argument("--files", nargs="*", type=Path, default=[], help="JSON Lines to plant copies into")
    parser.add_argument("--times", type=int, default=3, help="runs of each (3)")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="thresher-benchmark-") as folder:
        work = Path(folder)
        corpus = write_corpus(work / "corpus.jsonl", asked.records * (TIMES_AS_MANY[-1] + 1), asked.files)
        for kind in asked.kinds:
            print_kind(corpus, asked.records, kind, asked.times, work)


if __name__ == "__main__":
    main()
