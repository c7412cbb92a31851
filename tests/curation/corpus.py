"""A small corpus with everything in it that makes order and blocks matter: seeded, written here."""

from __future__ import annotations

import json
import random
from pathlib import Path

from tests.conftest import chat

WORDS = (
    "river stone lantern copper meadow winter harbour signal orchard thunder velvet candle marble compass feather "
    "anchor saddle mirror basket ribbon garden kettle ladder pepper tunnel window hammer pillow rocket castle island"
).split(" ")


def text(draw: random.Random, words: int) -> str:
    return " ".join(draw.choice(WORDS) for _ in range(words)).capitalize() + "."


def edited(draw: random.Random, original: str, edits: int) -> str:
    words = original.split()
    for _ in range(edits):
        words[draw.randrange(len(words))] = draw.choice(WORDS)
    return " ".join(words)


def write_corpus(folder: Path, rows: int = 300, seed: int = 3) -> list[str]:
    """Write two files of chats with duplicates, near-duplicates, shared prompts and faults; return their names."""
    draw = random.Random(seed)
    lines: list[bytes] = []
    for number in range(rows):
        kind = draw.random()
        row = chat(text(draw, 30), text(draw, 60), id=f"row{number}", thread=draw.randrange(rows))
        if kind < 0.3 and len(lines) > 5:
            try:
                row = json.loads(draw.choice(lines)) | {"id": f"copy{number}"}
            except json.JSONDecodeError:
                lines.append(b"{broken")
                continue
            question, answer = row["messages"][0]["content"], row["messages"][1]["content"]
            if not answer.strip():
                continue
            edits = draw.choice([0, 1, 1, 2, 4])
            row["messages"] = chat(edited(draw, question, edits // 2), edited(draw, answer, edits))["messages"]
        elif kind < 0.33:
            lines.append(b'{"messages": [')
            continue
        elif kind < 0.36:
            row["messages"][1]["content"] = " "
        lines.append(json.dumps(row).encode())
    names = ["north.jsonl", "south.jsonl"]
    half = len(lines) // 2
    for name, part in zip(names, (lines[:half], lines[half:]), strict=True):
        (folder / name).write_bytes(b"\n".join(part) + b"\n")
    return names
