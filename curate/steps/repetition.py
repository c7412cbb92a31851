"""Answers in which a model went round in circles."""

from __future__ import annotations

import re
import zlib
from typing import ClassVar, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
import zstandard
from pydantic import Field, PositiveInt

from curate.core.record.views import trained_answer
from curate.steps.step import Step

_LOOPING = 0.5  # packed size over size that every loop stays under
_LEVELS = (-5, 1)  # of Zstandard: ten times, and five times as fast as zlib
_SPACE = "".join(filter(str.isspace, map(chr, range(0x3001))))  # all white space there is, and the separators of ASCII
_TAIL = 20_000  # characters of an answer's end that are searched for a loop
_SENTENCE_END = re.compile(r"[.!?…。！？।؟\n]")
Points = npt.NDArray[np.uint8] | npt.NDArray[np.uint32]


class Repetition(Step):
    """Drop answers that end in a loop; warn of those that repeat themselves much.

    The proof of a loop: one unit of ``min_unit`` characters or more, a letter among them, stands ``min_repeats`` times,
    back to back, up to the end of the answer, and the last is cut off; or it stands ``many_repeats`` times, or fills
    20,000 characters. What ends whole after less may have been asked for ("write it fifteen times", an empty table): it
    is a guess. So is an answer that packs to less than ``max_ratio`` of its bytes (zlib), as looping text does, but
    tables and lists may too. The answer is the last one that is trained, those of weight 0 passed over.
    """

    use: Literal["repetition"] = "repetition"
    min_unit: PositiveInt = Field(20, description="Least characters of a repeated unit.")
    min_repeats: PositiveInt = Field(10, description="Repeats that prove a loop where the last is cut off.")
    many_repeats: PositiveInt = Field(150, description="Repeats that prove a loop however it ends.")
    max_ratio: float = Field(0.18, gt=0, lt=1, description="Packed size over size, under which an answer is suspect.")
    min_chars: PositiveInt = Field(400, description="Shorter answers are not measured by their packed size.")
    reasons: ClassVar[dict[str, str]] = {
        "loops_to_the_end": "One passage repeats, back to back, until it is cut off, or as nobody asks for.",
        "repeats_itself": "Much of the answer is repetition.",
    }
    guesses: ClassVar[frozenset[str]] = frozenset({"repeats_itself"})

    def apply(self, block: pl.DataFrame) -> pl.DataFrame:
        """Mark rows by how much of their answer is repetition."""
        found = self._measure(block.select(trained_answer()).to_series())
        repeats, looping = found["repeats"], found["repeats"] >= self.min_repeats
        proven = looping & ((repeats >= self.many_repeats) | found["unended"]) & found["lettered"]
        detail = pl.format("one passage stands {} times in a row", pl.lit(repeats))
        block = self.mark_answer(block, pl.lit(proven), "loops_to_the_end", detail)
        return self.mark_answer(block, pl.lit(looping | (found["ratio"] < self.max_ratio)), "repeats_itself")

    def _measure(self, texts: pl.Series) -> pl.DataFrame:
        """Return for each text how often its last unit repeats, how it ends, and its packed size over its size.

        They are 1 where a cheaper look by Zstandard shows that they cannot matter. What zlib brings under a ratio, its
        level -5 brought under 2.6 times that in 400,000 real texts and 60,000 that were made to repeat, but where the
        period is a few characters, which the end of a text tells; and its level 1 under 1.2 times in all of them, but
        for the 64 bytes that a short text's tables take.
        """
        pack, pack_well = (zstandard.ZstdCompressor(level=level).compress for level in _LEVELS)
        least, shortest = self.min_unit * self.min_repeats, min(self.min_chars, self.min_unit * self.min_repeats)
        loops, ratios = [_NO_LOOP] * len(texts), [1.0] * len(texts)
        ended = texts.str.strip_chars_end(_SPACE)
        long = (ended.str.len_bytes() >= shortest).fill_null(value=False)
        for index, data in zip(long.arg_true().to_list(), ended.filter(long).cast(pl.Binary).to_list(), strict=True):
            text = data.decode()
            size = len(text)
            if size < least:
                continue
            came = _came_before(text, self.min_unit)
            found = tail_loop(text[-_TAIL:], self.min_unit) if came else _NO_LOOP
            dense = size >= self.min_chars and (came or len(pack(data)) < 3.2 * self.max_ratio * len(data))
            if found.repeats > 1 or (dense and len(pack_well(data)) < 1.6 * self.max_ratio * len(data) + 64):
                ratio = len(zlib.compress(data, 6)) / len(data)
                loops[index] = found if ratio < _LOOPING else _NO_LOOP
                ratios[index] = ratio if size >= self.min_chars else 1.0
        schema = {"repeats": pl.Int64, "lettered": pl.Boolean, "unended": pl.Boolean}
        return pl.DataFrame(loops, schema=schema, orient="row").with_columns(ratio=pl.Series(ratios, dtype=pl.Float64))


