"""Spans of characters to masks of tokens, exact where a token would reach across a border."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from train.masking.chat import Span


class Tokens(NamedTuple):
    """The tokens of one text, and which of them are trained."""

    ids: NDArray[np.int32]
    trained: NDArray[np.bool_]


def tokenise(tokenizer: Any, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> list[Tokens]:
    """Return the tokens of each text, those inside its spans (in order, apart from each other) marked as trained.

    No token is added: a template writes the beginning of the text itself. Where a token would hold characters of both
    sides of a border, the text is split there first: a served model sees the prompt split by itself, and goes on
    from there. A tokenizer that cannot split there without changing the text keeps the token whole, and trained.
    """
    backend = tokenizer.backend_tokenizer
    made = []
    for text, inside, encoded in zip(
        texts, spans, backend.encode_batch(list(texts), add_special_tokens=False), strict=True
    ):
        ids = np.array(encoded.ids, dtype=np.int32)
        borders = np.array(list(chain.from_iterable(inside)), dtype=np.int64)
        offsets = np.array(encoded.offsets, dtype=np.int64).reshape(-1, 2)
        starts, ends = _reached(offsets)
        crossing = np.searchsorted(borders, starts, side="right") < np.searchsorted(borders, ends, side="left")
        if crossing.any():
            split = _split(backend, text, inside)
            if backend.decode(split.ids.tolist(), False) == backend.decode(encoded.ids, False):
                made.append(split)
                continue
        trained = np.searchsorted(borders, starts, side="right") % 2 == 1
        made.append(Tokens(ids, trained | crossing))
    return made


def _reached(offsets: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where tokens start and end. Characters that no token owns up to belong to the one after them.

    Byte-level tokenizers may leave the space of ``Ġword`` out of its offsets.
    """
    starts, ends = offsets[:, 0], offsets[:, 1]
    before = np.concatenate([[0], np.maximum.accumulate(ends)[:-1]]) if len(ends) else ends
    return np.minimum(starts, before), ends


def _split(backend: Any, text: str, inside: Sequence[Span]) -> Tokens:
    cuts = [0, *chain.from_iterable(inside), len(text)]
    pieces = [text[start:end] for start, end in pairwise(cuts)]
    ids = [encoded.ids for encoded in backend.encode_batch(pieces, add_special_tokens=False)]
    trained = np.repeat([at % 2 == 1 for at in range(len(ids))], [len(piece) for piece in ids])
    return Tokens(np.array(list(chain.from_iterable(ids)), dtype=np.int32), trained)
