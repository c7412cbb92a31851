"""Values in Thrift's compact protocol, in which Parquet writes what it says of itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

_I32, _I64, _BINARY, _LIST, _STRUCT = 5, 6, 8, 9, 12


class Long(int):
    """A number of 64 bits; a plain one has 32."""


class Struct(NamedTuple):
    """A struct: the number of each field and its value, in ascending order."""

    fields: tuple[tuple[int, Any], ...]


def struct(*fields: tuple[int, Any]) -> Struct:
    """Return a struct of fields."""
    return Struct(fields)


def encoded(value: Any) -> bytes:
    """Return the bytes of a number, a text, bytes, a list of values of one type, or a struct."""
    match value:
        case Struct(fields):
            return _of_fields(fields)
        case int():
            return _varint(value << 1 ^ value >> 63)
        case str():
            return encoded(value.encode())
        case bytes():
            return _varint(len(value)) + value
        case _:
            return _of_list(value)


def _of_fields(fields: Sequence[tuple[int, Any]]) -> bytes:
    out, last = bytearray(), 0
    for number, value in fields:  # a field is named by how far it is from the one before: always less than 16 here
        out.append((number - last) << 4 | _type(value))
        out += encoded(value)
        last = number
    out.append(0)
    return bytes(out)


def _of_list(values: Sequence[Any]) -> bytes:
    size = len(values)
    kind = _type(values[0]) if values else _STRUCT
    head = bytes([size << 4 | kind]) if size < 15 else bytes([0xF0 | kind]) + _varint(size)
    return head + b"".join(map(encoded, values))


def _type(value: Any) -> int:
    match value:
        case Struct():
            return _STRUCT
        case Long():
            return _I64
        case int():
            return _I32
        case str() | bytes():
            return _BINARY
        case _:
            return _LIST


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
