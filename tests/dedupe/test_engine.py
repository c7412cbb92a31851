"""The near-duplicate engine against oracles: datasketch, a plain reading of the definitions, and brute force."""

from __future__ import annotations

import random
import re
from functools import cache
from itertools import combinations
from pathlib import Path

import numpy as np
import orjson
import polars as pl
import pytest
from datasketch import MinHash
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.core.record.block import BLOCK, MESSAGE
from curate.dedupe.keys import COLUMNS, near_keys
from curate.dedupe.pairs.kinds import Kind
from curate.dedupe.pairs.links import linked
from curate.dedupe.pairs.twins import find_twins
from curate.dedupe.rule import PairRule
from curate.dedupe.signatures.bands import band_keys, choose_bands, proposed
from curate.dedupe.signatures.minhash import sign
from curate.dedupe.signatures.shingles import by_numpy, shingles
from curate.dedupe.text import comparable
from curate.engines.columns import ColumnTable
from curate.engines.local import connected
from curate.steps.near_duplicates import NearDuplicates
from tests.curation.corpus import edited, text

WORDS = st.lists(st.sampled_from("a b c d é 日 10 x_y".split()), max_size=30).map(" ".join)


def oracle(one: str, other: str) -> float:
    """Jaccard similarity of word 5-grams, read off the definition."""

    a, b = grams(one), grams(other)
    return len(a & b) / len(a | b)


@cache
def grams(raw: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", raw.lower())
    return {tuple(words[i : i + 5]) for i in range(len(words) - 4)} if len(words) >= 8 else {(raw.lower(),)}


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
    """Oracle: datasketch 2, scheme affine32, seed 1, over the same 32-bit hashes; a row of ours is one of theirs."""
    draw = random.Random(5)
    ours, found = sign(comparable(pl.Series([text(draw, n) for n in range(1, 80)])))
    for row in range(len(ours)):
        theirs = MinHash(num_perm=128, seed=1, hashfunc=lambda value: value)
        theirs.update_batch([value & 0xFFFFFFFF for value in found.of(row).tolist()])
        assert np.array_equal(theirs.hashvalues, ours[row])
        assert MinHash(num_perm=128, seed=1, hashvalues=ours[row], scheme="affine32").jaccard(theirs) == 1.0


def test_chunks_of_text_change_nothing(monkeypatch):
    draw = random.Random(6)
    texts = comparable(pl.Series([text(draw, n % 40) for n in range(200)] + ["", "今天天气很好我们去公园"]))
    whole = by_numpy(texts, 5, 8)
    monkeypatch.setattr("curate.dedupe.signatures.shingles._CHUNK_BYTES", 300)
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
@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=1, max_size=30))
def test_components_are_those_of_a_plain_search(edges):
    found = dict(connected(pl.Series([a for a, _ in edges]), pl.Series([b for _, b in edges])).iter_rows())
    label = {node: node for edge in edges for node in edge}
    for _ in label:
        for a, b in edges:
            label[a] = label[b] = min(label[a], label[b])

    assert found == label


def block_of(pairs: list[tuple[str, str]]) -> pl.DataFrame:
    chats = [[said_by(0, question), said_by(1, answer)] for question, answer in pairs]
    raws = [orjson.dumps({"question": question, "answer": answer}) for question, answer in pairs]
    return block_with(chats, raw=raws)


def said_by(turn: int, said: str) -> dict[str, object]:
    return dict.fromkeys(MESSAGE.to_schema()) | {"role": "assistant" if turn % 2 else "user", "text": said}


def block_with(chats: list[list[dict[str, object]]], **columns: list[object]) -> pl.DataFrame:
    """Return a block of chats with the columns that are compared, null where they are not given."""
    schema = {name: BLOCK[name] for name in COLUMNS}
    none = {name: [None] * len(chats) for name in COLUMNS}
    return pl.DataFrame(none | {"row": range(len(chats)), "messages": chats} | columns, schema=schema)


def keys_of(block: pl.DataFrame, rule: PairRule, folder: Path) -> ColumnTable:
    """The keys as a run holds them, in two batches."""
    table = ColumnTable(folder)
    for part in (block[:100], block[100:]):
        table.append(near_keys(part, rule))
    return table.without(pl.Series([], dtype=pl.UInt64))


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


