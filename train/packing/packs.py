"""Examples of many lengths to packs of one limit, nearly full."""

from __future__ import annotations

from collections.abc import Sequence


def first_fit_decreasing(lengths: Sequence[int], order: Sequence[int], limit: int) -> list[list[int]]:
    """Return packs of at most ``limit`` tokens: the longest example first, each into the first pack that has room.

    At most 11/9 of the fewest packs possible, and 6/9 of one more (Dósa 2007). Examples of one length keep their
    ``order``. The first pack with room is found in a tree over the packs, whose nodes hold the most room under them:
    log2(n) looks an example, where a walk over the packs would take n.

    Raises:
        ValueError: an example is longer than the limit.
    """
    decreasing = sorted(order, key=lambda at: -lengths[at])
    if decreasing and lengths[decreasing[0]] > limit:
        raise ValueError(f"an example of {lengths[decreasing[0]]:,} tokens fits into no pack of {limit:,}")
    leaves = 1
    while leaves < len(decreasing):
        leaves *= 2
    room = [limit] * (2 * leaves)
    packs: list[list[int]] = []
    for example in decreasing:
        need = lengths[example]
        node = 1
        while node < leaves:
            node *= 2
            node += room[node] < need
        pack = node - leaves
        if pack == len(packs):
            packs.append([])
        packs[pack].append(example)
        room[node] -= need
        while node > 1:
            node //= 2
            room[node] = max(room[2 * node], room[2 * node + 1])
    return packs
