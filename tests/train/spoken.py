"""Rows and masks in few words, for tests."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from train.data.rows import Row
from train.examples import Examples, Place


def row(*turns, tools=None, text=None, line=1, name="one", digest=0):
    """Return a row; a turn is ``"u:Hi"``, ``"a:Hello"``, ``"s:Be kind"``, ``"t:sunny"``, or a message itself."""
    roles = {"u": "user", "a": "assistant", "s": "system", "t": "tool"}
    messages = [
        {"role": roles[turn[0]], "content": turn[2:]} if isinstance(turn, str) else dict(turn) for turn in turns
    ]
    return Row(Place("rows.jsonl", line, name), messages, tools, text, digest)


def runs(examples: Examples, at: int = 0) -> list[tuple[list[int], bool]]:
    """Return the runs of tokens of a row that are all trained, or all not."""
    tokens, trained = examples.row(at)
    cuts = [0, *(np.flatnonzero(np.diff(trained)) + 1).tolist(), len(tokens)]
    return [(tokens[start:end].tolist(), bool(trained[start])) for start, end in pairwise(cuts)]


def examples(*rows: tuple[list[int], list[int]], cut=None, cut_trained=None, refused=None) -> Examples:
    """Return Examples of rows given as their tokens and as the 0 and 1 of their masks."""
    tokens = [token for ids, _ in rows for token in ids]
    return Examples(
        tokens=np.array(tokens, dtype=np.int32),
        trained=np.array([one for _, mask in rows for one in mask], dtype=np.bool_),
        starts=np.cumsum([0, *(len(ids) for ids, _ in rows)]).astype(np.int64),
        cut=np.array(cut or [0] * len(rows), dtype=np.int64),
        cut_trained=np.array(cut_trained or [0] * len(rows), dtype=np.int64),
        places=tuple(Place("rows.jsonl", at + 1, str(at + 1)) for at in range(len(rows))),
        refused=refused or {},
    )
