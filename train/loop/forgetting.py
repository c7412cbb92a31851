"""What a model in memory still knows: shares of the items of suites, answered greedily, at every evaluation."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import torch

from curate.core.run.errors import ConfigError, nearest
from evalkit.answers.generation import Generation
from evalkit.answers.item import Item
from evalkit.answers.local.decoding import Asked, batches, decode
from evalkit.answers.local.facts import NO_LIMIT, positions
from evalkit.answers.local.loaded import Loaded
from evalkit.answers.local.template import Template
from evalkit.answers.local.weights import imported
from evalkit.metrics import make_metric
from evalkit.predictions import Answer, to_frame
from evalkit.score import score
from evalkit.suites import SUITES
from evalkit.suites.items import drawn
from train.config import TrainConfig

_OTHER_ITEMS = 1_000_003  # added to the seed: what stops a run is not what a gate judges later
_AT_ONCE = 16


class Suites:
    """The items of the suites that a configuration names."""

    def __init__(self, config: TrainConfig, tokenizer: Any) -> None:
        table = config.evaluation
        self._tokenizer = tokenizer
        self._items = {name: _items(name, table.items, config.seed + _OTHER_ITEMS) for name in table.suites}
        self._most = table.answer_tokens
        self._template = Template(tokenizer, Generation()) if table.suites else None

    def measure(self, model: Any, device: str) -> dict[str, float]:
        """Return the share of each suite's items that the model answers right; {} where none is named.

        An empty answer is a wrong one: a model that falls silent has forgotten all.
        """
        if self._template is None:
            return {}
        _, transformers = imported()
        loaded = Loaded(model.eval(), self._tokenizer, torch, transformers, device)
        inner = model.get_base_model() if hasattr(model, "get_base_model") else model
        kept = model.generation_config, inner.generation_config
        try:
            return {name: self._share(items, loaded) for name, items in self._items.items()}
        finally:
            model.generation_config, inner.generation_config = kept

    def _share(self, items: Sequence[dict[str, Any]], loaded: Loaded) -> float:
        template = self._template
        if template is None:
            raise ConfigError("no suite is named")
        window = positions(loaded.model.config.to_dict()) or NO_LIMIT
        asked: dict[int, Asked] = {}
        for at, one in enumerate(items):
            item = Item(one["id"], prompt=one["prompt"])
            ids = tuple(template.tokens(template.rendered(item), item))
            if len(ids) < window:
                asked[at] = Asked(ids, min(self._most, window - len(ids)), None)
        ends = template.ends(())
        said: dict[int, str] = {}
        for some in batches(asked, _AT_ONCE, window):
            made = decode(loaded, [asked[at] for at in some], ends, (), 0.0)
            said |= {at: one.text for at, one in zip(some, made, strict=True)}
        answers = [
            Answer(one["id"], said.get(at, ""), prompt=one["prompt"], check=json.dumps(one["check"]))
            for at, one in enumerate(items)
        ]
        value = score(to_frame(answers, "suite"), [make_metric("check")]).scores[0].value
        return round(float(value or 0.0), 6)


def _items(name: str, count: int, seed: int) -> list[dict[str, Any]]:
    if name not in SUITES:
        raise ConfigError(f"no suite is called {name!r}{nearest(name, list(SUITES))}", hint="thresher suites")
    suite = SUITES[name]
    if suite.kind not in ("procedural", "written"):
        raise ConfigError(f"the suite {name} is read from a file: a run cannot watch it", hint="thresher eval can")
    return drawn(suite, count if suite.size is None else min(count, suite.size), seed)
