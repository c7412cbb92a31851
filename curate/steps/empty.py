"""Answers that say nothing, and prompts that were filled by a placeholder."""

from __future__ import annotations

from typing import ClassVar, Literal

import orjson
import polars as pl

from curate.core.read.layouts.unwritten import answers_unwritten
from curate.core.record.views import asked, trained_answer, trained_turn
from curate.steps.ask import ask
from curate.steps.step import Step

_OPEN, _CLOSE = r"^[\s<\[(\"']*", r"[\s>\])\"'.!]*$"
_NOTHING = rf"(?i){_OPEN}(n/?a|none|null|nil|no (output|answer|response|input)|nooutput|not applicable|-+|\.+){_CLOSE}"
_PLACEHOLDER = (
    rf"(?im){_OPEN}(no[ _-]?input|input (is )?not (provided|needed|required)|none provided|n/?a"
    rf"|insert .{{1,30}} here){_CLOSE}"
)
_MERGED_WORDS = "Instruction|Input|Output|Response"  # one stands in whatever _MERGED finds, and is found fast
_MERGED = (  # no \b and no ^\s*: on text that is not ASCII they cost a hundred times as much
    rf"(?m)^[^\S\n]*(?:#{{2,}}\s*(?:{_MERGED_WORDS})(?:\W|\z)|(?:Instruction|Output)\s*:"
    r"|\d+\.\s*(?:Instruction|Input|Output)\s*:)"
)


class Empty(Step):
    """Drop records with a blank answer; warn of answers and prompts that only stand in for a text.

    The answer is the last one that is trained, those of weight 0 passed over.
    """

    use: Literal["empty"] = "empty"
    reasons: ClassVar[dict[str, str]] = {
        "empty_answer": "The last answer that is trained is blank, calls no tool, and holds no refusal or audio.",
        "answer_says_nothing": 'The answer only says that there is none ("N/A", "no output").',
        "answer_equals_prompt": "The answer repeats the prompt, or its last paragraph, word for word.",
        "placeholder_input": 'The prompt holds a placeholder instead of an input ("<noinput>").',
        "merged_instructions": 'The answer holds another instruction ("Instruction:", "### Input").',
    }
    guesses: ClassVar[frozenset[str]] = frozenset(
        {"answer_says_nothing", "answer_equals_prompt", "placeholder_input", "merged_instructions"}
    )

    def apply(self, block: pl.DataFrame) -> pl.DataFrame:
        """Mark rows by their last answer, and by their prompt."""
        last = block.select(said=trained_answer().str.strip_chars(), asked=asked().str.strip_chars())
        said, question = pl.lit(last["said"]), pl.lit(last["asked"])
        silent = last["said"].fill_null("") == ""
        if silent.any():
            turn = trained_turn()
            nothing_else = turn.struct.field("calls").is_null() & turn.struct.field("parts").is_null()
            blank = pl.lit(silent) & turn.is_not_null() & nothing_else
            block = self.mark_answer(block, pl.lit(_unsaid(block, block.select(blank).to_series())), "empty_answer")
        block = self.mark_answer(block, said.str.contains(_NOTHING), "answer_says_nothing")
        tail = question.str.split("\n\n").list.last().str.strip_chars()
        echoed = (said != "") & ((said == question) | (said == tail)) & (pl.col("layout") != "classification")
        block = self.mark_answer(block, echoed, "answer_equals_prompt")
        block = self.mark(block, question.str.contains(_PLACEHOLDER), "placeholder_input")
        merged = ask(last["said"], last["said"].str.contains(_MERGED_WORDS), lambda few: few.str.contains(_MERGED))
        return self.mark_answer(block, merged, "merged_instructions")


def _unsaid(block: pl.DataFrame, blank: pl.Series) -> pl.Series:
    """Return which of the rows that are blank say nothing beside their texts either: no refusal, and no audio."""
    places = blank.fill_null(value=False).arg_true()
    few = block[places].select("raw", "layout").iter_rows()
    unsaid = [not answers_unwritten(orjson.loads(raw), layout, trained=True) for raw, layout in few]
    return pl.repeat(value=False, n=len(blank), dtype=pl.Boolean, eager=True).scatter(places, unsaid)
