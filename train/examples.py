"""Rows as tokens, with the mask of those that are trained: what guards, packing and the loop share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Place(NamedTuple):
    """Where a row stands: what an error names."""

    source: str
    line: int  # counts from 1
    id: str

    def __str__(self) -> str:
        """Return ``file:line``."""
        return f"{self.source}:{self.line}"


@dataclass(frozen=True)
class Examples:
    """n rows end to end: row i is ``tokens[starts[i]:starts[i + 1]]``.

    ``trained`` marks the tokens that count in the loss, each under its own place: a model predicts token t from those
    before it, so a trained first token of a row trains nothing. ``cut`` counts the tokens that the limit took from each
    row, ``cut_trained`` those of them that would have been trained.

    A row that the chat template refuses has no tokens; ``refused`` says why, by row. ``rewritten`` are rows in which
    the template writes an earlier answer otherwise than the model is asked to write it, as those do that drop thinking.
    In ``opened`` an answer does not begin as the model is asked to begin it, as where the template opens a thought; in
    ``unsaid`` something of an answer does not stand in what is trained.
    """

    tokens: NDArray[np.int32]  # (all tokens,)
    trained: NDArray[np.bool_]  # (all tokens,)
    starts: NDArray[np.int64]  # (n + 1,)
    cut: NDArray[np.int64]  # (n,)
    cut_trained: NDArray[np.int64]  # (n,)
    places: tuple[Place, ...]
    refused: Mapping[int, str] = field(default_factory=dict)
    rewritten: tuple[int, ...] = ()
    opened: tuple[int, ...] = ()
    unsaid: tuple[int, ...] = ()

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.places)

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Return the tokens of each row (n,)."""
        return np.diff(self.starts)

    def row(self, at: int) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
        """Return the tokens of a row and the mask of those that are trained."""
        here = slice(int(self.starts[at]), int(self.starts[at + 1]))
        return self.tokens[here], self.trained[here]
