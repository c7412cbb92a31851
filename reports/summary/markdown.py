"""Briefs as Markdown that fits a pull request's comment: at most 60 KB, and nothing in it links, pings or hides."""

from __future__ import annotations

from collections.abc import Sequence

from curate.core.command.markdown import cell
from reports.numbers import count, plural
from reports.summary.brief import Brief, Grid
from reports.text import plain

LIMIT = 60_000  # bytes; a comment may have 65,536 characters
ROWS = (40, 20, 10, 5, 0)  # of a table, tried until all has room
LONGEST = 300  # characters of a cell or sentence
SIGNS = {"ok": "✅ ", "bad": "❌ ", "unsure": "⚠️ ", "unjudged": ""}


def as_markdown(briefs: Sequence[Brief]) -> str:
    """Return a section for each brief; where there is no room for all, tables are cut first, and that is said."""
    for most in ROWS:
        sections = [_section(brief, most) for brief in briefs]
        text = "\n".join(sections)
        if len(text.encode()) <= LIMIT:
            return text
    kept: list[str] = []
    for section in sections:
        if len("\n".join([*kept, section]).encode()) > LIMIT - 200:
            break
        kept.append(section)
    return "\n".join(
        [*kept, f"*{plural(len(sections) - len(kept), 'more part')} had no room here; the page has them.*\n"]
    )


def inline(text: str) -> str:
    """Return plain text as Markdown that shows it: no markup, link, mention, or hidden character is left in it."""
    return cell(plain(text, LONGEST))


def _section(brief: Brief, most: int) -> str:
    lines = [f"## {SIGNS[brief.tone]}{inline(brief.headline)}", "", f"{inline(brief.kind)}: {inline(brief.name)}", ""]
    if brief.sentences:
        lines += [" ".join(inline(sentence) for sentence in brief.sentences), ""]
    lines += [f"- {inline(note)}" for note in brief.notes]
    if brief.notes:
        lines.append("")
    for grid in brief.grids:
        lines += _table(grid, most)
    return "\n".join(lines)


def _table(grid: Grid, most: int) -> list[str]:
    rows = grid.rows[:most]
    lines = [f"**{inline(grid.title)}**", ""] if grid.title else []
    if rows:
        lines.append(f"| {' | '.join(inline(column) for column in grid.columns)} |")
        sides = ["---" if any(one[:1].isalpha() for one in column) else "---:" for column in zip(*rows, strict=True)]
        lines.append(f"| {' | '.join(sides)} |")
        lines += [f"| {' | '.join(inline(one) for one in row)} |" for row in rows]
        lines.append("")
    if left := len(grid.rows) - len(rows):
        lines += [f"*{count(left)} more in the page.*", ""]
    return lines
