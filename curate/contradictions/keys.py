"""What a block gives to the search for contradictions: for each answer its prompt, itself, and keys of the question."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import polars as pl

from curate.core.record.block import BLOCK, MESSAGE
from curate.core.record.nest import nest
from curate.core.record.turns import TURN_BREAK
from curate.core.record.views import ANSWERING, INSTRUCTING, instructions
from curate.dedupe.contexts import Contexts, contexts
from curate.dedupe.keys import near_keys
from curate.dedupe.rule import PairRule
from curate.dedupe.said import said
from curate.dedupe.sides import PROMPT
from curate.dedupe.signatures.shingles import mix64

U64 = npt.NDArray[np.uint64]
Key = Callable[[pl.Series], pl.Series]

_BESIDE = ("rejected", "media", "shown", "taught")  # nothing of a question stands there: its history is mixed in
_SEED = 0xA5CD
_STEP = np.uint64(0xD6E8FEB86659FD93)
_COURTESY = (
    r"\b(?:please|kindly|hello|hi|hey|dear|thanks|thank you|(?:can|could|would) you|tell me|let me know|do you know"
    r"|i (?:would like|want) to know|the|an?|is|are|was|were|s)\b"
)


def answer_keys(block: pl.DataFrame, rule: PairRule | None, key: Key) -> pl.DataFrame:
    """Return a row for each answer that is trained: row, depth, digest, prompt, answer; and near-duplicate keys.

    ``prompt`` is equal where system prompt, tools, the turns before, and the question are, courtesies and punctuation
    aside. With a ``rule`` the bands of the question come with it, mixed with all that has to be equal: only questions
    at equal depth of the same history, with the same figures, can meet. ``key`` makes texts comparable.
    """
    found = contexts(block["messages"], block["media"], lambda texts: said(key(texts)))
    units = _units(block, found)
    if units.is_empty():
        return pl.DataFrame(schema={"row": pl.UInt64})
    questions = asked_texts(found).gather(units["at"])
    comparable = said(key(questions))
    gist = comparable.str.replace_all(_COURTESY, " ").str.replace_all(r"\s+", " ").str.strip_chars()
    gist = gist.set(gist == "", None).fill_null(comparable)
    under = _mixed(_instructions(block, key).gather(units["owner"]), found.history[units["at"]])
    texts = found.turns.flat.select(pl.concat_str(pl.lit(key(found.turns.flat["text"].fill_null(""))),
                                                  pl.col("calls").cast(pl.String).fill_null("")))  # fmt: skip
    answers = texts.to_series().gather(units["place"])
    keys = units.select(
        "row",
        "depth",
        own="digest",
        prompt=pl.Series(_mixed(gist.hash(_SEED), under)),
        answer=answers.hash(_SEED),
    )
    if rule is None:
        return keys
    figures = questions.str.extract_all(r"\d+").list.join(" ").hash(_SEED)
    held = pl.Series(_mixed(figures, under))
    near = near_keys(_question_block(units, questions), rule, PROMPT)  # questions without a word have none
    bands = [pl.col(name) ^ pl.lit(held).gather("row").alias(name) for name in near.columns if name[0] == "b"]
    with_words = keys.select(pl.all().gather(near["row"]))
    return pl.concat([with_words, near.with_columns(bands).drop("row")], how="horizontal")


def asked_texts(found: Contexts) -> pl.Series:
    """Return the question of each answer: the turns since the answer before it, but instructions, joined."""
    flat, counts = found.turns.flat, found.place - found.asked_from
    unit = np.repeat(np.arange(len(counts)), counts)
    at = np.arange(len(unit)) - np.repeat(np.cumsum(counts) - counts, counts) + np.repeat(found.asked_from, counts)
    turns = pl.DataFrame({"unit": unit}).with_columns(flat["text"].gather(at), flat["role"].gather(at))
    spoken = turns.filter(~pl.col("role").is_in([*INSTRUCTING, ANSWERING]) & pl.col("text").is_not_null())
    joined = spoken.group_by("unit", maintain_order=True).agg(pl.col("text").str.join(TURN_BREAK))
    everyone = pl.DataFrame({"unit": np.arange(len(counts))})
    return everyone.join(joined, on="unit", how="left", maintain_order="left")["text"].fill_null("")


def _units(block: pl.DataFrame, found: Contexts) -> pl.DataFrame:
    """Return the answers that answer something and are trained, by place."""
    weight = found.turns.flat["weight"].gather(found.place).fill_null(1).to_numpy()
    at = np.flatnonzero((found.before != found.history) & (weight != 0))
    owner = found.owner[at]
    return pl.DataFrame(
        {
            "at": at,
            "owner": owner,
            "place": found.place[at],
            "row": block["row"].gather(owner),
            "depth": found.depth[at].astype(np.uint64),
            "digest": block["digest"].gather(owner),
        }
    )


def _instructions(block: pl.DataFrame, key: Key) -> pl.Series:
    """Return a hash of each row's system prompt and tools."""
    said_first = key(block.select(instructions()).to_series().fill_null(""))
    tools = pl.col("tools").cast(pl.String).fill_null("")
    return block.select(pl.concat_str(pl.lit(said_first), tools, separator="\x1f")).to_series().hash(_SEED)


def _question_block(units: pl.DataFrame, questions: pl.Series) -> pl.DataFrame:
    """Return the questions as a block of one turn each, numbered from 0."""
    flat = questions.to_frame("text").select(
        *(
            pl.lit("user").alias(name) if name == "role" else pl.col("text") if name == "text"
            else pl.lit(None, dtype=kind).alias(name)
            for name, kind in MESSAGE.to_schema().items()
        )
    )  # fmt: skip
    count = len(units)
    return pl.DataFrame(
        {
            "row": np.arange(count, dtype=np.uint64),
            "messages": nest(flat, np.ones(count, dtype=np.int64)),
            "tools": pl.repeat(None, count, dtype=pl.Binary, eager=True),
            "raw": pl.repeat(b"", count, dtype=pl.Binary, eager=True),
            **{name: pl.repeat(None, count, dtype=BLOCK[name], eager=True) for name in _BESIDE},
        }
    )


def _mixed(one: pl.Series | U64, other: pl.Series | U64) -> U64:
    left, right = (np.asarray(side.to_numpy() if isinstance(side, pl.Series) else side) for side in (one, other))
    return mix64(left * _STEP + right)
