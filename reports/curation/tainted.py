"""The items of evaluation sets that were found in the rows: ``tainted.jsonl``."""

from __future__ import annotations

from itertools import islice
from typing import NamedTuple

import orjson

from reports.curation.read import Run

TAINTED = "tainted.jsonl"
MOST = 30


class Item(NamedTuple):
    """An item, the rule that found it and how sure, and the row that holds most of it."""

    suite: str
    id: str
    rule: str
    score: float
    source: str
    line: int


def tainted_items(run: Run) -> list[Item]:
    """Return the items that were found, the surest of each suite first, so many of them.

    Raises:
        InputError: the file is not the one that the manifest lists.
    """
    if run.folder.listed(TAINTED) is None or TAINTED in run.missing:
        return []
    data = run.folder.bytes(TAINTED)
    items = [Item(**{name: told[name] for name in Item._fields}) for told in map(orjson.loads, data.splitlines())]
    ranked = sorted(items, key=lambda item: (-item.score, item.suite, item.id))
    return sorted(islice(ranked, MOST), key=lambda item: (item.suite, -item.score, item.id))
