"""Tool calls: their names and arguments against the wanted ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Literal

import polars as pl
from pydantic import Field

from evalkit.metrics.metric import Metric, truths
from evalkit.metrics.structured.json_fields import leaves
from evalkit.metrics.structured.json_text import NOTHING, as_told, exact
from evalkit.unscored import Need

Call = tuple[str, frozenset[object]]  # the name, and the leaves of the arguments


class ToolCalls(Metric):
    """1 where the answer makes the wanted calls, no fewer and no more, with equal arguments; else 0.

    A call is ``{"name": ..., "arguments": {...}}``, the arguments also as a string of JSON, or inside ``"function"`` as
    endpoints send it; an answer or a reference is one call or a list of them. ``[]`` as reference wants no call, and
    any answer that is none makes none. ``:names`` compares the names alone.
    """

    use: Literal["tool_calls"] = "tool_calls"
    variants: ClassVar[tuple[str, ...]] = ("", "names")
    needs: ClassVar[tuple[Need, ...]] = ("text", "value")
    ordered: bool = Field(default=False, description="The order of several calls counts.")
    shares: ClassVar[bool] = True

    @property
    def version(self) -> int:
        """Return 2: an empty list is a reference, and long numbers in arguments are compared to the last digit."""
        return 2

    @property
    def choices(self) -> Mapping[str, object]:
        """Return what of a call counts, and whether their order does."""
        return {"args": "no" if self.variant else "equal", "order": "yes" if self.ordered else "no"}

    def statistics(self, frame: pl.DataFrame) -> pl.Series:
        """Return 1 or 0; null where no reference is a call or a list of calls."""
        pairs = zip(frame["prediction"], frame["references"].to_list(), strict=True)
        return truths(self.name, [self._same(prediction, references) for prediction, references in pairs])

    def _same(self, prediction: str, references: list[str]) -> bool | None:
        values, read = as_told(references)
        wanted = [made for value in values if (made := calls(value, exact)) is not None]
        if not wanted:
            return None
        said = self._compared(calls(read(prediction), read) or [])
        return any(said == self._compared(one) for one in wanted)

    def _compared(self, made: list[Call]) -> object:
        told: list[object] = [name for name, _ in made] if self.variant else list(made)
        return told if self.ordered else Counter(told)


def calls(value: Any, read: Callable[[str], Any]) -> list[Call] | None:
    """Return the calls that a value of JSON stands for; None where it is no call and no list of them.

    ``read`` reads arguments that are a string of JSON.
    """
    if value is NOTHING:
        return None
    found = [_call(one, read) for one in (value if isinstance(value, list) else [value])]
    return None if None in found else [one for one in found if one is not None]


def _call(value: Any, read: Callable[[str], Any]) -> Call | None:
    if isinstance(value, dict) and isinstance(value.get("function"), dict):
        value = value["function"]
    if not isinstance(value, dict) or not isinstance(value.get("name"), str):
        return None
    arguments = value.get("arguments", value.get("parameters", {}))
    if isinstance(arguments, str):
        arguments = read(arguments or "{}")
    if arguments is None:
        arguments = {}
    return (value["name"], frozenset(leaves(arguments, ordered=True))) if isinstance(arguments, dict) else None
