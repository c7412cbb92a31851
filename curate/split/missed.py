"""What a split came out as where that is not what was asked for, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping


def missed(asked: Mapping[str, float], train: float | None, counts: Mapping[str, int]) -> Iterator[str]:
    """Yield a note for each split that is empty or short of the rows asked for, and for sizes that say nothing.

    ``asked`` has the share, or the count from 1 on, of validation and test; ``counts`` the rows that each got.
    """
    if not any(counts.values()):
        return
    left = counts.get("train", 0)
    for name, wanted in asked.items():
        got = counts.get(name, 0)
        if 0 < wanted < 1 and not got:
            yield (
                f"{name} is empty: no group was drawn into it; ask for more, for a count of rows, or by another seed: "
                "rows that an earlier run drew into train are drawn into it again"
            )
        if wanted >= 1 and got < wanted:
            why = "rows that belong together go as a whole, and no other fits" if left else "there are no more rows"
            yield f"{name} has {got:,} of the {wanted:,.0f} rows that were asked for: {why}"
        elif wanted == 1:
            yield f"{name} has one row: {wanted:g} is a count of rows, and shares are below 1"
    if not left:
        yield "train is empty: validation and test took every row; ask for less of them"
    if train is not None and 0 < train < 1 and any(wanted >= 1 for wanted in asked.values()):
        yield f"[split] train = {train:g} says nothing beside a count of rows: train is what the others leave"
