"""Texts as they are compared: NFKC, lower case, one space between words."""

from __future__ import annotations

import polars as pl

_SPACELESS = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]"  # scripts without spaces
_ZERO_WIDTH = "[\u200b\u2060\ufeff]"  # never U+200C or U+200D, which spell Persian and build emoji


def comparable(texts: pl.Series) -> pl.Series:
    r"""Return the texts normalised for comparison; null becomes empty.

    Rows of pure ASCII only change case and white space. In the others every character that is neither letter, mark,
    digit nor connector becomes a space, as ``\w`` has it; and where a script has no spaces, each character becomes a
    word of its own.
    """
    frame = texts.fill_null("").alias("text").to_frame()
    plain = pl.col("text").str.len_bytes() == pl.col("text").str.len_chars()
    folded = (
        pl.col("text")
        .str.replace_all(_ZERO_WIDTH, "")
        .str.normalize("NFKC")
        .str.to_lowercase()
        .str.replace_all(r"[^\w\s\x00-\x7f]", " ")
    )
    frame = frame.select(
        pl.when(plain)
        .then(pl.col("text").str.to_lowercase())
        .otherwise(folded)
        .str.replace_all(r"\s+", " ")
        .str.strip_chars()
        .alias("text")
    )
    spaceless = is_spaceless(frame["text"])
    if not spaceless.any():
        return frame.to_series()
    characters = pl.col("text").str.replace_all(r"[\s\p{P}]", "").str.replace_all(r"(.)", "$1 ").str.strip_chars()
    return frame.select(pl.when(spaceless).then(characters).otherwise("text")).to_series()


def is_spaceless(texts: pl.Series) -> pl.Series:
    """Say which texts are written, by more than half of their letters, in a script without spaces."""
    some = texts.str.contains(_SPACELESS).fill_null(value=False)
    if not some.any():
        return some
    few = texts.filter(some)  # most texts hold no such letter, and need no counting
    most = few.str.count_matches(_SPACELESS) * 2 > few.str.count_matches(r"\p{L}")
    return some.scatter(some.arg_true(), most)
