"""Synthetic corpora: seeded, varied text in the layouts people have, as large as asked for."""

from __future__ import annotations

import json
import random
from array import array
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from typing import Any

WORDS = 30_000
_ONSETS = ("b", "c", "d", "f", "g", "l", "m", "n", "p", "r", "s", "t", "v", "st", "tr", "ch", "sh", "pl", "qu", "h")
_VOWELS = ("a", "e", "i", "o", "u", "ea", "ou", "ai", "é", "ü")
_VOWEL_WEIGHTS = (20, 20, 16, 16, 10, 5, 5, 5, 1, 1)
_ENDS = (", ", ". ", ". ", ".\n", ' "', '" ', "\n\n- ")
_REPEATED = 0.02  # share of rows that stood before


class Writer:
    """Draws sentences from a vocabulary with frequencies as natural ones fall (Zipf)."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        words = [self._word() for _ in range(WORDS)]
        weights = list(accumulate(1 / (rank + 3) for rank in range(WORDS)))
        self._bag = self.draw.choices(words, cum_weights=weights, k=1 << 16)  # two random bytes draw a word

    def _word(self) -> str:
        count = self.draw.choice((1, 1, 2, 2, 2, 3, 3, 4))
        onsets = self.draw.choices(_ONSETS, k=count)
        vowels = self.draw.choices(_VOWELS, weights=_VOWEL_WEIGHTS, k=count)
        return "".join(a + b for a, b in zip(onsets, vowels, strict=True)) + self.draw.choice(("", "n", "s", "r", "t"))

    def text(self, chars: int) -> str:
        """Return about so many characters of sentences, with line breaks and quotes among them."""
        bag = self._bag
        words = [bag[i] for i in array("H", self.draw.randbytes(2 * max(2, chars // 8)))]
        at = 0
        parts = []
        while at < len(words):
            length = self.draw.randint(5, 14)
            parts.append(" ".join(words[at : at + length]).capitalize())
            parts.append(self.draw.choice(_ENDS))
            at += length
        return "".join(parts).strip(' ,"-\n') + "."

    def length(self, mean: int) -> int:
        """Return a length: most below the mean, a few far above, as in real sets."""
        return max(20, int(self.draw.lognormvariate(0.0, 0.8) * mean * 0.73))


def chats(seed: int) -> Iterator[dict[str, Any]]:
    """Yield short chats, about 500 bytes each."""
    writer = Writer(seed)
    while True:
        turns = ("user", "assistant") * (2 if writer.draw.random() < 0.2 else 1)
        sizes = {"user": 80, "assistant": 250}
        yield {"messages": [{"role": role, "content": writer.text(writer.length(sizes[role]))} for role in turns]}


def texts(seed: int) -> Iterator[dict[str, Any]]:
    """Yield long bare texts, about 2 KB each."""
    writer = Writer(seed)
    while True:
        yield {"text": writer.text(writer.length(2000))}


def templated(seed: int) -> Iterator[dict[str, Any]]:
    """Yield chats that share one long template around a few words of their own: alike, yet each another example."""
    writer = Writer(seed)
    opening, close = writer.text(500), writer.text(100)
    while True:
        asked = f"{opening}\n\n{writer.text(120)}\n\n{close}"
        yield {"messages": [{"role": "user", "content": asked}, {"role": "assistant", "content": writer.text(60)}]}


KINDS = {"chats": chats, "texts": texts, "templated": templated}


def write_corpus(path: Path, kind: str, megabytes: float, seed: int = 1) -> Path:
    """Write a corpus of a kind to a file of that many million bytes; two rows in a hundred stood before."""
    rows = KINDS[kind](seed)
    draw = random.Random(seed)
    recent: list[bytes] = []
    left = int(megabytes * 1_000_000)
    with path.open("wb") as stream:
        while left > 0:
            if recent and draw.random() < _REPEATED:
                line = draw.choice(recent)
            else:
                line = json.dumps(next(rows), ensure_ascii=False).encode() + b"\n"
                recent = [*recent[-99:], line]
            stream.write(line)
            left -= len(line)
    return path
