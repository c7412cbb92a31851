"""What a model's own files say of it, so that nothing has to be loaded for what the cache answers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from curate.core.run.errors import InputError

NO_LIMIT = 1 << 20
_POSITIONS = ("max_position_embeddings", "n_positions", "n_ctx", "max_seq_len", "seq_length")  # as families call them


class Facts(NamedTuple):
    """What matters here of ``config.json`` and ``generation_config.json``."""

    window: int  # tokens that the model can see at once
    vocabulary: int
    dtype: str  # of the checkpoint
    ends: tuple[int, ...]  # tokens that end an answer


def read_facts(folder: Path) -> Facts:
    """Return the facts of a model's folder.

    Raises:
        InputError: its configuration is no JSON object.
    """
    config = _read(folder / "config.json")
    inner = config.get("text_config")
    text: dict[str, Any] = config | (inner if isinstance(inner, dict) else {})
    told = _read(folder / "generation_config.json").get("eos_token_id", text.get("eos_token_id"))
    ends = told if isinstance(told, list) else [told]
    return Facts(
        positions(text) or NO_LIMIT,
        int(text.get("vocab_size") or 1 << 17),
        str(config.get("dtype") or config.get("torch_dtype") or "float32"),
        tuple(one for one in ends if isinstance(one, int)),
    )


def positions(config: Mapping[str, Any]) -> int | None:
    """Return how many tokens a model can see at once, by its configuration; None where that does not say."""
    told = (config.get(name) for name in _POSITIONS)
    return next((one for one in told if isinstance(one, int) and one > 0), None)


def _read(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        found = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError as error:
        raise InputError(f"{path} is no JSON: {error}", hint="copy the model again") from error
    return found if isinstance(found, dict) else {}
