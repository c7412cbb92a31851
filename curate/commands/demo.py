"""``thresher demo [DIR]``: a small project with sample data, and the main job run on it, offline."""

from __future__ import annotations

from contextlib import chdir
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from shlex import quote

import click

from curate.core.command.door import call
from curate.core.command.exits import CANNOT, DONE
from curate.core.command.terminal import emit, styled
from curate.core.run.errors import OutputError

MARK = ".thresher-demo"  # says that a folder is ours to write into again
OUT = "clean"
ROWS = ("raw/support.jsonl:16", "act-006")  # a near-duplicate, by its place; a broken tool call, by its id
TOUR = (
    ("check", "raw/"),
    ("curate", "curate.toml", "--out", OUT),
    *(("explain", OUT, row) for row in ROWS),
)


@click.command("demo")
@click.argument("folder", default="thresher-demo", metavar="[DIR]", type=click.Path(path_type=Path))
def command(folder: Path) -> int:
    """Write a small project with sample data into DIR and run check, curate and explain on it.

    Nothing is fetched. A file that you changed since the last demo is left as it is.
    """
    _prepare(folder)
    _lay_out(files("curate") / "demo", folder)
    emit(f"wrote {folder}: sample data with flaws ({folder / 'README.md'} says which), and a curate.toml")
    with chdir(folder):
        for step in TOUR:
            emit(styled(f"\n$ thresher {' '.join(step)}", "bold"))
            code = call(*step)
            if code >= CANNOT:
                return code
    report = folder / OUT / "report.html"
    emit(f"\nThe page of the run is {report}: open it in a browser.")
    emit(f"next: cd {quote(str(folder))}, change curate.toml, and: thresher curate curate.toml --out {OUT}")
    emit("for data of your own: thresher check FILES, or thresher init for a commented configuration")
    return DONE


def _prepare(folder: Path) -> None:
    """Make the folder, or see that it is empty or that a demo wrote it.

    Raises:
        OutputError: it is not ours, or cannot be written.
    """
    hint = "name another: thresher demo DIR"
    try:
        if folder.is_dir() and any(folder.iterdir()) and not (folder / MARK).exists():
            some = ", ".join(sorted(entry.name for entry in folder.iterdir())[:3])
            raise OutputError(f"{folder} holds files that no demo wrote ({some})", hint=hint)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / MARK).touch()
    except OSError as error:
        raise OutputError(f"{folder} cannot be written: {error.strerror}", hint=hint) from error


def _lay_out(source: Traversable, target: Path) -> None:
    """Copy a folder of the package, without writing over what the user changed."""
    for entry in source.iterdir():
        place = target / entry.name
        if entry.is_dir():
            place.mkdir(exist_ok=True)
            _lay_out(entry, place)
        elif not place.exists():
            place.write_bytes(entry.read_bytes())
        elif place.read_bytes() != entry.read_bytes():
            emit(f"left alone {place}, which you changed; remove it to get the first one back")
