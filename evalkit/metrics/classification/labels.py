"""Labels out of answers: the set of labels, and which of them an answer is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Literal

import orjson

Extract = Literal["exact", "trimmed", "mentioned"]
OTHER = -1  # the code of an answer that is no label
_EDGES = " \t\r\n\"'`*_.,:;!“”‘’«»"


class Labels:
    """Codes of labels: their places in sorted order."""

    def __init__(self, labels: Sequence[str], extract: Extract, key: str | None) -> None:
        self._codes = {label: code for code, label in enumerate(labels)}
        self._extract = extract
        self._key = key
        self._folded: dict[str, int] = {}
        for label, code in self._codes.items():
            folded = _fold(label)
            self._folded[folded] = OTHER if folded in self._folded else code  # two that differ in case alone
        longest_first = sorted((re.escape(folded) for folded in self._folded if folded), key=len, reverse=True)
        self._mention = re.compile(rf"(?<!\w)(?:{'|'.join(longest_first)})(?!\w)") if longest_first else None

    def wanted(self, references: Sequence[str]) -> list[int]:
        """Return the codes of those references that are labels, in their order."""
        named = (label_of(reference, self._key) for reference in references)
        return [self._codes[label] for label in named if label in self._codes]

    def said(self, prediction: str) -> int:
        """Return the code of what an answer says, or ``OTHER``."""
        text = prediction if self._key is None else _under(_object(prediction), self._key)
        if text is None:
            return OTHER
        if text in self._codes or self._extract == "exact":
            return self._codes.get(text, OTHER)
        folded = _fold(text)
        if folded in self._folded:
            return self._folded[folded]
        if self._extract == "trimmed" or self._mention is None:
            return OTHER
        named = {self._folded[match] for match in self._mention.findall(text.lower())}
        return named.pop() if len(named) == 1 else OTHER


def label_of(reference: str, key: str | None) -> str | None:
    """Return the label that a reference names: what stands under the key where it is a JSON object, else its text.

    None: it is an object without a text, a number or a truth value under the key.
    """
    found = None if key is None else _object(reference)
    return reference if key is None or found is None else _under(found, key)


def _fold(text: str) -> str:
    return text.strip(_EDGES).lower()


def _object(text: str) -> dict[str, Any] | None:
    """Return the JSON object that a text is; None where it is none."""
    try:
        value: Any = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, dict) else None


def _under(found: dict[str, Any] | None, key: str) -> str | None:
    """Return the text under a key, of a number or a truth value its JSON; None where there is none of these."""
    value = None if found is None else found.get(key)
    if value is None or isinstance(value, str):
        return value
    return orjson.dumps(value).decode() if isinstance(value, int | float) else None
