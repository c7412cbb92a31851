r"""Which encoding of two or four bytes a character a file of JSON has, by its start: ``{\x00"\x00`` is UTF-16LE."""

from __future__ import annotations

from typing import NamedTuple

_MARKS = (  # the longer first: two of its bytes are a mark of UTF-16
    (b"\xff\xfe\x00\x00", "UTF-32LE", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32BE", "UTF-32"),
    (b"\xff\xfe", "UTF-16LE", "UTF-16"),
    (b"\xfe\xff", "UTF-16BE", "UTF-16"),
)
_ZEROS: dict[tuple[bool, ...], str] = {  # of the first two characters of JSON, which are ASCII (RFC 4627, section 3)
    (False, True, True, True): "UTF-32LE",
    (True, True, True, False): "UTF-32BE",
    (False, True, False, True): "UTF-16LE",
    (True, False, True, False): "UTF-16BE",
}
_MARK = "its byte-order mark says"


class Wide(NamedTuple):
    """An encoding, told from the start of a file."""

    name: str  # UTF-16LE
    source: str  # what iconv calls it: UTF-16, where a byte-order mark is to be read and left out
    said: str  # why it is thought so

    @property
    def message(self) -> str:
        """Return what is wrong with a line in it."""
        return f"the text is {self.name}, as {self.said}, not UTF-8"


def wide(start: bytes) -> Wide | None:
    """Return the encoding of a file that starts so; None where it may be UTF-8."""
    for mark, name, source in _MARKS:
        if start.startswith(mark):
            return Wide(name, source, _MARK)
    name = _ZEROS.get(tuple(byte == 0 for byte in start[:4]), "")
    return Wide(name, name, "its zero bytes show") if name else None
