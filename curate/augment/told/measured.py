"""What ``stats.json`` says of the rows that were added: step by step, what passed, what did not, how diverse it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from curate.augment.config import Limits
from curate.augment.gating.arrivals import Arrival
from curate.augment.produce import Produced
from curate.augment.told.diversity import coverage, distinct, histogram, likeness, self_bleu, tokens
from curate.core.record.block import row_of
from curate.core.record.views import asked, conversation
from curate.curation.passes.staged import Staged
from curate.engines.local import LocalEngine
from curate.steps.exact_duplicates import ExactDuplicates
from curate.steps.near_duplicates import NearDuplicates

_TWINS = frozenset({*ExactDuplicates.reasons, *NearDuplicates.reasons})
_WORDS_SHOWN = 3
_HIDDEN = frozenset({"detail"})


def added_stats(
    made: Sequence[Produced],
    arrived: Sequence[Arrival],
    staged: Staged,
    ledger: pl.DataFrame,
    *,
    seed: int,
    texts: bool,
    twins: bool,
) -> dict[str, Any]:
    """Return the numbers of each step, in their order, and of all together.

    ``ledger`` is the run's own; ``twins`` says whether the gates look for duplicates at all.
    """
    told = [_step(one, [a for a in arrived if a.produced is one], staged, ledger, seed, texts=texts) for one in made]
    for one in told if not twins else []:
        one["diversity"]["duplicates"] = None
    whole = ("candidates", "kept", "dropped", "faulted")
    by_origin: dict[str, dict[str, int]] = {}
    for one in told:
        own = by_origin.setdefault(one["origin"], dict.fromkeys(whole, 0))
        for name in whole:
            own[name] += one[name]
    return {
        "steps": told,
        "by_origin": by_origin,
        "total": {name: sum(one[name] for one in told) for name in whole},
    }


def _step(
    made: Produced, arrived: Sequence[Arrival], staged: Staged, ledger: pl.DataFrame, seed: int, *, texts: bool
) -> dict[str, Any]:
    names = {one.source.name: one.source.index for one in arrived}
    own = ledger.filter(pl.col("source").is_in(list(names)))
    kept = own.filter(decision="kept")
    rows = [row_of(names[source], line) for source, line in kept.select("source", "line").iter_rows()]
    reasons = dict(own["reason"].drop_nulls().value_counts(sort=True).sort("reason").iter_rows())
    twins = sum(count for word, count in reasons.items() if word in _TWINS)
    attributes = {one.id: one.made.get("attributes", {}) for arrival in arrived for one in arrival.candidates}
    grid = coverage(made.grid, [attributes[id_] for id_ in kept["id"]])
    diversity = _diversity(rows, staged, seed, variants=made.step.variants)
    return {
        "step": made.step.called,
        "use": made.step.use,
        "origin": made.step.origin,
        "seeds": made.seeds,
        "candidates": len(own),
        "kept": len(kept),
        "dropped": len(own) - len(kept),
        "reasons": reasons,
        "first": next(iter(kept["id"]), None),
        "faulted": made.faults.total(),
        "faults": dict(sorted(made.faults.items())),
        "sentences": {word: made.sentences[word] for word in sorted(made.faults)},
        "examples": {
            word: [{name: value for name, value in one.items() if texts or name not in _HIDDEN} for one in found]
            for word, found in sorted(made.examples.items())
        },
        "checks": {name: check._asdict() for name, check in sorted(made.checks.items())},
        "diversity": diversity | {"duplicates": twins / len(own) if len(own) else None, "grid": grid},
    }


def _diversity(rows: Sequence[int], staged: Staged, seed: int, *, variants: bool) -> dict[str, Any]:
    """Return the measures of the rows that were kept: of what is asked in variants, of all that is said in others."""
    engine = LocalEngine(staged.blocks)
    text = asked() if variants else conversation()
    own = engine.fetch(pl.Series(rows, dtype=pl.UInt64), ["row", "messages", "parents"])
    own = own.select("parents", text=text.fill_null(""))
    parents = own["parents"].explode(empty_as_null=False).unique().sort()
    theirs = engine.fetch(parents, ["row", "messages"]).select("row", text=text.fill_null(""))
    said: dict[int, str] = dict(theirs.iter_rows())
    nearest = [max(likeness(mine, said[row]) for row in of) for of, mine in own.iter_rows() if of]
    spoken = [tokens(one) for one in own["text"]]
    return {
        "rows": len(own),
        "distinct": {str(n): distinct(spoken, n) for n in (1, 2, 3)},
        "self_bleu": self_bleu(spoken, seed),
        "parent_similarity": histogram(nearest),
    }


def limits_of(limits: Limits, added: Mapping[str, Any]) -> dict[str, Any]:
    """Return the limits that the run was held to, and a sentence for each that it passed."""
    total = added["total"]
    broken = []
    if total["kept"] < limits.min_added:
        broken.append(
            f"{total['kept']:,} new rows were kept; min_added is {limits.min_added:,}. {_what_to_do(added['steps'])}"
        )
    if limits.max_dropped is not None and total["dropped"] > limits.max_dropped * total["candidates"]:
        share = total["dropped"] / total["candidates"]
        broken.append(
            f"the gates dropped {total['dropped']:,} of {total['candidates']:,} new rows ({share:.1%}); max_dropped is "
            f"{limits.max_dropped:.1%}. See why: dropped.jsonl, report.html"
        )
    asked_for = total["candidates"] + total["faulted"]
    if limits.max_faults is not None and total["faulted"] > limits.max_faults * asked_for:
        share = total["faulted"] / asked_for
        broken.append(
            f"{total['faulted']:,} of {asked_for:,} ({share:.1%}) became no new row; max_faults is "
            f"{limits.max_faults:.1%}. See why: report.html"
        )
    told = limits.model_dump(mode="json")
    return {"set": {name: value for name, value in told.items() if value is not None}, "broken": broken}


def _what_to_do(steps: Sequence[Mapping[str, Any]]) -> str:
    """Return what became of the other rows, and where to look."""
    lost: Counter[str] = Counter()
    for step in steps:
        lost.update(step["reasons"])
        lost.update(step["faults"])
    if not lost:
        return "All that were made are kept: raise k, count or sample, or lower min_added"
    words = ", ".join(f"{word} ({count:,})" for word, count in sorted(lost.items(), key=_most_first)[:_WORDS_SHOWN])
    return f"Most went for {words}. See why: {'dropped.jsonl, ' if any(s['dropped'] for s in steps) else ''}report.html"


def _most_first(item: tuple[str, int]) -> tuple[int, str]:
    return -item[1], item[0]
