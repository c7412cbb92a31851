"""A full disk under safetensors, as every other file tells it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from safetensors import SafetensorError


@contextmanager
def told_as_os_error() -> Iterator[None]:
    """Have an error of safetensors that is the operating system's raised as one.

    Raises:
        OSError: in place of a `SafetensorError` that has the number in its message alone.
    """
    try:
        yield
    except SafetensorError as error:
        found = re.search(r"\(os error (\d+)\)", str(error))
        if found is None:
            raise
        raise OSError(int(found.group(1)), str(error)) from error
