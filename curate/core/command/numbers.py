"""The numbers that options take: those that a file of ours can hold, which is less than click lets through."""

from __future__ import annotations

import math
from typing import Any

import click

from curate.core.run.bounds import LEAST, MOST


class Whole(click.IntRange):
    """A whole number of at most 64 bits, in a range."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the number, or say what is wrong with it."""
        number = super().convert(value, param, ctx)
        if not LEAST <= number <= MOST:
            self.fail(f"{number} is beyond 64 bits: at most {MOST}.", param, ctx)
        return number


class Real(click.FloatRange):
    """A finite number in a range: nan is neither below nor above any, and click takes it."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the number, or say what is wrong with it."""
        number = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value!r} is no finite number.", param, ctx)
        return number
