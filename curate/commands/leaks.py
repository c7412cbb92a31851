"""``thresher leaks TRAIN TEST...``: what of the training rows stands in files that must stay unseen."""

from __future__ import annotations

import shlex
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from curate.core.command.exits import DONE, NO
from curate.core.command.numbers import Real
from curate.core.command.paths import Named
from curate.core.command.terminal import emit, inert, styled
from curate.core.command.words import path_word

if TYPE_CHECKING:
    from curate.curation.leaked import Found, Leaked

EACH = 5  # rows shown of each kind
WIDTH = 52


@click.command("leaks")
@click.argument("train", metavar="TRAIN")
@click.argument("tests", nargs=-1, required=True, metavar="TEST...")
@click.option("--train", "more", type=Named(), multiple=True, metavar="F", help="More training files; repeatable.")
@click.option("--threshold", type=Real(0, 1, min_open=True), default=0.8, show_default=True,
              help="Similarity of prompt and answer from which a row is a leak.")  # fmt: skip
@click.option("--layout", metavar="L", help="The layout of the files; detected if absent.")
@click.option("--map", "names", multiple=True, metavar="ours=theirs", help="Our field names to theirs.")
@click.option("--no-text", is_flag=True, help="Leave texts of the data out.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, with every leak.")
def command(
    train: str,
    tests: tuple[str, ...],
    *,
    more: tuple[str, ...],
    threshold: float,
    layout: str | None,
    names: tuple[str, ...],
    no_text: bool,
    as_json: bool,
) -> int:
    """Say which rows of TRAIN stand in TEST: as they are, nearly, or by their prompt; exit 1 if any does.

    TRAIN and TEST are files, folders or patterns in quotes. The first alone is TRAIN, and every other is a TEST: a
    pattern that the shell spreads makes tests of all its files but one.
    """
    from curate.check.asked import field_names, one_of  # noqa: PLC0415 - Polars is loaded where there is work
    from curate.check.following import free_folder  # noqa: PLC0415
    from curate.core.read.layouts import LAYOUTS  # noqa: PLC0415
    from curate.core.read.source import Wanted, find_sources  # noqa: PLC0415
    from curate.core.run.canonical import SCHEMA_VERSION, canonical  # noqa: PLC0415
    from curate.curation.leaked import find_leaks  # noqa: PLC0415
    from curate.steps.leaks import Leaks  # noqa: PLC0415

    if layout is not None:
        one_of("layout", layout, LAYOUTS)
    fields = field_names(names)
    ours, theirs = ([Wanted(path, layout, fields) for path in paths] for paths in ((train, *more), tests))
    leaked = find_leaks(ours, theirs, Leaks(threshold=threshold), Path.cwd())
    if as_json:
        emit(canonical(as_object(leaked, texts=not no_text) | {"schema_version": SCHEMA_VERSION}).decode())
    else:
        flags = [*(["--layout", layout] if layout else []), *(part for name in names for part in ("--map", name))]
        if threshold != Leaks.model_fields["threshold"].default:
            flags += ["--set", f"defaults.leaks.threshold={threshold:g}"]
        held = [part for test in tests for part in ("--protect", path_word(test))]
        read = [source.path for source in find_sources([*ours, *theirs], Path.cwd()) if not source.is_stdin]
        out = ["--out", free_folder(read, [train, *more, *tests])]
        following = " ".join(
            ["thresher curate", *map(path_word, (train, *more)), *held, *map(shlex.quote, [*flags, *out])]
        )
        emit(as_text(leaked, following, Leaks.reasons, texts=not no_text))
    return NO if leaked.sure else DONE


def as_object(leaked: Leaked, *, texts: bool) -> dict[str, Any]:
    """Return everything that was found, for ``--json``."""
    hidden = () if texts else ("text",)

    def place(row: Any) -> dict[str, Any]:
        return {name: value for name, value in vars(row).items() if name not in hidden}

    return {
        "train": leaked.train,
        "tests": {one.source: {"rows": one.rows, "seen": one.seen, "perhaps": one.perhaps} for one in leaked.tests},
        "notes": leaked.notes,
        "counts": dict(Counter(one.reason for one in leaked.found)),
        "leaks": [
            {
                **place(one.row),
                "reason": one.reason,
                "sure": one.sure,
                "similarity": one.similarity,
                "answer": one.answer,
                "matched": place(one.matched),
            }
            for one in leaked.found
        ],
    }


def as_text(leaked: Leaked, following: str, sentences: dict[str, str], *, texts: bool) -> str:
    """Return what was found as lines for a terminal, and the command that removes it."""
    lines = []
    for source, rows in leaked.train.items():
        lines.append(f"{f'{inert(source)}: rows compared':<{WIDTH}}{rows:>12,}")
    for word, sentence in sentences.items():
        found = [one for one in leaked.found if one.reason == word]
        if found:
            style = "red" if found[0].sure else "yellow"
            lines += ["", styled(f"{word:<{WIDTH}}{len(found):>12,}", style), f"  {sentence}"]
            lines += [line for one in found[:EACH] for line in _shown(one, texts=texts)]
            lines += [f"    and {len(found) - EACH:,} more: --json has them all"] if len(found) > EACH else []
    lines.append("")
    for one in leaked.tests:
        perhaps = f", and {one.perhaps:,} perhaps" if one.perhaps else ""
        lines.append(f"{inert(one.source)}: {one.seen:,} of {one.rows:,} rows stand in the training rows{perhaps}")
    lines += [f"note: {inert(note)}" for note in leaked.notes]
    if leaked.found:
        lines.append(f"next: {following}")
    else:
        lines.append("no training row stands in them")
    return "\n".join(lines)


def _shown(one: Found, *, texts: bool) -> list[str]:
    row, matched = one.row, one.matched
    part = f", prompt of answer {one.answer[0]} of {one.answer[1]}" if one.answer else ""
    place = f"    {inert(row.source)}:{row.line} is like {inert(matched.source)}:{matched.line}"
    lines = [f"{place} ({one.similarity:.2f}{part})"]
    if texts:
        lines += [styled(f"      {inert(text, 100)}", "dim") for text in dict.fromkeys((row.text, matched.text))]
    return lines