def talks(rows: int, seed: int) -> list[list[str]]:
    """Chats of one to four questions and answers, most of them edits of earlier ones, of few words at their ends."""
    draw = random.Random(seed)
    chats: list[list[str]] = []
    for _ in range(rows):
        chat = [text(draw, draw.choice([3, 60])) for _ in range(2 * draw.randrange(1, 5))]
        if chats and draw.random() < 0.7:
            chat = [edited(draw, said, draw.choice([0, 0, 0, 1])) for said in draw.choice(chats)]
            if draw.random() < 0.5:
                chat[draw.choice([-2, -1])] = text(draw, 3)
        chats.append(chat)
    return chats


def alike_to_the_end(one: list[str], other: list[str]) -> tuple[float, bool]:
    """How alike all questions are, and all answers; and whether the last of each are, in chats of several."""
    sides = min(oracle("\n\n".join(one[side::2]), "\n\n".join(other[side::2])) for side in (0, 1))
    if len(one) == len(other) == 2:
        return sides, True
    ends = [oracle(*two) >= 0.8 for two in zip(one[-2:], other[-2:], strict=True)]
    return sides, all(ends) and min(len(one), len(other)) > 2


def alike(one: tuple[str, str], other: tuple[str, str]) -> float:
    return min(oracle(one[0], other[0]), oracle(one[1], other[1]))


@pytest.fixture(params=["kernel", "no kernel"])
def kernel(request, monkeypatch):
    """Both ways: in C, and in plain Python."""
    if request.param == "no kernel":
        for module in (
            "pairs.mates",
            "signatures.bands",
            "signatures.minhash",
            "signatures.shingles",
            "signatures.signs",
        ):
            monkeypatch.setattr(f"curate.dedupe.{module}.kernel", lambda: None)


@pytest.mark.usefixtures("kernel")
@pytest.mark.parametrize("seed", range(3))
def test_star_drops_what_brute_force_drops(seed, tmp_path):
    """Oracle: rows in order, each compared with every kept row by the definition."""
    pairs = planted(300, seed)
    step = NearDuplicates()
    twins = find_twins(keys_of(block_of(pairs), step.rule, tmp_path), step.rule, [Kind.NEAR])
    kept: list[int] = []
    dropped = {}
    for row, pair in enumerate(pairs):
        best = max(((alike(pairs[one], pair), -one) for one in kept), default=(0.0, 0))
        if best[0] >= step.threshold:
            dropped[row] = (-best[1], pytest.approx(best[0]))
        else:
            kept.append(row)

    assert {row: (one, alike) for row, one, kind, alike in zip(*twins[:4], strict=True) if kind == Kind.NEAR} == dropped
    assert len(dropped) > 50


@pytest.mark.usefixtures("kernel")
def test_star_drops_chats_that_are_alike_to_their_ends(tmp_path):
    """Oracle: rows in order, each compared with every kept row by the definition."""
    chats = talks(300, 4)
    block = block_with([[said_by(n, said) for n, said in enumerate(chat)] for chat in chats])
    step = NearDuplicates()
    twins = find_twins(keys_of(block, step.rule, tmp_path), step.rule, [Kind.NEAR])
    kept: list[int] = []
    dropped, apart = set(), set()
    for row, chat in enumerate(chats):
        near = [alike_to_the_end(chats[one], chat) for one in kept]
        if any(sides >= step.threshold and to_the_end for sides, to_the_end in near):
            dropped.add(row)
        else:
            kept.append(row)
            if any(sides >= step.threshold for sides, _ in near):
                apart.add(row)

    told = set(twins.row[twins.kind == Kind.APART].tolist())
    assert set(twins.row[twins.kind == Kind.NEAR].tolist()) == dropped
    assert told <= apart  # another row may share more of the prompt, and be told of instead
    assert min(len(dropped), len(told)) > 30


@pytest.mark.usefixtures("kernel")
def test_a_pair_at_the_threshold_is_near(tmp_path):
    """Thirteen words of which the last is another one: 8 of 10 5-grams, which is 0.8."""
    words = [f"w{n}" for n in range(13)]
    one, other = " ".join(words), " ".join([*words[:-1], "another"])
    rule = PairRule(0.7, 0.8)
    twins = find_twins(keys_of(block_of([(one, one), (one, other)]), rule, tmp_path), rule, [Kind.NEAR])

    assert oracle(one, other) == rule.threshold
    assert (twins.kind.tolist(), twins.similarity.tolist()) == ([Kind.NEAR], [0.8])


