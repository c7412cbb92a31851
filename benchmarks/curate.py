"""How fast ``check`` and ``curate`` (without near-duplicates) are, beside the least that any reader costs.

``python -m benchmarks.curate [FILES...]`` prints, for each file (or for two synthetic ones), millions of bytes a CPU
second of: ``thresher check``; a bare loop of ``orjson.loads`` over the lines, which finds nothing and keeps nothing;
``thresher curate``; and Polars' reader and writer of JSON Lines, which reorders and rewrites what it reads.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.corpora.synthetic import write_corpus
from benchmarks.measuring.measure import THRESHER, median_cpu, print_table, ratio, run_in_turn

STEPS = ("normalise", "empty", "truncated", "repetition", "exact_duplicates")
BARE = "import orjson, sys\nfor line in open(sys.argv[1], 'rb'): orjson.loads(line)"
POLARS = "import polars, sys\npolars.read_ndjson(sys.argv[1], infer_schema_length=1000).write_ndjson(sys.argv[2])"
CHECK, LOOP, CURATE, PEER = "thresher check", "bare orjson loop", "thresher curate", "polars read + write"


def commands(data: Path, work: Path) -> dict[str, list[str]]:
    """Return the commands that are compared on a file."""
    config = work / f"{data.stem}.toml"
    steps = "".join(f'[[steps]]\nuse = "{step}"\n' for step in STEPS)
    config.write_text(f"[input]\nfiles = ['{data.resolve()}']\n{steps}")
    curate = ["curate", str(config), "--out", str(work / "out"), "--no-report", "--quiet"]
    return {
        CHECK: [*THRESHER, "check", str(data)],
        LOOP: [sys.executable, "-c", BARE, str(data)],
        CURATE: [*THRESHER, *curate],
        PEER: [sys.executable, "-c", POLARS, str(data), str(work / "polars.jsonl")],
    }


def compare(data: Path, work: Path, times: int) -> list[list[str]]:
    """Return the rows of the table for a file."""
    megabytes = data.stat().st_size / 1e6
    used = run_in_turn(commands(data, work), times)
    beside = {CHECK: LOOP, CURATE: PEER}
    return [
        [
            data.name,
            name,
            f"{median_cpu(runs):.2f}",
            f"{megabytes / median_cpu(runs):.1f}",
            f"{ratio(runs, used[beside[name]]):.2f} x {beside[name]}" if name in beside else "",
        ]
        for name, runs in used.items()
    ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.curate", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, help="JSON Lines; two synthetic corpora if absent")
    parser.add_argument("--megabytes", type=float, default=60, help="size of each synthetic corpus (60)")
    parser.add_argument("--times", type=int, default=5, help="runs of each command (5)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="thresher-benchmark-") as folder:
        work = Path(folder)
        files = arguments.files or [
            write_corpus(work / f"{kind}.jsonl", kind, arguments.megabytes) for kind in ("chats", "texts")
        ]
        row = work / "one row.jsonl"
        row.write_text('{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]}\n')
        start = run_in_turn(commands(row, work), arguments.times)
        rows = [["one row (start-up)", name, f"{median_cpu(runs):.2f}", "", ""] for name, runs in start.items()]
        for file in files:
            rows += compare(file, work, arguments.times)
    print_table(("file", "command", "CPU s", "MB / CPU s", "speed"), rows)


if __name__ == "__main__":
    main()
