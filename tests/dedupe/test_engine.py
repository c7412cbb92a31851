"""The near-duplicate engine against oracles: datasketch, a plain reading of the definitions, and brute force."""

from __future__ import annotations

import random
import re
from itertools import combinations

import numpy as np
import polars as pl
import pytest
from datasketch import MinHash
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.core.record.block import MESSAGE
from curate.dedupe.bands import band_keys, choose_bands, proposed
from curate.dedupe.buckets import find_buckets
from curate.dedupe.engine import PairRule, find_twins, near_keys
from curate.dedupe.links import linked
from curate.dedupe.minhash import signatures
from curate.dedupe.shingles import by_numpy, shingles
from curate.dedupe.text import comparable
from curate.engines.local import connected
from curate.engines.tables import MemoryTable
from curate.steps.near_duplicates import NearDuplicates
from tests.curation.corpus import edited, text

WORDS = st.lists(st.sampled_from("a b c d é 日 10 x_y".split()), max_size=30).map(" ".join)


def oracle(one: str, other: str) -> float:
    """Jaccard similarity of word 5-grams, read off the definition."""

    def grams(raw: str) -> set[tuple[str, ...]]:
        words = re.findall(r"\w+", raw.lower())
        return {tuple(words[i : i + 5]) for i in range(len(words) - 4)} if len(words) >= 8 else {(raw.lower(),)}

    a, b = grams(one), grams(other)
    return len(a & b) / len(a | b)


def jaccard(one: str, other: str) -> float:
    found = shingles(comparable(pl.Series([one, other])))
    a, b = set(found.of(0).tolist()), set(found.of(1).tolist())
    return len(a & b) / len(a | b)


@settings(deadline=None, derandomize=True, max_examples=200)
@given(WORDS, WORDS)
def test_shingles_give_the_jaccard_of_the_definition(one, other):
    one, other = f"{one} end", f"{other} end"

    assert jaccard(one, other) == pytest.approx(oracle(one, other))


@pytest.mark.parametrize(
    ("one", "other", "similarity"),
    [
        pytest.param("What is C++?", "What is C?", 0.0, id="a short text keeps its punctuation"),
        pytest.param("what is   this", "What is this", 1.0, id="case and white space"),
        pytest.param("a b c d e f g h", "a b c d e f g h", 1.0, id="eight words"),
        pytest.param("ａ b c d e f g h", "a b c d e f g h", 1.0, id="full width is NFKC-equal"),
        pytest.param("“a” b c — d e f g h", "a b c d e f g h", 1.0, id="punctuation of any script is no word"),
        pytest.param("今天天气很好我们去公园", "今天天气很好我们去公园。", 1.0, id="characters, punctuation aside"),
        pytest.param("今天天气很好我们去公园", "明天考试很难大家要努力", 0.0, id="other characters"),
    ],
)
def test_what_is_compared(one, other, similarity):
    assert jaccard(one, other) == similarity


def test_signatures_equal_datasketch_bit_for_bit():
    """Oracle: datasketch 2, scheme affine32, seed 1, over the same 32-bit hashes."""
    draw = random.Random(5)
    found = shingles(comparable(pl.Series([text(draw, n) for n in range(1, 80)])))
    ours = signatures(found.values, found.offsets)
    for row in range(len(ours)):
        theirs = MinHash(num_perm=128, seed=1, hashfunc=lambda value: value)
        theirs.update_batch([value & 0xFFFFFFFF for value in found.of(row).tolist()])
        assert np.array_equal(theirs.hashvalues, ours[row])


def test_chunks_of_text_change_nothing(monkeypatch):
    draw = random.Random(6)
    texts = comparable(pl.Series([text(draw, n % 40) for n in range(200)] + ["", "今天天气很好我们去公园"]))
    whole = by_numpy(texts, 5, 8)
    monkeypatch.setattr("curate.dedupe.shingles._CHUNK_BYTES", 300)
    parts = by_numpy(texts, 5, 8)

    assert all(np.array_equal(a, b) for a, b in zip(whole, parts, strict=True))


