"""``thresher report DIR... --output report.html``: one self-contained offline page."""

from __future__ import annotations

import hashlib
from pathlib import Path

import click

from curate.core.command.terminal import emit
from curate.core.run.canonical import canonical
from curate.core.write.whole import write_whole
from reports.curation.read import Run, read_run
from reports.curation.view import view_of
from reports.page import page


@click.command("report")
@click.argument("folders", nargs=-1, required=True, metavar="DIR...", type=click.Path(path_type=Path))
@click.option("--output", type=click.Path(path_type=Path), default=Path("report.html"), show_default=True)
@click.option("--no-text", is_flag=True, help="Leave texts of the data out; ids and places stay.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")
@click.option("--quiet", "-q", is_flag=True, help="Print nothing.")
def command(folders: tuple[Path, ...], *, output: Path, no_text: bool, as_json: bool, quiet: bool) -> int:
    """Make one offline HTML page of one or more curation runs."""
    runs = [read_run(folder) for folder in folders]
    alone = len(runs) == 1
    html = page([view_of(run, place, texts=not no_text, alone=alone) for place, run in enumerate(runs, start=1)])
    write_whole(output, html, "name another file: --output FILE.html")
    if as_json:
        told = {"output": str(output), "bytes": len(html), "sha256": hashlib.sha256(html).hexdigest()}
        emit(canonical(told | {"runs": [_told(run) for run in runs]}).decode())
    elif not quiet:
        emit(f"wrote {output}: {len(runs)} run{'' if alone else 's'}, {len(html):,} bytes. open it in any browser")
    return 0


def _told(run: Run) -> dict[str, object]:
    counts = run.manifest.counts
    return {
        "folder": str(run.folder),
        "manifest_sha256": run.sha256,
        "in": counts.rows,
        "kept": counts.kept,
        "dropped": counts.dropped,
        "broken_limits": run.stats.limits.broken,
    }
