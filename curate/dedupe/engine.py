"""Which rows have a twin: sketches propose, exact similarity decides, a star clustering chooses who stays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
import polars as pl

from curate.core.record.tables import Engine, Table
from curate.dedupe.bands import band_keys, choose_bands
from curate.dedupe.buckets import Buckets, find_buckets, repeated
from curate.dedupe.minhash import SLOTS
from curate.dedupe.shingles import I64, U64
from curate.dedupe.sides import COLUMNS, estimate, side_texts, sign_sides, sketch
from curate.dedupe.star import Match, star
from curate.dedupe.verify import Similarity, Verifier

MARGIN = 0.14  # four standard errors of a 128-slot estimate
LOOSE_RECALL = 0.999  # at the lower similarity, which only warns
SLICE = 1 << 13  # pairs whose sketches are compared together: 4 MB of them

Judge = Callable[[Similarity], tuple[str, bool, float] | None]


@dataclass(frozen=True)
class PairRule:
    """Which pairs must be found: by ``recall`` at ``threshold``, nearly as surely at ``least``."""

    least: float
    threshold: float
    recall: float = 0.9999

    @property
    def bands(self) -> tuple[int, int]:
        """Return (bands, slots a band) over both sides."""
        return min(
            choose_bands(self.threshold, self.recall), choose_bands(self.least, LOOSE_RECALL), key=lambda b: b[1]
        )

    @property
    def bands_for_links(self) -> int:
        """Return the most slots a band that still find a pair at ``least`` nearly surely."""
        return choose_bands(self.least, LOOSE_RECALL)[1]

    @property
    def prompt_bands(self) -> tuple[int, int]:
        """Return (bands, slots a band) over the prompt side alone."""
        return choose_bands(self.threshold, LOOSE_RECALL)


@dataclass(frozen=True)
class Twin:
    """A row that resembles the kept row ``kept``; both are row numbers."""

    row: int
    kept: int
    reason: str
    drops: bool
    similarity: float


def near_keys(block: pl.DataFrame, rule: PairRule) -> pl.DataFrame:
    """Return the band keys (b0, b1, ... of both sides, p0, p1, ... of the prompt) and the sketches of each row.

    Rows without a word on either side are left out; prompt keys are null where there is no prompt to compare.
    """
    signed = sign_sides(side_texts(block.select(COLUMNS)))
    columns: dict[str, object] = {"row": block["row"]}
    for prefix, signature, (bands, rows) in (("b", signed.both, rule.bands), ("p", signed.asked, rule.prompt_bands)):
        keys = band_keys(signature, bands, rows)
        columns |= {f"{prefix}{band}": keys[:, band] for band in range(bands)}
    columns["sketch"] = [row.tobytes() for row in np.hstack([sketch(signed.both), sketch(signed.answered)])]
    columns["asks"] = signed.asks
    return pl.DataFrame(columns).filter(pl.Series(signed.asks | signed.answers))


def find_twins(keys: Table, engine: Engine, rule: PairRule, judge: Judge, order: I64 | None = None) -> list[Twin]:
    """Return the rows that resemble a kept row, by row number.

    ``order`` is the order in which rows are taken (positions in the table); None is row order. Time grows with the
    rows that share a band; memory with those, by about 1 KB each.
    """
    rows = keys.read(["row"])["row"]
    if len(rows) == 0:
        return []
    ranked = rows if order is None else rows.gather(order)
    verifier = Verifier(ranked, engine.fetch, rule.least, whole=False)
    verify = partial(_verify, verifier, judge)
    buckets = find_buckets_of(keys, order)
    look = Sketches(keys, buckets, order)
    dropped, warned = star(buckets, partial(look.plausible, least=rule.least, both=True), verify)
    gone = np.zeros(len(rows), dtype=bool)
    gone[list(dropped)] = True
    for match in _same_prompts(keys, order, gone, verify):
        warned.setdefault(match.row, match)
    marks = dropped | {row: match for row, match in warned.items() if not gone[row]}
    numbers = ranked.to_numpy()
    twins = [Twin(int(numbers[m.row]), int(numbers[m.kept]), m.reason, m.drops, m.similarity) for m in marks.values()]
    return sorted(twins, key=lambda twin: twin.row)


def find_buckets_of(keys: Table, order: I64 | None = None) -> Buckets:
    """Return the buckets of a table of keys, over both sides, its rows taken in an order; None is row order."""
    return find_buckets(_bands(keys, "b", order))


def _bands(keys: Table, prefix: str, order: I64 | None) -> Iterator[U64]:
    for name in keys.columns:
        if name[0] == prefix and name[1:].isdigit():
            band = keys.read([name]).to_series().to_numpy()
            yield band if order is None else band[order]


class Sketches:
    """The sketches of the rows that share a band."""

    def __init__(self, keys: Table, buckets: Buckets, order: I64 | None = None) -> None:
        self._members = buckets.members
        here = buckets.members if order is None else order[buckets.members]
        chosen = np.sort(here)
        parts, start = [], 0
        for batch in keys.batches(["sketch"]):
            low, high = np.searchsorted(chosen, [start, start + len(batch)])
            picked = batch["sketch"].gather(chosen[low:high] - start).to_list()
            parts.append(np.frombuffer(b"".join(picked), dtype=np.uint8))
            start += len(batch)
        table = np.concatenate(parts) if parts else np.empty(0, dtype=np.uint8)
        both = table.reshape(len(chosen), 2, SLOTS)
        self._both, self._answered = np.ascontiguousarray(both[:, 0]), np.ascontiguousarray(both[:, 1])
        self._place = np.searchsorted(chosen, here)

    def plausible(self, left: I64, right: I64, least: float, *, both: bool) -> npt.NDArray[np.bool_]:
        """Say which pairs may reach the similarity ``least``: the sides as one and, if ``both``, the answer side too.

        A pair below by four standard errors of the estimate is let go.
        """
        least -= MARGIN
        a = self._place[np.searchsorted(self._members, left)]
        b = self._place[np.searchsorted(self._members, right)]
        hopeful = np.empty(len(a), dtype=bool)
        for start in range(0, len(a), SLICE):
            part = slice(start, start + SLICE)
            hopeful[part] = estimate(self._both, a[part], b[part]) >= least
            if both:
                hopeful[part] &= estimate(self._answered, a[part], b[part]) >= least
        return hopeful


def _verify(verifier: Verifier, judge: Judge, left: I64, right: I64) -> list[Match]:
    """Return the pairs that the judge marks, after exact comparison."""
    found = []
    for kept, row, pair in verifier.alike(left, right):
        verdict = judge(pair)
        if verdict is not None:
            reason, drops, similarity = verdict
            found.append(Match(row, kept, similarity, drops, reason))
    return found


def _same_prompts(
    keys: Table, rank: I64 | None, gone: npt.NDArray[np.bool_], verify: Callable[[I64, I64], list[Match]]
) -> list[Match]:
    """Return matches of kept rows with the first kept row of a prompt band: enough to warn, and never quadratic."""
    asks = keys.read(["asks"]).to_series().to_numpy()
    everyone = np.flatnonzero((asks if rank is None else asks[rank]) & ~gone).astype(np.int32)
    packed = np.empty(0, dtype=np.uint64)
    for band in _bands(keys, "p", rank):
        here = everyone[repeated(band[everyone])]
        own = band[here]
        order = np.argsort(own, kind="stable")
        ordered = own[order]
        fresh = np.concatenate([[True], ordered[1:] != ordered[:-1]]) if len(ordered) else np.empty(0, dtype=bool)
        first = order[np.flatnonzero(fresh)[np.cumsum(fresh) - 1]] if len(ordered) else order
        pairs = (here[first[~fresh]].astype(np.uint64) << np.uint64(32)) | here[order[~fresh]].astype(np.uint64)
        packed = np.union1d(packed, pairs)
    best: dict[int, Match] = {}
    for match in verify((packed >> np.uint64(32)).astype(np.int64), (packed & np.uint64(0xFFFFFFFF)).astype(np.int64)):
        if not match.drops and (match.row not in best or best[match.row].similarity < match.similarity):
            best[match.row] = match
    return list(best.values())
