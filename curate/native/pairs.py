"""Rows compared by the C kernel: which share a band key, which are alike, who stays, who belongs together."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from curate.native.kernel import Kernel, at, size

U8 = npt.NDArray[np.uint8]
U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]


ROOM = 1 << 21  # values of sets read from files that stay for the rows after: 16 MB
RECENT = 1 << 15  # as in pairs.c
LINK = np.uint32(0x7FFFFFFF)  # of a link: 1 + the rank that it leads to, without the note beside it


@dataclass(frozen=True)
class Rows:
    """What a comparison needs of rows; a position is a place in the columns, a rank one in the order of the rows."""

    at: U32  # the position of each rank
    sketches: U8  # 128 a position: the low byte of each slot
    asked: U64  # the set of position p's asked side is asked[asked_starts[p]:asked_starts[p + 1]]
    asked_starts: I64
    answered: U64
    answered_starts: I64
    files: tuple[int, int]  # open files of the values of both, to be read instead; or -1
    last: U64  # of rows of several answers: how many values the last question's set has, they, and the last answer's
    last_starts: I64
    digests: U64  # equal where both sides are the same text
    spaceless: U8  # 1 where a row is compared by characters
    beside: U64  # the digest of what stands beside both sides' texts, 0 where nothing does
    signs: U64  # that of the signs in them, which are no words; 0 where they are not known
    under: U64  # the digest of the instructions, 0 where there are none
    threshold: float  # similarity from which a pair is a twin
    least: float  # and from which it is told of at all
    agreement: int  # bytes of the sketches that must agree for a pair to be looked at
    agreement_near: int  # and for one that is to be a twin

    @property
    def largest(self) -> int:
        """Return a size that no row's sets, of both sides together, are larger than."""
        asked, answered, last = (
            int(np.diff(starts).max(initial=0))
            for starts in (self.asked_starts, self.answered_starts, self.last_starts)
        )
        return max(asked + answered, last)


@dataclass(frozen=True)
class Joined:
    """The rows that belong together, by rank, as far as they are joined."""

    links: U32  # n x bands, as in a star; what is noted in them is no one's business
    parents: U32  # leads each row to an earlier one of its group, in the end to its first
    seen: U32  # zeros
    twins: bool  # rows are joined that are twins on both sides, or whose sides as one set are alike


@dataclass(frozen=True)
class Star:
    """The rows being settled, by rank: a link is 1 + rank, or 0."""

    links: U32  # n x bands: to the last row before with the same key, both sides as one set
    firsts: U32  # n x bands: to the first row with the same key, of the asked side alone
    drops: int  # a bit for each kind that drops the row
    seen: U32
    gone: U8
    match: U32
    kind: U8
    alike: F64
    joined: Joined | None  # twins that are met are joined, whoever of them stays
    group: U32 | None  # the first of each row's group, of which one row stays: the first that goes for no other
    stays: U32  # by the first of a group: 1 + the row of it that stays, or 0

    @classmethod
    def of(cls, links: U32, firsts: U32, drops: int, joined: Joined | None = None, group: U32 | None = None) -> Star:
        """Return a star with no row settled."""
        n = len(links)
        seen = np.zeros(n, np.uint32) if joined is None else joined.seen
        gone, match, kind, alike = np.zeros(n, np.uint8), np.zeros(n, np.uint32), np.zeros(n, np.uint8), np.zeros(n)
        stays = np.zeros(0 if group is None else n, np.uint32)
        return cls(links, firsts, drops, seen, gone, match, kind, alike, joined, group, stays)


_SETS = ("at", "sketches", "asked", "asked_starts", "answered", "answered_starts")
_LAST = ("last", "last_starts")
_MARKS = ("digests", "spaceless", "beside", "signs", "under")


class _Rows(ctypes.Structure):
    _fields_ = (
        *((name, ctypes.c_void_p) for name in _SETS),
        ("asked_file", ctypes.c_int),
        ("answered_file", ctypes.c_int),
        *((name, ctypes.c_void_p) for name in (*_LAST, *_MARKS)),
        ("threshold", ctypes.c_double),
        ("least", ctypes.c_double),
        ("agreement", ctypes.c_uint32),
        ("agreement_near", ctypes.c_uint32),
        ("table", ctypes.c_void_p),
        ("read", ctypes.c_void_p),
        ("room", ctypes.c_uint64),
        *((name, ctypes.c_void_p) for name in ("recent", "count", "failed")),
    )


_STAR = ("links", "firsts", "seen", "gone", "match", "kind", "alike")


