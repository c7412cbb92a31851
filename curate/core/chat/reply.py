"""What came of a request: answers, or a fault in their place. A fault is a value, and never an answer."""

from __future__ import annotations

from array import array
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

import orjson

from curate.core.chat.request import Request


class Sort(NamedTuple):
    """What a sort of fault means for the run."""

    sentence: str
    retried: bool = False
    replied: bool = False  # the model did reply: it is billed, and asking again would get the same
    maybe_billed: bool = False  # nobody knows: the budget counts the worst case


FAULTS = {
    "refused": Sort("The model declined, and said so in the field for it.", replied=True),
    "filtered": Sort("A content filter stopped the answer.", replied=True),
    "cut_at_length": Sort("The answer reached the limit of its tokens.", replied=True),
    "empty": Sort("The answer holds nothing but white space.", replied=True),
    "invalid_json": Sort("An answer that should be JSON is none.", replied=True),
    "breaks_schema": Sort("The answer is JSON, but not of the schema.", replied=True),
    "timed_out": Sort("No whole answer within the time allowed.", retried=True, maybe_billed=True),
    "dropped": Sort("The connection broke before the answer was whole.", retried=True, maybe_billed=True),
    "malformed": Sort("What came back is no reply of this protocol.", retried=True, maybe_billed=True),
    "server_error": Sort("The server failed (5xx).", retried=True),
    "rate_limited": Sort("Too many requests (429).", retried=True),
    "unreachable": Sort("No connection to the endpoint.", retried=True),
    "rejected": Sort("The endpoint takes no such request (4xx)."),
    "wrong_key": Sort("The endpoint refused the key (401)."),
    "forbidden": Sort("The key may not do this (403)."),
    "not_found": Sort("There is no such model or address (404)."),
    "no_credit": Sort("The account has no credit left."),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """Why there is no answer: one of `FAULTS`, and what the endpoint said."""

    kind: str
    detail: str = ""
    status: int | None = None  # of HTTP
    retry_after: float | None = None  # seconds that the server asks to wait

    @property
    def sort(self) -> Sort:
        """Return what this sort of fault means."""
        return FAULTS[self.kind]


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer of a model, or what it said in place of one."""

    said: str
    finish: str = ""
    fault: Fault | None = None
    logprobs: list[Any] | None = None  # a token each, as the endpoint tells them
    calls: list[Any] | None = None  # of tools

    @property
    def text(self) -> str | None:
        """Return the answer; None where there is a fault."""
        return None if self.fault else self.said


class Usage(NamedTuple):
    """Tokens that a request used."""

    prompt: int
    completion: int


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of one request. How it came (attempts, seconds) is told too, but two replies are equal without it."""

    choices: tuple[Choice, ...] = ()
    vectors: tuple[array[float], ...] = ()  # of embeddings: 32 bits a number
    usage: Usage | None = None
    model: str = ""  # as the endpoint names it
    fingerprint: str = ""
    failure: Fault | None = None  # of the request as a whole
    attempts: int = field(default=1, compare=False)
    seconds: float = field(default=0.0, compare=False)  # of the last attempt
    cached: bool = field(default=False, compare=False)

    @property
    def fault(self) -> Fault | None:
        """Return why there is no answer at all; None where there is one."""
        if self.failure or not self.choices or any(choice.fault is None for choice in self.choices):
            return self.failure
        return self.choices[0].fault

    @property
    def text(self) -> str | None:
        """Return the first answer; None where there is none."""
        return next((choice.said for choice in self.choices if choice.fault is None), None)

    @property
    def finish(self) -> str:
        """Return why the model stopped, as it says; empty where it did not reply."""
        return self.choices[0].finish if self.choices else ""


class Chat(Protocol):
    """Whatever replies to requests: a backend, or something around one."""

    async def reply(self, request: Request) -> Reply:
        """Return the reply; one that failed has a fault."""
        ...


def encode(reply: Reply) -> bytes:
    """Return a reply as the cache keeps it."""
    choices = [
        {
            "said": choice.said,
            "finish": choice.finish,
            "fault": choice.fault and [choice.fault.kind, choice.fault.detail],
            "logprobs": choice.logprobs,
            "calls": choice.calls,
        }
        for choice in reply.choices
    ]
    vectors = [b64encode(vector.tobytes()).decode() for vector in reply.vectors]
    told = {"choices": choices, "vectors": vectors, "usage": reply.usage and list(reply.usage)}
    return orjson.dumps({**told, "model": reply.model, "fingerprint": reply.fingerprint})


def decode(kept: bytes) -> Reply:
    """Return a reply that the cache kept."""
    told = orjson.loads(kept)
    choices = tuple(
        Choice(
            one["said"],
            one["finish"],
            Fault(*one["fault"]) if one["fault"] else None,
            one["logprobs"],
            one["calls"],
        )
        for one in told["choices"]
    )
    vectors = tuple(array("f", b64decode(vector)) for vector in told["vectors"])
    usage = Usage(*told["usage"]) if told["usage"] else None
    return Reply(choices, vectors, usage, told["model"], told["fingerprint"], attempts=0, cached=True)
