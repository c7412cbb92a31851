"""Items planted into rows of other text, word for word, spelt otherwise, and at graded edits: seeded."""

from __future__ import annotations

import random
import re
from typing import NamedTuple

import polars as pl

from benchmarks.corpora.synthetic import Writer
from curate.core.items.read import Item

EDITS = (0.05, 0.1, 0.2, 0.3, 0.5)  # share of the words replaced
SHORTEST = 8  # words; shorter items are compared whole
_WORD = re.compile(r"\w+")


class Planted(NamedTuple):
    """Rows of which each holds one item, in the order of ``items``."""

    name: str
    items: list[int]
    block: pl.DataFrame


def block_of(prompts: list[str], answers: list[str]) -> pl.DataFrame:
    """Return chats of one question and one answer as the search takes them."""
    turn = pl.List(pl.Struct({"role": pl.String, "text": pl.String}))
    chats = [
        [{"role": "user", "text": prompt}, {"role": "assistant", "text": answer}]
        for prompt, answer in zip(prompts, answers, strict=True)
    ]
    rejected = pl.Series([None] * len(chats), dtype=pl.String)
    return pl.DataFrame({"messages": pl.Series(chats, dtype=turn), "rejected": rejected})


def planted(items: list[Item], count: int, seed: int) -> list[Planted]:
    """Return a sample of the items planted in each way: verbatim, embedded, spelt otherwise, edited."""
    writer = Writer(seed)
    long = [at for at, item in enumerate(items) if len(_WORD.findall(item.question)) >= SHORTEST]
    chosen = sorted(writer.draw.sample(long, min(count, len(long))))
    questions = [items[at].question for at in chosen]
    around = [(writer.text(300), writer.text(300)) for _ in chosen]
    answers = [writer.text(100) for _ in chosen]

    def rows(name: str, texts: list[str]) -> Planted:
        return Planted(name, chosen, block_of(texts, answers))

    def embedded(texts: list[str]) -> list[str]:
        return [f"{before}\n\n{text}\n\n{after}" for text, (before, after) in zip(texts, around, strict=True)]

    spelt = [text.upper().replace(",", " ,").replace(" ", "  ") for text in questions]
    return [
        rows("verbatim", questions),
        rows("embedded", embedded(questions)),
        rows("other case and spacing", embedded(spelt)),
        *(
            rows(f"{share:.0%} of words replaced", embedded([_edited(writer.draw, text, share) for text in questions]))
            for share in EDITS
        ),
    ]


def _edited(draw: random.Random, text: str, share: float) -> str:
    """Return the text with a share of its words, at least one, replaced."""
    words = text.split(" ")
    for at in draw.sample(range(len(words)), max(1, round(share * len(words)))):
        words[at] = f"w{draw.randrange(10_000)}"
    return " ".join(words)
