"""Views to the bytes of one self-contained page: no request, no script but ours, a policy that allows no other."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from reports.numbers import count, plural, share, spoken
from reports.provenance.chain import Chain
from reports.provenance.model import flat
from reports.table.cells import cell
from reports.table.payload import Payload, payloads
from reports.table.script import script
from reports.text import broken, flags, named, plain, shown
from reports.values import between, chance, change, detectable, estimate, value
from reports.view import View

_TEMPLATES = Path(__file__).parent / "templates"
STYLES = ("report.css", "runs.css", "table.css")
ROOM = 20_000_000  # bytes of a page that can still be mailed
SENTENCES = 2_000  # bytes for what a table says was left out
NUMBERS = (None, 50, 12)  # rows of a table of numbers, tried until all items are listed
LEAST = 100_000  # bytes of tables of items where the rest is larger than the page may be
FILTERS = {
    "between": between,
    "broken": broken,
    "cell": cell,
    "chance": chance,
    "change": change,
    "count": count,
    "detectable": detectable,
    "estimate": estimate,
    "flags": flags,
    "flat": flat,
    "named": named,
    "plain": plain,
    "plural": plural,
    "share": share,
    "shown": shown,
    "spoken": spoken,
    "value": value,
}


def page(views: Sequence[View], *, chain: Chain | None = None, room: int = ROOM, every_text: bool = False) -> bytes:
    """Return the page of one or more views, in their order: the same views, the same bytes.

    Tables of items fill the ``room`` that the rest of the page leaves; see ``reports.table.payload``. Where they lack
    room, long tables of numbers end early first. A page whose rest alone has no room says so, and has items still.
    """
    tables = [table for view in views for table in view.tables]
    for rows in NUMBERS:
        rendered = _renderer(views, chain, rows)
        bare = len(rendered({table.id: Payload("", 0, ()) for table in tables}, ""))
        made = payloads(tables, room - bare - SENTENCES * len(tables), every=every_text)
        if bare <= room and all(made[table.id].listed == table.frame.height for table in tables):
            break
    if bare <= room:
        return rendered(made, "")
    allowed, has = (f"{size / 1e6:g} MB" for size in (room, round(bare, -4)))
    over = f"The page is larger than the {allowed} of --max-mb: what is no table of items has {has} alone."
    return rendered(payloads(tables, LEAST, every=every_text), over)


def _renderer(
    views: Sequence[View], chain: Chain | None, rows: int | None
) -> Callable[[dict[str, Payload], str], bytes]:
    """Return what makes the page of payloads, and of a sentence on its size; tables of numbers have so many rows."""
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= FILTERS | {"fitting": lambda told: told[:rows]}
    style = "\n" + "".join((_TEMPLATES / name).read_text(encoding="utf-8") for name in STYLES)
    tables = [table for view in views for table in view.tables]
    scripts = [script()] if tables else []
    template = environment.get_template("page.html")
    called = _called(views)

    def rendered(packed: dict[str, Payload], over: str) -> bytes:
        html = template.render(
            views=views,
            chain=chain,
            style=Markup(style),  # noqa: S704 - our own files
            scripts=[Markup(text) for text in scripts],  # noqa: S704 - our own files
            policy=_policy(style, scripts),
            tables=tables,
            payloads=packed,
            over=over,
            called=called,
        )
        return html.encode("utf-8", "backslashreplace")

    return rendered


def _called(views: Sequence[View]) -> dict[str, str]:
    """Return by anchor what tells the parts of a view from those of others, if there are some: ``, scores of NAME``."""
    if len(views) == 1:
        return {views[0].anchor: ""}
    found: dict[str, str] = {}
    for view in views:
        words = f", {view.kind} of {plain(view.name)}"
        twins = sum(one == words or one.startswith(f"{words} (") for one in found.values())
        found[view.anchor] = f"{words} ({twins + 1})" if twins else words
    return found


def _policy(style: str, scripts: Sequence[str]) -> str:
    """Return the Content-Security-Policy: our style and our scripts by their digests, and nothing else."""
    allowed = [f"style-src {_digest(style)}"]
    if scripts:
        allowed.append(f"script-src {' '.join(map(_digest, scripts))}")
    return "; ".join(["default-src 'none'", *allowed, "img-src data:", "base-uri 'none'", "form-action 'none'"])


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
