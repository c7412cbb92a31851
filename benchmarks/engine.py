"""The engine by its Python function, as a command for the benchmarks: ``SOURCE OUT THRESHOLD``."""

from __future__ import annotations

import sys
from pathlib import Path

import thresher


def main() -> None:
    source, out, threshold = sys.argv[1:4]
    deduplicate = getattr(thresher, "deduplicate", None)
    if deduplicate is None:
        raise SystemExit("this version of thresher has no function deduplicate")
    deduplicate(Path(source), Path(out), threshold=float(threshold))


if __name__ == "__main__":
    main()