@pytest.mark.parametrize(
    ("threshold", "recall", "bands"),
    [(0.8, 0.9999, (25, 5)), (0.7, 0.999, (32, 4)), (0.9, 0.9999, (18, 7)), (0.5, 0.9999, (64, 2))],
)
def test_bands_are_the_longest_that_keep_the_recall(threshold, recall, bands):
    count, rows = choose_bands(threshold, recall)

    assert (count, rows) == bands
    assert proposed(threshold, count, rows) >= recall
    assert proposed(threshold, 128 // (rows + 1), rows + 1) < recall


@settings(deadline=None, derandomize=True, max_examples=50)
@given(st.lists(st.lists(st.integers(0, 3), min_size=3, max_size=3), min_size=1, max_size=12))
def test_buckets_hold_every_pair_that_shares_a_key(keys):
    """Oracle: all pairs, compared key by key."""
    table = np.array(keys, dtype=np.uint64)
    buckets = find_buckets([table[:, band] for band in range(3)])
    left, right = buckets.pairs_of(buckets.members, np.ones(len(keys), dtype=bool))
    pairs = {
        (i, j)
        for i, j in combinations(range(len(keys)), 2)
        if any(a == b for a, b in zip(keys[i], keys[j], strict=True))
    }

    assert set(zip(left.tolist(), right.tolist(), strict=True)) == pairs
    assert sum(len(a) for a, _ in buckets.batches_of(buckets.members, np.ones(len(keys), dtype=bool), 2)) == len(pairs)


@settings(deadline=None, derandomize=True, max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=1, max_size=30))
def test_components_are_those_of_a_plain_search(edges):
    found = dict(connected(pl.Series([a for a, _ in edges]), pl.Series([b for _, b in edges])).iter_rows())
    label = {node: node for edge in edges for node in edge}
    for _ in label:
        for a, b in edges:
            label[a] = label[b] = min(label[a], label[b])

    assert found == label


class Texts:
    """An engine that fetches from a frame."""

    def __init__(self, block: pl.DataFrame) -> None:
        self.block = block

    def fetch(self, rows: pl.Series, columns: list[str]) -> pl.DataFrame:
        return self.block[rows.cast(pl.Int64).to_list()].select(columns)


def block_of(pairs: list[tuple[str, str]]) -> pl.DataFrame:
    def message(role: str, said: str) -> dict[str, object]:
        return dict.fromkeys(MESSAGE.to_schema()) | {"role": role, "text": said}

    chats = [[message("user", question), message("assistant", answer)] for question, answer in pairs]
    return pl.DataFrame(
        {"row": range(len(chats)), "messages": chats, "tools": [None] * len(chats)},
        schema={"row": pl.UInt64, "messages": pl.List(MESSAGE), "tools": pl.Binary},
    )


def planted(rows: int, seed: int) -> list[tuple[str, str]]:
    """Chats of which half are edits of earlier ones, lightly or heavily, on either side."""
    draw = random.Random(seed)
    pairs: list[tuple[str, str]] = []
    for _ in range(rows):
        if pairs and draw.random() < 0.5:
            question, answer = draw.choice(pairs)
            pairs.append(
                (edited(draw, question, draw.choice([0, 0, 1, 3])), edited(draw, answer, draw.choice([0, 1, 2, 6])))
            )
        else:
            pairs.append((text(draw, 60), text(draw, 80)))
    return pairs


def alike(one: tuple[str, str], other: tuple[str, str]) -> float:
    return min(oracle(one[0], other[0]), oracle(one[1], other[1]))


@pytest.mark.parametrize("seed", range(3))
def test_star_drops_what_brute_force_drops(seed, monkeypatch):
    """Oracle: rows in order, each compared with every kept row by the definition."""
    monkeypatch.setattr("curate.dedupe.star.BATCH", 64)
    pairs = planted(300, seed)
    step = NearDuplicates()
    block = block_of(pairs)
    twins = find_twins(MemoryTable(near_keys(block, step.rule)), Texts(block), step.rule, step.judge)
    kept: list[int] = []
    dropped = set()
    for row, pair in enumerate(pairs):
        if any(alike(pairs[one], pair) >= step.threshold for one in kept):
            dropped.add(row)
        else:
            kept.append(row)

    assert {twin.row for twin in twins if twin.drops} == dropped
    assert len(dropped) > 50
    for twin in twins:
        if twin.drops:
            assert twin.kept in kept
            assert twin.similarity == pytest.approx(alike(pairs[twin.kept], pairs[twin.row]))
            assert twin.similarity >= step.threshold


def test_links_join_what_brute_force_joins():
    """Oracle: components over all pairs at or above the similarity, both sides as one set."""
    pairs = planted(200, 9)
    rule = PairRule(0.7, 0.7, 0.9999)
    block = block_of(pairs)
    edges = linked(MemoryTable(near_keys(block, rule)), Texts(block), rule, [])

    def whole(one: tuple[str, str], other: tuple[str, str]) -> float:
        grams = [
            {(side, *words[i : i + 5]) for side, said in enumerate(pair) for words in [re.findall(r"\w+", said.lower())]
             for i in range(len(words) - 4)}
            for pair in (one, other)
        ]  # fmt: skip
        return len(grams[0] & grams[1]) / len(grams[0] | grams[1])

    wanted = [(i, j) for i, j in combinations(range(len(pairs)), 2) if whole(pairs[i], pairs[j]) >= 0.7]
    ours = dict(connected(edges["a"], edges["b"]).iter_rows())
    theirs = dict(connected(pl.Series([i for i, _ in wanted]), pl.Series([j for _, j in wanted])).iter_rows())
    assert ours == theirs
    assert len(wanted) > 20


def test_band_keys_differ_between_bands():
    same = np.zeros((1, 128), dtype=np.uint32)

    assert len(set(band_keys(same, 32, 4)[0].tolist())) == 32
