"""What a record says beside the texts of its turns: two that differ in it alone are no duplicates.

Pictures, sounds and films are part of what is asked. Reasoning, refusals, spoken answers, parts that are no text, which
turns are trained, and the verdict on an answer (KTO's ``label``) are part of what is taught.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from curate.core.read.layouts.layout import Record
from curate.core.read.layouts.sharegpt import ROLES

MEDIA = ("image", "images", "video", "videos", "audio", "audios")
_TAUGHT = ("reasoning_content", "reasoning", "thinking")
_SAID = (*MEDIA, *_TAUGHT, "refusal")  # of a turn, beside its content
_TRAINED = ("weight", "train")
_CHATS = ("messages", "conversations", "prompt", "completion", "chosen", "rejected", "preferred_output",
          "non_preferred_output")  # fmt: skip
_RATED = ("messages", "prompt_completion")  # where a label of true or false is a verdict on the answer
_BYTES = 8


class Beside(NamedTuple):
    """Digests of 64 bits; null where there is nothing."""

    media: int | None  # of what is asked beside texts
    taught: int | None  # of what is answered beside texts


def beside(record: Record, layout: str) -> Beside:
    """Return the digests of what a record of a layout, by its name, says beside its texts."""
    asked: list[Any] = _given(record, MEDIA)
    answered: list[Any] = _given(record, _TAUGHT)
    if layout in _RATED and isinstance(record.get("label"), bool):
        answered.append(record["label"])
    for chat in _chats(record):
        for number, turn in enumerate(chat):
            if isinstance(turn, dict) and (len(turn) > 2 or isinstance(turn.get("content"), list)):
                answers = ROLES.get(str(turn.get("from")), turn.get("role")) == "assistant"
                (answered if answers else asked).extend([number, *found] for found in _given(turn, _SAID))
                (answered if answers else asked).extend([number, part] for part in _parts(turn.get("content")))
                answered.extend([number, *found] for found in _given(turn, _TRAINED) if found[1] != 1)
    return Beside(_digest(asked), _digest(answered))


def _chats(record: Record) -> Iterator[list[Any]]:
    inner = record.get("input")
    found = [record.get(name) for name in _CHATS] + [inner.get("messages") if isinstance(inner, dict) else None]
    return (chat if isinstance(chat, list) else [chat] for chat in found if isinstance(chat, (list, dict)))


def _given(values: dict[str, Any], names: Sequence[str]) -> list[list[Any]]:
    """Return the names that have a value that says something, each with it."""
    found = ([name, values[name]] for name in names if name in values)
    return [one for one in found if one[1] is not None and one[1] not in ("", [], {})]


def _parts(content: Any) -> list[Any]:
    """Return the parts of a content that are no text."""
    parts = content if isinstance(content, list) else []
    return [part for part in parts if not (isinstance(part, dict) and isinstance(part.get("text"), str))]


def _digest(found: list[Any]) -> int | None:
    if not found:
        return None
    told = json.dumps(found, sort_keys=True)  # any number, and halves of surrogate pairs
    return int.from_bytes(hashlib.blake2b(told.encode(), digest_size=_BYTES).digest(), "big")
