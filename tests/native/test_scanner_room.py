"""The scanner's room: long lines and texts, digests by every kind of instruction, and no fault under sanitizers."""

from __future__ import annotations

import shutil

import orjson
import pytest
from polars.testing import assert_frame_equal

from curate.native.gather import Gatherer
from curate.native.library import LEVELS
from tests.conftest import chat
from tests.native.scanning import assert_same, block, gatherer

pytestmark = pytest.mark.skipif(shutil.which("cc") is None, reason="there is no C compiler on this machine")


def test_a_long_line_and_a_long_text_are_read_whole(built, tmp_path):
    path = tmp_path / "a.jsonl"
    texts = ["a" * 300_000, "\\" * 50_000, "é\n" * 70_000, "short"]
    path.write_bytes(b"".join(orjson.dumps(chat(text, "b" * 20)) + b"\n" for text in texts))

    assert_same(path, gatherer(built))


@pytest.mark.parametrize("level", LEVELS)
def test_digests_are_those_of_hashlib(built, tmp_path, level, monkeypatch):
    path = tmp_path / "a.jsonl"
    path.write_bytes(
        b"".join(orjson.dumps({"text": "x" * size}) + b"\n" for size in [*range(1, 200), 1000, 5000, 70_000])
    )
    if LEVELS.index(level) > built.thresher_best():
        pytest.skip("the machine has no such instructions")
    found, _ = block(path, Gatherer(built, LEVELS.index(level), "id"))
    wanted, _ = block(path, None)

    assert_frame_equal(found, wanted)


def test_a_piece_of_nothing_is_nobodys(built):
    assert gatherer(built).scan(b"", "text", 9) is None
