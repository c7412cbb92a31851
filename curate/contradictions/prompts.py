"""Prompts that ask the same: equal ones, and those that the engine finds near and that only differ in their wording."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations

import numpy as np
import numpy.typing as npt
import polars as pl

from curate.contradictions.opposites import near_words
from curate.contradictions.words import all_words, content
from curate.core.record.tables import Columns
from curate.dedupe.pairs.links import chained
from curate.dedupe.rule import PairRule

U64 = npt.NDArray[np.uint64]

FEW = 12  # prompts that are compared each with each; of more, each with some that start, or end, as it does
NEIGHBOURS = 6
_QUESTIONS = frozenset("who whom whose when where why how".split())


def prompt_groups(keys: Columns, rule: PairRule, texts: Callable[[pl.DataFrame], list[str]]) -> U64:
    """Return for each place of the keys the group of its prompt: the smallest prompt key of those that ask the same.

    ``texts`` gives the questions of (row, depth). Groups follow from what the prompts say, not from their order.
    """
    places = keys.places()
    prompt = keys.numbers("prompt")[places]
    root = chained(keys, rule, np.arange(len(places), dtype=np.uint32))
    frame = pl.DataFrame(
        {
            "root": root,
            "prompt": prompt,
            "row": keys.numbers("row")[places],
            "depth": keys.numbers("depth")[places],
            "own": keys.numbers("own")[places],
        }
    )
    several = pl.col("prompt").n_unique().over("root") > 1
    chains = frame.filter(pl.col("root").is_duplicated()).filter(several)
    first = chains.sort("own", "row", "depth").unique("prompt", keep="first", maintain_order=True)
    if first.is_empty():
        return prompt
    asked = first.with_columns(text=pl.Series(texts(first.select("row", "depth")), dtype=pl.String))
    same: dict[int, int] = {}
    for (_,), chain in asked.group_by("root", maintain_order=True):
        ordered = chain.sort("text", "prompt")
        for one, other in _pairs(ordered["text"].to_list()):
            left, right = (_root(same, int(ordered["prompt"][at])) for at in (one, other))
            if left != right and same_question(ordered["text"][one], ordered["text"][other]):
                same[max(left, right)] = min(left, right)
    if not same:
        return prompt
    groups = {key: _root(same, key) for key in same}
    known = pl.DataFrame(
        {"prompt": list(groups), "group": list(groups.values())},
        schema_overrides={"prompt": pl.UInt64, "group": pl.UInt64},
    )
    joined = pl.DataFrame({"prompt": prompt}).join(known, on="prompt", how="left", maintain_order="left")
    return np.asarray(joined.select(pl.coalesce("group", "prompt")).to_series().to_numpy())


def same_question(one: str, other: str) -> bool:
    """Say whether two prompts differ in nothing but light words, order, inflection and spelling.

    Another number, name, negation, question word or any other word that carries meaning makes another question.
    """
    left, right = content(one), content(other)
    gone, come = left - right, right - left
    if gone.total() != come.total():
        return False
    for word in list(gone):
        match = next((new for new in come if gone[word] == come[new] and near_words(word, new)), None)
        if match is None:
            return False
        del come[match]
    asks = [_QUESTIONS & set(all_words(text)) for text in (one, other)]
    return asks[0] == asks[1]


def _pairs(texts: list[str]) -> Iterator[tuple[int, int]]:
    """Yield pairs of positions of sorted texts: all of few; of many those near each other, read from either end."""
    if len(texts) <= FEW:
        yield from combinations(range(len(texts)), 2)
        return
    backwards = sorted(range(len(texts)), key=lambda at: (texts[at][::-1], at))
    for order in (range(len(texts)), backwards):
        for start in range(len(texts)):
            for step in range(1, min(NEIGHBOURS, len(texts) - 1 - start) + 1):
                yield order[start], order[start + step]


def _root(same: dict[int, int], key: int) -> int:
    while key in same:
        key = same[key]
    return key
