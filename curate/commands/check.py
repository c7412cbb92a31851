"""``thresher check FILES...``: every fault with file, line, column, code and hint."""

from __future__ import annotations

import click


@click.command("check")
@click.argument("files", nargs=-1, required=True)
def command(files: tuple[str, ...]) -> None:
    """Say what is wrong with JSONL files; exit 1 if any row has an error."""
