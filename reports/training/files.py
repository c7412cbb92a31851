"""``stats.json``, ``log.jsonl`` and ``run.json`` of a training run, as far as a page needs them."""

from __future__ import annotations

from typing import Any

from reports.curation.files import Seen
from reports.files import Part


class Line(Part):
    """A step; what was not measured at it is None."""

    step: int
    epoch: float | None = None
    loss: float | None = None
    eval_loss: float | None = None
    learning_rate: float | None = None
    grad_norm: float | None = None
    tokens: int | None = None
    suites: dict[str, float] = {}


class Piece(Part):
    """Consecutive tokens of a row that are all trained, or all not; ``text`` is None where texts are left out."""

    text: str | None = None
    trained: bool
    tokens: int | None = None


class Finding(Part):
    """What a guard found."""

    code: str
    severity: str
    message: str
    hint: str = ""
    place: str | None = None


class Stopped(Part):
    """Why the run ended."""

    reason: str
    detail: str = ""
    step: int | None = None

    @property
    def is_guard(self) -> bool:
        """Say whether something was wrong."""
        return self.reason not in ("steps_done", "early_stopping")


class PackingCheck(Part):
    """How far packed rows are from single ones."""

    holds: bool
    rows: int
    apart: float


class Stats(Part):
    """The counts behind a run, and what came of it."""

    schema_version: int
    rows: int
    rehearsal_rows: int = 0
    validation_rows: int = 0
    tokens: int
    trained_tokens: int
    truncated: int = 0
    truncated_tokens: int = 0
    truncated_trained_tokens: int = 0
    packing: str | None = None
    packing_check: PackingCheck | None = None
    packs: int | None = None
    full: float | None = None
    steps: int | None = None
    epochs: float | None = None
    parameters: int | None = None
    trainable_parameters: int | None = None
    mask_source: str | None = None
    template_sha256: str | None = None
    dtype: str | None = None
    findings: list[Finding] = []
    preview: list[list[Piece]] = []
    best_step: int | None = None
    steps_done: int | None = None
    tokens_seen: int | None = None
    trained_tokens_seen: int | None = None
    stopped: Stopped | None = None
    base_eval_loss: float | None = None
    eval_loss: float | None = None
    base_suites: dict[str, float] = {}
    suites: dict[str, float] = {}


class Pace(Part):
    """Tokens and seconds of a step."""

    tokens: int
    seconds: float


class Times(Part):
    """What a second run would not repeat: speed and memory."""

    seconds: float | None = None
    device: str | None = None
    processes: int | None = None
    tokens_per_second: float | None = None
    peak_memory_bytes: int | None = None
    steps: list[Pace] = []


class Manifest(Part):
    """What was read and written, by which version, with which settings."""

    thresher: str
    seed: int
    config: dict[str, Any]
    model: dict[str, Any] = {}
    adapter: dict[str, Any] = {}
    inputs: list[Seen]
    outputs: list[Seen]
    counts: dict[str, Any] = {}
    versions: dict[str, str] = {}
