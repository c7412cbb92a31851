"""The files of a run's folder, held against the hashes that its manifest lists, whichever of them a page shows."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from curate.core.run.errors import InputError
from curate.core.write.manifest import MANIFEST
from reports.curation.files import Seen

LEDGER = "ledger.parquet"
LARGEST = 64 << 20  # bytes of a file of rows that is read; of a larger one, and of an index, the size is compared


def missing_of(folder: Path, outputs: Sequence[Seen], again: str) -> tuple[str, ...]:
    """Return the names of outputs that are not there, or not to be read: a folder may be shared without its rows.

    Raises:
        InputError: one that is there is not what the manifest lists.
    """
    missing, changed = [], []
    for output in outputs:
        path = folder / output.path
        if path.parent != folder:
            continue
        try:
            same = path.stat().st_size == output.bytes and (not _is_read(output) or _sha256(path) == output.sha256)
        except OSError:
            missing.append(output.path)
            continue
        if not same:
            changed.append(output.path)
    if changed:
        others = [f"{folder / name} was changed too" for name in changed[1:]]
        gone = [f"{folder / name} is missing" for name in missing]
        problem = f"{folder / changed[0]} is not the file that {MANIFEST} lists: it was changed"
        raise InputError(problem, *others, *gone, hint=again)
    return tuple(missing)


def _is_read(output: Seen) -> bool:
    rows = not output.path.endswith(".parquet") and output.bytes <= LARGEST
    return rows or output.path == LEDGER


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
