"""Answers that were cut off before their end."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import orjson
import polars as pl
from pydantic import Field

from curate.core.record.views import trained_answer
from curate.steps.ask import ask
from curate.steps.step import Action, Step

_CUT_WORD = (
    r"(?i)(?:^|[\s(])(a|an|the|and|or|but|of|to|in|on|at|by|for|with|from|as|is|are|was|were|be|that|which|who|whose"
    r"|because|if|its|their|your|our|this|these|those|such|than|into|between|using|including)$|[\p{L}\p{N}][,(]$"
)
_CUT_CHARS = 16  # more than the longest of these words and what stands before it
_FENCES = ("```", "~~~")
_FINISH = ("finish_reason", "finish", "stop_reason")
_AT_LENGTH = frozenset({"length", "max_tokens"})


class Truncated(Step):
    """Warn of answers that end in the middle.

    A missing full stop is no sign: 14 to 58% of good answers have none. These are: the sampler said that it ran out of
    length; a code fence or JSON is left open; the last word cannot end a sentence ("because of the").
    """

    use: Literal["truncated"] = "truncated"
    action: Action = Field("warn", description="What the step's marks do: drop the row, or warn of it.")
    reasons: ClassVar[dict[str, str]] = {
        "cut_at_length": "The row's own field says that the sampler stopped at its length limit.",
        "open_fence": "A code fence is opened and not closed.",
        "open_json": "The answer starts as JSON and ends inside it.",
        "cut_in_sentence": "The answer ends with a word or mark that cannot end a sentence.",
    }

    def apply(self, block: pl.DataFrame) -> pl.DataFrame:
        """Mark rows by the end of their last answer."""
        raws = block["raw"]
        named = raws.bin.contains(b'"finish') | raws.bin.contains(b'"stop_reason"')
        block = self.mark_answer(block, ask(raws, named, _finished_at_length), "cut_at_length")
        answers = block.select(trained_answer().str.strip_chars_end()).to_series()
        fenced = answers.str.contains_any(list(_FENCES))
        block = self.mark_answer(block, ask(answers, fenced, lambda few: _fences(few) % 2 == 1), "open_fence")
        objects = answers.str.starts_with("[") | answers.str.starts_with("{")
        block = self.mark_answer(block, ask(answers, objects, _opens_json), "open_json")
        cut = answers.str.tail(_CUT_CHARS).str.contains(_CUT_WORD)
        return self.mark_answer(block, ask(answers, cut, _prose), "cut_in_sentence")


def _finished_at_length(raws: pl.Series) -> pl.Series:
    """Say which records carry a finish reason of "length"."""

    def one(raw: bytes) -> bool:
        try:
            record: Any = orjson.loads(raw)
        except orjson.JSONDecodeError:
            return False
        return isinstance(record, dict) and any(
            record.get(name) in _AT_LENGTH for name in _FINISH if _plain(record, name)
        )

    return pl.Series([one(raw) for raw in raws.to_list()], dtype=pl.Boolean)


def _plain(record: dict[str, Any], name: str) -> bool:
    return isinstance(record.get(name), str)


def _fences(texts: pl.Series) -> pl.Series:
    """Return how many lines open or close a code fence."""
    return texts.str.count_matches(r"(?m)^\s*(```|~~~)")


def _prose(texts: pl.Series) -> pl.Series:
    """Say which texts are long enough to be sentences, and hold no code."""
    return (texts.str.len_chars() >= 40) & (_fences(texts) == 0)


def _opens_json(texts: pl.Series) -> pl.Series:
    """Say which texts start as JSON and end inside it: an object or array that is never closed."""

    def one(text: str | None) -> bool:
        if not text or text[0] not in "{[" or not text[1:].lstrip().startswith(('"', "{", "[", "]", "}")):
            return False
        depth, inside, escaped = 0, False, False
        for char in text:
            if inside:
                inside, escaped = char != '"' or escaped, char == "\\" and not escaped
            elif char == '"':
                inside = True
            else:
                depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(char, 0)
        return inside or depth > 0

    asked = zip(texts.to_list(), texts.str.contains(r"[\]}]\W*$").to_list(), strict=True)
    return pl.Series([not ended and one(text) for text, ended in asked], dtype=pl.Boolean)
