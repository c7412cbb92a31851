"""The engine by its Python function, as a command for the benchmarks: ``SOURCE OUT THRESHOLD``."""

from __future__ import annotations

import sys

import thresher


def main() -> None:
    source, out, threshold = sys.argv[1:4]
    thresher.deduplicate(source, out, threshold=float(threshold))


if __name__ == "__main__":
    main()
