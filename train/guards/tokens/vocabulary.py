"""Tokens that the model has no embedding for: an index error on a CPU, silence or a crash on a GPU."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from train.guards.finding import Examined, Finding

HINT = "take the tokenizer that belongs to the model; added tokens need an embedding of their own"


def beyond_vocabulary(examined: Examined) -> Iterator[Finding]:
    """Yield an error for each row with a token beyond the embedding."""
    known, examples = examined.facts.vocabulary, examined.examples
    if known is None:
        return
    beyond = np.flatnonzero(examples.tokens >= known)
    rows = np.searchsorted(examples.starts, beyond, side="right") - 1
    for at in np.unique(rows):
        highest = examples.row(at)[0].max()
        message = f"token {highest:,} is beyond the model's embedding of {known:,}"
        yield Finding("vocabulary_mismatch", "error", message, HINT, examples.places[at])


def vocabulary(examined: Examined) -> Iterator[Finding]:
    """Yield an error for each row with a token beyond the embedding; a warning where the tokenizer only could."""
    found = list(beyond_vocabulary(examined))
    yield from found
    known, size = examined.facts.vocabulary, len(examined.encoder.tokenizer)
    if known is not None and not found and size > known:
        message = f"the tokenizer knows {size:,} tokens, the model's embedding {known:,}"
        yield Finding("vocabulary_mismatch", "warning", message, HINT)
