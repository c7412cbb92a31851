"""Notes of a run whose duplicates say other things than their twins in a field that no step compares.

``{"question": "Who was it?", "context": "In 1815 ...", "answer": "Napoleon"}``, read as a question and an answer, is a
duplicate of every row with the same two, whatever their contexts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

import orjson
import polars as pl

from curate.core.command.figures import many
from curate.core.command.words import path_word
from curate.core.read.layouts import LAYOUTS, Record
from curate.core.read.layouts.beside import BESIDE
from curate.core.record.block import EARLIER
from curate.curation.passes.staged import Staged
from curate.curation.plan import Plan

_MOST = 2000  # rows that are looked at: the first that went
_ROWS_AT_ONCE = 200  # that are fetched
_PASSAGES = ("context", "contexts", "passage", "document", "article", "paragraph", "background")  # however short
_WORDS, _LETTERS = 5, 20  # of other texts, words without digits and letters beyond ASCII; ids, dates, names have fewer


class _Field(NamedTuple):
    name: str  # as it stands in the record
    layout: str  # by which --map could read it as part of the question; empty where none can
    source: int


def uncompared(plan: Plan, staged: Staged) -> list[str]:
    """Return a note for each field of text in which rows went that differ from the row they went for."""
    twins = pl.concat([_certain(found) for phase in staged.decided for found in phase.marks] or [_NONE])
    looked = twins.unique("row").sort("row").head(_MOST)
    differing: Counter[_Field] = Counter()
    for start in range(0, len(looked), _ROWS_AT_ONCE):
        part = looked[start : start + _ROWS_AT_ONCE]
        gone = staged.engine.fetch(part["row"], ["source", "layout", "raw"])
        kept = staged.engine.fetch(part["matched"], ["raw"])
        for (source, layout, raw), other in zip(gone.iter_rows(), kept["raw"], strict=True):
            record = orjson.loads(raw)
            names = _differing(record, orjson.loads(other), _compared(plan, source, layout))
            free = layout if _has_room(record, layout, plan.sources[source].fields) else ""
            differing.update(_Field(name, free if name else "", source) for name in names)
    most = f" of the first {_MOST:,}" if len(twins) > _MOST else ""
    return [
        f"{many(count, 'row')}{most} gone as duplicates differ from the twin in {field.name!r}, which is not "
        f"compared; if it is part of the question, {_remedy(plan, field)}"
        for field, count in sorted(differing.items(), key=lambda one: (-one[1], one[0]))
    ]


_NONE = pl.DataFrame(schema={"row": pl.UInt64, "matched": pl.UInt64})


def _certain(decided: pl.DataFrame) -> pl.DataFrame:
    """Return the rows that went for one of this run that says the very same, in all that is compared."""
    same = pl.col("reason").is_in(["exact_duplicate", "near_duplicate"]) & (pl.col("similarity") == 1)
    return decided.filter(pl.col("drops") & same & (pl.col("matched") < EARLIER)).select("row", "matched")


def _compared(plan: Plan, source: int, layout: str) -> frozenset[str]:
    """Return the fields of a source, under the names that its records have, that are read or looked at."""
    fields = plan.sources[source].fields
    own = {fields.get(name, name) for name in (*LAYOUTS[layout].own, *BESIDE)}
    near = plan.near
    named = () if near is None or isinstance(near.compare, str) else near.compare
    return frozenset(own | set(named) | {plan.config.input.id})


def _differing(gone: Record, kept: Record, compared: frozenset[str]) -> list[str]:
    """Return the fields of both that hold a text, another one case and white space aside."""
    return [
        name
        for name, value in gone.items()
        if name not in compared
        and isinstance(value, str)
        and isinstance(kept.get(name), str)
        and value.lower().split() != kept[name].lower().split()
        and (name in _PASSAGES or (_is_text(value) and _is_text(kept[name])))
    ]


def _is_text(value: str) -> bool:
    words = sum(word.strip(".,;:!?\"'()").isalpha() for word in value.split())
    return words >= _WORDS or sum(letter.isalpha() and not letter.isascii() for letter in value) >= _LETTERS


def _has_room(record: Record, layout: str, fields: Mapping[str, str]) -> bool:
    """Say whether a record of one question and one answer has no input yet."""
    if layout == "alpaca":
        return not record.get(fields.get("input", "input"))
    sides = [record.get(fields.get(name, name)) for name in ("prompt", "completion")]
    return layout == "prompt_completion" and all(isinstance(side, str) for side in sides)


def _remedy(plan: Plan, field: _Field) -> str:
    fields = plan.sources[field.source].fields
    if field.layout == "alpaca":
        return f"read it as one: --map {path_word(f'input={field.name}')}"
    if field.layout == "prompt_completion":
        question, answer = fields.get("prompt", "prompt"), fields.get("completion", "completion")
        named = {"instruction": question, "input": field.name, "output": answer}
        maps = (f"--map {path_word(f'{ours}={theirs}')}" for ours, theirs in named.items())
        return f"read it as one: {' '.join(maps)}"
    return "write it into the prompt"
