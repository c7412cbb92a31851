"""The compiled kernel as a file to load: where it lies, and how much of it may be used. Imports no NumPy."""

from __future__ import annotations

import ctypes
import os
from functools import lru_cache
from pathlib import Path

from curate.core.run.errors import ConfigError, nearest

LEVELS = ("plain", "avx2", "avx512")
SWITCH = "THRESHER_KERNEL"  # off, or the most of LEVELS that may be used
FILE = Path(__file__).with_name("_kernel.so")
DOORS = 6  # as lines.c has it: a library built from other sources would be called with the wrong arguments


def level_of(most: str) -> int:
    """Return the number of a level.

    Raises:
        ConfigError: no level is called so.
    """
    if most not in LEVELS:
        raise ConfigError(f"{SWITCH} is {most!r}{nearest(most, ('off', *LEVELS))}")
    return LEVELS.index(most)


@lru_cache(maxsize=1)
def library() -> ctypes.CDLL | None:
    """Return the library; None where it was not built or is switched off.

    Raises:
        ConfigError: it was built from other sources.
    """
    wanted = os.environ.get(SWITCH, LEVELS[-1])
    if wanted == "off" or not FILE.exists():
        return None
    level_of(wanted)
    loaded = ctypes.CDLL(str(FILE))
    if not hasattr(loaded, "thresher_doors") or loaded.thresher_doors() != DOORS:
        raise ConfigError(f"{FILE.name} was built from other sources", hint="install again: pip install -e .")
    return loaded


def most_level(loaded: ctypes.CDLL) -> int:
    """Return the best level that this machine has and the switch allows."""
    return min(int(loaded.thresher_best()), level_of(os.environ.get(SWITCH, LEVELS[-1])))
