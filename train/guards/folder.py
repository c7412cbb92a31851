"""What a model's folder says of the model without loading it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import orjson

from evalkit.answers.local.facts import positions

UNBOUNDED = 10**9  # tokenizers without a limit of their own say a number far beyond it


class Told(NamedTuple):
    """Rows of the embedding, positions that the model sees, tokens it stops at; None where the folder does not say."""

    vocabulary: int | None
    window: int | None
    stops: frozenset[int] | None
    positions: int | None  # of the window, those of the model alone: a tokenizer may ask for fewer


def read_folder(folder: Path, tokenizer: Any) -> Told:
    """Return what ``config.json``, ``generation_config.json`` and the tokenizer say."""
    config = _object(folder / "config.json")
    nested = config.get("text_config")  # of models that see images too
    inner = nested if isinstance(nested, dict) else config
    seen = positions(inner)
    limits = [seen, tokenizer.model_max_length]
    known = [limit for limit in limits if isinstance(limit, int) and 0 < limit < UNBOUNDED]
    size = inner.get("vocab_size")
    stops = _object(folder / "generation_config.json").get("eos_token_id", inner.get("eos_token_id"))
    named = [one for one in (stops if isinstance(stops, list) else [stops]) if isinstance(one, int)]
    return Told(
        size if isinstance(size, int) else None, min(known, default=None), frozenset(named) if named else None, seen
    )


def _object(path: Path) -> dict[str, Any]:
    try:
        found = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return {}
    return found if isinstance(found, dict) else {}
