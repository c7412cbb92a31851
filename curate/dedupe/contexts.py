"""What each answer of a chat answers: a hash of all that was said before it, at every depth of the conversation."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from curate.core.record.turns import Mask, Turns
from curate.core.record.views import ANSWERING, INSTRUCTING
from curate.dedupe.seen import parts_as_told
from curate.dedupe.signatures.shingles import mix64, mixed

U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]
Key = Callable[[pl.Series], pl.Series]
Hashed = Callable[[pl.Series], U64]

_SEED = 0xC0A7
_STEP = np.uint64(0x9E3779B97F4A7C15)  # odd: its powers never repeat within a conversation


class Contexts(NamedTuple):
    """The answers of consecutive records, one after another, in their order."""

    owner: I64  # the record of each answer
    place: I64  # where in the flat turns it stands
    depth: I64  # which answer of its record it is, from 1
    before: U64  # hash of the turns before it, without instructions; equal where all of them are
    history: U64  # the same of the turns up to the answer before it: what is left is the question
    asked_from: I64  # where in the flat turns the question starts
    whole: U64  # one a record: hash of all its turns, without instructions
    turns: Turns


def quick_hashes(texts: pl.Series) -> U64:
    """Return a hash of each text, which another version of Polars may make otherwise."""
    return np.asarray(texts.hash(_SEED).to_numpy())


def contexts(messages: pl.Series, media: pl.Series, key: Key, hashed: Hashed = quick_hashes) -> Contexts:
    """Return the answers of conversations with a hash of what comes before each; ``key`` makes texts comparable.

    Role, text, parts, calls and name of a turn count, and the ``media`` of the record. A hash says the same of any chat
    that starts in the same way, however it goes on: h = sum of turn * step^place, modulo 2^64, then mixed.
    """
    turns = Turns(messages)
    said = _turn_hashes(turns.flat, key, hashed)
    said[turns.flat["role"].is_in(INSTRUCTING).fill_null(value=False).to_numpy()] = 0
    counts = messages.list.len().fill_null(0).to_numpy().astype(np.int64)
    starts = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(counts)])
    spoken = (said != 0).astype(np.int64)
    rank = np.cumsum(spoken) - spoken  # turns that count, before this one
    rank = rank - rank[starts[turns.owner]]
    powers = np.multiply.accumulate(np.full(int(rank.max(initial=0)) + 1, _STEP))
    sums = np.concatenate([np.zeros(1, dtype=np.uint64), np.cumsum(said * powers[rank], dtype=np.uint64)])
    seen = mixed(media)
    answers = np.flatnonzero(turns.has_role(ANSWERING))
    owner = turns.owner[answers]
    first = np.searchsorted(owner, owner, side="left")
    asked_from = starts[owner]
    again = np.flatnonzero(owner[1:] == owner[:-1]) + 1
    asked_from[again] = answers[again - 1] + 1
    return Contexts(
        owner=owner,
        place=answers,
        depth=np.arange(len(answers)) - first + 1,
        before=mix64(sums[answers] - sums[starts[owner]] ^ seen[owner]),
        history=mix64(sums[asked_from] - sums[starts[owner]] ^ seen[owner]),
        asked_from=asked_from,
        whole=mix64(sums[starts[1:]] - sums[starts[:-1]] ^ seen),
        turns=turns,
    )


class Questions(NamedTuple):
    """What answers answer, one after another, in their order; then the chats that nobody answers."""

    owner: I64  # the record of each
    key: U64  # hash of all that comes before the answer: equal where the questions are
    depth: I64  # of the answer, from 1; 0 where there is none
    last: Mask  # whether the record asks it last


def questions(found: Contexts) -> Questions:
    """Return the questions of records: all that comes before each answer, where that is anything but instructions."""
    asks = np.flatnonzero(says_something(found.before))
    owner = found.owner[asks]
    last = np.ones(len(asks), dtype=bool)
    last[:-1] = owner[1:] != owner[:-1]
    answered = np.zeros(len(found.whole), dtype=bool)
    answered[found.owner] = True
    open_ = np.flatnonzero(~answered & says_something(found.whole))
    return Questions(
        owner=np.concatenate([owner, open_]),
        key=np.concatenate([found.before[asks], found.whole[open_]]),
        depth=np.concatenate([found.depth[asks], np.zeros(len(open_), dtype=np.int64)]),
        last=np.concatenate([last, np.ones(len(open_), dtype=bool)]),
    )


def says_something(hashes: U64) -> Mask:
    """Say which hashes of turns are of any but instructions."""
    return np.asarray(hashes != mix64(np.zeros(1, dtype=np.uint64))[0])


def _turn_hashes(flat: pl.DataFrame, key: Key, hashed: Hashed) -> U64:
    """Return a hash of each turn, never 0."""
    text = key(flat["text"].fill_null("\x00"))
    whole = flat.select(
        pl.concat_str(
            "role",
            pl.lit(text),
            pl.lit(parts_as_told(flat["parts"])),
            pl.col("calls").cast(pl.String).fill_null(""),
            pl.col("name").fill_null(""),
            separator="\x1f",
        )
    ).to_series()
    return hashed(whole) | np.uint64(1)
