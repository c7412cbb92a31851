"""The verdict in words: what was kept and lost, whether limits held, and what is worth a look."""

from __future__ import annotations

from dataclasses import dataclass

from reports.curation.read import Run
from reports.numbers import count, plural, spoken

OFTEN = 0.1  # share of the rows from which a reason or a warning is worth a look
UNEVEN = 3.0  # times the run's share of dropped rows, from which a source is
FEW = 10  # rows below which a share says nothing


@dataclass(frozen=True)
class Verdict:
    """What a reader has to know first."""

    headline: str
    sentences: list[str]
    broken: list[str]  # limits that were exceeded
    held: str  # what was held, where none was exceeded
    looks: list[str]

    @property
    def tone(self) -> str:
        """Return stop, look or fine."""
        return "stop" if self.broken else "look" if self.looks else "fine"


def verdict_of(run: Run) -> Verdict:
    """Return the verdict on a run."""
    limits = run.stats.limits
    named = ", ".join(f"{name} = {value:g}" for name, value in sorted(limits.set.items()))
    held = f"Every limit held ({named})." if limits.set else "No limit was set."
    return Verdict(
        _headline(run), [*_sentences(run)], limits.broken, held, [*map(_sentence, run.stats.notes), *_looks(run)]
    )


def _sentence(note: str) -> str:
    return f"{note[:1].upper()}{note[1:]}{'' if note.endswith('.') else '.'}"


def _headline(run: Run) -> str:
    counts = run.manifest.counts
    whole = counts.rows + counts.added
    if whole == 0:
        return "No row came in"
    if counts.added:
        new = sum(step.kept for step in run.stats.added.steps) if run.stats.added else 0
        return f"{plural(new, 'new row')} joined {count(counts.rows)}"
    if counts.kept == 0:
        return "The only row was dropped" if whole == 1 else f"None of {count(whole)} rows was kept"
    if counts.dropped == 0:
        return "The only row was kept" if whole == 1 else f"All {count(whole)} rows were kept"
    return f"{count(counts.kept)} of {count(whole)} rows were kept"


def _sentences(run: Run) -> list[str]:
    counts, stats = run.manifest.counts, run.stats
    whole = counts.rows + counts.added
    told = []
    if counts.dropped:
        were = "was" if counts.dropped == 1 else "were"
        said = f"{plural(counts.dropped, 'row')} ({spoken(counts.dropped, whole)}) {were} dropped"
        most = max(counts.by_reason.items(), key=lambda item: (item[1], item[0]))
        reasons = len(counts.by_reason)
        told.append(
            f"{said}, all as {most[0]}."
            if reasons == 1
            else f"{said} for {reasons} reasons, most often {most[0]} ({count(most[1])})."
        )
    elif whole:
        told.append("No step found a reason to drop a row.")
    told += _split_sentence(run)
    if stats.edited:
        told.append(f"The text of {plural(stats.edited, 'row')} was edited.")
    elif counts.kept:
        came = "row that came in is the line it was" if counts.added else "kept row is the line that came in"
        told.append(f"No text was changed: every {came}.")
    if stats.warned_kept:
        carry = "row carries" if stats.warned_kept == 1 else "rows carry"
        share = spoken(stats.warned_kept, counts.kept)
        told.append(f"{count(stats.warned_kept)} kept {carry} a warning ({share} of those kept).")
    if run.missing:
        were = "was" if len(run.missing) == 1 else "were"
        told.append(f"{', '.join(run.missing)} {were} missing from the folder when this page was made.")
    if stats.first_rows is not None:
        told.append(f"Only the first {plural(stats.first_rows, 'row')} were read (--limit).")
    return told


def _split_sentence(run: Run) -> list[str]:
    counts = run.manifest.counts
    if not counts.kept:
        return []
    if not run.stats.split.rows:
        return ["All of them went to train.jsonl: no split was asked for."]
    parts = [f"{count(rows)} to {name} ({spoken(rows, counts.kept)})" for name, rows in splits_of(run)]
    first, *rest = parts
    return [f"Of those kept, {first.replace(' to ', ' went to ', 1)}{''.join(f', {part}' for part in rest)}."]


def splits_of(run: Run) -> list[tuple[str, int]]:
    """Return the splits with their rows, train first."""
    rows = run.stats.split.rows or {"train": run.manifest.counts.kept}
    order = ("train", "validation", "test")
    return sorted(rows.items(), key=lambda item: order.index(item[0]) if item[0] in order else len(order))


def _looks(run: Run) -> list[str]:
    counts, told = run.manifest.counts, []
    whole = counts.rows + counts.added
    if whole < FEW:
        return []
    for kind, words in (("dropped as", counts.by_reason), ("marked", counts.by_warning)):
        for word, rows in sorted(words.items(), key=lambda item: (-item[1], item[0])):
            if rows >= OFTEN * whole:
                told.append(f"{plural(rows, 'row')} ({spoken(rows, whole)}) {kind} {word}.")
    overall = counts.dropped / whole
    for source in run.stats.sources if len(run.stats.sources) > 1 else []:
        rows = source.kept + source.dropped
        if source.dropped >= FEW and source.dropped / rows > max(UNEVEN * overall, 0.05):
            lost = f"{count(source.dropped)} of {plural(rows, 'row')} ({spoken(source.dropped, rows)})"
            told.append(f"{source.source} lost {lost}; the whole run {spoken(counts.dropped, whole)}.")
    return told
