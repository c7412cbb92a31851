"""The layouts that people really have, most specific first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from curate.core.read.layouts.flat import ALPACA, INPUT_OUTPUT, PROMPT_COMPLETION
from curate.core.read.layouts.layout import Draft, Layout, Message, Record, renamed
from curate.core.read.layouts.messages import MESSAGES
from curate.core.read.layouts.plain import CLASSIFICATION, TEXT
from curate.core.read.layouts.preference import PREFERENCE
from curate.core.read.layouts.sharegpt import SHAREGPT

LAYOUTS: dict[str, Layout] = {
    layout.name: layout
    for layout in (PREFERENCE, MESSAGES, SHAREGPT, ALPACA, PROMPT_COMPLETION, INPUT_OUTPUT, CLASSIFICATION, TEXT)
}
FIRST_ROWS = 100  # rows from which a file's layout is told


def layout_of(record: Record) -> Layout | None:
    """Return the most specific layout that the record's fields fit, null ones only where no others do."""
    told = next((layout for layout in LAYOUTS.values() if layout.fits(record)), None)
    if told is None and None in record.values():
        return layout_of({name: "" if value is None else value for name, value in record.items()})
    return told


def detect(records: Iterable[Record]) -> Layout | None:
    """Return the layout of most of the records, the first seen where two are even; None where none fits any."""
    counts = Counter(layout.name for record in records if (layout := layout_of(record)) is not None)
    return LAYOUTS[counts.most_common(1)[0][0]] if counts else None


__all__ = ["FIRST_ROWS", "LAYOUTS", "Draft", "Layout", "Message", "Record", "detect", "layout_of", "renamed"]
