"""What must stand in a rewording word for word: code, URLs, placeholders, JSON keys, numbers, names.

Each is found as narrowly as it can be told: what is found in vain makes a good rewording a fault. (``guarded`` looks
for what noise leaves alone, and so finds as widely as it can.)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Literal, NamedTuple, get_args

from pydantic import BaseModel, ConfigDict, Field

from curate.augment.asking.numbers import Number, changed_powers, exponents, names_powers, numbers, without_spelt
from curate.augment.asking.units import changed_units

Kind = Literal["code", "urls", "placeholders", "json_keys", "numbers", "names"]

_FENCED = re.compile(r"```.*?```|~~~.*?~~~", re.DOTALL)
_PATTERNS: dict[str, tuple[str, ...]] = {  # of a kind; what one has found, those after it do not look at
    "code": (
        r"`[^`\n]+`",
        r"(?<![\w/])(?:~|\.{1,2})?/(?:[\w.-]+/)*[\w-][\w.-]*\w",  # a path
        r"(?<!\S)--?[A-Za-z][\w-]*(?==|\s|$)",  # an option of a command
        r"\b\w+\(\)",
        r"\b[^\W\d]\w*_\w+\b",  # snake_case
        r"\b[a-z]+[A-Z]\w*\b",  # camelCase
    ),
    "urls": (
        r"\b[a-z][a-z0-9+.-]{1,20}://[^\s<>\"'`]*[\w/#=&-]",
        r"\bwww\.[^\s<>\"'`]*[\w/]",
        r"\b[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+",
    ),
    "placeholders": (
        r"\{\{[^{}\n]+\}\}",
        r"\$\{[^{}\n]+\}",
        r"\{[A-Za-z_][\w.:-]*\}",
        r"%\([A-Za-z_]\w*\)[a-z]|%[sd]\b",
        r"<[A-Za-z_][\w-]*>",
        r"\[[A-Z][A-Z0-9_]+\]",
    ),
    "json_keys": (r"\"[^\"\n]+\"(?=\s*:)",),
    "numbers": (r"\b(?=[A-Z-]{0,32}\d)[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)*\b",),  # of an article or an order: FH-20418
}
_ORDER = ("urls", "code", "placeholders", "json_keys", "numbers")  # a URL has a path in it, code has placeholders
_DIGITS = re.compile(r"\d+")
_WORD = re.compile(r"[^\W\d_][\w’'-]*")
_STARTS = '.!?:;…\n"“„«(*•-'  # what stands before a word that opens a sentence
_NO_NAMES = frozenset("I I'm I've I'd I'll I’m I’ve I’d I’ll OK Ok".split())
_ADDED = frozenset(("numbers", "urls", "placeholders"))  # of which a rewording may not have more than its source


class Constraint(NamedTuple):
    """A part of a text that a rewording keeps."""

    kind: str
    text: str


class _Read:
    """A text with what the patterns find in it, and its numbers: each is looked for once."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.found, self.rest = _by_pattern(text)

    @cached_property
    def counted(self) -> list[Number]:
        """The numbers outside of what the patterns find."""
        return numbers(self.rest)

    @cached_property
    def known(self) -> set[str]:
        """What the numbers of the text may be read as, with those of code and names that stand apart there."""
        apart = [one for one in numbers(self.text) if one.apart]
        return set[str]().union(*(one.keys for one in [*self.counted, *apart]))

    @cached_property
    def unspelt(self) -> str:
        """The text without numbers that are spelt otherwise than by digits."""
        return without_spelt(self.text)

    @cached_property
    def digits(self) -> set[str]:
        """The runs of digits in it."""
        return set(_DIGITS.findall(self.unspelt))

    def writes(self, number: str) -> bool:
        """Say whether a number stands in the text as it is; the text is searched only where its digits are there."""
        return self.digits.issuperset(_DIGITS.findall(number)) and _has(self.unspelt, number)


