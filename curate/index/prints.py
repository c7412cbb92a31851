"""Prints: what tells equal texts, on every machine and in every version of the libraries below us."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from curate.split.questions import questions_of
from curate.steps.exact_duplicates import whole_text
from curate.steps.normalise import Normalise

U64 = npt.NDArray[np.uint64]

_BYTES = 16  # of SHA-256: a chance collision among 10^9 rows has probability 10^-21


class Prints(NamedTuple):
    """The 128 bits of each text's print, as two numbers."""

    first: U64
    second: U64


def prints_of(texts: pl.Series) -> Prints:
    """Return the print of each text: the first 16 bytes of its SHA-256."""
    sha256 = hashlib.sha256
    data = b"".join([sha256(text.encode()).digest()[:_BYTES] for text in texts.to_list()])
    both = np.frombuffer(data, dtype=">u8").astype(np.uint64).reshape(-1, 2)
    return Prints(both[:, 0].copy(), both[:, 1].copy())


def conversation_prints(rows: pl.DataFrame, rule: Normalise) -> Prints:
    """Return the print of each row's whole conversation: equal where ``exact_duplicates`` calls rows duplicates."""
    return prints_of(whole_text(rows, rule.keys).fill_null(""))


def question_prints(rows: pl.DataFrame, rule: Normalise) -> pl.DataFrame:
    """Return row, key and whether it is the last, of each question that a row answers; ``key`` has 64 bits."""
    return questions_of(rows, rule.questions, text_prints)


def text_prints(texts: pl.Series) -> U64:
    """Return 64 bits of the print of each text; 0 where it is null or empty."""
    known = texts.fill_null("")
    return np.where((known == "").to_numpy(), np.uint64(0), prints_of(known).first)
