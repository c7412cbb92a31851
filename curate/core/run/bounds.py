"""How large a whole number may be: TOML has 64 bits, and so have the JSON and the columns that we write."""

from __future__ import annotations

LEAST, MOST = -(1 << 63), (1 << 63) - 1
