"""What ``stats.json`` and ``run.json`` say of rows that a run made, as far as a page needs it."""

from __future__ import annotations

from reports.files import Part


class Check(Part):
    """How many candidates passed a check of their step."""

    passed: int
    of: int


class Bleu(Part):
    """A score, of how many rows, and by which rules."""

    value: float | None
    n: int
    signature: str


class Likeness(Part):
    """Rows by their similarity to the nearest parent."""

    edges: list[float]
    counts: list[int]
    median: float | None
    signature: str


class Grid(Part):
    """The combinations of attributes that were planned, and how many have a row."""

    attributes: dict[str, list[str]]
    cells: int
    covered: int
    most_rows: int
    missing: list[dict[str, str]]


class Diversity(Part):
    """How diverse the new rows of a step are."""

    rows: int
    distinct: dict[str, float | None]
    self_bleu: Bleu
    parent_similarity: Likeness
    duplicates: float | None
    grid: Grid | None


class Failed(Part):
    """What was asked for and became no row; ``detail`` is None where texts are left out."""

    parent: str | None
    k: int
    detail: str | None = None


class AddedStep(Part):
    """What a step made, and what became of it."""

    step: str
    origin: str
    seeds: int
    candidates: int
    kept: int
    dropped: int
    reasons: dict[str, int]
    faulted: int
    faults: dict[str, int]
    sentences: dict[str, str]
    examples: dict[str, list[Failed]]
    checks: dict[str, Check]
    diversity: Diversity


class Origin(Part):
    """New rows of one origin."""

    candidates: int
    kept: int
    dropped: int
    faulted: int


class Added(Part):
    """What a run that makes rows made."""

    steps: list[AddedStep]
    by_origin: dict[str, Origin]


class Cost(Part):
    """What requests cost, at prices of a day."""

    value: float
    at_most: float
    currency: str
    prices_of: str


class Asking(Part):
    """The requests to one model."""

    requests: int
    answers: int
    cached: int
    sent: int
    success_rate: float | None
    latency_p50: float | None
    latency_p95: float | None
    prompt_tokens: int
    completion_tokens: int
    faults: dict[str, int]
    cost: Cost | None


class Durations(Part):
    """``run.json``, as far as a page shows it: what differs between two runs of the same thing."""

    schema_version: int
    chat: dict[str, Asking] = {}
