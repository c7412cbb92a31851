"""What two rows can be to each other."""

from __future__ import annotations

from enum import IntEnum


class Kind(IntEnum):
    """The order of ``curate/native/pairs.c``."""

    ALONE = 0
    NEAR = 1  # alike on both sides, under equal instructions
    NEARLY = 2  # alike, but less
    SAME_PROMPT = 3  # alike on the asked side alone
    INSTRUCTIONS = 4  # alike, under other instructions
    CHARACTERS = 5  # alike by characters, and not the same
    APART = 6  # alike, and the last turns or what stands beside the texts are not, or of the same words the signs
