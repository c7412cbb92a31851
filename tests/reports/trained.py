"""The folder of a training run, as ``thresher train`` writes it, without training."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

FALLING = [2.0, 1.5, 1.2, 1.1, 1.05, 1.04]  # training loss of steps 1 to 6
HELD = {0: 2.2, 2: 1.6, 4: 1.3, 6: 1.4}  # validation loss: step 4 is best


def lines_of(
    losses: Sequence[float] = FALLING, held: dict[int, float] | None = None, **more: Any
) -> list[dict[str, Any]]:
    held = HELD if held is None else held
    first = [{"step": 0, "eval_loss": held[0], **more}] if 0 in held else []
    return first + [
        {
            "step": step,
            "epoch": step / 6,
            "loss": loss,
            "learning_rate": 2e-4 * (1 - step / 6),
            "grad_norm": 1.0 / step,
            "tokens": 100 * step,
            **({"eval_loss": held[step], **more} if step in held else {}),
        }
        for step, loss in enumerate(losses, start=1)
    ]


def preview(text: str = "What is a heron?", answer: str = "A wading bird.") -> list[list[dict[str, Any]]]:
    return [[{"text": text, "trained": False, "tokens": 9}, {"text": answer, "trained": True, "tokens": 5}]]


def trained(folder: Path, name: str = "tuned", lines: list[dict[str, Any]] | None = None, **changes: Any) -> Path:
    """Write a run; ``changes`` are of its stats, ``manifest`` and ``times`` of those files."""
    out = folder / name
    out.mkdir()
    manifest_changes, times = changes.pop("manifest", {}), changes.pop("times", {})
    stats: dict[str, Any] = {
        "schema_version": 1,
        "rows": 120,
        "rehearsal_rows": 12,
        "validation_rows": 20,
        "tokens": 6_000,
        "trained_tokens": 1_500,
        "truncated": 3,
        "truncated_tokens": 400,
        "truncated_trained_tokens": 90,
        "packing": "packed",
        "packing_check": {"holds": True, "rows": 3, "apart": 1e-7, "moved": 0.5},
        "packs": 7,
        "full": 0.93,
        "steps": 6,
        "epochs": 1.0,
        "parameters": 1_000_000,
        "trainable_parameters": 10_000,
        "mask_source": "generation marks",
        "template_sha256": "ab" * 32,
        "dtype": "float32",
        "findings": [],
        "preview": preview(),
        "best_step": 4,
        "steps_done": 6,
        "stopped": {"reason": "steps_done", "detail": "6 steps are done", "step": 6},
        "base_eval_loss": 2.2,
        "eval_loss": 1.3,
        "base_suites": {"arithmetic": 0.5},
        "suites": {"arithmetic": 0.4},
    } | changes
    files = {
        "log.jsonl": "".join(json.dumps(line) + "\n" for line in (lines_of() if lines is None else lines)),
        "stats.json": json.dumps(stats),
    }
    for path, text in files.items():
        (out / path).write_text(text)
    outputs = [
        {"path": path, "sha256": hashlib.sha256(text.encode()).hexdigest(), "bytes": len(text), "rows": None}
        for path, text in files.items()
    ]
    manifest = {
        "thresher": "0.1.0",
        "schema_version": 1,
        "command": "train",
        "config": {"seed": 7, "model": {"path": "models/tiny"}, "training": {"learning_rate": 2e-4, "epochs": None}},
        "seed": 7,
        "model": {"name": "models/tiny", "revision": None, "sha256": "cd" * 32},
        "adapter": {"name": "tickets", "version": "1.2.0", "kind": "lora"},
        "inputs": [{"path": "clean/train.jsonl", "sha256": "ef" * 32, "bytes": 10, "rows": 120}],
        "outputs": outputs,
        "counts": {"in": 108, "added": 12, "kept": 120, "dropped": 0},
        "versions": {"torch": "2.13.0"},
    } | manifest_changes
    (out / "manifest.json").write_text(json.dumps(manifest))
    steps = [{"tokens": 100, "seconds": 0.5} for _ in range(6)]
    run = {"schema_version": 1, "seconds": 3.0, "device": "a small CPU", "tokens_per_second": 200.0, "steps": steps}
    (out / "run.json").write_text(json.dumps(run | times))
    return out