@pytest.mark.usefixtures("kernel")
@pytest.mark.parametrize(("frozen", "told"), [(0, {1: 0, 2: 0}), (1, {2: 1})])
def test_a_prompt_shared_with_a_row_that_is_frozen_is_not_told_of(tmp_path, frozen, told):
    draw = random.Random(3)
    prompt = text(draw, 40)
    rule = PairRule(0.7, 0.8)
    table = keys_of(block_of([(prompt, text(draw, 60)) for _ in range(3)]), rule, tmp_path)
    twins = find_twins(table, rule, [Kind.NEAR], frozen=frozen)

    assert dict(zip(twins.row.tolist(), twins.kept.tolist(), strict=True)) == told
    assert set(twins.kind.tolist()) == {Kind.SAME_PROMPT}


@pytest.mark.usefixtures("kernel")
def test_links_join_what_brute_force_joins(tmp_path):
    """Oracle: components over all pairs at or above the similarity, both sides as one set."""
    pairs = planted(200, 9)
    rule = PairRule(0.7, 0.7, 0.9999)
    known = pl.DataFrame({"a": [], "b": []}, schema={"a": pl.UInt64, "b": pl.UInt64})
    edges = linked(keys_of(block_of(pairs), rule, tmp_path), rule, known)

    wanted = [(i, j) for i, j in combinations(range(len(pairs)), 2) if whole(pairs[i], pairs[j]) >= 0.7]
    ours = dict(connected(edges["a"], edges["b"]).iter_rows())
    theirs = dict(connected(pl.Series([i for i, _ in wanted]), pl.Series([j for _, j in wanted])).iter_rows())
    assert ours == theirs
    assert len(wanted) > 20


def whole(one: tuple[str, str], other: tuple[str, str]) -> float:
    grams = [
        {(side, *words[i : i + 5]) for side, said in enumerate(pair) for words in [re.findall(r"\w+", said.lower())]
         for i in range(len(words) - 4)}
        for pair in (one, other)
    ]  # fmt: skip
    return len(grams[0] & grams[1]) / len(grams[0] | grams[1])


def test_what_is_known_to_belong_together_is_joined_without_a_look(tmp_path):
    """Rows 3 and 7 share nothing; row 0 of their group is not in the table."""
    pairs = planted(60, 4)
    rule = PairRule(0.7, 0.7)
    table = keys_of(block_of(pairs), rule, tmp_path).without(pl.Series([0], dtype=pl.UInt64))
    known = pl.DataFrame({"a": [0, 0], "b": [7, 3]}, schema={"a": pl.UInt64, "b": pl.UInt64})
    edges = linked(table, rule, known)

    roots = dict(connected(edges["a"], edges["b"]).iter_rows())
    assert roots[3] == roots[7]
    assert 0 not in roots


@pytest.mark.usefixtures("kernel")
def test_single_linkage_drops_all_of_a_component_but_its_first(tmp_path):
    """Oracle: components over all pairs that are twins by the definition; a chain leads from 0 to 4."""
    words = [f"w{n}" for n in range(60)]

    def shifted(by: int) -> str:
        return " ".join([*(f"new{n}" for n in range(by)), *words[by:]])

    pairs = [(shifted(2 * n), shifted(2 * n)) for n in range(5)] + planted(60, 8)
    step = NearDuplicates(linkage="single")
    table = keys_of(block_of(pairs), step.rule, tmp_path)
    twins = find_twins(table, step.rule, [Kind.NEAR], linkage="single")
    edges = [(i, j) for i, j in combinations(range(len(pairs)), 2) if alike(pairs[i], pairs[j]) >= step.threshold]
    roots = dict(connected(pl.Series([i for i, _ in edges]), pl.Series([j for _, j in edges])).iter_rows())
    wanted = {row: (root, pytest.approx(alike(pairs[row], pairs[root]))) for row, root in roots.items() if row != root}

    assert {row: (one, near) for row, one, kind, near in zip(*twins[:4], strict=True) if kind == Kind.NEAR} == wanted
    assert wanted[4][0] == 0
    assert alike(pairs[0], pairs[4]) < step.threshold


