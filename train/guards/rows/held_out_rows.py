"""Test rows inside the training file: scores on them would tell what the model learnt by heart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from curate.core.command.terminal import inert
from train.data.curated import held_out_files, held_out_ids, is_as_written
from train.data.held_out import find_seen, read_held
from train.guards.finding import Examined, Finding

HINT = "thresher leaks shows all of them, near ones too; thresher curate --protect takes them out"


def held_out_rows(examined: Examined) -> Iterator[Finding]:
    """Yield an error for each row that stands in a file of tests, or that its curation run put into another split.

    Prompts count, whatever the answer: ``curate.leaks`` finds those that are nearly so.
    """
    rows, facts = examined.rows, examined.facts
    files = list(facts.tests)
    if facts.run is not None:
        files += [file for file in held_out_files(facts.run).values() if not _is_among(file, examined)]
    told = set()
    for seen in find_seen(rows, read_held(files)):
        what = "it stands" if seen.whole else "its prompt stands"
        message = f"{what} in {inert(seen.item.source)} (id {inert(seen.item.id, 60)})"
        told.add(seen.at)
        yield Finding("test_row_in_training", "error", message, HINT, rows[seen.at].place)
    if facts.run is None or not _is_among(facts.run / "train.jsonl", examined):
        return
    splits = held_out_ids(facts.run)
    for at, row in enumerate(rows):
        split = splits.get(row.place.id) if at not in told and Path(row.place.source).stem == "train" else None
        if split is not None:
            message = f"its curation run put it into the {split} split"
            yield Finding("test_row_in_training", "error", message, HINT, row.place)


def _is_among(file: Path, examined: Examined) -> bool:
    """Say whether rows come from a file: one that is looked at by itself is no leak into itself."""
    return file.resolve() in {Path(name).resolve() for name in {row.place.source for row in examined.rows}}


def changed_since(examined: Examined) -> Iterator[Finding]:
    """Yield a warning for each training file that is not as its curation run wrote it."""
    run = examined.facts.run
    if run is None:
        return
    for name in sorted({row.place.source for row in examined.rows}):
        file = Path(name)
        if file.parent.resolve() == run.resolve() and file.is_file() and not is_as_written(run, file):
            message = f"{inert(name)} is not as its curation run wrote it"
            hint = "curate again: what the run made sure of may not hold any more"
            yield Finding("changed_since_curation", "warning", message, hint)
