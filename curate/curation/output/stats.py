"""``stats.json``: all that a report needs to show what a run did."""

from __future__ import annotations

from collections import Counter
from typing import Any

from curate.check.codes import CODES
from curate.core.run.canonical import SCHEMA_VERSION
from curate.curation.config import steps_off
from curate.curation.divide import Division
from curate.curation.output.limits import broken_limits
from curate.curation.output.outputs import Outputs
from curate.curation.output.tainted import Tainted
from curate.curation.passes.staged import Staged
from curate.curation.plan import SPLIT_REASONS, Plan
from curate.dedupe.signatures.bands import choose_bands, proposed, s_curve


def stats_of(
    plan: Plan,
    staged: Staged,
    outputs: Outputs,
    division: Division,
    clusters: list[dict[str, Any]],
    tainted: Tainted,
    *,
    texts: bool,
    first_rows: int | None = None,
) -> dict[str, Any]:
    """Return the flow of rows through the steps, histograms, examples, clusters, S-curve, limits and split.

    ``first_rows`` is how many rows were read, where the run was cut short.
    """
    counts, tally, seen = outputs.counts, staged.tally, staged.seen
    return {
        "schema_version": SCHEMA_VERSION,
        "counts": counts.as_json(),
        "blank_lines": sum(read.blank for read in seen),
        "edited": counts.edited,
        "edits": outputs.edits.as_json(texts=texts),
        "warned_kept": counts.warned_kept,
        "first_rows": first_rows,
        "texts": texts,
        "limits": {"set": _limits(plan), "broken": broken_limits(plan, counts)},
        "flow": _flow(plan, outputs),
        "reasons": _reasons(plan),
        "sources": [
            {
                "source": source.name,
                "layout": tally.layout_of(source.index),
                "fields": dict(source.fields),
                "blank_lines": read.blank,
                "rows_are": "values" if read.by_value else "lines",
                "kept": counts.by_source.get(source.name, Counter())["kept"],
                "dropped": counts.by_source.get(source.name, Counter())["dropped"],
            }
            for source, read in zip(plan.sources, seen, strict=True)
        ],
        "histograms": tally.as_json(texts=texts),
        "examples": outputs.examples.as_json(texts=texts),
        "clusters": {"largest": clusters},
        "contradictions": outputs.at_odds.as_json(texts=texts),
        "tainted": tainted.by_suite(),
        "s_curve": _s_curve(plan),
        "split": division.stats,
        "signature": _signature(plan),
        "notes": [*_off(plan), *plan.notes, *tainted.notes(), *division.notes],
    }


def _flow(plan: Plan, outputs: Outputs) -> list[dict[str, Any]]:
    """Return for each step, in order, what it dropped, warned of and edited, and how many rows were left."""
    owners = plan.step_of
    left, edited_by = outputs.counts.rows, outputs.counts.edited_by
    flow = []
    for step in plan.order:
        dropped = {reason: n for reason, n in outputs.counts.by_reason.items() if owners.get(reason) == step}
        warned = {word: n for word, n in outputs.counts.by_warning.items() if owners.get(word, "check") == step}
        left -= sum(dropped.values())
        flow.append({"step": step, "dropped": dropped, "warned": warned, "edited": edited_by[step], "left": left})
    return flow


def _reasons(plan: Plan) -> dict[str, str]:
    """Return the sentence of each word that may stand in the ledger."""
    sentences = {slug: code.sentence for slug, code in CODES.items()}
    for step in plan.steps:
        sentences |= step.reasons
    sentences |= SPLIT_REASONS
    sentences["edit_not_written"] = "The edited text could not be told apart into the fields it came from."
    sentences["fields_not_converted"] = "The output's layout has no place for a field of the row or of a message."
    return sentences


def _s_curve(plan: Plan) -> dict[str, Any] | None:
    near = plan.near
    if near is None:
        return None
    bands, rows = near.rule.bands
    best = choose_bands(near.threshold, near.recall)
    return {
        "bands": bands,
        "rows": rows,
        "threshold": near.threshold,
        "warn_from": near.warn_from,
        "needed": {"bands": best[0], "rows": best[1], "recall": near.recall},
        "proposed": {
            "threshold": round(proposed(near.threshold, bands, rows), 12),
            "warn_from": round(proposed(near.warn_from, bands, rows), 12),
        },
        "points": s_curve(bands, rows),
    }


def _signature(plan: Plan) -> str | None:
    return None if plan.near is None else plan.near.signature


def _limits(plan: Plan) -> dict[str, Any]:
    """Return the limits that the run was held to."""
    limits = plan.config.limits.model_dump(mode="json")
    return {name: value for name, value in limits.items() if value is not None}


def _off(plan: Plan) -> list[str]:
    off = steps_off(plan.config, plan.steps)
    return [f"steps of the preset that this run leaves out: {', '.join(off)}"] if off else []
