"""Chats as one bare text, where no template says how: the same in training, and in asking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from curate.core.read.layouts.layout import text_of

BREAK = "\n\n"  # before each turn but an answer, which follows its prompt with nothing between


def bare_turns(turns: Sequence[Mapping[str, Any]], end: str) -> list[str]:
    """Return what each turn adds to the text; an answer ends in the token that ends texts, ``end``.

    A turn without a text, such as a call of tools, adds nothing.
    """
    made = []
    for at, turn in enumerate(turns):
        text, answers = text_of(turn.get("content")), turn.get("role") == "assistant"
        before = "" if answers or not at else BREAK
        made.append("" if text is None else before + text + (end if answers else ""))
    return made


def bare_text(turns: Sequence[Mapping[str, Any]], end: str) -> str:
    """Return a chat as one text: ``Q1A1</s>`` and, after a blank line, ``Q2``."""
    return "".join(bare_turns(turns, end))
