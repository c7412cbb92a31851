"""An index opened: what it says of itself, and the segments of rows in it and in the parts beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from curate.core.run.canonical import SCHEMA_VERSION
from curate.core.run.errors import InputError
from curate.core.write.folder import sha256_of
from curate.index.parquet.pages import Pages
from curate.index.parquet.plain import METADATA, footer_of
from curate.index.part import Part
from curate.index.rows.segment import Segment
from curate.index.rows.whole import Whole
from curate.index.runs import KeptRun
from curate.index.scheme import EXACT
from curate.index.write import INDEX_VERSION

Held = Segment | Whole


@dataclass(frozen=True)
class Index:
    """An index on disk; ``folder`` is where the paths in it start from."""

    path: Path
    told: dict[str, Any]
    folder: Path

    @classmethod
    def open(cls, path: Path) -> Index:
        """Return the index of a file, whose parts are there and as large as it says.

        Raises:
            InputError: it cannot be read, is no index, of another version, or a part was moved or changed.
        """
        index = cls(path, _told(path), path.parent.resolve())
        if lacks := sorted(_NAMES - index.told.keys()):
            raise InputError(f"{path} is no index: what it says of itself lacks {', '.join(lacks)}", hint=_HINT)
        try:
            index.runs, index.parts, index.rows  # noqa: B018 - read now, where what is damaged can be told
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(f"{path} is damaged: what it says of its rows cannot be read", hint=_HINT) from error
        for part in index.parts:
            part.check(index.folder)
        return index

    @property
    def is_whole(self) -> bool:
        """Say whether an earlier version wrote it, as one table of the rows of all runs."""
        return bool(self.told["schema_version"] == SCHEMA_VERSION)

    @cached_property
    def runs(self) -> list[KeptRun]:
        """Return the runs whose rows it holds, in their order."""
        return [KeptRun.from_json(one, self.folder) for one in self.told["runs"]]

    @cached_property
    def parts(self) -> list[Part]:
        """Return the files with the rows of earlier runs, in their order."""
        return [Part.from_json(one) for one in self.told.get("parts", ())]

    @cached_property
    def rows(self) -> int:
        """Return how many rows stand in this file."""
        if self.is_whole:
            return int(pl.scan_parquet(self.path, glob=False).select(pl.len()).collect().item())
        return sum(one["rows"] for one in self.told["segments"])

    @cached_property
    def footer(self) -> str:
        """Return the hash of what the file says of itself."""
        return footer_of(self.path)

    @cached_property
    def sha256(self) -> tuple[str, int]:
        """Return the hash of the file, all of it, and its bytes."""
        return sha256_of(self.path)

    def own_runs(self) -> list[int]:
        """Return the numbers of the runs whose rows stand in this file, and in none of its parts."""
        return sorted(set(range(len(self.runs))) - {own for part in self.parts for _, own in part.runs})

    def held(self, counted: Sequence[int]) -> Iterator[Held]:
        """Yield the rows, those of parts first, of the runs whose numbers are ``counted``."""
        for part in self.parts:
            theirs = {their: own for their, own in part.runs if own in counted}
            if theirs:
                told = _told(self.folder / part.path)
                yield from _held(
                    self.folder / part.path, told, {their: self.runs[own] for their, own in theirs.items()}
                )
        own = {number: self.runs[number] for number in self.own_runs() if number in counted}
        yield from _held(self.path, self.told, own)


def _held(path: Path, told: dict[str, Any], runs: dict[int, KeptRun]) -> Iterator[Held]:
    """Yield the rows of a file, as far as they are of ``runs``, by their number there."""
    if not runs:
        return
    if told["schema_version"] == SCHEMA_VERSION:
        everything = [
            runs.get(number) or KeptRun.from_json(one, path.parent) for number, one in enumerate(told["runs"])
        ]
        yield Whole(path, everything, list(runs))
        return
    pages, is_exact = Pages(path, told["digests"]), bool(told["kind"] == EXACT)
    for one in told["segments"]:
        if one["run"] in runs:
            yield Segment(pages, one, runs[one["run"]], is_exact=is_exact, bands=told["bands"])


def _told(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise InputError(f"there is no run and no index {str(path)!r}", hint=_HINT)
    try:
        metadata = pl.read_parquet_metadata(path)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}", hint="check its permissions") from error
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:  # the latter of a damaged file
        raise InputError(f"{path} is no index: {error}", hint=_HINT) from error
    if METADATA not in metadata:
        raise InputError(f"{path} is no index: its metadata names no scheme", hint=_HINT)
    try:
        told: dict[str, Any] = orjson.loads(metadata[METADATA])
    except orjson.JSONDecodeError as error:
        raise InputError(f"{path} is no index: what it says of itself is no JSON: {error}", hint=_HINT) from error
    if told.get("schema_version") not in (SCHEMA_VERSION, INDEX_VERSION):
        version = told.get("schema_version")
        raise InputError(f"{path} has schema_version {version!r}; this version reads {INDEX_VERSION}", hint=_HINT)
    return told


_NAMES = frozenset({"kind", "scheme", "group_by", "runs"})  # of every version
_HINT = "thresher curate ... --out DIR --write-index writes one: DIR/index.parquet"
