"""The benchmark of decontamination on a set small enough to know: what is planted whole is found, clean rows stay."""

from __future__ import annotations

import sys

from benchmarks.contamination import main
from benchmarks.corpora.planted_items import EDITS, planted
from curate.core.items.read import Item
from tests.conftest import chat

QUESTIONS = [
    f"How many of the {n} boats that left the {name} harbour before dawn on {day} came back with {n + 3} baskets of fish?"
    for n, name, day in ((4, "northern", "Monday"), (9, "old", "Friday"), (17, "western", "Sunday"))
]


def test_a_seed_is_a_sample():
    items = [Item(str(n), text, ()) for n, text in enumerate([*QUESTIONS, "Too short?"])]
    first, second = (planted(items, 10, seed=3) for _ in range(2))

    assert [one.name for one in first[:3]] == ["verbatim", "embedded", "other case and spacing"]
    assert len(first) == 3 + len(EDITS)
    assert all(one.items == [0, 1, 2] for one in first)
    assert all(one.block.equals(other.block) for one, other in zip(first, second, strict=True))


def test_the_table(jsonl, monkeypatch, capsys):
    evals = jsonl([{"question": text, "answer": "seven"} for text in QUESTIONS], "evals.jsonl")
    clean = jsonl([chat(f"Name a fish that starts with {letter}.", "Let me think.") for letter in "abc"], "clean.jsonl")
    pairs = jsonl([{"test": QUESTIONS[0], "train": "Boats left the harbour; what did they bring?"}], "pairs.jsonl")
    arguments = ["--sets", evals, "--clean", clean, "--rephrased", pairs, "--planted", "3"]
    monkeypatch.setattr(sys, "argv", ["benchmarks.contamination", *map(str, arguments)])
    main()
    cells = {
        line.split(" | ")[0].strip("| "): line.strip("| \n").split(" | ")[1:]
        for line in capsys.readouterr().out.splitlines()
    }

    assert cells["embedded"] == ["3", *["100.0% / 100.0%"] * 7]
    assert cells["pairs, rephrased"] == ["1", *["0.0% / 0.0%"] * 7]
    assert cells["ngram8_half"][:3] == ["3", "0 (0.000%)", "0"]
