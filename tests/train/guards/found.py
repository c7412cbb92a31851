"""Rows that are sound, and what the guards find on others among them."""

from __future__ import annotations

from tests.train import families
from tests.train.families import byte_level
from tests.train.spoken import row
from train.guards import Facts, examine

FINE = [row("u:Hi there", "a:Hello!", line=line, name=str(line)) for line in range(1, 601)]
CALLING = {"role": "assistant", "tool_calls": [{"type": "function", "function": {"name": "weather", "arguments": {}}}]}


def found(*rows, tokenizer=None, template=None, limit=10_000, train_on="assistant", fill=True, **facts):
    """Return the findings on some rows among 600 sound ones, as (code, severity, line)."""
    from train.masking.encoder import Encoder  # it needs transformers, which not every test of the guards has

    encoder = Encoder(tokenizer or byte_level(families.CHATML, eos="<|im_end|>"), template, limit, train_on)
    every = [*(one._replace(place=one.place._replace(line=1000 + at)) for at, one in enumerate(rows))]
    every += FINE if fill else []
    return [
        (one.code, one.severity, one.place.line if one.place else None)
        for one in examine(encoder.encode(every), every, encoder, Facts(**facts))
    ]
