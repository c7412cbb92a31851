"""Rows as hands in a hurry type them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any, ClassVar, Literal

import orjson
import polars as pl
from pydantic import Field, PositiveInt

from curate.augment.draw import Draw
from curate.augment.rewriting.guarded import Kind, guarded
from curate.augment.slips import Random, casual, mistyped, neighbours, recased
from curate.augment.step import FAULTED, MADE, FreeStep, Made

_TIMES = 5  # a row is drawn for, until something changes: a short one would else often stay as it is
VERSION = 2  # of what the same draws do to the same text
_PIECES = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|[^\S\n]+|.|\n")
_MARKS = frozenset(".,;:!?")
_MAY_DOUBLE = frozenset("!?.")
_APOSTROPHES = frozenset("'’")
_SEED_COLUMNS = ("row", "digest", "messages", "tools", "label", "rejected")
Share = float


class Noise(FreeStep):
    """Repeat rows with the slips of hands in a hurry: keys beside the right ones, case, marks, spaces, casual spelling.

    Slips are drawn from the run's seed and the row's digest. Code, JSON, addresses, placeholders and numbers stay as
    they are, and so do words of scripts that the keyboard has not.
    """

    use: Literal["noise"] = "noise"
    k: PositiveInt = Field(1, description="Rows made of each seed.")
    typos: Share = Field(0.1, ge=0, le=1, description="Share of the words of four letters and more with a slip.")
    case: Share = Field(0.02, ge=0, le=1, description="Share of the words that are written in another case.")
    punctuation: Share = Field(0.1, ge=0, le=1, description="Share of the marks that are left out or doubled.")
    white_space: Share = Field(0.02, ge=0, le=1, description="Share of the spaces that are left out or doubled.")
    casual: Share = Field(0.1, ge=0, le=1, description="Share of English words, of a short list, in casual spelling.")
    keyboard: Literal["qwerty", "qwertz", "azerty"] = Field("qwerty", description="Which keys lie beside which.")
    roles: tuple[str, ...] = Field(("user",), min_length=1, description="Whose turns are changed.")
    touch: tuple[Kind, ...] = Field((), description="What is changed too, though it stays as it is by default.")

    origin: ClassVar[Literal["noise"]] = "noise"
    faults: ClassVar[dict[str, str]] = {
        "unchanged": "No slip was drawn in five times, or the row has nothing that noise may touch.",
        "repeated": "The same slips were drawn for another K of the row.",
    }

    def apply(self, seeds: pl.DataFrame, draw: Draw) -> Made:
        """Return up to ``k`` rows for each seed."""
        rows: list[dict[str, Any]] = []
        faults: list[tuple[int, int, str, str]] = []
        for seed in seeds.select(_SEED_COLUMNS).iter_rows(named=True):
            known = {tuple(turn["text"] for turn in seed["messages"])}
            for k in range(1, self.k + 1):
                for again in range(_TIMES):
                    changes: Counter[str] = Counter()
                    texts = self._texts(seed["messages"], draw.random(seed["digest"], k, again).random, changes)
                    if texts not in known:
                        break
                if texts in known:
                    faults.append((seed["row"], k, "repeated" if +changes else "unchanged", ""))
                    continue
                known.add(texts)
                made = {"version": VERSION, "seed": draw.seed, "changes": dict(sorted((+changes).items()))}
                turns = [turn | {"text": text} for turn, text in zip(seed["messages"], texts, strict=True)]
                kept = {name: seed[name] for name in ("tools", "label", "rejected")}
                told = {"parents": [seed["row"]], "k": k, "made": orjson.dumps(made).decode()}
                rows.append({"messages": turns, **kept, **told})
        return Made(
            pl.DataFrame(rows, schema=MADE, orient="row"),
            pl.DataFrame(faults, schema=FAULTED, orient="row"),
        )

    def _texts(self, turns: list[dict[str, Any]], draw: Random, changes: Counter[str]) -> tuple[str | None, ...]:
        return tuple(
            self._noisy(turn["text"], draw, changes) if turn["role"] in self.roles and turn["text"] else turn["text"]
            for turn in turns
        )

    def _noisy(self, text: str, draw: Random, changes: Counter[str]) -> str:
        """Return a text with slips, and count them."""
        done: list[str] = []
        at = 0
        for start, end in [*guarded(text, self.touch), (len(text), len(text))]:
            pieces: list[str] = _PIECES.findall(text[at:start])
            done += self._slipped(pieces, draw, changes)
            done.append(text[start:end])
            at = end
        return "".join(done)

    def _slipped(self, pieces: list[str], draw: Random, changes: Counter[str]) -> Iterator[str]:
        last = len(pieces) - 1
        for at, piece in enumerate(pieces):
            if piece[0].isalpha():
                new = self._word(piece, draw, changes)
            elif piece in _MARKS:
                new = self._mark(piece, draw)
                changes["punctuation"] += new != piece
            elif piece == " " and 0 < at < last and pieces[at - 1][-1].isalpha() and pieces[at + 1][0].isalpha():
                new = ("" if draw() < 0.5 else "  ") if draw() < self.white_space else piece
                changes["white_space"] += new != piece
            else:
                new = piece
            yield new

    def _word(self, word: str, draw: Random, changes: Counter[str]) -> str:
        new = casual(word) if draw() < self.casual else word
        changes["casual"] += new != word
        # a letter lost from "can't", or from "cant", would turn the question round
        slips = draw() < self.typos and new == word and not _APOSTROPHES & set(word)
        slipped = mistyped(new, _keys(self.keyboard), draw) if slips else new
        changes["typos"] += slipped != new
        cased = recased(slipped, draw) if draw() < self.case else slipped
        changes["case"] += cased != slipped
        return cased

    def _mark(self, mark: str, draw: Random) -> str:
        if draw() >= self.punctuation:
            return mark
        return mark * 2 if mark in _MAY_DOUBLE and draw() < 0.5 else ""


@cache
def _keys(keyboard: str) -> dict[str, str]:
    return neighbours(keyboard)
