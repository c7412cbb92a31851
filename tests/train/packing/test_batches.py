"""Batches of an epoch: every example once, no pack over the limit, the same from the same seed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from train.packing.batches import epoch_batches
from train.packing.packs import first_fit_decreasing

PLANS = ("packed", "grouped", "random")


def batches(lengths, plan="packed", rows=None, tokens=None, limit=100, seed=7, epoch=0):
    if rows is None and tokens is None:
        rows = 4
    return epoch_batches(
        np.array(lengths, dtype=np.int64), plan=plan, rows=rows, tokens=tokens, max_tokens=limit, seed=seed, epoch=epoch
    )


def flat(found):
    return [at for batch in found for sequence in batch for at in sequence]


def naive(lengths, order, limit):
    """First-fit decreasing as the textbooks have it: a walk over the packs. The oracle of the tree."""
    packs, room = [], []
    for at in sorted(order, key=lambda at: -lengths[at]):
        pack = next((number for number, free in enumerate(room) if free >= lengths[at]), None)
        if pack is None:
            packs.append([])
            room.append(limit)
            pack = len(packs) - 1
        packs[pack].append(at)
        room[pack] -= lengths[at]
    return packs


@given(st.lists(st.integers(1, 50), max_size=60), st.integers(50, 120))
def test_packs_are_those_of_a_walk_over_the_packs(lengths, limit):
    order = range(len(lengths))

    assert first_fit_decreasing(lengths, order, limit) == naive(lengths, order, limit)


@given(
    st.lists(st.integers(0, 100), max_size=80),
    st.sampled_from(PLANS),
    st.integers(1, 9),
    st.one_of(st.none(), st.integers(1, 400)),
    st.integers(0, 3),
)
def test_every_example_stands_in_one_batch_once_and_nothing_is_over_a_limit(lengths, plan, rows, tokens, epoch):
    found = batches(lengths, plan, rows, tokens, epoch=epoch)

    assert sorted(flat(found)) == [at for at, length in enumerate(lengths) if length]
    for batch in found:
        sizes = [sum(lengths[at] for at in sequence) for sequence in batch]
        assert max(sizes) <= 100
        assert tokens is None or max(sizes) <= max(tokens, *lengths)
        assert len(batch) <= rows
        assert tokens is None or len(batch) * max(sizes) <= tokens or len(batch) == 1
        assert plan == "packed" or all(len(sequence) == 1 for sequence in batch)


@pytest.mark.parametrize("plan", PLANS)
def test_seed_and_epoch_say_it_all(plan):
    lengths = [at % 37 + 1 for at in range(200)]

    assert batches(lengths, plan) == batches(lengths, plan)
    assert batches(lengths, plan) != batches(lengths, plan, epoch=1)
    assert batches(lengths, plan) != batches(lengths, plan, seed=8)


def test_packs_are_nearly_full():
    lengths = np.random.default_rng(0).integers(5, 60, 500).tolist()
    packs = [sequence for batch in batches(lengths) for sequence in batch]

    assert sum(lengths) / (100 * len(packs)) > 0.97


def test_packs_are_bounded_by_the_tokens_of_a_batch():
    found = batches([10, 20, 30, 10, 20, 30], tokens=40)

    assert [sum([10, 20, 30, 10, 20, 30][at] for at in sequence) for batch in found for sequence in batch] == [40] * 3
    assert all(len(batch) == 1 for batch in found)


def test_groups_save_padding():
    lengths = np.random.default_rng(0).integers(5, 100, 500).tolist()

    def padded(plan):
        return sum(len(batch) * max(lengths[at] for (at,) in batch) for batch in batches(lengths, plan))

    assert padded("grouped") < 1.1 * sum(lengths) < padded("random")


def test_an_example_over_the_limit_is_told():
    with pytest.raises(ValueError, match="101 tokens fits into no pack of 100"):
        batches([101])


def test_a_batch_needs_a_bound():
    with pytest.raises(ValueError, match="by rows or by tokens"):
        epoch_batches(np.array([1]), plan="random", rows=None, tokens=None, max_tokens=9, seed=0, epoch=0)
