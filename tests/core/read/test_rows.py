"""Files of every kind to the same rows; archives, standard input, and inputs that change while they are read."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import threading
from pathlib import Path

import polars as pl
import pytest
import zstandard

from curate.core.read.expand import STDIN
from curate.core.read.lines import Lines, Piece, split
from curate.core.read.rows import Seen, read_rows
from curate.core.read.source import Source
from curate.core.run.errors import InputError

TEXT = b'{"text": "a"}\n{"text": "b"}\n\n{"text": "c"}'
ROWS = [b'{"text": "a"}', b'{"text": "b"}', b"", b'{"text": "c"}']


def frames(*parts: bytes) -> bytes:
    return b"".join(zstandard.ZstdCompressor().compress(part) for part in parts)


def skippable(data: bytes) -> bytes:
    """A frame that a reader passes over, as seekable archives have at their end."""
    return b"\x50\x2a\x4d\x18" + len(data).to_bytes(4, "little") + data


def rows_of(block: Lines | Piece) -> list[bytes]:
    return (split(block, 1) if isinstance(block, Piece) else block).rows


def read(path: Path, block_bytes: int = 1 << 20) -> tuple[list[bytes], Seen]:
    seen = Seen()
    blocks = read_rows(Source(0, path.name, path), seen, block_bytes=block_bytes)
    return [row for block in blocks for row in rows_of(block)], seen


PACKED = [
    pytest.param("a.jsonl", TEXT, id="plain"),
    pytest.param("a.txt", TEXT, id="any other ending is lines"),
    pytest.param("a.json", TEXT, id="lines in a .json file"),
    pytest.param("a.jsonl.gz", gzip.compress(TEXT), id="gz"),
    pytest.param("a.jsonl.gz", gzip.compress(TEXT[:20]) + gzip.compress(TEXT[20:]), id="gz of two members"),
    pytest.param("a.jsonl.zst", frames(TEXT), id="zst"),
    pytest.param("a.jsonl.zst", frames(TEXT[:20], b"", TEXT[20:]), id="zst of three frames"),
    pytest.param("a.jsonl.zst", frames(TEXT) + skippable(b"index"), id="zst with a frame to skip"),
    pytest.param("a.json.zst", frames(TEXT), id="lines in a packed .json file"),
]


@pytest.mark.parametrize("size", [1, 5, 1 << 20])
@pytest.mark.parametrize(("name", "data"), PACKED)
def test_a_file_gives_the_same_rows_however_it_is_packed(name, data, size, tmp_path):
    path = tmp_path / name
    path.write_bytes(data)

    rows, seen = read(path, size)

    assert rows == ROWS
    assert (seen.sha256, seen.bytes) == (hashlib.sha256(data).hexdigest(), len(data))


@pytest.mark.parametrize(
    ("name", "data"),
    [
        pytest.param("a.jsonl.gz", gzip.compress(TEXT)[:-9], id="gz cut"),
        pytest.param("a.jsonl.gz", gzip.compress(TEXT)[:-1], id="gz cut in its checksum"),
        pytest.param("a.jsonl.gz", TEXT, id="no gz at all"),
        pytest.param("a.jsonl.gz", gzip.compress(TEXT) + b"junk", id="gz with junk behind"),
        pytest.param("a.jsonl.zst", frames(TEXT)[:-3], id="zst cut"),
        pytest.param("a.jsonl.zst", frames(TEXT)[:5], id="zst cut in its header"),
        pytest.param("a.jsonl.zst", frames(TEXT, TEXT)[:-3], id="zst cut in its second frame"),
        pytest.param("a.jsonl.zst", TEXT, id="no zst at all"),
        pytest.param("a.jsonl.zst", frames(TEXT) + b"junk", id="zst with junk behind"),
        pytest.param("a.parquet", b"PAR1" + TEXT + b"PAR1", id="no parquet"),
        pytest.param("a.parquet", b"", id="an empty parquet"),
    ],
)
def test_a_broken_archive_is_an_error_never_a_short_file(name, data, tmp_path):
    path = tmp_path / name
    path.write_bytes(data)

    with pytest.raises(InputError, match=path.name):
        read(path)


def test_an_archive_of_a_wide_window_is_told_from_a_broken_one(tmp_path):
    wide = zstandard.ZstdCompressor(compression_params=zstandard.ZstdCompressionParameters(window_log=28)).compressobj()
    (tmp_path / "a.jsonl.zst").write_bytes(wide.compress(TEXT) + wide.flush())

    with pytest.raises(InputError, match=r"a\.jsonl\.zst cannot be unpacked") as raised:
        read(tmp_path / "a.jsonl.zst")

    assert "zstd --long=27" in str(raised.value.hint)


@pytest.mark.parametrize(("name", "pack"), [("A.JSONL.GZ", gzip.compress), ("A.JSONL.ZST", frames)])
def test_an_archive_is_told_by_its_ending_in_any_case(name, pack, tmp_path):
    (tmp_path / name).write_bytes(pack(TEXT))

    assert read(tmp_path / name)[0] == ROWS


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_a_named_pipe_is_read_while_it_is_written_to(tmp_path):
    path = tmp_path / "a.jsonl"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(b"\n".join([TEXT] * 50_000),))
    writer.start()

    rows, _ = read(path, 1 << 16)

    writer.join()
    assert len(rows) == len(ROWS) * 50_000


@pytest.mark.parametrize("name", ["a.jsonl", "a.json", "a.jsonl.gz", "a.jsonl.zst"])
def test_an_empty_file_has_no_rows(name, tmp_path):
    (tmp_path / name).touch()

    assert read(tmp_path / name)[0] == []


@pytest.mark.parametrize("size", [3, 1 << 20])
def test_much_text_in_little_archive_is_whole(size, tmp_path):
    path = tmp_path / "a.jsonl.zst"
    path.write_bytes(frames(b"x" * 5_000_000 + b"\ny"))

    rows, _ = read(path, 1 << 18)

    assert [len(row) for row in rows] == [5_000_000, 1]


@pytest.mark.parametrize(("name", "pack"), [("a.jsonl", bytes), ("a.jsonl.gz", gzip.compress), ("a.jsonl.zst", frames)])
def test_a_file_that_grows_while_it_is_read_is_an_error(name, pack, tmp_path):
    path = tmp_path / name
    path.write_bytes(pack(TEXT * 10))
    rows = read_rows(Source(0, path.name, path), Seen(), block_bytes=8)
    next(rows)

    with path.open("ab") as file:
        file.write(pack(b'{"text": "d"}\n'))

    with pytest.raises(InputError, match="changed while it was read"):
        list(rows)


def test_a_file_that_is_rewritten_in_place_is_an_error(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(TEXT)
    os.utime(path, ns=(0, 0))
    rows = read_rows(Source(0, path.name, path), Seen(), block_bytes=8)
    next(rows)

    path.write_bytes(TEXT)

    with pytest.raises(InputError, match="changed while it was read"):
        list(rows)


def test_a_reader_that_stops_early_closes_the_file(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(TEXT)

    rows = read_rows(Source(0, path.name, path), Seen(), block_bytes=8)
    next(rows)
    rows.close()  # type: ignore[attr-defined]  # an open file would warn, and warnings are errors


def test_standard_input_is_read(monkeypatch):
    class Stdin:
        buffer = io.BytesIO(TEXT)

    monkeypatch.setattr("sys.stdin", Stdin)
    seen = Seen()

    rows = [row for block in read_rows(Source(0, STDIN, Path(STDIN)), seen) for row in rows_of(block)]

    assert rows == ROWS
    assert seen.bytes == len(TEXT)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_a_file_that_may_not_be_read_is_an_error(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(TEXT)
    path.chmod(0)

    with pytest.raises(InputError, match="cannot be read: Permission denied"):
        read(path)


def test_parquet_rows_are_lines_of_json_without_nulls(tmp_path):
    pl.DataFrame(
        {
            "messages": [
                [{"role": "user", "content": "Hé", "name": None}, {"role": "assistant", "content": "", "name": "a"}],
                [{"role": "user", "content": None, "name": None}],
                None,
            ],
            "score": [0.5, None, 2.0],
            "raw": [b"a", b"\xff", None],
            "big": [2**64 - 1, None, 0],
        },
        schema_overrides={"big": pl.UInt64},
    ).write_parquet(tmp_path / "a.parquet")

    rows, seen = read(tmp_path / "a.parquet")

    assert rows == [
        '{"messages":[{"role":"user","content":"Hé"},{"role":"assistant","content":"","name":"a"}],'
        '"score":0.5,"raw":"a","big":18446744073709551615}'.encode(),
        b'{"messages":[{"role":"user"}],"raw":{"base64":"/w=="}}',
        b'{"score":2.0,"big":0}',
    ]
    assert seen.sha256 == hashlib.sha256((tmp_path / "a.parquet").read_bytes()).hexdigest()


def test_parquet_rows_are_numbered_across_row_groups(tmp_path):
    frame = pl.DataFrame({"text": [str(number) for number in range(25_000)]})
    frame.write_parquet(tmp_path / "a.parquet", row_group_size=3_000)

    blocks = list(read_rows(Source(0, "a.parquet", tmp_path / "a.parquet"), Seen()))

    assert [row for lines in blocks for row in lines.rows] == [b'{"text":"%d"}' % number for number in range(25_000)]
    assert [place for lines in blocks for place in lines.places or []] == list(range(1, 25_001))
    assert [lines.first for lines in blocks] == [1 + sum(len(b.rows) for b in blocks[:i]) for i in range(len(blocks))]


@pytest.mark.parametrize("cut", [4, 20, 100, 200])
def test_a_parquet_file_that_was_cut_is_an_error(cut, tmp_path):
    path = tmp_path / "a.parquet"
    pl.DataFrame({"text": ["a", "b"]}).write_parquet(path)
    path.write_bytes(path.read_bytes()[:-cut])

    with pytest.raises(InputError, match="cannot be read as Parquet"):
        read(path)
