"""A table of items as its caller describes it: columns, what a row opens to, and which rows matter most."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import polars as pl

Kind = Literal["text", "number", "choice", "flag"]


@dataclass(frozen=True)
class Column:
    """A column of the frame: ``text`` strings, ``number`` numbers, ``choice`` one of few strings, ``flag`` booleans.

    A choice may have a list of words in a row, which then counts under each of them.
    Columns of one ``family``, ``("flip", "metric")``, share one filter: which flip, and of which metric; a column's
    ``label`` is then what tells it from its sisters.
    """

    name: str
    kind: Kind
    label: str
    unit: str = ""
    filter: bool = False
    hidden: bool = False  # told where the row opens, not in the row
    order: tuple[str, ...] = ()  # of a choice: these first, the others by name
    family: tuple[str, str] | None = None


@dataclass(frozen=True)
class Detail:
    """A text that a row opens to.

    What has ``beside`` stands side by side with the others that have it; what names another column as ``against``
    is marked where it differs from that column's text: value by value where both are JSON, else word by word.
    """

    name: str
    label: str
    beside: bool = False
    against: str | None = None


@dataclass(frozen=True)
class Table:
    """Rows in the order in which they are first shown; ``id`` is the table's, its rows are named by ``key``.

    Where not every row's texts have room, rows whose flag ``first`` is true have theirs, then a sample over all
    combinations of the ``strata``. What rows are called in sentences is ``noun``.
    """

    id: str
    caption: str
    columns: tuple[Column, ...]
    frame: pl.DataFrame
    details: tuple[Detail, ...] = ()
    key: str = "id"
    first: str | None = None
    strata: tuple[str, ...] = field(default=())
    noun: tuple[str, str] = ("item", "items")
    firsts: str = "flips"  # what rows of ``first`` are called
    about: str = ""  # what stands above the table
    whole: int = 0  # rows that it was taken from, where these are more than it has

    def first_rows(self, number: int) -> list[dict[str, Any]]:
        """Return the first rows for a page whose script does not run."""
        shown = [column.name for column in self.columns if not column.hidden]
        return self.frame.head(number).select(list(dict.fromkeys(shown))).to_dicts()
