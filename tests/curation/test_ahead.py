"""A generator run one item ahead: the same items, the same error at the same place, and nothing left open."""

from __future__ import annotations

import threading
from collections.abc import Generator

import pytest

from curate.engines import ahead as module
from curate.engines.ahead import ahead


def numbers(made: list[int], closed: list[str], fault_at: int | None = None) -> Generator[int]:
    try:
        for number in range(1, 6):
            if number == fault_at:
                raise OSError("the disk is gone")
            made.append(number)
            yield number
    finally:
        closed.append(threading.current_thread().name)


@pytest.mark.parametrize("threads", [1, 2])
def test_items_come_in_their_order_and_the_next_is_made_meanwhile(monkeypatch, threads):
    monkeypatch.setattr(module.pl, "thread_pool_size", lambda: threads)
    made: list[int] = []
    closed: list[str] = []

    assert list(ahead(numbers(made, closed))) == [1, 2, 3, 4, 5] == made
    assert len(closed) == 1


@pytest.mark.parametrize("threads", [1, 2])
def test_an_error_comes_after_the_items_before_it(monkeypatch, threads):
    monkeypatch.setattr(module.pl, "thread_pool_size", lambda: threads)
    seen: list[int] = []

    with pytest.raises(OSError, match="the disk is gone"):
        seen.extend(ahead(numbers([], [], fault_at=3)))
    assert seen == [1, 2]


def test_who_stops_early_leaves_nothing_open(monkeypatch):
    monkeypatch.setattr(module.pl, "thread_pool_size", lambda: 2)
    made: list[int] = []
    closed: list[str] = []
    items = ahead(numbers(made, closed))
    next(items)
    items.close()

    assert (len(made) <= 2, len(closed)) == (True, 1)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("ahead")]
