"""``thresher gate CANDIDATE --baseline BASE --limits gate.toml``: whether a model may ship."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from curate.core.command.exits import DONE, NO
from curate.core.command.numbers import Whole
from curate.core.command.paths import Place
from curate.core.command.terminal import emit, on_github
from curate.core.command.words import path_word
from curate.core.run.errors import ConfigError

if TYPE_CHECKING:
    from evalkit.gate.config import GateConfig
    from evalkit.gate.runs.run import Run
    from evalkit.gate.verdict import Verdict

_NAMED = re.compile(r"([A-Za-z0-9_.-]+)=(.+)", re.DOTALL)


@click.command("gate")
@click.argument("candidate", required=False, type=click.Path(path_type=Path))
@click.option(
    "--baseline", "baselines", multiple=True, metavar="[NAME=]RUN", help="Folder, or committed file; repeatable."
)
@click.option("--limits", type=click.Path(path_type=Path), help="gate.toml: the rules.")
@click.option("--allow-missing", is_flag=True, help="Count items that the candidate lacks as wrong.")
@click.option("--tainted", type=click.Path(path_type=Path), help="tainted.jsonl: judge without its items too.")
@click.option("--waivers", type=click.Path(path_type=Path), help="File of waivers; that of gate.toml if absent.")
@click.option("--plan", "planning", is_flag=True, help="Say what the items can decide, before a model runs.")
@click.option("--items", type=Whole(min=1), help="With --plan: so many items.")
@click.option("--self-test", "testing", is_flag=True, help="Say how often A against A' would raise an alarm.")
@click.option("--splits", type=Whole(min=20), default=200, show_default=True, help="Of the self-test.")
@click.option("--accept", type=Place(), help="Write the candidate as a baseline to commit.")
@click.option("--junit", type=Place(), help="Write JUnit XML.")
@click.option("--summary", type=Place(), help="Write Markdown, as for $GITHUB_STEP_SUMMARY.")
@click.option("--out", type=Place(), help="Folder for verdict.json, junit.xml, summary.md.")
@click.option("--schema", is_flag=True, help="Print the JSON schema of gate.toml.")
@click.option("--markdown", is_flag=True, help="Print the page docs/gate-configuration.md.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")
def command(  # noqa: PLR0913 - a flag each
    candidate: Path | None,
    *,
    baselines: tuple[str, ...],
    limits: Path | None,
    allow_missing: bool,
    tainted: Path | None,
    waivers: Path | None,
    planning: bool,
    items: int | None,
    testing: bool,
    splits: int,
    accept: Path | None,
    junit: Path | None,
    summary: Path | None,
    out: Path | None,
    schema: bool,
    markdown: bool,
    as_json: bool,
) -> int:
    """Say whether CANDIDATE may ship: exit 0 yes, 1 no, 2 not comparable, 3 not enough evidence.

    CANDIDATE is a folder of scores. Nothing is written into it.
    """
    from curate.core.write.spared import refuse_twice, refuse_within  # noqa: PLC0415 - Polars comes after the flags
    from evalkit.gate.config import load_gate, schema_text  # noqa: PLC0415
    from evalkit.gate.output.files import verdict_folder, write_verdict  # noqa: PLC0415
    from evalkit.gate.page import configuration_page  # noqa: PLC0415
    from evalkit.gate.rules.waivers import load_waivers  # noqa: PLC0415
    from evalkit.gate.runs.baseline import write_baseline  # noqa: PLC0415
    from evalkit.gate.runs.run import read_run  # noqa: PLC0415
    from evalkit.gate.verdict import judge  # noqa: PLC0415
    from evalkit.read.tainted import read_tainted  # noqa: PLC0415

    refuse_within(candidate, [out, accept, junit, summary])
    refuse_twice([accept, junit, summary])
    if schema or markdown:
        emit(configuration_page() if markdown else schema_text())
        return DONE
    if accept is not None and limits is None and candidate is not None:
        return _accept(read_run(candidate), accept, as_json=as_json)
    if limits is None:
        raise ConfigError("gate needs rules", hint="--limits gate.toml; thresher gate --markdown shows one")
    if candidate is None and not planning:
        raise ConfigError("gate needs a candidate", hint="thresher gate RUN --baseline RUN --limits gate.toml")
    mode = "--plan" if planning else "--self-test" if testing else None
    _refuse_idle(mode, {"--accept": accept, "--junit": junit, "--summary": summary, "--out": out})
    given = _by_name(baselines)
    paths = [path for _, path in given]
    rules = [limits, tainted, waivers]
    _refuse_targets([junit, summary], [*rules, *paths])
    _refuse_targets([accept], rules)  # a baseline may be accepted over the one that it was held against
    with verdict_folder(None if planning or testing else out, paths) as folder:
        config = load_gate(limits)
        named = {name: read_run(path) for name, path in given}
        if candidate is None or planning:
            return _plan(config, named, candidate, items, allow_missing=allow_missing, as_json=as_json)
        run = read_run(candidate)
        if testing:
            return _self_test(config, named, run, splits, allow_missing=allow_missing, as_json=as_json)
        file = waivers or config.waivers
        _refuse_targets([junit, summary, accept], [file])
        verdict = judge(
            run,
            named,
            config,
            allow_missing=allow_missing,
            tainted=read_tainted(tainted) if tainted else frozenset(),
            waivers=load_waivers(file) if file else [],
        )
        if folder is not None:
            files = {"limits": limits, "tainted": tainted, "waivers": file}
            read = {name: path for name, path in files.items() if path is not None}
            told: dict[str, object] = {"rules": config.model_dump(mode="json"), "allow_missing": allow_missing}
            told |= {name: path.as_posix() for name, path in read.items()}
            write_verdict(verdict, folder, [run, *named.values()], told, list(read.values()))
    _publish(verdict, junit, summary)
    if accept is not None:
        write_baseline(run, accept, verdict.said)
    _say(verdict, accept, as_json=as_json)
    return verdict.exit_code


def _publish(verdict: Verdict, junit: Path | None, summary: Path | None) -> None:
    """Write the files that were asked for by their names."""
    from evalkit.gate.output.files import write_text  # noqa: PLC0415
    from evalkit.gate.output.junit import as_junit  # noqa: PLC0415
    from evalkit.gate.output.summary import as_markdown  # noqa: PLC0415

    if junit is not None:
        write_text(junit, as_junit(verdict))
    if summary is not None:
        write_text(summary, as_markdown(verdict))


def _say(verdict: Verdict, accepted: Path | None, *, as_json: bool) -> None:
    """Print the verdict, what was accepted under it, and what GitHub shows beside a change."""
    from curate.core.run.canonical import canonical  # noqa: PLC0415
    from evalkit.gate.output.shown import as_text  # noqa: PLC0415
    from evalkit.gate.output.summary import as_annotations  # noqa: PLC0415

    if as_json:
        emit(canonical(verdict.as_object()).decode())
        return
    emit(as_text(verdict))
    if accepted is not None:
        emit(f"wrote {accepted}, accepted under the verdict {verdict.said}")
    if on_github() and (marks := as_annotations(verdict)):
        emit(marks)


def _accept(run: Run, accept: Path, *, as_json: bool) -> int:
    """Write a run as a baseline by nobody's verdict, and say so."""
    from curate.core.run.canonical import SCHEMA_VERSION, canonical  # noqa: PLC0415
    from evalkit.gate.runs.baseline import write_baseline  # noqa: PLC0415

    write_baseline(run, accept, None)
    following = f"commit it, and thresher gate RUN --baseline {path_word(accept)} --limits gate.toml"
    told = {"schema_version": SCHEMA_VERSION, "accepted": str(accept), "candidate": run.name, "verdict": None}
    emit(canonical(told).decode() if as_json else f"wrote {accept}. next: {following}")
    return DONE


