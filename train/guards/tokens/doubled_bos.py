"""A doubled beginning-of-text: the template writes one, and the data or the tokenizer another."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from train.guards.finding import Examined, Finding


def doubled_bos(examined: Examined) -> Iterator[Finding]:
    """Yield an error for each row whose first two tokens both begin a text."""
    examples, tokenizer = examined.examples, examined.encoder.tokenizer
    bos = tokenizer.bos_token_id
    if bos is None:
        return
    long = np.flatnonzero(examples.lengths > 1)
    first = examples.starts[long]
    hint = f"take {tokenizer.bos_token} out of the row's text or out of the template; served chats begin with one"
    for at in long[(examples.tokens[first] == bos) & (examples.tokens[first + 1] == bos)]:
        yield Finding("doubled_bos", "error", f"it begins with {tokenizer.bos_token} twice", hint, examples.places[at])
