"""``thresher augment CONFIG.toml --out DIR``: new rows from the training rows of a curation run."""

from __future__ import annotations

from pathlib import Path

import click

from curate.core.command.exits import DONE, NO
from curate.core.command.paths import Place
from curate.core.command.terminal import emit
from curate.core.run.errors import ConfigError


@click.command("augment")
@click.argument("config", type=click.Path(path_type=Path), metavar="CONFIG.toml")
@click.option("--out", type=Place(), help="Folder to write; needed unless --dry-run.")
@click.option("--dry-run", is_flag=True, help="Say what would be asked and what it costs; send and write nothing.")
@click.option("--set", "assignments", multiple=True, metavar="a.b=value", help="Change a setting; repeatable.")
@click.option("--no-text", is_flag=True, help="Leave texts of the data out of what is shown and reported.")
@click.option("--no-report", is_flag=True, help="Write no report.html.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")
@click.option("--quiet", "-q", is_flag=True, help="No progress.")
def command(
    config: Path,
    *,
    out: Path | None,
    dry_run: bool,
    assignments: tuple[str, ...],
    no_text: bool,
    no_report: bool,
    as_json: bool,
    quiet: bool,
) -> int:
    """Make rows by paraphrase, back-translation, synthesis and noise; the output is a curation run again.

    Every row of the run that is augmented stays as it is. New rows are made of its training rows, pass its every gate,
    and train.
    """
    if out is None and not dry_run:
        raise ConfigError("augment needs a folder to write", hint="--out DIR, or --dry-run to only look")
    from curate.augment.config import load_augment  # noqa: PLC0415 - Polars and the steps, which --help need not load
    from curate.augment.run import run_augment  # noqa: PLC0415
    from curate.augment.told.preview import preview  # noqa: PLC0415
    from curate.commands.augmented import as_object, as_text, preview_text  # noqa: PLC0415
    from curate.core.command.door import call  # noqa: PLC0415
    from curate.core.run.canonical import canonical  # noqa: PLC0415
    from curate.curation.run import Options  # noqa: PLC0415

    settings, base = load_augment(config, list(assignments)), config.resolve().parent
    if dry_run or out is None:
        seen = preview(settings, base)
        emit(canonical(seen.as_json(texts=not no_text)).decode() if as_json else preview_text(seen, texts=not no_text))
        return DONE
    folder = out

    def reported() -> None:
        flags = ["--no-text"] if no_text else []
        if not no_report:
            call("report", "--output", str(folder / "report.html"), "--quiet", *flags, "--", str(folder))

    outcome = run_augment(settings, base, out, Options(texts=not no_text, quiet=quiet), reported)
    emit(as_object(outcome) if as_json else as_text(outcome))
    return NO if outcome.broken else DONE
