"""Rows longer than the limit: what is cut is the end of the answer, and with it the end of turn."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from train.guards.finding import Examined, Finding


def truncated(examined: Examined) -> Iterator[Finding]:
    """Yield a warning for each row that was cut, with how much of its answers went."""
    examples = examined.examples
    longest = int((examples.lengths + examples.cut).max(initial=0))
    hint = f"raise max_tokens ({longest:,} cuts none), or leave such rows out: they teach not to end"
    kept = np.concatenate([[0], np.cumsum(examples.trained)])
    trained = np.diff(kept[examples.starts])
    for at in np.flatnonzero(examples.cut):
        cut, lost = int(examples.cut[at]), int(examples.cut_trained[at])
        wanted = lost + int(trained[at])
        share = f"{lost:,} of {wanted:,} trained tokens ({lost / wanted:.0%})" if wanted else "nothing trained"
        message = f"{cut:,} of {cut + int(examples.lengths[at]):,} tokens are cut: {share}"
        yield Finding("truncated", "warning", message, hint, examples.places[at])
