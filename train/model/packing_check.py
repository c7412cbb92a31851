"""Whether a model keeps the rows of a pack apart: looked at before the first step, since a leak shows nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from train.examples import Examples
from train.examples import Place as RowPlace
from train.loop.batch import in_one_row, make_batch
from train.model.place import Place

ROWS, TOKENS = 3, 128  # looked at
_APART = {"float32": 1e-3, "bfloat16": 5e-2}  # of the largest logit; rounding, where the shapes differ
_MOVED = 1e-4  # the same shapes: a row that does not see its neighbour gives the very same numbers


class PackingCheck(NamedTuple):
    """What three rows say, each alone and in two packs of a batch."""

    apart: float  # largest difference of a logit, packed against alone, by the largest logit
    moved: float  # the same, of the later rows, when the first is exchanged for other tokens
    rows: int
    dtype: str
    undefined: bool  # single rows too say what is no number: nothing can be held against them

    @property
    def holds(self) -> bool:
        """Say whether rows may be packed."""
        return self.apart <= _APART[self.dtype] and self.moved <= _MOVED

    def as_json(self) -> dict[str, Any]:
        """Return the check for files."""
        return {"holds": self.holds, "rows": self.rows, "apart": self.apart, "moved": self.moved}


def check_packing(model: Any, examples: Examples, place: Place, *, four_bits: bool = False) -> PackingCheck | None:
    """Return how far apart packed rows are from single ones; None where there are no two rows to pack.

    They stand in two packs of one batch, of which one is filled up: as the loop's own batches.
    """
    chosen = [
        examples.row(at)[0][:TOKENS] for at in np.argsort(examples.lengths, kind="stable") if examples.lengths[at] > 1
    ][-ROWS:]
    if len(chosen) < 2:
        return None
    order = list(range(len(chosen)))
    packs = [order, order[:0:-1]]  # the second without the first row, which is exchanged
    model.eval()
    with torch.no_grad(), place.reckoning():
        alone = torch.cat([_logits(model, chosen, [[at]], place) for pack in packs for at in pack])
        packed = _logits(model, chosen, packs, place)
        first = (chosen[0] + 1) % int(chosen[0].max() + 1)
        other = _logits(model, [first, *chosen[1:]], packs, place)
    largest = float(alone.abs().max()) or 1.0
    later = len(first) - 1
    dtype = "bfloat16" if place.dtype == "bfloat16" or place.autocast or four_bits else "float32"
    return PackingCheck(
        float((packed - alone).abs().max()) / largest,
        float((packed[later:] - other[later:]).abs().max()) / largest,
        len(chosen),
        dtype,
        bool(alone.isnan().any()),
    )


def _logits(model: Any, rows: Sequence[NDArray[np.int32]], packs: Sequence[Sequence[int]], place: Place) -> Any:
    """Return the logits of the rows of a batch of packs, but for each one's last token: (tokens, vocabulary)."""
    ends = np.cumsum([0, *map(len, rows)]).astype(np.int64)
    none = np.zeros(len(rows), np.int64)
    places = tuple(RowPlace("", at, "") for at in range(len(rows)))
    held = Examples(np.concatenate(rows), np.ones(int(ends[-1]), np.bool_), ends, none, none, places)
    batch = make_batch(held, packs, packed=True, device=place.device, flat=in_one_row(model))
    logits = model(**batch.given, use_cache=False).logits
    return logits[batch.rows, batch.keep[batch.places]].float()
