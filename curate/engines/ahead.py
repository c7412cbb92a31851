"""A generator run in a thread, one item ahead of those who work on what it yields."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import polars as pl

T = TypeVar("T")


def ahead(items: Generator[T]) -> Iterator[T]:
    """Yield the items in their order, the next one being made meanwhile; an error comes where it would have come.

    With one thread (``--threads 1``, or a machine of one core) nothing runs beside.
    """
    if pl.thread_pool_size() == 1:
        yield from items
        return
    try:
        with ThreadPoolExecutor(1, thread_name_prefix="ahead") as thread:
            going = thread.submit(next, items, None)
            while (item := going.result()) is not None:
                going = thread.submit(next, items, None)
                yield item
    finally:
        items.close()
