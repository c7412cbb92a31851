"""What near-duplicate removal finds and what it takes wrongly, by similarity and on labelled sets, beside the peers.

``python -m benchmarks.quality [--pairs N] [--real FILES...] [--python PATH] [--peers NAMES...]`` removes
near-duplicates at 0.8 from N synthetic texts and one edited copy of each, and from the rows of the real files together,
and prints for us and each peer, by the exact similarity of a row with the nearest row that stays, the share of the rows
that went. At 0.8 and above that is recall; below, every row that went is a loss. Beside it stands the theory: the
chance that bands of slots propose a pair. ``benchmarks/measuring/scoring.py`` says what the totals mean.

Labelled sets (``benchmarks/corpora/labelled.py``), at each of ``--thresholds``, as precision / recall / F1 of what was
removed:

--same FILES      pairs: {"a": text, "b": text, "same": 0 or 1} a line
--marked FILES    rows with a human verdict; --text names the fields compared, --gone the verdict, --group
                  the field by which rows are of a group
--levels BASE T=FILE ...   a set as it is, and as others deduplicated it at similarity T
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.corpora.labelled import Labelled, agreement, from_levels, from_marks, from_pairs
from benchmarks.corpora.planted import pairs as planted_pairs
from benchmarks.corpora.planted import texts_of, write_rows
from benchmarks.corpora.truth import Pairs, find_pairs
from benchmarks.dedupe import THRESHOLD
from benchmarks.measuring.contestants import ENGINE, PEERS, PEERS_PYTHON, Contestant, contestants
from benchmarks.measuring.measure import print_table, run
from benchmarks.measuring.scoring import Mask, by_similarity, read_kept, score
from benchmarks.peers.rows import optimal_bands
from curate.dedupe.signatures.bands import proposed
from curate.steps.near_duplicates import NearDuplicates

LOWS = (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1.0)
BESIDE = ("datasketch", "rensa", "text-dedup")


def kept_by(one: Contestant, texts: Sequence[str], threshold: float) -> Mask:
    """Return which texts a contestant keeps."""
    with tempfile.TemporaryDirectory(prefix="thresher-benchmark-") as folder:
        work = Path(folder)
        source = write_rows(work / "rows.jsonl", texts)
        run(one.command(source, work, threshold), answers=(0,))
        return read_kept(one.kept(work), [str(position) for position in range(len(texts))])


def print_by_similarity(texts: Sequence[str], entered: Sequence[Contestant]) -> None:
    """Print what each contestant removes by similarity, beside the theory, and the totals."""
    pairs = find_pairs(texts, LOWS[0])
    kept = [kept_by(one, texts, THRESHOLD) for one in entered]
    bins = [by_similarity(pairs, mask, LOWS) for mask in kept]
    shapes = [NearDuplicates(threshold=THRESHOLD).rule.bands, optimal_bands(THRESHOLD)]
    table = [
        ["1.0" if low == LOWS[-1] else f"{low} to {high}"]
        + [_theory(pairs, low, high, *shape) for shape in shapes]
        + [f"{own[at].removed / own[at].rows:.4f} of {own[at].rows:,}" if own[at].rows else "none" for own in bins]
        for at, (low, high) in enumerate(zip(LOWS, [*LOWS[1:], 2.0], strict=True))
    ]
    theories = [f"{bands} bands of {rows} propose" for bands, rows in shapes]
    print_table(("similarity", *theories, *(one.name for one in entered)), table)
    print()
    scores = [score(pairs, mask, THRESHOLD) for mask in kept]
    rows = [
        [one.name, told.removed, f"{told.pair_recall:.4f}", f"{told.precision:.4f}", told.left]
        for one, told in zip(entered, scores, strict=True)
    ]
    print_table(("command", "rows removed", "pair recall", "removal precision", "twins left"), rows)
    print(f"\n{len(texts):,} rows, {len(pairs.reaching(THRESHOLD).left):,} pairs at {THRESHOLD} or above\n")


def _theory(pairs: Pairs, low: float, high: float, bands: int, rows: int) -> str:
    """Return the mean chance that the pairs of a bin are proposed."""
    inside = pairs.similarity[(pairs.similarity >= low) & (pairs.similarity < high)]
    return f"{np.mean([proposed(s, bands, rows) for s in inside]):.4f}" if len(inside) else "none"


def labelled_row(labelled: Labelled, threshold: float, entered: Sequence[Contestant]) -> list[str]:
    """Return the row of the table for a labelled set at a threshold."""
    told = [agreement(labelled, kept_by(one, labelled.texts, threshold)) for one in entered]
    cells = [f"{one.precision:.3f} / {one.recall:.3f} / {one.f1:.3f}" for one in told]
    return [labelled.name, f"{labelled.should:,} of {len(labelled.texts):,}", str(threshold), *cells]


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.quality", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pairs", type=int, default=4000, help="synthetic texts with a copy (4000; 0 for none)")
    parser.add_argument("--real", nargs="*", type=Path, default=[], help="JSON Lines, taken together as one set")
    parser.add_argument("--same", nargs="*", type=Path, default=[], help="labelled pairs")
    parser.add_argument("--marked", nargs="*", type=Path, default=[], help="rows with a human verdict")
    parser.add_argument("--text", nargs="*", default=["title", "abstract"], help="fields compared (title abstract)")
    parser.add_argument("--gone", default="source=duplicate", help="says that people removed it (source=duplicate)")
    parser.add_argument("--group", default="title", help="rows that agree in it are of a group (title)")
    parser.add_argument("--levels", nargs="*", default=[], help="BASE T=FILE ...")
    parser.add_argument("--thresholds", nargs="*", type=float, default=[0.5, 0.7, 0.8], help="(0.5 0.7 0.8)")
    parser.add_argument("--peers", nargs="*", choices=list(PEERS), default=list(BESIDE), help=f"({' '.join(BESIDE)})")
    parser.add_argument("--python", default=PEERS_PYTHON, help=f"the interpreter with the peers ({PEERS_PYTHON})")
    asked = parser.parse_args()
    entered, skipped = contestants(asked.peers, asked.python)
    entered = [one for one in entered if one.name != ENGINE]  # the same engine by another door
    corpora = [planted_pairs(asked.pairs, seed=1)] if asked.pairs else []
    corpora += [[text for file in asked.real for text in texts_of(file)]] if asked.real else []
    for texts in corpora:
        print_by_similarity(texts, entered)
    sets = [(one, t) for one in map(from_pairs, asked.same) for t in asked.thresholds]
    marked = [from_marks(file, asked.text, asked.gone, asked.group) for file in asked.marked]
    sets += [(one, t) for one in marked for t in asked.thresholds]
    for level in asked.levels[1:]:
        similarity, _, file = level.partition("=")
        sets.append((from_levels(Path(asked.levels[0]), Path(file)), float(similarity)))
    if sets:
        rows = [labelled_row(one, threshold, entered) for one, threshold in sets]
        print_table(("set", "should go", "threshold", *(f"{one.name}: P / R / F1" for one in entered)), rows)
    for name, reason in skipped.items():
        print(f"\nskipped {name}: {reason}")


if __name__ == "__main__":
    main()
