"""What a training run, or a dry one, tells a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from curate.core.command.terminal import columns, inert, styled
from curate.core.command.words import path_word
from train.preview import as_lines, preview

if TYPE_CHECKING:
    from train.config import TrainConfig
    from train.estimate.dry_run import DryRun
    from train.run import Outcome

_PARTS = {
    "weights": "weights",
    "adapter": "adapter",
    "gradients": "gradients",
    "optimiser": "optimiser",
    "activations": "activations, at the largest batch",
}


def dry_run_text(tried: DryRun, *, texts: bool) -> str:
    """Return rows, steps, memory, time, and three rows with what is trained of them in colour."""
    stats, memory, prepared = tried.stats, tried.measured.memory, tried.ready.prepared
    share = stats["trainable_parameters"] / max(1, stats["parameters"])
    lines = [
        f"{stats['rows']:,} rows, {stats['truncated']:,} of them cut",
        f"{stats['tokens']:,} tokens, {stats['trained_tokens']:,} of them trained (found by {stats['mask_source']})",
        f"{stats['steps']:,} steps, {stats['epochs']:g} {'epoch' if stats['epochs'] == 1 else 'epochs'}",
        f"{stats['packing']}: {stats['packs']:,} sequences an epoch, {stats['full']:.0%} full",
        f"{stats['trainable_parameters']:,} trainable parameters of {stats['parameters']:,} ({share:.2%})",
        *([styled(f"warning: {tried.ready.unpacked.message}", "yellow")] if tried.ready.unpacked else []),
        "",
        f"memory on {tried.ready.place.device}, about {_bytes(memory.total)}",
        *columns([f"  {_PARTS[part]}", _bytes(size), ""] for part, size in memory._asdict().items()),
        f"  with libraries and what passes, about {_bytes(tried.measured.peak)} at most",
        "",
        f"time, about {_time(tried.seconds)}; {tried.evaluations:,} evaluations in it, suites not",
        f"  a batch of {tried.measured.tokens:,} tokens took {tried.measured.seconds:.2f} s",
    ]
    lines += ["", *as_lines(preview(prepared.examples, prepared.tokenizer), texts=texts)]
    return "\n".join([*lines, "", "nothing was written. next: the same without --dry-run, and --out DIR"])


def outcome_text(outcome: Outcome, config: TrainConfig) -> str:
    """Return what came of a run."""
    stats, adapter = outcome.stats, config.adapter
    lines = [
        f"{adapter.name} {adapter.version}: {stats['steps_done']:,} of {stats['steps']:,} steps",
        f"{stats['rows']:,} rows, {stats['tokens_seen']:,} tokens, {stats['trained_tokens_seen']:,} of them trained",
        f"weights of step {stats['best_step']:,}"
        + _change(", validation loss", stats["base_eval_loss"], stats["eval_loss"]),
    ]
    lines += [
        _change(f"suite {name}:", value, stats["suites"].get(name))
        for name, value in sorted(stats["base_suites"].items())
    ]
    ended = f"ended: {inert(outcome.stopped.reason)}: {inert(outcome.stopped.detail)}"
    lines.append(styled(ended, "red") if outcome.stopped.is_guard else ended)
    where = outcome.out / ("adapter" if adapter.kind == "lora" else "model")
    base = stats["model"]["name"]
    spec = path_word(f"local:{base}+{where}" if adapter.kind == "lora" else f"local:{where}")
    bare = "" if stats["template_sha256"] else " --template none"
    following = f"thresher predict --data FILE --model {spec}{bare} --out DIR"
    return "\n".join([*lines, "", f"wrote {outcome.out}. next: {following}"])


def _change(what: str, before: Any, after: Any) -> str:
    if before is None or after is None:
        return "" if after is None else f"{what} {after:.4f}"
    return f"{what} {before:.4f} -> {after:.4f}"


def _bytes(size: int) -> str:
    return f"{size / 1e9:,.2f} GB" if size >= 1e9 else f"{size / 1e6:,.1f} MB"


def _time(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
