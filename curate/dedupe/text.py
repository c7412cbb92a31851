"""Texts as they are compared: NFKC, lower case, white space folded."""

from __future__ import annotations

import numpy as np
import polars as pl

from curate.dedupe.alphabet import pages
from curate.dedupe.forms import SIGN, Compared, form_of
from curate.native.folding import fold
from curate.native.kernel import Kernel, kernel

MIN_WORDS = 8  # below it a text is compared as a whole


def comparable(texts: pl.Series) -> pl.Series:
    """Return the texts ready for comparison, as ``compared`` says; null becomes empty."""
    return compared(texts).texts


def compared(texts: pl.Series) -> Compared:
    r"""Return the texts ready for comparison; null becomes empty.

    Texts of pure ASCII stay as they are: case and white space are folded where they are read. In the others every
    character that is neither letter, mark, digit nor connector becomes a space, as ``\w`` has it; where a script has
    no spaces, each character becomes a word of its own. What says something and is no word is spelled in signs of
    ASCII, which are no words either: operators, currencies and emoji, and in texts of so few words that they are
    compared as a whole any other sign.
    """
    texts = texts.fill_null("") if texts.null_count() else texts
    of = pl.col("text").str
    foreign = texts.to_frame("text").select(of.len_bytes() != of.len_chars()).to_series()
    if not foreign.any():
        return Compared(texts, foreign)
    native = kernel()
    own = texts.filter(foreign)
    found = _by_polars(own) if native is None else _by_kernel(native, own)
    at = foreign.arg_true()
    return Compared(texts.scatter(at, found.texts), foreign.scatter(at, found.spaceless))


def _by_polars(texts: pl.Series) -> Compared:
    found = form_of(texts, spelled=False)
    short = _signed(texts, found.texts.str.count_matches(r"\w+") < MIN_WORDS)
    return _replaced(found, short, form_of(texts.filter(short), spelled=True)) if short.any() else found


def _by_kernel(native: Kernel, texts: pl.Series) -> Compared:
    found, short = _folded(native, texts, spelled=False)
    short = _signed(texts, short)
    if not short.any():
        return found
    few, _ = _folded(native, texts.filter(short), spelled=True)
    return _replaced(found, short, few)


def _signed(texts: pl.Series, short: pl.Series) -> pl.Series:
    """Return which of the short texts have a sign."""
    return short.scatter(short.arg_true(), texts.filter(short).str.contains(SIGN)) if short.any() else short


def _folded(native: Kernel, texts: pl.Series, *, spelled: bool) -> tuple[Compared, pl.Series]:
    """Return the form of texts, and which are short; where characters change with their neighbours, by Polars."""
    letters = pages(spelled=spelled)
    folded = fold(native, texts, letters.alphabet, letters.add, MIN_WORDS)
    found, short = Compared(folded.texts, pl.Series(folded.spaceless)), pl.Series(folded.short)
    if not folded.unknown.any():
        return found, short
    unknown = pl.Series(folded.unknown)
    rest = form_of(texts.filter(unknown), spelled=spelled)
    few = pl.Series(np.diff(native.words(rest.texts)[1]) < MIN_WORDS)
    return _replaced(found, unknown, rest), short.scatter(unknown.arg_true(), few)


def _replaced(found: Compared, which: pl.Series, few: Compared) -> Compared:
    """Return the same with others in the place of some."""
    at = which.arg_true()
    return Compared(found.texts.scatter(at, few.texts), found.spaceless.scatter(at, few.spaceless))


def folded(texts: pl.Series) -> pl.Series:
    """Return the texts in lower case, runs of white space as one space and none at the ends."""
    return texts.str.to_lowercase().str.replace_all(r"\s+", " ").str.strip_chars()
