"""Rows made ready to be compared: their columns, and the links between those that share a band."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from curate.core.record.tables import Columns
from curate.dedupe.pairs import reference
from curate.dedupe.rule import PairRule
from curate.native import pairs
from curate.native.kernel import kernel
from curate.native.pairs import Rows

U8 = npt.NDArray[np.uint8]
U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]

TOGETHER = 16  # bands that are linked before their links are laid row by row: a line of memory
TURNED = 1 << 16  # rows at once
PART_KEYS = 1 << 22  # keys of a band that are linked in one round: 64 MB


def rows_of(keys: Columns, rule: PairRule, places: U32) -> Rows:
    """Return the rows at ``places`` of the columns, in that order."""
    asked, asked_starts = keys.lists("asked")
    answered, answered_starts = keys.lists("answered")
    last, last_starts = keys.lists("last")
    return Rows(
        at=places,
        sketches=keys.numbers("sketch"),
        asked=asked,
        asked_starts=asked_starts,
        answered=answered,
        answered_starts=answered_starts,
        files=(keys.file("asked"), keys.file("answered")),
        last=last,
        last_starts=last_starts,
        digests=keys.numbers("digest"),
        spaceless=keys.numbers("spaceless"),
        beside=keys.numbers("beside"),
        signs=keys.numbers("signs"),
        under=keys.numbers("under"),
        threshold=rule.threshold,
        least=rule.least,
        agreement=rule.agreement(rule.least),
        agreement_near=rule.agreement(rule.threshold),
    )


def comparer(rows: Rows) -> pairs.Pairs | reference.Pairs:
    """Return the verbs on rows: the kernel's, or plain Python where it was not built."""
    native = kernel()
    return reference.Pairs(rows) if native is None else pairs.Pairs(native, rows)


def linked_bands(keys: Columns, places: U32, prefix: str, *, use: U8 | None = None, first: bool = False) -> U32:
    """Return the links (ranks x bands): 1 + the rank of the last row before with the same key, or of the first; or 0.

    ``prefix`` names the bands' columns; rows whose ``use`` (one a place) is 0 have no link.
    """
    names = [name for name in keys.columns if name[0] == prefix and name[1:].isdigit()]
    links = keys.scratch(f"links_{prefix}", (len(places), len(names)))
    for start in range(0, len(names), TOGETHER):
        some = names[start : start + TOGETHER]
        band_wise = keys.scratch("links_by_band", (len(some), len(places)))
        for own, name in zip(band_wise, some, strict=True):
            _link(keys.numbers(name), places, use, own, first=first)
            keys.leave(name)
            keys.relax()
        for row in range(0, len(places), TURNED):
            links[row : row + TURNED, start : start + len(some)] = band_wise[:, row : row + TURNED].T
            keys.relax()
    return links


def _link(keys: U64, places: U32, use: U8 | None, links: U32, *, first: bool) -> None:
    native = kernel()
    if native is None:
        reference.link(keys, places, use, links, first=first)
    else:
        pairs.link(native, keys, places, use, links, first=first, parts=1 + len(places) // PART_KEYS)
