"""Texts as they are compared: NFKC, lower case, white space folded."""

from __future__ import annotations

import polars as pl

_SPACELESS = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]"  # scripts without spaces
_ZERO_WIDTH = "[\u200b\u2060\ufeff]"  # never U+200C or U+200D, which spell Persian and build emoji


def comparable(texts: pl.Series) -> pl.Series:
    r"""Return the texts ready for comparison; null becomes empty.

    Texts of pure ASCII stay as they are: case and white space are folded where they are read. In the others every
    character that is neither letter, mark, digit nor connector becomes a space, as ``\w`` has it; where a script has
    no spaces, each character becomes a word of its own.
    """
    texts = texts.fill_null("")
    foreign = texts.str.len_bytes() != texts.str.len_chars()
    if not foreign.any():
        return texts
    few = folded(
        texts.filter(foreign)
        .str.replace_all(_ZERO_WIDTH, "")
        .str.normalize("NFKC")
        .str.to_lowercase()
        .str.replace_all(r"[^\w\s\x00-\x7f]", " ")
    )
    spaceless = _most_spaceless(few)
    if spaceless.any():
        characters = few.filter(spaceless).str.replace_all(r"[\s\p{P}]", "").str.replace_all(r"(.)", "$1 ")
        few = few.scatter(spaceless.arg_true(), characters.str.strip_chars())
    return texts.scatter(foreign.arg_true(), few)


def folded(texts: pl.Series) -> pl.Series:
    """Return the texts in lower case, runs of white space as one space and none at the ends."""
    return texts.str.to_lowercase().str.replace_all(r"\s+", " ").str.strip_chars()


def is_spaceless(texts: pl.Series) -> pl.Series:
    """Say which texts are written, by more than half of their letters, in a script without spaces."""
    foreign = (texts.str.len_bytes() != texts.str.len_chars()).fill_null(value=False)
    return foreign.scatter(foreign.arg_true(), _most_spaceless(texts.filter(foreign))) if foreign.any() else foreign


def _most_spaceless(texts: pl.Series) -> pl.Series:
    return texts.str.count_matches(_SPACELESS) * 2 > texts.str.count_matches(r"\p{L}")
