"""Too few rows: under 10 none is enough to learn from, under 500 few are.

OpenAI's endpoint takes 10 at least and advises 50 to 100 to begin with; LIMA (Zhou et al. 2023) tuned on 1,000, and
practice asks for 500 to 1,000 for one task.
"""

from __future__ import annotations

from collections.abc import Iterator

from train.guards.finding import Examined, Finding

FEWEST = 10
FEW = 500


def too_few_rows(examined: Examined) -> Iterator[Finding]:
    """Yield an error under 10 rows, a warning under 500; general rows against forgetting teach no task."""
    rows = len(examined.rows) - examined.facts.rehearsal
    if rows < FEWEST:
        yield Finding("too_few_rows", "error", f"{rows} rows; the fewest is {FEWEST}", f"bring {FEW} to 1,000 rows")
    elif rows < FEW:
        hint = f"practice asks for {FEW} to 1,000; thresher augment makes more of good ones"
        yield Finding("too_few_rows", "warning", f"{rows} rows are few", hint)
