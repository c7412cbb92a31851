"""How many items of the procedural suites, which cost nothing to make, give a rule the items that it needs."""

from __future__ import annotations

import math
import re

import numpy as np

from evalkit.gate.rules.rule import Judged
from evalkit.gate.runs.pairing import Pair

# the names in evalkit.suites, a floor above: suites that draw as many items as are asked for
PROCEDURAL = ("arithmetic", "strings", "lists", "copying", "instructions", "json", "tables", "logic", "lookup")
_ID = re.compile(r"([a-z]+):[0-9a-f]{12}(?![0-9a-f])")  # lists:1f2e3d4c5b6a, maybe with the number of a sample


def suite_step(one: Judged, pair: Pair, needed: int) -> str | None:
    """Return the command that makes as many items as a rule needs; None where it has none of a procedural suite.

    All other items stay as many as they are, and a slice has its part of each suite, as it has now.
    """
    items = _items(pair)
    if not items:
        return None
    scored = pair.scored(one.limit.metric)
    among = scored.places if one.slice is None else np.intersect1d(scored.places, pair.slices[one.slice])
    here = {suite: int(np.isin(among, rows).sum()) for suite, (rows, _) in items.items()}
    each = sum(count / items[suite][1] for suite, count in here.items())  # rows of the rule an item of every suite
    if not each:
        return None
    n = math.ceil(round((needed - one.estimate.n + sum(here.values())) / each, 6))
    names = " ".join(suite for suite, count in here.items() if count)
    told = f"thresher suites {names} --n {n} --output items.jsonl, or n = {n} under [suites] of eval.toml"
    return f"make more items of the procedural suites, which cost nothing: {told}"


def _items(pair: Pair) -> dict[str, tuple[list[int], int]]:
    """Return for each procedural suite its places among the pair's items, and how many different items they are."""
    found: dict[str, tuple[list[int], set[str]]] = {}
    for suite in PROCEDURAL:
        for place in pair.slices.get(f"suite={suite}", ()):
            item = _ID.match(str(pair.ids[place]))
            if item is not None and item[1] == suite:
                rows, names = found.setdefault(suite, ([], set()))
                rows.append(int(place))
                names.add(item[0])
    return {suite: (rows, len(names)) for suite, (rows, names) in found.items()}
