"""``thresher compare BASE CANDIDATE``: what changed between two runs, and what it did to the scores."""

from __future__ import annotations

from pathlib import Path

import click

from curate.core.command.exits import DONE
from curate.core.command.numbers import Real, Whole
from curate.core.command.paths import Place
from curate.core.command.terminal import emit


@click.command("compare")
@click.argument("base", type=click.Path(path_type=Path))
@click.argument("candidate", type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["text", "json", "markdown"]), help="Text where it is not given.")
@click.option("--alpha", type=Real(0.001, 0.4), default=0.05, show_default=True, help="Of each bound.")
@click.option("--seed", type=Whole(min=0), default=0, show_default=True, help="Of the bootstrap.")
@click.option("--output", type=Place(), help="Write Markdown too, as for a comment.")
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
def command(
    base: Path, candidate: Path, *, form: str | None, alpha: float, seed: int, output: Path | None, as_json: bool
) -> int:
    """Show what changed from BASE to CANDIDATE: data, configuration, versions; then paired differences, flips, slices.

    Both are folders of scores, or committed baseline files. Items that only one of them has, or has a
    score of, are said, and left out; an empty answer counts as wrong.
    """
    from curate.core.run.canonical import canonical  # noqa: PLC0415 - Polars is loaded after the flags are read
    from curate.core.run.errors import ConfigError  # noqa: PLC0415
    from curate.core.write.spared import refuse_target  # noqa: PLC0415
    from evalkit.compare.compare import compare  # noqa: PLC0415
    from evalkit.compare.shown import as_markdown, as_text  # noqa: PLC0415
    from evalkit.gate.output.files import write_text  # noqa: PLC0415
    from evalkit.gate.runs.run import read_run  # noqa: PLC0415
    from evalkit.gate.statistics.estimate import Settings  # noqa: PLC0415

    if as_json and form not in (None, "json"):
        raise ConfigError(f"--json and --format {form} exclude each other", hint="leave one of them out")
    runs = read_run(base), read_run(candidate)
    if output is not None:
        refuse_target(output, [base, candidate, *(Path(file["path"]) for run in runs for file in run.files)])
    compared = compare(*runs, Settings(alpha=alpha, seed=seed))
    if output is not None:
        write_text(output, as_markdown(compared))
    if as_json or form == "json":
        emit(canonical(compared.as_object()).decode())
    else:
        emit(as_markdown(compared) if form == "markdown" else as_text(compared))
    return DONE
