"""What a guard finds, and what it looks at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

from train.data.rows import Row
from train.examples import Examples, Place
from train.masking.encoder import Encoder


class Finding(NamedTuple):
    """One thing that is wrong, or doubtful, with what is to be trained; ``place`` is None where it is no row's."""

    code: str
    severity: Literal["error", "warning"]
    message: str
    hint: str
    place: Place | None = None

    def as_json(self) -> dict[str, Any]:
        """Return it for stats.json, its place as ``file:line``."""
        return self._asdict() | {"place": None if self.place is None else str(self.place)}


@dataclass(frozen=True)
class Facts:
    """What is known of the training beside its rows; a guard whose fact is absent says nothing."""

    parameters: int | None = None  # of the model
    vocabulary: int | None = None  # rows of its embedding
    stops: frozenset[int] | None = None  # tokens at which a server of the model ends an answer
    learning_rate: float | None = None
    rank: int | None = None  # None: every weight is trained
    rehearsal: int = 0  # of the rows are general ones
    rehearsal_wanted: int = 0  # so many were asked for
    patience_unused: bool = False  # it is set, and there is no validation loss that it could wait for
    served_template: str | None = None  # the text; absent: the tokenizer's own
    tests: Sequence[Path] = ()  # files that must stay unseen


class Examined(NamedTuple):
    """All that guards look at: the rows, what became of them, by which tokenizer and template, and the facts."""

    examples: Examples
    rows: Sequence[Row]
    encoder: Encoder
    facts: Facts


Guard = Callable[[Examined], Iterator[Finding]]
