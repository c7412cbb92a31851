"""The paths that options take: an empty one is a variable that nobody set, and ``-`` is no file of that name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click


class Place(click.Path):
    """A file or a folder to write."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path, or say why it is none."""
        if value == "":
            self.fail("the path is empty; is a variable not set? The folder that you are in is '.'.", param, ctx)
        if value == "-":
            self.fail("'-' is no place to write to; name one, or leave the option out.", param, ctx)
        return super().convert(value, param, ctx)
