"""Test rows inside the training file: scores on them would tell what the model learnt by heart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from curate.core.command.terminal import inert
from train.data.curated import held_out_files, held_out_ids, is_as_written, run_of, runs_of
from train.data.held_out import find_seen, read_held
from train.guards.finding import Examined, Finding

HINT = "thresher leaks shows all of them, near ones too; thresher curate --protect takes them out"


def held_out_rows(examined: Examined) -> Iterator[Finding]:
    """Yield an error for each row that stands in a file of tests, or that its curation run put into another split.

    Where rows come from several runs, none may stand in what any of them held out. Prompts count, whatever the answer:
    ``curate.leaks`` finds those that are nearly so.
    """
    rows, tests = examined.rows, examined.facts.tests
    sources = _sources(examined)
    runs = runs_of(sources.values())
    known = {*map(Path.resolve, tests), *map(Path.resolve, sources.values())}  # a file is no leak into itself
    held = [file for run in runs for file in held_out_files(run).values() if file.resolve() not in known]
    told = set()
    for seen in find_seen(rows, read_held([*tests, *held])):
        what = "it stands" if seen.whole else "its prompt stands"
        message = f"{what} in {inert(seen.item.source)} (id {inert(seen.item.id, 60)})"
        told.add(seen.at)
        yield Finding("test_row_in_training", "error", message, HINT, rows[seen.at].place)
    trained = {name: run_of(file) for name, file in sources.items() if file.name == "train.jsonl"}
    splits = {name: held_out_ids(run) for name, run in trained.items() if run is not None}
    for at, row in enumerate(rows):
        split = splits.get(row.place.source, {}).get(row.place.id) if at not in told else None
        if split is not None:
            message = f"its curation run put it into the {split} split"
            yield Finding("test_row_in_training", "error", message, HINT, row.place)


def changed_since(examined: Examined) -> Iterator[Finding]:
    """Yield a warning for each training file that is not as its curation run wrote it."""
    for name, file in _sources(examined).items():
        run = run_of(file)
        if run is not None and not is_as_written(run, file):
            message = f"{inert(name)} is not as its curation run wrote it"
            hint = "curate again: what the run made sure of may not hold any more"
            yield Finding("changed_since_curation", "warning", message, hint)


def _sources(examined: Examined) -> dict[str, Path]:
    """Return the files that rows come from, by the names that their places have."""
    return {name: Path(name) for name in sorted({row.place.source for row in examined.rows})}
