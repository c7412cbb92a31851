"""What to do about a rule that the evidence does not decide, cheapest first."""

from __future__ import annotations

import math

import numpy as np

from curate.core.command.words import path_word
from evalkit.gate.rules.no_number import step
from evalkit.gate.rules.rule import Judged
from evalkit.gate.rules.suite_items import suite_step
from evalkit.gate.runs.pairing import Pair
from evalkit.statistics.few import CAUTIOUS_BELOW

_FINER = {
    "json_schema": "json_fields:f1",
    "json_valid": "json_fields:f1",
    "json_extracted": "json_fields:f1",
    "json_fields:exact": "json_fields:f1",
    "exact_match": "token_f1",
    "contains": "token_f1",
    "tool_calls": "json_fields:f1",
}
_MOST = 3


def next_steps(one: Judged, pair: Pair, needed: int | None) -> list[str]:
    """Return the steps for an inconclusive rule: what costs nothing first, a waiver last."""
    found = one.estimate
    waiver = f'waive it in writing: rule = "{one.name}", with reason, who and until, in the file of waivers'
    if not math.isfinite(found.value):
        return [step(found, pair.scored(one.limit.metric).sample.metric), waiver]
    steps = []
    if one.held_back:
        steps.append(
            f"beyond its line on its own (p = {one.p_fail:.2g}), not after Holm's correction over {one.held_back} "
            f"rules ({one.p_adjusted:.2g}): take out rules that say the same, or look at it as a fail"
        )
    endless = found.error == 0 and (math.isinf(found.low) or math.isinf(found.high))
    enough = needed is not None and needed <= found.n  # it stands on the line: more of the same may not move it off
    if needed is not None and not enough and (more := suite_step(one, pair, needed)):
        steps.append(more)
    if finer := _FINER.get(one.limit.metric, _FINER.get(one.limit.metric.partition(":")[0])):
        steps.append(f"gate on a finer metric: {finer} sees how wrong an answer is, not only that it is")
    if found.discordant is not None and found.discordant > 0 and pair.base is not None:
        items = round(found.discordant * found.n)
        runs = f"{path_word(pair.candidate.name)} --flips {path_word(pair.base.name)}"
        how = f"thresher review {runs} --metric {one.limit.metric}"
        if pair.base.is_committed:  # it has no texts to read
            how = "thresher gate ... --out DIR names them in verdict.json, under flips"
        steps.append(f"read the {items:,} items on which the runs part: {how}")
    if found.units == found.n and found.error > 0:
        steps.append(
            "answer each item k times (thresher predict --samples k): their mean carries less of the sampling's noise"
        )
    if endless:
        steps.append('set level = "point" on this rule: it looks at the number alone')
    if needed is not None and not enough:
        why = f": fewer than {CAUTIOUS_BELOW} equal numbers do not tell how far another may lie" if endless else ""
        steps.append(f"add {needed - found.n:,} items (now {found.n:,}, needed {needed:,}){_where(one, pair)}{why}")
    elif not one.held_back:
        steps.append(
            "raise the margin, or take more items: so many decide only where the difference is not on the line"
        )
    return [*steps, waiver]


def _where(one: Judged, pair: Pair) -> str:
    """Return in which slices the items are best added: those that hold most of what the runs part on."""
    scored = pair.scored(one.limit.metric)
    if one.slice is not None or pair.base is None or scored.sample.base.shape[1] != 1:
        return ""
    spread = np.zeros(len(pair.ids))
    spread[scored.places] = np.abs(scored.sample.moved)
    whole = spread.sum()
    shares = (
        sorted(((float(spread[rows].sum() / whole), name) for name, rows in pair.slices.items()), reverse=True)
        if whole
        else []
    )
    told = [f"{name} ({share:.0%})" for share, name in shares[:_MOST] if share > 0]
    return f", above all in {', '.join(told)}" if told else ""
