"""The loss of a batch: the sum over its trained tokens, which a step divides by all the tokens that it trains."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from typing import Any

import torch

from train.examples import Examples
from train.loop.batch import Batch, in_one_row, make_batch, trained_of
from train.loop.plan import Sequences
from train.model.place import Place


def batch_loss(model: Any, batch: Batch, place: Place) -> Any:
    """Return the cross-entropy summed over the trained tokens of a batch, in float32."""
    narrow = len(batch.keep) > 0 and keeps_logits(model)
    asked = {"logits_to_keep": batch.keep} if narrow else {}
    with place.reckoning():  # rows of a pack are kept apart only where there is no cache
        logits = model(**batch.given, use_cache=False, **asked).logits
    places = batch.places if narrow else batch.keep[batch.places]
    return torch.nn.functional.cross_entropy(logits[batch.rows, places].float(), batch.targets, reduction="sum")


def keeps_logits(model: Any) -> bool:
    """Say whether a model can be asked for some of its logits alone."""
    base = model.get_base_model() if hasattr(model, "get_base_model") else model
    return "logits_to_keep" in inspect.signature(base.forward).parameters


def summed_loss(
    model: Any, examples: Examples, batches: Iterable[Sequences], *, packed: bool, place: Place
) -> tuple[float, int]:
    """Return the summed loss of some batches, and over how many tokens; nothing is trained."""
    total, count, flat = 0.0, 0, in_one_row(model)
    model.eval()
    with torch.no_grad():
        for sequences in batches:
            trained = trained_of(examples, sequences)
            if trained:
                batch = make_batch(examples, sequences, packed=packed, device=place.device, flat=flat)
                total += float(batch_loss(model, batch, place))
                count += trained
    return total, count
