"""Answers that say nothing: their end of turn alone would be trained, and the model learns to fall silent."""

from __future__ import annotations

from collections.abc import Iterator

from train.guards.finding import Examined, Finding

_SAYS = ("content", "tool_calls", "reasoning_content", "thinking")


def empty_answer(examined: Examined) -> Iterator[Finding]:
    """Yield an error for each row that trains an answer without a word, a call or a thought."""
    for at, row in enumerate(examined.rows):
        answers = [turn for turn in row.messages if turn["role"] == "assistant"]
        chosen = answers[-1:] if examined.encoder.train_on == "last" else answers
        wanted = [turn for turn in chosen if turn.get("weight") != 0]
        if at not in examined.examples.refused and not all(map(_says, wanted)):
            hint = "thresher curate drops such rows; weight = 0 on the message takes it out of the loss"
            yield Finding("empty_answer", "error", "an answer is empty", hint, row.place)


def _says(turn: dict[str, object]) -> bool:
    return any(str(turn.get(name) or "").strip() for name in _SAYS)
