"""The script of tables: small files of ours, in the order in which they need each other."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parents[1] / "templates" / "table"
FILES = ("visible.js", "unpack.js", "select.js", "difference.js", "rows.js", "item.js", "table.js", "open.js")


def script() -> str:
    """Return the text of the one script element; its names stay its own."""
    parts = [(FOLDER / name).read_text(encoding="utf-8") for name in FILES]
    return "\n".join(['\n(() => {\n"use strict";', *parts, "})();\n"])
