"""What an endpoint can do, found out by asking: many servers ignore a field that they do not know, and answer 200."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Literal, NamedTuple

import orjson

from curate.core.chat.layers.store import Store
from curate.core.chat.reply import Chat, Reply
from curate.core.chat.request import Request, chat_request, completion_request, identity
from curate.core.chat.settings import ChatSettings
from curate.core.run.errors import ThresherError

State = Literal["available", "unavailable", "unproven", "unknown"]
_LETTERS = [{"role": "user", "content": "Write twelve random letters, and nothing else."}]
_RAIN = [{"role": "user", "content": "Write a sentence about rain."}]
_PROVERB = "All that glitters is not gold."
_SCHEMA = {
    "type": "object",
    "properties": {"sort": {"type": "string", "enum": ["thresher-probe"]}},
    "required": ["sort"],
    "additionalProperties": False,
}


class Finding(NamedTuple):
    """Whether a capability is there, and how that showed."""

    state: State
    how: str


class Capabilities(NamedTuple):
    """What an endpoint can do beside answering."""

    logprobs: Finding
    response_format: Finding
    n: Finding
    seed: Finding

    @property
    def missing(self) -> list[str]:
        """Return the names of those that are not proven to be there."""
        return [name for name, finding in self._asdict().items() if finding.state != "available"]

    def require(self, *names: str) -> None:
        """Raise ThresherError if one of these is not there."""
        for name in names:
            finding: Finding = getattr(self, name)
            if finding.state != "available":
                raise ThresherError(
                    f"the endpoint's {name} is {finding.state}: {finding.how}",
                    hint="use another server, or leave out what needs it",
                )


async def probe(settings: ChatSettings, chat: Chat, store: Store) -> Capabilities:
    """Return what the endpoint can do; six small requests, the first time."""
    key = hashlib.sha256(b"probe 1\n" + identity(settings) + b"\n" + settings.model.encode()).digest()
    if (kept := store.probed(key)) is not None:
        return Capabilities(*(Finding(*finding) for finding in orjson.loads(kept)))
    found = Capabilities(
        logprobs=await _one(chat, chat_request(_short(settings), _LETTERS, logprobs=2), _has_logprobs),
        response_format=await _one(chat, chat_request(_short(settings), _RAIN, schema=_SCHEMA), _keeps_schema),
        n=await _one(chat, chat_request(_short(settings), _LETTERS, n=2), _has_two),
        seed=await _seed(settings, chat),
    )
    if all(finding.state != "unknown" for finding in found):
        store.keep_probe(key, orjson.dumps([list(finding) for finding in found]), settings.model)
    return found


async def probe_echo(settings: ChatSettings, chat: Chat, store: Store) -> Finding:
    """Return whether the endpoint tells log-probabilities of a prompt; one small request, the first time.

    The chat is one without a breaker: an endpoint that has no ``/completions`` may well answer chats.
    """
    key = hashlib.sha256(b"probe echo 1\n" + identity(settings) + b"\n" + settings.model.encode()).digest()
    if (kept := store.probed(key)) is not None:
        return Finding(*orjson.loads(kept))
    reply = await chat.reply(completion_request(settings, _PROVERB, echo=True))
    found = _no_completions(reply) or _refused(reply) or _echoes(reply)
    if found.state != "unknown" and (reply.failure is None or reply.failure.kind != "server_error"):  # that may pass
        store.keep_probe(key, orjson.dumps(list(found)), settings.model)
    return found


def _no_completions(reply: Reply) -> Finding | None:
    failed = reply.failure is not None and reply.failure.kind in ("not_found", "server_error", "malformed")
    return Finding("unavailable", "the endpoint does not answer /completions with echo") if failed else None


def _echoes(reply: Reply) -> Finding:
    tokens = reply.choices[0].logprobs or []
    told = [one for one in tokens if isinstance(one.get("logprob"), int | float) and one["offset"] < len(_PROVERB)]
    if not reply.choices[0].said.startswith(_PROVERB) or len(told) < 3:
        return Finding("unavailable", "ignored: the reply does not tell log-probabilities of the prompt")
    return Finding("available", "the reply tells a log-probability of each token of the prompt")


def _short(settings: ChatSettings) -> ChatSettings:
    return settings.model_copy(update={"max_output_tokens": 32, "temperature": 1.0, "seed": None})


async def _one(chat: Chat, request: Request, judge: Callable[[Reply], Finding]) -> Finding:
    reply = await chat.reply(request)
    return _refused(reply) or judge(reply)


def _refused(reply: Reply) -> Finding | None:
    if reply.failure is None:
        return None
    if reply.failure.kind == "rejected":
        return Finding("unavailable", f"refused: {reply.failure.detail}")
    return Finding("unknown", f"the probe failed: {reply.failure.kind}")


def _has_logprobs(reply: Reply) -> Finding:
    tokens = reply.choices[0].logprobs
    if not tokens:
        return Finding("unavailable", "ignored: the reply has no log-probabilities")
    if len(tokens[0].get("top_logprobs") or []) < 2:
        return Finding("unavailable", "the reply has log-probabilities, but no alternatives")
    return Finding("available", "the reply has two alternatives a token")


def _keeps_schema(reply: Reply) -> Finding:
    if reply.fault is None:
        return Finding("available", "the reply kept a schema that its prompt does not tell")
    if not reply.choices[0].said.strip():
        return Finding("unproven", f"the reply is {reply.fault.kind}")
    return Finding("unavailable", f"ignored: the reply to a schema is {reply.fault.kind}")


def _has_two(reply: Reply) -> Finding:
    count = len(reply.choices)
    return Finding("available" if count == 2 else "unavailable", f"asked for 2 choices, got {count}")


async def _seed(settings: ChatSettings, chat: Chat) -> Finding:
    said = []
    for seed in (1, 1, 2):
        reply = await chat.reply(chat_request(_short(settings), _LETTERS, seed=seed))
        if (refused := _refused(reply)) is not None:
            return refused
        said.append(reply.choices[0].said)
    if not all(said):
        return Finding("unproven", "the replies are empty")
    if said[0] != said[1]:
        return Finding("unavailable", "ignored: the same seed gave two replies")
    if said[0] == said[2]:
        return Finding("unproven", "two seeds gave the same reply")
    return Finding("available", "the same seed gave the same reply, another seed another")
