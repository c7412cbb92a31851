"""Lines of bytes to records: orjson decides, and a key that repeats is found by counting quotes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

import orjson

from curate.core.read.fault import Fault, pointer, shown
from curate.core.read.locate import locate

MAX_DEPTH = 254  # levels; orjson reads 1,024 and writes 254: the fast way and the slow one must agree

Record = dict[str, Any]


def decode_lines(lines: Sequence[bytes]) -> tuple[list[Record | None], dict[int, list[Fault]]]:
    r"""Return a record for each line (None where it is blank or unreadable) and the faults by index.

    A blank line has neither a record nor a fault. A record with a repeated key has both: it can be read, but
    which of the values was meant is not known.

    Where a line holds no ``\u0022``, writing the record again gives as many quotes as the line has, exactly when
    no key repeats: parsers keep one value a key.
    """
    loads = orjson.loads
    records: list[Record | None] = []
    unread: list[int] = []
    keep = records.append
    for index, line in enumerate(lines):
        try:
            keep(loads(line))
        except orjson.JSONDecodeError:
            keep(None)
            unread.append(index)
    faults: dict[int, list[Fault]] = {}
    for index in unread if _are_whole(records, lines, unread) else _not_whole(records, lines):
        records[index], found = _judge(lines[index])
        if found:
            faults[index] = found
    return records, faults


def _are_whole(records: Sequence[Any], lines: Sequence[bytes], unread: Sequence[int]) -> bool:
    """Say whether all records but those unread are objects without a repeated key.

    They are written at once. None has more quotes than its line, so that equal sums prove every one of them equal.
    """
    if unread:
        skipped = set(unread)
        read = [index for index in range(len(lines)) if index not in skipped]
        records, lines = [records[index] for index in read], [lines[index] for index in read]
    return all(record.__class__ is dict for record in records) and _as_many_quotes(records, b"".join(lines))


def _not_whole(records: Sequence[Any], lines: Sequence[bytes]) -> list[int]:
    """Return the indexes of records that are no objects, or may have lost a key."""
    return [
        index
        for index, (record, line) in enumerate(zip(records, lines, strict=True))
        if record.__class__ is not dict or not _as_many_quotes(record, line)
    ]


def _as_many_quotes(value: Any, data: bytes) -> bool:
    """Say whether a value, written again, has as many quotes as the bytes it was read from."""
    try:
        return b"\\u0022" not in data and orjson.dumps(value).count(b'"') == data.count(b'"')
    except orjson.JSONEncodeError:
        return False  # nested too deep


def is_blank(line: bytes) -> bool:
    """Say whether a line holds nothing but white space."""
    return not line.strip(b" \t\r\n")


def _judge(line: bytes) -> tuple[Record | None, list[Fault]]:
    """Take the slow way for a line that the fast one did not clear."""
    if is_blank(line):
        return None, []
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return None, [locate(line, str(error))]
    if _depth(line) > MAX_DEPTH:
        return None, [Fault("nesting_too_deep", f"nested more than {MAX_DEPTH} levels deep")]
    if not isinstance(record, dict):
        kind = {list: "an array", str: "a string", bool: "true or false", type(None): "null"}.get(
            type(record), "a number"
        )
        return None, [Fault("not_an_object", f"the line holds {kind}, not an object: {shown(record)}", column=1)]
    return record, [
        Fault("duplicate_key", f"the key {shown(key)} stands more than once in one object", where)
        for key, where in _repeated_keys(line)
    ]


def _depth(line: bytes) -> int:
    """Return how deep a valid line nests."""
    depth = deepest = 0
    inside = False
    escaped = False
    for byte in line if line.count(b"{") + line.count(b"[") > MAX_DEPTH else b"":
        if inside:
            if escaped:
                escaped = False
            elif byte == 0x5C:
                escaped = True
            elif byte == 0x22:
                inside = False
        elif byte == 0x22:
            inside = True
        elif byte in b"{[":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"}]":
            depth -= 1
    return deepest


def _repeated_keys(line: bytes) -> list[tuple[str, str]]:
    """Return (key, pointer of its object's key) for each key that repeats, in reading order."""

    class Pairs(dict[str, Any]):
        repeated: tuple[str, ...] = ()

    def build(pairs: list[tuple[str, Any]]) -> Pairs:
        built = Pairs(pairs)
        counts = Counter(key for key, _ in pairs)
        built.repeated = tuple(key for key, count in counts.items() if count > 1)
        return built

    found: list[tuple[str, str]] = []
    stack: list[tuple[Any, tuple[str | int, ...]]] = [(json.loads(line, object_pairs_hook=build), ())]
    while stack:
        value, path = stack.pop()
        if isinstance(value, Pairs):
            found += [(key, pointer(*path, key)) for key in value.repeated]
            stack += reversed([(child, (*path, key)) for key, child in value.items()])
        elif isinstance(value, list):
            stack += reversed([(child, (*path, index)) for index, child in enumerate(value)])
    return found
