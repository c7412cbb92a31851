"""What rows ask, as keys: equal where the same is asked, but for case, white space and marks."""

from __future__ import annotations

import re

import numpy as np
import polars as pl

from curate.core.record.turns import Turns
from curate.core.record.views import ANSWERING, prompt
from curate.dedupe.seen import seen
from curate.steps.normalise import Normalise

_MARKS = re.compile(r"(?:(?<!\d)!|[.,?;:…。，！？；：、])+(?=\s|$)")  # at the end of words; "5!" is another number


def prompt_keys(rows: pl.DataFrame, normalise: Normalise) -> pl.Series:
    """Return a key of what the last answer of each row answers; empty where that is nothing."""
    keys = rows.select(prompt=prompt()).select(normalise.key(pl.col("prompt"))).to_series().fill_null("")
    shown = [f"\x1f{number}" if number else "" for number in seen(rows).tolist()]  # other pictures: another question
    told = (f"{_MARKS.sub('', key)}{of}" for key, of in zip(keys.to_list(), shown, strict=True))
    return pl.Series(told, dtype=pl.String)


def up_to_earlier_answers(rows: pl.DataFrame) -> pl.DataFrame:
    """Return each row once for every answer but its last, cut behind that answer: what it answers is asked too."""
    turns = Turns(rows["messages"])
    answers = np.flatnonzero(turns.has_role(ANSWERING))
    owner = turns.owner[answers]
    earlier = np.flatnonzero(owner[1:] == owner[:-1])
    ends = answers[earlier] - np.searchsorted(turns.owner, owner[earlier]) + 1
    ends_at = pl.lit(pl.Series(ends, dtype=pl.UInt32))
    cut = rows[owner[earlier]].with_columns(messages=pl.col("messages").list.head(ends_at))
    shows = pl.col("messages").list.eval(pl.element().struct.field("parts").is_not_null()).list.any()
    return cut.with_columns(shown=pl.when(shows).then("shown"))  # a picture that comes later is not asked about yet
