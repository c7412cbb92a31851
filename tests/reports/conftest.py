"""What tests of reports share: a run with its page, and a page as a browser's parser sees it."""

from __future__ import annotations

from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest


class Page(HTMLParser):
    """The elements of a page with their attributes, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.html = html
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.pieces: list[str] = []
        self.oddities: list[str] = []
        self.feed(html)
        self.close()

    @property
    def text(self) -> str:
        return " ".join("".join(self.pieces).split())

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.elements and self.elements[-1][0] not in ("style", "script"):
            self.pieces.append(data)

    def handle_comment(self, data: str) -> None:
        self.oddities.append(data)

    def handle_pi(self, data: str) -> None:
        self.oddities.append(data)

    def unknown_decl(self, data: str) -> None:
        self.oddities.append(data)


@pytest.fixture
def page() -> Callable[[Path], Page]:
    """Parse a page."""
    return lambda path: Page(path.read_text(encoding="utf-8"))


@pytest.fixture
def curated(thresher: Callable[..., Any], tmp_path: Path) -> Callable[..., Path]:
    """Curate files with a report; return the run's folder."""

    def curate(*arguments: object, out: str = "run", code: int = 0) -> Path:
        folder = tmp_path / out
        ran = thresher("curate", *arguments, "--out", folder, "-q")
        assert ran.code == code, ran.err
        return folder

    return curate
