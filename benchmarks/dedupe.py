"""How fast and how right we remove near-duplicates, beside each peer on the same files.

``python -m benchmarks.dedupe [--records N] [--files FILES...] [--peers NAMES...] [--python PATH] [--times K]`` runs us
(``thresher curate`` with this one step; the engine by its Python function) and each peer in turn, A B C A B C, each as
a process of its own from JSON Lines to JSON Lines, at the same threshold (0.8) and number of hashes (128), and prints

1. medians of CPU and wall seconds, rows and megabytes a CPU second, and the peak of resident memory (of the largest
   process, where a peer starts several);
2. what was removed, against the exact pairs: ``benchmarks/measuring/scoring.py`` says what the columns mean;
3. our ratios to each peer and to the fastest of them: medians over the paired runs; and once more without what each
   spends on three rows, which is its start and its imports: how it goes on as rows grow, or inside a program that runs;
4. our stages apart, and the share of the time that a bare read, parse and write of the file takes: the floor.

Peers live in an environment of their own: ``make peers`` makes it, ``--python`` names another. A peer that is not
there, or fails on three rows, is left out, with the reason.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.corpora.planted import write_rows
from benchmarks.measuring.contestants import CURATE, ENGINE, FEW, PEERS, PEERS_PYTHON, Contestant, contestants
from benchmarks.measuring.measure import Used, median_cpu, median_wall, print_table, ratio, run, run_in_turn
from benchmarks.measuring.stages import print_stages

THRESHOLD = 0.8
FLOOR = """import orjson, sys
with open(sys.argv[1], "rb") as source, open(sys.argv[2], "wb") as out:
    for line in source: orjson.loads(line); out.write(line)"""

Runs = Mapping[str, Sequence[Used]]


def write_corpus(path: Path, records: int, files: Sequence[Path]) -> Path:
    """Write the corpus in a process of its own: the one that measures memory must stay small."""
    told = [str(path), "--records", str(records), *(["--files", *map(str, files)] if files else [])]
    run([sys.executable, "-m", "benchmarks.corpora.planted", *told], answers=(0,))
    return path


def print_cost(source: Path, rows: int, used: Runs) -> None:
    """Print what each run cost."""
    megabytes = source.stat().st_size / 1e6
    table = []
    for name, runs in used.items():
        cpu, peak = median_cpu(runs), max(one.peak for one in runs) / 1e6
        table.append(
            [
                name,
                f"{cpu:.2f}",
                f"{median_wall(runs):.2f}",
                f"{rows / cpu:,.0f}",
                f"{megabytes / cpu:.1f}",
                f"{peak:.0f}",
            ]
        )
    print_table(("command", "CPU s", "wall s", "rows / CPU s", "MB / CPU s", "peak MB"), table)


def print_ratios(used: Runs, starts: Runs, ours: Sequence[str], peers: Sequence[str]) -> None:
    """Print how many times as fast as each peer we are, and as the fastest of them; with start-up and without."""
    if not ours or not peers:
        return
    best = min(peers, key=lambda name: median_cpu(used[name]))
    on = {name: beyond(runs, starts[name]) for name, runs in used.items() if name in starts}
    table = [
        [
            name,
            f"{median_cpu(starts[name]):.2f}",
            *(f"{ratio(used[us], used[name]):.1f} ({ratio(used[us], used[name], 'wall'):.1f})" for us in ours),
            *(f"{ratio(on[us], on[name]):.1f}" if on[us] and on[name] else "-" for us in ours),
        ]
        for name in peers
    ]
    row = next(row for row in table if row[0] == best)
    whole, without = [f"{us}, CPU (wall)" for us in ours], [f"{us}, CPU without start-up" for us in ours]
    columns = ("times as fast as", "its start-up, CPU s", *whole, *without)
    print_table(columns, [*table, [f"the best: {best}", *row[1:]]])
    print("\nour start-up: " + ", ".join(f"{us} {median_cpu(starts[us]):.2f} CPU s" for us in ours))


def _start(name: str) -> str:
    return f"start of {name}"


def beyond(runs: Sequence[Used], starts: Sequence[Used]) -> list[Used]:
    """Return what runs used beyond their start-up; nothing where that is too little to tell."""
    start = median_cpu(starts)
    if min(one.cpu for one in runs) < 1.1 * start:
        return []
    return [one._replace(cpu=one.cpu - start) for one in runs]


def print_removals(source: Path, entered: Sequence[Contestant], work: Path) -> int:
    """Print what each contestant removed, against the exact pairs; return the number of rows."""
    from benchmarks.corpora.truth import find_pairs, read_rows
    from benchmarks.measuring.scoring import read_kept, score  # NumPy and Polars, after all memory is measured

    rows = read_rows(source)
    pairs = find_pairs(rows.texts, THRESHOLD)
    table = []
    for one in entered:
        told = score(pairs, read_kept(one.kept(one.folder(work)), rows.ids), THRESHOLD)
        table.append([one.name, told.removed, f"{told.pair_recall:.4f}", f"{told.precision:.4f}", told.left])
    print_table(("command", "rows removed", "pair recall", "removal precision", "twins left"), table)
    print(f"\n{len(rows.ids):,} rows, {len(pairs.left):,} pairs at {THRESHOLD} or above")
    return len(rows.ids)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.dedupe", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", type=int, default=20_000, help="rows of the corpus (20000)")
    parser.add_argument("--files", nargs="*", type=Path, default=[], help="JSON Lines to plant copies into")
    parser.add_argument("--peers", nargs="*", choices=list(PEERS), default=list(PEERS), help="all, if not named")
    parser.add_argument("--python", default=PEERS_PYTHON, help=f"the interpreter with the peers ({PEERS_PYTHON})")
    parser.add_argument("--times", type=int, default=3, help="runs of each (3)")
    asked = parser.parse_args()
    entered, skipped = contestants(asked.peers, asked.python)
    with tempfile.TemporaryDirectory(prefix="thresher-benchmark-") as folder:
        work = Path(folder)
        source = write_corpus(work / "rows.jsonl", asked.records, asked.files)
        with source.open("rb") as lines:
            rows = sum(1 for _ in lines)
        few = write_rows(work / "few.jsonl", FEW)
        commands = {one.name: one.command(source, one.folder(work), THRESHOLD) for one in entered}
        commands |= {_start(one.name): one.command(few, one.folder(work, "start"), THRESHOLD) for one in entered}
        commands["floor"] = [sys.executable, "-c", FLOOR, str(source), str(work / "floor.jsonl")]
        used = run_in_turn(commands, asked.times, answers=(0,))
        starts = {one.name: used.pop(_start(one.name)) for one in entered}
        print_cost(source, rows, used)
        for name, reason in skipped.items():
            print(f"\nskipped {name}: {reason}")
        print()
        ours = [name for name in (CURATE, ENGINE) if name in used]
        print_ratios(used, starts, ours, [name for name in PEERS if name in used])
        print()
        for name in ours:
            print_stages(name, commands[name], median_cpu(used[name]), median_cpu(used["floor"]))
            print()
        print_removals(source, entered, work)


if __name__ == "__main__":
    main()
