"""Texts of chats that spell a control token: it is read as one, and ends or begins a turn in the middle of a text."""

from __future__ import annotations

from collections.abc import Iterator

from train.guards.finding import Examined, Finding


def control_tokens(examined: Examined) -> Iterator[Finding]:
    """Yield a warning for each row whose messages hold the spelling of a special token."""
    chat = examined.encoder.chat
    if chat is None:
        return
    hint = "take it out of the text, unless it belongs there: a served user who writes it breaks out of the turn too"
    for row in examined.rows:
        for turn in row.messages:
            content = turn.get("content") or ""
            end = chat.first_special(content)
            if end is not None:
                message = f"a text of its {turn['role']} holds {end}, which is read as a control token"
                yield Finding("control_token_in_text", "warning", message, hint, row.place)
                break
