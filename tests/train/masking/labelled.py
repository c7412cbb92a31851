"""A chat, a call of a tool, and the labels that texts get beside those of their pieces, written out."""

from __future__ import annotations

from tests.train.spoken import row, runs
from train.masking.encoder import Encoder

CHAT = row("u:Hi there", "a:Hello!", "u:two and two?", "a: It is four. ")
CALL = {"type": "function", "function": {"name": "weather", "arguments": {"city": "Rome"}}}
TOOLS = [{"type": "function", "function": {"name": "weather"}}]
TOOL_JSON = '{"type": "function", "function": {"name": "weather"}}'
ASKING = {"role": "assistant", "tool_calls": [CALL]}
ASKED = '<tool_call>\n{"name": "weather", "arguments": {"city": "Rome"}}\n</tool_call>'


def labels(tokenizer, one, template=None, *, train_on="assistant", max_tokens=10_000):
    """Return the pieces of a row's text with their tokens and whether they are trained."""
    made = Encoder(tokenizer, template, max_tokens, train_on).encode([one])
    assert not made.refused
    return runs(made)


def pieces(tokenizer, *texts):
    """Return the same of pieces written out: every second one is trained; an empty one is none."""
    split = [tokenizer(text, add_special_tokens=False)["input_ids"] for text in texts]
    return [(ids, at % 2 == 1) for at, ids in enumerate(split) if ids]
