"""A full disk under safetensors and tokenizers, as every other file tells it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def told_as_os_error() -> Iterator[None]:
    """Have an error of the operating system that a library in Rust words raised as one.

    safetensors has a class of its own for it and tokenizers none at all; both have the number in the message alone.

    Raises:
        OSError: in place of such an error; every other one stays as it is.
    """
    try:
        yield
    except Exception as error:
        found = None if isinstance(error, OSError) else re.search(r"\(os error (\d+)\)", str(error))
        if found is None:
            raise
        raise OSError(int(found.group(1)), str(error)) from error
