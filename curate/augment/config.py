"""``augment.toml``: the run whose training rows are seeds, the model that is asked, and the steps that make rows."""

from __future__ import annotations

from collections import Counter
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt

from curate.augment import AUGMENTS
from curate.augment.step import AugmentStep, ChatStep
from curate.core.chat.settings import ChatSettings
from curate.core.run.errors import ConfigError, nearest
from curate.core.run.settings import INIT, override, read_toml, validate

_HINT = f"{INIT}; docs/augment.md has every setting, and thresher steps those of each step"


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Input(_Table):
    """The curation run whose rows are frozen: they stay as they are, in their splits. Its training rows are seeds."""

    run: str = Field(description="The folder of the run, of thresher curate or of thresher augment.")
    base: str | None = Field(
        None,
        description="The folder that the paths in that run's configuration start from, its curate.toml's; looked for, "
        "if absent: that of this file, and those above the run.",
    )
    answer_schema: str | None = Field(
        None, description="Where the answer schema of that run is, if not where its configuration said."
    )


class Limits(_Table):
    """What fails a run: the outputs are written, the exit code is 1."""

    min_added: NonNegativeInt = Field(1, description="Least new rows that must be kept.")
    max_dropped: float | None = Field(None, ge=0, le=1, description="Most share of the new rows that the gates drop.")
    max_faults: float | None = Field(
        None, ge=0, le=1, description="Most share of what was asked for, or made, that became no new row."
    )


class AugmentConfig(_Table):
    """A whole configuration, as written."""

    seed: int = Field(7, description="Seed of every draw.")
    input: Input
    chat: ChatSettings | None = Field(None, description="The model that steps ask; noise alone needs none.")
    judge: ChatSettings | None = Field(None, description="A model that judges what the other wrote.")
    embeddings: ChatSettings | None = Field(None, description="A model of embeddings, for checks of likeness.")
    steps: list[dict[str, Any]] = Field(min_length=1, description="What makes rows; each names its step by use.")
    limits: Limits = Limits()


def load_augment(path: Path, assignments: list[str]) -> AugmentConfig:
    """Return the configuration of a file, with ``--set`` applied."""
    return validate(AugmentConfig, override(read_toml(path), assignments), str(path), _HINT)


def known_augments() -> dict[str, type[AugmentStep]]:
    """Return our steps and those that other packages add (entry points of the group ``thresher.augments``)."""
    found = entry_points(group="thresher.augments")
    return AUGMENTS | {entry.name: entry.load() for entry in found if entry.name not in AUGMENTS}


def make_augments(config: AugmentConfig) -> list[AugmentStep]:
    """Return the steps of a run.

    Raises:
        ConfigError: an unknown step or setting, two steps of one name, or no ``[chat]`` for one that asks a model.
    """
    known = known_augments()
    steps = []
    for number, settings in enumerate(config.steps, 1):
        use = str(settings.get("use", ""))
        if use not in known:
            raise ConfigError(f"no step makes rows that is called {use!r}{nearest(use, list(known))}")
        steps.append(validate(known[use], settings, f"[[steps]] number {number} ({use})", _HINT))
    for name, count in Counter(step.called for step in steps).items():
        if count > 1:
            raise ConfigError(
                f"{count} steps are called {name!r}, and so would be their rows",
                hint='give one of them a name of its own: name = "..."',
            )
    asking = [step.use for step in steps if isinstance(step, ChatStep) and step.asks_chat]
    if asking and config.chat is None:
        raise ConfigError(f"the step {asking[0]!r} asks a model, and no table [chat] says which")
    return steps
