"""Views to the bytes of one self-contained page: no script, no request, a policy that allows neither."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from reports.curation.view import View
from reports.numbers import count, plural, share, spoken
from reports.text import broken, named, plain, shown

_TEMPLATES = Path(__file__).parent / "templates"


def page(views: Sequence[View]) -> bytes:
    """Return the page of one or more curation runs: the same runs, the same bytes."""
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "broken": broken,
        "count": count,
        "named": named,
        "plain": plain,
        "plural": plural,
        "share": share,
        "shown": shown,
        "spoken": spoken,
    }
    style = f"\n{(_TEMPLATES / 'report.css').read_text(encoding='utf-8')}"
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    html = environment.get_template("page.html").render(
        views=views,
        style=Markup(style),  # noqa: S704 - our own file
        policy=f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'",
    )
    return html.encode("utf-8", "backslashreplace")
