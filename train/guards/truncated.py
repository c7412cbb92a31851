"""Rows longer than the limit: what is cut is the end of the answer, and with it the end of turn."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from train.guards.finding import Examined, Finding


def truncated(examined: Examined) -> Iterator[Finding]:
    """Yield a warning for each row that was cut, with how much of its answers went."""
    examples = examined.examples
    kept = np.concatenate([[0], np.cumsum(examples.trained)])
    trained = np.diff(kept[examples.starts])
    for at in np.flatnonzero(examples.cut):
        cut, lost = int(examples.cut[at]), int(examples.cut_trained[at])
        wanted = lost + int(trained[at])
        share = f"{lost:,} of {wanted:,} trained tokens ({lost / wanted:.0%})" if wanted else "nothing trained"
        message = f"{cut:,} of {cut + int(examples.lengths[at]):,} tokens are cut: {share}"
        hint = f"raise max_tokens above {examined.encoder.max_tokens:,}, or leave the row out: it learns not to end"
        yield Finding("truncated", "warning", message, hint, examples.places[at])
