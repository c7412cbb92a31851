"""What ``thresher augment`` prints: rows by step, what was not made and why, how diverse it is, what it cost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from curate.augment.told.preview import Preview
from curate.commands.curated import count_line
from curate.core.chat.log import cost_line
from curate.core.command.terminal import harmless, inert, styled
from curate.core.command.words import path_word, row_word
from curate.core.run.canonical import SCHEMA_VERSION, canonical
from curate.curation.output.outputs import DROPPED_FILE
from curate.curation.output.published import STATS_FILE
from curate.curation.run import Outcome


def as_object(outcome: Outcome) -> str:
    """Return the outcome as one JSON object."""
    told = {
        "schema_version": SCHEMA_VERSION,
        "out": str(outcome.out),
        "counts": outcome.manifest["counts"],
        "added": outcome.stats["added"],
        "chat": outcome.chat,
        "broken_limits": outcome.broken,
        "notes": outcome.notes,
    }
    return canonical(told).decode()


def as_text(outcome: Outcome) -> str:
    """Return the outcome as lines for a terminal."""
    counts = outcome.manifest["counts"]
    lines = [count_line("rows of the run, as they were", counts["in"])]
    for step in outcome.stats["added"]["steps"]:
        lines += _step(step)
    lines.append(count_line("rows kept", counts["kept"], "bold"))
    lines += [count_line(f"  {name}", count) for name, count in sorted(counts["by_split"].items(), key=_split_order)]
    for role, told in outcome.chat.items():
        lines += ["", *_asked(role, told)]
    lines += [f"note: {note}" for note in outcome.notes]
    lines += [styled(f"limit: {limit}", "red") for limit in outcome.broken]
    lines += ["", _next(outcome)]
    return "\n".join(lines)


def _split_order(item: tuple[str, int]) -> int:
    return ("train", "validation", "test").index(item[0])


def _step(step: dict[str, Any]) -> list[str]:
    lines = [count_line(f"{step['step']}: new rows, of {step['seeds']:,} seeds", step["candidates"])]
    lines += [
        count_line(f"  - {reason}", -count, "red")
        for reason, count in sorted(step["reasons"].items(), key=lambda item: (-item[1], item[0]))
    ]
    lines.append(count_line("  added to train", step["kept"], "green"))
    for word, count in sorted(step["faults"].items(), key=lambda item: (-item[1], item[0])):
        lines.append(count_line(f"  never became a row: {word}", count, "yellow"))
    for name, check in step["checks"].items():
        rate = f" ({check['passed'] / check['of']:.1%})" if check["of"] else ""
        lines.append(f"  check {name}: {check['passed']:,} of {check['of']:,} passed{rate}")
    return lines + _diversity(step["diversity"])


def _diversity(told: dict[str, Any]) -> list[str]:
    if not told["rows"]:
        return []
    shares = ", ".join(f"distinct-{n} {share:.3f}" for n, share in told["distinct"].items() if share is not None)
    lines = [f"  {shares}"]
    bleu = told["self_bleu"]
    if bleu["value"] is not None:
        lines.append(f"  self-BLEU {bleu['value']:.1f} (of {bleu['n']} rows; 100: all the same)")
    if told["duplicates"] is not None:
        lines.append(f"  near-duplicates among the new rows and of others: {told['duplicates']:.1%}, dropped")
    alike = told["parent_similarity"]
    if alike["median"] is not None:
        bars = " ".join(f"{edge:.1f}:{count}" for edge, count in zip(alike["edges"], alike["counts"], strict=False))
        lines.append(f"  likeness to the nearest parent: median {alike['median']:.2f} ({bars})")
    grid = told["grid"]
    if grid is not None:
        lines.append(f"  attributes: {grid['covered']:,} of {grid['cells']:,} combinations have a row")
    return lines


def _asked(role: str, told: dict[str, Any]) -> list[str]:
    share = f" ({told['success_rate']:.1%})" if told["success_rate"] is not None else ""
    answers = f"{told['requests']:,} requests: {told['answers']:,} answers{share}"
    lines = [f"[{role}] {answers}, {told['cached']:,} from the cache, {told['sent']:,} sent"]
    lines += [f"  {kind}: {count:,}" for kind, count in told["faults"].items()]
    if told["latency_p50"] is not None:
        lines.append(f"  latency: median {told['latency_p50']:.2f} s, 95th percentile {told['latency_p95']:.2f} s")
    lines += [
        f"  {name} is {one['state']}: {one['how']}"
        for name, one in told.get("capabilities", {}).items()
        if one["state"] != "available"
    ]
    lines.append(f"  {cost_line(told['cost'])}")
    return lines


def _next(outcome: Outcome) -> str:
    added = outcome.stats["added"]
    first = next((step["first"] for step in added["steps"] if step["first"]), None)
    folder = outcome.out or Path("DIR")
    page = folder / "report.html"
    shown = f" (open {page})" if page.exists() else ""
    if first is None and added["total"]["dropped"]:
        told = f"see why the new rows went: {path_word(folder / DROPPED_FILE)}"
    elif first is None:
        told = f"see why nothing became a row: {path_word(folder / STATS_FILE)}, under added"
    else:
        told = f"thresher explain {path_word(folder)} {row_word(first)}"
    return f"wrote {outcome.out}{shown}. next: {told}"


def preview_text(seen: Preview, *, texts: bool) -> str:
    """Return what a dry run found, as lines for a terminal."""
    lines = []
    for step in seen.steps:
        what = f"{step.requests:,} requests" if step.requests is not None else f"{step.rows:,} rows, which cost nothing"
        lines.append(f"{step.step}: {what}, of {step.seeds:,} seeds")
    for role, told in seen.estimates.items():
        text = told.text() if texts else told.text().split("\n\nexample", 1)[0]
        lines += ["", f"[{role}]", text]
    if texts and seen.made:
        lines += ["", "first rows of steps that ask nobody:"]
        lines += [f"  {inert(one.id)}: {harmless(one.line.decode())}" for one in seen.made]
    return "\n".join([*lines, "", "nothing was sent or written. next: the same command with --out DIR"])
