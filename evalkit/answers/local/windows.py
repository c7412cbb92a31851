"""Log-likelihoods of texts by a local model, exact from its logits; long texts by windows that slide."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from evalkit.answers.local.loaded import Loaded

_LOGITS_BYTES = 512 << 20  # of a batch, as 32-bit numbers


class Window(NamedTuple):
    """Tokens that the model sees at once; those from ``first`` on are scored, and in no other window."""

    owner: int
    ids: tuple[int, ...]
    first: int


def windows(owner: int, ids: Sequence[int], context: int, size: int, stride: int) -> Iterator[Window]:
    """Yield windows that score each token after the context once, and each but the first ones after ``size - stride``.

    ``context`` is at least 1: the first token of a text has nothing that it could follow.
    """
    scored = context
    end = min(len(ids), size) if context < size else min(len(ids), context + stride)
    while scored < len(ids):
        start = max(0, end - size)
        yield Window(owner, tuple(ids[start:end]), scored - start)
        scored, end = end, min(len(ids), end + stride)


def batches(rows: Sequence[Window], most_rows: int, vocabulary: int) -> Iterator[list[Window]]:
    """Yield windows of like length together, longest first, as many as their logits leave room for."""
    held: list[Window] = []
    for one in sorted(rows, key=lambda one: (-len(one.ids), one.owner)):
        width = max(len(other.ids) for other in (*held, one))
        if held and (len(held) == most_rows or (len(held) + 1) * width * vocabulary * 4 > _LOGITS_BYTES):
            yield held
            held = []
        held.append(one)
    if held:
        yield held


def scores(loaded: Loaded, batch: Sequence[Window]) -> list[float]:
    """Return the sum of the log-probabilities of each window's scored tokens."""
    torch = loaded.torch
    given = loaded.padded([list(one.ids) for one in batch])
    mask = given["attention_mask"]
    given["position_ids"] = (mask.cumsum(-1) - 1).clamp(min=0)
    scored = [len(one.ids) - one.first for one in batch]
    keep = max(scored) + 1
    with torch.inference_mode():
        out = loaded.model(**given, use_cache=False, **({"logits_to_keep": keep} if loaded.keeps_logits else {}))
        logits = out.logits[:, -keep:-1].float()
        wanted = given["input_ids"][:, -keep + 1 :]
        found = logits.gather(-1, wanted[..., None])[..., 0] - logits.logsumexp(-1)
    return [math.fsum(row[len(row) - count :]) for row, count in zip(found.tolist(), scored, strict=True)]
