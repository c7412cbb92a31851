"""Splits keep questions together: no split is asked what another one answers, at any turn."""

from __future__ import annotations

import random
import re
from collections import Counter

import pytest

import thresher
from tests.conftest import chat
from tests.curated import curate_rows
from tests.curation.corpus import text

THIRDS = {"train": 0.4, "validation": 0.3, "test": 0.3}
WORDS = ("Where does", "the heron", "nest", "in May", "and why")
SIGNS = ("", "?", "!", " ...", ",")


def drawn(draw: random.Random) -> dict:
    """Return a chat of few words and many signs, so that questions repeat, some of them inside other chats."""

    def turn(role: str) -> dict:
        said = " ".join(draw.choice(WORDS) + draw.choice(SIGNS) for _ in range(draw.choice((1, 1, 2))))
        return {"role": role, "content": draw.choice((str, str.upper))(said)}

    turns = [turn("user") if draw.random() < 0.8 else turn("tool") for _ in range(draw.choice((1, 1, 1, 2)))]
    for _ in range(draw.choice((0, 0, 1, 2))):
        turns += [turn("assistant"), turn("user")]
    if draw.random() < 0.2:
        turns.insert(0, turn("system"))
    return {"messages": [*turns, {"role": "assistant", "content": text(draw, 12)}]}


def questions(row: dict) -> list[str]:
    """Return all that comes before each answer of a chat, case, signs and instructions aside; the last one last."""
    said = [
        (turn["role"], " ".join(re.findall(r"\w+", turn["content"].lower())))
        for turn in row["messages"]
        if turn["role"] != "system"
    ]
    return [repr(said[:at]) for at, (role, _) in enumerate(said) if role == "assistant" and at]


def together(rows: list[dict]) -> list[int]:
    """Return the first row of each row's group, by trying every pair until nothing changes."""
    asked = [questions(row) for row in rows]
    first = list(range(len(rows)))
    pairs = [(one, other) for one in first for other in first if asked[one][-1] in asked[other]]
    while any(first[one] != first[other] for one, other in pairs):
        for one, other in pairs:
            first[one] = first[other] = min(first[one], first[other])
    return first


@pytest.mark.parametrize("seed", range(4))
def test_rows_that_ask_the_same_stay_together(tmp_path, seed):
    """Oracle: every pair of rows compared, in plain Python."""
    draw = random.Random(seed)
    rows = [drawn(draw) | {"id": str(number)} for number in range(150)]
    run = curate_rows(tmp_path, rows, [], split=THIRDS | {"similarity": 0, "max_rows": 1000})
    groups = Counter(together(rows))
    sizes = Counter(str(size) for size in groups.values())

    assert run.stats["split"]["group_sizes"] == sizes
    assert len(sizes) > 2


@pytest.mark.parametrize("normalise", [{}, {"case": False, "white_space": False}], ids=["folded", "as written"])
@pytest.mark.parametrize("seed", range(2))
def test_no_split_leaks_into_another(tmp_path, seed, normalise):
    """Oracle: the search for leaks, which reads the files that were written."""
    draw = random.Random(seed)
    rows = [drawn(draw) for _ in range(200)]
    rows += [  # the same answers to the same, written otherwise
        {"messages": [turn | {"content": f"{turn['content']}!"} for turn in row["messages"]]} for row in rows[:60]
    ]
    run = curate_rows(tmp_path, rows, split=THIRDS, defaults={"normalise": normalise})
    files = [run.out / f"{name}.jsonl" for name in THIRDS]
    for file in files:
        found = thresher.leaks(file, [other for other in files if other != file])
        assert found.sure == []


def test_short_texts_that_differ_in_signs_alone_stay_together(tmp_path):
    rows = [{"text": f"Herons nest in {place}{sign}"} for place in ("May", "June", "trees") for sign in (".", "!", "")]
    run = curate_rows(tmp_path, rows, [], split=THIRDS)

    assert run.stats["split"]["group_sizes"] == {"3": 3}


LONG = {
    "few words": ["https://example.org/" + f"heron{number}" * 60 for number in range(3)],
    "a script without spaces": [chr(0x4E00 + number) * 150 for number in range(3)],
    "many words": [" ".join(f"heron{number}x{at}" for at in range(60)) for number in range(3)],
}


@pytest.mark.parametrize("similarity", [0, 0.7])
@pytest.mark.parametrize("texts", LONG.values(), ids=LONG)
def test_long_texts_that_differ_in_signs_alone_stay_together(tmp_path, texts, similarity):
    """Known answer, whether similar texts stay together or no words are compared at all."""
    rows = [{"text": text + sign} for text in texts for sign in ("", ".", "!")]
    run = curate_rows(tmp_path, rows, [], split=THIRDS | {"similarity": similarity})

    assert run.stats["split"]["group_sizes"] == {"3": 3}


def test_chats_that_nobody_answers_stay_with_those_that_ask_the_same(tmp_path):
    open_ = {"messages": [{"role": "user", "content": "Where do herons nest?"}]}
    rows = [chat("where do herons nest", "In trees, near water."), open_, chat("Where do storks nest?", "On roofs.")]
    run = curate_rows(tmp_path, rows, [], split=THIRDS)

    assert run.stats["split"]["group_sizes"] == {"1": 1, "2": 1}


def test_pictures_beside_an_answer_are_its_question(tmp_path):
    rows = [{"messages": [{"role": "assistant", "content": answer}], "images": [picture]}
            for answer, picture in [("A heron.", "1.png"), ("A grey heron in the reeds.", "1.png"), ("A stork.", "2.png")]
            ]  # fmt: skip
    run = curate_rows(tmp_path, rows, [], split=THIRDS | {"similarity": 0})

    assert run.stats["split"]["group_sizes"] == {"1": 1, "2": 1}
