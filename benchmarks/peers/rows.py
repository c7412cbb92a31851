"""What the peers' scripts do alike: read rows, cut word 5-grams, choose bands, write the lines that stay."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from itertools import compress
from pathlib import Path
from typing import NamedTuple

import orjson

SLOTS = 128
SIZE = 5  # words a shingle
_WORDS = re.compile(r"\w+")
_BYTES = re.compile(rb"[0-9a-z_\x80-\xff]+")


class Asked(NamedTuple):
    """What a script was asked for: ``SOURCE OUT THRESHOLD``."""

    source: Path
    out: Path
    threshold: float


def asked() -> Asked:
    """Return what the command line asks for."""
    source, out, threshold = sys.argv[1:4]
    return Asked(Path(source), Path(out), float(threshold))


def read_lines(source: Path) -> list[bytes]:
    """Return the lines."""
    return source.read_bytes().splitlines(keepends=True)


def text_of(line: bytes) -> str:
    """Return the text of a line."""
    text: str = orjson.loads(line)["text"]
    return text


def shingles(text: str) -> list[str]:
    """Return the word 5-grams, with repeats; a shorter text is one."""
    words = _WORDS.findall(text.lower())
    grams = list(map(" ".join, zip(words, words[1:], words[2:], words[3:], words[4:], strict=False)))
    return grams or [" ".join(words)]


def byte_shingles(text: str) -> list[bytes]:
    """Return the word 5-grams as bytes: what a hash function of bytes takes, in one go."""
    words = _BYTES.findall(text.lower().encode())
    grams = list(map(b" ".join, zip(words, words[1:], words[2:], words[3:], words[4:], strict=False)))
    return grams or [b" ".join(words)]


def write_kept(out: Path, lines: Sequence[bytes], kept: Iterable[bool]) -> None:
    """Write the lines that stay."""
    with out.open("wb") as stream:
        stream.writelines(compress(lines, kept))


def optimal_bands(threshold: float, slots: int = SLOTS, steps: int = 200) -> tuple[int, int]:
    """Return the (bands, slots a band) of the least error: pairs proposed below the threshold and missed above it.

    The choice that datasketch and text-dedup make by themselves, and that Daft's guide takes over: both areas under
    the S-curve weigh the same.
    """
    below = [threshold * (step + 0.5) / steps for step in range(steps)]
    above = [threshold + (1 - threshold) * (step + 0.5) / steps for step in range(steps)]
    best = (float("inf"), 0, 0)
    for bands in range(1, slots + 1):
        for rows in range(1, slots // bands + 1):
            wrong = sum(1 - (1 - s**rows) ** bands for s in below) * threshold / steps
            missed = sum((1 - s**rows) ** bands for s in above) * (1 - threshold) / steps
            best = min(best, (wrong + missed, bands, rows))
    return best[1], best[2]


def bands_by_rule(threshold: float, slots: int = SLOTS) -> tuple[int, int]:
    """Return the (bands, slots a band) whose (1 / bands) ^ (1 / rows) is nearest to the threshold: datatrove's rule."""
    choices = [(slots // rows, rows) for rows in range(1, slots // 2 + 1)]
    return min(choices, key=lambda choice: abs((1 / choice[0]) ** (1 / choice[1]) - threshold))
