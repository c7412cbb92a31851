"""Answers whose end of turn is not trained: the model never learns to stop."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from train.guards.finding import Examined, Finding

LAST = 3  # tokens of an answer among which its end is looked for: a template may mark the line break after it too
HINT = (
    "put the end of turn inside {% generation %}, or give the template one that is a special token; "
    "a padding token equal to it must not be masked"
)


def missing_end_of_turn(examined: Examined) -> Iterator[Finding]:
    """Yield an error for each row with a trained answer that ends without a token that ends one; a cut answer aside."""
    examples, tokenizer = examined.examples, examined.encoder.tokenizer
    special = {at for at, token in tokenizer.added_tokens_decoder.items() if token.special}
    ends = sorted(examined.encoder.ends | special)
    trained = np.concatenate([[False], examples.trained, [False]])
    edges = np.zeros(len(trained) + 1, dtype=np.bool_)
    edges[examples.starts + 1] = True  # an answer ends with its row
    begins = np.flatnonzero(trained[1:] & (~trained[:-1] | edges[1:-1]))
    stops = np.flatnonzero(trained[:-1] & (~trained[1:] | edges[1:-1]))
    counts = np.concatenate([[0], np.cumsum(np.isin(examples.tokens, ends))])
    open_ended = counts[stops] == counts[np.maximum(begins, stops - LAST)]
    rows = np.searchsorted(examples.starts, begins, side="right") - 1
    cut = (examples.cut[rows] > 0) & (stops == examples.starts[rows + 1])
    for at in np.unique(rows[open_ended & ~cut]):
        message = "an answer's end of turn is not trained"
        yield Finding("missing_end_of_turn", "error", message, HINT, examples.places[at])
