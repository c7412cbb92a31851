"""Settings from TOML."""

from __future__ import annotations

from curate.core.run.settings import read_toml


def test_a_mark_and_the_line_ends_of_another_system_are_no_part_of_the_tables(tmp_path):
    (tmp_path / "curate.toml").write_bytes(b"\xef\xbb\xbf[input]\r\nfiles = ['a.jsonl']\r\n")
    assert read_toml(tmp_path / "curate.toml") == {"input": {"files": ["a.jsonl"]}}
