"""Scores as a terminal or a script reads them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from curate.core.chat.estimate import Estimate
from curate.core.command.figures import many, number
from curate.core.command.terminal import columns, inert, styled
from curate.core.run.canonical import SCHEMA_VERSION, canonical
from evalkit.metrics.model.judge import Judge
from evalkit.run import Outcome
from evalkit.self_check import Checked

_DETAILS = 8


def as_object(outcome: Outcome) -> str:
    """Return ``scores.json``, and where it was written."""
    return canonical(outcome.scores | {"out": None if outcome.out is None else str(outcome.out)}).decode()


def as_text(outcome: Outcome) -> str:
    """Return a table of the scores, their signatures, and what to do next."""
    scores = outcome.scores
    head = ("metric", "value", "95% interval", "n", "unscored")
    lines = [*columns([head, *([name, *_cells(one)] for name, one in scores["metrics"].items())])]
    for name, own in scores["slices"].items():
        lines += ["", f"slice {inert(name, 80)}", *columns([metric, *_cells(one)] for metric, one in own.items())]
    for name, one in scores["metrics"].items():
        lines += _details(name, one.get("details", {}))
    lines += ["", *(styled(one["signature"], "dim") for one in scores["metrics"].values())]
    for one in scores["metrics"].values():
        lines += [f"{styled('warning', 'yellow')}: {text}" for text in one.get("warnings", [])]
    for one in outcome.scored.measured:
        if isinstance(one.metric, Judge):
            lines += ["", f"{one.metric.name}: {one.metric.judged.told}"]
    rows = scores["rows"]
    wrote = (
        f"wrote {outcome.out}" if outcome.out else "nothing was written; --out DIR keeps scores.json and rows.parquet"
    )
    return "\n".join([*lines, "", f"{many(rows, 'row')}. {wrote}"])


def _cells(score: dict[str, Any]) -> tuple[str, str, str, str]:
    interval = "-" if score["interval"] is None else f"{number(score['interval'][0])} to {number(score['interval'][1])}"
    reasons = ", ".join(f"{reason} {n:,}" for reason, n in score["reasons"].items())
    unscored = f"{score['unscored']:,}" + (f" ({reasons})" if reasons else "")
    return number(score["value"]), interval, f"{score['n']:,}", unscored


def _details(name: str, details: dict[str, Any]) -> list[str]:
    """Return the first lines of what a metric adds: errors by place, fields, or confused labels."""
    title = ""
    shown: list[Sequence[str]] = []
    if details.get("errors"):
        title = "rows that fail, by place and keyword"
        shown = [(f"  {e['rows']:,}", _place(e["pointer"]), e["keyword"]) for e in details["errors"]]
    elif details.get("fields"):
        title = "fields"
        shown = [(f"  {_place(f['field'])}", f"f1 {f['f1']:.3f}", f"n {f['n']:,}") for f in details["fields"]]
    elif "judge" in details:
        title = "how the judge leans"
        shown = _leaning(details["judge"])
    elif details.get("languages"):
        title = "answers in another language (wanted -> said)"
        shown = [(f"  {one['n']:,}", one["wanted"], "->", one["said"]) for one in details["languages"]]
    elif "confusion" in details:
        title = f"most confused (wanted -> said); {details['other']:,} answers are no label"
        wrong = [cell for cell in details["confusion"] if cell["said"] != cell["wanted"]]
        shown = [(f"  {c['n']:,}", inert(c["wanted"], 40), "->", inert(c["said"] or "(no label)", 40)) for c in wrong]
    return ["", f"{name}: {title}", *columns(shown[:_DETAILS])] if shown else []


def _leaning(told: dict[str, Any]) -> list[Sequence[str]]:
    """Return what a judge did beside judging: how its verdicts go with the order, and with the length of answers."""
    length, correlation = told["verbosity"], told["verbosity"]["correlation"]
    shown: list[Sequence[str]] = []
    if "position" in told:
        tied = f"tied {told['tie']:,}" + (f" ({told['equal']:,} by equal answers, not asked)" if told["equal"] else "")
        turned = f"turned with the order {told['inconsistent']:,}"
        shown.append(("  both orders", f"won {told['win']:,}, lost {told['loss']:,}, {tied}, {turned}"))
        place = told["position"]
        told_place = f"the first {place['first']:,}, the second {place['second']:,}, neither {place['neither']:,}"
        shown.append(("  single verdicts", told_place))
        shown.append(("  the longer answer", f"won {length['longer_won']:,} of {length['decided']:,} decided pairs"))
    shown += [(f"  {one['name']}", f"{number(one['mean'])} of {one['best']}") for one in told.get("criteria", [])]
    shown.append(("  score and length", f"rank correlation {number(correlation)} (n {length['n']:,})"))
    return shown


def dry_object(planned: dict[str, Estimate], *, texts: bool) -> str:
    """Return what each judge would be asked, and what that costs, as one JSON object."""
    judges = {name: (one if texts else replace(one, examples=())).as_json() for name, one in planned.items()}
    return canonical({"schema_version": SCHEMA_VERSION, "judges": judges}).decode()


def dry_text(planned: dict[str, Estimate], *, texts: bool) -> str:
    """Return the same for a person; without texts no example is shown."""
    if not planned:
        return "no metric asks a model; nothing was sent or written"
    told = (one if texts else replace(one, examples=()) for one in planned.values())
    lines = [f"{name}: {one.text()}\n" for name, one in zip(planned, told, strict=True)]
    return "\n".join([*lines, "a dry run: nothing was sent or written"])


def _place(pointer: str) -> str:
    return inert(pointer, 60) or "(the whole)"


def checked_object(checked: list[Checked]) -> str:
    """Return the self-check as one JSON object; it quotes no reference."""
    metrics = {
        one.name: {
            "best": one.best,
            "holds": one.holds,
            "n": one.n,
            "short": [name for name, _ in one.short],
            "value": one.value,
        }
        for one in checked
    }
    return canonical({"schema_version": SCHEMA_VERSION, "metrics": metrics}).decode()


def checked_text(checked: list[Checked], *, texts: bool) -> str:
    """Return a line for each metric, and some references that fall short of its best."""
    lines = []
    for one in checked:
        if one.best is None:
            lines.append(f"{one.name}: says nothing of references")
            continue
        told = styled("ok", "green") if one.holds else styled("SHORT", "red")
        lines.append(f"{told} {one.name}: the references get {number(one.value)} of {one.best:g} (n {one.n:,})")
        if not one.holds:
            lines += [f"    {inert(name, 60)}{': ' + inert(text, 100) if texts else ''}" for name, text in one.short]
    if not all(one.holds for one in checked):
        lines.append(
            "a metric that the references do not pass measures something else: look at its extractor, or at them"
        )
    return "\n".join(lines)
