"""What is put to rest while we work, and is as it was afterwards."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys

import pytest

import thresher
from curate.core.run.rest import BLAS_TIMEOUT, at_rest


@pytest.fixture(autouse=True)
def collecting():
    """A command run in this process before has put it to rest, to its end."""
    was = gc.isenabled()
    gc.enable()
    yield
    if not was:
        gc.disable()


@pytest.fixture
def before_numpy(monkeypatch):
    monkeypatch.delitem(sys.modules, "numpy", raising=False)
    monkeypatch.delenv(BLAS_TIMEOUT, raising=False)


@pytest.mark.usefixtures("before_numpy")
def test_all_is_as_it_was_afterwards():
    with at_rest():
        assert not gc.isenabled()
        assert os.environ[BLAS_TIMEOUT] == "4"
    assert gc.isenabled()
    assert BLAS_TIMEOUT not in os.environ


def test_where_numpy_is_loaded_the_environment_is_left_alone(monkeypatch):
    monkeypatch.setitem(sys.modules, "numpy", sys)
    monkeypatch.delenv(BLAS_TIMEOUT, raising=False)
    with at_rest():
        assert BLAS_TIMEOUT not in os.environ


def test_what_the_user_chose_stays(monkeypatch):
    monkeypatch.setenv(BLAS_TIMEOUT, "20")
    gc.disable()
    try:
        with at_rest():
            assert os.environ[BLAS_TIMEOUT] == "20"
        assert not gc.isenabled()
    finally:
        gc.enable()
    assert os.environ[BLAS_TIMEOUT] == "20"


def test_a_function_of_the_api_works_at_rest_and_leaves_no_trace(tmp_path, monkeypatch):
    monkeypatch.delenv(BLAS_TIMEOUT, raising=False)
    rows = tmp_path / "rows.jsonl"
    rows.write_text(json.dumps({"prompt": "a", "completion": "b"}) + "\n")
    seen: list[bool] = []
    monkeypatch.setattr("curate.check.run.check_sources", lambda *_: seen.append(gc.isenabled()))
    thresher.check([rows])
    assert seen == [False]
    assert gc.isenabled()
    assert BLAS_TIMEOUT not in os.environ


def test_one_file_alone_is_a_list_of_one(tmp_path):
    rows = tmp_path / "rows.jsonl"
    rows.write_text("{broken\n")
    told = [[(one.code, one.line) for one in thresher.check(given).faults] for given in ([rows], rows, str(rows))]
    assert told[0] == told[1] == told[2] != []


def test_numpy_is_first_imported_at_rest():
    """Else the variable comes too late: OpenBLAS reads it when it is loaded."""
    asked = "import sys, thresher; from curate.core.command import door; print('numpy' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"


def test_a_command_leaves_without_looking_through_what_it_holds():
    """The collection at exit passes by what is frozen; what was opened is closed before."""
    asked = (
        "import atexit, gc, sys, thresher; sys.argv[1:] = ['codes'];"
        "atexit.register(lambda: print(gc.get_freeze_count(), len(gc.get_objects())));"
        "thresher.main()"
    )
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    frozen, looked_at = map(int, said.stdout.splitlines()[-1].split())
    assert frozen > 10_000
    assert looked_at < frozen / 10
