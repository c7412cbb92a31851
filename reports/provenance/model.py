"""What a run says of its model, as words: one level, no empty ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def flat(told: Mapping[str, Any], within: str = "") -> Iterator[tuple[str, str]]:
    """Yield names and words, sorted; what stands inside another, as an adapter's sha256, is ``adapter sha256``."""
    for name, value in sorted(told.items()):
        called = f"{within}{name}".replace("_", " ")
        if isinstance(value, Mapping):
            yield from flat(value, f"{called} ")
        elif value is not None:
            yield called, str(value)
