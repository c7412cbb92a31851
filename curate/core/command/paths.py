"""The paths that options take: an empty one is a variable that nobody set, and not the folder one is in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click


class Place(click.Path):
    """A path to write to."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path, or say that it is empty."""
        if value == "":
            self.fail("the path is empty; is a variable not set? The folder that you are in is '.'.", param, ctx)
        return super().convert(value, param, ctx)
