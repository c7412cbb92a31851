"""Tokens of conversations: estimated from their characters, or counted by a tokenizer that the user gives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from curate.check.tokens import load_tokenizer
from curate.core.chat.tokens import PER_MESSAGE
from curate.core.record.turns import Turns
from curate.core.write.folder import sha256_of
from curate.native.folding import beyond_ascii

Numbers = npt.NDArray[np.int64]
ESTIMATED = f"estimate: a fourth of the ASCII characters, each other character, {PER_MESSAGE} a message"


class Tokens:
    """How tokens are counted; ``signature`` says so."""

    def __init__(self, path: Path | None = None, name: str | None = None) -> None:
        self._tokenizer: Any = None if path is None else load_tokenizer(path)
        self.signature = ESTIMATED
        if path is not None:
            file = path / "tokenizer.json" if path.is_dir() else path
            self.signature = f"tokenizer: {name or path} sha256 {sha256_of(file)[0]}, {PER_MESSAGE} a message"

    def count(self, turns: Turns, chars: Numbers) -> Numbers:
        """Return the tokens of each record, texts and tool calls of all its turns; ``chars`` are those of the texts."""
        tokens = np.full(len(turns.flat), PER_MESSAGE, dtype=np.int64)
        tokens += self._of(turns.flat["text"].fill_null(""), chars)
        calls = turns.flat["calls"].cast(pl.String)
        if calls.null_count() < len(calls):
            calls = calls.fill_null("")
            tokens += self._of(calls, calls.str.len_chars().to_numpy())
        return np.bincount(turns.owner, weights=tokens, minlength=turns.records).astype(np.int64)

    def _of(self, texts: pl.Series, chars: Numbers) -> Numbers:
        if self._tokenizer is None:
            return _estimated(texts, chars.astype(np.int64))
        encoded = self._tokenizer.encode_batch(texts.to_list(), add_special_tokens=False)
        return np.array([len(one.ids) for one in encoded], dtype=np.int64)


def _estimated(texts: pl.Series, chars: Numbers) -> Numbers:
    beyond = np.zeros(len(texts), dtype=np.int64)
    wide = np.flatnonzero(texts.str.len_bytes().to_numpy() != chars)
    if len(wide):
        beyond[wide] = beyond_ascii(texts.gather(wide))
    return -(-(chars - beyond) // 4) + beyond
