"""Errors of the operating system that libraries in Rust word, as Python tells them."""

from __future__ import annotations

import errno
import resource

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed: make models")


@pytest.mark.parametrize("what", ["weights", "tokenizer"])
def test_a_full_disk_is_an_os_error_with_its_number(tiny, tmp_path, what):
    """Oracle: the operating system's own limit on the size of a file."""
    from safetensors.torch import save_file
    from transformers import AutoTokenizer

    from train.model.disk import told_as_os_error

    tokenizer = AutoTokenizer.from_pretrained(tiny)
    saves = {
        "weights": lambda: save_file({"a": torch.zeros(4096)}, tmp_path / "a.safetensors"),
        "tokenizer": lambda: tokenizer.save_pretrained(tmp_path),
    }
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
    try:
        with pytest.raises(OSError, match="os error") as told, told_as_os_error():
            saves[what]()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)

    assert told.value.errno == errno.EFBIG


def test_another_error_stays_as_it_is():
    from train.model.disk import told_as_os_error

    with pytest.raises(KeyError), told_as_os_error():
        raise KeyError("a")
