"""A review from end to end: a folder in; a page, or an agreement, out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from curate.core.run.canonical import canonical
from curate.core.run.errors import InputError
from curate.core.write.whole import replace_whole
from evalkit.judge.ask import other_answers
from evalkit.judge.config import load_rubric
from evalkit.metrics import make_metric
from evalkit.metrics.model.judge import Judge
from evalkit.review.compared import AGREEMENT, compared
from evalkit.review.items import Flips, flipped, flips, sampled, textless
from evalkit.review.page import page
from evalkit.review.ratings import read_ratings
from evalkit.review.task import PAIRWISE, Task, task_of
from evalkit.scored_run import ScoredRun, read_run


@dataclass(frozen=True)
class Made:
    """A page, not yet written."""

    html: bytes
    rows: int
    metric: str | None
    equal: int = 0  # rows of two equal answers, which are not shown


def review_page(
    folder: Path,
    metric: str | None,
    rubric: Path | None,
    against: Path | None,
    predictions: Path | None,
    size: int,
    seed: int,
    *,
    texts: bool = True,
) -> Made:
    """Return the page of a sample; without ``texts`` it holds ids alone, to be looked up where the data lies.

    Raises:
        ThresherError: the folder holds no scored run, its texts are not there, or the metric cannot be rated.
    """
    run = read_run(folder)
    task = task_of(run, metric, None if rubric is None else load_rubric(rubric))
    frame = run.predictions(predictions)
    others = _others(run, against) if task.kind == "pairwise" else None
    items = sampled(run, task, frame, others, size, seed)
    items = items if texts else textless(items)
    html = page(items, task, folder.name, run.sha256[:16])
    return Made(html, len(items), task.metric, len(task.unasked(run)))


def flips_page(
    folder: Path,
    base: Path,
    metric: str | None,
    against: Path | None,
    predictions: Path | None,
    size: int | None,
    *,
    texts: bool = True,
) -> tuple[Made, Flips]:
    """Return the page of the rows that changed between two runs, right to wrong first, and which they are.

    All are on it, or ``size`` of them. ``against`` is where the predictions of the base lie now, if not where they lay.

    Raises:
        ThresherError: as `review_page`, or nothing changed.
    """
    new, old = read_run(folder), read_run(base)
    found = flips(old, new, metric)
    before = old.predictions(against, flag="--against")
    items = flipped(found, before, new.predictions(predictions), size)
    items = items if texts else textless(items)
    task = Task("pairwise", PAIRWISE, found.metric)
    some = f": {len(items):,} of the {found.rows:,} rows that changed" if len(items) < found.rows else ""
    title = f"{folder.name} after {base.name}{some}"
    return Made(page(items, task, title, f"{new.sha256[:16]}-{old.sha256[:16]}"), len(items), found.metric), found


def taken_back(
    folder: Path, metric: str | None, rubric: Path | None, files: Sequence[Path], seed: int
) -> dict[str, object]:
    """Return the agreement of what people exported, and write it into the run.

    Raises:
        ThresherError: as `review_page`, or a file holds other ratings than were asked for.
    """
    run = read_run(folder)
    task = task_of(run, metric, None if rubric is None else load_rubric(rubric))
    ids = frozenset(run.rows["id"])
    told = compared(run, task, [read_ratings(path, task, ids, run.sha256[:16]) for path in files], seed)
    replace_whole(folder / AGREEMENT, canonical(told), "the ratings are agreed on, and not kept: make room there")
    return told


def _others(run: ScoredRun, against: Path | None) -> Mapping[str, str]:
    settings = run.made.get("settings", {}).get("judge", {})
    metric = make_metric("judge:pairwise", settings | ({"against": against} if against else {}))
    if not isinstance(metric, Judge):
        raise InputError("another package has taken the name judge", hint="uninstall it")
    return other_answers(metric, run.written, "--against OTHER_RUN")[0]