def _refuse_targets(targets: Sequence[Path | None], read: Sequence[Path | None]) -> None:
    from curate.core.write.spared import refuse_target  # noqa: PLC0415

    for target in targets:
        if target is not None:
            refuse_target(target, read)


def _refuse_idle(mode: str | None, options: Mapping[str, Path | None]) -> None:
    """Refuse files that a run which judges nothing would not write."""
    named = [name for name, path in options.items() if path is not None]
    if mode is not None and named:
        raise ConfigError(f"{mode} writes no {' and no '.join(named)}", hint="it prints; --json for one JSON object")


def _by_name(baselines: Sequence[str]) -> list[tuple[str, Path]]:
    """Return names and paths of the baselines.

    Raises:
        ConfigError: two have one name: a rule would be held against one of them alone.
    """
    named = [_named(given) for given in baselines]
    names = [name for name, _ in named]
    if twice := next((name for name in names if names.count(name) > 1), None):
        paths = ", ".join(str(path) for name, path in named if name == twice)
        raise ConfigError(
            f"more than one baseline is called {twice!r}: {paths}",
            hint="name them: --baseline prod=DIR --baseline base=DIR; baseline = in gate.toml says which a rule means",
        )
    return named


def _named(given: str) -> tuple[str, Path]:
    """Return the name and the path of a baseline; one without a name is called ``baseline``."""
    found = _NAMED.fullmatch(given)
    if found is None or Path(given).exists():
        return "baseline", Path(given)
    return found.group(1), Path(found.group(2))


def _plan(
    config: GateConfig,
    named: dict[str, Run],
    candidate: Path | None,
    items: int | None,
    *,
    allow_missing: bool,
    as_json: bool,
) -> int:
    from curate.core.run.canonical import SCHEMA_VERSION, canonical  # noqa: PLC0415
    from evalkit.gate.output.shown import plan_text  # noqa: PLC0415
    from evalkit.gate.plan import plan  # noqa: PLC0415
    from evalkit.gate.runs.run import read_run  # noqa: PLC0415

    run = None if candidate is None else read_run(candidate)
    planned = plan(config, named, run, items, allow_missing=allow_missing)
    if as_json:
        emit(canonical({"schema_version": SCHEMA_VERSION, "plan": [one.told() for one in planned]}).decode())
    else:
        emit(plan_text(planned, config.power))
    return DONE


def _self_test(
    config: GateConfig, named: dict[str, Run], run: Run, splits: int, *, allow_missing: bool, as_json: bool
) -> int:
    from dataclasses import asdict  # noqa: PLC0415

    from curate.core.run.canonical import SCHEMA_VERSION, canonical  # noqa: PLC0415
    from evalkit.gate.output.shown import self_test_text  # noqa: PLC0415
    from evalkit.gate.runs.pairing import by_itself, pair  # noqa: PLC0415
    from evalkit.gate.self_test import self_test  # noqa: PLC0415

    alone = by_itself(run, named.values(), allow_missing=allow_missing)
    pairs = {name: pair(run, base, allow_missing=allow_missing) for name, base in named.items()}
    tested = self_test(config, pairs, alone, splits)
    told = asdict(tested) | {"holds": tested.holds, "schema_version": SCHEMA_VERSION}
    emit(canonical(told).decode() if as_json else self_test_text(tested))
    return DONE if tested.holds else NO
