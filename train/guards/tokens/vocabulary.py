"""Tokens that the model has no embedding for: an index error on a CPU, silence or a crash on a GPU."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from train.guards.finding import Examined, Finding


def vocabulary(examined: Examined) -> Iterator[Finding]:
    """Yield an error for each row with a token beyond the embedding; a warning where the tokenizer only could."""
    known, examples = examined.facts.vocabulary, examined.examples
    if known is None:
        return
    hint = "take the tokenizer that belongs to the model; added tokens need an embedding of their own"
    beyond = np.flatnonzero(examples.tokens >= known)
    rows = np.searchsorted(examples.starts, beyond, side="right") - 1
    for at in np.unique(rows):
        highest = examples.row(at)[0].max()
        message = f"token {highest:,} is beyond the model's embedding of {known:,}"
        yield Finding("vocabulary_mismatch", "error", message, hint, examples.places[at])
    size = len(examined.encoder.tokenizer)
    if not len(beyond) and size > known:
        message = f"the tokenizer knows {size:,} tokens, the model's embedding {known:,}"
        yield Finding("vocabulary_mismatch", "warning", message, hint)
