"""Which rows ask the same question: what comes before one's last answer comes before some answer of the other.

It is what ``leaks`` drops for, told by the same hashes, so that no split holds what another one is asked. Rows whose
questions may be the same are few; they are found by a part of each question first, and looked at as a whole then.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from curate.core.record.tables import Engine
from curate.core.record.turns import Turns
from curate.core.record.views import ANSWERING, INSTRUCTING
from curate.dedupe.contexts import Hashed, Key, contexts, questions, quick_hashes, says_something
from curate.dedupe.signatures.shingles import mix64, mixed
from curate.dedupe.text import MIN_WORDS
from curate.native.arrow import lists
from curate.split.repeated import repeated

U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]

_SEED = 0x5911
_FEW_BYTES = 192  # of a text that answers nothing: a longer one is told by its words, where it has them
_WORDS = rf"^\W*(?:\w+\W+){{{MIN_WORDS - 1}}}\w"  # as many as are never compared as one
_ROWS_AT_ONCE = 1000  # that are fetched


class _Asked(NamedTuple):
    """Questions, in no order."""

    owner: I64  # the record of each
    place: I64  # where its last turn stands; -1 where it has none
    turns: I64  # how many it has
    last: npt.NDArray[np.bool_]  # whether the record asks it last


def question_hints(
    rows: pl.DataFrame, ends: Callable[[pl.Series], pl.Series], *, by_words: bool
) -> tuple[pl.Series, pl.Series]:
    """Return a hash of a part of each row's last question, null where there is none, and those of the ones before it.

    ``ends`` gives of texts what all have in common that make the same question. A text that answers nothing is its own
    question, unless it is compared ``by_words`` elsewhere and has enough of them, and so is a chat that nobody answers.
    """
    turns, seen = Turns(rows["messages"]), mixed(rows["media"])
    asked = _asked(turns, seen != 0, by_words=by_words)
    places = pl.Series(asked.place)
    texts = ends(turns.flat["text"].gather(places.set(places < 0, None)).fill_null(""))
    hints = texts.hash(_SEED).to_numpy() ^ mix64(asked.turns.astype(np.uint64)) ^ seen[asked.owner]
    last = pl.DataFrame({"owner": asked.owner[asked.last], "hint": hints[asked.last]})
    every = pl.DataFrame({"owner": np.arange(len(rows))})
    known = every.join(last, on="owner", how="left", maintain_order="left")["hint"]
    inner = np.flatnonzero(~asked.last)
    order = inner[np.argsort(asked.owner[inner], kind="stable")]
    starts = np.concatenate([[0], np.cumsum(np.bincount(asked.owner[inner], minlength=len(rows)))]).astype(np.int64)
    return known, lists(hints[order], starts)


def _asked(turns: Turns, seen: npt.NDArray[np.bool_], *, by_words: bool) -> _Asked:
    """Return where the questions of records end: before each of their answers, or with the record where none is.

    Pictures that are ``seen`` beside a record ask something, with no turn before the answer too.
    """
    owner, records = turns.owner, np.arange(turns.records)
    starts = np.searchsorted(owner, np.arange(turns.records + 1))
    spoken, answers = ~turns.has_role(*INSTRUCTING), turns.has_role(ANSWERING)
    count = np.concatenate([[0], np.cumsum(spoken)])  # of turns that are spoken, before each place and at the end
    latest = np.concatenate([[-1], np.maximum.accumulate(np.where(spoken, np.arange(len(owner)), -1))])
    at = np.flatnonzero(answers & ((latest[:-1] >= starts[owner]) | seen[owner]))
    answered = np.isin(records, owner[answers])
    says = latest[starts[1:]] >= starts[:-1]
    alone = np.flatnonzero(says & ~np.isin(records, owner[at]))
    if by_words:
        texts = turns.flat["text"].gather(latest[starts[1:]][alone])
        alone = alone[~answered[alone] | ~_has_words(texts)]
    end = np.concatenate([at, starts[1:][alone]])
    whose = np.concatenate([owner[at], alone])
    last = np.ones(len(at), dtype=bool)
    last[:-1] = owner[at[1:]] != owner[at[:-1]]
    return _Asked(
        owner=whose,
        place=np.where(latest[end] >= starts[whose], latest[end], -1),
        turns=count[end] - count[starts[whose]],
        last=np.concatenate([last, np.ones(len(alone), dtype=bool)]),
    )


def _has_words(texts: pl.Series) -> npt.NDArray[np.bool_]:
    """Say which texts are told by their words: long ones, of which one with as many words is never compared whole."""
    long = texts.str.len_bytes() > _FEW_BYTES
    return (long & texts.str.contains(_WORDS)).fill_null(value=False).to_numpy()


def same_questions(keys: pl.DataFrame, engine: Engine, key: Key) -> pl.DataFrame:
    """Return (a, b), row numbers: rows whose last question is any question of another, each with the first of them.

    ``keys`` has row and the hints, ``question`` and ``earlier``; ``key`` makes texts comparable.
    """
    parts = [pl.DataFrame(schema={"row": pl.UInt64, "key": pl.UInt64, "last": pl.Boolean})]
    suspects = _suspects(keys)
    for start in range(0, len(suspects), _ROWS_AT_ONCE):
        rows = engine.fetch(suspects[start : start + _ROWS_AT_ONCE], ["row", "messages", "media"])
        parts.append(questions_of(rows, key))
    asked = pl.concat(parts).unique()
    own = asked.group_by("key").agg(a=pl.col("row").min(), last=pl.col("last").any(), rows=pl.col("row").n_unique())
    shared = own.filter(pl.col("last") & (pl.col("rows") > 1))
    linked = asked.join(shared, on="key").select("a", b="row").filter(pl.col("a") != pl.col("b"))
    return linked.unique().sort("a", "b")


def _suspects(keys: pl.DataFrame) -> pl.Series:
    """Return the rows with a hint that is another one's too, and that of a last question."""
    last = keys.select("row", hint="question").drop_nulls()
    inner = keys.select("row", hint="earlier").explode("hint", empty_as_null=False, keep_nulls=False)
    both = pl.concat([last, inner])
    hints = both["hint"].to_numpy()
    some = repeated(hints)
    some = some[np.isin(hints[some], last["hint"].to_numpy())]
    return both["row"].gather(some).unique().sort()


def questions_of(rows: pl.DataFrame, key: Key, hashed: Hashed = quick_hashes) -> pl.DataFrame:
    """Return row, key and whether it is the last, of each question; of a row that has none, of the whole."""
    found = contexts(rows["messages"], rows["media"], key, hashed)
    asked = questions(found)
    bare = np.ones(len(rows), dtype=bool)
    bare[asked.owner] = False
    alone = np.flatnonzero(bare & says_something(found.whole))
    owner = np.concatenate([asked.owner, alone])
    last = np.concatenate([asked.last, np.ones(len(alone), dtype=bool)])
    hashes = np.concatenate([asked.key, found.whole[alone]])
    return pl.DataFrame({"row": rows["row"].gather(owner), "key": hashes, "last": last})