class Loop(NamedTuple):
    """What a text repeats up to its end."""

    repeats: int
    lettered: bool  # a unit without letters draws: a grid, an empty table
    unended: bool  # the last repeat is cut off, or all that was searched is full of them


_NO_LOOP = Loop(1, lettered=False, unended=False)


def _came_before(text: str, unit: int) -> bool:
    """Return whether the last characters of a text, as many as a unit has, stand in its end once more."""
    return text.rfind(text[-unit:], -_TAIL, len(text) - unit) >= 0


def tail_loop(text: str, min_unit: int) -> Loop:
    """Return how a unit of ``min_unit`` characters or more stands back to back at the end; once where none does.

    A period of a suffix is a distance at which every character equals the one before it; the suffix, over its period,
    is the number of repeats, the last of which may be cut off. The unit is the shortest: "ha ha ha" repeats three
    characters, not thirty, and never counts.
    """
    if len(text) < 2 * min_unit:
        return _NO_LOOP
    points = _code_points(text)
    last = text[-min_unit:]
    at = text.rfind(last, 0, len(text) - min_unit)
    while at >= 0:
        period = len(text) - min_unit - at
        if text[-period:] == text[-2 * period : -period]:
            shorter = max((_run(points, short) for short in range(1, min_unit)), default=0)
            if shorter >= 2 * min_unit:
                return _NO_LOOP
            run = _run(points, period)
            unit = text[-period:]
            whole = run + len(unit) - len(unit.lstrip())  # with the white space that no longer stands at the end
            unended = run == _TAIL or _is_cut(unit, whole)
            return Loop(whole // period, any(map(str.isalpha, unit)), unended)
        at = text.rfind(last, 0, at + min_unit - 1)
    return _NO_LOOP


def _is_cut(unit: str, whole: int) -> bool:
    """Say whether a text stops inside what it repeats; ``unit`` is its end, and what would come next once more.

    It does not behind a mark, at the end of a line, or where the ``whole`` loop is so many units long. Else it does
    inside a word, or where a sentence has its end elsewhere; of other units nobody knows the beginning.
    """
    gap = len(unit) - len(unit.lstrip())
    if not (unit[-1].isalnum() or unit[-1] == ",") or "\n" in unit[:gap] or whole % len(unit) == 0:
        return False
    return _SENTENCE_END.search(unit) is not None or (gap == 0 and " " in unit)


def _code_points(text: str) -> Points:
    """Return the number of each character, a byte each where all are ASCII."""
    if text.isascii():
        return np.frombuffer(text.encode("ascii"), dtype=np.uint8)
    return np.frombuffer(text.encode("utf-32-le"), dtype="<u4")


def _run(points: Points, period: int) -> int:
    """Return the length of the longest suffix that has this period."""
    differs = np.flatnonzero(points[:-period] != points[period:])
    return len(points) - (int(differs[-1]) + 1 if len(differs) else 0)
