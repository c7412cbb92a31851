"""What is asked, what a source says to it, and how the two are written as a row of ``predictions.jsonl``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from curate.core.run.progress import Progress

Messages = Sequence[Mapping[str, Any]]
IGNORED = "ignored_capability"
MISSING = "missing"
BARE = "none"  # the template of texts that go in as they are


@dataclass(frozen=True)
class Item:
    """One thing to answer: messages, or a bare prompt; with what a good answer would be."""

    id: str
    messages: tuple[Mapping[str, Any], ...] = ()  # empty where ``prompt`` is all there is
    prompt: str | None = None
    tools: tuple[Mapping[str, Any], ...] = ()
    references: tuple[str, ...] = ()
    several: bool = False  # the data writes a list of references
    choices: tuple[str, ...] = ()  # of a multiple-choice question
    gold: int | None = None  # the place of the right one
    schema: Any = None  # a JSON Schema for the answer, which only metrics read
    check: Any = None  # what an answer must do, which only metrics read
    slices: Mapping[str, Any] = field(default_factory=dict)
    cluster: str | None = None
    sample: int = 1  # counts from 1 where an item is asked several times

    @property
    def turns(self) -> Messages:
        """Return the messages to send; a bare prompt is what the user says."""
        return self.messages or ({"role": "user", "content": self.prompt or ""},)

    @property
    def asks_nothing(self) -> bool:
        """Say whether there is nothing to answer: a text alone, that only likelihoods are taken of."""
        return not self.messages and not self.prompt

    def row(self) -> dict[str, Any]:
        """Return what the row of a prediction says of the item itself."""
        asked = {"prompt": self.prompt} if not self.messages else {"messages": list(self.messages)}
        wanted: dict[str, Any] = {}
        if self.references:
            wanted = {"references": list(self.references)} if self.several else {"reference": self.references[0]}
        elif self.several:
            wanted = {"reference": []}  # an empty list is what is wanted
        told = {"tools": list(self.tools), "schema": self.schema, "check": self.check}
        told |= {"choices": list(self.choices), "gold": self.gold}
        more = {name: value for name, value in told.items() if value not in (None, [])}
        return {"id": self.id, **asked, **wanted, **more, "slices": dict(self.slices), "cluster": self.cluster}


@dataclass
class Said:
    """What came of an item: an answer, or a fault in its place; and log-probabilities where they were asked for."""

    prediction: str | None = None
    finish: str | None = None
    usage: Mapping[str, Any] | None = None
    fault: Mapping[str, Any] | None = None
    logprobs: Mapping[str, Any] | None = None  # of the reference: sum, tokens, conditions; or a fault
    choice_logprobs: Mapping[str, Any] | None = None  # of each choice: sums, tokens, conditions; or a fault

    def row(self) -> dict[str, Any]:
        """Return what the row says of the answer."""
        told: dict[str, Any] = {
            "prediction": None if self.fault else self.prediction,
            "finish": self.finish,
            "usage": self.usage,
            "fault": self.fault,
        }
        extra = {"logprobs": self.logprobs, "choice_logprobs": self.choice_logprobs}
        return told | {name: value for name, value in extra.items() if value is not None}


def fault(kind: str, detail: str = "") -> dict[str, Any]:
    """Return why something is not there, as a row says it."""
    return {"kind": kind, "detail": detail} if detail else {"kind": kind}


class Source(Protocol):
    """Where answers come from. A context manager: it may hold connections, a cache, a model."""

    def open(self, log: Path) -> Self:
        """Get ready; ``log`` becomes ``requests.jsonl`` where requests are sent."""
        ...

    def __enter__(self) -> Self:
        """Return itself."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close what `open` opened."""
        ...

    @property
    def model(self) -> dict[str, Any]:
        """Return what identifies the model, for the manifest and the scores."""
        ...

    def answer(self, items: Sequence[Item], progress: Progress | None = None) -> list[Said]:
        """Return what is said to each item, in their order."""
        ...

    def summary(self) -> list[str]:
        """Return lines about the run for a person."""
        ...

    def run(self) -> dict[str, Any]:
        """Return what ``run.json`` keeps: costs, times, the machine."""
        ...
