"""Pieces in threads: the oracle is ``map``, in results, in their order, and in what is raised and when."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.core.run.workers import cores, in_order


@given(st.lists(st.integers(0, 3), max_size=30), st.integers(1, 5))
def test_results_come_in_the_order_of_their_pieces(naps, threads):
    def work(nap: int) -> tuple[int, int]:
        time.sleep(nap / 1000)  # later pieces are done sooner
        return nap, 7 * nap

    assert list(in_order(work, naps, threads)) == list(map(work, naps))


def test_as_many_run_at_once_as_there_are_threads():
    together = threading.Barrier(3, timeout=30)  # breaks unless three wait for each other
    assert list(in_order(lambda _: together.wait() >= 0, range(6), 3)) == [True] * 6


def test_pieces_are_made_no_further_ahead_than_memory_is_reckoned_for():
    made = []

    def pieces():
        for number in range(20):
            made.append(number)
            yield number

    for done, result in enumerate(in_order(lambda piece: piece, pieces(), 4)):
        assert result == done
        assert len(made) <= done + 1 + 4 + 1  # the one taken, those that wait, and the next


def test_one_thread_is_the_callers():
    assert set(in_order(lambda _: threading.get_ident(), range(3), 1)) == {threading.get_ident()}


def taken_before(error: type[Exception], results: Iterator[int]) -> list[int]:
    """Return the results before an error, which must come."""
    taken: list[int] = []
    with pytest.raises(error, match="here"):
        taken.extend(results)
    return taken


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_an_error_of_the_work_comes_after_the_results_before_it(threads):
    def work(piece: int) -> int:
        if piece == 4:
            raise ValueError("here")
        return piece

    assert taken_before(ValueError, in_order(work, range(100), threads)) == [0, 1, 2, 3]


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_an_error_of_making_pieces_comes_after_all_that_were_made(threads):
    def pieces():
        yield from range(6)
        raise OSError("here")

    assert taken_before(OSError, in_order(lambda piece: piece, pieces(), threads)) == list(range(6))


def test_who_stops_taking_leaves_no_thread_behind():
    before = threading.active_count()
    results = in_order(lambda piece: piece, iter(range(10**6)), 3)
    assert next(results) == 0
    results.close()
    assert threading.active_count() == before


@pytest.mark.parametrize(
    ("told", "most"),
    [("max 100000", None), ("50000 100000", 1), ("150000 100000", 2), ("100", None), ("", None), (None, None)],
)
def test_cores_are_those_of_the_container(tmp_path, monkeypatch, told, most):
    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(64)), raising=False)
    monkeypatch.setattr("curate.core.run.workers.QUOTA", tmp_path / "cpu.max")
    if told is not None:
        (tmp_path / "cpu.max").write_text(told + "\n")
    assert cores() == (most or 64)
