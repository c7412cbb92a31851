"""How much memory a curation takes beside its ``--memory-limit``.

``python -m benchmarks.memory [FILES...]`` curates each file (or a synthetic one of four times the limit) with the
default preset, near-duplicates and the split included, and prints the peak of resident memory.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from benchmarks.corpora.synthetic import write_corpus
from benchmarks.measuring.measure import THRESHER, print_table, run

BASE = 120  # millions of bytes that the libraries take before the first row


def measure(data: Path, limit: int, work: Path) -> list[str]:
    """Return the row of the table for a file; the limit is in millions of bytes."""
    flags = ["--memory-limit", f"{limit}MB", "--no-report", "--quiet", "--set", "limits.min_kept=0"]
    used = run([*THRESHER, "curate", str(data.resolve()), "--out", str(work / "out"), *flags])
    size, peak = data.stat().st_size / 1e6, used.peak / 1e6
    ratios = [f"{size / limit:.2f}", f"{peak:.0f}", f"{peak / limit:.2f}", f"{used.cpu:.0f}", f"{used.wall:.0f}"]
    return [data.name, f"{size:.0f}", str(limit), *ratios]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.memory", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, help="JSON Lines; a synthetic corpus if absent")
    parser.add_argument("--limit", type=int, default=256, help=f"the limit in MB (256; the libraries take {BASE})")
    parser.add_argument("--megabytes", type=float, help="size of the synthetic corpus (four times the limit)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="thresher-benchmark-") as folder:
        work = Path(folder)
        size = arguments.megabytes or 4 * arguments.limit
        files = arguments.files or [write_corpus(work / "texts.jsonl", "texts", size)]
        rows = [measure(file, arguments.limit, work) for file in files]
    columns = ("file", "MB", "limit MB", "file / limit", "peak MB", "peak / limit", "CPU s", "wall s")
    print_table(columns, rows)


if __name__ == "__main__":
    main()
