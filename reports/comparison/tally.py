"""How the metrics of two runs came out: what the headline and the figures of a comparison both count by."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from reports.numbers import count, plural
from reports.view import Headline

if TYPE_CHECKING:
    from evalkit.compare.compare import Comparison, Moved

BEHAVIOUR = ("length", "empty", "refusal", "language", "repetition", "truncation", "tokens", "latency", "cost")


class Tally(NamedTuple):
    """How many metrics there are of each outcome; behaviour, of which neither way is sure to be good, stands apart."""

    worse: int
    better: int
    unsure: int
    behaviour: int
    moved: int  # of those: how many surely did
    not_compared: int

    @property
    def judged(self) -> int:
        """Return how many metrics are of quality."""
        return self.worse + self.better + self.unsure

    @property
    def figures(self) -> tuple[tuple[str, str], ...]:
        """Return the numbers of the overview: the metrics of quality, their parts, and what is none of them."""
        told = [("metrics", self.judged), ("worse", self.worse), ("better", self.better), ("unsure", self.unsure)]
        told += [("behaviour", self.behaviour)] if self.behaviour else []
        told += [("not compared", self.not_compared)] if self.not_compared else []
        return tuple((word, count(number)) for word, number in told)

    @property
    def headline(self) -> Headline:
        """Return what surely got worse and better."""
        if not self.judged:
            return Headline(self._behaviour, "unsure")
        if self.worse and self.better:
            return Headline(f"{plural(self.better, 'metric')} better, {count(self.worse)} worse", "unsure")
        if not self.worse + self.better:
            return Headline("No difference that is sure", "unsure")
        number, word = (self.worse, "worse") if self.worse else (self.better, "better")
        some = f"{count(number)} of {plural(self.judged, 'metric')} {word}"
        return Headline(word.capitalize() if self.judged == 1 else some, "bad" if self.worse else "ok")

    @property
    def _behaviour(self) -> str:
        if not self.behaviour:
            return "No metric could be compared"
        if not self.moved:
            return "Behaviour did not move"
        return f"Behaviour moved: {count(self.moved)} of {plural(self.behaviour, 'metric')}"


def tally(compared: Comparison) -> Tally:
    """Return how many metrics of a comparison surely got worse and better, and how many tell neither."""
    sure: dict[bool, list[int]] = {True: [], False: []}
    for one in compared.moved:
        sure[one.metric.partition(":")[0] in BEHAVIOUR].append(_sure(one))
    judged, behaviour = sure[False], sure[True]
    moved = len(behaviour) - behaviour.count(0)
    return Tally(judged.count(-1), judged.count(1), judged.count(0), len(behaviour), moved, len(compared.not_compared))


def _sure(one: Moved) -> int:
    """Return −1 where the interval lies on the worse side of no difference, 1 on the better, else 0."""
    side = 1 if one.better == "higher" else -1
    return side if one.estimate.low > 0 else -side if one.estimate.high < 0 else 0
