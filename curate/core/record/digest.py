"""The digest of a line: what calls a record without an id, in a ledger and wherever else items are named."""

from __future__ import annotations

import hashlib

_HEX = 16  # digits of the sha256


def line_digest(line: bytes) -> str:
    """Return the first 16 hex digits of a line's sha256."""
    return hashlib.sha256(line).hexdigest()[:_HEX]
