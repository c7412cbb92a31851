"""What to do about a rule that the evidence does not decide, cheapest first."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from curate.core.command.words import path_word
from evalkit.gate.rules.no_number import step
from evalkit.gate.rules.rule import Judged
from evalkit.gate.rules.suite_items import suite_step
from evalkit.gate.runs.flips import SHOWN, flips
from evalkit.gate.runs.pairing import Pair
from evalkit.gate.runs.run import Run
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
        steps += _reading(one, pair, pair.base)
    if found.units == found.n and found.error > 0 and (often := _answered_often(pair)):
        steps.append(often)
    if endless:
        steps.append('set level = "point" on this rule: it looks at the number alone')
    if needed is not None and not enough:
        why = f": fewer than {CAUTIOUS_BELOW} equal numbers do not tell how far another may lie" if endless else ""
        steps.append(f"add {_items(needed - found.n)} (now {found.n:,}, needed {needed:,}){_where(one, pair)}{why}")
    elif not one.held_back:
        steps.append(
            "raise the margin, or take more items: so many decide only where the difference is not on the line"
        )
    return [*steps, waiver]


def _reading(one: Judged, pair: Pair, base: Run) -> Iterator[str]:
    """Yield how to read the items on which two runs part, and to answer those of them that the candidate lacks."""
    scored, name = pair.scored(one.limit.metric), pair.candidate.name
    parted = scored.places[scored.sample.moved != 0]
    among = parted if one.slice is None else np.intersect1d(parted, pair.slices[one.slice])
    missing = int((pair.rows[among] < 0).sum())
    if items := len(among) - missing:
        how = f"thresher review {path_word(name)} --flips {path_word(base.name)} --metric {one.limit.metric}"
        if base.is_committed:  # it has no texts to read
            both = flips(scored, pair.ids)
            named = "them" if max(len(both.worse), len(both.better)) <= SHOWN else f"{SHOWN} each way"
            how = f"thresher gate ... --out DIR names {named} in verdict.json, under flips"
        yield f"read the {_items(items)} on which the runs part: {how}"
    if missing:
        yield f"answer the {_items(missing)} that {path_word(name)} lacks, which count as wrong"


def _items(number: int) -> str:
    return f"{number:,} item{'' if number == 1 else 's'}"


def _answered_often(pair: Pair) -> str | None:
    """Return the step of several answers to an item; None where a run was greedy, whose answers are all the same."""
    runs = [pair.candidate] if pair.base is None else [pair.candidate, pair.base]
    told = [_temperature(run) for run in runs]
    if 0 in told:
        return None
    known = next((one for one in told if one is not None), None)
    whose = "" if pair.base is None else " with both runs"
    where = f"{whose}, if answers are sampled" if known is None else whose
    command = f"thresher predict --temperature {'T' if known is None else known} --samples k"
    return f"answer each item k times{where} ({command}): their mean carries less of the sampling's noise"


def _temperature(run: Run) -> float | str | None:
    """Return the temperature that a run was sampled at, as ``--temperature`` takes it; None where nothing says."""
    generation = (run.manifest.get("config") or {}).get("generation")
    if not isinstance(generation, dict) or (run.manifest.get("model") or {}).get("kind") == "replay":
        return None  # answers of a file may have been made in any way
    found: float | None = generation.get("temperature")
    return "default" if found is None else found


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
