"""The script of tables: small files of ours, in the order in which they need each other."""

from __future__ import annotations

import re
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "templates" / "table"
FILES = ("visible.js", "unpack.js", "select.js", "difference.js", "rows.js", "item.js", "table.js", "open.js")
_COMMENT = re.compile(r"\s*(//|$)")  # a line of nothing else


def script() -> str:
    """Return the text of the one script element, without comments and indents; its names stay its own.

    No text of the script goes on over a line's end, so that none has an indent that counts.
    """
    lines = [line for name in FILES for line in (FOLDER / name).read_text(encoding="utf-8").splitlines()]
    return "\n".join(
        ['\n(() => {\n"use strict";', *(line.strip() for line in lines if not _COMMENT.match(line)), "})();\n"]
    )
