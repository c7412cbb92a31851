"""How the rules of a verdict came out: what its sentences and its figures both count by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from reports.numbers import count, plural
from reports.verdict.files import Verdict


class Tally(NamedTuple):
    """How many rules there are of each outcome; together they are all."""

    hold: int
    fail: int
    undecided: int
    counted: int  # undecided, and counts as a fail
    let_fail: int  # does not hold, and does not count: it is waived
    let_undecided: int  # is undecided, and does not count

    @property
    def rules(self) -> int:
        """Return how many rules were judged."""
        return sum(self)

    @property
    def figures(self) -> tuple[tuple[str, str], ...]:
        """Return the numbers that stand under the headline: those after the first are parts of it."""
        parts = [("hold", self.hold), ("fail", self.fail), ("undecided", self.undecided + self.counted)]
        let = self.let_fail + self.let_undecided
        parts += [("do not count", let)] if let else []
        return (("rules", count(self.rules)), *((word, count(number)) for word, number in parts))


def tally(verdict: Verdict) -> Tally:
    """Return how many rules hold, fail and are undecided, and how many of these count for nothing."""
    said = [(row.verdict, row.counts_as or row.verdict) for row in verdict.limits]
    return Tally(
        sum(own == "pass" for own, _ in said),
        said.count(("fail", "fail")),
        said.count(("inconclusive", "inconclusive")),
        said.count(("inconclusive", "fail")),
        said.count(("fail", "pass")),
        said.count(("inconclusive", "pass")),
    )


def outcomes(counts: Tally) -> Iterator[str]:
    """Yield what came out: the outcome that stands in the way first; what holds is said where nothing does."""
    rules = plural(counts.rules, "rule")
    if not counts.rules:
        yield "No rule was judged."
    if counts.fail:
        yield f"{count(counts.fail)} of {rules} {'does' if counts.fail == 1 else 'do'} not hold."
    if counts.counted:
        yield f"{count(counts.counted)} of {rules} {_are(counts.counted)} undecided, which counts as a fail."
    if counts.undecided:
        of = "" if counts.fail or counts.counted else f" of {rules}"
        yield f"{count(counts.undecided)}{of} {_are(counts.undecided)} undecided."
    if counts.hold and not counts.fail + counts.counted + counts.undecided:
        whole = f"All {counts.rules} rules hold" if counts.rules > 1 else "The only rule holds"
        some = f"{count(counts.hold)} of {rules} {'holds' if counts.hold == 1 else 'hold'}"
        yield f"{whole if counts.hold == counts.rules else some}."
    if counts.let_fail:
        yield f"{plural(counts.let_fail, 'rule')} did not hold and {_do(counts.let_fail)} not count."
    if counts.let_undecided:
        are = _are(counts.let_undecided)
        yield f"{plural(counts.let_undecided, 'rule')} {are} undecided and {_do(counts.let_undecided)} not count."


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def _do(number: int) -> str:
    return "does" if number == 1 else "do"
