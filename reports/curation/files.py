"""``manifest.json`` and ``stats.json`` of a curation run, as far as a page needs them."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from reports.curation.made import Added
from reports.files import Part


class Seen(Part):
    """A file that was read or written."""

    path: str
    sha256: str
    bytes: int
    rows: int | None = None
    protected: bool = False


class Counts(Part):
    """Rows in and out."""

    rows: int = Field(alias="in")
    added: int
    kept: int
    dropped: int
    by_reason: dict[str, int]
    by_warning: dict[str, int]
    by_split: dict[str, int]


class Manifest(Part):
    """What was read and written, by which version, with which settings."""

    thresher: str
    schema_version: int
    command: str
    config: dict[str, Any]
    seed: int
    inputs: list[Seen]
    outputs: list[Seen]
    counts: Counts
    versions: dict[str, str]


class Stage(Part):
    """A step: rows dropped and warned of by word, rows edited, rows left."""

    step: str
    dropped: dict[str, int]
    warned: dict[str, int]
    edited: int
    left: int


class Place(Part):
    """A line of a source."""

    source: str
    line: int


class Twin(Place):
    """The row that another is like."""

    id: str
    text: str | None = None


class Example(Twin):
    """A marked row; ``text`` and ``detail`` are None where texts are left out."""

    decision: str
    detail: str | None = None
    similarity: float | None = None
    twin: Twin | None = None


class Member(Place):
    """A row of a cluster; ``text`` is there of the first few, where texts are wanted."""

    text: str | None = None


class Cluster(Part):
    """Rows that are twins of each other; the places are those of the first."""

    size: int
    rows: list[Member]


class AtOdds(Place):
    """A row that gives a prompt another answer than others do; texts are None where they are left out."""

    word: str
    decision: str
    detail: str | None = None
    prompt: str | None = None
    answer: str | None = None


class Group(Part):
    """Rows with one prompt and several answers."""

    size: int
    rows: list[AtOdds]


class Contradictions(Part):
    """How many such groups there are, and the first of them."""

    groups: int = 0
    rows: int = 0
    told: list[Group] = []


class Clusters(Part):
    """The clusters with the most rows."""

    largest: list[Cluster]


class Sample(Part):
    """Histograms of what came in, or of what was kept."""

    rows: int
    answer_chars: list[int]
    prompt_chars: list[int]
    tokens: list[int] = []
    tokens_in_all: int = 0
    languages: dict[str, int] = {}
    turns: dict[int, int]
    roles: dict[str, int]
    labels: dict[str, int]
    labels_left_out: int


class Histograms(Part):
    """Both sides of a run, by the same edges."""

    edges: list[int]
    tokens_by: str = ""
    languages_of: str = ""
    before: Sample
    after: Sample


class Curve(Part):
    """The S-curve of the near-duplicate step."""

    bands: int
    rows: int
    threshold: float
    warn_from: float
    proposed: dict[str, float]
    points: list[tuple[float, float]]


class Split(Part):
    """Rows by split, and the groups that stayed together; empty where no split was asked for."""

    rows: dict[str, int] = {}
    groups: int = 0
    largest_group: int = 0
    group_sizes: dict[int, int] = {}


class Limits(Part):
    """The limits that were set, and a sentence for each that was exceeded."""

    set: dict[str, float]
    broken: list[str]


class SourceCounts(Part):
    """A source, and what became of its rows."""

    source: str
    layout: str
    kept: int
    dropped: int


class Suite(Part):
    """How many items an evaluation set has, and how many were found in the rows."""

    items: int
    tainted: int


class Stats(Part):
    """All that a run counted."""

    schema_version: int
    edited: int
    warned_kept: int
    first_rows: int | None
    texts: bool
    flow: list[Stage]
    reasons: dict[str, str]
    sources: list[SourceCounts]
    histograms: Histograms
    examples: dict[str, list[Example]]
    clusters: Clusters
    contradictions: Contradictions = Contradictions()
    tainted: dict[str, Suite] = {}
    s_curve: Curve | None
    split: Split
    limits: Limits
    signature: str | None
    notes: list[str]
    added: Added | None = None
