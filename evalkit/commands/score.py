"""``thresher score DIR|FILE --metrics m1,m2``: scores of predictions, also of those that no one here made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from curate.core.command.exits import DONE, NO
from curate.core.command.numbers import Whole
from curate.core.command.paths import Place
from curate.core.command.terminal import emit
from curate.core.run.errors import ConfigError, nearest

_SOURCES = ("jsonl", "lm-eval", "inspect", "promptfoo")


@click.command("score")
@click.argument("path", metavar="DIR|FILE", type=click.Path(path_type=Path))
@click.option("--metrics", "asked", multiple=True, metavar="m1,m2", help="The metrics; thresher metrics lists them.")
@click.option("--set", "assignments", multiple=True, metavar="m.a=value", help="Change a metric's setting; repeatable.")
@click.option("--from", "source", default="jsonl", metavar="KIND", help=f"What wrote the file: {', '.join(_SOURCES)}.")
@click.option("--id-field", metavar="F", help="The field that names a row; id if absent.")
@click.option("--prediction-field", metavar="F", help="The field with the answer; prediction if absent.")
@click.option("--reference-field", metavar="F", help="The field with the wanted answer; reference(s) if absent.")
@click.option("--prompt-field", metavar="F", help="The field with the prompt; messages or prompt if absent.")
@click.option(
    "--slice", "slices", multiple=True, metavar="F", help="A field whose values are scored apart; repeatable."
)
@click.option(
    "--tainted",
    type=click.Path(path_type=Path),
    metavar="F",
    help="A tainted.jsonl of a curation: the scores with its items and without them, as slices.",
)
@click.option("--out", type=Place(), help="Folder to write; a DIR is written into if absent.")
@click.option("--seed", type=Whole(min=0), default=0, show_default=True, help="Of the bootstrap.")
@click.option("--self-check", is_flag=True, help="Score the references as predictions; exit 1 if one falls short.")
@click.option("--dry-run", is_flag=True, help="Say what a judge would be asked and cost; send and write nothing.")
@click.option(
    "--no-text", is_flag=True, help="Leave texts of the data out of what is shown and written; slices keep their names."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")
@click.option("--quiet", "-q", is_flag=True, help="No progress.")
def command(  # noqa: PLR0913 - a flag each
    path: Path,
    *,
    asked: tuple[str, ...],
    assignments: tuple[str, ...],
    source: str,
    id_field: str | None,
    prediction_field: str | None,
    reference_field: str | None,
    prompt_field: str | None,
    slices: tuple[str, ...],
    tainted: Path | None,
    out: Path | None,
    seed: int,
    self_check: bool,
    dry_run: bool,
    no_text: bool,
    as_json: bool,
    quiet: bool,
) -> int:
    """Score predictions: each number with its interval, its n, why rows have none, and how it was made.

    DIR holds predictions.jsonl; FILE is any JSON Lines with predictions (.gz and .zst too; - is standard input), or a
    log of another tool.
    """
    from curate.core.run.progress import Progress  # noqa: PLC0415 - Polars is loaded after the flags are read
    from evalkit.commands.shown import as_object, as_text, checked_object, checked_text, dry_object, dry_text  # noqa: PLC0415
    from evalkit.read.records import Fields, InputFile  # noqa: PLC0415
    from evalkit.results import PREDICTIONS_FILE  # noqa: PLC0415
    from evalkit.run import Options, make_metrics, plans, read, run_scores  # noqa: PLC0415
    from evalkit.self_check import check_references  # noqa: PLC0415

    names = [name.strip() for one in asked for name in one.split(",") if name.strip()]
    if not names:
        raise ConfigError("score needs metrics", hint="--metrics exact_match,token_f1 (thresher metrics lists all)")
    if source not in _SOURCES:
        raise ConfigError(f"--from {source!r} is not known{nearest(source, _SOURCES)}")
    fields = Fields(id_field, prediction_field, reference_field, prompt_field, slices)
    options = Options(fields, source, _settings(assignments), seed, texts=not no_text, tainted=tainted)
    if self_check:
        frame = read(InputFile(path / PREDICTIONS_FILE if path.is_dir() else path), options)
        checked = check_references(frame, make_metrics(names, options.settings))
        emit(checked_object(checked) if as_json else checked_text(checked, texts=not no_text))
        return DONE if all(one.holds for one in checked) else NO
    if dry_run:
        planned = {one.metric.name: one.estimate() for one in plans(path, names, options)}
        emit(dry_object(planned, texts=not no_text) if as_json else dry_text(planned, texts=not no_text))
        return DONE
    with Progress(quiet=quiet) as progress:
        outcome = run_scores(path, names, out, options, progress)
    emit(as_object(outcome) if as_json else as_text(outcome))
    return DONE


def _settings(assignments: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """Return the settings of metrics that ``metric.setting=value`` changes."""
    from curate.core.run.settings import override  # noqa: PLC0415

    settings = override({}, assignments)
    for use, own in settings.items():
        if not isinstance(own, dict):
            raise ConfigError(f"--set takes metric.setting=value, not {use}={own}", hint="--set bleu.tokenize=zh")
    return settings
