"""Pieces of a block one behind the other in memory, and those that are not."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from curate.core.read.rows import Seen
from curate.core.run.settings import validate
from curate.curation.config import CurateConfig
from curate.curation.passes import stage
from curate.curation.plan import make_plan
from curate.native.arena import Arena, together
from curate.native.gather import native_gatherer


def filled(arena: Arena, size: int, value: int) -> np.ndarray:
    arena.room(size)[:size] = value
    return arena.take(size)


@given(st.lists(st.integers(0, 9), min_size=1, max_size=12), st.integers(0, 11))
def test_parts_are_put_together_wherever_they_lie(sizes, cut):
    """Oracle: concatenation."""
    arena = Arena()
    parts = [filled(arena, size, value) for value, size in enumerate(sizes)]
    wanted = np.repeat(np.arange(len(sizes)), sizes)
    assert together(parts).tolist() == wanted.tolist()
    assert together(parts[cut:] + parts[:cut]).tolist() == np.concatenate([*parts[cut:], *parts[:cut]]).tolist()


def test_a_block_like_the_one_before_is_not_copied():
    arena = Arena()
    first = [filled(arena, 1000, value) for value in range(50)]
    arena.leave()
    second = [filled(arena, 1000, value) for value in range(50)]
    assert np.shares_memory(together(second), second[0])
    assert together(first).tolist() == together(second).tolist()
    assert not np.shares_memory(together(first), together(second))


def test_what_was_taken_is_not_written_to_again():
    arena = Arena()
    parts = []
    for block in range(3):
        parts += [filled(arena, 100, block) for _ in range(7)]
        arena.leave()
    assert [int(part[0]) for part in parts] == [0] * 7 + [1] * 7 + [2] * 7
    assert all(len(set(part.tolist())) == 1 for part in parts)


def test_nothing_taken_is_nothing():
    arena = Arena()
    assert together([filled(arena, 0, 1), filled(arena, 0, 2)]).tolist() == []


def test_rows_that_nobody_wants_take_no_room(tmp_path, monkeypatch):
    """A limit ends a run early, but the file is read on for its hash."""
    gatherers = []
    monkeypatch.setattr(stage, "native_gatherer", lambda name: gatherers.append(native_gatherer(name)) or gatherers[0])
    monkeypatch.setattr(stage, "SCANNED_BYTES", 1 << 12)
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b"".join(b'{"text":"row %d %s"}\n' % (row, b"a" * 200) for row in range(2_000)))
    plan = make_plan(validate(CurateConfig, {"input": {"files": [str(path)]}}, ""), tmp_path)
    blocks = list(stage.source_blocks(plan, plan.sources[0], Seen(), 1 << 16, limit=10))

    assert [len(block) for block in blocks] == [10]
    assert gatherers[0] is None or all(len(arena._bytes) < 1 << 16 for arena in gatherers[0]._arenas.values())
