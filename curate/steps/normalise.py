"""How texts are made comparable; texts themselves change only on request."""

from __future__ import annotations

from typing import ClassVar, Literal

import polars as pl
from pydantic import Field

from curate.core.record.marks import edit
from curate.steps.step import Step

_NOT_NFC = r"[^\x00-\u02ff]"  # every text of characters below U+0300 is in form NFC
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
    white_space: bool = Field(default=True, description="Treat runs of white space as one space.")
    zero_width: bool = Field(default=True, description="Leave out U+200B, U+2060 and U+FEFF.")
    edit: bool = Field(default=False, description="Write the normalised text into the rows.")
    reasons: ClassVar[dict[str, str]] = {}

    def key(self, text: pl.Expr) -> pl.Expr:
        """Return the text as it is compared."""
        text = self._text(text)
        return text.str.to_lowercase() if self.case else text

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
        """Edit the texts, if asked to; else leave the block as it is."""
        if not self.edit:
            return block
        texts = pl.col("messages").list.eval(self._text(pl.element().struct.field("text")))
        return edit(block, texts, self.use)
