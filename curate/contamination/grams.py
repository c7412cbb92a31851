"""The inverted index of n-grams: which evaluation texts stand in a row, and which of their n-grams do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from curate.contamination.evaluation import QUESTION, Evaluation
from curate.contamination.texts import Words
from curate.dedupe.signatures.shingles import mix64

I64 = npt.NDArray[np.int64]
U64 = npt.NDArray[np.uint64]
F64 = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

TEMPLATE = 10  # n-grams in more texts than this are template (GPT-3 leaves out those in more than ten documents)
_BASE = np.uint64(0xD6E8FEB86659FD93)
_GRAMS_AT_ONCE = 1 << 20  # of pairs looked at together: rows of one template may have hundreds of items each
_SPARSE = 16  # places of the filter for each n-gram in it


class Matched(NamedTuple):
    """Evaluation texts that were found in rows, one pair after another.

    Pair ``i`` has the n-grams of its text, in their order, from ``starts[i]`` to ``starts[i + 1]``.
    """

    rows: I64
    texts: I64
    starts: I64  # pairs + 1
    found: Mask  # whether the n-gram stands in the row
    own: Mask  # whether it is the text's own, and no template
    weights: I64  # its inverse document frequency, in its suite, in millionths: sums of integers are exact
    size: int  # words an n-gram


class Grams:
    """The n-grams of evaluation texts: a text is found by its own, a question that has none by its rarest.

    ``least`` is the share of its own n-grams that a text must have in a row to be found there; one at least.
    """

    def __init__(self, evaluation: Evaluation, size: int, least: float = 0.0) -> None:
        self.size = size
        grams, owner = ngrams(evaluation.words, size)
        self._keys, self._sequence = np.unique(grams, return_inverse=True)
        self._starts = _starts(owner, len(evaluation.owners))
        pairs = unique_pairs(self._sequence, owner, len(evaluation.owners))
        frequency = np.bincount(pairs[0], minlength=len(self._keys))
        self._own = frequency <= TEMPLATE
        self.own = np.bincount(pairs[1][self._own[pairs[0]]], minlength=len(evaluation.owners))  # of each text
        self._weights = _inverse_frequencies(evaluation, pairs, self._sequence, owner, len(self._keys))
        leads = self._own[pairs[0]] | _rarest(pairs, frequency, (self.own == 0) & (evaluation.side == QUESTION))
        self._posted = pairs[1][leads]
        self._posts = np.concatenate([[0], np.cumsum(np.bincount(pairs[0][leads], minlength=len(self._keys)))])
        self._leads = np.diff(self._posts) > 0
        bits = max(12, int(len(self._keys) * _SPARSE).bit_length())
        self._shift = np.uint64(64 - bits)
        self._filter = np.zeros(1 << bits, dtype=np.bool_)
        self._filter[self._keys[self._leads] >> self._shift] = True
        self._needed = np.maximum(np.ceil(self.own * least), 1).astype(np.int64)

    def covers(self) -> Mask:
        """Say for each text whether it has n-grams at all."""
        return np.diff(self._starts) > 0

    def match(self, rows: Words) -> Iterator[Matched]:
        """Yield the texts that n-grams of a row lead to, with all their n-grams that stand in it; some at a time."""
        grams, owner = ngrams(rows, self.size)
        likely = np.flatnonzero(self._filter[grams >> self._shift])
        at, known = self._look_up(grams[likely])
        mine = likely[known], at[known]
        leads = self._leads[mine[1]]
        pairs = self._pairs(*unique_pairs(owner[mine[0][leads]], mine[1][leads], len(self._keys)))
        few = np.zeros(len(rows.starts) - 1, dtype=np.bool_)
        few[pairs[0]] = True
        here = few[owner]
        at, known = self._look_up(grams[here])
        present = np.unique(owner[here][known] * len(self._keys) + at[known])
        sizes = np.cumsum(self._starts[pairs[1] + 1] - self._starts[pairs[1]])
        start = 0
        while start < len(sizes):
            before = sizes[start - 1] if start else 0
            stop = max(start + 1, int(np.searchsorted(sizes, before + _GRAMS_AT_ONCE, side="right")))
            yield self._matched(pairs[0][start:stop], pairs[1][start:stop], present)
            start = stop

    def _look_up(self, grams: U64) -> tuple[I64, Mask]:
        """Return the place of each n-gram among the keys, and whether it is one."""
        if len(self._keys) == 0:
            return np.zeros(len(grams), dtype=np.int64), np.zeros(len(grams), dtype=np.bool_)
        at = np.minimum(np.searchsorted(self._keys, grams), len(self._keys) - 1)
        return at, self._keys[at] == grams

    def _pairs(self, owner: I64, at: I64) -> tuple[I64, I64]:
        """Return (row, text), each once and in order, of rows that hold enough n-grams which lead to the text."""
        counts = self._posts[at + 1] - self._posts[at]
        texts = self._posted[spread(self._posts[at], counts)]
        packed, held = np.unique(np.repeat(owner, counts) * len(self._needed) + texts, return_counts=True)
        enough = packed[held >= self._needed[packed % len(self._needed)]]
        return enough // len(self._needed), enough % len(self._needed)

    def _matched(self, rows: I64, texts: I64, present: I64) -> Matched:
        counts = self._starts[texts + 1] - self._starts[texts]
        places = spread(self._starts[texts], counts)
        keys = self._sequence[places]
        asked = np.repeat(rows, counts) * len(self._keys) + keys
        at = np.minimum(np.searchsorted(present, asked), max(len(present) - 1, 0))
        found = present[at] == asked if len(present) else np.zeros(len(asked), dtype=np.bool_)
        starts = np.concatenate([[0], np.cumsum(counts)])
        return Matched(rows, texts, starts, found, self._own[keys], self._weights[places], self.size)


def ngrams(words: Words, size: int) -> tuple[U64, I64]:
    """Return the hash of each run of ``size`` words of one text, and its text."""
    count = len(words.hashes) - size + 1
    owner = np.repeat(np.arange(len(words.starts) - 1), np.diff(words.starts))
    if count <= 0:
        return np.empty(0, dtype=np.uint64), np.empty(0, dtype=np.int64)
    mixed = words.hashes[:count].copy()
    for step in range(1, size):
        mixed *= _BASE
        mixed += words.hashes[step : step + count]
    whole = owner[:count] == owner[size - 1 :]
    return mix64(mixed[whole]), owner[:count][whole]


def unique_pairs(first: I64, second: I64, seconds: int) -> tuple[I64, I64]:
    """Return each pair of numbers once, in their order; the second ones are below ``seconds``."""
    packed = np.unique(first.astype(np.int64) * seconds + second)
    return packed // max(seconds, 1), packed % max(seconds, 1)


def spread(starts: I64, counts: I64) -> I64:
    """Return the places ``starts[i]``, ``starts[i] + 1``, ... of each run, one run after another."""
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    return np.asarray(np.arange(total) + np.repeat(starts - (ends - counts), counts))


def _rarest(pairs: tuple[I64, I64], frequency: I64, where: Mask) -> Mask:
    """Say which pairs are the rarest n-gram of a text ``where``, the first of those that are even."""
    order = np.lexsort((pairs[0], frequency[pairs[0]], pairs[1]))
    first = np.ones(len(order), dtype=np.bool_)
    first[1:] = np.diff(pairs[1][order]) > 0
    found = np.zeros(len(order), dtype=np.bool_)
    found[order[first]] = True
    return np.asarray(found & where[pairs[1]])


def _starts(owner: I64, texts: int) -> I64:
    return np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=texts))]).astype(np.int64)


def _inverse_frequencies(evaluation: Evaluation, pairs: tuple[I64, I64], sequence: I64, owner: I64, keys: int) -> I64:
    """Return ln((1 + N) / f), in millionths, of each n-gram: f of the N texts of its suite and side have it."""
    group = evaluation.suite.astype(np.int64) * 2 + evaluation.side
    sizes = np.bincount(group)
    counted, counts = np.unique(group[pairs[1]] * keys + pairs[0], return_counts=True)
    mine = group[owner]
    frequency = counts[np.searchsorted(counted, mine * keys + sequence)]
    return np.asarray(np.rint(np.log((1 + sizes[mine]) / frequency) * 1e6), dtype=np.int64)
