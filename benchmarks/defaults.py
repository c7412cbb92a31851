"""What the default preset does to data that is meant to be good: good rows must stay, and no text may change.

``python -m benchmarks.defaults FOLDER`` curates each JSON Lines file of a folder by itself, without a split, and prints
the rows, those dropped as duplicates, those that cannot be used as they are, those dropped for any other reason (at
most 0.5% of a clean set), what the heuristics warn of, and whether every line that was written is a line that came in.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Mapping
from pathlib import Path

from benchmarks.measuring.measure import print_table
from curate.core.run.errors import ThresherError
from curate.core.run.settings import validate
from curate.curation.config import CurateConfig, make_steps
from curate.curation.plan import reason_owners
from curate.curation.run import Options, run_curation

MOST = 0.005  # share of a clean set that may go for other reasons
DUPLICATES = ("exact_duplicates", "near_duplicates")
UNUSABLE = ("read", "check")


def measure(data: Path, out: Path) -> list[str] | None:
    """Return the row of the table for a file; None where its rows fit no layout."""
    config = validate(CurateConfig, {"input": {"files": [data.name]}, "limits": {"min_kept": 0}}, data.name)
    counts = run_curation(config, data.parent, out, Options(quiet=True)).manifest["counts"]
    reasons: Mapping[str, int] = counts["by_reason"]
    if "unknown_layout" in reasons or counts["in"] == 0:
        return None
    owners = reason_owners(make_steps(config))
    dropped = dict.fromkeys(("read", "check", *DUPLICATES), 0)
    others = {reason: count for reason, count in reasons.items() if owners[reason] not in dropped}
    for reason, count in reasons.items():
        if owners[reason] in dropped:
            dropped[owners[reason]] += count
    came = set(data.read_bytes().split(b"\n"))
    changed = sum(line not in came for line in (out / "train.jsonl").read_bytes().splitlines())
    share = sum(others.values()) / counts["in"]
    return [
        data.name.removesuffix(".jsonl"),
        f"{counts['in']:,}",
        str(dropped["exact_duplicates"]),
        str(dropped["near_duplicates"]),
        str(dropped["read"] + dropped["check"]),
        f"{share:.2%}{' (over)' if share > MOST else ''} {_listed(others)}".strip(),
        str(changed),
        _listed(counts["by_warning"]),
    ]


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{word} {count}" for word, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.defaults", description=__doc__)
    parser.add_argument("folder", type=Path, help="a folder of JSON Lines files")
    arguments = parser.parse_args()
    rows, passed_over = [], []
    for data in sorted(arguments.folder.glob("*.jsonl")):
        with tempfile.TemporaryDirectory(prefix="thresher-benchmark-") as folder:
            try:
                row = measure(data, Path(folder) / "out")
            except ThresherError as error:
                raise SystemExit(f"{data}: {error}") from error
        if row is None:
            passed_over.append(data.stem)
        else:
            rows.append(row)
    columns = ("set", "rows", "exact", "near", "unusable", "other reasons", "texts changed", "warned of")
    print_table(columns, rows)
    print(f"\nno layout, so not curated: {', '.join(passed_over) or 'none'}")


if __name__ == "__main__":
    main()
