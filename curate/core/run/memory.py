"""Amounts of memory: as users write them, and what this process took at most."""

from __future__ import annotations

import ctypes
import re
import sys
from pathlib import Path

from curate.core.run.errors import ConfigError

_UNITS = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "kib": 2**10, "mib": 2**20, "gib": 2**30}
_AMOUNT = re.compile(r"(\d{1,15}(?:\.\d{1,15})?) ?([a-z]*)", re.ASCII | re.IGNORECASE)


def byte_count(text: str) -> int:
    """Return the bytes that ``2GB``, ``512MiB`` or ``1000000`` stand for.

    Raises:
        ConfigError: it is no amount of bytes, or less than one.
    """
    amount = _AMOUNT.fullmatch(text.strip())
    unit = _UNITS.get(amount[2].lower()) if amount is not None else None
    count = int(float(amount[1]) * unit) if amount is not None and unit is not None else 0
    if count < 1:
        raise ConfigError(f"{text!r} is no amount of memory", hint="write it as 2GB or 512MB")
    return count


def peak_bytes() -> int | None:
    """Return the most memory that was resident for this process at once; None where the system does not say.

    Linux tells it of the program that runs (``VmHWM``); ``getrusage`` there has what ran in the process before, too.
    """
    if sys.platform == "darwin":
        import resource  # noqa: PLC0415 - not everywhere

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    told = re.search(r"^VmHWM:\s*(\d+) kB$", status, re.MULTILINE)
    return int(told[1]) * 1024 if told else None


def give_back() -> None:
    """Give memory that was let go of back to the system, where the C library keeps it for later (glibc).

    Between two stages that allocate differently it would be held twice; it takes a few milliseconds.
    """
    if sys.platform == "linux" and (trim := getattr(ctypes.CDLL(None), "malloc_trim", None)) is not None:
        trim(0)
