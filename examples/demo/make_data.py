"""``python -m examples.demo.make_data DIR``: what ``thresher demo`` tunes a tiny model on, and examines it by.

Questions of a shop are what the model knew before; short tickets, answered by JSON, are what it is tuned on.
"""

from __future__ import annotations

import json
import random
import sys
from itertools import product
from pathlib import Path
from typing import Any

THINGS = "tent stove mat torch flask jacket rope pot tarp hammock compass shirt filter pack lantern blanket".split()
TOWNS, COLOURS = "Leeds Porto Turin Riga Lyon Graz".split(), "Red Green Blue Grey Black".split()
TOLD = {
    "return": [
        "I want to send the {} back.",
        "The {} is not for me, take it back.",
        "How do I return my {}?",
        "Please refund the {}.",
        "My {} should go back to you.",
        "I do not want this {}.",
    ],
    "repair": [
        "The {} is broken.",
        "There is a hole in my {}.",
        "Can you mend a {}?",
        "My {} came with a crack.",
        "The {} fell and snapped.",
        "Please fix the {} for me.",
    ],
    "delivery": [
        "Where is my {}?",
        "The {} has not arrived.",
        "When will you deliver the {}?",
        "My {} is lost on its way.",
        "I still wait for the {}.",
        "The {} went to another house.",
    ],
}
SOON, CALM = (
    ["I leave tomorrow!", "It is urgent.", "Please hurry.", "I need it today."],
    ["No hurry.", "Take your time.", "Thanks.", "Whenever you can."],
)
HELD_OUT = 40
SYSTEM = "Answer in JSON."


def questions(draw: random.Random) -> list[tuple[str, str]]:
    """Return what the model knows before it is tuned."""
    asked = []
    for thing in THINGS:
        asked += [
            (f"What does the {thing} cost?", f"{draw.randrange(10, 200)} euros."),
            (f"Where is the {thing} made?", f"In {draw.choice(TOWNS)}."),
            (f"How heavy is the {thing}?", f"{draw.randrange(100, 3000, 50)} grams."),
            (f"Which colour is the {thing}?", f"{draw.choice(COLOURS)}."),
        ]
    return asked


def tickets(draw: random.Random) -> list[tuple[str, str]]:
    """Return tickets and the JSON that they ask for, in a drawn order."""
    made = []
    for (intent, told), thing in product(TOLD.items(), THINGS):
        for text in told:
            urgent = draw.random() < 0.5
            wanted = {"intent": intent, "product": thing, "urgent": urgent}
            made.append((f"{text.format(thing)} {draw.choice(SOON if urgent else CALM)}", json.dumps(wanted)))
    draw.shuffle(made)
    return made


def main(folder: Path) -> None:
    """Write the rows into the folder."""
    draw = random.Random(7)  # noqa: S311 - the same rows each time
    known, asked = questions(draw), tickets(draw)
    held, rows = asked[:HELD_OUT], asked[HELD_OUT:]
    rows += rows[:9]  # nine came in twice
    rows += held[:4]  # and four are in the test
    write(folder / "general.jsonl", [chat(prompt, answer) for prompt, answer in known])
    write(folder / "tickets.jsonl", [chat(prompt, answer, SYSTEM) for prompt, answer in rows])
    examined = [
        chat(prompt, answer, SYSTEM) | {"id": f"t{n:02}", "slices": {"suite": "tickets"}}
        for n, (prompt, answer) in enumerate(held, 1)
    ]
    examined += [
        chat(prompt, answer) | {"id": f"g{n:02}", "slices": {"suite": "general"}}
        for n, (prompt, answer) in enumerate(known, 1)
    ]
    write(folder / "items.jsonl", examined)
    (folder / "answers").mkdir(exist_ok=True)
    write(folder / "answers" / "base.jsonl", [answered(row, base(row, n)) for n, row in enumerate(examined)])
    write(folder / "answers" / "tuned.jsonl", [answered(row, tuned(row, n)) for n, row in enumerate(examined)])


def base(row: dict[str, Any], number: int) -> str:
    """Return what a model may say that knows the shop and has never seen a ticket: no JSON at all."""
    wanted: str = row["messages"][-1]["content"]
    if row["slices"]["suite"] == "general":
        return "In Oslo." if number % 32 == 1 else wanted
    return ["In Porto.", "140 grams.", "Green."][number % 3]


def tuned(row: dict[str, Any], number: int) -> str:
    """Return what it may say once it is tuned: most tickets right, some hurried, one cut; little forgotten."""
    wanted: str = row["messages"][-1]["content"]
    if row["slices"]["suite"] == "general":
        return "In Oslo." if number % 24 == 1 else wanted
    if number == 17:
        return wanted[:-9]
    return wanted.replace("false", "true") if number % 7 == 3 else wanted


def answered(row: dict[str, Any], said: str) -> dict[str, Any]:
    """Return a line of a file that is replayed."""
    return {"id": row["id"], "prediction": said}


def chat(prompt: str, answer: str, system: str | None = None) -> dict[str, Any]:
    """Return a row of one question and its answer."""
    before = [{"role": "system", "content": system}] if system else []
    return {"messages": [*before, {"role": "user", "content": prompt}, {"role": "assistant", "content": answer}]}


def write(path: Path, rows: list[dict[str, Any]]) -> None:
    """Write rows to a file."""
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
