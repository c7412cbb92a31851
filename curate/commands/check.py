"""``thresher check FILES...``: every fault with file, line, column, code and hint."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import click

from curate.check.asked import answer_rules, field_names, one_of, token_counter
from curate.check.baseline import leave_out, read_baseline
from curate.check.findings import Findings
from curate.check.following import Said, next_command
from curate.check.formats import FORMATS
from curate.check.formats.summary import summary
from curate.check.formats.text import as_text
from curate.check.judge import Judge
from curate.check.profiles import PROFILES
from curate.check.run import check_sources
from curate.check.withheld import withhold
from curate.core.command.exits import DONE, NO
from curate.core.command.numbers import Whole
from curate.core.command.paths import Place
from curate.core.command.terminal import emit_pieces, wants_colour
from curate.core.read.layouts import LAYOUTS
from curate.core.read.lines import MAX_LINE_BYTES
from curate.core.read.source import Wanted, find_sources
from curate.core.run.aside import aside
from curate.core.run.errors import ConfigError
from curate.core.run.settings import assignment
from curate.core.write.spared import refuse_target
from curate.core.write.whole import replace_whole


@click.command("check")
@click.argument("files", nargs=-1, required=True, metavar="FILES...")
@click.option("--profile", default="any", metavar="P", help=f"Whose rules to add: {', '.join(PROFILES)}.")
@click.option("--layout", metavar="L", help=f"The layout, where it should not be told: {', '.join(LAYOUTS)}.")
@click.option("--map", "maps", multiple=True, metavar="OURS=THEIRS", help="Name a field: --map prompt=question.")
@click.option("--answer-schema", type=click.Path(path_type=Path), help="JSON Schema that every answer must keep.")
@click.option("--tokenizer", type=click.Path(path_type=Path), help="tokenizer.json, to count the tokens of a row.")
@click.option("--max-tokens", type=Whole(min=1), help="Warn of rows with more (the profile's, if it has one).")
@click.option(
    "--max-line-bytes",
    type=Whole(min=1),
    default=MAX_LINE_BYTES,
    show_default=True,
    help="Refuse longer lines.",
)
@click.option("--format", "form", metavar="F", help=f"{', '.join(FORMATS)}; text where it is not given.")
@click.option("--json", "wants_json", is_flag=True, help="The same as --format json.")
@click.option("--baseline", type=click.Path(path_type=Path), help="Report new faults only; an earlier --format json.")
@click.option("--output", type=Place(), help="Write the report here; the counts go to stderr.")
@click.option("--no-text", is_flag=True, help="Quote nothing from the data.")
def command(  # noqa: PLR0913 - click hands over each option by its name
    *,
    files: tuple[str, ...],
    profile: str,
    layout: str | None,
    maps: tuple[str, ...],
    answer_schema: Path | None,
    tokenizer: Path | None,
    max_tokens: int | None,
    max_line_bytes: int,
    form: str | None,
    wants_json: bool,
    baseline: Path | None,
    output: Path | None,
    no_text: bool,
) -> int:
    """Say what is wrong with JSONL files; exit 1 if any row has an error.

    FILES are files (.jsonl, .json, .parquet, also .gz and .zst), folders, patterns, or - for standard input.
    """
    form = _format(form, wants_json=wants_json)
    fields = field_names(maps)
    if layout is not None:
        one_of("layout", layout, LAYOUTS)
    rules = PROFILES[one_of("profile", profile, PROFILES)]
    judge = Judge(rules, answer_rules(answer_schema), token_counter(tokenizer, max_tokens, rules))
    known = None if baseline is None else read_baseline(baseline)
    sources = find_sources([Wanted(file, layout, fields) for file in files], Path.cwd(), any_name=True)
    if output is not None:  # a baseline may be written over: what is new is known from then on
        read = [source.path for source in sources if not source.is_stdin]
        refuse_target(output, [*read, answer_schema, tokenizer])

    findings = check_sources(sources, judge, max_line_bytes=max_line_bytes)
    findings = findings if known is None else leave_out(findings, known)
    findings = withhold(findings) if no_text else findings
    said = _said(profile, layout, maps, answer_schema, tokenizer, max_tokens, max_line_bytes)
    paths = [source.path for source in sources if not source.is_stdin]
    paths += [] if answer_schema is None else [answer_schema]
    findings = replace(findings, then=next_command(findings, files, said, paths))
    coloured = form == "text" and output is None and wants_colour()
    _deliver(as_text(findings, colour=True) if coloured else FORMATS[form](findings), findings, output)
    return NO if findings.failed else DONE


def _said(
    profile: str,
    layout: str | None,
    maps: Sequence[str],
    schema: Path | None,
    tokenizer: Path | None,
    max_tokens: int | None,
    max_line_bytes: int,
) -> list[Said]:
    """Return what the user said of the files, for the next command to say again."""
    bytes_ = max_line_bytes if max_line_bytes != MAX_LINE_BYTES else None
    told = (
        Said("--profile", profile if profile != "any" else ""),
        Said("--layout", layout or "", ("--layout", layout or "")),
        *(Said("--map", name, ("--map", name)) for name in maps),
        Said("--answer-schema", str(schema or ""), ("--set", assignment("check.answer_schema", str(schema)))),
        Said("--tokenizer", str(tokenizer or "")),
        Said("--max-tokens", str(max_tokens or "")),
        Said("--max-line-bytes", str(bytes_ or ""), ("--set", f"input.max_line_bytes={bytes_}")),
    )
    return [one for one in told if one.value]


def _deliver(report: Iterable[str], findings: Findings, output: Path | None) -> None:
    if output is None:
        emit_pieces(report)
        return
    replace_whole(output, (piece.encode(errors="backslashreplace") for piece in report), "check the path")
    aside("\n".join([f"wrote {output}", *summary(findings), ""]))


def _format(form: str | None, *, wants_json: bool) -> str:
    if form is not None:
        one_of("format", form, FORMATS)
    if wants_json and form not in (None, "json"):
        raise ConfigError(f"--json and --format {form} exclude each other", hint="leave one of them out")
    return "json" if wants_json else form or "text"
