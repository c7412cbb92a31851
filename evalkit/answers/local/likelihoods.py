"""Log-likelihoods of choices and references by a local model, each distinct one computed once."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from curate.core.run.progress import Progress
from evalkit.answers.generation import Generation
from evalkit.answers.item import Item, Said
from evalkit.answers.likelihood import Continuation, Scored, conditions, continuations, delivered
from evalkit.answers.local.machine import Machine
from evalkit.answers.local.template import Template
from evalkit.answers.local.windows import Window, batches, scores, windows

Pairs = list[tuple[Continuation, bytes]]


def take_likelihoods(
    machine: Machine,
    template: Template,
    generation: Generation,
    items: Sequence[Item],
    contexts: Mapping[int, str],
    said: Sequence[Said],
    progress: Progress | None,
) -> dict[str, int]:
    """Write the likelihoods that are wanted to what is said; return how many there were, and were kept before."""
    asked: dict[str, Pairs] = {}  # by the conditions under which they are taken
    rows: dict[bytes, list[Window]] = {}
    tokens: dict[bytes, int] = {}
    for one in continuations(items, generation):
        if one.place not in contexts:
            continue  # the template refused it
        item = items[one.place]
        space = template.delimiter(item, contexts[one.place]) if one.choice is not None else ""
        ids, context = template.joined(contexts[one.place], space + one.text, item)
        first = max(context, 1)
        key = machine.key("likelihood", ids, first, machine.window, machine.stride)
        rows[key] = list(windows(len(rows), ids, first, machine.window, machine.stride))
        tokens[key] = len(ids) - first
        asked.setdefault(_conditions(machine, template, item), []).append((one, key))
    kept = {key: float(body) for key in rows if (body := machine.kept(key)) is not None}
    sums = _summed(machine, rows, kept, progress)
    for told, pairs in asked.items():
        delivered(items, said, [(one, Scored(sums[key], tokens[key])) for one, key in pairs], told)
    return {"likelihoods": len(rows), "likelihoods_cached": len(kept)}


def _conditions(machine: Machine, template: Template, item: Item) -> str:
    bare = template.is_bare(item)
    return conditions(
        template=template.name(item),
        bos=template.bos if bare else "template",
        window=machine.window,
        stride=machine.stride,
        delimiter="space" if bare else "none",
    )


def _summed(
    machine: Machine, rows: Mapping[bytes, list[Window]], kept: Mapping[bytes, float], progress: Progress | None
) -> dict[bytes, float]:
    """Return the log-likelihood of each text, kept as soon as its last window is done.

    Batches are the same whatever was kept before: the last digits of a sum must not follow where a run stopped.
    """
    keys = list(rows)
    parts: dict[int, list[float]] = {owner: [] for owner in range(len(keys))}
    flat = [one._replace(owner=owner) for owner, key in enumerate(keys) for one in rows[key]]
    sums = dict(kept)
    for batch in batches(flat, machine.settings.batch_size, machine.facts.vocabulary):
        if all(keys[one.owner] in kept for one in batch):
            continue
        loaded = machine.loaded
        try:
            values = scores(loaded, batch)
        except loaded.torch.OutOfMemoryError as error:
            raise machine.out_of_memory() from error
        for one, value in zip(batch, values, strict=True):
            parts[one.owner].append(value)
            key = keys[one.owner]
            if len(parts[one.owner]) == len(rows[key]) and key not in kept:
                sums[key] = math.fsum(parts[one.owner])
                machine.keep(key, sums[key], (len(one.ids), 0))
        if progress:
            progress.tell("scoring texts", len(sums), len(keys))
    return sums
