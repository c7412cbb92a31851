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
_SIGN = re.compile(rb"[-<>=+/%^&|~\\$*!#]")
_WORD_BYTE = re.compile(rb"[0-9A-Za-z_\x80-\xff]")
_LINE_START = re.compile(rb"(?:\A|\n)[ \t]*\Z")


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
    for mark in _SIGN.finditer(text):
        if _is_sign(text, mark.start()):
            found = (found ^ text[mark.start()]) * _WORD & _BITS
            found ^= found >> 32
    return found


def _is_sign(text: bytes, at: int) -> bool:
    """Say whether a byte is a sign where it stands; the text's ends count as line breaks."""
    sign, before, after = text[at : at + 1], text[at - 1 : at] if at else b"\n", text[at + 1 : at + 2] or b"\n"
    behind_word, before_word = (_WORD_BYTE.match(one) is not None for one in (before, after))
    opens_item = after == b" " and _LINE_START.search(text, 0, at) is not None
    if sign == b"-":
        return before_word and not behind_word and before != b"-"
    if sign == b"*":
        return b"*" not in (before, after) and behind_word == before_word and not opens_item
    if sign == b"!":
        return before_word or after == b"="
    return behind_word if sign == b"#" else sign != b"+" or not opens_item
