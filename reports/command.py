"""``thresher report DIR... --output report.html``: one self-contained offline page."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import click

from curate.core.command.numbers import Real
from curate.core.command.paths import Place
from curate.core.command.terminal import emit, harmless
from curate.core.run.aside import aside
from curate.core.run.canonical import SCHEMA_VERSION, canonical
from curate.core.write.spared import refuse_target, refuse_twice
from curate.core.write.whole import write_whole
from reports.kinds import parts_of, views_of
from reports.numbers import plural
from reports.page import ROOM, page
from reports.provenance.chain import chain_of
from reports.summary.brief import brief_of
from reports.summary.junit import as_junit
from reports.summary.markdown import as_markdown
from reports.view import View

ANOTHER = "name another file in a folder that is there"


@click.command("report")
@click.argument("folders", nargs=-1, required=True, metavar="DIR...", type=click.Path(path_type=Path))
@click.option("--output", type=Place(), default=Path("report.html"), show_default=True)
@click.option("--no-text", is_flag=True, help="Leave texts of the data out; ids, places and slices stay.")
@click.option(
    "--max-mb",
    type=Real(min=0.1),
    default=ROOM / 1e6,
    show_default=True,
    help="Megabytes the page may have; what had no room is said.",
)
@click.option("--all-text", is_flag=True, help="Texts of all rows, not of a sample, as far as --max-mb goes.")
@click.option("--markdown", type=Place(), help="Also write a summary that fits a comment.")
@click.option("--junit", type=Place(), help="Also write JUnit XML.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")
@click.option("--quiet", "-q", is_flag=True, help="Print nothing.")
def command(  # noqa: PLR0913 - a flag each
    folders: tuple[Path, ...],
    *,
    output: Path,
    no_text: bool,
    max_mb: float,
    all_text: bool,
    markdown: Path | None,
    junit: Path | None,
    as_json: bool,
    quiet: bool,
) -> int:
    """Make one offline HTML page of one or more runs: what became of the data, scores, verdicts."""
    read = [part for folder in folders for part in parts_of(folder)]
    refuse_twice((output, markdown, junit))
    for target in (output, markdown, junit):
        if target is not None:
            refuse_target(target, read)
    views = views_of(folders, texts=not no_text)
    room = int(max_mb * 1e6)
    html = page(views, chain=chain_of(views), room=room, every_text=all_text)
    write_whole(output, html, ANOTHER)
    if len(html) > room:
        size = f"{harmless(str(output))} has {len(html):,} bytes, more than --max-mb {max_mb:g} allows"
        aside(f"note: {size}: charts and numbers alone take that much. report fewer runs, or allow more\n")
    if markdown is not None or junit is not None:
        briefs = [brief_of(view) for view in views]
        for file, text in ((markdown, as_markdown), (junit, as_junit)):
            if file is not None:
                write_whole(file, text(briefs).encode(), ANOTHER)
    for view in views:
        missing = view.told.get("missing")
        if isinstance(missing, list) and missing:
            gone = harmless(f"{', '.join(missing)} of {view.told['folder']}")
            aside(f"note: the page is made without {gone}, which the manifest lists and the folder does not hold\n")
    if as_json:
        told = {
            "schema_version": SCHEMA_VERSION,
            "output": str(output),
            "bytes": len(html),
            "sha256": hashlib.sha256(html).hexdigest(),
        }
        emit(canonical(told | {"runs": [_told(view) for view in views]}).decode())
    elif not quiet:
        emit(f"wrote {output}: {_parts(views)}, {len(html):,} bytes. open it in any browser")
    return 0


def _parts(views: Sequence[View]) -> str:
    """Return how many runs the page is of, and how many comparisons of two of them: these are views, and no runs."""
    compared = sum(view.kind == "comparison" for view in views)
    runs = plural(len(views) - compared, "run")
    more = "a comparison" if compared == 1 else plural(compared, "comparison")
    return f"{runs} and {more}" if compared else runs


def _told(view: View) -> dict[str, object]:
    return {"kind": view.kind, "name": view.name, "headline": view.headline.words, **view.told}
