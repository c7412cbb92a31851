"""Sets whose duplicates people have named: what a tool should remove, and how much of what it removed is right."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.corpora.planted import text_of

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Labelled:
    """Texts, how many of them should go, and how many of those that did not stay went rightly."""

    name: str
    texts: list[str]
    should: int
    right: Callable[[Mask], int]  # of the rows that were kept


@dataclass(frozen=True)
class Agreement:
    """How far a tool's removals are those that people made."""

    removed: int
    right: int
    should: int

    @property
    def precision(self) -> float:
        """Return the share of the removals that are right; 1 where nothing was removed."""
        return self.right / self.removed if self.removed else 1.0

    @property
    def recall(self) -> float:
        """Return the share of what should go that went."""
        return self.right / self.should if self.should else 1.0

    @property
    def f1(self) -> float:
        """Return the harmonic mean of both."""
        return 2 * self.right / (self.removed + self.should) if self.removed + self.should else 1.0


def agreement(labelled: Labelled, kept: Mask) -> Agreement:
    """Return how far the rows that went are those that should."""
    return Agreement(int(np.count_nonzero(~kept)), labelled.right(kept), labelled.should)


def from_pairs(file: Path) -> Labelled:
    """Return the distinct texts of ``{"a": text, "b": text, "same": 0 or 1}`` rows: one of each group should stay.

    A group is what ``same`` joins. A removal is right where a row of its group stays.
    """
    place: dict[str, int] = {}
    root: list[int] = []

    def find(text: str) -> int:
        at = place.setdefault(text, len(place))
        if at == len(root):
            root.append(at)
        while root[at] != at:
            at = root[at]
        return at

    for row in _rows(file):
        one, other = find(row["a"]), find(row["b"])
        if row["same"]:
            root[max(one, other)] = min(one, other)
    groups = np.array([find(text) for text in place])

    def right(kept: Mask) -> int:
        return int(np.count_nonzero(~kept & np.isin(groups, groups[kept])))

    return Labelled(file.stem, list(place), len(groups) - len(np.unique(groups)), right)


def from_marks(file: Path, fields: Sequence[str], gone: str, group: str) -> Labelled:
    """Return rows that carry a human verdict; the text is the named fields, a line each.

    ``gone`` (as ``field=value``) says which rows people removed. Rows whose ``group`` field has the same words are a
    group: of each, as many removals are right as people removed, whichever of its rows stays.
    """
    rows = _rows(file)
    went = np.array([_has(row, gone) for row in rows])
    words = ["".join(re.findall(r"\w+", str(row.get(group)).lower())) for row in rows]
    groups = np.unique(words, return_inverse=True)[1]
    most = np.bincount(groups, weights=went)
    texts = ["\n".join(str(row.get(field) or "") for field in fields) for row in rows]

    def right(kept: Mask) -> int:
        return int(np.minimum(most, np.bincount(groups, weights=~kept)).sum())

    return Labelled(file.stem, texts, int(most.sum()), right)


def from_levels(base: Path, level: Path) -> Labelled:
    """Return the rows of ``base``; those that ``level``, the same set deduplicated by others, lacks should go."""
    texts = [text_of(row) for row in _rows(base)]
    stays = {text_of(row) for row in _rows(level)}
    gone = np.array([text not in stays for text in texts])
    name = f"{base.stem} as {level.stem}"
    return Labelled(name, texts, int(np.count_nonzero(gone)), lambda kept: int(np.count_nonzero(~kept & gone)))


def _rows(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").split("\n") if line.strip()]


def _has(row: dict[str, Any], asked: str) -> bool:
    field, _, value = asked.partition("=")
    return str(row.get(field)) == value
