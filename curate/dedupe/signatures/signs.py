"""Texts to digests of their signs: what is no word, and yet tells "a < b" from "a > b" and "-5" from "5"."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import polars as pl

from curate.dedupe.signatures.digits import DIGITS
from curate.dedupe.signatures.shingles import mix64
from curate.dedupe.signatures.stars import WORD, opens_line, stars
from curate.native.kernel import kernel

U64 = npt.NDArray[np.uint64]

_SEED, _WORD, _BITS = 0x51685, 0x9E3779B97F4A7C15, (1 << 64) - 1
_D, _W, _QUOTES = DIGITS, WORD, "'\"`"
_LETTER = rf"(?<![{_W}{_QUOTES}])[A-Za-z]"  # by itself
_NUMBERS = [rf"(?<![{_W}{_QUOTES}])[{_D}]{{{digits}}}" for digits in (1, 2, 3)]


def _behind(ends: list[str], then: str = "") -> str:
    """Return a pattern for the place behind one of several ends."""
    return "(?:" + "|".join(f"(?<={end}{then})" for end in ends) + ")"


_OPERAND = [rf"[{_D})\]}}]", f"[{_D}][A-Za-z]", _LETTER]
_ALONE = [_LETTER, *_NUMBERS]
_PRIMES = "(?:" + "|".join(_behind(_ALONE, "'" * primes) for primes in range(4)) + ")"
_SIGN = re.compile(
    rf"""
    [<>=/%^&|~\\$@]
    | (?<=[<>=])- | -(?=[<>=])                                    # x -= 1, ->
    | (?<![{_W}-])-(?=[{_W}($\\])                                 # -5, -(x)
    | {_behind(_OPERAND)}-(?=[{_D}($\\]|[A-Za-z](?![{_W}]))       # 7-5, x-y
    | {_behind(_OPERAND, "[ ]")}-(?=[ ])                          # a - b
    | (?<=[{_W}])-(?=-(?:[^{_W}-]|\Z)) | (?<![{_W}-])-(?=-[{_W}])  # i--, --i
    | (?<=(?<![{_W}-])-)-(?=[{_W}])
    | \+(?![ ])
    | !(?=[{_W}=(]) | (?:(?<=[)\]}}])|{_behind(_ALONE)})!
    | (?<=[{_D}])[.,:](?=[{_D}]) | (?<![{_W}.])\.(?=[{_D}]) | :(?==)
    | {_PRIMES}['"](?![A-Za-z])                                   # f'(x), 5"
    | (?<=[{_W}])\#
    | (?<=[^\x00-\x20][ ])-(?=[ ][{_D}$\\])                      # total - 5
    | (?<=[^\x00-\x20])\x7f(?=[^\x00-\x20])
    | (?P<star>\*)
    | (?P<item>\+ | (?<![^\x00-\x20])\x7f(?![^\x00-\x20]))
    """,
    re.VERBOSE,
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
    return mix64(np.array([_hash(text) for text in texts], dtype=np.uint64))


def _hash(text: str) -> int:
    found, saying = _SEED, stars(text) if "*" in text else frozenset()
    for mark in _SIGN.finditer(text):
        at = mark.start()
        if at in saying if mark["star"] else mark["item"] is None or not opens_line(text, at):
            found = (found ^ ord(text[at])) * _WORD & _BITS
            found ^= found >> 32
    return found
