"""What each step is, for the table of steps: taken from the models, so that it cannot differ from what they do."""

from __future__ import annotations

from dataclasses import dataclass
from inspect import getdoc
from typing import Any

from curate.core.run.fields import FieldRow, field_rows
from curate.steps.registry import PRESETS, known_steps
from curate.steps.step import Action, Step

_SHARED = frozenset({"use", *Step.model_fields})  # every step has these: told once, not with each


@dataclass(frozen=True)
class Described:
    """A step in words."""

    use: str
    does: str
    action: Action
    presets: tuple[str, ...]  # those that hold it; a step in none is off unless it is listed
    knobs: tuple[FieldRow, ...]
    reasons: dict[str, str]
    by_default: dict[str, Action]  # what a mark does, by reason

    def as_json(self) -> dict[str, Any]:
        """Return the step as ``thresher steps --json`` has it."""
        names = ("name", "kind", "default", "description")
        return {
            "use": self.use,
            "does": self.does,
            "action": self.action,
            "presets": self.presets,
            "knobs": [{name: getattr(knob, name) for name in names} for knob in self.knobs],
            "reasons": [
                {"reason": word, "sentence": sentence, "by_default": self.by_default[word]}
                for word, sentence in self.reasons.items()
            ],
        }


def described_steps() -> list[Described]:
    """Return every step there is, ours first, in the order of the table."""
    return [_described(use, model) for use, model in known_steps().items()]


def _described(use: str, model: type[Step]) -> Described:
    step = model.model_construct(use=use)  # a step of another package may have a knob without a default
    return Described(
        use,
        (getdoc(model) or "").split("\n", 1)[0],
        step.action,
        tuple(name for name, uses in PRESETS.items() if use in uses),
        tuple(row for row in field_rows(model) if row.name not in _SHARED),
        model.reasons,
        {word: "drop" if step.drops(word) else "warn" for word in model.reasons},
    )
