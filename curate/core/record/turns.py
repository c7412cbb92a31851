"""All turns of a block in one row of columns: what views work on, for a list at a time costs ten times as much."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

TURN_BREAK = "\n\n"
Mask = npt.NDArray[np.bool_]


class Turns:
    """The turns of consecutive records, one after another: ``flat`` has a row for each, ``owner`` says whose it is.

    Masks are NumPy's: each question to Polars costs a tenth of a millisecond, however few rows it is about.
    """

    def __init__(self, messages: pl.Series) -> None:
        self.flat = messages.explode(empty_as_null=False, keep_nulls=False).struct.unnest()
        counts = messages.list.len()
        self.records = len(messages)
        self.owner = np.repeat(
            np.arange(self.records, dtype=np.int64),
            (counts.fill_null(0) if counts.null_count() else counts).to_numpy(),
        )

    def has_role(self, *roles: str) -> Mask:
        """Say which turns are spoken in one of the roles."""
        found = self.flat["role"]
        found = found.fill_null("") if found.null_count() else found
        spoken: Mask = np.logical_or.reduce([(found == role).to_numpy() for role in roles])
        return spoken

    def has_no_role_of(self, *roles: str) -> Mask:
        """Say which turns are spoken in another role than these."""
        return ~self.has_role("", *roles)

    def last(self, where: Mask) -> pl.Series:
        """Return the place of each record's last turn ``where``; null where it has none."""
        places = np.flatnonzero(where)
        found = np.full(self.records, -1, dtype=np.int64)
        found[self.owner[places]] = places  # of several the last is assigned last
        series = pl.Series(found)
        return series.set(series < 0, None) if (found < 0).any() else series

    def joined(self, texts: pl.Series, where: Mask) -> pl.Series:
        """Return each record's texts ``where``, joined by a blank line, nulls left out; null where it has no such turn.

        A text that stands alone is not copied.
        """
        places = np.flatnonzero(where)
        owner = self.owner[places]
        if len(places) == self.records and np.array_equal(owner, np.arange(self.records)):  # each has one
            return (texts if len(places) == len(texts) else texts.gather(places)).fill_null("")
        counts = np.bincount(owner, minlength=self.records)
        source = np.full(self.records, -1, dtype=np.int64)
        source[owner] = places
        several = counts > 1
        if several.any():
            here = several[owner]
            rows = pl.DataFrame({"owner": pl.Series(owner[here]).set_sorted(), "text": texts.gather(places[here])})
            joint = rows.group_by("owner", maintain_order=True).agg("text")
            source[np.flatnonzero(several)] = len(texts) + np.arange(len(joint))
            texts = pl.concat([texts, joint["text"].list.join(TURN_BREAK, ignore_nulls=True)])
        spoken = pl.Series(source)
        found = texts.gather(spoken.set(spoken < 0, None) if (source < 0).any() else spoken)
        if found.null_count() > int((source < 0).sum()):  # a turn without a text: an empty one, not none
            found = found.fill_null("").set(pl.Series(source < 0), None)
        return found
