"""How texts are made comparable; texts themselves change only on request."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
import polars as pl
from pydantic import Field

from curate.core.read.layouts.layout import JOINT
from curate.core.record.marks import edit
from curate.core.record.turns import Turns
from curate.dedupe.forms import STABLE
from curate.dedupe.said import said
from curate.steps.pieces import Piece, edited_texts, parts_of, question_of, rejected_of
from curate.steps.step import Step

# A text of characters that NFC neither changes nor joins with what is before is in form NFC: all below U+0300, those
# that NFKC leaves, signs, punctuation, forms of compatibility and emoji.
_NFC = "\x00-\u02ff\u2002-\u20cf\u2190-\u2328\u232b-\u2adb\u2add-\u2bff\u3000-\u3029\uff01-\uffee\U0001f300-\U0001faff"
_NOT_NFC = f"[^{_NFC}{STABLE}]"
_NOT_ASCII = r"[^\x00-\x7f]"
_NO_SINGLE_SPACE = r"[^\S ]\s*|\s{2,}"  # white space that is not one space already
_ZERO_WIDTH = "[\u200b\u2060\ufeff]"  # never U+200C or U+200D, which spell Persian and build emoji


class Normalise(Step):
    """Make the keys by which rows are compared; with ``edit`` write the normalised texts too.

    Later steps compare texts by these settings. ``case`` is for keys alone: an edit never changes it.
    """

    use: Literal["normalise"] = "normalise"
    form: Literal["NFC", "NFKC", "none"] = Field("NFC", description="Unicode normalisation form.")
    case: bool = Field(default=True, description="Compare without regard to case.")
    white_space: bool = Field(default=True, description="Treat runs of white space, line ends too, as one space.")
    zero_width: bool = Field(default=True, description="Leave out U+200B, U+2060 and U+FEFF.")
    edit: bool = Field(default=False, description="Write the normalised text into the rows.")
    reasons: ClassVar[dict[str, str]] = {}

    def key(self, text: pl.Expr) -> pl.Expr:
        """Return the text as it is compared."""
        text = self._text(text)
        return text.str.to_lowercase() if self.case else text

    def keys(self, texts: pl.Series) -> pl.Series:
        """Return the texts as they are compared."""
        return texts.to_frame("text").select(self.key(pl.col("text"))).to_series()

    def questions(self, texts: pl.Series) -> pl.Series:
        """Return the texts as questions are compared: case, punctuation and white space aside."""
        return said(self.model_copy(update={"case": True, "white_space": True}).keys(texts))

    def _text(self, text: pl.Expr) -> pl.Expr:
        if self.zero_width:
            text = text.str.replace_all(_ZERO_WIDTH, "")
        if self.form != "none":
            text = text.map_batches(self._formed, return_dtype=pl.String)
        if self.white_space:
            text = text.str.replace_all(_NO_SINGLE_SPACE, " ").str.strip_chars()
        return text

    def _formed(self, texts: pl.Series) -> pl.Series:
        """Return the texts in the normal form; only those that may not be in it yet are worked on."""
        may_change = texts.str.contains(_NOT_NFC if self.form == "NFC" else _NOT_ASCII).fill_null(value=False)
        if not may_change.any():
            return texts
        formed = texts.filter(may_change).str.normalize(self.form)  # type: ignore[arg-type]  # "none" does not come here
        return texts.scatter(may_change.arg_true(), formed)

    def apply(self, block: pl.DataFrame) -> pl.DataFrame:
        """Edit the texts, each string of a record by itself, if asked to; else leave the block as it is."""
        if not self.edit:
            return block
        turns = Turns(block["messages"])
        texts = edited_texts(turns.flat["text"], self._made(block, turns), self._cleaned)
        new = pl.DataFrame({"at": turns.owner, "__texts": texts}).group_by("at", maintain_order=True).agg("__texts")
        numbered = block.with_row_index("at").with_columns(pl.col("at").cast(pl.Int64))
        other = edited_texts(block["rejected"], self._made_other(block), self._cleaned)
        block = numbered.join(new, on="at", how="left", maintain_order="left").with_columns(__rejected=other)
        return edit(block, pl.col("__texts"), self.use, pl.col("__rejected")).drop("at", "__texts", "__rejected")

    def _cleaned(self, texts: pl.Series) -> pl.Series:
        return texts.to_frame("text").select(self._text(pl.col("text"))).to_series()

    def _made(self, block: pl.DataFrame, turns: Turns) -> dict[int, list[Piece]]:
        """Return the pieces of the turns that more than one string makes: parts, and a question with an input."""
        parts = turns.flat["parts"]
        made = {at: parts_of(parts[at]) for at in parts.is_not_null().arg_true().to_list()}
        asked = block["layout"].is_in(["alpaca", "preference"]).fill_null(value=False).to_numpy()
        joined = turns.flat["text"].str.contains(JOINT, literal=True).fill_null(value=False).to_numpy()
        last = turns.last(turns.has_role("user")).to_list()
        for row in np.flatnonzero(asked):
            at = last[row]
            pieces = (
                question_of(block["raw"][int(row)], turns.flat["text"][at]) if at is not None and joined[at] else None
            )
            if pieces is not None:
                made[at] = pieces
        return made

    def _made_other(self, block: pl.DataFrame) -> dict[int, list[Piece]]:
        """Return the pieces of the other answers that may be more than one string."""
        several = block["rejected"].str.contains(r"\n|^\[\{").fill_null(value=False)
        found = {at: rejected_of(block["raw"][at], block["rejected"][at]) for at in several.arg_true().to_list()}
        return {at: pieces for at, pieces in found.items() if pieces is not None}
