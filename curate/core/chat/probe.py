"""What an endpoint can do, found out by asking: many servers ignore a field that they do not know, and answer 200."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Literal, NamedTuple

import orjson

from curate.core.chat.layers.store import Store
from curate.core.chat.reply import Chat, Reply
from curate.core.chat.request import Request, chat_request, completion_request, identity
from curate.core.chat.settings import ChatSettings

REFUSALS = frozenset({"rejected", "not_found", "forbidden"})  # 4xx: of what is probed, until others answer the same
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


class Probe(NamedTuple):
    """How a capability is found out: what is asked, one request after another, and what the replies show."""

    requests: Callable[[ChatSettings], list[Request]]
    judge: Callable[[Sequence[Reply]], Finding]


def kept_findings(settings: ChatSettings, store: Store, names: Iterable[str]) -> dict[str, Finding]:
    """Return what the file of replies keeps of these capabilities."""
    found = {name: store.probed(_key(settings, f"probe 2 {name}")) for name in names}
    known = {name: Finding(*orjson.loads(told)) for name, told in found.items() if told is not None}
    if len(known) < len(found) and (whole := store.probed(_key(settings, "probe 1"))) is not None:
        order = ("logprobs", "response_format", "n", "seed")  # as earlier versions kept them, all in one
        earlier = dict(zip(order, orjson.loads(whole), strict=True))
        known |= {name: Finding(*earlier[name]) for name in found if name in earlier and name not in known}
    return known


def probe_requests(settings: ChatSettings, names: Iterable[str]) -> list[Request]:
    """Return what is asked to find out about these capabilities."""
    return [request for name in names for request in PROBES[name].requests(settings)]


async def probe(settings: ChatSettings, chat: Chat, store: Store, names: Sequence[str]) -> dict[str, Finding]:
    """Return what the endpoint can do of some capabilities; small requests, the first time.

    What is found out is kept, each by itself; a probe that failed is tried again by the next run, and so is one that
    an endpoint refuses as if it knew no such model.
    """
    known = kept_findings(settings, store, names)
    for name in names:
        if name not in known:
            replies: list[Reply] = []
            refused = None
            for request in PROBES[name].requests(settings):
                replies.append(await chat.reply(request))
                if (refused := _refused(replies[-1])) is not None:
                    break
            known[name] = found = refused or PROBES[name].judge(replies)
            failure = replies[-1].failure
            if found.state != "unknown" and (failure is None or failure.kind == "rejected"):
                store.keep_probe(_key(settings, f"probe 2 {name}"), orjson.dumps(list(found)), settings.model)
    return {name: known[name] for name in names}


def _key(settings: ChatSettings, probe: str) -> bytes:
    return hashlib.sha256(probe.encode() + b"\n" + identity(settings) + b"\n" + settings.model.encode()).digest()


async def probe_echo(settings: ChatSettings, chat: Chat, store: Store) -> Finding:
    """Return whether the endpoint tells log-probabilities of a prompt; one small request, the first time.

    The chat is one without a breaker: an endpoint that has no ``/completions`` may well answer chats.
    """
    key = _key(settings, "probe echo 1")
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


def _refused(reply: Reply) -> Finding | None:
    if reply.failure is None:
        return None
    if reply.failure.kind in REFUSALS:
        return Finding("unavailable", f"refused: {reply.failure.detail}")
    return Finding("unknown", f"the probe failed: {reply.failure.kind}")


def _has_logprobs(reply: Reply) -> Finding:
    tokens = reply.choices[0].logprobs
    if not tokens:
        return Finding("unavailable", "ignored: the reply has no log-probabilities")
    if len(tokens[0].get("top_logprobs") or []) < 2:
        return Finding("unavailable", "the reply has log-probabilities, but no alternatives")
    return Finding("available", "the reply has two alternatives a token")


def _is_cut(replies: Sequence[Reply]) -> bool:
    """Say whether a reply stopped before its end: at the limit of its tokens, or by a filter."""
    faults = [choice.fault for reply in replies for choice in reply.choices]
    return any(fault is not None and fault.kind in ("cut_at_length", "filtered") for fault in faults)


def _keeps_schema(reply: Reply) -> Finding:
    if reply.fault is None:
        return Finding("available", "the reply kept a schema that its prompt does not tell")
    if _is_cut([reply]) or not reply.choices[0].said.strip():
        return Finding("unproven", f"the reply is {reply.fault.kind}")
    return Finding("unavailable", f"ignored: the reply to a schema is {reply.fault.kind}")


def _has_two(reply: Reply) -> Finding:
    count = len(reply.choices)
    return Finding("available" if count == 2 else "unavailable", f"asked for 2 choices, got {count}")


def _follows_seed(replies: Sequence[Reply]) -> Finding:
    said = [reply.choices[0].said for reply in replies]
    if not all(said):
        return Finding("unproven", "the replies are empty")
    if said[0] != said[1]:
        return Finding("unavailable", "ignored: the same seed gave two replies")
    if said[0] == said[2]:
        return Finding("unproven", "two seeds gave the same reply")
    if _is_cut(replies):
        return Finding("unproven", "the replies are cut: what follows may differ")
    return Finding("available", "the same seed gave the same reply, another seed another")


PROBES = {
    "logprobs": Probe(
        lambda chat: [chat_request(_short(chat), _LETTERS, logprobs=2)], lambda replies: _has_logprobs(replies[0])
    ),
    "response_format": Probe(
        lambda chat: [chat_request(_short(chat), _RAIN, schema=_SCHEMA)], lambda replies: _keeps_schema(replies[0])
    ),
    "n": Probe(lambda chat: [chat_request(_short(chat), _LETTERS, n=2)], lambda replies: _has_two(replies[0])),
    "seed": Probe(lambda chat: [chat_request(_short(chat), _LETTERS, seed=seed) for seed in (1, 1, 2)], _follows_seed),
}
