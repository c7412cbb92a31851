"""What is compared: the texts of a row, the words of a text, and how texts are folded before they are."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl

from curate.core.record.turns import TURN_BREAK, Turns
from curate.dedupe.forms import nfkc
from curate.dedupe.signatures.shingles import I64, U64, words_by_numpy
from curate.native.kernel import kernel

_SPACELESS = r"([\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}])"  # scripts without spaces
_ZERO_WIDTH = "[\u200b\u2060\ufeff]"


class Words(NamedTuple):
    """The words of consecutive texts as hashes: those of text ``i`` are ``hashes[starts[i]:starts[i + 1]]``."""

    hashes: U64
    starts: I64  # n + 1


def row_texts(block: pl.DataFrame) -> pl.Series:
    """Return all that a row says, as one text: every turn, system turns and the rejected answer among them."""
    turns = Turns(block["messages"])
    said = turns.joined(turns.flat["text"], np.ones(len(turns.flat), dtype=np.bool_)).fill_null("")
    rejected = block["rejected"]
    if rejected.null_count() < len(rejected):
        both = pl.DataFrame({"said": said, "rejected": rejected.fill_null("")})
        said = both.select(pl.concat_str("said", "rejected", separator=TURN_BREAK)).to_series()
    return said


def words(texts: pl.Series) -> Words:
    r"""Return the words of texts, none of them null: runs of ``\w`` in lower case, after NFKC.

    In a script without spaces each character is a word.
    """
    texts = _spelled(texts)
    native = kernel()
    return Words(*(words_by_numpy(texts) if native is None else native.words(texts)))


def _spelled(texts: pl.Series) -> pl.Series:
    """Return the texts such that every byte above 0x7f belongs to a word; those of pure ASCII as they are."""
    foreign = texts.str.len_bytes() != texts.str.len_chars()
    if not foreign.any():
        return texts
    few = nfkc(texts.filter(foreign).str.replace_all(_ZERO_WIDTH, ""))
    few = few.str.to_lowercase().str.replace_all(r"[^\w\x00-\x7f]", " ")
    spaceless = few.str.contains(_SPACELESS)
    if spaceless.any():
        apart = few.filter(spaceless).str.replace_all(_SPACELESS, " $1 ")
        few = few.scatter(spaceless.arg_true(), apart)
    return texts.clone().scatter(foreign.arg_true(), few)  # it writes into the series itself


def unspaced(texts: pl.Series) -> pl.Series:
    """Return texts as they are compared to the letter: in lower case, without white space; punctuation stays."""
    return nfkc(texts).str.to_lowercase().str.replace_all(r"\s+", "")


def squeezed(texts: pl.Series) -> pl.Series:
    """Return the letters and digits of texts, and nothing else."""
    return texts.str.replace_all(r"[^\p{L}\p{N}]+", "")
