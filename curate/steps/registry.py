"""All steps by name, and the presets that list them."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import entry_points

from curate.core.run.errors import ConfigError, nearest
from curate.steps.balance import Balance
from curate.steps.contamination import Contamination
from curate.steps.contradictions import Contradictions
from curate.steps.empty import Empty
from curate.steps.exact_duplicates import ExactDuplicates
from curate.steps.leaks import Leaks
from curate.steps.length import Length
from curate.steps.near_duplicates import NearDuplicates
from curate.steps.normalise import Normalise
from curate.steps.repetition import Repetition
from curate.steps.step import Step
from curate.steps.truncated import Truncated

STEPS: dict[str, type[Step]] = {
    "normalise": Normalise,
    "empty": Empty,
    "truncated": Truncated,
    "repetition": Repetition,
    "contamination": Contamination,
    "leaks": Leaks,
    "exact_duplicates": ExactDuplicates,
    "contradictions": Contradictions,
    "near_duplicates": NearDuplicates,
    "length": Length,
    "balance": Balance,
}

PRESETS: dict[str, tuple[str, ...]] = {
    "sft-1": ("normalise", "empty", "truncated", "repetition", "exact_duplicates", "near_duplicates"),
}

# Steps that need settings of their own: a [defaults] table adds them to a preset, before what looks at the whole set.
ON_REQUEST: tuple[str, ...] = ("contamination",)


def known_steps() -> dict[str, type[Step]]:
    """Return our steps and those that other packages add (entry points of the group ``thresher.steps``)."""
    others = {entry.name: entry.load() for entry in entry_points(group="thresher.steps") if entry.name not in STEPS}
    return STEPS | others


def find_step(use: str, steps: Mapping[str, type[Step]]) -> type[Step]:
    """Return the step of this name.

    Raises:
        ConfigError: there is none; the nearest name is said.
    """
    if use not in steps:
        raise ConfigError(f"no step is called {use!r}{nearest(use, list(steps))}", hint="thresher steps")
    return steps[use]
