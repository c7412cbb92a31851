"""How lines of a finished run are read: rows of several layouts, and under other names, may stand in one file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from curate.core.read.layouts import LAYOUTS, Layout, layout_of, renamed
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


class Shapes:
    """Tells the shape of each line of a run's splits, from the layout that it wrote and those of its sources.

    ``named`` are the names of fields, ours to theirs, that the run was told of.
    """

    def __init__(self, target: str | None, named: Iterable[Mapping[str, str]], layouts: Mapping[str, str]) -> None:
        # what was converted has our names; a file's own names come before ours, which may mean something else there
        self._names: list[Mapping[str, str]] = [{}] if target else [*named, {}]
        self._target = target
        self._layouts = layouts

    def of(self, record: dict[str, Any], source: str) -> tuple[Shape, dict[str, Any]]:
        """Return the shape of a record that came from a source, and the record under our names.

        Raises:
            InputError: it has no shape that the run could have read.
        """
        told = self._target or self._layouts.get(source, "")
        for fields in self._names:
            ours = renamed(record, fields)
            layout: Layout | None = LAYOUTS.get(told) or layout_of(ours)
            if layout is not None and layout.fits(ours):
                return Shape(layout.name, fields), ours
        raise InputError(f"a row of {source} has no layout that the run read", hint="run thresher curate again")
