"""The items of a suite: drawn from a seed, chosen of what is written by hand, or read from a file."""

from __future__ import annotations

import math
from random import Random

from curate.core.run.errors import ConfigError
from evalkit.gate.statistics.counted import needed_items
from evalkit.gate.statistics.power import smallest_difference
from evalkit.suites.suite import Record, Suite, row

ALPHA, POWER, DISCORDANT = 0.05, 0.8, 0.1  # as gate.toml has them where it does not say otherwise
_TRIES = 20  # for each item, before a suite is said to have no more


def drawn(suite: Suite, count: int, seed: int) -> list[Record]:
    """Return so many different items of a procedural or a written suite; a longer list begins with a shorter one.

    Every item has a draw of its own from name, seed and place, so that the same seed gives the same items everywhere.

    Raises:
        ConfigError: the suite has not so many items.
    """
    if suite.make is None:
        if count > len(suite.written):
            raise ConfigError(
                f"the suite {suite.name} has {len(suite.written)} items, written by hand: {count:,} cannot be drawn",
                hint=f"--n {len(suite.written)}",
            )
        order = list(suite.written)
        Random(f"{suite.name}/{seed}").shuffle(order)  # noqa: S311 - not a secret
        return [row(suite.name, made) for made in order[:count]]
    items: list[Record] = []
    seen: set[str] = set()
    for place in range(count * _TRIES):
        if len(items) == count:
            break
        made = suite.make(Random(f"{suite.name}/{seed}/{place}"))  # noqa: S311 - not a secret
        if made.prompt not in seen:
            seen.add(made.prompt)
            items.append(row(suite.name, made))
    if len(items) < count:
        raise ConfigError(f"the suite {suite.name} found only {len(items):,} different items of {count:,}")
    return items


def sized(margin: float, discordant: float = DISCORDANT) -> int:
    """Return how many items an equal model needs to pass a margin four times in five, of paired shares."""
    return math.ceil(needed_items(margin, discordant, ALPHA, POWER))


def detects(count: int, discordant: float = DISCORDANT) -> float:
    """Return the least difference of paired shares that so many items show four times in five."""
    return smallest_difference(count, discordant, ALPHA, POWER)
