"""Names that a map may give to fields: ours, which layouts read, to the user's (``{"prompt": "question"}``)."""

from __future__ import annotations

from collections.abc import Mapping

from curate.core.read.layouts import LAYOUTS
from curate.core.read.layouts.beside import BESIDE
from curate.core.run.errors import nearest

OURS = ("id", *sorted(frozenset(BESIDE).union(*(layout.own for layout in LAYOUTS.values()))))


def mistake(fields: Mapping[str, str]) -> str | None:
    """Return what is wrong with a map, whatever the rows: a name that no layout reads, or a field with two."""
    for ours, theirs in fields.items():
        if ours not in OURS:
            return f"no layout has a field {ours!r}{nearest(ours, OURS)}"
        if not theirs:
            return f"the field {ours!r} is mapped to no name"
        if list(fields.values()).count(theirs) > 1:
            return f"the field {theirs!r} is mapped a second time: each field has one name"
    return None
