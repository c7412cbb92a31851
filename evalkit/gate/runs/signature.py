"""The rules that a run was scored by, and why two runs may have others."""

from __future__ import annotations

from typing import Any

from evalkit.gate.runs.run import Run

_OF_ITEMS = ("labels:", "schema:rows-", "checks:")  # parts of a signature that all items have together


def signature_of(metric: dict[str, Any]) -> str:
    """Return a signature without how its interval was made, which moves no number."""
    return str(metric["signature"]).partition("|ci:")[0]


def other_items(name: str, candidate: Run, base: Run) -> str | None:
    """Return how runs come to one signature that part in what their items ask for alone, having other items; or None.

    Labels, schemas and checks that stand in the rows are known by one hash of them all: an item fewer is another hash.
    """
    runs = (candidate, base)
    ids = [set(run.rows["id"].to_list()) for run in runs]
    short = [run.name for run, own in zip(runs, ids, strict=True) if not ids[0] | ids[1] <= own]
    one, other = (set(signature_of(run.metrics[name]).split("|")) for run in runs)
    if not short or not all(part.startswith(_OF_ITEMS) for part in one ^ other):
        return None
    labels = any(part.startswith("labels:") for part in one ^ other)
    named = f"; or score both runs with --set {name.partition(':')[0]}.labels=[...]" if labels else ""
    return (
        f"what the items ask for is part of the rule: score {' and '.join(short)} again with a row for each item that "
        f'it lacks, "prediction": null and "fault": "missing" beside the item\'s own fields{named}'
    )
