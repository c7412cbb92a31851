"""What metrics say beside their number, as charts and tables: confusion, errors of JSON, checks, calibration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reports.charts.calibration import Bin, calibration_chart
from reports.charts.confusion import confusion_chart
from reports.charts.svg import Chart
from reports.numbers import count, share
from reports.scores.files import Metric

QUOTING = ("labels", "confusion", "errors", "fields")  # labels, pointers and fields are texts of the data
FIELDS = "n counts where the reference has the field; every index of an array is *."
SHOWN = 30  # lines of a table; the rest is counted


@dataclass(frozen=True)
class Lines:
    """A small table: its first column is words, the others are numbers."""

    caption: str
    about: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    code: bool = False  # whether the first column is code
    words: int = 1  # how many columns are words
    more: int = 0  # lines that are not shown


@dataclass(frozen=True)
class Details:
    """What a metric says beside its number."""

    metric: str
    charts: list[Chart]
    tables: list[Lines]


def details_of(key: str, metrics: Mapping[str, Metric], *, texts: bool) -> list[Details]:
    """Return the details of every metric that has some; without ``texts`` none that quote the data."""
    found = []
    for number, (name, metric) in enumerate(metrics.items(), start=1):
        told = metric.details or {}
        shown = told if texts else {part: own for part, own in told.items() if part not in QUOTING}
        one = Details(name, list(_charts(f"{key}-{number}", shown)), list(_tables(shown)))
        if one.charts or one.tables:
            found.append(one)
    return found


def _charts(key: str, told: Mapping[str, Any]) -> Iterator[Chart]:
    if "confusion" in told:
        rows = {str(one["label"]): int(one["n"]) for one in told["labels"]}
        yield confusion_chart(f"{key}-confusion", rows, {(c["wanted"], c["said"]): c["n"] for c in told["confusion"]})
    if "calibration" in told:
        bins = [Bin(one["from"], one["to"], one["n"], one["confidence"], one["right"]) for one in told["calibration"]]
        yield calibration_chart(f"{key}-calibration", bins, told["error"])


def _tables(told: Mapping[str, Any]) -> Iterator[Lines]:
    if "labels" in told:
        yield from _labels(told)
    if "errors" in told:
        yield _json_errors(told)
    if "fields" in told:
        yield _scored("Fields", FIELDS, "field", told["fields"], told["field_kinds"], code=True)
    if told.get("checks"):
        checks = told["checks"]
        rows = [(c["check"], count(c["asked"]), count(c["failed"]), share(c["failed"], c["asked"])) for c in checks]
        yield _table("Checks", "", ("check", "asked", "failed", "share"), rows, code=True)
    if told.get("languages"):
        about = "Answers in another language than was expected."
        said = [(str(one["wanted"]), str(one["said"]), count(one["n"])) for one in told["languages"]]
        yield _table("Languages", about, ("wanted", "said", "rows"), said, words=2)
    if told.get("judge"):
        about = "A fair judge prefers neither place nor length."
        yield _table("The judge's leanings", about, ("leaning", "number"), [*_leaves(told["judge"])])


def _table(
    caption: str,
    about: str,
    columns: tuple[str, ...],
    rows: Sequence[tuple[str, ...]],
    *,
    words: int = 1,
    code: bool = False,
) -> Lines:
    return Lines(caption, about, columns, rows[:SHOWN], code, words, len(rows[SHOWN:]))


def _labels(told: Mapping[str, Any]) -> Iterator[Lines]:
    worst = sorted(told["labels"], key=lambda one: (one["f1"] if one["n"] else 2.0, one["label"]))
    about = "The worst first." if len(worst) > 1 else ""
    yield _scored("Labels", about, "label", worst, len(worst), code=False)
    wrong = [cell for cell in told["confusion"] if cell["wanted"] != cell["said"]]
    kinds = told["confusion_cells"] - (len(told["confusion"]) - len(wrong))
    if wrong:
        rows = [(c["wanted"], c["said"] or "no label", count(c["n"])) for c in wrong[:SHOWN]]
        about = f"{count(told['other'])} answers are no label." if told.get("other") else "Every answer is a label."
        if told["confusion_cells"] > len(told["confusion"]):
            about += " The rarest confusions are not told apart: the matrix has them under other labels."
        yield Lines("Most confused", about, ("wanted", "said", "rows"), rows, words=2, more=max(kinds - len(rows), 0))


def _json_errors(told: Mapping[str, Any]) -> Lines:
    rows = [
        (one["pointer"] or "(the whole)", one["keyword"], count(one["rows"]), count(one["n"]))
        for one in told["errors"][:SHOWN]
    ]
    about = "Where a value breaks its schema, by JSON pointer and keyword; every index of an array is *."
    more = told["error_kinds"] - len(rows)
    return Lines("Errors of JSON", about, ("pointer", "keyword", "rows", "errors"), rows, code=True, words=2, more=more)


def _scored(
    caption: str, about: str, what: str, lines: Sequence[Mapping[str, Any]], kinds: int, *, code: bool
) -> Lines:
    rows = [
        (
            str(one[what]) or "(the whole)",
            *(_share(one[name] if one["n"] or name == "precision" else None) for name in ("precision", "recall", "f1")),
            count(one["n"]),
        )
        for one in lines[:SHOWN]
    ]
    return Lines(caption, about, (what, "precision", "recall", "F1", "n"), rows, code=code, more=kinds - len(rows))


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _leaves(inner, f"{path} {name}".strip().replace("_", " "))
    elif value is not None:
        yield (
            path,
            f"{value:,}" if isinstance(value, int) else f"{value:.3f}" if isinstance(value, float) else str(value),
        )


def _share(part: float | None) -> str:
    return "–" if part is None else share(part, 1, 1)
