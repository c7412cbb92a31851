"""Answers of weights on this machine: batched by length, cached under the hash of the weights."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from curate.core.run.progress import Progress
from evalkit.answers.generation import Generation
from evalkit.answers.item import Item, Said, fault
from evalkit.answers.local.calls import REFUSALS
from evalkit.answers.local.decoding import Answered, Asked, batches, decode
from evalkit.answers.local.likelihoods import take_likelihoods
from evalkit.answers.local.machine import LocalSettings, Machine
from evalkit.answers.local.template import Template


class Local:
    """A model in a folder, with an adapter on it if one is named."""

    def __init__(self, spec: str, generation: Generation, settings: LocalSettings, cache: Path) -> None:
        self._generation = generation
        self._machine = Machine(spec, settings, cache)
        self._template = Template(self._machine.tokenizer, generation)
        self._ends = self._template.ends(self._machine.facts.ends)
        self._counts: dict[str, int] = {}
        self._seconds = 0.0

    def open(self, log: Path) -> Self:
        """Open the cache; there is no request to log."""
        self._machine.open()
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._machine.close()

    @property
    def model(self) -> dict[str, Any]:
        """Return the hashes of weights, adapter, tokenizer and template, in which numbers it runs, and where."""
        machine = self._machine
        told = machine.weights.as_json() | {"template_sha256": self._template.sha256}
        return told | {"dtype": machine.dtype, "device": machine.device}

    def answer(self, items: Sequence[Item], progress: Progress | None = None) -> list[Said]:
        """Return what the model says to each item."""
        started = time.perf_counter()
        said = [Said() for _ in items]
        contexts = {
            place: context
            for place, item in enumerate(items)
            if (context := self._rendered(item, said[place])) is not None
        }
        if self._generation.answers:
            self._answer(items, contexts, said, progress)
        self._counts |= take_likelihoods(
            self._machine, self._template, self._generation, items, contexts, said, progress
        )
        self._seconds = time.perf_counter() - started
        return said

    def _rendered(self, item: Item, said: Said) -> str | None:
        try:
            return self._template.rendered(item)
        except REFUSALS as error:
            said.fault = fault(
                "template", f"the chat template refuses the messages: {str(error) or type(error).__name__}"[:200]
            )
            return None

    def _answer(
        self, items: Sequence[Item], contexts: Mapping[int, str], said: list[Said], progress: Progress | None
    ) -> None:
        asked: dict[int, Asked] = {}
        for place, context in contexts.items():
            if items[place].choices:
                continue
            if items[place].asks_nothing:
                said[place].fault = fault("empty_prompt")
                continue
            ids = self._template.tokens(context, items[place])
            room = self._machine.facts.window - len(ids)
            if room < 1:
                told = f"{len(ids):,} tokens; the model sees {self._machine.facts.window:,}"
                said[place].fault = fault("too_long", told)
                continue
            asked[place] = self._asked(ids, room, items[place])
        keys = {place: self._key(one) for place, one in asked.items()}
        distinct = {key: asked[place] for place, key in keys.items()}
        found = self._found(distinct, progress)
        for place, key in keys.items():
            _write(said[place], found[key], len(asked[place].ids))

    def _asked(self, ids: list[int], room: int, item: Item) -> Asked:
        draw = None if self._generation.temperature == 0 else self._generation.draw_of(item)
        return Asked(tuple(ids), min(self._generation.max_tokens, room), draw)

    def _key(self, asked: Asked) -> bytes:
        wanted = self._generation
        return self._machine.key("answer", list(asked), self._ends, wanted.stop, wanted.temperature)

    def _found(self, asked: Mapping[bytes, Asked], progress: Progress | None) -> dict[bytes, Answered]:
        """Return the answers to distinct prompts, those of a batch kept as soon as it is done.

        Batches are the same whatever the cache has: last digits, and so ties, must not follow where a run stopped.
        """
        machine, wanted = self._machine, self._generation
        found = {key: Answered(*body) for key in asked if (body := machine.kept(key)) is not None}
        self._counts = {"answers": len(asked), "cached": len(found), "tokens": 0}
        for keys in batches(asked, machine.settings.batch_size, machine.facts.window):
            if all(key in found for key in keys):
                continue
            loaded = machine.loaded
            try:
                made = decode(loaded, [asked[key] for key in keys], self._ends, wanted.stop, wanted.temperature)
            except loaded.torch.OutOfMemoryError as error:
                raise machine.out_of_memory() from error
            for key, one in zip(keys, made, strict=True):
                if key in found:
                    continue
                machine.keep(key, list(one), (len(asked[key].ids), one.tokens))
                found[key] = one
                self._counts["tokens"] += one.tokens
            if progress:
                progress.tell("answering", len(found), len(asked))
        return found

    def summary(self) -> list[str]:
        """Return what was answered, and how fast."""
        counts, seconds = self._counts, self._seconds
        lines = []
        if "answers" in counts:
            lines.append(
                f"{counts['answers']:,} distinct prompts answered, {counts['cached']:,} of them from the cache"
            )
        if counts["likelihoods"]:
            kept = counts["likelihoods_cached"]
            lines.append(f"{counts['likelihoods']:,} distinct log-likelihoods, {kept:,} of them from the cache")
        if counts.get("tokens") and seconds:
            lines.append(f"{counts['tokens']:,} tokens in {seconds:,.1f} s")
        return lines

    def run(self) -> dict[str, Any]:
        """Return counts, seconds, and the libraries behind the numbers."""
        return {"local": self._counts | {"seconds": round(self._seconds, 3)}, "versions": self._machine.versions}


def _write(said: Said, made: Answered, prompt: int) -> None:
    """Write an answer; one without a visible character is a fault, as of an endpoint."""
    said.finish = made.finish
    said.usage = {"prompt_tokens": prompt, "completion_tokens": made.tokens}
    if made.text.strip():
        said.prediction = made.text
    else:
        said.fault = fault("empty" if made.finish == "stop" else "cut_at_length")
