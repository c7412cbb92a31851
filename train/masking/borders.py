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
    encoded = backend.encode_batch(list(texts), add_special_tokens=False)
    return [_masked(backend, *one) for one in zip(texts, encoded, spans, strict=True)]


def _masked(backend: Any, text: str, encoded: Any, inside: Sequence[Span]) -> Tokens:
    ids = np.array(encoded.ids, dtype=np.int32)
    trained = np.zeros(len(ids), dtype=np.bool_)
    for start, end in inside:
        first, last = _clean(encoded, start, text), _clean(encoded, end, text)
        if first is None or last is None:
            return _looked_at(backend, text, encoded, inside)
        trained[first:last] = True
    return Tokens(ids, trained)


def _clean(encoded: Any, border: int, text: str) -> int | None:
    """Return the token that starts at a border, where the one before it ends there too; else None.

    That is so nearly always, and spares the offsets of all the other tokens, which cost as much as rendering the text.
    """
    if border == len(text):
        return len(encoded)
    at: int | None = encoded.char_to_token(border)
    if at is None or encoded.token_to_chars(at)[0] != border:
        return None
    return at if at == 0 or encoded.token_to_chars(at - 1)[1] == border else None


def _looked_at(backend: Any, text: str, encoded: Any, inside: Sequence[Span]) -> Tokens:
    """Return the tokens of a text in which a token may reach across a border."""
    borders = np.array(list(chain.from_iterable(inside)), dtype=np.int64)
    ids = np.array(encoded.ids, dtype=np.int32)
    starts, ends = _reached(encoded)
    over = np.searchsorted(starts, borders, side="left") - 1  # the last token that starts before each border
    crossed = borders[(over >= 0) & (ends[over] > borders)] if len(ids) else borders[:0]
    if len(crossed):
        pieces, cuts = _split(backend, text, crossed)
        if backend.decode(_ids(pieces), False) == backend.decode(encoded.ids, False):
            ids = np.array(_ids(pieces), dtype=np.int32)
            starts = np.concatenate([_reached(piece)[0] + cut for piece, cut in zip(pieces, cuts, strict=True)])
            crossed = crossed[:0]
    trained = np.searchsorted(borders, starts, side="right") % 2 == 1
    trained[np.searchsorted(starts, crossed, side="left") - 1] = True
    return Tokens(ids, trained)


def _reached(encoded: Any) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where tokens start and end. Characters that no token owns up to belong to the one after them.

    Byte-level tokenizers may leave the space of ``Ġword`` out of its offsets.
    """
    offsets = np.fromiter(chain.from_iterable(encoded.offsets), dtype=np.int64).reshape(-1, 2)
    starts, ends = offsets[:, 0], np.maximum.accumulate(offsets[:, 1])
    return np.minimum(starts, np.concatenate([[0], ends[:-1]])) if len(ends) else starts, ends


def _split(backend: Any, text: str, crossed: NDArray[np.int64]) -> tuple[list[Any], list[int]]:
    """Return the pieces of a text between borders, each encoded by itself, and where they start."""
    cuts = [0, *np.unique(crossed).tolist(), len(text)]
    return backend.encode_batch([text[start:end] for start, end in pairwise(cuts)], add_special_tokens=False), cuts[:-1]


def _ids(pieces: Sequence[Any]) -> list[int]:
    return [token for piece in pieces for token in piece.ids]
