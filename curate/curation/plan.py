"""A configuration, resolved: sources, steps in phases, the judge of each row, and whose every reason is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from curate.check.asked import answer_rules
from curate.check.codes import CODES, TEACHES_NOTHING
from curate.check.judge import Judge, drops
from curate.check.profiles import PROFILES
from curate.core.read.source import Source, find_sources
from curate.core.run.errors import ConfigError
from curate.curation.config import CurateConfig, Input, make_steps
from curate.curation.output.convert import Convert
from curate.curation.output.tally.tokens import Tokens
from curate.curation.protected import find_protected
from curate.dedupe.rule import LOOSE_RECALL, PairRule
from curate.dedupe.sides import CONVERSATION
from curate.index.scheme import Scheme
from curate.steps.contamination import Contamination
from curate.steps.exact_duplicates import ExactDuplicates
from curate.steps.near_duplicates import NearDuplicates
from curate.steps.normalise import Normalise
from curate.steps.step import SetStep, Step

SPLIT_REASONS = {"split_bridge": "It belongs with earlier rows of two splits, and would bring them together."}


@dataclass(frozen=True)
class Phase:
    """Steps that share one pass over the blocks: those on a block, then the keys of those on the whole set."""

    steps: tuple[Step, ...]
    set_steps: tuple[SetStep, ...]


@dataclass(frozen=True)
class Plan:
    """What a run does."""

    config: CurateConfig
    sources: list[Source]
    steps: list[Step]
    phases: list[Phase]
    judge: Judge
    frozen: int = 0  # sources, the first of them, whose rows an earlier run kept: new rows are held against them
    protected: list[Source] = field(default_factory=list)  # read to be compared with, and never written
    notes: list[str] = field(default_factory=list)
    tokens: Tokens = field(default_factory=Tokens)  # how they are counted for stats

    @property
    def names(self) -> list[str]:
        """Return the name of each source at its index, the protected ones last."""
        return [source.name for source in (*self.sources, *self.protected)]

    def files(self, base: Path) -> list[Path]:
        """Return every file with rows or items that is read; ``base`` is the folder its paths are relative to."""
        read = [source.path for source in (*self.sources, *self.protected) if not source.is_stdin]
        return read + [base / file.path for step in self.contamination for file in step.files]

    def is_frozen(self, block: pl.DataFrame) -> bool:
        """Say whether the rows of a block stay whatever steps say of them; they are of one source."""
        return bool(block["source"][0] < self.frozen)

    def drops(self, slug: str) -> bool:
        """Say whether a fault of reading or checking drops the row: a proof does, and what the user names."""
        return drops(slug) or slug in self.config.check.drop

    def warns(self, slug: str) -> bool:
        """Say whether it is noted as a warning: what a step decides is the step's to note."""
        return not self.drops(slug) and slug != "empty_answer"

    @property
    def order(self) -> list[str]:
        """Return what can drop a row, in the order of the run."""
        joins = self.config.split is not None and self.config.split.previous is not None
        return ["read", "check", *dict.fromkeys(step.use for step in self.steps), *(["split"] if joins else [])]

    @property
    def step_of(self) -> dict[str, str]:
        """Return whose each reason is: read, check, a step, or the split."""
        asked = {slug: "read" if CODES[slug].code.startswith("TH1") else "check" for slug in self.config.check.drop}
        return asked | reason_owners(self.steps) | dict.fromkeys(SPLIT_REASONS, "split")

    @property
    def normalise(self) -> Normalise:
        """Return how this run makes texts comparable."""
        return next((step for step in self.steps if isinstance(step, Normalise)), Normalise())

    @property
    def near(self) -> NearDuplicates | None:
        """Return the near-duplicate step, if the run has one."""
        return next((step for step in self.steps if isinstance(step, NearDuplicates)), None)

    @property
    def contamination(self) -> list[Contamination]:
        """Return the steps that look for items of evaluation sets."""
        return [step for step in self.steps if isinstance(step, Contamination)]

    @property
    def split_rule(self) -> PairRule | None:
        """Return the rule by which similar rows stay together in a split; None where they need not."""
        split = self.config.split
        if split is None or split.similarity == 0:
            return None
        if split.validation <= 0 and split.test <= 0 and split.previous is None:
            return None
        return PairRule(split.similarity, split.similarity, LOOSE_RECALL, prompts=False)

    @property
    def names_ids(self) -> bool:
        """Say whether the user named another field for the ids of rows."""
        return bool(self.config.input.id != Input.model_fields["id"].default)

    @property
    def group_by(self) -> list[str]:
        """Return the fields whose equal values keep rows together."""
        return [] if self.config.split is None else self.config.split.group_by

    @property
    def scheme(self) -> Scheme:
        """Return how kept rows are signed for later runs, and how those of earlier runs must have been."""
        near = self.near
        rule = near.rule if near is not None else self.split_rule or PairRule(0.7, 0.8)
        exact = next((step for step in self.steps if isinstance(step, ExactDuplicates)), None)
        printed = exact.rule if exact is not None else self.normalise
        return Scheme(rule, CONVERSATION if near is None else near.compare, printed)


