"""The rows that others are matched with: where each lies, in this run or in an earlier one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from curate.core.record.block import EARLIER
from curate.core.record.tables import Engine
from curate.curation.earlier.beside import Beside
from curate.index.runs import relative


class Matched:
    """Rows (row, id, source, line); the sources of earlier runs are counted after this run's own.

    ``here`` is the folder from which the folders of earlier runs are named.
    """

    def __init__(self, found: pl.Series, engine: Engine, sources: Sequence[str], beside: Beside, here: Path) -> None:
        own, old = found.filter(found < EARLIER), found.filter(found >= EARLIER)
        self.rows = engine.fetch(own, ["row", "id", "source", "line"])
        self.names = [*sources, *beside.names]
        self._own, self._beside = len(sources), beside
        named = {folder: relative(folder, here) for folder in set(beside.folders)}
        self._runs = [named[folder] for folder in beside.folders]
        if len(old):
            places = beside.places(old).with_columns(pl.col("source") + pl.lit(self._own, dtype=pl.UInt32))
            self.rows = pl.concat([self.rows, places.cast(self.rows.schema)])
        self._places = {row: (id_, source, line) for row, id_, source, line in self.rows.iter_rows()}

    def told(self, row: int) -> dict[str, Any]:
        """Return id, source and line of a row, and of an earlier one the folder of its run."""
        id_, source, line = self._places[row]
        place = {"id": id_, "source": self.names[source], "line": line}
        if source >= self._own:
            place["run"] = self._runs[source - self._own]
        return place

    def texts(self, rows: Sequence[int], engine: Engine) -> dict[int, bytes | None]:
        """Return the lines of a few rows, as far as they can be read."""
        own = pl.Series([row for row in rows if row < EARLIER], dtype=pl.UInt64)
        found: dict[int, bytes | None] = dict(engine.fetch(own, ["row", "raw"]).iter_rows())
        old = pl.Series([row for row in rows if row >= EARLIER], dtype=pl.UInt64)
        return found | self._beside.texts(old)
