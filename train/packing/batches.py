"""The batches of an epoch: which examples stand together, drawn from seed and epoch alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from train.packing.packs import first_fit_decreasing

Plan = Literal["packed", "grouped", "random"]
GROUP = 4096  # examples sorted by length at a time: alike enough to save padding, few enough that epochs differ


def epoch_batches(
    lengths: NDArray[np.int64],
    *,
    plan: Plan,
    rows: int | None,
    tokens: int | None,
    max_tokens: int,
    seed: int,
    epoch: int,
) -> list[list[list[int]]]:
    """Return batches of sequences of example indices; every example that has a token stands in one, once.

    ``packed``: a sequence is a pack of at most ``max_tokens``, and of at most ``tokens`` unless an example is longer:
    then packs are as long as that one, which takes the memory anyway. ``grouped``: a sequence is one example, those of
    a batch are of about one length. ``random``: as the draw has it. A batch is full at ``rows`` sequences, or before
    its padded size (sequences times the longest) would pass ``tokens``; a sequence longer than that stands alone.

    Raises:
        ValueError: neither rows nor tokens bound a batch, or an example is longer than ``max_tokens`` when packed.
    """
    if rows is None and tokens is None:
        raise ValueError("a batch is bounded by rows or by tokens")
    draw = np.random.default_rng([seed % 2**64, epoch])
    drawn = [int(at) for at in draw.permutation(len(lengths)) if lengths[at] > 0]
    sizes = lengths.tolist()
    if plan == "packed":
        longest = max((sizes[at] for at in drawn), default=0)
        limit = max_tokens if tokens is None else min(max_tokens, max(tokens, longest))
        packs = first_fit_decreasing(sizes, drawn, limit)
        sequences = [packs[at] for at in draw.permutation(len(packs))]
    elif plan == "grouped":
        sequences = [[at] for at in _by_length(drawn, sizes)]
    else:
        sequences = [[at] for at in drawn]
    totals = [sum(sizes[at] for at in sequence) for sequence in sequences]
    batches = list(_cut(sequences, totals, rows, tokens))
    return [batches[at] for at in draw.permutation(len(batches))] if plan == "grouped" else batches


def _by_length(drawn: Sequence[int], sizes: Sequence[int]) -> list[int]:
    """Return the examples sorted by length, a group of the draw at a time."""
    return [
        at
        for start in range(0, len(drawn), GROUP)
        for at in sorted(drawn[start : start + GROUP], key=lambda at: -sizes[at])
    ]


def _cut(
    sequences: Sequence[list[int]], totals: Sequence[int], rows: int | None, tokens: int | None
) -> Iterator[list[list[int]]]:
    batch: list[list[int]] = []
    longest = 0
    for sequence, total in zip(sequences, totals, strict=True):
        longest = max(longest, total)
        full = rows is not None and len(batch) == rows
        if batch and (full or (tokens is not None and (len(batch) + 1) * longest > tokens)):
            yield batch
            batch, longest = [], total
        batch.append(sequence)
    if batch:
        yield batch
