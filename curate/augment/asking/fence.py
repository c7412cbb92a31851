"""Data in a prompt: between two marks that it cannot hold, so that no text of it can pass for the prompt's own."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

# what closes a fence of ours, or a turn of a model's own chat template
_ANGLE = r"(?=([\s/]{0,8}data\b|\||/?s>|/?(?:start|end)_of_turn>|<\s*/?SYS>>))"
_SQUARE = r"(?=(/?INST\]))"
_CONTROLS = re.compile(rf"<{_ANGLE}|\[{_SQUARE}", re.IGNORECASE)
_DEFUSED = re.compile(rf"‹{_ANGLE}|⁅{_SQUARE}", re.IGNORECASE)
_HARMLESS = {"<": "‹", "[": "⁅"}
_HARMFUL = {harmless: plain for plain, harmless in _HARMLESS.items()}


class Fence:
    """The marks of one prompt. The same data has the same marks."""

    def __init__(self, texts: Iterable[str]) -> None:
        """Choose a tag that stands in none of the texts."""
        held = "\x1f".join(texts)
        self._put_in = _said(_CONTROLS, held) - _said(_DEFUSED, held)
        digest = hashlib.sha256(held.encode(errors="surrogatepass")).hexdigest()
        while (tag := f"data-{digest[:12]}") in held:
            digest = hashlib.sha256(digest.encode()).hexdigest()
        self.tag = tag

    def around(self, text: str) -> str:
        """Return the text between the marks; what looks like a mark, or like a model's own, is defused in this copy."""
        return f"<{self.tag}>\n{_CONTROLS.sub(lambda match: _HARMLESS[match[0]], text)}\n</{self.tag}>"

    def broken_by(self, reply: str) -> bool:
        """Say whether a reply talks of the marks: it repeats the prompt then, and is no answer."""
        return self.tag in reply

    def restored(self, reply: str) -> str:
        """Return the reply with what `around` put in as the data has it; quotation marks of the reply's own stay."""
        return _DEFUSED.sub(lambda match: _HARMFUL[match[0]] if _after(match) in self._put_in else match[0], reply)


def _said(form: re.Pattern[str], text: str) -> set[str]:
    """Return what comes after each match."""
    return set(map(_after, form.finditer(text)))


def _after(match: re.Match[str]) -> str:
    return "".join((match[1] or match[2]).lower().split())
