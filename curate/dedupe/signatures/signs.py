"""Texts to digests of their signs: what is no word, and yet tells "a < b" from "a > b" and "-5" from "5"."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import polars as pl

from curate.dedupe.signatures.shingles import mix64
from curate.native.kernel import kernel

U64 = npt.NDArray[np.uint64]

_SEED, _WORD, _BITS = 0x51685, 0x9E3779B97F4A7C15, (1 << 64) - 1
_OF_WORD = rb"0-9A-Za-z_\x80-\xff"
_SIGN = re.compile(
    rb"[<>=+/%^&|~\\$]"
    rb"|(?<![" + _OF_WORD + rb"-])-(?=[" + _OF_WORD + rb"])"
    rb"|(?<=[^*\n])\*(?!\*)|(?:(?<=\n)|\A)\*(?![* ])"
    rb"|!(?=[=" + _OF_WORD + rb"])"
    rb"|(?<=[" + _OF_WORD + rb"])#"
)


def sign_digests(texts: pl.Series) -> U64:
    """Return a digest of the signs of each text that went through ``comparable``, in their order; never 0.

    A sign is an operator, a currency, a minus, or what else changes what a text says, wherever the words are the
    same; ``curate/native/signs.c`` lists them. Those beyond ASCII are spelled in signs by then.
    """
    native = kernel()
    return by_python(texts) if native is None else native.signs(texts)


def by_python(texts: pl.Series) -> U64:
    """Return what the C kernel returns, where there is none."""
    return mix64(np.array([_hash(text.encode()) for text in texts], dtype=np.uint64))


def _hash(text: bytes) -> int:
    found = _SEED
    for sign in _SIGN.findall(text):
        found = (found ^ sign[0]) * _WORD & _BITS
        found ^= found >> 32
    return found
