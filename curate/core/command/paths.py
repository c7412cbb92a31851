"""The paths that options take: an empty one is a variable that nobody set, and ``-`` is no place to write to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from curate.core.run.given import UNSET


class Place(click.Path):
    """A file or a folder to write."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path, or say why it is none."""
        if value == "":
            self.fail(f"the path is empty; {UNSET}.", param, ctx)
        if value == "-":
            self.fail("'-' is no place to write to; name one, or leave the option out.", param, ctx)
        return super().convert(value, param, ctx)


class Named(click.types.StringParamType):
    """A file or a folder to read, as it was named."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the name, or say why it is none."""
        if value == "":
            self.fail(f"the path is empty; {UNSET}.", param, ctx)
        return str(super().convert(value, param, ctx))
