"""The door: the console command's entry."""

from __future__ import annotations

import sys
from pathlib import Path

_HERE = str(Path(__file__).resolve().parent)
sys.path[:] = [_HERE, *(entry for entry in sys.path if entry != _HERE)]  # a user's train.py must not stand before ours


def main() -> None:
    """Run the command line and exit with its code."""
    from curate.core.command.door import run  # noqa: PLC0415 - after our folder is first on the path

    raise SystemExit(run())


if __name__ == "__main__":
    main()
