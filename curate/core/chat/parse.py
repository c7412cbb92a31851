"""From the JSON that an endpoint sent to a reply; what is not an answer becomes a fault here."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from curate.core.chat.reply import Choice, Fault, Reply, Usage
from curate.core.chat.request import COMPLETIONS, EMBEDDINGS, Request
from curate.core.chat.schema import breach, unfenced


def parse(request: Request, payload: Any) -> Reply:
    """Return the reply that a payload is."""
    if not isinstance(payload, dict):
        return _malformed(f"a {type(payload).__name__} where an object is due")
    if payload.get("error"):  # some gateways answer 200 with an error inside
        return Reply(failure=Fault("server_error", _worded(payload["error"])))
    embeds = request.path == EMBEDDINGS
    read = _completion if request.path == COMPLETIONS else _choice
    try:
        return Reply(
            choices=() if embeds else tuple(read(request, one) for one in _some(payload["choices"])),
            vectors=tuple(_vectors(request, payload["data"])) if embeds else (),
            usage=_usage(payload.get("usage")),
            model=str(payload.get("model") or ""),
            fingerprint=str(payload.get("system_fingerprint") or ""),
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        return _malformed(f"not the shape of a reply ({type(error).__name__}: {error})")


def _malformed(detail: str) -> Reply:
    return Reply(failure=Fault("malformed", detail[:200]))


def _worded(error: Any) -> str:
    return str(error.get("message", error) if isinstance(error, Mapping) else error)[:200]


def _usage(told: Any) -> Usage | None:
    """Return the usage, None where it is not told or makes no sense: an answer is not lost for that."""
    if not isinstance(told, Mapping):
        return None
    used = Usage(told.get("prompt_tokens", -1), told.get("completion_tokens") or 0)
    return used if all(type(tokens) is int and tokens >= 0 for tokens in used) else None


def _vectors(request: Request, data: list[dict[str, Any]]) -> Iterator[array[float]]:
    found = {one["index"]: one["embedding"] for one in data}
    for index in range(len(request.body["input"])):  # a missing one is a KeyError: no reply
        yield array("f", found[index])


def _some(choices: Any) -> list[dict[str, Any]]:
    if not isinstance(choices, list) or not choices:
        raise ValueError("no choices")
    return choices


def _choice(request: Request, told: dict[str, Any]) -> Choice:
    message = told["message"]
    content = message.get("content")
    if not isinstance(content, str | None):
        raise TypeError(f"content is a {type(content).__name__}")
    said, calls = content or "", message.get("tool_calls") or None
    if calls is not None and not are_calls(calls):
        if not said.strip():
            raise TypeError("tool_calls is no list of calls")
        calls = None  # what is said is not lost for that
    finish = str(told.get("finish_reason") or "")
    logprobs = (told.get("logprobs") or {}).get("content")
    return Choice(said, finish, _fault(request, message, said, finish, calls=bool(calls)), logprobs, calls)


def are_calls(value: Any) -> bool:
    """Say whether a value is a list of tool calls, each an object, its function too where it has one."""
    calls = value if isinstance(value, list) else [None]
    return all(isinstance(call, dict) and isinstance(call.get("function", call), dict) for call in calls)


def _completion(request: Request, told: dict[str, Any]) -> Choice:
    """Return a choice of a completion; one that echoes is asked for its log-probabilities alone, whatever it says."""
    said = told["text"]
    if not isinstance(said, str):
        raise TypeError(f"text is a {type(said).__name__}")
    finish = str(told.get("finish_reason") or "")
    fault = None if request.body.get("echo") else _fault(request, {}, said, finish, calls=False)
    return Choice(said, finish, fault, _token_logprobs(told.get("logprobs")))


def _token_logprobs(told: Any) -> list[dict[str, Any]] | None:
    """Return (token, logprob, offset in characters) of each token; None where they are not told in this form."""
    if not isinstance(told, Mapping):
        return None
    columns = [told.get(name) for name in ("tokens", "token_logprobs", "text_offset")]
    if not all(isinstance(column, list) for column in columns):
        return None
    rows = zip(*columns, strict=True)  # columns of different lengths are a ValueError: no reply
    return [{"token": token, "logprob": logprob, "offset": offset} for token, logprob, offset in rows]


def _fault(request: Request, message: dict[str, Any], said: str, finish: str, *, calls: bool) -> Fault | None:
    if message.get("refusal"):
        return Fault("refused", str(message["refusal"])[:200])
    if finish == "content_filter":
        return Fault("filtered")
    if finish == "length":
        return Fault("cut_at_length", f"after {request.max_output} tokens at most")
    if calls and (request.schema is None or request.body.get("tools")):
        return None  # where no tools were offered, and an object was asked for, a call is no answer
    if not said.strip():
        return Fault("empty")
    return None if request.schema is None else _breach(request.schema, said)


def _breach(schema: Mapping[str, Any], said: str) -> Fault | None:
    try:
        value = orjson.loads(unfenced(said))
    except orjson.JSONDecodeError as error:
        return Fault("invalid_json", str(error)[:200])
    broken = breach(schema, value)
    return None if broken is None else Fault("breaks_schema", broken[:200])
