"""The key, out of whatever an endpoint sends back: servers that fail like to tell the request, headers and all."""

from __future__ import annotations

import re
from typing import Any

SECRET_LENGTH = 16  # a key this long stands in no honest text; "EMPTY" and "ollama" may
MASK = "***"


class Secret:
    """Masks a key in texts, however JSON spells it: with signs that are escaped, or told by their numbers.

    A key of fewer than 16 characters is masked in answers behind ``Bearer`` alone, for it may be a word.
    """

    def __init__(self, key: str) -> None:
        signs = "".join(rf"\\*(?:{re.escape(sign)}|(?i:u00{ord(sign):02x}))" for sign in key)
        spelt = rf"(?<!\\){signs}"  # a run of backslashes is tried once, and not from each of them
        self._anywhere = re.compile(spelt) if key else None
        behind = self._anywhere if len(key) >= SECRET_LENGTH else re.compile(rf"(?i:(?<=\bbearer )){spelt}")
        self._in_answers = behind if key else None

    def out_of(self, text: str) -> str:
        """Return a text that is no answer, an error say, without the key."""
        return self._anywhere.sub(MASK, text) if self._anywhere else text

    def out_of_reply(self, told: Any) -> Any:
        """Return what JSON says without the key, in each of its texts."""
        if self._in_answers is None:
            return told
        if isinstance(told, str):
            return self._in_answers.sub(MASK, told)
        if isinstance(told, list):
            return [self.out_of_reply(one) for one in told] if told and not isinstance(told[0], float) else told
        if isinstance(told, dict):
            return {self._in_answers.sub(MASK, name): self.out_of_reply(one) for name, one in told.items()}
        return told
