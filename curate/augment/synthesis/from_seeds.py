"""New rows of the kind of those that are there: a few of them are shown, drawn anew for each (Self-Instruct).

Wang et al., Self-Instruct: Aligning Language Models with Self-Generated Instructions, ACL 2023.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Literal, NamedTuple

import orjson
import polars as pl
from pydantic import Field, PositiveInt

from curate.augment.asking.answer import TEXT, Fault, schema_of
from curate.augment.asking.template import Holes, Template
from curate.augment.draw import Draw
from curate.augment.synthesis.wish import Given, Order, Source, Wish, Written, blank
from curate.core.read.layouts import LAYOUTS, Draft, Message
from curate.core.read.layouts.beside import verdict
from curate.core.run.errors import ConfigError

_SCHEMA = schema_of(question=TEXT, answer=TEXT)
_WORD = re.compile(r"\w+")


class _Shown(NamedTuple):
    row: int
    digest: int
    layout: str
    system: str
    question: str
    answer: str
    label: str | None  # "true" of an answer that is marked as good

    def holds_another(self, system: str | None) -> bool:
        """Say whether its layout has a place for a row like it, with its instructions or those given."""
        told = self.system if system is None else system
        turns = [Message("system", told)] if told else []
        turns += [Message("user", self.question), Message("assistant", self.answer)]
        return LAYOUTS[self.layout].write(Draft(turns)) is not None


class FromSeeds(Source):
    """New rows of the kind of the training rows: a few are shown, and one more is written."""

    kind: Literal["seeds"] = "seeds"
    shown: PositiveInt = Field(3, description="Training rows that are shown for each new one.")

    template: ClassVar[str] = "seeds"
    holes: ClassVar[Holes] = Holes(data=("examples",), words=("attributes", "number"), required=("examples",))

    def make(self, given: Given) -> SeedWishes:
        """Return where the rows come from.

        Raises:
            ConfigError: no row can be shown.
        """
        return SeedWishes(self.shown, given)


class SeedWishes:
    """Shows good rows that are one question and one answer, those together that have the same instructions."""

    amount: int | None = None

    def __init__(self, shown: int, given: Given) -> None:
        self._shown = shown
        showable = list(_showable(given.seeds))
        self._all = [one for one in showable if one.holds_another(given.system)]
        if not self._all:
            raise _none_shown({one.layout for one in showable})
        self._like: dict[str, list[_Shown]] = {}
        for one in self._all:
            self._like.setdefault(one.system, []).append(one)

    def wish(self, order: Order, template: Template, draw: Draw) -> Wish:
        """Return the wish for one more row like some that are drawn."""
        random = draw.random(0, "shown", order.number).random
        first = self._all[int(random() * len(self._all))]
        others = [one for one in self._like[first.system] if one.row != first.row]
        shown = [first]
        while others and len(shown) < self._shown:
            shown.append(others.pop(int(random() * len(others))))
        examples = [orjson.dumps({"question": one.question, "answer": one.answer}).decode() for one in shown]
        filled = template.fill({"examples": examples}, {"attributes": order.said, "number": str(order.number + 1)})
        return Wish(first.digest, filled, _SCHEMA, lambda value: _written(value, shown), parent=first.row)


def _showable(seeds: pl.DataFrame) -> Iterator[_Shown]:
    columns = ("row", "digest", "layout", "raw", "messages")
    for row, digest, layout, raw, turns in seeds.select(columns).iter_rows():
        plain = all(turn["parts"] is None and turn["calls"] is None and turn["text"] for turn in turns or ())
        roles = [turn["role"] for turn in turns or ()]
        if plain and roles[-2:] == ["user", "assistant"] and roles[:-2] in ([], ["system"]):
            good = verdict(orjson.loads(raw), layout)
            if good is False or turns[-1]["weight"] == 0:
                continue  # nobody is to answer so
            system = turns[0]["text"] if len(turns) == 3 else ""
            label = "true" if good is True else None
            yield _Shown(row, digest, layout, system, turns[-2]["text"], turns[-1]["text"], label)


def _none_shown(layouts: Iterable[str]) -> ConfigError:
    """Return the error of training rows none of which can be shown; ``layouts`` are those without a place for more."""
    if names := ", ".join(sorted(layouts)):
        return ConfigError(
            f"a row that is written afresh has no place in the layout of the training rows: {names}",
            hint='write them in one that has: [output] layout = "messages" in the curate.toml of the run',
        )
    return ConfigError(
        "no training row is one question and one good answer in words, and so none can be shown",
        hint='take another source: source = {kind = "task", ...}',
    )


def _written(value: Mapping[str, Any], shown: Sequence[_Shown]) -> Written | Fault:
    if blank(value["question"], value["answer"]):
        return Fault("empty", "a question or an answer without a text")
    nearest = sorted(shown, key=lambda one: -_likeness(one, value))  # ties stay in the order in which they were drawn
    system = [{"role": "system", "text": shown[0].system}] if shown[0].system else []
    turns = [{"role": "user", "text": value["question"].strip()}, {"role": "assistant", "text": value["answer"]}]
    return Written([*system, *turns], {}, [one.row for one in nearest], nearest[0].label)


def _likeness(one: _Shown, value: Mapping[str, Any]) -> float:
    """Return the Jaccard similarity of the words."""
    old = set(_WORD.findall(f"{one.question} {one.answer}".lower()))
    new = set(_WORD.findall(f"{value['question']} {value['answer']}".lower()))
    return len(old & new) / len(old | new) if old | new else 0.0