@pytest.mark.usefixtures("kernel")
@pytest.mark.parametrize("frozen", [0, 40])
@pytest.mark.parametrize("others", [[Kind.SAME_PROMPT], [Kind.NEARLY, Kind.APART], list(Kind)[2:]])
def test_single_linkage_keeps_the_row_that_others_go_for(tmp_path, others, frozen):
    """Property: whatever else drops rows, each goes for one that stays, and a group has no more than one."""
    step = NearDuplicates(linkage="single", warn_from=0.6)
    drops = [Kind.NEAR, *others]
    chain = [" ".join([*(f"new{n}" for n in range(by)), *(f"w{n}" for n in range(by, 60))]) for by in range(0, 12, 2)]
    pairs = [(chain[0], "its own answer is that of nobody else here"), *((text, text) for text in chain)]
    for block in (varied(random.Random(5)), block_of(pairs), block_of(planted(150, 3))):
        table = keys_of(block, step.rule, tmp_path / str(block.height))
        twins = find_twins(table, step.rule, drops, linkage="single", frozen=frozen)
        gone = set(twins.row[np.isin(twins.kind, drops)].tolist())
        groups = twins.clusters.filter(~pl.col("row").is_in(list(gone)), pl.col("row") >= frozen)

        assert gone or frozen
        assert not gone & set(twins.kept.tolist())
        assert not gone & set(range(frozen))
        assert groups["cluster"].is_unique().all()


def test_kernel_and_plain_python_say_the_same_of_everything(tmp_path, monkeypatch):
    """Rows of every kind: other instructions, other tools, characters, one side alone, equal and nearly equal."""
    draw = random.Random(12)
    block = varied(draw)
    step = NearDuplicates()
    table = keys_of(block, step.rule, tmp_path / "a")
    ours = find_twins(table, step.rule, [Kind.NEAR])
    for module in ("pairs.mates", "signatures.bands", "signatures.minhash", "signatures.shingles", "signatures.signs"):
        monkeypatch.setattr(f"curate.dedupe.{module}.kernel", lambda: None)
    theirs = find_twins(keys_of(block, step.rule, tmp_path / "b"), step.rule, [Kind.NEAR])

    assert [part.tolist() for part in ours[:4]] == [part.tolist() for part in theirs[:4]]
    assert ours.clusters.equals(theirs.clusters)
    assert set(ours.kind.tolist()) == {kind.value for kind in Kind if kind is not Kind.ALONE}


def varied(draw: random.Random) -> pl.DataFrame:
    def message(role: str, said: str) -> dict[str, object]:
        return dict.fromkeys(MESSAGE.to_schema()) | {"role": role, "text": said}

    chats, tools = [], []
    for _ in range(400):
        if chats and draw.random() < 0.7:
            chat = [dict(turn) for turn in draw.choice(chats)]
            for turn in chat:
                if "天" in str(turn["text"]):
                    turn["text"] = str(turn["text"]).replace("天", "地", draw.choice([0, 1, 1, 2]))
                elif draw.random() < 0.1:
                    turn["text"] = str(turn["text"]).replace(" ", draw.choice([" + ", " < ", " € "]), 1)
                elif draw.random() < 0.4:
                    turn["text"] = edited(draw, str(turn["text"]), draw.choice([1, 1, 2, 4]))
        else:
            system = [message("system", text(draw, 30))] if draw.random() < 0.5 else []
            asked = [message("user", text(draw, draw.choice([5, 40, 60])))] if draw.random() < 0.9 else []
            said = text(draw, 50) if draw.random() < 0.8 else "".join(draw.choices("今天气很好我们去公园", k=90))
            chat = [*system, *asked, message("assistant", said)]
            if draw.random() < 0.3:
                chat += [message("user", text(draw, 6)), message("assistant", text(draw, draw.choice([4, 30])))]
        if draw.random() < 0.2:
            chat = [turn for turn in chat if turn["role"] != "system"]
        chats.append(chat)
        tools.append(orjson.dumps([text(draw, 12)]) if draw.random() < 0.1 else None)
    beside: dict[str, list[object]] = {
        "rejected": [text(draw, 1) if draw.random() < 0.05 else None for _ in chats],
        "media": [1 if draw.random() < 0.05 else None for _ in chats],
        "taught": [draw.choice([1, 2]) if draw.random() < 0.1 else None for _ in chats],
    }
    return block_with(chats, tools=tools, raw=[b"{}"] * len(chats), **beside)


def test_band_keys_differ_between_bands():
    same = np.zeros((1, 128), dtype=np.uint32)

    assert len(set(band_keys(same, 32, 4)[:, 0].tolist())) == 32
