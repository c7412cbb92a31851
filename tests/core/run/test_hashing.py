"""A hash made beside the work is the hash of the pieces in their order. Oracle: hashlib over all of them at once."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.core.run.hashing import MOST, SMALL, RunningHash


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.binary(max_size=2), st.sampled_from([1, 7, SMALL // 4, SMALL, MOST // 4])), max_size=5))
def test_pieces_of_any_size_are_hashed_in_their_order(pieces):
    own, whole = RunningHash(), hashlib.sha256()
    for seed, times in pieces:
        own.update(seed * times)
        whole.update(seed * times)

    assert own.hexdigest() == whole.hexdigest()


@pytest.mark.parametrize("size", [SMALL - 1, SMALL * 3], ids=["small", "large"])
def test_the_hash_so_far_can_be_asked_for_and_gone_on_from(size):
    own, piece = RunningHash(), memoryview(b"x" * size)
    own.update(piece)

    assert own.hexdigest() == hashlib.sha256(piece).hexdigest()

    own.update(piece)

    assert own.hexdigest() == hashlib.sha256(bytes(piece) * 2).hexdigest()
