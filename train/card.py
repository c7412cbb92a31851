"""The model card: what an adapter is, made of which rows, by which settings, and how it did."""

from __future__ import annotations

from typing import Any

import orjson

from curate.core.command.markdown import cell, table
from train.config import TrainConfig


def card(config: TrainConfig, manifest: dict[str, Any], stats: dict[str, Any]) -> str:
    """Return ``README.md`` beside an adapter, with the front matter that hubs read."""
    adapter, base = config.adapter, stats["model"]
    is_lora = adapter.kind == "lora"
    what = f"LoRA adapter of rank {adapter.rank}" if is_lora else "fully tuned model"
    front = ["---", f"base_model: {_yaml(base['name'])}", f"library_name: {'peft' if is_lora else 'transformers'}"]
    front += ["tags:", *(["- lora"] if is_lora else []), "- thresher", "---"]
    general = f" ({stats['rehearsal_rows']:,} of them general ones)" if stats["rehearsal_rows"] else ""
    inputs = [[cell(one["path"]), _number(one["rows"]), f"`{one['sha256'][:16]}`"] for one in manifest["inputs"]]
    lines = [
        *front,
        "",
        f"# {adapter.name} {adapter.version}",
        "",
        f"A {what} on {cell(base['name'])} (sha256 `{base['sha256'][:16]}`).",
        f"Trained on {stats['rows']:,} rows{general}: {stats['steps_done']:,} of {stats['steps']:,} steps,",
        f"{stats['tokens_seen']:,} tokens, of which {stats['trained_tokens_seen']:,} counted in the loss.",
        f"The weights are those of step {stats['best_step']:,}.",
        "",
        f"Ended: {cell(stats['stopped']['detail'])}.",
        "",
        "## Scores",
        "",
        table(["measure", "base", "tuned"], _scores(stats)),
        "",
        "## Data",
        "",
        table(["file", "rows", "sha256"], inputs),
        "",
        "## Configuration",
        "",
        "```json",
        orjson.dumps(manifest["config"], option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS).decode(),
        "```",
        "",
    ]
    return "\n".join(lines)


def _scores(stats: dict[str, Any]) -> list[list[str]]:
    rows = [["validation loss per token", _share(stats["base_eval_loss"]), _share(stats["eval_loss"])]]
    rows += [["training loss per token", "", _share(stats["loss"])]]
    return rows + [
        [f"suite {cell(name)}", _share(value), _share(stats["suites"].get(name))]
        for name, value in sorted(stats["base_suites"].items())
    ]


def _yaml(text: str) -> str:
    """Return a text as YAML has it: one in double quotes, with JSON's escapes, is the same in both."""
    return orjson.dumps(text).decode()


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"


def _number(value: int | None) -> str:
    return "" if value is None else f"{value:,}"