def make_plan(config: CurateConfig, base: Path) -> Plan:
    """Return the plan of a configuration; ``base`` is the folder its paths are relative to.

    Raises:
        ConfigError: a step, setting, schema or preset is wrong.
        InputError: a source is not there.
    """
    steps = [step.at(base) for step in make_steps(config)]
    reason_owners(steps)
    plan = plan_of(config, base, find_sources(config.input.wanted(), base, config.input.priority), steps)
    plan.notes.extend(_late(steps))
    plan.notes.extend(_flattened(steps))
    return plan


def plan_of(config: CurateConfig, base: Path, sources: list[Source], steps: Sequence[Step], *, frozen: int = 0) -> Plan:
    """Return the plan of a configuration whose sources are found and whose steps are made.

    Raises:
        ConfigError: the answers' schema or the tokenizer is wrong, or two steps share a reason.
    """
    if config.output.layout is not None:
        steps = _with_conversion(steps, Convert(layout=config.output.layout))
    reason_owners(steps)
    protected: list[Source] = []
    notes: list[str] = []
    if config.input.protect:
        sources, protected = find_protected(config.input.protected(), sources, base)
        config, notes = _without_test(config, [source.name for source in protected])
    schema = config.check.answer_schema
    rules = answer_rules(None if schema is None else base / schema)
    judge = Judge(PROFILES[config.check.profile], rules)
    named = config.output.tokenizer
    tokens = Tokens() if named is None else Tokens(base / named, named)
    return Plan(config, sources, list(steps), _phases(steps), judge, frozen, protected, notes, tokens)


def _with_conversion(steps: Sequence[Step], convert: Convert) -> list[Step]:
    """Return the steps with the conversion before all that compare rows: none goes for a twin that cannot be written.

    It looks again after steps that come later and may change a row.
    """
    first = next((place for place, step in enumerate(steps) if isinstance(step, SetStep)), len(steps))
    late = any(not isinstance(step, SetStep) for step in steps[first:])
    return [*steps[:first], convert, *steps[first:], *([convert] if late else [])]


def _without_test(config: CurateConfig, protected: list[str]) -> tuple[CurateConfig, list[str]]:
    """Return the configuration without a test split, and what to tell of it: the protected files are the test."""
    split = config.split
    if split is None or split.test <= 0:
        return config, []
    held = ", ".join(protected)
    note = f"no test split was made: {held} is held back as the test; its share went to train"
    if split.previous is not None:
        note = f"no new row is drawn into test: {held} is held back as the test; earlier test rows stay where they are"
    return config.model_copy(update={"split": split.model_copy(update={"test": 0.0, "train": None})}), [note]


def _late(steps: Sequence[Step]) -> list[str]:
    """Return what to tell of steps that drop single rows after rows went for twins that may go there themselves."""
    twins = [place for place, step in enumerate(steps) if isinstance(step, (ExactDuplicates, NearDuplicates))]
    if not twins:
        return []
    rest = [step for step in steps[twins[0] + 1 :] if not isinstance(step, SetStep)]
    late = dict.fromkeys(step.use for step in rest if any(map(step.drops, step.reasons)))
    if not late:
        return []
    named = f"{' and '.join(late)} {'stands' if len(late) == 1 else 'stand'} after {steps[twins[0]].use}"
    return [f"{named}: a row may go for a twin that goes there; list what drops single rows first"]


def _flattened(steps: Sequence[Step]) -> list[str]:
    """Return what to tell of an edit that takes line ends away, from code and lists as from prose."""
    if not any(isinstance(step, Normalise) and step.edit and step.white_space for step in steps):
        return []
    return ["normalise: edit writes line ends as spaces too, in code and lists as well; white_space = false keeps them"]


def reason_owners(steps: Sequence[Step]) -> dict[str, str]:
    """Return the step of each reason.

    Raises:
        ConfigError: two steps use one word.
    """
    owners = {slug: "read" if code.code.startswith("TH1") else "check" for slug, code in CODES.items()}
    for slug in [slug for slug, code in CODES.items() if code.code.startswith(TEACHES_NOTHING)]:
        owners.pop(slug)
    for step in steps:
        for reason in step.reasons:
            if owners.setdefault(reason, step.use) != step.use:
                raise ConfigError(f"the steps {owners[reason]!r} and {step.use!r} share the reason {reason!r}")
    return owners


def shared_keys(plan: Plan, phase: Phase) -> int | None:
    """Return the place of the set step whose pair keys serve the split too, if there is one.

    Its bands find pairs at the split's similarity as surely.
    """
    near, rule = plan.near, plan.split_rule
    if rule is None or near is None or near not in phase.set_steps or near.compare != CONVERSATION:
        return None
    if near.rule.bands[1] > rule.bands_for_links:
        return None
    return phase.set_steps.index(near)


def _phases(steps: Sequence[Step]) -> list[Phase]:
    phases: list[Phase] = []
    plain: list[Step] = []
    sets: list[SetStep] = []
    for step in steps:
        if sets and (not isinstance(step, SetStep) or step.reads_twins):
            phases.append(Phase(tuple(plain), tuple(sets)))
            plain, sets = [], []
        if isinstance(step, SetStep):
            sets.append(step)
        else:
            plain.append(step)
    return [*phases, Phase(tuple(plain), tuple(sets))]