class Constraints(BaseModel):
    """What a rewording keeps word for word. A candidate that lost one, or that has a new number, is none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kinds: tuple[Kind, ...] = Field(get_args(Kind), description="What is looked for.")
    keep: tuple[str, ...] = Field((), description="Texts that are kept wherever they occur, names of products say.")
    names_in_lower_case: bool = Field(
        default=False, description="A name may lose its capitals: for styles that write as people type."
    )

    def find(self, text: str) -> list[Constraint]:
        """Return what must be kept of a text, each once, in the order of the kinds."""
        read = _Read(text)
        counted = read.counted if "numbers" in self.kinds else []
        return list(dict.fromkeys([*self._worded(read), *(Constraint("numbers", one.text) for one in counted)]))

    def _worded(self, read: _Read) -> Iterator[Constraint]:
        """Yield what must be kept letter for letter: all but numbers, which may be spelt otherwise."""
        for literal in self.keep:
            if _has(read.text, literal):
                yield Constraint("keep", literal)
        yield from (one for one in read.found if one.kind in self.kinds)
        if "names" in self.kinds:
            yield from (Constraint("names", name) for name in _names(_DIGITS.sub(_blank, read.rest)))

    def lost(self, source: str, rewording: str) -> list[Constraint]:
        """Return what the source has and its rewording lost, numbers that count something else there among it."""
        ours, theirs = _Read(source), _Read(rewording)
        there = set(self._worded(theirs))
        missing = [one for one in self._worded(ours) if one not in there and not self._in(one, rewording)]
        other = _changed_numbers(ours, theirs) if "numbers" in self.kinds else []
        return list(dict.fromkeys([*missing, *(Constraint("numbers", text) for text in other)]))

    def added(self, source: str, rewording: str) -> list[Constraint]:
        """Return numbers, URLs and placeholders of the rewording that the source has nowhere."""
        ours, theirs = _Read(source), _Read(rewording)
        there = set(self._worded(ours))
        new = [one for one in self._worded(theirs) if one.kind in _ADDED and one not in there]
        more = _new_numbers(theirs, ours) if "numbers" in self.kinds else []
        counted = [Constraint("numbers", one.text) for one in more if not one.vulgar]  # which may have been a word
        return list(dict.fromkeys([*(one for one in new if not _has(source, one.text)), *counted]))

    def _in(self, one: Constraint, rewording: str) -> bool:
        if one.kind == "names" and self.names_in_lower_case:
            return _has(rewording.lower(), one.text.lower())
        return _has(rewording, one.text)


def _by_pattern(text: str) -> tuple[list[Constraint], str]:
    """Return what the patterns find, and the text without it."""
    found = [Constraint("code", match[0]) for match in _FENCED.finditer(text)]
    rest = _FENCED.sub(_blank, text)
    for kind in _ORDER:
        for pattern in _PATTERNS[kind]:
            form = re.compile(pattern, re.MULTILINE)
            found += [Constraint(kind, match[0]) for match in form.finditer(rest)]
            rest = form.sub(_blank, rest)
    return found, rest


def _changed_numbers(source: _Read, rewording: _Read) -> list[str]:
    """Return numbers that the rewording lost, or that count something else there; a "½" may have become a word."""
    lost = _new_numbers(source, rewording)
    if any(one.vulgar for one in lost) and not _new_numbers(rewording, source):
        lost = [one for one in lost if not one.vulgar]
    changed = (*changed_powers(source.text, rewording.text), *changed_units(source.text, rewording.text))
    return [*(one.text for one in lost), *changed]


def _new_numbers(text: _Read, other: _Read) -> list[Number]:
    """Return the numbers of a text that another has not, in any spelling."""
    known = other.known | (exponents(other.text) if names_powers(text.text) else set())
    return [one for one in text.counted if not one.keys & known and (one.spelt or not other.writes(one.text))]


def _blank(match: re.Match[str]) -> str:
    """Keep the line breaks and what a name stands beside, but nothing to be found."""
    return re.sub(r"[^\n]", "\x00", match[0])


def _has(text: str, part: str) -> bool:
    """Say whether a text has a part that is not the piece of a longer word or number."""
    before = r"(?<!\w)(?<!\d[.,:/])" if part[:1].isalnum() else ""
    after = r"(?!\w)(?![.,:/]\d)" if part[-1:].isalnum() else ""
    return re.search(f"{before}{re.escape(part)}{after}", text) is not None


def _names(text: str) -> Iterator[str]:
    """Yield words with a capital inside of a sentence, and words of capitals anywhere."""
    words = [word for word in _WORD.finditer(text) if word[0] not in _NO_NAMES]
    inner = [word for word in words if not _opens(text, word.start())]
    if len(words) > 3 and 2 * sum(word[0][0].isupper() for word in inner) > len(inner):
        return  # a headline, or a text in capitals: they say nothing there
    within = {word.start() for word in inner}
    for word in words:
        name = word[0].removesuffix("'s").removesuffix("’s").rstrip("'’-")
        if name[:1].isupper() and (word.start() in within or (len(name) > 1 and name.isupper())):
            yield name


def _opens(text: str, place: int) -> bool:
    """Say whether a sentence starts at a place."""
    while place and text[place - 1] in " \t":
        place -= 1
    return place == 0 or text[place - 1] in _STARTS
