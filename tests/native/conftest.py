"""The kernel that the scanner's tests look at."""

from __future__ import annotations

import ctypes
import subprocess

import pytest

from tests.native.scanning import SOURCES


@pytest.fixture(scope="session", params=["vectors", "plain"])
def built(request, tmp_path_factory) -> ctypes.CDLL:
    """Compile the kernel afresh, as the package's own build does; once without vectors."""
    target = tmp_path_factory.mktemp("kernel") / "_kernel.so"
    plain = ["-DTHRESHER_PLAIN"] if request.param == "plain" else []
    subprocess.run(["cc", "-O2", "-std=c11", "-fPIC", "-shared", *plain, *SOURCES, "-o", target], check=True)
    return ctypes.CDLL(str(target))
