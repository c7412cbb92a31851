"""Questions and answers from documents, each with the passage and the words that prove it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal

from pydantic import Field, PositiveInt

from curate.augment.asking.answer import TEXT, Fault, schema_of
from curate.augment.asking.template import Holes, Template
from curate.augment.draw import Draw
from curate.augment.synthesis.passages import Passage, passages
from curate.augment.synthesis.wish import Given, Order, Source, Wish, Written, blank
from curate.augment.told.diversity import SPACELESS, tokens

_LEAST_CHARS, _LEAST_WORDS = 10, 3  # of a quotation without a number: "the" stands everywhere, and proves nothing
_LETTER = rf"[^\W{SPACELESS}]"
_DIGIT = re.compile(r"\d")
_SCHEMA = schema_of(question=TEXT, answer=TEXT, evidence=TEXT)


class FromDocuments(Source):
    """Questions and answers from documents; each keeps its passage, and the words of it that prove the answer."""

    kind: Literal["documents"] = "documents"
    files: tuple[str, ...] = Field(min_length=1, description="Documents, or patterns: .txt, .md, .jsonl.")
    text_field: str = Field("text", description="The field of a .jsonl document that holds its text.")
    per_passage: PositiveInt = Field(1, description="Questions asked about each passage.")
    max_chars: PositiveInt = Field(1_500, description="Most characters of a passage.")
    min_chars: PositiveInt = Field(80, description="Shorter passages are left out: headings, say.")

    template: ClassVar[str] = "documents"
    holes: ClassVar[Holes] = Holes(data=("passage",), words=("attributes", "number"), required=("passage",))

    def make(self, given: Given) -> DocumentWishes:
        """Return where the rows come from.

        Raises:
            InputError: a document cannot be read.
        """
        found = passages(self.files, given.folder, self.text_field, self.max_chars, self.min_chars)
        return DocumentWishes(found, self.per_passage)


class DocumentWishes:
    """Goes through all passages before it asks about one again."""

    def __init__(self, found: Sequence[Passage], each: int) -> None:
        self._passages = found
        self.amount: int | None = len(found) * each

    def wish(self, order: Order, template: Template, draw: Draw) -> Wish:
        """Return the wish for a question about a passage."""
        round_, place = divmod(order.number, len(self._passages))
        passage = self._passages[place]
        digest = hashlib.sha256(passage.text.encode()).digest()
        filled = template.fill({"passage": passage.text}, {"attributes": order.said, "number": str(round_ + 1)})
        return Wish(
            int.from_bytes(digest[:8], "big"),
            filled,
            _SCHEMA,
            lambda value: _written(value, passage),
            root=f"passage-{digest.hex()[:12]}",
        )


def _written(value: Mapping[str, Any], passage: Passage) -> Written | Fault:
    if blank(value["question"], value["answer"], value["evidence"]):
        return Fault("empty", "a question, an answer or evidence without a text")
    quote = " ".join(value["evidence"].split())
    if not _stands_in(quote, " ".join(passage.text.split())):
        return Fault("evidence_not_found", f"{passage.file}, passage {passage.number}: {value['evidence']}")
    if len(quote) < _LEAST_CHARS and len(tokens(quote)) < _LEAST_WORDS and not _DIGIT.search(quote):
        return Fault("evidence_too_short", f"{passage.file}, passage {passage.number}: {value['evidence']}")
    told = {
        "evidence": {
            "file": passage.file,
            "number": passage.number,
            "passage": passage.text,
            "quote": value["evidence"].strip(),
        }
    }
    turns = [{"role": "user", "text": value["question"].strip()}, {"role": "assistant", "text": value["answer"]}]
    return Written(turns, told, [])


def _stands_in(quote: str, text: str) -> bool:
    """Say whether a text has a quotation, which starts and ends where words do; some scripts tell no words apart."""
    before = rf"(?<!{_LETTER})" if re.match(_LETTER, quote) else ""
    after = rf"(?!{_LETTER})" if re.match(_LETTER, quote[-1:]) else ""
    return re.search(f"{before}{re.escape(quote)}{after}", text) is not None
