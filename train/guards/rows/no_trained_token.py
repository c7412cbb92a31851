"""Rows with no trained token: they cost time and teach nothing, and where all are so the loss is 0 or NaN."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from train.guards.finding import Examined, Finding


def no_trained_token(examined: Examined) -> Iterator[Finding]:
    """Yield an error for each row whose loss has no token. A row's first token predicts nothing and does not count."""
    examples, encoder = examined.examples, examined.encoder
    counts = np.concatenate([[0], np.cumsum(examples.trained)])
    first = np.minimum(examples.starts[:-1] + 1, examples.starts[1:])
    for at in np.flatnonzero(counts[examples.starts[1:]] == counts[first]).tolist():
        if at in examples.refused:
            continue
        turns = examined.rows[at].messages
        if examples.cut_trained[at]:
            message = f"all {examples.cut_trained[at]:,} tokens of its answers are cut at {encoder.max_tokens:,}"
            hint = "raise max_tokens, or leave the row out"
        elif turns and all(turn["role"] != "assistant" for turn in turns):
            message = "it has no assistant turn"
            hint = 'leave the row out: thresher curate drops such rows where [check] drop = ["no_assistant"]'
        elif any(turn.get("weight") == 0 for turn in turns):
            message = "every answer that would be trained has weight 0"
            hint = 'leave the row out: thresher curate drops such rows where [check] drop = ["nothing_trained"]'
        elif encoder.mask_source == "generation marks":
            message = "the template's generation marks enclose none of it"
            hint = (
                "put {% generation %} around every kind of assistant turn; without any marks the prefix rule finds them"
            )
        else:
            message, hint = "its answers are empty", "thresher curate drops such rows"
        yield Finding("no_trained_token", "error", message, hint, examples.places[at])