class _Star(ctypes.Structure):
    _fields_ = (
        ("n", ctypes.c_size_t),
        ("bands", ctypes.c_uint32),
        ("heads", ctypes.c_uint32),
        ("links", ctypes.c_void_p),
        ("firsts", ctypes.c_void_p),
        ("drops", ctypes.c_uint32),
        *((name, ctypes.c_void_p) for name in _STAR[2:]),
        ("joined", ctypes.c_void_p),
        ("group", ctypes.c_void_p),
        ("stays", ctypes.c_void_p),
    )


class _Joined(ctypes.Structure):
    _fields_ = (
        ("n", ctypes.c_size_t),
        ("bands", ctypes.c_uint32),
        *((name, ctypes.c_void_p) for name in ("links", "seen", "parents")),
        ("twins", ctypes.c_int),
    )

    @classmethod
    def of(cls, joined: Joined) -> _Joined:
        arrays = {name: at(getattr(joined, name)) for name in ("links", "seen", "parents")}
        return cls(n=len(joined.parents), bands=joined.links.shape[1], twins=joined.twins, **arrays)


class Pairs:
    """The kernel's verbs on rows. The arrays are the caller's, and are changed in place.

    Each raises OSError where a file of sets cannot be read.
    """

    def __init__(self, kernel: Kernel, rows: Rows) -> None:
        self._library = kernel.library
        places = 16
        while places < 2 * rows.largest:
            places *= 2
        room = max(ROOM, rows.largest)  # of which only what is used becomes memory
        self._table, self._read = np.zeros(places, np.uint64), np.empty(room, np.uint64)
        self._recent, self._count = np.zeros(2 * RECENT, np.uint64), np.zeros(1, np.uint64)
        self._failed = np.zeros(1, np.uint32)
        self._rows = rows
        asked_file, answered_file = rows.files
        self._c = _Rows(
            **{name: at(getattr(rows, name)) for name in (*_SETS, *_LAST, *_MARKS)},
            threshold=rows.threshold,
            least=rows.least,
            agreement=rows.agreement,
            agreement_near=rows.agreement_near,
            asked_file=asked_file,
            answered_file=answered_file,
            table=at(self._table),
            read=at(self._read),
            room=room,
            recent=at(self._recent),
            count=at(self._count),
            failed=at(self._failed),
        )

    def star(self, star: Star, start: int, end: int) -> None:
        """Settle the ranks from ``start`` to ``end``; those before are settled."""
        fields: dict[str, Any] = {name: at(getattr(star, name)) for name in _STAR}
        bands, heads = star.links.shape[1], star.firsts.shape[1]
        sizes = {"n": len(star.gone), "bands": bands, "heads": heads, "drops": star.drops}
        joined = None if star.joined is None else _Joined.of(star.joined)
        groups = {} if star.group is None else {"group": at(star.group), "stays": at(star.stays)}
        own = _Star(**fields, **sizes, **groups, joined=None if joined is None else ctypes.addressof(joined))
        self._library.thresher_star(ctypes.byref(self._c), ctypes.byref(own), size(start), size(end))
        self._check()

    def join(self, joined: Joined, start: int, end: int) -> None:
        """Join the ranks from ``start`` to ``end`` with earlier ones; those before are joined."""
        own = _Joined.of(joined)
        self._library.thresher_join(ctypes.byref(self._c), ctypes.byref(own), size(start), size(end))
        self._check()

    def compare(self, left: U32, right: U32) -> F64:
        """Return the exact similarity (n x 3) of positions: asked, answered, both as one set."""
        out = np.empty((len(left), 3))
        self._library.thresher_compare(ctypes.byref(self._c), at(left), at(right), size(len(left)), at(out))
        self._check()
        return out

    def _check(self) -> None:
        if self._failed[0]:
            raise OSError("the sets of shingles of this run cannot be read: is the disk at fault?")


def link(kernel: Kernel, keys: U64, rows: U32, use: U8 | None, links: U32, *, first: bool, parts: int = 1) -> None:
    """Write into ``links`` (one a rank, zero) the last row before with the same key, or the first; in ``parts`` rounds.

    More rounds take less memory: each looks at its part of the keys.
    """
    places = 16
    while places < 2 * len(rows) / parts:
        places *= 2
    for part in range(parts):
        table = np.zeros(2 * places, np.uint32)  # keys are no even draw: a part may be larger than its share
        kernel.library.thresher_link(
            at(keys), at(rows), None if use is None else at(use), size(len(rows)), ctypes.c_uint32(part),
            ctypes.c_uint32(parts), ctypes.c_int(first), at(table), size(len(table) - 1), at(links),
        )  # fmt: skip
