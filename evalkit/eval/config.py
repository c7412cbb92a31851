"""``eval.toml``: predict, score, compare, gate and report in one."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from curate.core.run.schema import schema_file
from curate.core.run.settings import read_toml, validate

_PREDICTED = (  # what a row that [predict] writes may have
    "id prompt messages reference references tools schema check choices gold slices cluster "
    "prediction finish usage fault logprobs choice_logprobs"
).split()
_FIELDS = ("id_field", "prediction_field", "reference_field", "prompt_field")
_NAME = re.compile(r"[A-Za-z0-9_.-]+")  # as thresher gate --baseline NAME=RUN takes it
_MODEL = ConfigDict(frozen=True, extra="forbid")


class SuitesTable(BaseModel):
    """Items made here, in place of ``data`` in ``[predict]``; ``thresher suites`` lists the suites."""

    model_config = _MODEL

    names: Annotated[list[str], Field(min_length=1)] = Field(description="Suites that are made here, not read.")
    n: Annotated[int, Field(ge=1)] | Literal["auto"] = Field("auto", description="Items of each; auto: by the margin.")
    margin: float | None = Field(None, gt=0, le=1, description="The max_drop that an equal model should pass.")
    discordant: float | None = Field(None, gt=0, le=1, description="The share of items on which two models differ.")
    seed: int | None = Field(None, ge=0, description="Of the draw: another seed, other items.")


class PredictTable(BaseModel):
    """What ``thresher predict`` is asked; ``thresher predict --help`` says more of each."""

    model_config = _MODEL

    data: Path | None = Field(None, description="The items: rows with prompts and references; or [suites].")
    model: str = Field(description="openai:NAME, local:PATH[+ADAPTER] or replay:FILE.")
    base_url: str | None = Field(None, description="The endpoint; OpenAI's own if absent.")
    chat: Path | None = Field(None, description="A TOML file with the table [chat]: key, budget, prices, limits.")
    max_tokens: int | None = Field(None, ge=1, description="Most tokens an answer.")
    temperature: float | None = Field(None, ge=0, description="0 if absent.")
    seed: int | None = Field(None, ge=0, description="Of the draws.")
    samples: int | None = Field(None, ge=1, description="Answers to each item; they are one cluster.")
    system: str | None = Field(None, description="A system message for items without one.")
    template: Literal["none"] | Path | None = Field(
        None, description="A chat template for local weights, a file; none: bare texts."
    )
    logprobs: bool = Field(default=False, description="Take the log-likelihood of each reference too.")
    limit: int | None = Field(None, ge=1, description="Only the first N items.")
    ledger: Path | None = Field(None, description="A curation run, whose clusters the items have.")
    slice: list[str] = Field(default_factory=list, description="Fields whose values are scored apart.")
    id_field: str | None = Field(None, description="The field that names an item.")
    prompt_field: str | None = Field(None, description="The field with the prompt.")
    reference_field: str | None = Field(None, description="The field with the wanted answer.")
    choices_field: str | None = Field(None, description="The field with the choices of a question.")
    answer_field: str | None = Field(None, description="The right choice.")
    cluster_field: str | None = Field(None, description="The field that says which items belong together.")
    prediction_field: str | None = Field(None, description="Of a replayed file.")
    replay_id_field: str | None = Field(None, description="Of a replayed file.")


class ScoreTable(BaseModel):
    """What ``thresher score`` is asked."""

    model_config = _MODEL

    metrics: Annotated[list[str], Field(min_length=1)] = Field(description="Names, as thresher metrics lists them.")
    settings: dict[str, dict[str, Any]] = Field(
        default_factory=dict, description='Of metrics: [score.settings.bleu] tokenize = "zh".'
    )
    predictions: Path | None = Field(None, description="A file of predictions, where there is no [predict].")
    source: Literal["jsonl", "lm-eval", "inspect", "promptfoo"] | None = Field(
        None, description="What wrote that file; jsonl if absent."
    )
    slice: list[str] = Field(default_factory=list, description="Fields of that file whose values are scored apart.")
    id_field: str | None = Field(None, description="The field of that file that names a row.")
    prediction_field: str | None = Field(None, description="The field with the answer.")
    reference_field: str | None = Field(None, description="The field with the wanted answer.")
    prompt_field: str | None = Field(None, description="The field with the prompt.")
    seed: int | None = Field(None, ge=0, description="Of the bootstrap.")


class GateTable(BaseModel):
    """What ``thresher gate`` is asked."""

    model_config = _MODEL

    limits: Path = Field(description="gate.toml.")
    baseline: Path | dict[str, Path] | None = Field(
        None, description="A folder of scores or a committed file; or several of them by name."
    )
    tainted: Path | None = Field(None, description="tainted.jsonl: judge without its items too.")
    waivers: Path | None = Field(None, description="File of waivers.")
    allow_missing: bool = Field(default=False, description="Count items that the candidate lacks as wrong.")

    @field_validator("baseline")
    @classmethod
    def _nameable(cls, value: Path | dict[str, Path] | None) -> Path | dict[str, Path] | None:
        for name in value if isinstance(value, dict) else ():
            if not _NAME.fullmatch(name):
                raise ValueError(
                    f"a baseline has a name of letters from a to z, digits, '.', '_' and '-', not {name!r}"
                )
        return value


class ReportTable(BaseModel):
    """What ``thresher report`` is asked."""

    model_config = _MODEL

    output: str = Field(
        "report.html", description="The page, in the folder of the evaluation, or in one that is made there."
    )
    no_text: bool = Field(
        default=False, description="Leave texts of the data out of the page, the scores and what is shown."
    )


class EvalConfig(BaseModel):
    """All of ``eval.toml``; without ``[gate]`` nothing is judged, without ``[report]`` no page is made."""

    model_config = _MODEL

    suites: SuitesTable | None = Field(None, description="Items that are made here.")
    predict: PredictTable | None = Field(None, description="Answers; absent where [score] names a file of them.")
    score: ScoreTable = Field(description="The metrics.")
    gate: GateTable | None = Field(None, description="The rules, and what they are held against.")
    report: ReportTable | None = Field(None, description="The page.")

    @model_validator(mode="after")
    def _answers_from_one_place(self) -> Self:
        if (self.predict is None) == (self.score.predictions is None):
            raise ValueError("answers come from [predict] or from predictions in [score], one of the two")
        given = self.predict is not None and self.predict.data is not None
        if given + (self.suites is not None) != (self.predict is not None):
            raise ValueError("[predict] takes its items from data or from [suites], one of the two")
        return self

    @model_validator(mode="after")
    def _of_the_file_that_is_scored(self) -> Self:
        if self.predict is None:
            return self
        table = self.score
        if table.source not in (None, "jsonl"):
            raise ValueError(f"source = {table.source!r} in [score] is of predictions, and [predict] writes its own")
        named = [(name, getattr(table, name)) for name in _FIELDS] + [("slice", name) for name in table.slice]
        for setting, name in named:
            if name is not None and name.partition(".")[0] not in _PREDICTED:
                told = f"{setting} in [score] names {name!r}, a field that predictions do not have"
                raise ValueError(f"{told}; one of the items is named under [predict]")
        return self


def load_eval(path: Path) -> EvalConfig:
    """Return the configuration of a TOML file.

    Raises:
        ConfigError: it cannot be read, or has a mistake.
    """
    return validate(EvalConfig, read_toml(path), str(path))


def schema_text() -> str:
    """Return the JSON schema of ``eval.toml``, for editors."""
    return schema_file(EvalConfig.model_json_schema())
