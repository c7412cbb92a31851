"""What the pages of the documentation hold: their links, their blocks, and the commands that they show."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.glob("*.md")), ROOT / "examples" / "support-tickets" / "README.md"]
_FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```", re.DOTALL | re.MULTILINE)


def blocks(page: Path, *languages: str) -> list[str]:
    """Return the fenced blocks of a page in some languages; the empty one is a block that names none."""
    return [text for language, text in _FENCE.findall(page.read_text(encoding="utf-8")) if language in languages]


def prose(page: Path) -> str:
    """Return a page without its blocks."""
    return _FENCE.sub("", page.read_text(encoding="utf-8"))


def commands(page: Path) -> list[list[str]]:
    """Return the command lines of ``thresher`` in the blocks of a page, as a shell cuts them."""
    lines = (line for block in blocks(page, "", "sh", "console") for line in block.splitlines())
    return [
        shlex.split(line.removeprefix("$ "), comments=True)[1:]
        for line in lines
        if line.removeprefix("$ ").startswith("thresher ")
    ]


def named(page: Path) -> Iterator[list[str]]:
    """Yield the commands of ``thresher`` that stand in the sentences of a page, cut at spaces."""
    for span in re.findall(r"`thresher ([^`]+)`", prose(page)):
        yield span.split()


def anchors(page: Path) -> set[str]:
    """Return the places of a page that a link can lead to, as GitHub names them: of headings."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
