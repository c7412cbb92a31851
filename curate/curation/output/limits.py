"""``[limits]``: what makes a run that wrote its outputs exit 1."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from curate.check.following import SHOWN_FILES
from curate.core.command.words import path_word
from curate.core.read.source import Source
from curate.curation.output.outputs import Counts
from curate.curation.plan import Plan


def broken_limits(plan: Plan, counts: Counts) -> list[str]:
    """Return a sentence for each limit that the run passed, with what to do."""
    limits = plan.config.limits
    broken = []
    owners = plan.step_of
    unreadable = sum(n for reason, n in counts.by_reason.items() if owners.get(reason) in ("read", "check"))
    share = unreadable / counts.rows if counts.rows else 0.0
    if limits.max_unreadable is not None and share > limits.max_unreadable:
        broken.append(
            f"{unreadable:,} of {counts.rows:,} rows ({share:.2%}) cannot be used as they are; max_unreadable is "
            f"{limits.max_unreadable:.2%}. See them: {_check_of(plan.sources)}"
        )
    if limits.max_dropped_per_source is not None:
        for name, decided in sorted(counts.by_source.items()):
            total = decided["kept"] + decided["dropped"]
            lost = decided["dropped"] / total
            if lost > limits.max_dropped_per_source:
                broken.append(
                    f"{name} lost {decided['dropped']:,} of {total:,} rows ({lost:.1%}); max_dropped_per_source is "
                    f"{limits.max_dropped_per_source:.1%}. See why: dropped.jsonl, report.html"
                )
    if counts.kept < limits.min_kept:
        broken.append(f"{counts.kept:,} rows were kept; min_kept is {limits.min_kept:,}")
    return broken


def _check_of(sources: Sequence[Source]) -> str:
    """Return the check that shows what is wrong with the sources, said as they were."""
    files = [path_word(source.name) for source in sources if not source.is_stdin]
    words = ["thresher check", *(files if 0 < len(files) <= SHOWN_FILES else ["FILES"])]
    layouts = {source.layout for source in sources}
    maps = {tuple(source.fields.items()) for source in sources}
    if len(layouts) == 1 and (layout := next(iter(layouts))):
        words += ["--layout", layout]
    if len(maps) == 1:
        words += [word for ours, theirs in next(iter(maps)) for word in ("--map", shlex.quote(f"{ours}={theirs}"))]
    return " ".join(words)
