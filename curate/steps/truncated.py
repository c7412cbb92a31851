"""Answers that were cut off before their end."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import orjson
import polars as pl
from pydantic import Field

from curate.core.record.views import answer
from curate.steps.ask import ask
from curate.steps.step import Action, Step

_CUT_WORD = (
    r"(?i)(?:^|[\s(])(a|an|the|and|or|but|of|to|in|on|at|by|for|with|from|as|is|are|was|were|be|that|which|who|whose"
    r"|because|if|its|their|your|our|this|these|those|such|than|into|between|using|including)$|[\p{L}\p{N}][,(]$"
)
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
        block = self.mark(block, ask(raws, named, _finished_at_length), "cut_at_length")
        answers = block.select(answer().str.strip_chars_end()).to_series()
        said = pl.lit(answers)
        fences = said.str.count_matches(r"(?m)^\s*(```|~~~)")
        block = self.mark(block, fences % 2 == 1, "open_fence")
        candidates = answers.str.contains(r"^[\[{]") & ~answers.str.contains(r"[\]}]\W*$")
        block = self.mark(block, ask(answers, candidates, _opens_json), "open_json")
        prose = fences.fill_null(0) == 0
        long_enough = said.str.len_chars() >= 40
        return self.mark(block, prose & long_enough & said.str.contains(_CUT_WORD), "cut_in_sentence")


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

    return pl.Series([one(text) for text in texts.to_list()], dtype=pl.Boolean)
