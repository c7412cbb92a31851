"""``train.toml``: the model, its data, the adapter, and how the loop runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from curate.core.run.settings import override, read_toml, validate

_MODEL = ConfigDict(frozen=True, extra="forbid")
_SEMANTIC = r"^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$"
EVERY_SETTING = "thresher init writes a commented example; thresher train --markdown tells every setting"
Share = Annotated[float, Field(ge=0, lt=1, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=1)]


class ModelTable(BaseModel):
    """The base model."""

    model_config = _MODEL

    path: Path | None = Field(None, description="Folder of the model, with *.safetensors.")
    name: str | None = Field(None, description="Its name on the hub, in place of path.")
    revision: str | None = Field(None, description="Branch, tag or commit on the hub.")
    dtype: Literal["auto", "float32", "bfloat16"] = Field(
        "auto", description="auto: float32 on a CPU, bfloat16 on a GPU that knows it."
    )
    device: str | None = Field(None, description="cuda where there is one, else cpu.")
    template: Path | None = Field(None, description="A file with a chat template, in place of the tokenizer's own.")
    attention: Literal["sdpa", "eager", "flash_attention_2"] = Field("sdpa", description="How attention is computed.")

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.path is None) == (self.name is None):
            raise ValueError("[model] has path (a folder) or name (on the hub), one of the two")
        if self.revision is not None and self.name is None:
            raise ValueError("revision goes with name: a folder has none")
        return self


class RehearsalTable(BaseModel):
    """General rows among the trained ones, against forgetting."""

    model_config = _MODEL

    file: Path = Field(description="Rows of any layout.")
    share: Annotated[float, Field(gt=0, lt=1)] = Field(0.1, description="Of all rows that are trained on.")


class DataTable(BaseModel):
    """What is trained on, and what the loss is taken of."""

    model_config = _MODEL

    run: Path | None = Field(None, description="A curation run: its train.jsonl, validation.jsonl and test.jsonl.")
    train: list[Path] | None = Field(None, min_length=1, description="Files of rows, in place of run.")
    validation: list[Path] = Field(default_factory=list, description="Rows that are evaluated and never trained on.")
    test: list[Path] = Field(default_factory=list, description="Rows that must not stand among the trained ones.")
    max_tokens: Annotated[int, Field(ge=8)] = Field(1024, description="Longer rows are cut, and told.")
    train_on: Literal["assistant", "last", "all"] = Field(
        "assistant", description="Every assistant turn, the last one, or all tokens."
    )
    rehearsal: RehearsalTable | None = Field(None, description="General rows among the trained ones.")

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.run is None) == (self.train is None):
            raise ValueError("[data] has run (a curation run) or train (files), one of the two")
        if self.run is not None and (self.validation or self.test):
            raise ValueError("a curation run brings validation and test with it; leave them out, or name train")
        return self


class AdapterTable(BaseModel):
    """What is trained: a LoRA adapter, or all weights."""

    model_config = _MODEL

    kind: Literal["lora", "full"] = Field("lora", description="full: all weights of the model.")
    rank: Count = Field(16, description="Of the two matrices beside each target.")
    alpha: Positive = Field(32, description="The adapter's output is scaled by alpha/rank.")
    dropout: Share = Field(0.0, description="Of the adapter's inputs.")
    targets: Literal["all-linear"] | Annotated[list[str], Field(min_length=1)] = Field(
        "all-linear", description="Names of modules; all-linear: every linear layer but the head."
    )
    dora: bool = Field(default=False, description="Train magnitudes beside directions (DoRA).")
    rslora: bool = Field(default=False, description="Scale by alpha/sqrt(rank) (rsLoRA).")
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")] = Field(
        "adapter", description="What the adapter is called."
    )
    version: Annotated[str, Field(pattern=_SEMANTIC)] = Field("0.1.0", description="Its semantic version.")
    parent: Path | None = Field(None, description="Folder of an adapter to go on from.")


class QuantisationTable(BaseModel):
    """QLoRA: the frozen base in four bits."""

    model_config = _MODEL

    bits: Literal[4] = Field(4, description="Of each weight.")
    type: Literal["nf4", "fp4"] = Field("nf4", description="How four bits are meant.")
    double: bool = Field(default=True, description="Quantise the constants too.")
    compute: Literal["float32", "bfloat16", "float16"] = Field("bfloat16", description="In which numbers is reckoned.")


class TrainingTable(BaseModel):
    """The loop."""

    model_config = _MODEL

    learning_rate: Positive = Field(2e-4, description="The highest; a full fine-tuning wants about a tenth of it.")
    schedule: Literal["cosine", "linear", "constant"] = Field("cosine", description="How it falls.")
    warmup: Annotated[float, Field(ge=0)] = Field(0.03, description="Share of the steps; from 1 on: so many steps.")
    weight_decay: Annotated[float, Field(ge=0)] = Field(0.0, description="Of matrices, decoupled (AdamW).")
    clip: Positive | None = Field(1.0, description="Greatest norm of the gradient.")
    epochs: Count | None = Field(None, description="Times that each row is seen; 3 where steps is absent too.")
    steps: Count | None = Field(None, description="Optimiser steps; given, it wins over epochs.")
    batch_rows: Count | None = Field(None, description="Sequences at once (packs, where rows are packed).")
    batch_tokens: Count | None = Field(None, description="Tokens at once, what fills counted; 2048 without both.")
    accumulation: Count = Field(1, description="Batches to a step.")
    packing: Literal["packed", "grouped", "random"] = Field(
        "packed", description="packed: several rows a sequence, unseen by each other; grouped: by length; random."
    )
    checkpointing: bool = Field(default=False, description="Recompute activations: less memory, a third more time.")


class EvaluationTable(BaseModel):
    """What is measured on the way, and when that ends the run."""

    model_config = _MODEL

    every: Count | None = Field(None, description="Steps from one evaluation, and checkpoint, to the next; 10 a run.")
    patience: Count | None = Field(None, description="Evaluations without a lower loss, after which the run ends.")
    suites: list[str] = Field(default_factory=list, description="Suites that see what tuning forgets.")
    items: Count = Field(100, description="Of each suite.")
    answer_tokens: Count = Field(96, description="Most tokens of an answer to an item.")
    stop_on_regression: Share | None = Field(
        None, description="A suite that falls by more than this below the base ends the run, with exit 1."
    )

    @model_validator(mode="after")
    def _suites_to_watch(self) -> Self:
        if self.stop_on_regression is not None and not self.suites:
            raise ValueError("stop_on_regression watches suites, and none is named")
        return self


class TrainConfig(BaseModel):
    """All of ``train.toml``."""

    model_config = _MODEL

    seed: Annotated[int, Field(ge=0)] = Field(0, description="Of the adapter's start, of orders and of dropout.")
    model: ModelTable = Field(description="The base model.")
    data: DataTable = Field(description="The rows.")
    adapter: AdapterTable = Field(default_factory=AdapterTable, description="What is trained.")
    quantisation: QuantisationTable | None = Field(None, description="The table present: QLoRA.")
    training: TrainingTable = Field(default_factory=TrainingTable, description="The loop.")
    evaluation: EvaluationTable = Field(default_factory=EvaluationTable, description="What is measured on the way.")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.adapter.kind == "full":
            if self.quantisation is not None:
                raise ValueError("four bits cannot be trained: [quantisation] goes with kind = 'lora'")
            if self.adapter.parent is not None:
                raise ValueError("a full fine-tuning has no parent adapter: merge it, and name the merged model")
        return self


def load_train(path: Path, assignments: Sequence[str] = ()) -> TrainConfig:
    """Return the configuration of a TOML file, changed by ``a.b=value`` assignments; its paths as they are written.

    Raises:
        ConfigError: it cannot be read, or has a mistake.
    """
    return validate(TrainConfig, override(read_toml(path), assignments), str(path), EVERY_SETTING)
