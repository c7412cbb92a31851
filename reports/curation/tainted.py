"""The items of evaluation sets that were found in the rows: ``tainted.jsonl``."""

from __future__ import annotations

import hashlib
from itertools import islice
from typing import NamedTuple

import orjson

from curate.core.run.errors import InputError
from reports.curation.read import AGAIN, Run

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
    listed = {output.path: output.sha256 for output in run.manifest.outputs}
    if TAINTED not in listed or TAINTED in run.missing:
        return []
    path = run.folder / TAINTED
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}", hint=AGAIN) from error
    if hashlib.sha256(data).hexdigest() != listed[TAINTED]:
        raise InputError(f"{path} is not the file that manifest.json lists: it was changed", hint=AGAIN)
    items = [Item(**{name: told[name] for name in Item._fields}) for told in map(orjson.loads, data.splitlines())]
    ranked = sorted(items, key=lambda item: (-item.score, item.suite, item.id))
    return sorted(islice(ranked, MOST), key=lambda item: (item.suite, -item.score, item.id))
