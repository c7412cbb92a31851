"""Blocks: programs of the same words are told apart where their lines stand otherwise, not where they only look so."""

from __future__ import annotations

import ast
import random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.dedupe.signatures.blocks import block_digests, by_python
from curate.native.kernel import kernel
from tests.conftest import chat
from tests.curated import curate_rows

PIECES = st.sampled_from(
    [" ", "    ", "\t", "\n", "\n\n", "\r\n", "a", ":", ":\n", ": \r\n", "if x:\n    y", "\n        ", "é"]
)
LOOP = "for bird in birds:\n    feed(bird)\n    count(bird)\nreport(birds)\n"
AFTER = "for bird in birds:\n    feed(bird)\ncount(bird)\nreport(birds)\n"


@pytest.mark.skipif(kernel() is None, reason="the kernel was not built")
@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.lists(st.lists(PIECES, max_size=60).map("".join), max_size=6))
def test_the_kernel_says_what_python_says(texts):
    """Oracle: the rule, line by line."""
    series = pl.Series(texts, dtype=pl.String)

    assert block_digests(series).tolist() == by_python(series).tolist()


@pytest.mark.skipif(kernel() is None, reason="the kernel was not built")
def test_blocks_as_deep_as_any_are_those_of_python():
    deep = pl.Series(["\n".join(" " * level + "if x:" for level in range(100)) + "\n" + " " * 70 + "y"])

    assert block_digests(deep).tolist() == by_python(deep).tolist()


def program(draw: random.Random) -> list[tuple[int, str]]:
    """Return the lines of a program, each with its level."""
    lines, level = [(0, "for x in y:")], 1
    for number in range(draw.randint(2, 8)):
        opens = draw.random() < 0.4
        lines.append((level, "if x:" if opens else f"f({number})"))
        level = level + 1 if opens else draw.randint(1, level)
    return [*lines, (level, "g(x)")]


def written(lines: list[tuple[int, str]], indent: str, between: str = "\n") -> str:
    return between.join(indent * level + line for level, line in lines) + "\n"


def test_programs_have_the_same_blocks_where_python_reads_the_same():
    """Oracle: Python's own parser."""
    draw = random.Random(1)
    apart = 0
    for _ in range(1000):
        lines = program(draw)
        at = draw.choice([at for at, (level, _) in enumerate(lines) if level > 1] or [1])
        moved = [*lines[:at], (draw.randint(1, lines[at][0]), lines[at][1]), *lines[at + 1 :]]
        texts = [written(lines, "    "), written(lines, "\t"), written(lines, "  ", "\n\n"), written(moved, "    ")]
        try:
            trees = [ast.dump(ast.parse(text)) for text in texts]
        except IndentationError:
            continue
        digests = block_digests(pl.Series(texts)).tolist()
        apart += trees[3] != trees[0]

        assert digests[:3] == digests[:1] * 3
        assert (digests[3] == digests[0]) == (trees[3] == trees[0])
    assert apart > 50


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("One line: and no more", id="one line"),
        pytest.param("  We bought:\n  apples\n  pears", id="no line deeper"),
        pytest.param("We bought\n  apples\n  pears", id="no colon"),
        pytest.param("We bought:\n\n\n", id="nothing after it"),
    ],
)
def test_other_texts_have_none(text):
    assert block_digests(pl.Series([text])).tolist() == [0]


@pytest.mark.parametrize(
    ("other", "reason", "warnings"),
    [
        pytest.param(AFTER, None, ["told_apart"], id="another program"),
        pytest.param(LOOP.replace("    ", "\t"), "exact_duplicate", [], id="tabs for spaces"),
        pytest.param(LOOP.replace("\n", "\n\n"), "exact_duplicate", [], id="blank lines"),
    ],
)
@pytest.mark.parametrize("side", ["question", "answer"])
def test_a_program_goes_only_for_the_same_one(tmp_path, side, other, reason, warnings):
    asked = "What does this program do, and how often is every bird counted by it?\n"
    said = "It feeds all birds one by one, counts them, and says at the end how many there are."
    rows = [chat(asked + code, said) if side == "question" else chat(said, asked + code) for code in (LOOP, other)]
    run = curate_rows(tmp_path, rows, [{"use": "exact_duplicates"}, {"use": "near_duplicates"}])

    assert (run.reasons, run.warnings[1]) == ([None, reason], warnings)
