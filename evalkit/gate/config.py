"""``gate.toml``: the rules, how sure to be, and what to do where the evidence does not decide."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from curate.core.run.schema import schema_file
from curate.core.run.settings import read_toml, validate

RULES = ("max_drop", "min_gain", "max_ratio", "min_value", "max_value")
Level = Literal["confident", "point"]
OnInconclusive = Literal["inconclusive", "fail", "pass", "warn"]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]  # true is none
_SLICE = re.compile(r"\*|[^=]+(=.*)?", re.DOTALL)


class Limit(BaseModel):
    """One rule on one metric."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    metric: str = Field(description="The name that scores.json has.")
    max_drop: Number | None = Field(
        None, ge=0, description="The non-inferiority margin: how much worse it may be, in the metric's unit."
    )  # fmt: skip
    min_gain: Number | None = Field(None, ge=0, description="How much better than the baseline it has to be.")
    max_ratio: Number | None = Field(
        None, gt=0, description="Candidate divided by baseline, at most: cost, latency, length."
    )
    min_value: Number | None = Field(None, description="The candidate's own value, at least; needs no baseline.")
    max_value: Number | None = Field(None, description="The candidate's own value, at most; needs no baseline.")
    slice: str | None = Field(
        None, description='Only these items: "field=value"; "field" is a rule for each value; "*" never gates.'
    )  # fmt: skip
    baseline: str | None = Field(None, description="The name of the baseline, where several are given.")
    level: Level | None = Field(None, description="As at the top level, for this rule.")
    on_inconclusive: OnInconclusive | None = Field(None, description="As at the top level, for this rule.")

    @model_validator(mode="after")
    def _one_rule(self) -> Self:
        given = [name for name in RULES if getattr(self, name) is not None]
        if len(given) != 1:
            told = "and ".join(f"{name} " for name in given) or "none "
            raise ValueError(f"a limit has one of {', '.join(RULES)}; this has {told}".rstrip())
        if self.slice is not None and not _SLICE.fullmatch(self.slice):
            raise ValueError(f'a slice is "field=value", "field" or "*", not {self.slice!r}')
        return self

    @property
    def rule(self) -> str:
        """Return the name of the rule."""
        return next(name for name in RULES if getattr(self, name) is not None)

    @property
    def margin(self) -> float:
        """Return the number of the rule."""
        return float(getattr(self, self.rule))

    @property
    def alone(self) -> bool:
        """Say whether the rule looks at the candidate alone."""
        return self.rule in ("min_value", "max_value")


class Planned(BaseModel):
    """What ``--plan`` assumes where no candidate has run yet."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    discordance: Annotated[float, Field(gt=0, le=1)] = Field(
        0.1, description="The share of items on which exactly one of two equal models is right."
    )
    correlation: Annotated[float, Field(ge=0, lt=1)] = Field(
        0.7, description="Of the scores of an item between two equal models, for means."
    )
    items: int | None = Field(None, ge=1, description="How many items; those of the baseline if absent.")


class GateConfig(BaseModel):
    """All of ``gate.toml``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    limits: Annotated[list[Limit], Field(min_length=1)] = Field(description="The rules; all of them must pass.")
    alpha: Annotated[float, Field(gt=0, lt=0.5)] = Field(
        0.05, description="The chance of a wrong pass, and of a wrong fail; every bound is one-sided at this level."
    )
    power: Annotated[float, Field(gt=0.5, lt=1)] = Field(
        0.8, description="The chance with which needed_n and smallest_detectable are meant."
    )
    level: Level = Field(
        "confident", description='"confident": the interval has to clear the margin; "point": the number alone.'
    )
    on_inconclusive: OnInconclusive = Field(
        "inconclusive", description="What an inconclusive rule makes of the whole: exit 3, fail, pass, or a warning."
    )  # fmt: skip
    draws: Annotated[int, Field(ge=1000)] = Field(10_000, description="Resamples of a bootstrap.")
    seed: Annotated[int, Field(ge=0)] = Field(0, description="Of every draw.")
    too_good: Annotated[Number, Field(gt=0)] = Field(
        0.2, description="A gain that is surely greater warns (share; points are divided by 100)."
    )
    waivers: Path | None = Field(None, description="File of committed waivers, relative to this one.")
    plan: Planned = Field(default_factory=Planned, description="What --plan assumes.")


def load_gate(path: Path) -> GateConfig:
    """Return the rules of a TOML file.

    Raises:
        ConfigError: it cannot be read, or has a mistake.
    """
    config = validate(GateConfig, read_toml(path), str(path))
    return config if config.waivers is None else config.model_copy(update={"waivers": path.parent / config.waivers})


def schema_text() -> str:
    """Return the JSON schema of ``gate.toml``, for editors."""
    return schema_file(GateConfig.model_json_schema())
