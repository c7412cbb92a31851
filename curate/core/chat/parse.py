"""From the JSON that an endpoint sent to a reply; what is not an answer becomes a fault here."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson

from curate.core.chat.reply import Choice, Fault, Reply, Usage
from curate.core.chat.request import EMBEDDINGS, Request
from curate.core.chat.schema import breach


def parse(request: Request, payload: Any) -> Reply:
    """Return the reply that a payload is."""
    if not isinstance(payload, dict):
        return _malformed(f"a {type(payload).__name__} where an object is due")
    if payload.get("error"):  # some gateways answer 200 with an error inside
        return Reply(failure=Fault("server_error", _worded(payload["error"])))
    read = _vectors if request.path == EMBEDDINGS else _choices
    try:
        reply = read(request, payload)
        return reply if reply.failure else _named(reply, payload)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        return _malformed(f"not the shape of a reply ({type(error).__name__}: {error})")


def _malformed(detail: str) -> Reply:
    return Reply(failure=Fault("malformed", detail[:200]))


def _worded(error: Any) -> str:
    return str(error.get("message", error) if isinstance(error, Mapping) else error)[:200]


def _named(reply: Reply, payload: dict[str, Any]) -> Reply:
    model, fingerprint = str(payload.get("model") or ""), str(payload.get("system_fingerprint") or "")
    return replace(reply, usage=_usage(payload.get("usage")), model=model, fingerprint=fingerprint)


def _usage(told: Any) -> Usage | None:
    """Return the usage, None where it is not told or makes no sense: an answer is not lost for that."""
    if not isinstance(told, Mapping):
        return None
    used = Usage(told.get("prompt_tokens", -1), told.get("completion_tokens") or 0)
    return used if all(type(tokens) is int and tokens >= 0 for tokens in used) else None


def _vectors(request: Request, payload: dict[str, Any]) -> Reply:
    found = sorted(payload["data"], key=lambda one: int(one["index"]))
    if [one["index"] for one in found] != list(range(len(request.body["input"]))):
        return _malformed(f"{len(found)} embeddings for {len(request.body['input'])} texts")
    return Reply(vectors=tuple(array("f", one["embedding"]) for one in found))


def _choices(request: Request, payload: dict[str, Any]) -> Reply:
    choices = payload["choices"]
    if not isinstance(choices, list) or not choices:
        return _malformed("no choices")
    return Reply(tuple(_choice(request, one) for one in choices))


def _choice(request: Request, told: dict[str, Any]) -> Choice:
    message = told["message"]
    content = message.get("content")
    if not isinstance(content, str | None):
        raise TypeError(f"content is a {type(content).__name__}")
    calls = message.get("tool_calls") or None
    finish = str(told.get("finish_reason") or "")
    logprobs = (told.get("logprobs") or {}).get("content")
    said = content or ""
    return Choice(said, finish, _fault(request, message, said, finish, calls=bool(calls)), logprobs, calls)


def _fault(request: Request, message: dict[str, Any], said: str, finish: str, *, calls: bool) -> Fault | None:
    if message.get("refusal"):
        return Fault("refused", str(message["refusal"])[:200])
    if finish == "content_filter":
        return Fault("filtered")
    if finish == "length":
        return Fault("cut_at_length", f"after {request.max_output} tokens at most")
    if calls:
        return None
    if not said.strip():
        return Fault("empty")
    return None if request.schema is None else _breach(request.schema, said)


def _breach(schema: Mapping[str, Any], said: str) -> Fault | None:
    try:
        value = orjson.loads(said)
    except orjson.JSONDecodeError as error:
        return Fault("invalid_json", str(error)[:200])
    broken = breach(schema, value)
    return None if broken is None else Fault("breaks_schema", broken[:200])
