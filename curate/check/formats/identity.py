"""A fingerprint for each finding, by which a service knows it again after rows above it came or went."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator

from curate.check.baseline import identity
from curate.check.finding import Finding


def fingerprints(faults: Iterable[Finding]) -> Iterator[str]:
    """Yield a fingerprint for each finding, unique among them: a hash, and which of its like it is."""
    seen: Counter[bytes] = Counter()
    for fault in faults:
        digest = hashlib.sha256("\0".join(identity(fault)).encode("utf-8", "surrogateescape")).digest()[:16]
        seen[digest] += 1
        yield f"{digest.hex()}:{seen[digest]}"
