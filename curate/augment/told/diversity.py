"""How diverse new rows are among each other, how far from their parents, and how much of a grid they cover."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np

from curate.augment.draw import Draw

TOKEN_SIGNATURE = "words+marks, one character where a script has no spaces|case:lower"  # noqa: S105 - no secret
SELF_BLEU_ROWS = 64  # sampled: each is scored against all others
BINS = 10
MISSING_SHOWN = 10
SPACELESS = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"  # scripts, as a regex class has them
_TOKENS = re.compile(rf"[{SPACELESS}]|[^\W_]+|[^\w\s]")


def tokens(text: str) -> list[str]:
    """Return the words and marks of a text in lower case; scripts without spaces by the character."""
    return _TOKENS.findall(text.lower())


def distinct(texts: Sequence[Sequence[str]], n: int) -> float | None:
    """Return the share of distinct n-grams among all of them (Li et al. 2016); None where there is none."""
    grams = Counter(tuple(text[at : at + n]) for text in texts for at in range(len(text) - n + 1))
    return len(grams) / grams.total() if grams else None


def self_bleu(texts: Sequence[Sequence[str]], seed: int) -> dict[str, Any]:
    """Return the mean BLEU (0 to 100) of each text against all others, of a sample (Zhu et al. 2018, Texygen).

    High is monotonous. BLEU is sacrebleu's of one sentence, with effective order.
    """
    from sacrebleu.metrics.bleu import BLEU  # noqa: PLC0415 - 0.2 s that only a run which made rows pays for

    draw = Draw(seed, "self_bleu")
    drawn = sorted(range(len(texts)), key=lambda at: (draw.bits(at), at))[:SELF_BLEU_ROWS]
    sample = [" ".join(texts[at]) for at in sorted(drawn) if texts[at]]
    signature = f"sacrebleu, tokens: {TOKEN_SIGNATURE}|smooth:exp|effective_order|sample:{SELF_BLEU_ROWS}|seed:{seed}"
    if len(sample) < 2:
        return {"value": None, "n": len(sample), "signature": signature}
    bleu = BLEU(tokenize="none", effective_order=True, force=True)
    scores = [bleu.sentence_score(one, sample[:at] + sample[at + 1 :]).score for at, one in enumerate(sample)]
    return {"value": round(sum(scores) / len(scores), 6), "n": len(sample), "signature": signature}


def likeness(one: str, other: str) -> float:
    """Return the Jaccard similarity of the character trigrams of two texts, without regard to case."""
    mine, theirs = _trigrams(one), _trigrams(other)
    whole = len(mine | theirs)
    return len(mine & theirs) / whole if whole else 1.0


def _trigrams(text: str) -> set[str]:
    flat = f" {' '.join(text.lower().split())} "
    return {flat[at : at + 3] for at in range(len(flat) - 2)}


def histogram(values: Sequence[float]) -> dict[str, Any]:
    """Return counts of values between 0 and 1 in bins of a tenth, the last with 1 in it, and their median."""
    counts, _ = np.histogram(np.asarray(values, dtype=np.float64), bins=BINS, range=(0.0, 1.0))
    median = round(float(np.median(values)), 6) if len(values) else None
    edges = [round(at / BINS, 1) for at in range(BINS + 1)]
    return {"edges": edges, "counts": counts.tolist(), "median": median, "signature": "jaccard:char3|case:lower"}


def coverage(grid: Mapping[str, Sequence[str]], rows: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """Return how many cells of the attribute grid have a row, and some that have none; None without a grid."""
    if not grid:
        return None
    names = list(grid)
    cells = list(product(*grid.values()))
    filled = Counter(tuple(str(row.get(name)) for name in names) for row in rows)
    missing = [dict(zip(names, cell, strict=True)) for cell in cells if not filled[cell]]
    return {
        "attributes": {name: list(values) for name, values in grid.items()},
        "cells": len(cells),
        "covered": len(cells) - len(missing),
        "most_rows": max((filled[cell] for cell in cells), default=0),
        "missing": missing[:MISSING_SHOWN],
    }
