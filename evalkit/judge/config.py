"""``judge.toml``: who judges, by which rubric, against which other answers."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, PositiveInt, field_validator

from curate.core.chat.settings import ChatSettings
from curate.core.run.errors import ConfigError
from curate.core.run.settings import read_toml, validate

_HINT = "docs/judge.md shows a judge.toml and a rubric.toml"


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Criterion(_Table):
    """One thing that an answer is graded by; its levels stand from worst to best, and count from 0."""

    name: str = Field(pattern="^[a-z][a-z0-9_]*$", description="A word for the scores.")
    question: str = Field(min_length=1, description="What is asked of the answer.")
    levels: list[str] = Field(min_length=2, max_length=11, description="What each grade means, the worst first.")
    weight: PositiveFloat = Field(1.0, description="How much it counts in the score.")

    @field_validator("name")
    @classmethod
    def _is_free(cls, value: str) -> str:
        if value == "reasoning":
            raise ValueError("the judge's own words stand under this name")
        return value


class Rubric(_Table):
    """What a judge grades by."""

    name: str = Field(min_length=1, description="The rubric's name, for the signature.")
    version: PositiveInt = Field(1, description="Raise it with each change.")
    about: str = Field("", description="What the answers are for.")
    criteria: list[Criterion] = Field(min_length=1)

    @field_validator("criteria")
    @classmethod
    def _no_name_twice(cls, value: list[Criterion]) -> list[Criterion]:
        names = [one.name for one in value]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"the criterion {name!r} stands twice")
        return value


class JudgeConfig(_Table):
    """The judge. Paths are relative to the file."""

    chat: ChatSettings
    rubric: str | None = Field(None, description="The file of the rubric; judge:rubric needs one.")
    against: str | None = Field(None, description="Predictions, a file or a folder, that judge:pairwise compares with.")
    reference: bool = Field(default=True, description="Show the judge the references.")


def load_judge(path: Path | None) -> JudgeConfig:
    """Return who judges.

    Raises:
        ConfigError: no file is named, or it cannot be used.
    """
    if path is None:
        raise ConfigError("judge needs to know who judges", hint="--set judge.config=judge.toml (see docs/judge.md)")
    return validate(JudgeConfig, read_toml(path), str(path), _HINT)


def load_rubric(path: Path) -> Rubric:
    """Return the rubric of a file.

    Raises:
        ConfigError: it cannot be read, or is none.
    """
    return validate(Rubric, read_toml(path), str(path), _HINT)
