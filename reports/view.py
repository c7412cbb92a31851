"""What every kind of run gives the page: a template with all that it takes, and a verdict in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from reports.table.table import Table

Tone = Literal["ok", "bad", "unsure", "unjudged"]  # unjudged: a number that no rule was asked about


class Headline(NamedTuple):
    """A verdict in words, for the title and for the overview."""

    words: str
    tone: Tone


@dataclass(frozen=True, kw_only=True)
class View:
    """A part of the page; what a kind's own template needs besides is in the fields of a subclass."""

    kind: str  # a name in reports.kinds.KINDS, or "comparison"
    template: str  # a file in reports/templates/, which finds the view as ``view``
    anchor: str  # unique in the page: its id, and the prefix of the ids inside
    name: str
    headline: Headline
    figures: tuple[tuple[str, str], ...] = ()  # (what, number as shown) of the overview: the same for all of a kind
    told: Mapping[str, object] = field(default_factory=dict)  # for --json
    tables: tuple[Table, ...] = ()  # of items, whose payloads the page carries for its script
