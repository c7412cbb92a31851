"""``thresher train CONFIG.toml --out DIR``: an adapter from rows."""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from curate.core.command.exits import DONE, NO
from curate.core.command.paths import Place
from curate.core.command.terminal import emit, harmless
from curate.core.run.aside import aside
from curate.core.run.canonical import SCHEMA_VERSION, canonical
from curate.core.run.errors import ConfigError, ThresherError

if TYPE_CHECKING:
    from train.guards.finding import Finding
    from train.run import Options


@click.command("train")
@click.argument("config", required=False, metavar="CONFIG.toml", type=click.Path(path_type=Path))
@click.option("--out", type=Place(), help="Folder to write; needed unless --dry-run.")
@click.option("--dry-run", is_flag=True, help="Show rows, masks, steps, memory and time; train nothing.")
@click.option("--resume", is_flag=True, help="Go on with a run that was stopped, as if it had not been.")
@click.option("--cancel", is_flag=True, help="Stop the job that --out started at an endpoint ([hosted]).")
@click.option("--set", "assignments", multiple=True, metavar="a.b=value", help="Change a setting; repeatable.")
@click.option("--no-text", is_flag=True, help="Leave texts of the data out of what is shown and reported.")
@click.option("--no-report", is_flag=True, help="Write no report.html.")
@click.option("--schema", is_flag=True, help="Print the JSON schema of train.toml.")
@click.option("--markdown", is_flag=True, help="Print the page docs/train-configuration.md.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")
@click.option("--quiet", "-q", is_flag=True, help="No progress.")
def command(  # noqa: PLR0913 - a flag each
    config: Path | None,
    *,
    out: Path | None,
    dry_run: bool,
    resume: bool,
    cancel: bool,
    assignments: tuple[str, ...],
    no_text: bool,
    no_report: bool,
    schema: bool,
    markdown: bool,
    as_json: bool,
    quiet: bool,
) -> int:
    """Train a LoRA adapter (or all weights), where no guard refuses data or settings.

    Exit 1 where a guard did: before the first step, or on the way. After Ctrl-C (exit 130), --resume goes on.
    """
    from curate.core.run.settings import override, read_toml  # noqa: PLC0415
    from evalkit.answers.local.weights import imported  # noqa: PLC0415 - after the flags are read
    from train.config import load_train  # noqa: PLC0415
    from train.page import configuration_page  # noqa: PLC0415
    from train.schema import schema_text  # noqa: PLC0415

    if schema or markdown:
        emit(configuration_page() if markdown else schema_text())
        return DONE
    if config is None or (out is None and not dry_run):
        raise ConfigError("train needs a configuration and a folder", hint="thresher train train.toml --out DIR")
    if "hosted" in override(read_toml(config), assignments):
        from train.hosted.command import train_hosted  # noqa: PLC0415

        return train_hosted(
            config, out, assignments, dry_run=dry_run, cancel=cancel, as_json=as_json, quiet=quiet, texts=not no_text
        )
    if cancel:
        raise ConfigError(
            "--cancel stops a job at an endpoint, and there is no [hosted]", hint="Ctrl-C stops a run here"
        )
    wanted = load_train(config, assignments)
    imported()  # says what is missing, before anything that is missing is imported
    if dry_run or out is None:
        from train.commands.shown import dry_run_text  # noqa: PLC0415
        from train.estimate.dry_run import dry_run as try_out  # noqa: PLC0415
        from train.model.parent import inherited  # noqa: PLC0415
        from train.prepare import prepare  # noqa: PLC0415

        wanted = inherited(wanted, config.parent)
        prepared = prepare(wanted, config.parent)
        _warn(prepared.findings)
        if prepared.errors:
            if as_json:
                emit(canonical(prepared.as_json()).decode())
            return NO
        tried = try_out(wanted, prepared, config.parent, texts=not no_text)
        emit(canonical(tried.as_json()).decode() if as_json else dry_run_text(tried, texts=not no_text))
        return DONE
    from train.run import Options  # noqa: PLC0415

    return _trained(config, wanted, out, Options(resume, not no_text, quiet), as_json=as_json, report=not no_report)


def _trained(path: Path, config: Any, out: Path, options: Options, *, as_json: bool, report: bool) -> int:
    from curate.core.command.door import call  # noqa: PLC0415 - it imports a command when it is called
    from train.commands.shown import outcome_text  # noqa: PLC0415
    from train.ended import ended_run  # noqa: PLC0415
    from train.loop.checkpoint import CHECKPOINTS  # noqa: PLC0415
    from train.run import run_training  # noqa: PLC0415

    if options.resume and (ended := ended_run(out, config, path.parent)) is not None:
        stats, stopped = ended
        why = f" ({stopped.reason}: {stopped.detail})" if stopped.is_guard else ""
        text = harmless(f"{out} holds a run that has ended{why}: there is nothing to go on with")
        emit(canonical(stats | {"out": str(out)}).decode() if as_json else text)
        return NO if stopped.is_guard else DONE
    try:
        outcome = run_training(config, path.parent, out, options, _warn)
    except KeyboardInterrupt:
        if (out / CHECKPOINTS).is_dir():
            aside(f"a checkpoint is in {out / CHECKPOINTS}: --resume goes on with it\n")
        raise
    if not outcome.first:
        return NO if outcome.stopped.is_guard else DONE
    if report:
        flags = [] if options.texts else ["--no-text"]
        try:
            call("report", "--output", str(out / "report.html"), "--quiet", *flags, "--", str(out))
        except ThresherError as error:  # what was trained is whole: a page less is no reason to say otherwise
            aside(f"warning: no report: {harmless(error.problem)}\n")
    told = {"schema_version": SCHEMA_VERSION, "out": str(out)}
    emit(canonical(outcome.stats | told).decode() if as_json else outcome_text(outcome, config))
    return NO if outcome.stopped.is_guard else DONE


def _warn(findings: Sequence[Finding]) -> None:
    """Print what the guards found, on standard error, the first of each kind; of several processes the first does."""
    from train.guards.shown import EACH  # noqa: PLC0415

    for code, group in groupby(findings if os.environ.get("RANK", "0") == "0" else (), key=lambda one: one.code):
        same = list(group)
        for one in same[:EACH]:
            place = f"{one.place}: " if one.place else ""
            aside(harmless(f"{one.severity}: {place}{one.message}") + "\n")
        if len(same) > EACH:
            aside(f"  and {len(same) - EACH:,} more of {code}: thresher preflight --json has them all\n")
        for hint in dict.fromkeys(one.hint for one in same[:EACH]):
            aside(f"  hint: {harmless(hint)}\n")
