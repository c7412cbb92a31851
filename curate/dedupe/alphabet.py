"""What becomes of each character when texts are compared, for the C kernel: by Polars, a page of 256 at a time.

Where the decomposition of each character starts with one of combining class 0 that no composition has in second place,
NFKC of a text is NFKC of its characters, one behind the other (Unicode Standard Annex 15). Of the others, the marks,
the kernel knows those that stay as and where they are. A text with what it does not know, or with what Python's version
of Unicode does not have, is Polars'.
"""

from __future__ import annotations

from functools import lru_cache
from threading import Lock
from unicodedata import category, combining, normalize

import numpy as np
import numpy.typing as npt
import polars as pl

from curate.dedupe.forms import SPACELESS, ZERO_WIDTH, characters_of
from curate.native.folding import CELL, PAGE, PAGES, Alphabet, Kind

COMPOSITIONS = ((0xA0, 0x3100), (0x10000, 0x17000))  # where all characters are that are composed of two
_HANGUL = {*range(0x1161, 0x1176), *range(0x11A8, 0x11C3)}  # vowels and finals, which make syllables by a rule
_ONE_AT_A_TIME = Lock()


class Pages:
    """The pages of an alphabet, made when a text wants them. Each state of it is a value of its own, for any thread."""

    def __init__(self, *, spelled: bool) -> None:
        pairs = np.array(sorted(first << 32 | second for first, second in compositions()), np.uint64)
        none = np.zeros(PAGE, CELL)  # page 0: nobody has looked
        self._spelled = spelled
        self.alphabet = Alphabet(np.zeros(PAGES, np.uint16), none, np.zeros(0, np.uint8), pairs, spelled)

    def add(self, wanted: npt.NDArray[np.intp]) -> Alphabet:
        """Return the alphabet with pages of these numbers, too."""
        with _ONE_AT_A_TIME:
            old = self.alphabet
            new = wanted[old.pages[wanted] == 0]
            if len(new):
                pages = old.pages.copy()
                pages[new] = len(old.cells) // PAGE + np.arange(len(new))
                cells, pool = _cells(new, self._spelled, len(old.pool))
                self.alphabet = old._replace(
                    pages=pages, cells=np.concatenate([old.cells, cells]), pool=np.concatenate([old.pool, pool])
                )
            return self.alphabet


@lru_cache(maxsize=2)
def pages(*, spelled: bool) -> Pages:
    """Return the alphabet in which signs that tell are spelled, or every sign is."""
    return Pages(spelled=spelled)


@lru_cache(maxsize=1)
def compositions() -> frozenset[tuple[int, int]]:
    """Return the pairs of characters that NFC makes one of, but for those of Hangul."""
    parts = [normalize("NFD", chr(code)) for start, end in COMPOSITIONS for code in range(start, end)]
    composed = [part for part in {normalize("NFC", part) for part in parts if len(part) > 1} if len(part) == 1]
    return frozenset(_last_step(character) for character in composed)


def _last_step(composed: str) -> tuple[int, int]:
    """Return the two characters that a composition is made of in the end: a letter with one mark, and one mark more."""
    parts = normalize("NFD", composed)
    return ord(normalize("NFC", parts[:-1])), ord(parts[-1])


def _cells(
    numbers: npt.NDArray[np.intp], spelled: bool, start: int
) -> tuple[npt.NDArray[np.void], npt.NDArray[np.uint8]]:
    """Return the cells of the characters on pages of these numbers, and the bytes of their forms, from ``start`` on."""
    codes = (numbers[:, None] * PAGE + np.arange(PAGE)).ravel()
    cells = np.zeros(len(codes), CELL)
    cells["kind"] = Kind.UNKNOWN
    known = np.array([code >= 0x80 and category(chr(code)) not in ("Cn", "Cs") for code in codes.tolist()])
    texts = [chr(code) for code in codes[known].tolist()]
    characters = pl.Series(texts, dtype=pl.String)
    changed = characters.str.normalize("NFKC")
    kinds = _kinds(texts, changed.to_list())
    alone = ~(characters.str.contains(r"\p{Cn}") | changed.str.contains("Σ")).to_numpy()  # σ or ς: by its place
    for kind, pattern in _KINDS.items():
        kinds |= np.where(characters.str.contains(pattern).to_numpy(), np.uint16(kind), np.uint16(0))
    forms = characters_of(characters, spelled=spelled)
    sizes = forms.str.len_bytes().to_numpy()
    found = np.zeros(len(texts), CELL)
    found["at"] = start + np.cumsum(sizes) - sizes
    found["size"] = sizes
    found["rank"] = [combining(character) for character in texts]
    found["kind"] = np.where(alone, kinds, Kind.UNKNOWN)
    found["letters"] = (forms.str.count_matches(r"\p{L}") - forms.str.count_matches("[A-Za-z]")).to_numpy()
    found["spaceless"] = forms.str.count_matches(SPACELESS).to_numpy()
    cells[known] = found
    return cells, np.frombuffer("".join(forms.to_list()).encode(), np.uint8)


_KINDS = {Kind.EMOJI: r"\p{So}", Kind.MODIFIER: r"\p{Sk}", Kind.JOINER: "\u200d", Kind.DROPPED: ZERO_WIDTH}


def _kinds(characters: list[str], changed: list[str]) -> npt.NDArray[np.uint16]:
    """Return what Unicode says of characters and their NFKC."""
    seconds = {second for _, second in compositions()}
    kinds = np.zeros(len(characters), np.uint16)
    for at, (character, form) in enumerate(zip(characters, changed, strict=True)):
        first = normalize("NFKD", character)[0]
        moves = combining(first) > 0 or ord(first) in seconds
        if ord(first) in _HANGUL or (moves and form != character):
            kinds[at] = Kind.UNKNOWN
        elif form != character:
            kinds[at] = Kind.CHANGED
        else:
            kinds[at] = moves * Kind.MARK | (ord(character) in seconds) * Kind.SECOND
            kinds[at] |= (normalize("NFD", character) == character) * Kind.WHOLE
    return kinds
