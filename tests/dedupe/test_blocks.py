"""Blocks: programs of the same words are told apart where their lines stand otherwise, not where they only look so."""

from __future__ import annotations

import ast
import contextlib
import random
import time

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.dedupe.signatures.blocks import block_digests, by_python
from curate.native.kernel import kernel
from tests.conftest import chat
from tests.curated import curate_rows

PIECES = st.sampled_from([
    " ", "    ", "\t", "\n", "\n\n", "\r\n", "a", ":", ":\n", ": \r\n", "if x:\n    y", "\n        ", "é", ": #", "#", "- ",
    "- a:\n", "  b: 1\n", "(", "{", ")", "'", '"', '"""', "'''", "\\", "\\\n", "\n```\n",
])  # fmt: skip
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


Statement = tuple[int, list[str], list[int]]  # its level; its lines, and the levels of those but the first

OPENING = [
    "if x:",
    "if x:  # so",
    "while x: # so:",
    "if (x and|y):",
    "if x and \\|y:",
    "for x in [|1, # so|2]:  # and so",
]
PLAIN = ["f({})", "f(|{})", "f('(', {})", "f(''' (|it's {} #|:|''')", "f({}) # (", "# so:|f({})", "f({}, # it's|[|])"]


def program(draw: random.Random) -> list[Statement]:
    """Return the statements of a program; a comment before one, and lines that it goes on with, stand anywhere."""
    found, level = [(0, ["for x in y:"], [])], 1
    for number in range(draw.randint(2, 8)):
        opens = draw.random() < 0.4
        lines = draw.choice(OPENING if opens else PLAIN).format(number).split("|")
        found.append((level, lines, [0 if "'''" in lines[0] else draw.randint(0, 6) for _ in lines[1:]]))
        level = level + 1 if opens else draw.randint(1, level)
    return [*found, (level, ["g(x)"], [])]


def written(statements: list[Statement], indent: str, between: str = "\n") -> str:
    texts = []
    for level, lines, rest in statements:
        levels = [*rest, level] if lines[0].startswith("#") else [level, *rest]
        texts.append("\n".join(indent * own + line for own, line in zip(levels, lines, strict=True)))
    return between.join(texts) + "\n"


def test_programs_have_the_same_blocks_where_python_reads_the_same():
    """Oracle: Python's own parser."""
    draw = random.Random(1)
    apart = 0
    for _ in range(2000):
        lines = program(draw)
        at = draw.choice([at for at, (level, *_) in enumerate(lines) if level > 1] or [1])
        moved = [*lines[:at], (draw.randint(1, lines[at][0]), *lines[at][1:]), *lines[at + 1 :]]
        texts = [written(lines, "    "), written(lines, "\t"), written(lines, "  ", "\n\n"), written(moved, "    ")]
        try:
            trees = [ast.dump(ast.parse(text)) for text in texts]
        except IndentationError:
            continue
        digests = block_digests(pl.Series(texts)).tolist()
        apart += trees[3] != trees[0]

        assert trees[:3] == trees[:1] * 3
        assert digests[:3] == digests[:1] * 3
        assert (digests[3] == digests[0]) == (trees[3] == trees[0])
    assert apart > 100


NESTED = [
    "- a:\n{}b: 1",
    "- a:  # so\n{}b: 1\n",
    "k:\n- a: 1\n{}b: 2",
    "- a:\n    b: 1\n{}c: 2",
    "- a:\n{}- b\n",
    "- - a:\n{}b: 1",
]


@pytest.mark.parametrize("text", NESTED)
def test_items_have_the_same_blocks_where_yaml_reads_the_same(text):
    """Oracle: PyYAML."""
    yaml = pytest.importorskip("yaml")
    read: dict[str, set[int]] = {}
    for width in range(9):
        own = text.format(" " * width)
        with contextlib.suppress(yaml.YAMLError):
            read.setdefault(str(yaml.safe_load(own)), set()).update(block_digests(pl.Series([own])).tolist())

    assert len(read) > 1 or "- b" in text
    assert len(set().union(*read.values())) == sum(map(len, read.values()))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("if x:  # so\n  a()\n  b()", "if x:  # so\n  a()\nb()", id="a comment behind the colon"),
        pytest.param("if x:# so\n  a()\n  b()", "if x:# so\n  a()\nb()", id="and right behind it"),
        pytest.param("def f(a,\n    b):\n  a()\n  b()", "def f(a,\n    b):\n  a()\nb()", id="brackets"),
        pytest.param("if a and \\\n    b:\n  a()\n  b()", "if a and \\\n    b:\n  a()\nb()", id="a backslash"),
        pytest.param(
            "if a:\n  if b:\n    f(\n1)\n    g()", "if a:\n  if b:\n    f(\n1)\n  g()", id="an argument outside"
        ),
        pytest.param(
            "if a:\n  if b:\n    f()\n#\n    g()", "if a:\n  if b:\n    f()\n#\n  g()", id="a comment outside"
        ),
        pytest.param("```\n(\n```\nif x: # so\n  a\n  b", "```\n(\n```\nif x: # so\n  a\nb", id="behind a fence"),
    ],
)
def test_lines_in_other_blocks_tell_texts_apart(one, other):
    assert one.split() == other.split()
    assert len(set(block_digests(pl.Series([one, other])).tolist())) == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("- one\n  - two", "- one\n    - two", id="a list"),
        pytest.param("- So:\n  - one\n  - two", "- So:\n    - one\n    - two", id="a list in an item"),
        pytest.param("1. So:\n   - one\n   - two", "1. So:\n     - one\n     - two", id="and in a number"),
        pytest.param("- So:\n  one and two", "- So:\n    one and two", id="prose in an item"),
        pytest.param("We say (so:\n  one\n", "We say (so:\n    one\n", id="a bracket that nothing closes"),
        pytest.param("- a: 1\n  b:\n    c: 2", "-   a: 1\n    b:\n        c: 2", id="keys of an item"),
    ],
)
def test_lines_that_only_stand_otherwise_do_not(one, other):
    assert one.split() == other.split()
    assert len(set(block_digests(pl.Series([one, other])).tolist())) == 1


@pytest.mark.parametrize("part", ["\\'", "'\\\"", "a: ", "- ", "'''", "(: #", "a:\n ", "\\\n "])
def test_a_text_costs_what_it_holds(part):
    """A property: a megabyte takes milliseconds; where each quote looks at all that follows, it takes minutes."""
    text = pl.Series(["x:\n '" + part * (1_000_000 // len(part))])
    start = time.process_time()
    block_digests(text)

    assert time.process_time() - start < 2 or kernel() is None


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("One line: and no more", id="one line"),
        pytest.param("  We bought:\n  apples\n  pears", id="no line deeper"),
        pytest.param("We bought\n  apples\n  pears", id="no colon"),
        pytest.param("- We bought\n  - apples\n    - pears", id="a list"),
        pytest.param("# Note:\n#   so", id="comments alone"),
        pytest.param("See http://a.b:#c\n# so:", id="a colon within"),
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
