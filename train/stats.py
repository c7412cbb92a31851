"""``stats.json``: the counts behind a run, and what came of it, for reports."""

from __future__ import annotations

from typing import Any

from curate.core.run.canonical import SCHEMA_VERSION
from train.loop.plan import batches_of
from train.loop.state import State
from train.loop.watch import Stopped
from train.preview import as_objects, preview
from train.ready import Ready, full_share


def data_stats(ready: Ready, *, texts: bool) -> dict[str, Any]:
    """Return what is known before the first step; without ``texts`` the preview has only counts.

    ``{"rows": 512, "tokens": 41211, "trained_tokens": 12030, "truncated": 3, "packs": 41, "steps": 63, ...}``
    """
    prepared, plan = ready.prepared, ready.plan
    examples, encoder = prepared.examples, prepared.encoder
    validation = prepared.validation
    config = ready.config
    first = batches_of(examples.lengths, config.training, plan.packing, config.data.max_tokens, config.seed, 0)
    return {
        "schema_version": SCHEMA_VERSION,
        "rows": len(examples),
        "rehearsal_rows": prepared.rehearsal,
        "validation_rows": 0 if validation is None else len(validation),
        "tokens": int(examples.lengths.sum()),
        "trained_tokens": int(examples.trained.sum()),
        "truncated": int((examples.cut > 0).sum()),
        "truncated_tokens": int(examples.cut.sum()),
        "truncated_trained_tokens": int(examples.cut_trained.sum()),
        "packing": plan.packing,
        "packing_check": None if ready.check is None else ready.check.as_json(),
        "packs": sum(map(len, first)),
        "full": round(full_share(ready), 4),
        "steps": len(plan.steps),
        "epochs": plan.epochs,
        "parameters": ready.parameters.all,
        "trainable_parameters": ready.parameters.trained,
        "mask_source": encoder.mask_source,
        "template_sha256": encoder.template_sha256,
        "model": prepared.base.as_json(),
        "dtype": ready.place.dtype,
        "findings": [one.as_json() for one in prepared.findings],
        "preview": as_objects(preview(examples, encoder.tokenizer), texts=texts),
    }


def result_stats(state: State, stopped: Stopped) -> dict[str, Any]:
    """Return what came of the steps."""
    best = state.step if state.best is None else state.best
    return {
        "best_step": best,
        "steps_done": state.step,
        "tokens_seen": state.tokens,
        "trained_tokens_seen": state.trained,
        "stopped": stopped.as_json(),
        "loss": loss_at(state, best),
        "base_eval_loss": dict(state.losses).get(0),
        "eval_loss": dict(state.losses).get(best),
        "base_suites": state.suites,
        "suites": next((line["suites"] for line in state.lines if line["step"] == best and "suites" in line), {}),
    }


def loss_at(state: State, step: int) -> float | None:
    """Return the training loss of a step; None where it was not made."""
    return next((line["loss"] for line in state.lines if line["step"] == step and "loss" in line), None)
