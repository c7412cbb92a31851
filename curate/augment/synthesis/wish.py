"""A row that is wished for: what is asked, and what the answer becomes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import orjson
import polars as pl
from pydantic import BaseModel, ConfigDict

from curate.augment.asking.answer import Fault
from curate.augment.asking.template import Filled, Template
from curate.augment.draw import Draw

Turn = dict[str, Any]


class Written(NamedTuple):
    """The turns of a new row, and what its ``made`` says beside model, prompt and seed."""

    turns: list[Turn]
    told: Mapping[str, Any]
    parents: list[int]
    label: str | None = None


@dataclass(frozen=True)
class Wish:
    """A row that is wished for."""

    digest: int  # of what it is made from: draws use it
    filled: Filled
    schema: Mapping[str, Any]  # of the answer
    write: Callable[[dict[str, Any]], Written | Fault]  # what an answer that keeps the schema becomes
    root: str | None = None
    parent: int | None = None  # the first seed
    tools: bytes | None = None


class Order(NamedTuple):
    """Which of the wished rows it is, and with which attributes."""

    number: int  # from 0
    attributes: Mapping[str, str]

    @property
    def said(self) -> str:
        """Return the attributes as a prompt says them."""
        return "; ".join(f"{name}: {value}" for name, value in self.attributes.items())


class Wishes(Protocol):
    """Where rows come from: made once in a run, asked for a wish for each row."""

    amount: int | None  # of rows, where the step names no count and there is no grid

    def wish(self, order: Order, template: Template, draw: Draw) -> Wish:
        """Return what is asked for one row."""
        ...


class Source(BaseModel):
    """The settings of where rows come from."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Given(NamedTuple):
    """What a source may look at: training rows, the folder of the configuration, and the system turn of new rows."""

    seeds: pl.DataFrame
    folder: Path
    system: str | None


def blank(*texts: str) -> bool:
    """Say whether one of the texts says nothing."""
    return not all(text.strip() for text in texts)


def nested(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a schema as it can stand inside of another: one that refers to its own parts is only told, not sent."""
    return {} if b'"$ref"' in orjson.dumps(schema) else {name: one for name, one in schema.items() if name != "$schema"}
