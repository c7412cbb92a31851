"""``python -m examples.support_tickets.make_data DIR``: tickets and the JSON that they ask for, with planted flaws.

The same seed writes the same bytes. ``raw/`` is what a team collected over three months, ``test/`` what it held back.
"""

from __future__ import annotations

import json
import random
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

SEED = 20
CLEAN, HELD_OUT = 452, 100
SYSTEM = "Turn the ticket into JSON: intent, product, order (FH and five digits, or null), urgent (true or false)."
WORDING: dict[str, Any] = tomllib.loads((Path(__file__).parent / "wording.toml").read_text(encoding="utf-8"))
FILES = ("june.jsonl", "july.jsonl", "vendor.jsonl")


class Ticket(NamedTuple):
    """What a customer wrote, and what it asks for."""

    text: str
    wanted: dict[str, Any]

    def row(self, answer: str | None = None) -> dict[str, Any]:
        """Return the chat that is trained."""
        said = json.dumps(self.wanted) if answer is None else answer
        turns = (("system", SYSTEM), ("user", self.text), ("assistant", said))
        return {"messages": [{"role": role, "content": content} for role, content in turns]}


def tickets(draw: random.Random) -> Iterator[Ticket]:
    """Yield tickets that differ from each other by more than a slot."""
    seen: set[tuple[str, str, str]] = set()
    intents = list(WORDING["intents"])
    while True:
        intent, product = draw.choice(intents), draw.choice(WORDING["products"])
        order = f"FH-{draw.randrange(10_000, 100_000)}" if draw.random() < 0.65 else None
        urgent = draw.random() < 0.35
        told, aside = draw.choice(WORDING["intents"][intent]), draw.choice(WORDING["aside"])
        if (told, aside, product) in seen:
            continue
        seen.add((told, aside, product))
        middle = [told, aside, draw.choice(WORDING["urgent" if urgent else "calm"])]
        if order:
            middle.insert(draw.randrange(3), draw.choice(WORDING["order"]))
        parts = [draw.choice(WORDING["greetings"]), *middle, draw.choice(WORDING["closings"])]
        text = " ".join(part for part in parts if part)
        slots = {"product": product, "order": order, "days": draw.randrange(2, 15)}
        slots |= {"place": draw.choice(WORDING["places"]), "name": draw.choice(WORDING["names"])}
        wanted = {"intent": intent, "product": product, "order": order, "urgent": urgent}
        yield Ticket(text.format(**slots), wanted)


def reworded(ticket: Ticket, draw: random.Random) -> Ticket:
    """Return the ticket as it comes in twice: a word more at its end, another sign."""
    return ticket._replace(text=f"{ticket.text} {draw.choice(['Thanks.', 'Sorry.', 'Hope you can help.'])}")


def contradicted(ticket: Ticket, draw: random.Random) -> Ticket:
    """Return the ticket with an answer that the first one excludes."""
    other = draw.choice([intent for intent in WORDING["intents"] if intent != ticket.wanted["intent"]])
    return ticket._replace(wanted=ticket.wanted | {"intent": other})


def unanswered(ticket: Ticket) -> dict[str, Any]:
    """Return a row whose last turn says nothing at all."""
    messages = ticket.row()["messages"]
    return {"messages": [*messages[:2], {"role": "assistant"}]}


def broken_answers(draw: random.Random) -> list[Callable[[dict[str, Any]], str]]:
    """Return the ways in which an answer is no JSON to the schema."""
    return [
        str,  # Python's single quotes
        lambda wanted: json.dumps(wanted)[: -draw.randrange(6, 20)],  # cut
        lambda wanted: json.dumps(wanted).replace("}", ",}"),  # a comma too many
        lambda wanted: f"Sure! {json.dumps(wanted)}",  # talk before it
        lambda wanted: json.dumps({key: value for key, value in wanted.items() if key != "urgent"}),
        lambda wanted: json.dumps(wanted | {"order": "unknown"}),
        lambda wanted: json.dumps(wanted | {"intent": "complaint"}),
    ]


def main(folder: Path) -> None:
    """Write ``raw/`` and ``test/`` into the folder, and say what was planted."""
    draw = random.Random(SEED)  # noqa: S311 - the same rows each time
    made = tickets(draw)
    held = [next(made) for _ in range(HELD_OUT)]
    clean = [next(made) for _ in range(CLEAN)]
    breaking = broken_answers(draw)
    planted: dict[str, list[Any]] = {
        "exact duplicates": [ticket.row() for ticket in draw.sample(clean, 30)],
        "near duplicates": [reworded(ticket, draw).row() for ticket in draw.sample(clean, 30)],
        "contradictions": [contradicted(ticket, draw).row() for ticket in draw.sample(clean, 15)],
        "leaks": [ticket.row() for ticket in draw.sample(held, 15)],
        "near leaks": [reworded(ticket, draw).row() for ticket in draw.sample(held, 10)],
        "answers that are no JSON, or not of the schema": [
            ticket.row(breaking[number % len(breaking)](ticket.wanted))
            for number, ticket in enumerate(next(made) for _ in range(28))
        ],
        "answers without a content": [unanswered(next(made)) for _ in range(6)],
        "blank answers": [next(made).row("") for _ in range(6)],
        "lines that are no JSON": [json.dumps(next(made).row())[: draw.randrange(40, 120)] for _ in range(8)],
    }
    rows = [ticket.row() for ticket in clean] + [row for flawed in planted.values() for row in flawed]
    draw.shuffle(rows)
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    for number, name in enumerate(FILES):
        write(folder / "raw" / name, lines[number :: len(FILES)])
    write(
        folder / "test" / "tickets.jsonl",
        [json.dumps({"id": f"t{n:03}", **t.row(), "slices": {"suite": "tickets"}}) for n, t in enumerate(held, 1)],
    )
    for kind, flawed in planted.items():
        print(f"{len(flawed):>4}  {kind}")
    print(f"{len(lines):>4}  rows, {len(clean)} of them good; {len(held)} held out")


def write(path: Path, lines: list[str]) -> None:
    """Write lines to a file, whose folder is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
