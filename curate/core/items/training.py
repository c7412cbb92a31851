"""Files of training data as evaluation sets: a test split is one, in any layout that rows come in."""

from __future__ import annotations

from collections.abc import Callable

from curate.core.items.layout import Asked, ItemLayout, Record, texts_in
from curate.core.read.layouts import LAYOUTS, Layout, Message
from curate.core.read.layouts.layout import INSTRUCTING


def _reader(layout: Layout) -> Callable[[Record], Asked]:
    def read(record: Record) -> Asked:
        turns = [Message._make(turn) for turn in layout.read(record).messages]
        spoken = [at for at, turn in enumerate(turns) if turn.role == "assistant"]
        if spoken == [0] and len(turns) == 1:  # a bare text
            return Asked(turns[0].text or "")
        end = spoken[-1] if spoken else len(turns)
        asked = [turn.text for turn in turns[:end] if turn.role not in INSTRUCTING and turn.text is not None]
        return Asked("\n\n".join(asked), texts_in(turns[end].text) if spoken else ())

    return read


TRAINING = tuple(ItemLayout(one.name, one.shape, one.fits, _reader(one)) for one in LAYOUTS.values())
