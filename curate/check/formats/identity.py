"""A fingerprint for each finding, by which a service knows it again after rows above it came or went."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence

from curate.check.baseline import identity
from curate.check.findings import Finding


def fingerprints(faults: Sequence[Finding]) -> Iterator[str]:
    """Yield a fingerprint for each finding, unique among them: a hash, and which of its like it is."""
    seen: Counter[str] = Counter()
    for fault in faults:
        digest = hashlib.sha256("\0".join(identity(fault)).encode("utf-8", "surrogateescape")).hexdigest()[:32]
        seen[digest] += 1
        yield f"{digest}:{seen[digest]}"
