"""Clusters of a curation run: which of its rows belong together."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from curate.core.run.errors import InputError

LEDGER = "ledger.parquet"


def read_clusters(path: Path) -> dict[str, str | None]:
    """Return the cluster (None: it has none) of each id of a ledger, or of the folder of a curation run.

    Raises:
        InputError: there is no ledger.
    """
    file = path / LEDGER if path.is_dir() else path
    try:
        rows = pl.read_parquet(file, glob=False, columns=["id", "cluster"])
    except (OSError, pl.exceptions.PolarsError) as error:
        raise InputError(f"{file} is no ledger: {error}", hint="name the folder of a curation run") from error
    return dict(rows.cast(pl.String).iter_rows())
