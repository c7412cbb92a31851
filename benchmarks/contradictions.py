"""What the measure of contradictions finds and what it takes wrongly, on pairs of answers that are labelled by hand.

``python -m benchmarks.contradictions [--pairs FILE] [--missed]`` prints precision and recall of "these answers exclude
each other" by part and by kind. A line of the file: {"part", "kind", "class": turned | wording | open, "prompt", "a",
"b"}. The part ``tuned`` was looked at while the measure was made, ``fresh`` was written before it was first run on it;
what the first run gave is in docs/contradictions.md.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.measuring.measure import print_table
from curate.contradictions.differ import Differ, compare
from curate.steps.contradictions import Contradictions

PAIRS = Path(__file__).with_name("contradictions.jsonl")


@dataclass(frozen=True)
class Labelled:
    """A pair of answers, whether they exclude each other, and whether the measure says so."""

    part: str
    kind: str
    label: str
    prompt: str
    answers: tuple[str, str]
    told: bool

    @property
    def turned(self) -> bool:
        """Say whether people see a contradiction."""
        return self.label == "turned"


def read_pairs(path: Path = PAIRS) -> list[Labelled]:
    """Return the labelled pairs, each judged with the settings of the step."""
    with path.open(encoding="utf-8") as lines:
        return [_judged(json.loads(line)) for line in lines]


def _judged(row: dict[str, Any]) -> Labelled:
    difference = compare(row["prompt"], row["a"], row["b"], Contradictions().threshold)
    told = difference.kind is Differ.TURNED
    return Labelled(row["part"], row["kind"], row["class"], row["prompt"], (row["a"], row["b"]), told)


def scores(pairs: Sequence[Labelled]) -> tuple[float, float]:
    """Return precision and recall."""
    right = sum(one.turned and one.told for one in pairs)
    told, turned = sum(one.told for one in pairs), sum(one.turned for one in pairs)
    return (right / told if told else 1.0, right / turned if turned else 1.0)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.contradictions",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--pairs", type=Path, default=PAIRS, help="labelled pairs (those beside this file)")
    parser.add_argument("--missed", action="store_true", help="print the pairs that are judged wrongly")
    asked = parser.parse_args()
    started = time.process_time()
    pairs = read_pairs(asked.pairs)
    spent = time.process_time() - started
    rows = []
    for part in dict.fromkeys(one.part for one in pairs):
        own = [one for one in pairs if one.part == part]
        precision, recall = scores(own)
        turned = sum(one.turned for one in own)
        rows.append([part, len(own), turned, f"{precision:.3f}", f"{recall:.3f}"])
    print_table(("part", "pairs", "turned", "precision", "recall"), rows)
    print()
    kinds = dict.fromkeys((one.label, one.kind) for one in pairs)
    table = []
    for label, kind in kinds:
        own = [one for one in pairs if (one.label, one.kind) == (label, kind)]
        table.append([label, kind, len(own), sum(one.told for one in own)])
    print_table(("label", "kind", "pairs", "told as contradiction"), table)
    print(f"\n{1e6 * spent / max(len(pairs), 1):.0f} microseconds of CPU a pair")
    for one in pairs if asked.missed else ():
        if one.told != one.turned:
            print(f"\n{'told wrongly' if one.told else 'missed'}: {one.prompt}\n  {one.answers[0]}\n  {one.answers[1]}")


if __name__ == "__main__":
    main()
