"""``thresher explain DIR (FILE:LINE|ID)``: the whole history of one row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import orjson

from curate.core.command.terminal import emit, inert, styled
from curate.core.run.canonical import SCHEMA_VERSION, canonical
from curate.curation.history import ProtectedRowError, find_rows

TEXT_CHARS = 400


@click.command("explain")
@click.argument("run", type=click.Path(path_type=Path), metavar="DIR")
@click.argument("row", metavar="FILE:LINE|ID")
@click.option("--no-text", is_flag=True, help="Leave the row's text out.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")
def command(run: Path, row: str, *, no_text: bool, as_json: bool) -> int:
    """Tell what happened to a row of a curation run, by which step, and why."""
    try:
        rows = find_rows(run, row)
    except ProtectedRowError as protected:
        told = {"schema_version": SCHEMA_VERSION, "rows": [], "protected": protected.told}
        emit(canonical(told).decode() if as_json else f"{protected.problem}\n  {protected.stand}")
        return 0
    if no_text:
        rows = [{name: value for name, value in one.items() if name not in ("text", "detail", "made")} for one in rows]
    if as_json:
        emit(canonical({"schema_version": SCHEMA_VERSION, "rows": rows}).decode())
        return 0
    sentences = orjson.loads((run / "stats.json").read_bytes())["reasons"]
    emit("\n\n".join(_told(one, sentences) for one in rows))
    return 0


def _fate(twin: dict[str, Any]) -> str:
    if twin["decision"] == "protected":
        return "which must stay unseen"
    if twin.get("run") is None:
        return f"kept in {twin['split']}.jsonl" if twin["decision"] == "kept" else "dropped itself"
    file = f"{twin['split']}.jsonl of " if twin["split"] is not None else ""
    gone = "" if twin["split"] is not None else ", which is not there any more"
    return f"kept in {file}the earlier run {inert(twin['run'])}{gone}"


def _named(twin: dict[str, Any]) -> str:
    if "may_be" not in twin:
        return f"{inert(twin['source'])}:{twin['line']} (id {inert(twin['id'])}), {_fate(twin)}"
    earlier = ["a row of an earlier run"] if twin["earlier"] else []
    return f"{' or '.join([*map(inert, twin['may_be']), *earlier])} (id {inert(twin['id'])})"


def _why(row: dict[str, Any]) -> list[str]:
    """Return the detail of a mark, and the row that it matches with."""
    lines = [f"  why: {inert(row['detail'], 200)}"] if row.get("detail") else []
    twin = row["twin"]
    if twin is not None:
        alike = f"similarity {row['similarity']:.3f}" if row["similarity"] is not None else "its twin"
        lines.append(f"  {alike} with {_named(twin)}")
    return lines


def _told(row: dict[str, Any], sentences: dict[str, str]) -> str:
    lines = [styled(f"{inert(row['source'])}:{row['line']}", "bold") + f"  id {inert(row['id'])}"]
    if row["rows_are"] == "values":
        lines.append(f"  row {row['line']} of the file: its values are counted, not its lines")
    if row["origin"] != "input":
        parents = f" from {', '.join(map(inert, row['parents']))}" if row["parents"] else ""
        lines.append(f"  made by {row['origin']}{parents}")
    if row.get("made"):
        lines.append(f"  how: {inert(orjson.dumps(row['made']).decode(), TEXT_CHARS)}")
    why = _why(row)
    for word in row["warnings"]:
        lines.append(f"  warned of {styled(word, 'yellow')}: {sentences.get(word, '')}")
        if row["decision"] == "kept":  # the first that tells something comes first; else it belongs to the reason
            lines += why
            why = []
    if row["edited_by"]:
        lines.append(f"  edited by {', '.join(row['edited_by'])}")
    if row["decision"] == "dropped":
        lines.append(
            f"  {styled('dropped', 'red')} by {row['step']}: {row['reason']}. {sentences.get(row['reason'], '')}"
        )
    else:
        lines.append(f"  {styled('kept', 'green')}, in {row['split']}.jsonl")
    lines += why
    for other in row["went_for_it"]:
        alike = f", similarity {other['similarity']:.3f}" if other["similarity"] is not None else ""
        lines.append(f"  {inert(other['source'])}:{other['line']} went for it ({other['reason']}{alike})")
    if row.get("text"):
        lines.append(f"  text: {inert(row['text'], TEXT_CHARS)}")
    return "\n".join(lines)
