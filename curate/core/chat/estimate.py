"""The dry run: what the requests would use and cost, and three of them in full. Nothing is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from curate.core.chat.layers.store import Store
from curate.core.chat.probe import kept_findings, probe_requests
from curate.core.chat.request import Request
from curate.core.chat.settings import ChatSettings
from curate.core.chat.tokens import estimated_tokens, token_counter
from curate.core.command.terminal import harmless

EXAMPLES = 3


@dataclass(frozen=True)
class Estimate:
    """What a run would use. Repeated attempts after failures come on top."""

    requests: int
    cached: int  # have a reply already
    repeated: int  # equal to an earlier one
    probes: int  # sent before the others, to find out what the endpoint can do
    prompt_tokens: int
    counted_by: str
    output_tokens: int  # at the worst: every answer as long as it may be
    cost: float | None  # of both; None where no price is known
    currency: str
    prices_of: str
    beyond: tuple[str, ...]  # limits of the budget that this would pass
    examples: tuple[Request, ...]

    @property
    def sent(self) -> int:
        """Return the number of requests that would be sent, probes included."""
        return self.requests - self.cached - self.repeated + self.probes

    def as_json(self) -> dict[str, Any]:
        """Return the numbers, and the examples as they would be sent."""
        cost = (
            None
            if self.cost is None
            else {"at_most": self.cost, "currency": self.currency, "prices_of": self.prices_of}
        )
        return {
            "requests": self.requests,
            "cached": self.cached,
            "repeated": self.repeated,
            "probes": self.probes,
            "sent": self.sent,
            "prompt_tokens": {"value": self.prompt_tokens, "counted_by": self.counted_by},
            "output_tokens_at_most": self.output_tokens,
            "cost": cost,
            "beyond_budget": list(self.beyond),
            "examples": [request.body for request in self.examples],
        }

    def text(self) -> str:
        """Return the numbers and the examples for a person."""
        known = (
            f"{self.requests:,} requests: {self.cached:,} have a reply in the cache, {self.repeated:,} repeat another"
        )
        probes = f", {self.probes:,} of them to find out what the endpoint can do" if self.probes else ""
        lines = [
            f"{known}, {self.sent:,} would be sent{probes}",
            f"prompt tokens: {self.prompt_tokens:,} ({self.counted_by})",
            f"answer tokens: {self.output_tokens:,} at most",
            self._cost_line(),
            *(f"beyond the budget: {limit}" for limit in self.beyond),
        ]
        for number, request in enumerate(self.examples, 1):
            lines += ["", f"example {number} of {len(self.examples)}:", *_prompt(request)]
        return "\n".join(lines)

    def _cost_line(self) -> str:
        if self.cost is None:
            return "cost: not known, for no prices are given ([chat.prices])"
        return f"cost: {self.cost:.4f} {self.currency} at most, at prices of {self.prices_of}"


def _prompt(request: Request) -> list[str]:
    bare = request.body.get("input") or [request.body.get("prompt", "")]
    turns = request.body.get("messages") or [{"role": "text", "content": text} for text in bare]
    told = (f"[{turn['role']}] {turn.get('content')}" for turn in turns)
    return [f"  {harmless(line)}" for text in told for line in text.split("\n")]


def estimate(
    settings: ChatSettings, requests: Sequence[Request], folder: Path, relied_on: Sequence[str] = ()
) -> Estimate:
    """Return what asking these requests would use, of an endpoint whose capabilities ``relied_on`` are found out first.

    Raises:
        ConfigError: the tokenizer of the settings cannot be used.
    """
    path = settings.cache_path(folder)
    fresh = {request.key: request for request in reversed(requests)}
    distinct, known = len(fresh), set[str]()
    if path.exists():
        with Store(path) as store:
            fresh = {key: request for key, request in fresh.items() if store.get(key) is None}
            known |= kept_findings(settings, store, relied_on).keys()
    fresh_ones = list(reversed(fresh.values()))
    probes = probe_requests(settings, [name for name in relied_on if name not in known] if fresh_ones else [])
    sent = [*probes, *fresh_ones]
    count = estimated_tokens if settings.tokenizer is None else token_counter(folder / settings.tokenizer)
    counts = list(map(count, sent))
    prompt, output = sum(counts), sum(request.max_output for request in sent)
    # The budget sets the bytes of a prompt aside while it is on its way, and counts its tokens once they are told.
    aside = max((request.max_prompt - tokens for request, tokens in zip(sent, counts, strict=True)), default=0)
    prices = settings.prices
    cost = None if prices is None else prices.cost(prompt, output)
    return Estimate(
        requests=len(requests),
        cached=distinct - len(fresh_ones),
        repeated=len(requests) - distinct,
        probes=len(probes),
        prompt_tokens=prompt,
        counted_by="estimated: 4 ASCII characters a token"
        if settings.tokenizer is None
        else "counted by the tokenizer",
        output_tokens=output,
        cost=cost,
        currency=prices.currency if prices else "",
        prices_of=prices.date.isoformat() if prices else "",
        beyond=tuple(_beyond(settings, len(sent), prompt + max(aside, 0), output)),
        examples=tuple(_spread(fresh_ones or list(requests))),
    )


def _beyond(settings: ChatSettings, requests: int, prompt: int, output: int) -> list[str]:
    budget, prices = settings.budget, settings.prices
    limits = {
        "max_requests": (budget.max_requests, requests),
        "max_tokens": (budget.max_tokens, prompt + output),
        "max_cost": (budget.max_cost, prices.cost(prompt, output) if prices else 0.0),
    }
    return [f"{name} = {most:,g}" for name, (most, needed) in limits.items() if most is not None and needed > most]


def _spread(requests: Sequence[Request]) -> list[Request]:
    """Return the first, the middle and the last request."""
    last = len(requests) - 1
    return [requests[place] for place in sorted({0, last // 2, last})] if requests else []
