"""The text of a turn, cut into the strings of its record again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from curate.core.read.layouts.layout import PART_JOINT, text_of


def cut_text(old: Sequence[str], new: str, joint: str, *, folded: bool = False) -> list[str] | None:
    """Return the new text of what was made of the strings ``old``, cut into as many; None where that is unclear.

    ``folded`` says that no string holds the joint any more, whatever it held before. A text that is as it was is cut as
    it was; else a line end beside a joint of two leaves open which of them are the joint.
    """
    if len(old) == 1:
        return [new]
    if new == joint.join(old):
        return list(old)
    pieces = new.split(joint)
    if folded and len(pieces) == len(old):
        return pieces
    sizes = [text.count(joint) + 1 for text in old]
    if len(pieces) != sum(sizes):
        return None
    cut: list[str] = []
    for size in sizes:
        cut.append(joint.join(pieces[:size]))
        pieces = pieces[size:]
    return None if len(joint) > 1 and (_at_seams(old) or _at_seams(cut)) else cut


def _at_seams(strings: Sequence[str]) -> bool:
    """Say whether a string but the last ends in a line end, or one but the first begins with it."""
    return any(text.endswith("\n") for text in strings[:-1]) or any(text.startswith("\n") for text in strings[1:])


def with_text(content: list[Any], text: str | None) -> list[Any]:
    """Return the parts of a content with a new text: each text part its own, or the first all where that is unclear."""
    if text is None or text == text_of(content):
        return content
    places = [at for at, part in enumerate(content) if isinstance(part, dict) and isinstance(part.get("text"), str)]
    own = cut_text([content[at]["text"] for at in places], text, PART_JOINT, folded=True)
    said = dict(zip(places, own if own is not None else [text], strict=False))
    kept = [at for at in range(len(content)) if at in said or at not in places]
    return [content[at] | {"text": said[at]} if at in said else content[at] for at in kept]
