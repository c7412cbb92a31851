"""How each line of a finished run is read: in the layout, and under the names, of the source that it came from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from curate.core.read.layouts import LAYOUTS, renamed
from curate.core.run.errors import InputError


@dataclass(frozen=True)
class Shape:
    """A layout, and what its fields are called: ours to theirs."""

    layout: str
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, tuple[tuple[str, str], ...]]:
        """Return what shapes that are the same have in common."""
        return self.layout, tuple(sorted(self.fields.items()))

    def ours(self, record: dict[str, Any]) -> dict[str, Any]:
        """Return a record of this shape under our names.

        Raises:
            InputError: it has another shape.
        """
        named, layout = renamed(record, self.fields), LAYOUTS.get(self.layout)
        if layout is None or not layout.fits(named):
            raise InputError(f"a row of the run is not of the layout {self.layout!r}", hint="make the run again")
        return named


def written_as(layout: str, fields: Mapping[str, str], target: str | None) -> Shape:
    """Return the shape of the kept rows of a source, where all rows were written in the layout ``target``."""
    return Shape(target) if target is not None and layout != target else Shape(layout, dict(fields))


class Shapes:
    """Tells the shape of rows by their sources, as ``stats.json`` has those; ``target`` is the layout of the output.

    A source of an augmenting run that holds the rows of an earlier one has several: ``{"rows": 12, "layout":
    "alpaca", "fields": {}}`` is the shape of its next twelve lines.
    """

    def __init__(self, sources: Iterable[Mapping[str, Any]], target: str | None) -> None:
        self._of: dict[str, Shape | list[Shape]] = {}
        for one in sources:
            parts = one.get("shapes")
            written = written_as(one["layout"], one["fields"], target)
            self._of[one["source"]] = written if parts is None else list(_unpacked(parts))

    def of(self, source: str, line: int) -> Shape:
        """Return the shape of the row that came from a line of a source."""
        found = self._of[source]
        return found if isinstance(found, Shape) else found[line - 1]


def _unpacked(parts: Iterable[Mapping[str, Any]]) -> Iterator[Shape]:
    for part in parts:
        shape = Shape(part["layout"], part["fields"])
        yield from (shape for _ in range(part["rows"]))


def packed(shapes: Sequence[Shape]) -> list[dict[str, Any]]:
    """Return the shapes of consecutive lines as ``stats.json`` tells them."""
    alike = (list(group) for _, group in groupby(shapes, key=lambda shape: shape.key))
    return [{"rows": len(own), "layout": own[0].layout, "fields": dict(own[0].fields)} for own in alike]
