"""Answers of a local model to many prompts at once; each row ends, and draws, by itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from evalkit.answers.local.loaded import Loaded

Key = TypeVar("Key")


class Asked(NamedTuple):
    """One prompt, as it is given to the model."""

    ids: tuple[int, ...]
    most: int  # tokens of the answer
    draw: int | None  # where its draws start; None: the likeliest token each time


class Answered(NamedTuple):
    """What the model wrote."""

    text: str
    tokens: int
    finish: str  # stop, or length


def batches(asked: Mapping[Key, Asked], rows: int, window: int) -> Iterator[list[Key]]:
    """Yield the keys of prompts that are answered together, longest first: what does not fit into memory shows at once.

    A row that is done grows on with its batch, and a model that has learned its positions has none past its window:
    with the longest prompt stand those alone whose answers it leaves room for.
    """
    held: list[Key] = []
    for key in sorted(asked, key=lambda key: -len(asked[key].ids)):
        most = max(asked[one].most for one in (*held, key))
        if held and (len(held) == rows or len(asked[held[0]].ids) + most > window):
            yield held
            held = []
        held.append(key)
    if held:
        yield held


def decode(
    loaded: Loaded, asked: Sequence[Asked], ends: list[int], stop: Sequence[str], temperature: float | None
) -> list[Answered]:
    """Return an answer to each prompt of a batch."""
    torch, transformers = loaded.torch, loaded.transformers
    batch = loaded.padded([list(one.ids) for one in asked])
    width = batch["input_ids"].shape[1]
    settings = transformers.GenerationConfig(
        max_new_tokens=max(one.most for one in asked),
        do_sample=False,
        num_beams=1,
        eos_token_id=ends or None,
        pad_token_id=loaded.pad,
    )
    loaded.model.generation_config = settings  # what is left open is filled from here: no penalty, no draw of its own
    draws = [] if temperature == 0 or temperature is None else [_Draws(loaded, asked, temperature)]
    with torch.inference_mode():
        made = loaded.model.generate(
            **batch,
            generation_config=settings,
            logits_processor=transformers.LogitsProcessorList(draws),
            stopping_criteria=transformers.StoppingCriteriaList([_Ends(loaded, asked, width, stop)]),
        )
    return [
        _answered(loaded, row, one, set(ends), stop) for row, one in zip(made[:, width:].tolist(), asked, strict=True)
    ]


def _answered(loaded: Loaded, row: list[int], one: Asked, ends: set[int], stop: Sequence[str]) -> Answered:
    end = next((place for place, token in enumerate(row) if token in ends), None)
    ids = row[: one.most] if end is None or end >= one.most else row[:end]
    stopped = _tokens_until(loaded, ids, stop)
    kept = ids if stopped is None else ids[:stopped]
    text = loaded.tokenizer.decode(kept, skip_special_tokens=True, clean_up_tokenization_spaces=False)
    places = [place for word in stop if (place := text.find(word)) >= 0]
    if places or stopped is not None:  # a stop that is a special token stands in no text
        return Answered(text[: min(places, default=len(text))], len(kept), "stop")
    is_whole = end is not None and end < one.most
    return Answered(text, len(ids) + is_whole, "stop" if is_whole else "length")


def _tokens_until(loaded: Loaded, ids: list[int], stop: Sequence[str]) -> int | None:
    """Return how many tokens were made until a stop string was whole, special tokens spelt out; None if none is."""

    def has_stop(count: int) -> bool:
        text = loaded.tokenizer.decode(ids[:count], clean_up_tokenization_spaces=False)
        return any(word in text for word in stop)

    if not stop or not has_stop(len(ids)):
        return None
    return next(count for count in range(1, len(ids) + 1) if has_stop(count))


class _Draws:
    """Adds Gumbel noise to the scores of each row, from its own seed: the highest is then a draw of the softmax.

    Drawn so, a row's answer does not depend on the rows beside it, as it would by one stream of draws for a batch.
    """

    def __init__(self, loaded: Loaded, asked: Sequence[Asked], temperature: float) -> None:
        self._torch = loaded.torch
        self._temperature = temperature
        self._streams = [loaded.torch.Generator().manual_seed(one.draw or 0) for one in asked]

    def __call__(self, input_ids: Any, scores: Any) -> Any:
        torch, size = self._torch, scores.shape[-1]
        noise = torch.stack([-torch.empty(size).exponential_(generator=one).log() for one in self._streams])
        return scores.float() / self._temperature + noise.to(scores.device)


class _Ends:
    """Says which rows are done: those with all their tokens, or with a stop string."""

    def __init__(self, loaded: Loaded, asked: Sequence[Asked], width: int, stop: Sequence[str]) -> None:
        self._loaded = loaded
        self._most = [one.most for one in asked]
        self._width = width
        self._stop = stop
        self._tail = max((len(word.encode()) for word in stop), default=0) + 4  # a token may end within a character
        self._done = [False] * len(asked)

    def __call__(self, input_ids: Any, scores: Any, **_: Any) -> Any:
        count = input_ids.shape[1] - self._width
        tails = input_ids[:, -min(count, self._tail) :].tolist() if self._stop else [[]] * len(self._done)
        for row, tail in enumerate(tails):
            if not self._done[row]:
                self._done[row] = count >= self._most[row] or self._stopped(tail)
        return self._loaded.torch.tensor(self._done, device=input_ids.device)

    def _stopped(self, tail: list[int]) -> bool:
        text = self._loaded.tokenizer.decode(tail, clean_up_tokenization_spaces=False) if self._stop else ""
        return any(word in text for word in self._stop)
