"""Settings as TOML: what a manifest or a configuration holds, in words that give the same when they are read."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

_HIDDEN = re.compile("[\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
_BARE = re.compile(r"[A-Za-z0-9_-]+")


def toml(config: Mapping[str, Any]) -> str:
    """Return top-level settings, then a table for each of those that have settings; what is null is left out."""
    tables = {name: value for name, value in config.items() if isinstance(value, Mapping)}
    lines = pairs({name: value for name, value in config.items() if name not in tables})
    for name, table in sorted(tables.items()):
        if written := pairs(table):
            lines += ["", f"[{_key(name)}]", *written]
    return "\n".join(lines).strip() + "\n"


def pairs(table: Mapping[str, Any]) -> list[str]:
    """Return a line for each setting of a table."""
    return [f"{_key(name)} = {written(value)}" for name, value in table.items() if value is not None]


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _string(name)


def written(value: Any) -> str:
    """Return a value of JSON as TOML on one line; what is null in a table is left out, which is what it means."""
    if isinstance(value, Mapping):
        return f"{{ {', '.join(pairs(value))} }}"
    if isinstance(value, list):
        return f"[{', '.join(written(one) for one in value)}]"
    return _string(value) if isinstance(value, str) else json.dumps(value)


def _string(text: str) -> str:
    """Return a basic string: JSON's escapes are TOML's, and hidden characters are escaped too."""
    return _HIDDEN.sub(lambda found: f"\\u{ord(found.group()):04X}", json.dumps(text, ensure_ascii=False))
