"""The line of an edited row: the incoming bytes, with only the edited strings changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import orjson

from curate.core.read.layouts import LAYOUTS, renamed
from curate.core.read.layouts.cut import cut_text
from curate.core.read.layouts.layout import JOINT, PART_JOINT, Path, text_of
from curate.core.read.layouts.preference import PREFERENCE, rejected_turns, repeated_strings, twins
from curate.core.write.splice import splice


def edited_line(
    raw: bytes,
    layout: str,
    fields: Mapping[str, str],
    texts: Sequence[str | None],
    others: Mapping[str, str] = MappingProxyType({}),
    *,
    rejected: str | None = None,
    folded: bool = False,
) -> bytes | None:
    """Return the line with the new texts of its turns; None where a text cannot be told apart into its strings.

    ``texts`` has one text a turn; ``fields`` are the source's names for ours; ``others`` are new texts of fields that
    are no turns; ``rejected`` is the other answer of a pair: where it is not given, only the turns change in it that it
    has in common with the chat. ``folded`` says that every string was edited by itself and holds no line ends any more.
    """
    record = renamed(orjson.loads(raw), fields)
    pairs = list(zip(LAYOUTS[layout].strings(record), texts, strict=True))
    turns_here = len(pairs)  # what follows them is of the other answer
    if rejected is not None:
        turns = rejected_turns(record)
        cut = cut_text([text for text, _ in turns], rejected, JOINT, folded=folded)
        if cut is None:
            return None
        pairs += [(places, text) for (_, places), text in zip(turns, cut, strict=True)]
    elif layout == PREFERENCE.name:
        told = list(zip(pairs, twins(record), strict=True))
        if any(twin is None and text not in (None, _said(record, paths)) for (paths, text), twin in told):
            return None
        pairs += [(twin or [], text) for (_, text), twin in told]
    edits: dict[Path, str] = {}
    said: dict[tuple[str, ...], list[str]] = {}  # new strings of the turns by the old ones
    for at, (paths, text) in enumerate(pairs):
        if not paths or text is None:
            continue
        old = [_at(record, path) for path in paths]
        parts = len(paths[0]) > 1 and paths[0][-1] == "text"
        new = cut_text(old, text, PART_JOINT if parts else JOINT, folded=folded)
        if new is None:
            return None
        if at < turns_here:
            said.setdefault(tuple(old), new)
        edits |= {path: piece for path, was, piece in zip(paths, old, new, strict=True) if was != piece}
    for paths in repeated_strings(record) if layout == PREFERENCE.name else ():
        again = _said_again([_at(record, path) for path in paths], said, folded=folded)
        edits |= dict(zip(paths, again, strict=False))
    edits = {(fields.get(str(path[0]), path[0]), *path[1:]): piece for path, piece in edits.items()}
    return splice(raw, edits | {(name,): text for name, text in others.items()})


def _said_again(old: Sequence[str], said: Mapping[tuple[str, ...], list[str]], *, folded: bool) -> Sequence[str]:
    """Return the new strings of a turn that stands once more, maybe with other white space around it; none of another.

    ``folded`` says that the white space around it goes.
    """
    if tuple(old) in said or len(old) != 1:
        return said.get(tuple(old), ())
    bare = old[0].strip()
    for was, new in said.items():
        if bare and len(was) == 1 and was[0].strip() == bare:
            return [new[0].strip() if folded else old[0].replace(bare, new[0].strip(), 1)]
    return ()


def _said(record: Any, paths: Sequence[Path]) -> str:
    return PART_JOINT.join(_at(record, path) for path in paths)


def _at(record: Any, path: Path) -> str:
    for part in path:
        record = record[part]
    return text_of(record) or ""
