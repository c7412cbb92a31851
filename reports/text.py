"""Text of the data, made safe to show: clipped, escaped, with every character that hides or steers made visible."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

LONGEST = 600
LONGEST_NAME = 120
_HIDDEN = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls, but for tab and line feed
    "\u00ad\u061c\u180e\u200b\u200e\u200f"  # soft hyphen, zero-width space, direction; joiners spell words: they stay
    "\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff"
    "\ud800-\udfff\ue000-\uf8ff\U000e0000-\U000e007f"  # half pairs, private use, tags
)
_ANY = re.compile(f"[{_HIDDEN}]")
_ANY_IN_LINE = re.compile(f"[{_HIDDEN}\t\n]")


def clipped(text: str, limit: int) -> str:
    """Return the text, or its first ``limit`` characters with an ellipsis."""
    return text if len(text) <= limit else f"{text[:limit]}…"


def plain(text: str, limit: int = LONGEST_NAME) -> str:
    """Return one line without markup, for attributes and drawings: hidden characters as ``⟨U+202E⟩``."""
    return _ANY_IN_LINE.sub(_code, clipped(text, limit))


def shown(text: str, limit: int = LONGEST) -> Markup:
    """Return text as HTML: escaped, its line breaks kept, each hidden character as ``⟨U+202E⟩`` in a mark."""
    return _marked(_ANY, clipped(text, limit))


def named(text: str, limit: int = LONGEST_NAME) -> Markup:
    """Return a name (an id, a path, a label) as HTML on one line."""
    return _marked(_ANY_IN_LINE, clipped(text, limit))


def broken(text: str) -> Markup:
    """Return a path as HTML on lines that break after its separators, where they must break."""
    return Markup(re.sub(r"(?<=[/_.-])(?=\w)", "<wbr>", str(named(text, LONGEST)), flags=re.ASCII))  # noqa: S704 - as above


def flags(command: str) -> Markup:
    """Return a command as HTML whose ``--flags`` no line breaks in two; what is markup stays."""
    return Markup(re.sub(r"(?<![^\s])--[a-z-]+", r'<span class="flag">\g<0></span>', str(escape(command))))  # noqa: S704


def _marked(pattern: re.Pattern[str], text: str) -> Markup:
    return Markup(pattern.sub(_mark, str(escape(text))))  # noqa: S704 - escaped; the marks are ours


def _code(found: re.Match[str]) -> str:
    return f"⟨U+{ord(found.group()):04X}⟩"


def _mark(found: re.Match[str]) -> str:
    return f'<span class="mark">{_code(found)}</span>'
