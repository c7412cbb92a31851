"""``requests.jsonl``: a line for each request, and the sums that a report shows. No key; no text unless asked for.

{"request":"9f2c..","model":"m","cached":false,"attempts":2,"seconds":0.41,"finish":"stop","fault":null,"status":null,
"prompt_tokens":52,"completion_tokens":17,"cost":0.0000182}
"""

from __future__ import annotations

import os
from array import array
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson

from curate.core.chat.layers.budget import Spent
from curate.core.chat.reply import FAULTS, Reply
from curate.core.chat.request import Request
from curate.core.chat.settings import ChatSettings, Prices


@dataclass
class Summary:
    """What the requests of a run came to."""

    prices: Prices | None
    spent: Spent
    replies: int = 0
    answers: int = 0
    cached: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    seconds: array[float] = field(default_factory=lambda: array("d"))  # of each answer that was sent for

    def add(self, reply: Reply) -> None:
        """Count a reply."""
        self.replies += 1
        self.cached += reply.cached
        if reply.fault:
            self.faults[reply.fault.kind] += 1
        else:
            self.answers += 1
        if not (reply.cached or reply.failure):
            self.seconds.append(reply.seconds)

    def as_json(self) -> dict[str, Any]:
        """Return the sums; null where nothing was measured, and no cost where no price is known."""
        spent, prices = self.spent, self.prices
        cost = prices and {
            "value": prices.cost(spent.prompt, spent.completion),
            "at_most": prices.cost(spent.prompt + spent.unsure_prompt, spent.completion + spent.unsure_completion),
            "currency": prices.currency,
            "prices_of": prices.date.isoformat(),
        }
        return {
            "requests": self.replies,
            "answers": self.answers,
            "cached": self.cached,
            "faults": dict(sorted(self.faults.items())),
            "success_rate": self.answers / self.replies if self.replies else None,
            "sent": spent.requests,
            "latency_p50": percentile(self.seconds, 0.50),
            "latency_p95": percentile(self.seconds, 0.95),
            "prompt_tokens": spent.prompt,
            "completion_tokens": spent.completion,
            "cost": cost,
        }

    def text(self) -> str:
        """Return the sums as lines for a person."""
        told = self.as_json()
        share = f" ({told['success_rate']:.1%})" if self.replies else ""
        lines = [f"{self.replies:,} requests: {self.answers:,} answers{share}, {self.cached:,} from the cache"]
        lines.append(f"sent: {self.spent.requests:,}, repeated attempts included")
        lines += [f"  {kind}: {count:,}. {FAULTS[kind].sentence}" for kind, count in sorted(self.faults.items())]
        if self.seconds:
            lines.append(f"latency: median {told['latency_p50']:.2f} s, 95th percentile {told['latency_p95']:.2f} s")
        lines.append(f"tokens: {self.spent.prompt:,} of prompts, {self.spent.completion:,} of answers")
        lines.append(cost_line(told["cost"]))
        return "\n".join(lines)


def cost_line(cost: dict[str, Any] | None) -> str:
    """Return in words what requests cost, and what those may have cost on top that ended without an answer."""
    if cost is None:
        return "cost: not known, for no prices are given ([chat.prices])"
    line = f"cost: {cost['value']:.4f} {cost['currency']} at prices of {cost['prices_of']}"
    unsure = cost["at_most"] - cost["value"]
    return f"{line}; at most {unsure:.4f} more for requests that ended without an answer" if unsure else line


def percentile(values: array[float], share: float) -> float | None:
    """Return the smallest value that at least this share of the values does not pass (nearest rank)."""
    rank = max(0, -int(-share * len(values) // 1) - 1)
    return sorted(values)[rank] if values else None


class Log:
    """Writes a line for each reply, in the order they came."""

    def __init__(self, path: Path | None, settings: ChatSettings) -> None:
        self._settings = settings
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_TRUNC
        self._file = None if path is None else os.open(path, flags, 0o600)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            os.close(self._file)

    def write(self, request: Request, reply: Reply) -> None:
        """Write what came of a request."""
        if self._file is None:
            return
        fault, usage, prices = reply.fault, reply.usage, self._settings.prices
        line = {
            "request": request.key.hex(),
            "model": request.body["model"],
            "cached": reply.cached,
            "attempts": reply.attempts,
            "seconds": round(reply.seconds, 4),
            "finish": reply.finish,
            "fault": fault and fault.kind,
            "status": fault and fault.status,
            "prompt_tokens": usage and usage.prompt,
            "completion_tokens": usage and usage.completion,
            "cost": None if prices is None or usage is None else 0.0 if reply.cached else prices.cost(*usage),
        }
        if self._settings.log_text:
            line |= {
                "body": request.body,
                "said": [one.said for one in reply.choices],
                "detail": fault and fault.detail,
            }
        os.write(self._file, orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
