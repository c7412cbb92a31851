"""``curate.toml``: what a curation run reads, does and writes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, NonNegativeInt, PositiveInt, model_validator

from curate.check.codes import CODES, OF_A_FILE
from curate.core.read.layouts import LAYOUTS
from curate.core.read.layouts.named import mistake
from curate.core.read.source import Wanted
from curate.core.run.errors import ConfigError, nearest
from curate.core.run.given import UNSET
from curate.core.run.settings import override, read_toml, validate
from curate.curation.protected import with_leaks
from curate.steps.normalise import Normalise
from curate.steps.registry import ON_REQUEST, PRESETS, STEPS, find_step, known_steps
from curate.steps.step import SetStep, Step

MAX_LINE_BYTES = 16 << 20


def _refuse_unknown(layout: str | None) -> None:
    if layout is not None and layout not in LAYOUTS:
        raise ValueError(f"no layout is called {layout!r}{nearest(layout, list(LAYOUTS))}")


def _require_path(path: str) -> str:
    if not path:  # which joins to the folder of the configuration
        raise ValueError(f"the path is empty; {UNSET}")
    return path


Run = Annotated[str, AfterValidator(_require_path)]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class InputFile(_Table):
    """One file (or glob, or folder) with what is special about it."""

    path: str = Field(description="A path, folder or glob.")
    layout: str | None = Field(None, description="Its layout; detected from the first rows if absent.")
    map: dict[str, str] = Field({}, description='Our field names to theirs: {prompt = "question"}.')

    @model_validator(mode="after")
    def _known_names(self) -> Self:
        _refuse_unknown(self.layout)
        if wrong := mistake(self.map):
            raise ValueError(f"map: {wrong}")
        return self


class Input(_Table):
    """What is read."""

    files: list[str | InputFile] = Field(min_length=1, description="Paths, folders, globs, or - for standard input.")
    against: list[Run] = Field(
        [], description="Folders of earlier runs, or indexes: rows that they kept, or nearly, are dropped."
    )
    priority: list[str] = Field([], description="Files that come first, in this order: of twins, theirs stay.")
    protect: list[str | InputFile] = Field(
        [], description="Files that must stay unseen, such as test sets: rows that stand in them are dropped."
    )
    id: str = Field("id", description="The field that names a row.")
    max_line_bytes: PositiveInt = Field(MAX_LINE_BYTES, description="A longer line is a fault.")

    def wanted(self) -> list[Wanted]:
        """Return the files as the reader takes them."""
        return [_wanted(one) for one in self.files]

    def protected(self) -> list[Wanted]:
        """Return the files that must stay unseen, as the reader takes them."""
        return [_wanted(one) for one in self.protect]


def _wanted(one: str | InputFile) -> Wanted:
    return Wanted(one) if isinstance(one, str) else Wanted(one.path, one.layout, one.map)


class Check(_Table):
    """How rows are judged while they are read."""

    profile: Literal["any", "openai", "trl"] = Field("any", description="Rules of a consumer; its findings warn.")
    answer_schema: str | None = Field(None, description="A JSON Schema file that every answer must keep.")
    drop: tuple[str, ...] = Field(
        (), description="Findings that only warn by default and shall drop the row, as no_assistant."
    )

    @model_validator(mode="after")
    def _of_rows(self) -> Self:
        for slug in self.drop:
            if slug not in CODES:
                raise ValueError(f"drop: no finding is called {slug!r}{nearest(slug, list(CODES))}")
            if slug in OF_A_FILE:
                raise ValueError(f"drop: {slug} is said of a file, not of a row")
            if slug == "empty_answer":
                raise ValueError("drop: empty_answer is what the step empty drops")
        return self


class Split(_Table):
    """How kept rows are divided: shares, or counts of rows. Rows that belong together stay together."""

    train: float | None = Field(None, ge=0, description="Share of train; what the others leave, if absent.")
    validation: float = Field(0.0, ge=0, description="Share (below 1) or count (1, 2, ...) of rows of validation.")
    test: float = Field(0.0, ge=0, description="Share (below 1) or count (1, 2, ...) of rows of test.")
    group_by: list[str] = Field([], description="Fields whose equal values keep rows together.")
    similarity: float = Field(0.7, ge=0, le=1, description="Rows this alike stay together; 0 looks at no texts.")
    max_rows: PositiveInt = Field(2000, description="Most rows of validation, and of test; the rest trains.")
    previous: Run | None = Field(
        None,
        description="Folder of an earlier run, or its index: its rows never move, new ones join their group's split.",
    )

    @model_validator(mode="after")
    def _sizes_can_be(self) -> Self:
        sizes = {"validation": self.validation, "test": self.test}
        for name, size in sizes.items():
            if size > 1 and size % 1:
                raise ValueError(f"{name} = {size:g} is neither a share below 1 nor a whole number of rows")
        counted = any(size >= 1 for size in sizes.values())
        if self.train is not None and (self.train > 1 or (counted and self.train in (0, 1))):
            raise ValueError(
                f"train = {self.train:g} cannot be: validation and test are shares below 1, or counts of rows, "
                "and train is what they leave: leave it out"
            )
        return self

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        shares = [share for share in (self.train, self.validation, self.test) if share is not None and share < 1]
        if self.train is not None and self.train <= 1:
            total = sum(shares) if self.train < 1 else self.train + self.validation + self.test
            if self.validation < 1 and self.test < 1 and abs(total - 1) > 1e-9:
                raise ValueError(f"train, validation and test add up to {total:g}, not to 1")
        elif sum(shares) > 1:
            raise ValueError("validation and test add up to more than 1")
        return self


class Index(_Table):
    """What later runs need to know of the rows that this one keeps."""

    write: bool = Field(default=False, description="Write index.parquet, with the rows of [input] against in it.")
    kind: Literal["compact", "exact"] = Field(
        "compact", description="compact: about 480 bytes a row, needs the kept files; exact: larger, needs none."
    )


class Limits(_Table):
    """What fails a run: the outputs are written, the exit code is 1, the source is named."""

    max_unreadable: float | None = Field(
        None, ge=0, le=1, description="Most share of rows that cannot be used as read."
    )
    max_dropped_per_source: float | None = Field(
        None, ge=0, le=1, description="Most share of a source that is dropped."
    )
    min_kept: NonNegativeInt = Field(1, description="Least rows that must be kept.")


class Output(_Table):
    """What is written."""

    layout: str | None = Field(None, description="Convert every row to this layout; each keeps its own if absent.")
    records: bool = Field(default=True, description="Write the dropped rows themselves into dropped.jsonl.")
    tokenizer: str | None = Field(
        None, description="A tokenizer.json by which stats.json counts tokens; they are estimated, if absent."
    )

    @model_validator(mode="after")
    def _known_layout(self) -> Self:
        _refuse_unknown(self.layout)
        return self


class CurateConfig(_Table):
    """A whole configuration, as written."""

    seed: int = Field(7, description="Seed of every draw.")
    preset: str = Field(
        "sft-1", description="The default steps; versioned, so that an upgrade never changes which rows go."
    )
    input: Input
    check: Check = Check()
    defaults: dict[str, dict[str, Any]] = Field(
        {}, description="Changes settings of single steps of the preset, or adds contamination to them."
    )
    steps: list[dict[str, Any]] | None = Field(None, description="Given, this list replaces the preset's.")
    split: Split | None = Field(None, description="Absent: every kept row goes to train.jsonl.")
    index: Index = Index()
    limits: Limits = Limits()
    output: Output = Output()


DEFAULT_SPLIT = Split(validation=0.05, test=0.05)  # and 90% train


def load_config(path: Path, assignments: list[str]) -> CurateConfig:
    """Return the configuration of a file, with ``--set`` applied."""
    return validate(CurateConfig, override(read_toml(path), assignments), str(path))


def protecting(config: CurateConfig, files: Sequence[str]) -> CurateConfig:
    """Return the configuration with some more files protected."""
    protect = [*config.input.protect, *files]
    return config.model_copy(update={"input": config.input.model_copy(update={"protect": protect})})


def config_of_files(
    files: list[str],
    assignments: list[str],
    layout: str | None = None,
    fields: dict[str, str] | None = None,
    protect: Sequence[str] = (),
) -> CurateConfig:
    """Return the default configuration for some files: the preset, and a split of 90/5/5."""

    def named(paths: Sequence[str]) -> list[Any]:
        return [{"path": path, "layout": layout, "map": fields or {}} if layout or fields else path for path in paths]

    settings = {
        "input": {"files": named(files)} | ({"protect": named(protect)} if protect else {}),
        "split": DEFAULT_SPLIT.model_dump(exclude_unset=True),
    }
    return validate(CurateConfig, override(settings, assignments), "the command line")


def beside_earlier(config: CurateConfig, against: list[str], *, write_index: bool) -> CurateConfig:
    """Return the configuration with more runs to go against, as ``--against`` and ``--write-index`` ask for."""
    both = [*config.input.against, *(Path(path).as_posix() for path in against)]
    changes: dict[str, Any] = {"input": config.input.model_copy(update={"against": both})}
    if write_index:
        changes["index"] = config.index.model_copy(update={"write": True})
    return config.model_copy(update=changes)


def make_steps(config: CurateConfig) -> list[Step]:
    """Return the steps of a run, complete: preset or list, defaults, the run's seed and normalising.

    Raises:
        ConfigError: an unknown preset, step or setting, or a step twice where once is meant.
    """
    if config.preset not in PRESETS:
        raise ConfigError(f"no preset is called {config.preset!r}{nearest(config.preset, list(PRESETS))}")
    known = known_steps()
    listed = _preset_steps(config) if config.steps is None else config.steps
    listed = with_leaks(listed, known, protects=bool(config.input.protect))
    uses = [str(step.get("use", "")) for step in listed]
    for use in config.defaults:
        find_step(use, known)
        if use not in uses:
            raise ConfigError(
                f"[defaults.{use}] changes a step that this run does not have", hint=f"the steps are {', '.join(uses)}"
            )
    steps = []
    for number, settings in enumerate(listed):
        use = uses[number]
        model = find_step(use, known)
        where = f"[[steps]] number {number + 1} ({use})" if config.steps is not None else f"[defaults.{use}]"
        steps.append(validate(model, settings | config.defaults.get(use, {}), where))
    return _completed(steps, config.seed)


def _preset_steps(config: CurateConfig) -> list[dict[str, Any]]:
    """Return the preset's steps; those that ``[defaults]`` asks for come before the first on the whole set."""
    uses = list(PRESETS[config.preset])
    first = next((place for place, use in enumerate(uses) if issubclass(STEPS[use], SetStep)), len(uses))
    asked = [use for use in ON_REQUEST if use in config.defaults and use not in uses]
    return [{"use": use} for use in [*uses[:first], *asked, *uses[first:]]]


def _completed(steps: list[Step], seed: int) -> list[Step]:
    """Give steps that compare texts the run's normalising, and those that draw its seed."""
    rule = next((step for step in steps if isinstance(step, Normalise)), Normalise())
    done = []
    for step in steps:
        changes: dict[str, Any] = {}
        if "normalise" in type(step).model_fields and getattr(step, "normalise", None) is None:
            changes["normalise"] = rule
        if "seed" in type(step).model_fields and getattr(step, "seed", None) is None:
            changes["seed"] = seed
        done.append(step.model_copy(update=changes) if changes else step)
    return done


def steps_off(config: CurateConfig, steps: list[Step]) -> list[str]:
    """Return the preset's steps that this run leaves out."""
    used = {step.use for step in steps}
    return [use for use in PRESETS[config.preset] if use not in used]
