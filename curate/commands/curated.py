"""What ``thresher curate`` prints of a run: a table of the flow, examples of a dry run, and what to do next."""

from __future__ import annotations

from typing import Any

from curate.core.command.terminal import harmless, inert, styled
from curate.core.command.words import path_word, row_word
from curate.core.run.canonical import SCHEMA_VERSION, canonical
from curate.curation.run import Outcome

WIDTH = 64
_SIDES = (("-", "before"), ("+", "after"))


def as_object(outcome: Outcome) -> str:
    """Return the outcome as one JSON object."""
    out = str(outcome.out) if outcome.out is not None else None
    told = {
        "schema_version": SCHEMA_VERSION,
        "out": out,
        "counts": outcome.manifest["counts"],
        "blank_lines": outcome.stats["blank_lines"],
        "flow": outcome.stats["flow"],
        "tainted": outcome.stats["tainted"],
        "broken_limits": outcome.broken,
        "notes": outcome.notes,
        "examples": outcome.stats["examples"],
        "edits": outcome.stats["edits"],
        "together": outcome.stats["split"].get("together"),
    }
    return canonical(told).decode()


def as_text(outcome: Outcome, *, dry_run: bool, texts: bool) -> str:
    """Return the outcome as lines for a terminal."""
    counts, stats = outcome.manifest["counts"], outcome.stats
    lines = [count_line("rows in", counts["in"])]
    if stats["blank_lines"]:
        lines.append(count_line("  blank lines, which are no rows", stats["blank_lines"]))
    for stage in stats["flow"]:
        for reason, count in sorted(stage["dropped"].items(), key=lambda item: (-item[1], item[0])):
            lines.append(count_line(f"  - {stage['step']}: {reason}", -count, "red"))
            lines += _examples(stats, reason, texts=texts) if dry_run else []
    lines.append(count_line("rows kept", counts["kept"], "bold"))
    if stats["edited"]:
        lines.append(count_line("  rows edited", stats["edited"]))
        lines += _edits(stats["edits"], texts=texts) if dry_run else []
    for name, count in sorted(
        counts["by_split"].items(), key=lambda item: ("train", "validation", "test").index(item[0])
    ):
        share = f"  ({count / counts['kept']:.1%})" if counts["kept"] else ""
        lines.append(count_line(f"  {name}", count) + share)
    lines += _together(stats["split"]) if dry_run else []
    if counts["by_warning"]:
        lines += ["", "warnings (these rows were kept unless they were dropped for another reason)"]
        for word, count in sorted(counts["by_warning"].items(), key=lambda item: (-item[1], item[0])):
            lines.append(count_line(f"  {word}", count, "yellow"))
            lines += _examples(stats, word, texts=texts) if dry_run else []
    curve = stats["s_curve"]
    if curve is not None and counts["in"] > 1:
        chances = ", ".join(
            f"{s:.2f}: {p:.4f}" for s, p in curve["points"] if 0.5 <= s <= 0.9 and round(s * 10) == s * 10
        )
        bands = f"{curve['bands']} bands of {curve['rows']}"
        lines += ["", f"near-duplicates are proposed by {bands} (chance by similarity: {chances})"]
    lines += [f"note: {note}" for note in outcome.notes]
    lines += [styled(f"limit: {limit}", "red") for limit in outcome.broken]
    lines += ["", _next(outcome, dry_run=dry_run)]
    return "\n".join(lines)


def count_line(name: str, count: int, style: str | None = None) -> str:
    """Return a name and how many there are of it, as one line of a table."""
    text = f"{name:<{WIDTH - 12}}{count:>12,}"
    return styled(text, style) if style else text


def _examples(stats: dict[str, Any], word: str, *, texts: bool) -> list[str]:
    lines = []
    for example in stats["examples"].get(word, []):
        other = example.get("twin")
        alike = f" ({example['similarity']:.2f})" if example["similarity"] is not None else ""
        twin = f"  like {inert(other['source'])}:{other['line']}{alike}" if other else ""
        told = example.get("detail") or ""
        told = "" if other and _is_place(told, other) else told
        why = f"  {inert(told, 60)}" if texts and told else ""
        text = f"{why}  {inert(example['text'], 70)}" if texts else ""
        lines.append(styled(f"      {inert(example['source'])}:{example['line']}{twin}{text}", "dim"))
    return lines


def _is_place(detail: str, row: dict[str, Any]) -> bool:
    """Say whether a detail is the place of a protected row, and no more."""
    return detail == f"{row['source']}:{row['line']}"


def _together(split: dict[str, Any]) -> list[str]:
    """Return how many rows the split keeps together, and the largest of their groups."""
    told = split.get("together")
    if not told or not told["groups"]:
        return []
    lines = [
        count_line("  rows that stay together", told["rows"])
        + f"  (in {told['groups']:,} group{'s' if told['groups'] > 1 else ''})"
    ]
    for group in told["examples"]:
        places = ", ".join(f"{inert(row['source'])}:{row['line']}" for row in group["rows"])
        more = f" and {group['size'] - len(group['rows']):,} more" if group["size"] > len(group["rows"]) else ""
        lines.append(styled(f"      {places}{more}, in {group['split']}", "dim"))
    return lines


def _edits(edits: dict[str, list[dict[str, Any]]], *, texts: bool) -> list[str]:
    lines = []
    for step, found in edits.items():
        for one in found:
            lines.append(styled(f"      {inert(one['source'])}:{one['line']}  {step}", "dim"))
            if texts:
                lines += [styled(f"        {mark} {harmless(one[side])}", "dim") for mark, side in _SIDES]
    return lines


def _next(outcome: Outcome, *, dry_run: bool) -> str:
    if dry_run:
        return "nothing was written. next: the same command with --out DIR instead of --dry-run"
    first = next((found[0] for found in outcome.stats["examples"].values() if found), None)
    place = row_word(f"{first['source']}:{first['line']}") if first else "FILE:LINE"
    page = outcome.out / "report.html" if outcome.out is not None else None
    shown = f" (open {page})" if page is not None and page.exists() else ""
    return f"wrote {outcome.out}{shown}. next: thresher explain {path_word(outcome.out or 'DIR')} {place}"
