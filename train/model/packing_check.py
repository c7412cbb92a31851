"""Whether a model keeps the rows of a pack apart: looked at before the first step, since a leak shows nowhere else."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import torch

from train.examples import Examples
from train.model.place import Place

ROWS, TOKENS = 3, 256  # looked at
_APART = {"float32": 1e-3, "bfloat16": 5e-2}  # of the largest logit; rounding, where the shapes differ
_MOVED = 1e-4  # the same shapes: a row that does not see its neighbour gives the very same numbers


class PackingCheck(NamedTuple):
    """What three rows say, each alone and in one pack."""

    apart: float  # largest difference of a logit, packed against alone, by the largest logit
    moved: float  # the same, of the later rows, when the first is exchanged for other tokens
    rows: int
    dtype: str

    @property
    def holds(self) -> bool:
        """Say whether rows may be packed."""
        return self.apart <= _APART[self.dtype] and self.moved <= _MOVED

    def as_json(self) -> dict[str, Any]:
        """Return the check for files."""
        return {"holds": self.holds, "rows": self.rows, "apart": self.apart, "moved": self.moved}


def check_packing(model: Any, examples: Examples, place: Place, *, four_bits: bool = False) -> PackingCheck | None:
    """Return how far apart packed rows are from single ones; None where there are no two rows to pack."""
    chosen = [
        examples.row(at)[0][:TOKENS] for at in np.argsort(examples.lengths, kind="stable") if examples.lengths[at] > 1
    ]
    rows = [torch.from_numpy(one.astype(np.int64)).to(place.device) for one in chosen[-ROWS:]]
    if len(rows) < 2:
        return None
    model.eval()
    with torch.no_grad(), place.reckoning():
        alone = torch.cat([_logits(model, [one]) for one in rows])
        packed = _logits(model, rows)
        other = _logits(model, [(rows[0] + 1) % int(rows[0].max() + 1), *rows[1:]])
    largest = float(alone.abs().max()) or 1.0
    first = len(rows[0])
    dtype = "bfloat16" if place.dtype == "bfloat16" or place.autocast or four_bits else "float32"
    return PackingCheck(
        float((packed - alone).abs().max()) / largest,
        float((packed[first:] - other[first:]).abs().max()) / largest,
        len(rows),
        dtype,
    )


def _logits(model: Any, rows: list[Any]) -> Any:
    """Return the logits of rows in one pack, (all tokens, vocabulary)."""
    ids = torch.cat(rows)[None]
    positions = torch.cat([torch.arange(len(one), device=one.device) for one in rows])[None]
    return model(input_ids=ids, position_ids=positions, use_cache=False).logits[0].float()
