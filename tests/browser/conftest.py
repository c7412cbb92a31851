"""What tests in a browser share: Debian's chromium, a page that is watched, axe-core, and reports of every kind."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from curate.core.command.door import run
from reports.page import page
from reports.table.table import Column, Table
from reports.view import Headline, View
from tests.browser.runs import KINDS

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: make browser")

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
AXE = Path(__file__).parents[2] / ".browser" / "node_modules" / "axe-core" / "axe.min.js"
WATCH = """
window.refused = [];
document.addEventListener("securitypolicyviolation", (event) => refused.push(`${event.violatedDirective} ${event.blockedURI}`));
"""


class Seen:
    """A page in the browser, with all that it asked for, said and had refused."""

    def __init__(self, page: Any, path: Path) -> None:
        self.page, self.path = page, path
        self.requests: list[str] = []
        self.said: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", lambda message: self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.on("dialog", lambda dialog: (self.said.append(dialog.message), dialog.dismiss()))
        page.add_init_script(WATCH)

    def go(self, fragment: str = "") -> Any:
        """Open the page, its tables ready; return playwright's page."""
        self.page.goto(f"{self.path.as_uri()}{fragment}")
        for table in self.page.query_selector_all(".items"):
            table.wait_for_selector("tbody tr:not(.spacer)")
        return self.page

    @property
    def noise(self) -> list[str]:
        """What the page asked for beside itself, what failed on it, and what its policy refused."""
        asked = [url for url in self.requests if url.split("#")[0] != self.path.as_uri() and url != "data:,"]
        refused: list[str] = self.page.evaluate("refused")
        return asked + self.said + refused

    def faults(self) -> list[str]:
        """Return what axe-core finds serious or critical, and parts that are called the same, with the elements."""
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{one['id']}: {[node['target'] for node in one['nodes']][:3]} {one['nodes'][0]['failureSummary']}"
            for one in found["violations"]
            if one["impact"] in ("serious", "critical") or one["id"] == "landmark-unique"
        ]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """Start the browser, and end it after the file: while it runs, no other test of the process can have an event loop."""
    if CHROMIUM is None:
        pytest.skip("chromium is not installed: make browser, as root")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture
def see(chromium: Any) -> Iterator[Callable[..., Seen]]:
    """Show a file: ``see(path, width=360, scheme="dark")``."""
    contexts = []

    def show(path: Path, *, width: int = 1440, scheme: str = "light") -> Seen:
        context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        context.set_default_timeout(20_000)
        contexts.append(context)
        return Seen(context.new_page(), path)

    yield show
    for context in contexts:
        context.close()


@pytest.fixture
def tabled(see: Callable[..., Seen], tmp_path: Path) -> Callable[..., Any]:
    """Show a page of one table alone: ``tabled(frame, columns, key="id")``; return playwright's page."""

    def show(frame: pl.DataFrame, columns: Sequence[Column], **more: Any) -> Any:
        table = Table("rows", "Rows", tuple(columns), frame, **more)
        view = View(
            kind="scores", template="items.html", anchor="run", name="run", headline=Headline("", "ok"), tables=(table,)
        )
        path = tmp_path / "table.html"
        path.write_bytes(page([view]))
        return see(path).go()

    return show


@pytest.fixture(scope="session")
def axe() -> Path:
    """Return where axe-core lies; skip where it does not."""
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: make browser")
    return AXE


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return the report of a kind of run, made once by the command line."""
    folder = tmp_path_factory.mktemp("reports")
    made: dict[str, Path] = {}

    def command(*words: object) -> None:
        code = run([str(word) for word in words])
        assert code in (0, 1, 3), f"{words} ended with {code}"

    def make(kind: str) -> Path:
        if kind not in made:
            work = folder / kind.replace(" ", "-")
            work.mkdir()
            command("report", *KINDS[kind](work, command), "--output", work / "report.html", "-q")
            made[kind] = work / "report.html"
        return made[kind]

    return make
