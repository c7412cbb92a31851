"""``thresher report DIR... --output report.html``: one self-contained offline page."""

from __future__ import annotations

import hashlib
from pathlib import Path

import click

from curate.core.command.terminal import emit
from curate.core.run.canonical import canonical
from curate.core.run.errors import OutputError
from reports.kinds import views_of
from reports.page import ROOM, page
from reports.provenance.chain import chain_of
from reports.summary.brief import brief_of
from reports.summary.junit import as_junit
from reports.summary.markdown import as_markdown
from reports.view import View


@click.command("report")
@click.argument("folders", nargs=-1, required=True, metavar="DIR...", type=click.Path(path_type=Path))
@click.option("--output", type=click.Path(path_type=Path), default=Path("report.html"), show_default=True)
@click.option("--no-text", is_flag=True, help="Leave texts of the data out; ids and places stay.")
@click.option(
    "--max-mb",
    type=click.FloatRange(min=0.1),
    default=ROOM / 1e6,
    show_default=True,
    help="Megabytes the page may have; what had no room is said.",
)
@click.option("--all-text", is_flag=True, help="Texts of all rows, not of a sample, as far as --max-mb goes.")
@click.option("--markdown", type=click.Path(path_type=Path), help="Also write a summary that fits a comment.")
@click.option("--junit", type=click.Path(path_type=Path), help="Also write JUnit XML.")
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
    views = views_of(folders, texts=not no_text)
    html = page(views, chain=chain_of(views), room=int(max_mb * 1e6), every_text=all_text)
    _write(output, html)
    if markdown is not None or junit is not None:
        briefs = [brief_of(view) for view in views]
        for file, text in ((markdown, as_markdown), (junit, as_junit)):
            if file is not None:
                _write(file, text(briefs).encode())
    if as_json:
        told = {"output": str(output), "bytes": len(html), "sha256": hashlib.sha256(html).hexdigest()}
        emit(canonical(told | {"runs": [_told(view) for view in views]}).decode())
    elif not quiet:
        parts = f"{len(views)} run{'' if len(views) == 1 else 's'}"
        emit(f"wrote {output}: {parts}, {len(html):,} bytes. open it in any browser")
    return 0


def _write(output: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    made = output.with_name(f".{output.name}.part")
    try:
        made.write_bytes(data)
        made.replace(output)
    except OSError as error:
        made.unlink(missing_ok=True)
        raise OutputError(
            f"{output} cannot be written: {error.strerror}", hint="name another file in a folder that is there"
        ) from error


def _told(view: View) -> dict[str, object]:
    return {"kind": view.kind, "name": view.name, "headline": view.headline.words, **view.told}
