"""What a run tells of its duplicates: what they say that nothing compares, and the one row that stands for very many."""

from __future__ import annotations

import pytest

from tests.conftest import chat
from tests.curated import curate_rows

STEPS = [{"use": "exact_duplicates"}, {"use": "near_duplicates"}]
WHO = {"prompt": "Who won the game?", "completion": "I do not know."}
STORY = "The game in the rain was won by the team"
TEMPLATE = " ".join(f"Where the message is about {n}, answer with the intent {n}." for n in range(12))


def notes(tmp_path, rows, word, **config):
    return [note for note in curate_rows(tmp_path, rows, STEPS, **config).stats["notes"] if word in note]


@pytest.mark.parametrize(
    ("name", "one", "other", "told"),
    [
        pytest.param("story", f"{STORY} of Anna.", f"{STORY} of Bert.", True, id="a text"),
        pytest.param("context", "doc 1", "doc 2", True, id="a context, however short"),
        pytest.param("story", "安娜的队在雨中赢得了昨天晚上的那场重要的比赛", "贝特的队在雨中赢得了昨天晚上的那场重要的比赛",
                     True, id="a text without spaces"),
        pytest.param("story", f"{STORY} of Anna.", f" {STORY.upper()}\nOF ANNA.", False, id="case and white space"),
        pytest.param("story", f"{STORY} of Anna.", None, False, id="a text, and none"),
        pytest.param("at", "Mon Nov 23 20:12:08 UTC 2026", "Tue Nov 24 20:12:08 UTC 2026", False, id="a date"),
        pytest.param("hash", "a" * 64, "b" * 64, False, id="a hash"),
        pytest.param("source", "Stack Exchange - Super User", "Stack Exchange - Ask Ubuntu", False, id="a source"),
        pytest.param("id", f"{STORY} of Anna.", f"{STORY} of Bert.", False, id="the id"),
        pytest.param("pages", 1, 2, False, id="a number"),
    ],
)  # fmt: skip
def test_a_field_that_is_not_compared_is_told_of(tmp_path, name, one, other, told):
    found = notes(tmp_path, [WHO | {name: one}, WHO | {name: other}, WHO | {name: one}], "differ from the twin")

    assert bool(found) == told
    if told:
        (note,) = found
        assert note.startswith(f"1 row gone as duplicates differ from the twin in {name!r}, which is not comp")
        assert note.endswith(f"read it as one: --map instruction=prompt --map input={name} --map output=completion")


@pytest.mark.parametrize(
    ("row", "remedy"),
    [
        pytest.param({"instruction": "Who won?", "output": "None."}, "--map input=context", id="alpaca"),
        pytest.param({"instruction": "Who won?", "input": "Rome, 1960", "output": "None."},
                     "write it into the prompt", id="alpaca with an input of its own"),
        pytest.param({"prompt": chat("Who won?", "")["messages"][:1], "completion": chat("", "None.")["messages"][1:]},
                     "write it into the prompt", id="a prompt of messages"),
        pytest.param(chat("Who won?", "None."), "write it into the prompt", id="a chat"),
    ],
)  # fmt: skip
def test_the_note_says_what_to_do(tmp_path, row, remedy):
    (note,) = notes(tmp_path, [row | {"context": str(n)} for n in range(3)], "differ from the twin in 'context'")

    assert note.startswith("2 rows")
    assert note.endswith(remedy)


def test_the_fields_of_a_map_are_those_of_the_note(tmp_path):
    rows = [{"question": "Who won?", "context": str(n), "answer": "None."} for n in range(2)]
    read = {"files": [{"path": "rows.jsonl", "map": {"prompt": "question", "completion": "answer"}}]}
    (note,) = notes(tmp_path, rows, "differ from the twin", input=read)

    assert note.endswith("--map instruction=question --map input=context --map output=answer")


THINGS = [f"{thing}{letter}" for thing in ("apple", "drum", "helmet", "jacket") for letter in "abcdefgh"]


def test_one_row_that_stands_for_a_template_is_told_of(tmp_path):
    rows = [chat(f"{TEMPLATE} Message: my {thing} was late", "shipping") for thing in THINGS]
    (note,) = notes(tmp_path, rows, "near_duplicates took")

    assert note.startswith("near_duplicates took 31 of 32 rows of rows.jsonl, 31 of them for one row, rows.jsonl:1; ")
    assert 'system prompt, set action = "warn" of near_duplicates, or raise its threshold' in note


def test_twins_here_and_there_are_not_told_of(tmp_path):
    """A third of the rows stand once more, with a word changed; no row stands for many."""
    texts = [" ".join(f"{word}{thing}" for word in THINGS) for thing in THINGS]
    rows = [chat(text, text) for text in texts] + [chat(f"{text} now", text) for text in texts[::2]]
    run = curate_rows(tmp_path, rows, STEPS)

    assert run.reasons.count("near_duplicate") == 16
    assert not [note for note in run.stats["notes"] if "near_duplicates took" in note]
