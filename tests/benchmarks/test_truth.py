"""The exact pairs against brute force: every two texts compared, their 5-grams read off the definition."""

from __future__ import annotations

import random
import re
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.corpora.planted import edited, synthetic
from benchmarks.corpora.truth import find_pairs

FEW_WORDS = st.lists(st.sampled_from("a b c d".split()), max_size=16).map(" ".join)


def grams(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    if len(words) >= 8:
        return {tuple(words[i : i + 5]) for i in range(len(words) - 4)}
    whole = " ".join(text.lower().split())
    return {(whole,)} if whole else set()


def by_brute_force(texts: list[str], least: float) -> dict[tuple[int, int], float]:
    sets = [grams(text) for text in texts]
    pairs = {
        (a, b): len(sets[a] & sets[b]) / max(1, len(sets[a] | sets[b])) for a, b in combinations(range(len(texts)), 2)
    }
    return {pair: similarity for pair, similarity in pairs.items() if similarity >= least}


def found(texts: list[str], least: float) -> dict[tuple[int, int], float]:
    pairs = find_pairs(texts, least)
    return dict(
        zip(zip(pairs.left.tolist(), pairs.right.tolist(), strict=True), pairs.similarity.tolist(), strict=True)
    )


@pytest.mark.parametrize("least", [0.3, 0.5, 0.8, 1.0])
def test_no_pair_is_missed_and_none_added(least: float) -> None:
    texts = [text for text in synthetic(400, seed=3) if text.isascii()]  # the oracle folds no accents
    wanted = by_brute_force(texts, least)

    assert len(wanted) > 5
    assert found(texts, least) == pytest.approx(wanted)


@given(st.lists(FEW_WORDS, max_size=12), st.sampled_from([0.2, 0.5, 0.75, 0.8, 1.0]))
def test_texts_of_few_words_meet_often_and_all_are_told(texts: list[str], least: float) -> None:
    assert found(texts, least) == pytest.approx(by_brute_force(texts, least))


def test_pairs_at_the_threshold_are_pairs() -> None:
    words = [f"w{at}" for at in range(13)]  # 9 five-grams; one word fewer: 8
    assert found([" ".join(words), " ".join(words[:-1])], 8 / 9) == {(0, 1): 8 / 9}


def test_an_edited_text_is_as_far_away_as_its_edits_say() -> None:
    words = [f"w{at}" for at in range(200)]
    texts = [" ".join(words), *(edited(" ".join(words), 0.02, random.Random(seed), ["x"]) for seed in range(200))]
    similarities = [similarity for (one, _), similarity in found(texts, 0.1).items() if one == 0]

    survives = 0.98**5
    assert sum(similarities) / 200 == pytest.approx(survives / (2 - survives), abs=0.02)
