"""Words of printed commands. Oracle: bash itself, which prints them back."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from curate.core.command.words import path_word, row_word

NAMES = [
    "plain.jsonl", "two words.jsonl", "it's.jsonl", "a\\b.jsonl", "new\nline.jsonl", "tab\t'quote'.jsonl", "bell\x07\\.jsonl",
    "right\u202eleft.jsonl", "é\x1b[31m.jsonl", os.fsdecode(b"\xff.jsonl"), "$HOME `ls` \"x\" \x7f",
]  # fmt: skip


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash on this machine")
@pytest.mark.parametrize("name", NAMES)
def test_a_shell_reads_the_name(name: str) -> None:
    for word in (path_word(name), row_word(f"{name}:3")):
        said = subprocess.run(["bash", "-c", f"printf %s {word}"], capture_output=True, check=True).stdout
        assert os.fsdecode(said).removesuffix(":3") == name
        assert word.isprintable()


def test_no_name_is_an_option() -> None:
    assert path_word("-x.jsonl") == "./-x.jsonl"
    assert path_word("-\n") == "$'./-\\012'"
    assert path_word("-") == "-"
    assert row_word("-x:1") == "-- -x:1"
