"""Which source of a run a user means who names it as it was given, by less of its path, or by more."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

_CHECKED = re.compile(r"(.+?)(?::[0-9]+){1,2} \(row ([0-9]+)\)", re.DOTALL)


def place_of_row(wanted: str) -> tuple[str, int] | None:
    """Return file and number of ``FILE:LINE``, or of a place as a check prints it: ``FILE:LINE:COLUMN (row 2)``."""
    if checked := _CHECKED.fullmatch(wanted):
        return checked.group(1), int(checked.group(2))
    name, colon, number = wanted.rpartition(":")
    return (name, int(number)) if colon and number.isdecimal() else None


def sources_called(name: str, sources: Sequence[str]) -> list[str]:
    """Return the sources that a name may mean; one alone where it is that source's own, or leads to one on disk.

    Names of sources are relative to a folder that is not known any more: of two that a longer path may mean, it is
    the one that leaves a folder in which both lie.
    """
    clean = name.removeprefix("./")
    if clean in sources:
        return [clean]
    whole = Path(clean).absolute().as_posix()
    longer = [source for source in sources if whole.endswith(f"/{source}")]
    placed = [source for source in longer if _all_lie_in(whole.removesuffix(source), longer)]
    if len(placed) == 1:
        return placed
    return [source for source in sources if source in longer or source.endswith(f"/{clean}")]


def _all_lie_in(folder: str, sources: Sequence[str]) -> bool:
    return all(Path(folder, source).is_file() for source in sources)
