"""The label mask of a few rows, to be looked at: which tokens are trained, and which are only read."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from curate.core.command.terminal import harmless, inert, styled
from train.examples import Examples, Place

ROWS = 3
WIDTH = 240  # characters shown of a piece: its beginning and its end
_SEEN = str.maketrans({"\n": "↵", "\t": "⇥", "\r": "␍"})


class Piece(NamedTuple):
    """Consecutive tokens of a row that are all trained, or all not."""

    text: str
    trained: bool
    tokens: int


class Mask(NamedTuple):
    """A row in pieces."""

    place: Place
    pieces: list[Piece]


def preview(examples: Examples, tokenizer: Any, rows: int = ROWS) -> list[Mask]:
    """Return the masks of the first row, the last, and those evenly between; rows without tokens aside."""
    full = np.flatnonzero(examples.lengths)
    if not len(full):
        return []
    chosen = np.unique(np.linspace(0, len(full) - 1, rows).round().astype(np.int64))
    return [Mask(examples.places[at], _pieces(examples, tokenizer, at)) for at in full[chosen].tolist()]


def _pieces(examples: Examples, tokenizer: Any, at: int) -> list[Piece]:
    tokens, trained = examples.row(at)
    cuts = [0, *(np.flatnonzero(np.diff(trained)) + 1).tolist(), len(tokens)]
    return [
        Piece(
            tokenizer.decode(tokens[start:end].tolist(), clean_up_tokenization_spaces=False),
            bool(trained[start]),
            end - start,
        )
        for start, end in pairwise(cuts)
    ]


def as_lines(masks: Sequence[Mask], *, texts: bool = True, colour: bool | None = None) -> list[str]:
    """Return the masks for a terminal: trained pieces green after a ``+``, the others dim after a ``·``."""
    lines = []
    for mask in masks:
        trained = sum(piece.tokens for piece in mask.pieces if piece.trained)
        total = sum(piece.tokens for piece in mask.pieces)
        lines.append(f"{inert(str(mask.place))}: {trained:,} of {total:,} tokens are trained")
        for piece in mask.pieces:
            sign, style = ("+", "green") if piece.trained else ("·", "dim")
            shown = _short(piece.text) if texts else f"{piece.tokens:,} token{'s' * (piece.tokens != 1)}"
            lines.append(styled(f"  {sign} {shown}", style, colour=colour))
    return lines


def as_objects(masks: Sequence[Mask], *, texts: bool = True) -> list[list[dict[str, Any]]]:
    """Return the masks as they stand in JSON files: of each row its pieces, ``{"text", "trained", "tokens"}``."""
    hidden = () if texts else ("text",)
    return [
        [{name: value for name, value in piece._asdict().items() if name not in hidden} for piece in mask.pieces]
        for mask in masks
    ]


def _short(text: str) -> str:
    whole = harmless(text.translate(_SEEN))
    half = WIDTH // 2
    return whole if len(whole) <= WIDTH + 1 else f"{whole[:half]} … {whole[-half:]}"
