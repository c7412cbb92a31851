"""What a model's folder says of the model without loading it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import orjson

UNBOUNDED = 10**9  # tokenizers without a limit of their own say a number far beyond it


class Told(NamedTuple):
    """Rows of the embedding and positions that the model sees; None where the folder does not say."""

    vocabulary: int | None
    window: int | None


def read_folder(folder: Path, tokenizer: Any) -> Told:
    """Return what ``config.json`` and the tokenizer say."""
    try:
        config = orjson.loads((folder / "config.json").read_bytes())
    except (OSError, orjson.JSONDecodeError):
        config = {}
    if not isinstance(config, dict):
        config = {}
    inner = (
        config["text_config"] if isinstance(config.get("text_config"), dict) else config
    )  # models that see images too
    limits = [inner.get("max_position_embeddings"), tokenizer.model_max_length]
    known = [limit for limit in limits if isinstance(limit, int) and 0 < limit < UNBOUNDED]
    size = inner.get("vocab_size")
    return Told(size if isinstance(size, int) else None, min(known, default=None))
