"""``train.toml`` with a table ``[hosted]``: another's machines train, by an endpoint that speaks as OpenAI's does."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, model_validator

from curate.core.chat.settings import Endpoint
from curate.core.run.settings import override, read_toml, validate
from train.config import EVERY_SETTING

Auto = Literal["auto"]
Count = Annotated[int, Field(ge=1)]


class HostedTable(Endpoint):
    """Which model is tuned, where, and how."""

    table: ClassVar[str] = "hosted"

    backend: Literal["openai"] = Field("openai", description="The protocol that the endpoint speaks.")
    method: Literal["supervised", "dpo"] = Field("supervised", description="dpo: rows with a preferred answer.")
    suffix: str | None = Field(None, min_length=1, max_length=64, description="Stands in the name of the tuned model.")
    epochs: Count | Auto = Field("auto", description="Times that each row is seen; auto: as the endpoint chooses.")
    batch_size: Count | Auto = Field("auto", description="Rows to a step.")
    learning_rate_multiplier: PositiveFloat | Auto = Field("auto", description="Of the endpoint's own learning rate.")
    beta: PositiveFloat | Auto | None = Field(None, description="Of dpo: how closely it stays to the base.")
    extra: dict[str, Any] = Field({}, description="More fields of the job, as the endpoint takes them.")
    poll: PositiveFloat = Field(10.0, description="Seconds between two looks at the job.")
    timeout: PositiveFloat = Field(600.0, description="Seconds until a request without a whole answer is given up.")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.beta is not None and self.method != "dpo":
            raise ValueError('beta goes with method = "dpo"')
        if taken := sorted(
            {"model", "training_file", "validation_file", "method", "seed", "metadata"} & set(self.extra)
        ):
            raise ValueError(f"extra: {', '.join(taken)} cannot stand here: the driver sets it")
        return self

    def hyperparameters(self) -> dict[str, Any]:
        """Return what the method takes."""
        chosen = {
            "n_epochs": self.epochs,
            "batch_size": self.batch_size,
            "learning_rate_multiplier": self.learning_rate_multiplier,
        }
        return chosen if self.beta is None else chosen | {"beta": self.beta}


class HostedData(BaseModel):
    """What is trained on: one file, and one to evaluate on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    run: Path | None = Field(None, description="A curation run: its train.jsonl and validation.jsonl.")
    train: list[Path] | None = Field(None, min_length=1, max_length=1, description="One file of rows, in place of run.")
    validation: list[Path] = Field([], max_length=1, description="One file of rows that are only evaluated.")

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.run is None) == (self.train is None):
            raise ValueError("[data] has run (a curation run) or train (one file), one of the two")
        if self.run is not None and self.validation:
            raise ValueError("a curation run brings its validation split with it; leave validation out")
        return self

    def files(self, folder: Path) -> dict[str, Path]:
        """Return the files by their part; relative paths are relative to the folder."""
        if self.run is not None:
            run = folder / self.run
            kept = {"train": run / "train.jsonl", "validation": run / "validation.jsonl"}
            return {part: path for part, path in kept.items() if part == "train" or _holds_rows(path)}
        given = {"train": self.train or [], "validation": self.validation}
        return {part: folder / paths[0] for part, paths in given.items() if paths}


def _holds_rows(path: Path) -> bool:
    return path.is_file() and path.stat().st_size > 0


class HostedConfig(BaseModel):
    """All of a ``train.toml`` with ``[hosted]``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: Annotated[int, Field(ge=0)] | None = Field(None, description="Sent with the job, if given.")
    data: HostedData = Field(description="The rows.")
    hosted: HostedTable = Field(description="The endpoint and the job.")


def load_hosted(path: Path, assignments: Sequence[str] = ()) -> HostedConfig:
    """Return the configuration of a TOML file, changed by ``a.b=value`` assignments.

    Raises:
        ConfigError: it cannot be read, or has a mistake.
    """
    return validate(HostedConfig, override(read_toml(path), assignments), str(path), EVERY_SETTING)
