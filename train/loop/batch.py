"""Sequences of examples as tensors: packs whose rows do not see each other, or rows filled to one length."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import torch

from train.examples import Examples


class Batch(NamedTuple):
    """What a model is given, and which of its predictions count.

    Of the logits only those at ``keep`` are asked for: the head is the widest layer of a small model, and most tokens
    of a chat are not trained. ``rows`` and ``places`` then name each trained token's logits, ``targets`` the token.
    """

    given: dict[str, Any]  # input_ids (rows, width) with position_ids where packed, else with attention_mask
    keep: Any  # (kept,) positions whose logits are wanted by some row
    rows: Any  # (trained,)
    places: Any  # (trained,) in keep
    targets: Any  # (trained,)
    tokens: int  # without what only fills


def in_one_row(model: Any) -> bool:
    """Say whether packs must stand in one row: transformers' flash attention looks for packs in a batch of one."""
    return "flash" in str(model.config._attn_implementation)  # of a package, or of a kernel from the hub


def make_batch(
    examples: Examples, sequences: Sequence[Sequence[int]], *, packed: bool, device: str, flat: bool = False
) -> Batch:
    """Return the tensors of a batch; ``flat``, its packs in one row.

    Positions of a packed row start again at each example. Transformers keep examples apart by that alone, and only
    where no attention mask is given and nothing is cached: either one, and every row sees its neighbours in silence.
    """
    if packed and flat:
        sequences = [list(chain.from_iterable(sequences))]
    width = max(sum(int(examples.lengths[at]) for at in sequence) for sequence in sequences)
    ids = np.zeros((len(sequences), width), np.int64)
    positions = np.zeros_like(ids)  # what fills is at position 0, a row of its own each
    mask = np.zeros_like(ids)
    counted = np.zeros(ids.shape, np.bool_)
    for row, sequence in enumerate(sequences):
        start = 0
        for at in sequence:
            tokens, trained = examples.row(at)
            end = start + len(tokens)
            ids[row, start:end] = tokens
            positions[row, start:end] = np.arange(len(tokens))
            counted[row, start + 1 : end] = trained[1:]  # nothing stands before the first token of a row
            start = end
        mask[row, :start] = 1
    rows, columns = np.nonzero(counted)
    keep, places = np.unique(columns - 1, return_inverse=True)

    def put(array: Any) -> Any:
        return torch.from_numpy(np.ascontiguousarray(array)).to(device)

    given = {"input_ids": put(ids), **({"position_ids": put(positions)} if packed else {"attention_mask": put(mask)})}
    return Batch(given, put(keep), put(rows), put(places), put(ids[rows, columns]), int(mask.sum()))


def trained_of(examples: Examples, sequences: Sequence[Sequence[int]]) -> int:
    """Return how many tokens of a batch count in the loss."""
    return sum(int(examples.row(at)[1][1:].sum()) for sequence in sequences for at in sequence)
