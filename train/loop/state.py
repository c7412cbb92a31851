"""Where a run stands: all of it that its checkpoint keeps beside the numbers of the weights."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass
class State:
    """Counts, the log, and what was measured so far. Draws need no place here: each step has its own, by its number."""

    step: int = 0  # steps that are done
    tokens: int = 0  # that they saw
    trained: int = 0  # of those, how many counted in the loss
    evaluated: int = -1  # the last step at which was evaluated
    lines: list[dict[str, Any]] = field(default_factory=list)  # of log.jsonl
    losses: list[tuple[int, float]] = field(default_factory=list)  # step and validation loss
    suites: dict[str, float] = field(default_factory=dict)  # of the base
    best: int | None = None  # the step with the lowest validation loss

    def as_json(self) -> dict[str, Any]:
        """Return it for a file."""
        return asdict(self)

    @classmethod
    def of(cls, told: dict[str, Any]) -> State:
        """Return what a file says."""
        return cls(**told | {"losses": [(int(step), float(loss)) for step, loss in told["losses"]]})

    def line(self) -> dict[str, Any]:
        """Return the line of the log that is of this step; a new one where it has none."""
        if not self.lines or self.lines[-1]["step"] != self.step:
            self.lines.append({"step": self.step})
        return self.lines[-1]
